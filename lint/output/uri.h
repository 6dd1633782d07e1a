// Paths as relative URI references (RFC 3986), and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vlint {

// Percent-encodes the bytes of a relative path that a URI cannot hold, and `:`, which in a first segment would end a
// scheme. `/` stays a separator.
std::string uri_of_path(std::string_view path);

// The path of a relative URI reference; nothing when an escape is broken.
std::optional<std::string> path_of_uri(std::string_view uri);

}  // namespace vlint
