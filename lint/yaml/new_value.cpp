#include "lint/yaml/new_value.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/yaml/characters.h"
#include "lint/yaml/scalar.h"

namespace vlint::yaml {
namespace {

std::string blanks(std::uint32_t count) { return std::string(count, ' '); }

// Whether a text of several lines can stand as a block scalar without a trick: no indentation on its first line,
// nothing that needs an escape, and at most one line end at its end (more would take the blank lines that follow in the
// file).
bool fits_literal(std::string_view text) {
  if (text.find('\n') == std::string_view::npos || is_break(text.front()) || is_blank(text.front())) return false;
  if (text.size() > 1 && text.substr(text.size() - 2) == "\n\n") return false;
  const std::vector<std::string_view> lines = split(text, '\n');
  return std::all_of(lines.begin(), lines.end(), is_printable_line);
}

std::string write_literal(std::string_view text, std::uint32_t column, std::string_view line_end) {
  const bool ends_line = text.back() == '\n';
  std::string written = ends_line ? "|" : "|-";
  if (ends_line) text.remove_suffix(1);
  for (const std::string_view line : split(text, '\n')) {
    written += line_end;
    if (!line.empty()) written += blanks(column);
    written += line;
  }
  return written;
}

// A scalar in block style; `column` is where the lines of a block scalar begin.
std::string write_block_scalar(const NewValue& scalar, std::uint32_t column, const WriteStyle& style) {
  const bool literal = style.literals && scalar.kind == NewValue::Kind::string && fits_literal(scalar.text);
  return literal ? write_literal(scalar.text, column, style.house.line_end) : write_scalar(scalar, style);
}

bool is_empty_collection(const NewValue& value) { return value.entries.empty() && value.items.empty(); }

}  // namespace

NewValue NewValue::string(std::string_view text) { return {Kind::string, std::string(text), {}, {}}; }
NewValue NewValue::typed(std::string_view text) { return {Kind::typed, std::string(text), {}, {}}; }
NewValue NewValue::mapping(std::vector<NewEntry> entries) { return {Kind::mapping, {}, std::move(entries), {}}; }
NewValue NewValue::sequence(std::vector<NewValue> items) { return {Kind::sequence, {}, {}, std::move(items)}; }

Status check_key(std::string_view key) {
  if (key.size() <= kMaxKeyBytes) return Done{};
  return Error{fmt::format("the key {} is longer than {} bytes", quoted(key), kMaxKeyBytes)};
}

Status check(const NewValue& value) {
  std::vector<std::string_view> keys;
  for (const NewEntry& entry : value.entries) {
    if (Status status = check_key(entry.key); !status) return status;
    if (Status status = check(entry.value); !status) return status;
    keys.push_back(entry.key);
  }
  std::sort(keys.begin(), keys.end());
  const auto twice = std::adjacent_find(keys.begin(), keys.end());
  if (twice != keys.end())
    return Error{fmt::format("the key {} is to be written twice in one mapping", quoted(*twice))};
  for (const NewValue& item : value.items) {
    if (Status status = check(item); !status) return status;
  }
  return Done{};
}

std::string write_string(std::string_view text, Style quotes, bool in_flow) {
  if (is_safe_plain(text, in_flow)) return std::string(text);
  return quotes == Style::double_quoted ? double_quoted(text) : single_quoted(text);
}

std::string write_scalar(const NewValue& scalar, const WriteStyle& style) {
  const bool is_string = scalar.kind == NewValue::Kind::string || resolve_plain(scalar.text) == ScalarType::string;
  if (!is_string) return scalar.text.empty() && style.in_flow ? "null" : scalar.text;
  return style.json ? double_quoted(scalar.text) : write_string(scalar.text, style.house.quotes, style.in_flow);
}

std::string write_key(std::string_view key, const WriteStyle& style) {
  return style.json ? double_quoted(key) : write_string(key, style.house.quotes, style.in_flow);
}

std::string write_flow_entry(const NewEntry& entry, const WriteStyle& style) {
  return write_key(entry.key, style) + ": " + write_flow(entry.value, style);
}

std::string write_flow(const NewValue& value, const WriteStyle& style) {
  WriteStyle inside = style;
  inside.in_flow = true;
  if (value.is_scalar()) return write_scalar(value, inside);
  std::vector<std::string> parts;
  for (const NewEntry& entry : value.entries) parts.push_back(write_flow_entry(entry, inside));
  for (const NewValue& item : value.items) parts.push_back(write_flow(item, inside));
  const bool is_mapping = value.kind == NewValue::Kind::mapping;
  return (is_mapping ? "{" : "[") + join(parts, ", ") + (is_mapping ? "}" : "]");
}

std::string write_block_entry(const NewEntry& entry, std::uint32_t column, const WriteStyle& style) {
  std::string text = write_key(entry.key, style) + ":";
  const NewValue& value = entry.value;
  if (value.is_scalar()) {
    const std::string scalar = write_block_scalar(value, column + style.house.step, style);
    return scalar.empty() ? text : text + " " + scalar;
  }
  if (is_empty_collection(value)) return text + " " + write_flow(value, style);
  const bool is_mapping = value.kind == NewValue::Kind::mapping;
  const std::uint32_t inner = column + (is_mapping ? style.house.step : style.house.dash_indent);
  text += style.house.line_end;
  return text + blanks(inner) + write_block(value, inner, style);
}

std::string write_block_item(const NewValue& item, std::uint32_t column, std::uint32_t gap, const WriteStyle& style) {
  const std::string text = write_block(item, column + 1 + gap, style);
  return text.empty() ? "-" : "-" + blanks(gap) + text;
}

std::string write_block(const NewValue& value, std::uint32_t column, const WriteStyle& style) {
  if (value.is_scalar()) return write_block_scalar(value, column, style);
  if (is_empty_collection(value)) return write_flow(value, style);
  std::vector<std::string> parts;
  for (const NewEntry& entry : value.entries) parts.push_back(write_block_entry(entry, column, style));
  for (const NewValue& item : value.items) parts.push_back(write_block_item(item, column, 1, style));
  return join(parts, std::string(style.house.line_end) + blanks(column));
}

}  // namespace vlint::yaml
