#include "lint/jmespath/wildcard.h"

#include <cstddef>

#include "lint/base/text.h"

namespace vlint::jmespath {

// Greedy with one place to fall back to: of several stars only the last one ever needs to take more.
bool matches_wildcard(std::string_view pattern, std::string_view text) {
  if (!has_wildcard(pattern)) {
    if (pattern == text) return true;
    if (!find_invalid_utf8(pattern)) return false;  // otherwise other broken bytes may still be alike
  }
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t after_star = std::string_view::npos;
  std::size_t star_text = 0;  // where the text that the last star doesn't take begins
  while (t < text.size()) {
    const CodePoint character = code_point_at(text, t);
    if (p < pattern.size() && pattern[p] == '*') {
      after_star = ++p;
      star_text = t;
      continue;
    }
    if (p < pattern.size()) {
      const CodePoint wanted = code_point_at(pattern, p);
      if (pattern[p] == '?' || wanted.value == character.value) {
        p += wanted.size;
        t += character.size;
        continue;
      }
    }
    if (after_star == std::string_view::npos) return false;
    p = after_star;
    star_text += code_point_at(text, star_text).size;
    t = star_text;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace vlint::jmespath
