// Base64, MD5 and SHA-1 as Kyverno's functions give them. SHA-256 is base/sha256.h. Nothing here is for security.
#pragma once

#include <string>
#include <string_view>

#include "lint/base/result.h"

namespace vlint::jmespath {

// Go's encoding/base64 StdEncoding: the alphabet with + and /, padding demanded, line ends in the text skipped. Error:
// Go's sentence with the byte.
std::string base64_encode(std::string_view bytes);
Result<std::string> base64_decode(std::string_view text);

// The digests as lower-case hexadecimal digits: RFC 1321, FIPS 180-4.
std::string md5_hex(std::string_view bytes);
std::string sha1_hex(std::string_view bytes);

}  // namespace vlint::jmespath
