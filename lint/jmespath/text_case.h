// Upper case, lower case and comparison without regard to case, for all of Unicode, character by character as Go's
// strings package does it (no ß to SS, no rules of languages).
#pragma once

#include <string>
#include <string_view>

namespace vlint::jmespath {

// strings.ToUpper, strings.ToLower. Bytes that are not UTF-8 become U+FFFD, in a text that is not all ASCII.
std::string to_upper(std::string_view text);
std::string to_lower(std::string_view text);

// strings.EqualFold: simple folding, so K, k and the Kelvin sign are equal.
bool equal_fold(std::string_view a, std::string_view b);

}  // namespace vlint::jmespath
