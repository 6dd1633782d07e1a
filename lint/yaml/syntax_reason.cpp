#include "lint/yaml/syntax_reason.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/characters.h"

namespace vlint::yaml {
namespace {

struct Wording {
  std::string_view problem;  // libyaml's problem begins with this
  std::string_view message;
};

// What needs no look at the text around. libyaml 0.2.5, scanner.c, parser.c and reader.c.
constexpr Wording kWordings[] = {
    {"mapping keys are not allowed", "a `? ` key cannot begin here; quote a text that begins with `? `"},
    {"block sequence entries are not allowed", "a list cannot begin on this line; put its `- ` on the next one"},
    {"found a tab character", "a tab is used as indentation; YAML allows blanks only"},
    {"found invalid Unicode character escape code", "an escape in double quotes that is no Unicode character"},
    {"did not find expected hexdecimal number", "a broken `\\x` or `\\u` escape in double quotes"},
    {"did not find expected comment or line break", "text on the line of a `|` or `>`; it begins on the next line"},
    {"found an indentation indicator equal to 0", "the indentation of a block scalar is 1 to 9"},
    {"found duplicate %", "the same directive twice for one document"},
    {"found incompatible YAML document", "a YAML version other than 1.1 and 1.2"},
    {"invalid leading UTF-8 octet", "a byte that is not UTF-8"},
    {"incomplete UTF-8 octet sequence", "a byte that is not UTF-8"},
    {"invalid trailing UTF-8 octet", "a byte that is not UTF-8"},
    {"invalid length of a UTF-8 sequence", "bytes that are not UTF-8"},
    {"invalid Unicode character", "bytes that are not UTF-8"},
    {"control characters are not allowed", "a control character, which YAML forbids"},
};

constexpr std::string_view kDeeper = "this line is indented deeper than the one above, which has a value already";
constexpr std::string_view kNoColon = "a key is expected here, but the line has no `: `";

class Explainer {
 public:
  Explainer(std::string_view text, std::uint32_t begin, std::uint32_t end, const SyntaxFault& fault)
      : text_(text.substr(0, end)), begin_(begin), end_(end), fault_(fault), at_(std::clamp(fault.at, begin, end)) {}

  SyntaxReason run() const {
    const std::uint32_t conflict = merge_conflict();
    if (conflict != kNowhere) return whole_line(conflict, "a merge conflict of Git is not resolved");
    if (says("found unexpected end of stream") || says("found unexpected document indicator")) {
      return here(context(), "this quote is never closed");
    }
    if (says("mapping values are not allowed")) return unexpected_colon();
    if (says("could not find expected ':'")) return missing_colon(context());
    if (says("did not find expected key") || says("did not find expected '-' indicator")) return unexpected_token();
    if (says("did not find expected ',' or")) return unexpected_in_brackets("a comma is missing before this");
    if (says("did not find expected node content")) return missing_node();
    if (says("did not find expected <document start>")) return after_document();
    if (says("found character that cannot start any token")) return bad_start();
    if (says("found unknown escape character")) return unknown_escape();
    if (says("did not find expected alphabetic or numeric character")) return bad_word(context());
    if (context_says("directive")) {
      return whole_line(context(), "a line that begins with `%` is a directive, and this is none that can be read");
    }
    if (context_says("scanning a tag") || context_says("parsing a tag") || says("found undefined tag handle")) {
      return word(says("found undefined tag handle") ? at_ : context(),
                  "a plain value that begins with `!` is a tag, and this is none that can be read; quote a text");
    }
    for (const Wording& wording : kWordings) {
      if (says(wording.problem)) return here(at_, std::string(wording.message));
    }
    return here(
        at_, fault_.problem.empty() ? "the text is not valid YAML" : fmt::format("not valid YAML: {}", fault_.problem));
  }

 private:
  // ---- what libyaml said

  bool says(std::string_view problem) const { return fault_.problem.rfind(problem, 0) == 0; }
  bool context_says(std::string_view words) const { return fault_.context.find(words) != std::string_view::npos; }
  std::uint32_t context() const { return std::clamp(fault_.context_at, begin_, end_); }

  // ---- lines

  std::uint32_t line_begin(std::uint32_t at) const {
    while (at > begin_ && text_[at - 1] != '\n') --at;
    return at;
  }
  std::uint32_t line_end(std::uint32_t at) const {
    while (at < end_ && !is_break(text_[at])) ++at;
    return at;
  }
  std::uint32_t content_begin(std::uint32_t line) const {
    while (line < end_ && is_blank(text_[line])) ++line;
    return line;
  }
  std::uint32_t indentation(std::uint32_t at) const {
    const std::uint32_t line = line_begin(at);
    return content_begin(line) - line;
  }
  bool begins_line(std::uint32_t at) const { return content_begin(line_begin(at)) >= at; }
  // Columns before a line's text, the `- ` of list items included.
  std::uint32_t content_column(std::uint32_t at) const {
    const std::uint32_t line = line_begin(at);
    std::uint32_t content = content_begin(line);
    while (text_.substr(content, 2) == "- ") content = content_begin(content + 1);
    return content - line;
  }
  std::string_view line(std::uint32_t at) const {
    return trim(text_.substr(line_begin(at), line_end(at) - line_begin(at)));
  }

  // The first byte of the nearest line above that is neither empty nor a comment.
  std::uint32_t line_above(std::uint32_t at) const {
    for (std::uint32_t begin = line_begin(at); begin > begin_;) {
      begin = line_begin(begin - 1);
      const std::string_view content = line(begin);
      if (!content.empty() && content.front() != '#') return begin;
    }
    return kNowhere;
  }

  // Where a `: ` stands in a line (or a `:` at its end); npos when there is none. Quotes are not looked at.
  static std::size_t find_colon(std::string_view line) {
    for (std::size_t at = line.find(':'); at != std::string_view::npos; at = line.find(':', at + 1)) {
      if (at + 1 == line.size() || is_blank(line[at + 1])) return at;
    }
    return std::string_view::npos;
  }

  static bool opens_block_scalar(std::string_view line) {
    const std::size_t last = line.find_last_not_of("+-0123456789");
    return last != std::string_view::npos && (line[last] == '|' || line[last] == '>');
  }

  // ---- places

  // One character; at the end of the text or of a line the last one before it.
  SyntaxReason here(std::uint32_t at, std::string message) const {
    while (at > begin_ && (at >= end_ || is_break(text_[at]))) --at;
    std::uint32_t end = std::min(end_, at + 1);
    while (end < end_ && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) ++end;
    return {at, end, std::move(message)};
  }

  // Up to the next blank, line end or bracket that closes.
  SyntaxReason word(std::uint32_t at, std::string message) const {
    std::uint32_t end = at;
    while (end < end_ && !is_blank(text_[end]) && !is_break(text_[end]) && text_[end] != ',' && text_[end] != ']' &&
           text_[end] != '}') {
      ++end;
    }
    if (end == at) return here(at, std::move(message));
    return {at, end, std::move(message)};
  }

  // A line without its indentation and the blanks at its end.
  SyntaxReason whole_line(std::uint32_t at, std::string message) const {
    const std::uint32_t first = content_begin(line_begin(at));
    std::uint32_t end = line_end(first);
    while (end > first && is_blank(text_[end - 1])) --end;
    if (end == first) return here(first, std::move(message));
    return {first, end, std::move(message)};
  }

  SyntaxReason with_related(SyntaxReason reason, std::uint32_t at, std::string message) const {
    const SyntaxReason place = here(at, {});
    reason.related_begin = place.begin;
    reason.related_end = place.end;
    reason.related_message = std::move(message);
    return reason;
  }

  // ---- kinds of faults

  std::uint32_t merge_conflict() const {
    const std::uint32_t last = std::min(end_, line_end(at_) + 1);
    for (std::size_t at = text_.find("<<<<<<< ", begin_); at < last; at = text_.find("<<<<<<< ", at + 1)) {
      if (at == begin_ || text_[at - 1] == '\n') return static_cast<std::uint32_t>(at);
    }
    return kNowhere;
  }

  // A `: ` where none can be.
  SyntaxReason unexpected_colon() const {
    const std::uint32_t first = content_begin(line_begin(at_));
    if (find_colon(text_.substr(first, at_ - first)) != std::string_view::npos) {
      return here(at_, "a second `: ` on one line; put the value in quotes");
    }
    // The line is a key, and the plain text it seems to continue is the trouble.
    const SyntaxReason key{first, std::min(end_, std::max(at_, first + 1)), std::string(kDeeper)};
    const std::uint32_t above = line_above(at_);
    if (above == kNowhere) return key;
    if (find_colon(line(above)) != std::string_view::npos || line(above).substr(0, 2) == "- ") return key;
    for (std::uint32_t start = line_above(above); start != kNowhere; start = line_above(start)) {
      const std::string_view content = line(start);
      const std::size_t colon = find_colon(content);
      if (colon == std::string_view::npos) continue;
      const bool has_value = colon + 1 < content.size();
      if (!has_value || indentation(start) >= indentation(at_)) break;
      return {key.begin, key.end, "`: ` in a value of several lines; quote the value, or mend this line's indentation"};
    }
    return missing_colon(content_begin(above));
  }

  // `at` begins what should be a key.
  SyntaxReason missing_colon(std::uint32_t at) const {
    const std::string_view content = trim(text_.substr(at, line_end(at) - at));
    const std::uint32_t above = line_above(at);
    if (above != kNowhere && opens_block_scalar(line(above))) {
      return whole_line(at, "the text of the block scalar above must be indented deeper than its key");
    }
    if (find_colon(content) != std::string_view::npos) {
      return here(at, "a key of more than 1024 characters, or of more than one line");
    }
    if (content.size() > 1 && content.front() == '-' && content[1] != '-' && !is_blank(content[1])) {
      return whole_line(at, "a blank is missing after the `-`");
    }
    const std::size_t colon = content.find(':');
    if (colon != std::string_view::npos && content.substr(colon, 3) != "://") {
      return here(at + static_cast<std::uint32_t>(colon), "a blank is missing after the `:`");
    }
    return whole_line(at, std::string(kNoColon));
  }

  // A token that is no key where one is expected, or no `- `.
  SyntaxReason unexpected_token() const {
    if (at_ < end_ && (text_[at_] == ']' || text_[at_] == '}')) {
      return here(at_, fmt::format("this `{}` closes nothing", text_[at_]));
    }
    if (follows_quoted()) return after_quoted();
    if (!begins_line(at_)) return word(at_, "unexpected text after a value");
    if (fault_.scalar_style == Style::literal || fault_.scalar_style == Style::folded) {
      if (fault_.scalar_end <= line_begin(at_) && indentation(at_) > indentation(fault_.scalar_begin)) {
        return whole_line(at_, "this line is indented less than the text of the block scalar above");
      }
    }
    const bool is_item = text_.substr(at_, 2) == "- ";
    const bool wants_item = says("did not find expected '-' indicator");
    const bool same_column = column(at_) == column(context());
    if (same_column && is_item && !wants_item) {
      return whole_line(at_, "a list item cannot stand among the keys of a mapping; is its indentation right?");
    }
    if (same_column && wants_item) {
      return whole_line(at_, "a key cannot stand among the items of a list; is its indentation right?");
    }
    const std::uint32_t above = line_above(at_);
    if (above != kNowhere && indentation(at_) > content_column(above)) return whole_line(at_, std::string(kDeeper));
    const std::uint32_t blanks = indentation(at_);
    return whole_line(at_, fmt::format("this line is indented by {} blank{}, which fits no line above", blanks,
                                       blanks == 1 ? "" : "s"));
  }

  std::uint32_t column(std::uint32_t at) const { return at - line_begin(at); }

  bool follows_quoted() const {
    const bool is_quoted = fault_.scalar_style == Style::single_quoted || fault_.scalar_style == Style::double_quoted;
    if (!is_quoted || fault_.scalar_end > at_) return false;
    const std::string_view between = text_.substr(fault_.scalar_end, at_ - fault_.scalar_end);
    return between.find_first_not_of(" \t") == std::string_view::npos;
  }

  SyntaxReason after_quoted() const {
    const std::string_view quoted_text = text_.substr(fault_.scalar_begin, fault_.scalar_end - fault_.scalar_begin);
    if (quoted_text.find('\n') != std::string_view::npos) {
      return with_related(here(fault_.scalar_begin,
                               "the text that this quote opens ends at a quote on a later line, "
                               "where more text follows; its own closing quote is missing"),
                          at_, "the text that follows");
    }
    return word(at_, fault_.scalar_style == Style::single_quoted
                         ? "text after the closing quote; write `''` for a quote inside single quotes"
                         : "text after the closing quote; write `\\\"` for a quote inside double quotes");
  }

  SyntaxReason missing_node() const {
    if (fault_.bracket != kNowhere) return unexpected_in_brackets("a value is missing here");
    const char c = at_ < end_ ? text_[at_] : ' ';
    if (c == ',' || c == ']' || c == '}') {
      return here(at_, fmt::format("a plain value cannot begin with `{}`; quote it", c));
    }
    return here(at_, "a value is missing here");
  }

  // Something between brackets is wrong: that they are not closed as they were opened, or else `otherwise`.
  SyntaxReason unexpected_in_brackets(std::string_view otherwise) const {
    const std::uint32_t opening = fault_.bracket != kNowhere ? fault_.bracket : context();
    if (opening >= end_ || (text_[opening] != '[' && text_[opening] != '{')) return word(at_, std::string(otherwise));
    std::vector<std::uint32_t> open;
    for (std::uint32_t at = opening; at < end_; ++at) {
      const char c = text_[at];
      if (c == '\'' || c == '"') {
        at = closing_quote(at);
      } else if (c == '#' && at > begin_ && (is_blank(text_[at - 1]) || is_break(text_[at - 1]))) {
        at = line_end(at);
      } else if (c == '[' || c == '{') {
        open.push_back(at);
      } else if (c == ']' || c == '}') {
        const char wanted = text_[open.back()] == '[' ? ']' : '}';
        if (c != wanted) {
          return with_related(here(at, fmt::format("expected `{}` before this `{}`", wanted, c)), open.back(),
                              fmt::format("this `{}` is still open", text_[open.back()]));
        }
        open.pop_back();
        if (open.empty()) {
          return with_related(word(at_, std::string(otherwise)), opening, "inside the brackets that open here");
        }
      }
    }
    const std::uint32_t never_closed = open.empty() ? opening : open.back();
    return here(never_closed, fmt::format("this `{}` is never closed", text_[never_closed]));
  }

  // The quote that closes the one at `at`; the last byte of the text when there is none.
  std::uint32_t closing_quote(std::uint32_t at) const {
    const char quote = text_[at];
    const bool opens = at == begin_ || is_blank(text_[at - 1]) || is_break(text_[at - 1]) ||
                       std::string_view("[{,:").find(text_[at - 1]) != std::string_view::npos;
    if (!opens) return at;  // an apostrophe inside a plain text
    for (std::uint32_t next = at + 1; next < end_; ++next) {
      if (quote == '"' && text_[next] == '\\') {
        ++next;
      } else if (text_[next] == quote) {
        return next;
      }
    }
    return end_ - 1;
  }

  SyntaxReason after_document() const {
    if (text_.substr(begin_, 1) == "%" && fault_.root == kNowhere) {
      return whole_line(at_, "a line `---` must stand between directives (`%`) and the document");
    }
    if (fault_.root != kNowhere && begins_line(at_) && column(at_) < column(fault_.root)) {
      return with_related(whole_line(at_, "this line is indented less than the first line of the document"),
                          fault_.root, "the first line");
    }
    return whole_line(at_, "text after the end of the document; begin a new one with `---`");
  }

  // A character that begins nothing.
  SyntaxReason bad_start() const {
    const char c = at_ < end_ ? text_[at_] : ' ';
    if (c == '`') return word(at_, "a plain value cannot begin with a backtick; quote it");
    if (c != '\t') return word(at_, fmt::format("a plain value cannot begin with `{}`; quote it", c));
    return here(at_, begins_line(at_) ? "a tab is used as indentation; YAML allows blanks only"
                                      : "a tab stands where YAML expects a blank");
  }

  // `&` or `*` with something that is no name.
  SyntaxReason bad_word(std::uint32_t at) const {
    return word(at, text_.substr(at, 1) == "*"
                        ? "a plain value that begins with `*` is an alias, and this is none; quote a text"
                        : "a plain value that begins with `&` is an anchor, and this is none; quote a text");
  }

  SyntaxReason unknown_escape() const {
    SyntaxReason reason = here(at_, {});
    reason.end = here(reason.end, {}).end;
    reason.message = "an unknown escape in double quotes; write `\\\\` for a backslash, or use single quotes";
    return reason;
  }

  std::string_view text_;
  std::uint32_t begin_;
  std::uint32_t end_;
  const SyntaxFault& fault_;
  std::uint32_t at_;
};

}  // namespace

SyntaxReason explain(std::string_view text, std::uint32_t begin, std::uint32_t end, const SyntaxFault& fault) {
  return Explainer(text, begin, end, fault).run();
}

}  // namespace vlint::yaml
