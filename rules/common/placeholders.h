// Texts that stand for a secret value which is not there: "<your key>", "changeme", "${KEY}".
#pragma once

#include <string_view>

namespace vlint::rules {

// Also an empty text.
bool is_placeholder(std::string_view value);

}  // namespace vlint::rules
