// Kyverno's functions on texts. Go's strings package works on bytes that are mostly UTF-8; so does this.
#include <algorithm>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/go_number.h"
#include "lint/jmespath/kyverno_functions.h"
#include "lint/jmespath/regular_expression.h"
#include "lint/jmespath/text_case.h"
#include "lint/jmespath/wildcard.h"

namespace vlint::jmespath::functions {
namespace {

// ifaceToString: what a string or a number is as text.
std::string text_of(const Json& value) {
  if (value.is_go_int()) return go_sprint(value);
  return value.is_number() ? go_fixed_float32(value.as_number()) : value.as_string();
}

std::int64_t count_of(std::string_view text, std::string_view part) {
  if (part.empty()) return static_cast<std::int64_t>(count_code_points(text)) + 1;
  std::int64_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

// strings.Replace: the first `count` of them, all if that is below zero. Nothing to find is found before each
// character and at the end.
Outcome replaced(std::string_view function, std::string_view source, std::string_view old, std::string_view replacement,
                 std::int64_t count) {
  const std::int64_t present = old == replacement || count == 0 ? 0 : count_of(source, old);
  const std::int64_t times = count < 0 ? present : std::min(count, present);
  if (times == 0) return Json::string(std::string(source));
  if (replacement.size() > kLargestText / static_cast<std::size_t>(times)) {
    return function_failure(FailureKind::limit, function, "the result is too large");
  }
  std::string result;
  std::size_t start = 0;
  for (std::int64_t i = 0; i < times; ++i) {
    std::size_t at = start;
    if (!old.empty()) {
      at = source.find(old, start);
    } else if (i > 0) {
      at += code_point_at(source, start).size;
    }
    result += source.substr(start, at - start);
    result += replacement;
    start = at + old.size();
  }
  result += source.substr(start);
  return text_result(function, std::move(result));
}

// Whether a character of the set, which is compared as Go does: bytes that are no UTF-8 are all alike.
bool is_in(std::string_view set, char32_t character) {
  for (std::size_t i = 0; i < set.size();) {
    const CodePoint member = code_point_at(set, i);
    if (member.value == character) return true;
    i += member.size;
  }
  return false;
}

// The last character: at most four bytes back, else one byte that is no UTF-8.
CodePoint last_code_point(std::string_view source) {
  for (std::size_t size = 2; size <= std::min<std::size_t>(4, source.size()); ++size) {
    const CodePoint candidate = code_point_at(source, source.size() - size);
    if (candidate.size == size && candidate.valid) return candidate;
  }
  return code_point_at(source, source.size() - 1);
}

Outcome regex_replaced(std::string_view function, Arguments arguments, Replacement kind) {
  const std::string source = text_of(arguments[1].value);
  const std::string replacement = text_of(arguments[2].value);
  auto result = jmespath::regex_replace_all(text(arguments, 0), source, replacement, kind, kLargestText);
  if (!result) return function_failure(FailureKind::value, function, result.error());
  return text_result(function, std::move(result).value());
}

}  // namespace

Outcome compare(Arguments arguments) {
  const int order = text(arguments, 0).compare(text(arguments, 1));
  return Json::number(order < 0 ? -1 : order > 0 ? 1 : 0).as_go_type();
}

Outcome equal_fold(Arguments arguments) {
  return Json::boolean(jmespath::equal_fold(text(arguments, 0), text(arguments, 1)));
}

Outcome replace(Arguments arguments) {
  const std::int64_t count = go_int64(arguments[3].value.as_number());
  return replaced("replace", text(arguments, 0), text(arguments, 1), text(arguments, 2), count);
}

Outcome replace_all(Arguments arguments) {
  return replaced("replace_all", text(arguments, 0), text(arguments, 1), text(arguments, 2), -1);
}

Outcome to_upper(Arguments arguments) { return text_result("to_upper", jmespath::to_upper(text(arguments, 0))); }

Outcome to_lower(Arguments arguments) { return text_result("to_lower", jmespath::to_lower(text(arguments, 0))); }

// strings.Trim: the second text is a set of characters.
Outcome trim(Arguments arguments) {
  std::string_view source = text(arguments, 0);
  const std::string_view set = text(arguments, 1);
  while (!source.empty()) {
    const CodePoint first = code_point_at(source, 0);
    if (!is_in(set, first.value)) break;
    source.remove_prefix(first.size);
  }
  while (!source.empty()) {
    const CodePoint last = last_code_point(source);
    if (!is_in(set, last.value)) break;
    source.remove_suffix(last.size);
  }
  return Json::string(std::string(source));
}

Outcome trim_prefix(Arguments arguments) {
  std::string_view source = text(arguments, 0);
  if (source.starts_with(text(arguments, 1))) source.remove_prefix(text(arguments, 1).size());
  return Json::string(std::string(source));
}

// strings.Split: at nothing, into characters.
Outcome split(Arguments arguments) {
  std::string_view source = text(arguments, 0);
  const std::string_view separator = text(arguments, 1);
  Json::Array parts;
  if (separator.empty()) {
    for (std::size_t i = 0; i < source.size();) {
      const std::size_t size = code_point_at(source, i).size;
      parts.push_back(Json::string(std::string(source.substr(i, size))));
      i += size;
    }
    return Json::array(std::move(parts));
  }
  for (std::size_t at = source.find(separator); at != std::string_view::npos; at = source.find(separator)) {
    parts.push_back(Json::string(std::string(source.substr(0, at))));
    source.remove_prefix(at + separator.size());
  }
  parts.push_back(Json::string(std::string(source)));
  return Json::array(std::move(parts));
}

// github.com/aquilax/truncate with CutStrategy: the first characters.
Outcome truncate(Arguments arguments) {
  const std::string_view source = text(arguments, 0);
  const std::int64_t length = go_int64(std::max(arguments[1].value.as_number(), 0.0));
  std::size_t end = 0;
  for (std::int64_t i = 0; i < length && end < source.size(); ++i) end += code_point_at(source, end).size;
  return Json::string(std::string(source.substr(0, end)));
}

Outcome to_boolean(Arguments arguments) {
  const std::string lower = jmespath::to_lower(text(arguments, 0));
  if (lower == "true") return Json::boolean(true);
  if (lower == "false") return Json::boolean(false);
  return function_failure(FailureKind::value, "to_boolean",
                          "lowercase argument must be 'true' or 'false' (provided: '" + text(arguments, 0) + "')");
}

// filepath.Join of one part: path.Clean, and nothing stays nothing.
Outcome path_canonicalize(Arguments arguments) {
  const std::string_view path = text(arguments, 0);
  if (path.empty()) return Json::string({});
  const bool is_rooted = path.front() == '/';
  std::vector<std::string_view> parts;
  for (const std::string_view part : vlint::split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!is_rooted) {
      parts.push_back(part);
    }
  }
  const std::string clean = (is_rooted ? "/" : "") + join(parts, "/");
  return Json::string(clean.empty() ? "." : clean);
}

Outcome pattern_match(Arguments arguments) {
  return Json::boolean(matches_wildcard(text(arguments, 0), text_of(arguments[1].value)));
}

Outcome regex_match(Arguments arguments) {
  const auto matches = jmespath::regex_match(text(arguments, 0), text_of(arguments[1].value));
  if (!matches) return value_failure(matches.error());
  return Json::boolean(*matches);
}

Outcome regex_replace_all(Arguments arguments) {
  return regex_replaced("regex_replace_all", arguments, Replacement::expanded);
}

Outcome regex_replace_all_literal(Arguments arguments) {
  return regex_replaced("regex_replace_all_literal", arguments, Replacement::literal);
}

// Another text each time. Which patterns the generator refuses is not looked at, but for none.
Outcome random(Arguments arguments) {
  if (text(arguments, 0).empty()) return value_failure("no pattern provided");
  return Json::unknown();
}

}  // namespace vlint::jmespath::functions
