#include "lint/jmespath/text_case.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "lint/base/text.h"

namespace vlint::jmespath {
namespace {

struct CaseRange {
  char32_t first;
  char32_t last;
  std::int32_t to_upper;
  std::int32_t to_lower;
  bool takes_turns;
};

constexpr CaseRange kRanges[] = {
#define VLINT_CASE_RANGE(first, last, upper, lower) {first, last, upper, lower, false},
#define VLINT_CASE_PAIRS(first, last) {first, last, 0, 0, true},
#include "lint/jmespath/unicode_case.def"
#undef VLINT_CASE_RANGE
#undef VLINT_CASE_PAIRS
};

// unicode.SimpleFold, where folding is more than a pair of cases: the smallest character of each circle.
struct Fold {
  char32_t character;
  char32_t smallest;
};
constexpr Fold kFolds[] = {{0x0130, 0x0130}, {0x0131, 0x0131}, {0x0399, 0x0345}, {0x039C, 0x00B5}, {0x03B9, 0x0345},
                           {0x03BC, 0x00B5}, {0x03F4, 0x0398}, {0x1FBE, 0x0345}, {0x2126, 0x03A9}, {0x212A, 0x004B},
                           {0x212B, 0x00C5}, {0xA64A, 0x1C88}, {0xA64B, 0x1C88}};

char32_t add(char32_t character, std::int32_t delta) {
  return static_cast<char32_t>(static_cast<std::int32_t>(character) + delta);
}

const CaseRange* range_of(char32_t character) {
  const auto* const found = std::lower_bound(std::begin(kRanges), std::end(kRanges), character,
                                             [](const CaseRange& range, char32_t c) { return range.last < c; });
  return found != std::end(kRanges) && found->first <= character ? found : nullptr;
}

char32_t upper(char32_t character) {
  if (character < 0x80) return character >= 'a' && character <= 'z' ? character - 32 : character;
  const CaseRange* const range = range_of(character);
  if (range == nullptr) return character;
  if (range->takes_turns) return range->first + ((character - range->first) & ~char32_t{1});
  return add(character, range->to_upper);
}

char32_t lower(char32_t character) {
  if (character < 0x80) return character >= 'A' && character <= 'Z' ? character + 32 : character;
  const CaseRange* const range = range_of(character);
  if (range == nullptr) return character;
  if (range->takes_turns) return range->first + ((character - range->first) | char32_t{1});
  return add(character, range->to_lower);
}

char32_t folded(char32_t character) {
  for (const Fold& fold : kFolds) {
    if (fold.character == character) return fold.smallest;
  }
  return std::min({character, upper(character), lower(character)});
}

void append_utf8(char32_t c, std::string& text) {
  const auto byte = [&text](char32_t value) { text.push_back(static_cast<char>(value)); };
  if (c < 0x80) {
    byte(c);
  } else if (c < 0x800) {
    byte(0xC0 | (c >> 6U));
    byte(0x80 | (c & 0x3FU));
  } else if (c < 0x10000) {
    byte(0xE0 | (c >> 12U));
    byte(0x80 | ((c >> 6U) & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  } else {
    byte(0xF0 | (c >> 18U));
    byte(0x80 | ((c >> 12U) & 0x3FU));
    byte(0x80 | ((c >> 6U) & 0x3FU));
    byte(0x80 | (c & 0x3FU));
  }
}

template <typename Change>
std::string mapped(std::string_view text, Change change) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint character = code_point_at(text, i);
    append_utf8(change(character.value), result);
    i += character.size;
  }
  return result;
}

}  // namespace

std::string to_upper(std::string_view text) { return mapped(text, upper); }
std::string to_lower(std::string_view text) { return mapped(text, lower); }

bool equal_fold(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const CodePoint left = code_point_at(a, i);
    const CodePoint right = code_point_at(b, j);
    if (left.value != right.value && folded(left.value) != folded(right.value)) return false;
    i += left.size;
    j += right.size;
  }
  return i == a.size() && j == b.size();
}

}  // namespace vlint::jmespath
