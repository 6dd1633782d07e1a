#include "rules/common/expression_repair.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "lint/jmespath/parser.h"

namespace vlint::rules {
namespace {

using jmespath::ExpressionEdit;

constexpr std::size_t kNone = std::string_view::npos;

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name(char c) { return is_name_start(c) || is_digit(c); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Maps whose keys are names with dots and slashes.
bool holds_long_keys(std::string_view field) {
  constexpr std::array<std::string_view, 7> kMaps = {"annotations", "data",         "labels",    "matchLabels",
                                                     "binaryData",  "nodeSelector", "stringData"};
  return std::find(kMaps.begin(), kMaps.end(), field) != kMaps.end();
}

class Repairer {
 public:
  Repairer(std::string_view text, const std::function<bool(std::string_view)>& is_key) : text_(text), is_key_(is_key) {}

  std::optional<ExpressionRepair> run() {
    while (at_ < text_.size()) step();
    if (repair_.edits.empty() || !jmespath::parse(result()).ok()) return std::nullopt;
    return std::move(repair_);
  }

 private:
  char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void edit(std::size_t begin, std::size_t end, std::string with) {
    repair_.edits.push_back({{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)}, std::move(with)});
  }

  void step() {
    const char c = text_[at_];
    if (c == '\'' || c == '"' || c == '`') return skip_quoted(c);
    if (c == '[') return bracket();
    if (is_name_start(c)) return path();
    if (is_digit(c) && follows_comparison_) return number();
    if (!is_blank(c)) follows_comparison_ = c == '=' || c == '<' || c == '>';
    ++at_;
  }

  void skip_quoted(char quote) {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != quote) end += text_[end] == '\\' ? 2 : 1;
    at_ = std::min(end + 1, text_.size());
    follows_comparison_ = false;
  }

  // `labels["a"]`, `labels['a']` to `labels."a"`.
  void bracket() {
    const char quote = peek(at_ + 1);
    const std::size_t end = quote == '"' || quote == '\'' ? text_.find(quote, at_ + 2) : kNone;
    const bool follows_value = at_ > 0 && (is_name(text_[at_ - 1]) || text_[at_ - 1] == ']' || text_[at_ - 1] == '"');
    follows_comparison_ = false;
    if (end == kNone || peek(end + 1) != ']' || !follows_value) {
      ++at_;
      return;
    }
    edit(at_, end + 2, quoted_key(text_.substr(at_ + 2, end - at_ - 2), "."));
    at_ = end + 2;
  }

  static std::string quoted_key(std::string_view key, std::string_view before) {
    return std::string(before) + '"' + std::string(key) + '"';
  }

  // Numbers of a comparison.
  void number() {
    std::size_t end = at_;
    while (is_digit(peek(end)) || (peek(end) == '.' && is_digit(peek(end + 1)))) ++end;
    edit(at_, end, fmt::format("`{}`", text_.substr(at_, end - at_)));
    at_ = end;
    follows_comparison_ = false;
  }

  // Names with dots between them; those that have other characters are quoted.
  void path() {
    follows_comparison_ = false;
    std::string_view before;
    while (true) {
      std::size_t end = at_;
      while (is_name(peek(end))) ++end;
      const std::string_view name = text_.substr(at_, end - at_);
      const std::size_t whole = key_end(at_);
      const std::string_view key = text_.substr(at_, whole - at_);
      const bool is_odd = key.find_first_of("-/") != kNone;
      if (holds_long_keys(before) && is_odd) {
        // Dots may belong to the key or stand between keys.
        if (key.find('.') != kNone && !is_key_(key)) repair_.is_certain = false;
        edit(at_, whole, quoted_key(key, ""));
        at_ = whole;
        return;
      }
      if (peek(end) == '-' && is_name(peek(end + 1))) {
        while (is_name(peek(end)) || (peek(end) == '-' && is_name(peek(end + 1)))) ++end;
        edit(at_, end, quoted_key(text_.substr(at_, end - at_), ""));
      }
      at_ = end;
      before = name;
      if (peek(at_) != '.' || !is_name_start(peek(at_ + 1))) return;
      ++at_;
    }
  }

  // A key as people write it: names, dots, dashes, slashes.
  std::size_t key_end(std::size_t at) const {
    while (is_name(peek(at)) || ((peek(at) == '-' || peek(at) == '/' || peek(at) == '.') && is_name(peek(at + 1)))) {
      ++at;
    }
    return at;
  }

  std::string result() const {
    std::string whole;
    std::size_t at = 0;
    for (const ExpressionEdit& each : repair_.edits) {
      whole += text_.substr(at, each.range.begin - at);
      whole += each.text;
      at = each.range.end;
    }
    return whole + std::string(text_.substr(at));
  }

  std::string_view text_;
  const std::function<bool(std::string_view)>& is_key_;
  std::size_t at_ = 0;
  bool follows_comparison_ = false;
  ExpressionRepair repair_;
};

}  // namespace

std::optional<ExpressionRepair> repair_expression(std::string_view text,
                                                  const std::function<bool(std::string_view)>& is_key) {
  return Repairer(text, is_key).run();
}

}  // namespace vlint::rules
