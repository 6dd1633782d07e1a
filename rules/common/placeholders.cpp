#include "rules/common/placeholders.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "lint/base/text.h"

namespace vlint::rules {

bool is_placeholder(std::string_view value) {
  constexpr std::string_view kWords[] = {"<",       "{",        "$",    "***",  "change",      "replace", "your",
                                         "example", "redacted", "xxxx", "todo", "placeholder", "dummy",   "insert"};
  const std::string lower = to_lower_ascii(value);
  return trim(value).empty() || std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
           return lower.find(word) != std::string::npos;
         });
}

}  // namespace vlint::rules
