// SHA-256 (FIPS 180-4), for hashes of files in reports. Not for passwords or signatures.
#pragma once

#include <string>
#include <string_view>

namespace vlint {

// The digest as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

}  // namespace vlint
