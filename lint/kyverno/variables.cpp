#include "lint/kyverno/variables.h"

#include <algorithm>
#include <optional>

#include "lint/base/text.h"

namespace vlint::kyverno {
namespace {

constexpr std::size_t kNone = std::string_view::npos;
// Stands in for a variable that has been replaced by something that is not known. No brace, no backslash, no blank.
constexpr char kHole = '\x01';
// Variables inside variables beyond this depth are not looked for; a person writes two or three.
constexpr int kMaxDepth = 32;

bool is_pair(std::string_view text, std::size_t at, char brace) {
  return at + 1 < text.size() && text[at] == brace && text[at + 1] == brace;
}

// The end of a variable that begins at `at`, or kNone. `\{\{(?:\{[^{}]*\}|[^{}])*\}\}` has one reading only, and what
// is read in vain ends at the next `{{`, so that all tries together stay linear.
std::size_t variable_end(std::string_view text, std::size_t at) {
  for (std::size_t i = at + 2;;) {
    i = text.find_first_of("{}", i);
    if (i == kNone) return kNone;
    if (text[i] == '}') return is_pair(text, i, '}') ? i + 2 : kNone;
    const std::size_t close = text.find_first_of("{}", i + 1);
    if (close == kNone || text[close] == '{') return kNone;
    i = close + 1;
  }
}

// The bytes of the character that ends right before `at`, beyond its first.
std::size_t stray_before(std::string_view text, std::size_t at, std::size_t from) {
  for (std::size_t size = 2; size <= 4 && from + size <= at; ++size) {
    const CodePoint character = code_point_at(text.substr(0, at), at - size);
    if (character.valid && character.size == size) return size - 1;
  }
  return 0;
}

// `(^|[^\\])` before `at`, with the search beginning at `from`.
bool may_begin(std::string_view text, std::size_t at, std::size_t from) {
  return at == 0 || (at > from && text[at - 1] != '\\');
}

Variable variable_at(std::string_view text, TextRange range, std::size_t from) {
  Variable variable;
  variable.range = range;
  variable.stray = stray_before(text, range.begin, from);
  variable.expression = trim_space(text, {range.begin + 2, range.end - 2});
  // With stray bytes before it, a dash is not the first thing.
  if (variable.stray == 0 && variable.expression.size() > 0 && text[variable.expression.begin] == '-') {
    variable.shallow = true;
    variable.expression = trim_space(text, {variable.expression.begin + 1, variable.expression.end});
  }
  return variable;
}

bool is_go_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// The last character before `end` and not before `begin`.
CodePoint code_point_before(std::string_view text, std::size_t begin, std::size_t end) {
  for (std::size_t size = 4; size > 1; --size) {
    if (end - begin < size) continue;
    const CodePoint character = code_point_at(text.substr(0, end), end - size);
    if (character.valid && character.size == size) return character;
  }
  return code_point_at(text.substr(0, end), end - 1);
}

}  // namespace

TextRange trim_space(std::string_view text, TextRange range) {
  while (range.begin < range.end) {
    const CodePoint first = code_point_at(text.substr(0, range.end), range.begin);
    if (!is_go_space(first.value)) break;
    range.begin += first.size;
  }
  while (range.begin < range.end) {
    const CodePoint last = code_point_before(text, range.begin, range.end);
    if (!is_go_space(last.value)) break;
    range.end -= last.size;
  }
  return range;
}

std::vector<Variable> find_variables(std::string_view text) {
  std::vector<Variable> found;
  std::size_t from = 0;  // the character before a variable must not belong to the one before
  for (std::size_t at = text.find("{{"); at != kNone; at = text.find("{{", at)) {
    const std::size_t end = may_begin(text, at, from) ? variable_end(text, at) : kNone;
    if (end == kNone) {
      ++at;
      continue;
    }
    found.push_back(variable_at(text, {at, end}, from));
    at = from = end;
  }
  return found;
}

std::string expression_of(std::string_view text, const Variable& variable) {
  return expression_with(text, {variable, {}}, {});
}

std::vector<NestedVariable> find_all_variables(std::string_view text) {
  std::vector<NestedVariable> all;
  std::string rest(text);
  std::vector<std::size_t> hole_end;  // by the offset where a hole begins; 0: none begins there
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    const std::vector<Variable> found = find_variables(rest);
    if (found.empty()) break;
    hole_end.resize(text.size());
    for (const Variable& variable : found) {
      NestedVariable nested{variable, {}};
      for (std::size_t at = variable.expression.begin; at < variable.expression.end;) {
        const std::size_t end = hole_end[at];
        if (end != 0) nested.inner.push_back({at, end});
        at = end != 0 ? end : at + 1;
      }
      all.push_back(std::move(nested));
    }
    for (const Variable& variable : found) {
      std::fill_n(rest.begin() + static_cast<std::ptrdiff_t>(variable.range.begin), variable.range.size(), kHole);
      hole_end[variable.range.begin] = variable.range.end;
    }
  }
  std::sort(all.begin(), all.end(), [](const NestedVariable& a, const NestedVariable& b) {
    return a.variable.range.end < b.variable.range.end;
  });
  return all;
}

std::string expression_with(std::string_view text, const NestedVariable& nested, std::string_view with) {
  const Variable& variable = nested.variable;
  std::string whole(text.substr(variable.range.begin - variable.stray, variable.stray));
  std::size_t from = variable.stray == 0 ? variable.expression.begin : variable.range.begin + 2;
  for (const TextRange& inner : nested.inner) {
    whole += text.substr(from, inner.begin - from);
    whole += with;
    from = inner.end;
  }
  whole += text.substr(from, variable.expression.end - from);
  return whole;
}

std::vector<Reference> find_references(std::string_view text) {
  std::vector<Reference> found;
  std::size_t from = 0;
  TextRange word;                  // the run without a blank that was looked at last
  std::size_t last_close = kNone;  // its last `)`
  for (std::size_t at = text.find("$("); at != kNone; at = text.find("$(", at)) {
    const std::size_t first = at + 2;
    const bool has_first = first < text.size() && text[first] != '\n';
    // `.` is a character of any kind, a blank too; what follows has none.
    const std::size_t rest = has_first ? first + code_point_at(text, first).size : text.size();
    if (rest < text.size() && (rest < word.begin || rest >= word.end)) {
      word = {rest, std::min(text.find(' ', rest), text.size())};
      const std::size_t close = text.substr(rest, word.size()).rfind(')');
      last_close = close == kNone ? kNone : rest + close;
    }
    const bool closes = rest < text.size() && last_close != kNone && last_close >= rest && text[rest] != ' ';
    if (!may_begin(text, at, from) || !closes) {
      ++at;
      continue;
    }
    found.push_back({{at, last_close + 1}, stray_before(text, at, from)});
    at = from = last_close + 1;
  }
  return found;
}

std::string unescape_variables(std::string_view text) {
  std::string result;
  std::size_t from = 0;
  for (std::size_t at = text.find("\\{{"); at != kNone; at = text.find("\\{{", from)) {
    result += text.substr(from, at - from);
    result += "{{";
    from = at + 3;
  }
  result += text.substr(from);
  return result;
}

// `\\\$\(.[^\ \)]*\)`
std::string unescape_references(std::string_view text) {
  std::string result;
  std::size_t from = 0;
  std::size_t stop = 0;  // the first blank or `)` from where it was last looked for
  for (std::size_t at = text.find("\\$("); at != kNone; at = text.find("\\$(", at)) {
    const std::size_t first = at + 3;
    if (first >= text.size()) break;
    const std::size_t rest = first + code_point_at(text, first).size;
    if (stop < rest) stop = std::min(text.find_first_of(" )", rest), text.size());
    if (text[first] == '\n' || stop == text.size() || text[stop] == ' ') {
      ++at;
      continue;
    }
    result += text.substr(from, at - from);
    from = at + 1;
    at = stop + 1;
  }
  result += text.substr(from);
  return result;
}

std::vector<Unseen> find_unseen(std::string_view text) {
  if (text.find("{{") == kNone && text.find("}}") == kNone) return {};
  std::string rest(text);
  for (const NestedVariable& nested : find_all_variables(text)) {
    const TextRange& range = nested.variable.range;
    std::fill_n(rest.begin() + static_cast<std::ptrdiff_t>(range.begin), range.size(), kHole);
  }
  std::vector<std::size_t> partner(rest.size(), kNone);
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < rest.size(); ++at) {
    if (rest[at] == '{') open.push_back(at);
    if (rest[at] != '}' || open.empty()) continue;
    partner[at] = open.back();
    partner[open.back()] = at;
    open.pop_back();
  }
  std::vector<Unseen> unseen;
  for (std::size_t at = 0; at + 1 < rest.size(); ++at) {
    if (is_pair(rest, at, '{')) {
      const bool escaped = at > 0 && rest[at - 1] == '\\';
      const std::size_t end = partner[at];
      const bool whole = end != kNone && partner[at + 1] != kNone;
      const bool is_deep = whole && partner[at + 1] + 1 == end;
      if (!escaped && is_deep) unseen.push_back({Unseen::Kind::deep_braces, {at, end + 1}});
      if (!escaped && !whole) unseen.push_back({Unseen::Kind::no_end, {at, at + 2}});
      at = is_deep ? end : at + 1;
    } else if (is_pair(rest, at, '}') && partner[at] == kNone && partner[at + 1] == kNone) {
      unseen.push_back({Unseen::Kind::no_begin, {at, at + 2}});
      ++at;
    }
  }
  return unseen;
}

}  // namespace vlint::kyverno
