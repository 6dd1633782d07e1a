#include "lint/jmespath/regular_expression.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lint/base/text.h"

namespace vlint::jmespath {
namespace {

// regexp/syntax: the sentences of ErrorCode.
std::string_view go_reason(RE2::ErrorCode code) {
  switch (code) {
    case RE2::ErrorBadEscape:
      return "invalid escape sequence";
    case RE2::ErrorBadCharClass:
      return "invalid character class";
    case RE2::ErrorBadCharRange:
      return "invalid character class range";
    case RE2::ErrorMissingBracket:
      return "missing closing ]";
    case RE2::ErrorMissingParen:
      return "missing closing )";
    case RE2::ErrorUnexpectedParen:
      return "unexpected )";
    case RE2::ErrorTrailingBackslash:
      return "trailing backslash at end of expression";
    case RE2::ErrorRepeatArgument:
      return "missing argument to repetition operator";
    case RE2::ErrorRepeatSize:
      return "invalid repeat count";
    case RE2::ErrorRepeatOp:
      return "invalid nested repetition operator";
    case RE2::ErrorBadPerlOp:
      return "invalid or unsupported Perl syntax";
    case RE2::ErrorBadUTF8:
      return "invalid UTF-8";
    case RE2::ErrorBadNamedCapture:
      return "invalid named capture";
    case RE2::ErrorPatternTooLarge:
      return "expression too large";
    case RE2::NoError:
    case RE2::ErrorInternal:
      break;
  }
  return "regexp/syntax: internal error";
}

// Go knows (?<name>…), which this RE2 writes (?P<name>…), and refuses \C, which RE2 takes. Nothing: it has a \C.
std::optional<std::string> for_re2(std::string_view pattern) {
  std::string result;
  result.reserve(pattern.size());
  bool in_class = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    if (rest[0] == '\\' && rest.size() > 1) {
      if (rest[1] == 'C') return std::nullopt;
      if (rest[1] == 'Q') {  // literal up to \E
        const std::size_t end = std::min(rest.find("\\E"), rest.size());
        result += rest.substr(0, end);
        i += end - 1;
        continue;
      }
      result += rest.substr(0, 2);
      ++i;
      continue;
    }
    if (!in_class && rest.starts_with("(?<") && !rest.starts_with("(?<=") && !rest.starts_with("(?<!")) {
      result += "(?P<";
      i += 2;
      continue;
    }
    if (!in_class && rest[0] == '[') {
      in_class = true;
      // A bracket that comes first is one of the class.
      const std::size_t size = rest.starts_with("[^]") ? 3 : rest.starts_with("[]") ? 2 : 1;
      result += rest.substr(0, size);
      i += size - 1;
      continue;
    }
    if (in_class && rest.starts_with("[:")) {
      const std::size_t end = rest.find(":]");
      if (end != std::string_view::npos) {
        result += rest.substr(0, end + 2);
        i += end + 1;
        continue;
      }
    }
    if (rest[0] == ']') in_class = false;
    result.push_back(rest[0]);
  }
  return result;
}

using Pattern = std::shared_ptr<const RE2>;

Pattern compile(std::string_view pattern) {
  RE2::Options options(RE2::Quiet);
  const auto translated = for_re2(pattern);
  return std::make_shared<const RE2>(translated ? *translated : std::string("\\8"), options);
}

// A policy's few patterns are applied to every object, and compiling costs more than matching: each thread remembers
// the last ones. What a pattern means never changes, so nobody can tell but by the time it takes.
Pattern compiled(std::string_view pattern) {
  constexpr std::size_t kRemembered = 128;
  thread_local std::map<std::string, Pattern, std::less<>> memory;
  const auto found = memory.find(pattern);
  if (found != memory.end()) return found->second;
  if (memory.size() >= kRemembered) memory.clear();
  return memory.emplace(std::string(pattern), compile(pattern)).first->second;
}

Error compile_error(const RE2& pattern, std::string_view text) {
  std::string argument = pattern.error_arg();
  if (!for_re2(text)) argument = "\\C";
  if (argument.empty() && pattern.error_code() != RE2::ErrorTrailingBackslash) argument = text;
  return Error{fmt::format("error parsing regexp: {}: `{}`", go_reason(pattern.error_code()), argument)};
}

bool is_word(char byte) {
  return byte == '_' || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

struct Reference {
  std::string_view name;
  std::size_t size = 0;  // of the whole reference
};

// What stands behind a dollar sign (regexp.extract). Nothing when it is no reference. Names are ASCII here.
std::optional<Reference> read_reference(std::string_view text) {
  const bool braced = text.starts_with('{');
  std::size_t end = braced ? 1 : 0;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string_view name = text.substr(braced ? 1 : 0, end - (braced ? 1 : 0));
  if (name.empty()) return std::nullopt;
  if (!braced) return Reference{name, end};
  if (end == text.size() || text[end] != '}') return std::nullopt;
  return Reference{name, end + 1};
}

// The number of a group: its digits, or the group of that name; -1 when there is none.
int group_number(const RE2& pattern, std::string_view name) {
  int number = 0;
  for (const char byte : name) {
    if (byte < '0' || byte > '9' || number >= 100'000'000) {
      const auto& names = pattern.NamedCapturingGroups();
      const auto found = names.find(std::string(name));
      return found == names.end() ? -1 : found->second;
    }
    number = number * 10 + (byte - '0');
  }
  if (name.size() > 1 && name[0] == '0') return -1;  // Go takes a number with a leading zero for a name
  return number;
}

// A replacement taken apart once: texts, and groups between them.
struct Piece {
  std::string_view text;
  int group = -1;
};

std::vector<Piece> read_template(const RE2& pattern, std::string_view replacement) {
  std::vector<Piece> pieces;
  while (true) {
    const std::size_t dollar = replacement.find('$');
    pieces.push_back({replacement.substr(0, dollar), -1});
    if (dollar == std::string_view::npos) return pieces;
    const std::string_view rest = replacement.substr(dollar + 1);
    if (rest.starts_with('$')) {
      pieces.push_back({"$", -1});
      replacement = rest.substr(1);
      continue;
    }
    const auto reference = read_reference(rest);
    if (!reference) {
      pieces.push_back({"$", -1});
      replacement = rest;
      continue;
    }
    pieces.push_back({{}, group_number(pattern, reference->name)});
    replacement = rest.substr(reference->size);
  }
}

}  // namespace

Result<bool> regex_match(std::string_view pattern, std::string_view text) {
  const Pattern regex = compiled(pattern);
  if (!regex->ok()) return compile_error(*regex, pattern);
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex);
}

Result<std::string> regex_replace_all(std::string_view pattern, std::string_view text, std::string_view replacement,
                                      Replacement kind, std::size_t max_size) {
  const Pattern regex = compiled(pattern);
  if (!regex->ok()) return compile_error(*regex, pattern);
  const std::vector<Piece> pieces =
      kind == Replacement::literal ? std::vector<Piece>{{replacement, -1}} : read_template(*regex, replacement);
  const int groups = regex->NumberOfCapturingGroups() + 1;
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(groups));
  const re2::StringPiece source(text.data(), text.size());
  std::string result;
  std::size_t copied = 0;  // up to where the text is in the result
  for (std::size_t from = 0; from <= text.size();) {
    if (!regex->Match(source, from, text.size(), RE2::UNANCHORED, found.data(), groups)) break;
    const auto begin = static_cast<std::size_t>(found[0].data() - text.data());
    const std::size_t end = begin + found[0].size();
    result += text.substr(copied, begin - copied);
    // An empty match right behind another match is none.
    if (end > copied || begin == 0) {
      for (const Piece& piece : pieces) {
        result += piece.text;
        if (piece.group >= 0 && piece.group < groups) {
          const re2::StringPiece& group = found[static_cast<std::size_t>(piece.group)];
          result.append(group.data() == nullptr ? "" : group.data(), group.size());
        }
      }
    }
    if (result.size() > max_size) return result;
    copied = end;
    // Go on behind the match, by one character at least.
    const std::size_t step = from < text.size() ? code_point_at(text, from).size : 1;
    from = std::max(from + step, end);
  }
  result += text.substr(copied);
  return result;
}

}  // namespace vlint::jmespath
