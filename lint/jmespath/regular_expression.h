// Go's regular expressions on RE2, the same engine: replacement templates, messages, and a memory of compiled patterns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/base/result.h"

namespace vlint::jmespath {

// regexp.Match: whether the pattern matches somewhere. Error: Go's sentence, "error parsing regexp: …".
Result<bool> regex_match(std::string_view pattern, std::string_view text);

enum class Replacement : std::uint8_t {
  expanded,  // $1, ${1}, $name, ${name} stand for groups, $$ for $; unknown ones for nothing
  literal,
};

// Regexp.ReplaceAll and ReplaceAllLiteral. Stops when the result has more than `max_size` bytes: a result that is
// larger is not the whole one. Error: as regex_match.
Result<std::string> regex_replace_all(std::string_view pattern, std::string_view text, std::string_view replacement,
                                      Replacement kind, std::size_t max_size);

}  // namespace vlint::jmespath
