#include "lint/output/sarif_text.h"

#include <algorithm>

#include "lint/base/text.h"

namespace vlint {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// SARIF 2.1.0, 3.11.6: `[text](target)` is a link wherever it stands.
std::string without_links(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '(' && out.ends_with(']')) out += ' ';
    out += c;
  }
  return out;
}

// `[text](target)` -> `text`; anything else stays.
std::string without_targets(std::string_view line) {
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const std::size_t close = line[at] == '[' ? line.find(']', at) : std::string_view::npos;
    const bool is_link = close != std::string_view::npos && line.substr(close + 1, 1) == "(";
    const std::size_t end = is_link ? line.find(')', close) : std::string_view::npos;
    if (end == std::string_view::npos) {
      out += line[at++];
      continue;
    }
    out += line.substr(at + 1, close - at - 1);
    at = end + 1;
  }
  return out;
}

std::string without_marks(std::string_view line) {
  if (line.starts_with('#')) line = trim(line.substr(std::min(line.find_first_not_of('#'), line.size())));
  std::string out;
  for (const char c : without_targets(line)) {
    if (c != '`' && c != '*') out += c;
  }
  return out;
}

}  // namespace

std::string title(std::string_view text) {
  std::string out = without_links(trim(text));
  const std::size_t end = std::min(out.find(' '), out.size());
  if (std::all_of(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(end), is_lower) && end > 0) {
    out.front() = upper(out.front());
  }
  return out;
}

std::string sentence(std::string_view text) {
  std::string out = title(text);
  if (!out.empty() && std::string_view(".?!:").find(out.back()) == std::string_view::npos) out += '.';
  return out;
}

std::string pascal_name(std::string_view id) {
  std::string name;
  bool begins_word = true;
  for (const char c : id) {
    const bool is_part = is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (is_part) name += begins_word ? upper(c) : c;
    begins_word = !is_part;
  }
  return name;
}

std::string first_paragraph(std::string_view markdown, std::string_view heading) {
  std::string paragraph;
  bool is_below = false;
  for (const std::string_view raw : split(markdown, '\n')) {
    const std::string_view line = trim(raw);
    if (!is_below) {
      is_below = line == heading;
      continue;
    }
    if (line.starts_with('#') || (line.empty() && !paragraph.empty())) break;
    if (line.empty()) continue;
    if (!paragraph.empty()) paragraph += ' ';
    paragraph += without_marks(line);
  }
  return paragraph;
}

std::string plain_text(std::string_view markdown) {
  std::string out;
  bool is_code = false;
  for (const std::string_view line : split(trim(markdown), '\n')) {
    if (trim(line).starts_with("```")) {
      is_code = !is_code;
      continue;
    }
    out += is_code ? std::string(line) : without_marks(line);
    out += '\n';
  }
  return std::string(trim(out));
}

std::string shortened(std::string text, std::size_t max) {
  if (count_code_points(text) <= max) return text;
  std::size_t at = 0;
  for (std::size_t kept = 0; kept + 3 < max; ++kept) at += code_point_at(text, at).size;
  return text.substr(0, at) + "...";
}

}  // namespace vlint
