#include "lint/kustomize/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

constexpr int kWidth = 80;
constexpr std::size_t kLongestSimpleKey = 128;

struct Escape {
  char32_t value;
  std::string_view text;
};
constexpr Escape kEscapes[] = {{0, "\\0"},     {7, "\\a"},    {8, "\\b"},    {9, "\\t"},      {0x0A, "\\n"},
                               {0x0B, "\\v"},  {0x0C, "\\f"}, {0x0D, "\\r"}, {0x1B, "\\e"},   {'"', "\\\""},
                               {'\\', "\\\\"}, {0x85, "\\N"}, {0xA0, "\\_"}, {0x2028, "\\L"}, {0x2029, "\\P"}};

bool is_break_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n' || c == '\r') return true;
  if (c == '\xC2') return text.substr(at + 1, 1) == "\x85";
  return c == '\xE2' && (text.substr(at + 1, 2) == "\x80\xA8" || text.substr(at + 1, 2) == "\x80\xA9");
}

// go-yaml v2 yamlprivateh.go is_printable: no tab, and nothing beyond the basic plane.
bool is_printable(const CodePoint& c) {
  const char32_t v = c.value;
  if (v == 0x0A || (v >= 0x20 && v <= 0x7E)) return true;
  if (v < 0xA0 || v > 0xFFFF) return false;
  return v != 0xFEFF && v != 0xFFFE && v != 0xFFFF && !(v >= 0xD800 && v <= 0xDFFF);
}

struct ScalarFacts {
  bool multiline = false;
  bool plain = true;
  bool single = true;
  bool block = true;
};

// go-yaml v2 emitterc.go yaml_emitter_analyze_scalar, for block context.
ScalarFacts analyze(std::string_view text) {
  ScalarFacts facts;
  if (text.empty()) {
    facts.block = false;
    return facts;
  }
  bool indicators = text.substr(0, 3) == "---" || text.substr(0, 3) == "...";
  bool line_breaks = false, special = false, leading = false, trailing_space = false, trailing_break = false;
  bool break_space = false, space_break = false, previous_space = false, previous_break = false;
  bool after_blank = true;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    const std::size_t next = at + c.size;
    const bool before_blank = next >= text.size() || text[next] == ' ' || text[next] == '\t' || is_break_at(text, next);
    const char ch = text[at];
    if (at == 0) {
      if (std::string_view("#,[]{}&*!|>'\"%@`").find(ch) != std::string_view::npos) indicators = true;
      if ((ch == '?' || ch == ':' || ch == '-') && before_blank) indicators = true;
    } else {
      if (ch == ':' && before_blank) indicators = true;
      if (ch == '#' && after_blank) indicators = true;
    }
    if (!is_printable(c)) special = true;
    if (ch == ' ') {
      if (at == 0) leading = true;
      if (next == text.size()) trailing_space = true;
      if (previous_break) break_space = true;
      previous_space = true;
      previous_break = false;
    } else if (is_break_at(text, at)) {
      line_breaks = true;
      if (at == 0) leading = true;
      if (next == text.size()) trailing_break = true;
      if (previous_space) space_break = true;
      previous_space = false;
      previous_break = true;
    } else {
      previous_space = previous_break = false;
    }
    after_blank = ch == ' ' || ch == '\t' || ch == '\0' || is_break_at(text, at);
    at = next;
  }
  facts.multiline = line_breaks;
  if (leading || trailing_space || trailing_break || line_breaks || indicators) facts.plain = false;
  if (trailing_space) facts.block = false;
  if (break_space) facts.plain = facts.single = false;
  if (space_break || special) facts.plain = facts.single = facts.block = false;
  return facts;
}

// The keys of a mapping in the order to print; fails for keys that JSON cannot have.
std::vector<std::size_t> sorted_keys(const Node* mapping, bool natural) {
  std::vector<std::size_t> order(mapping->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (const std::size_t i : order) {
    const Node* key = mapping->key(i);
    const Tag tag = key->tag == Tag::none && key->style == yaml::Style::plain ? resolve_v3(key->text()) : key->tag;
    if (tag != Tag::string && tag != Tag::none && tag != Tag::merge && tag != Tag::timestamp) {
      fail(key->span(), fmt::format("the key {} is no text to YAML; quote it", key->text()));
    }
  }
  if ((mapping->flags & kRepeatedKeys) != 0) {
    fail(mapping->span(), "a key stands twice in this mapping, which Kustomize refuses to print");
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::string_view left = mapping->key(a)->text();
    const std::string_view right = mapping->key(b)->text();
    return natural ? natural_less(left, right) : left < right;
  });
  return order;
}

bool is_quoted_style(yaml::Style style) {
  return style == yaml::Style::single_quoted || style == yaml::Style::double_quoted || style == yaml::Style::literal ||
         style == yaml::Style::folded;
}

bool starts_flow(const Node* node) { return node->style == yaml::Style::flow && node->count > 0; }

// Aliases and copies print their values every time.
void check_size(const std::string& output) {
  if (output.size() > kMostBuildBytes) fail({}, "an object prints more than 1 GiB, which is the limit");
}

class Emitter {
 public:
  explicit Emitter(const Annotate& annotate) : annotate_(annotate) {}

  std::string run(const Node* root) {
    node(root, -1, false, Context::root);
    if (!output_.empty() && output_.back() != '\n') put('\n');
    return std::move(output_);
  }

 private:
  enum class Context : std::uint8_t { root, value, item };

  void put(char c) {
    output_ += c;
    column_ = c == '\n' ? 0 : column_ + 1;
  }
  void put(std::string_view text) {
    check_size(output_);
    for (const char c : text) {
      output_ += c;
      if (c == '\n') {
        column_ = 0;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
        ++column_;
      }
    }
  }
  void new_line(int indent) {
    put('\n');
    for (int i = 0; i < indent; ++i) put(' ');
  }

  // `indent` is that of the collection the node stands in.
  void node(const Node* current, int indent, bool in_flow, Context context) {
    if (++depth_ > 1000) fail(current->span(), "nested too deep to print");
    const bool flow = in_flow || (!current->is_scalar() && starts_flow(current));
    if (current->is_mapping()) {
      mapping(current, indent, flow, context);
    } else if (current->is_sequence()) {
      sequence(current, indent, flow, context);
    } else {
      if (context != Context::root) put(' ');
      scalar(printed_value(current, in_flow), indent, false);
      comment(current);
    }
    --depth_;
  }

  void comment(const Node* current) {
    if (!annotate_) return;
    if (!output_.empty() && output_.back() == '\n') return;  // after a block scalar there is no line to write on
    const std::string text = annotate_(current);
    if (!text.empty()) put("  # " + text);
  }

  void mapping(const Node* current, int indent, bool flow, Context context) {
    if (current->size() == 0) {
      if (context != Context::root) put(' ');
      put("{}");
      return comment(current);
    }
    const int own = indent < 0 ? 0 : indent + 2;
    bool first = true;
    for (const std::size_t i : sorted_keys(current, true)) {
      if (first && context == Context::item) {
        put(' ');
      } else if (!(first && context == Context::root)) {
        line(own);
      }
      first = false;
      key(current->key(i), own);
      node(current->value(i), own, flow, Context::value);
    }
  }

  void sequence(const Node* current, int indent, bool flow, Context context) {
    if (current->size() == 0) {
      if (context != Context::root) put(' ');
      put("[]");
      return comment(current);
    }
    // A list in a mapping stands at the mapping's own column.
    const int own = indent < 0 ? 0 : context == Context::value ? indent : indent + 2;
    for (std::size_t i = 0; i < current->size(); ++i) {
      if (i == 0 && context == Context::item) {
        put(' ');
      } else if (!(i == 0 && context == Context::root)) {
        line(own);
      }
      put('-');
      node(current->item(i), own, flow, Context::item);
    }
  }

  // Begins a line unless a block scalar has ended one.
  void line(int indent) {
    if (!output_.empty() && output_.back() == '\n') {
      for (int i = 0; i < indent; ++i) put(' ');
    } else {
      new_line(indent);
    }
  }

  void key(const Node* current, int indent) {
    const std::string text = valid_utf8(current->text());
    const bool simple = text.size() <= kLongestSimpleKey && !analyze(text).multiline;
    JsonScalar value;
    value.type = JsonScalar::Type::string;
    value.text = text;
    if (simple) {
      scalar(value, indent, true);
      put(':');
      return;
    }
    put("? ");
    scalar(value, indent, false);
    line(indent);
    put(':');
  }

  void scalar(const JsonScalar& value, int parent_indent, bool is_key) {
    const int indent = parent_indent < 0 ? 0 : parent_indent + 2;
    switch (value.type) {
      case JsonScalar::Type::null:
        return put("null");
      case JsonScalar::Type::boolean:
        return put(value.boolean ? "true" : "false");
      case JsonScalar::Type::number:
        return put(yaml_number(value.text));
      default:
        break;
    }
    const std::string_view text = value.text;
    const ScalarFacts facts = analyze(text);
    if (text.find('\n') != std::string_view::npos) {
      return facts.block && !is_key ? literal(text, indent) : double_quoted(text, indent, is_key);
    }
    if (needs_quotes_v2(text) || (is_key && facts.multiline)) return double_quoted(text, indent, is_key);
    if (facts.plain) return plain(text, indent, is_key);
    return facts.single ? single_quoted(text, indent, is_key) : double_quoted(text, indent, is_key);
  }

  static bool is_space(std::string_view text, std::size_t at) { return at < text.size() && text[at] == ' '; }

  void plain(std::string_view text, int indent, bool is_key) {
    bool spaces = false;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = code_point_at(text, at).size;
      if (text[at] == ' ') {
        if (!is_key && !spaces && column_ > kWidth && !is_space(text, at + 1)) {
          new_line(indent);
        } else {
          put(' ');
        }
        spaces = true;
      } else {
        put(text.substr(at, size));
        spaces = false;
      }
      at += size;
    }
  }

  void single_quoted(std::string_view text, int indent, bool is_key) {
    put('\'');
    bool spaces = false;
    bool breaks = false;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = code_point_at(text, at).size;
      if (text[at] == ' ') {
        if (!is_key && !spaces && column_ > kWidth && at > 0 && at + 1 < text.size() && !is_space(text, at + 1)) {
          new_line(indent);
        } else {
          put(' ');
        }
        spaces = true;
      } else if (is_break_at(text, at)) {
        put(text.substr(at, size));
        column_ = 0;
        breaks = true;
      } else {
        if (breaks) {
          for (int i = 0; i < indent; ++i) put(' ');
        }
        if (text[at] == '\'') put('\'');
        put(text.substr(at, size));
        spaces = breaks = false;
      }
      at += size;
    }
    put('\'');
  }

  void escape(const CodePoint& c) {
    const auto known =
        std::find_if(std::begin(kEscapes), std::end(kEscapes), [&](const Escape& row) { return row.value == c.value; });
    if (known != std::end(kEscapes)) return put(known->text);
    const auto v = static_cast<std::uint32_t>(c.value);
    put(v <= 0xFF     ? fmt::format("\\x{:02X}", v)
        : v <= 0xFFFF ? fmt::format("\\u{:04X}", v)
                      : fmt::format("\\U{:08X}", v));
  }

  void double_quoted(std::string_view text, int indent, bool is_key) {
    put('"');
    bool spaces = false;
    for (std::size_t at = 0; at < text.size();) {
      const CodePoint c = code_point_at(text, at);
      if (!is_printable(c) || is_break_at(text, at) || c.value == '"' || c.value == '\\') {
        escape(c);
        spaces = false;
      } else if (c.value == ' ') {
        if (!is_key && !spaces && column_ > kWidth && at > 0 && at + 1 < text.size()) {
          new_line(indent);
          if (is_space(text, at + 1)) put('\\');
        } else {
          put(' ');
        }
        spaces = true;
      } else {
        put(text.substr(at, c.size));
        spaces = false;
      }
      at += c.size;
    }
    put('"');
  }

  void literal(std::string_view text, int indent) {
    put('|');
    if (text.front() == ' ' || is_break_at(text, 0)) put('2');
    if (text.back() != '\n') {
      put('-');
    } else if (text.size() == 1 || text[text.size() - 2] == '\n') {
      put('+');
    }
    put('\n');
    bool breaks = true;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = code_point_at(text, at).size;
      if (is_break_at(text, at)) {
        put(text.substr(at, size));
        column_ = 0;
        breaks = true;
      } else {
        if (breaks) {
          for (int i = 0; i < indent; ++i) put(' ');
        }
        put(text.substr(at, size));
        breaks = false;
      }
      at += size;
    }
  }

  const Annotate& annotate_;
  std::string output_;
  int column_ = 0;
  int depth_ = 0;
};

class JsonWriter {
 public:
  explicit JsonWriter(bool indent) : indent_(indent) {}

  void node(const Node* current, bool in_flow, int depth) {
    const bool flow = in_flow || (!current->is_scalar() && starts_flow(current));
    if (current->is_scalar()) return scalar(printed_value(current, in_flow));
    const bool is_mapping = current->is_mapping();
    check_size(output);
    output += is_mapping ? '{' : '[';
    bool first = true;
    const auto separate = [&] {
      if (!first) output += ',';
      if (indent_) line(depth + 1);
      first = false;
    };
    if (is_mapping) {
      for (const std::size_t i : sorted_keys(current, false)) {
        separate();
        output += json_string(current->key(i)->text());
        output += indent_ ? ": " : ":";
        node(current->value(i), flow, depth + 1);
      }
    } else {
      for (std::size_t i = 0; i < current->size(); ++i) {
        separate();
        node(current->item(i), flow, depth + 1);
      }
    }
    if (indent_ && !first) line(depth);
    output += is_mapping ? '}' : ']';
  }

  std::string output;

 private:
  void line(int depth) {
    output += '\n';
    output.append(static_cast<std::size_t>(depth) * 2, ' ');
  }

  void scalar(const JsonScalar& value) {
    switch (value.type) {
      case JsonScalar::Type::null:
        output += "null";
        return;
      case JsonScalar::Type::boolean:
        output += value.boolean ? "true" : "false";
        return;
      case JsonScalar::Type::number:
        output += value.text;
        return;
      default:
        output += json_string(value.text);
    }
  }

  bool indent_;
};

void check(const Node* node, bool in_flow) {
  if (node->is_scalar()) {
    printed_value(node, in_flow);
    return;
  }
  if (node->owner == 0 && (node->flags & kSuspect) == 0) return;
  const bool flow = in_flow || starts_flow(node);
  if (node->is_mapping()) sorted_keys(node, false);
  for (std::size_t i = 0; i < node->count; ++i) {
    if (node->is_mapping() && i % 2 == 0) continue;
    check(node->kids[i], flow);
  }
}

}  // namespace

// A scalar without a tag is a text when it is quoted or has to be, and an empty
// null in flow style becomes the empty text.
JsonScalar printed_value(const Node* scalar, bool in_flow) {
  Tag tag = scalar->tag;
  if (tag == Tag::none) {
    const bool quoted = is_quoted_style(scalar->style) || !analyze(scalar->text()).plain;
    tag = quoted ? Tag::string : resolve_v3(scalar->text());
    if (tag == Tag::null && scalar->text().empty() && in_flow) tag = Tag::string;
  }
  if (tag == Tag::null && scalar->style == yaml::Style::plain && scalar->text().empty() && in_flow) tag = Tag::string;
  JsonScalar value = to_json(tag, scalar->text());
  if (scalar->style == yaml::Style::folded && tag == Tag::string && !in_flow) value.text = reprint_folded(value.text);
  if (value.type == JsonScalar::Type::invalid) fail(scalar->span(), value.text);
  return value;
}

std::string write_yaml(const Node* root, const Annotate& annotate) { return Emitter(annotate).run(root); }

std::string write_json(const Node* root, bool indent) {
  JsonWriter writer(indent);
  writer.node(root, false, 0);
  return std::move(writer.output);
}

void check_printable(const Node* root) { check(root, false); }

}  // namespace vlint::kustomize
