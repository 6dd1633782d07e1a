#include "lint/output/uri.h"

#include <cstddef>

namespace vlint {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

bool may_stand_in_path(char c) {
  const bool is_alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_alphanumeric || std::string_view("-._~/@!$&'()*,;=").find(c) != std::string_view::npos;
}

std::optional<unsigned> digit(char c) {
  const char upper = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  const std::size_t value = kDigits.find(upper);
  if (value == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(value);
}

}  // namespace

std::string uri_of_path(std::string_view path) {
  std::string uri;
  for (const char c : path) {
    if (may_stand_in_path(c)) {
      uri += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    uri += '%';
    uri += kDigits[byte >> 4U];
    uri += kDigits[byte & 0xFU];
  }
  return uri;
}

std::optional<std::string> path_of_uri(std::string_view uri) {
  std::string path;
  for (std::size_t i = 0; i < uri.size(); ++i) {
    if (uri[i] != '%') {
      path += uri[i];
      continue;
    }
    if (uri.size() - i < 3) return std::nullopt;
    const std::optional<unsigned> high = digit(uri[i + 1]);
    const std::optional<unsigned> low = digit(uri[i + 2]);
    if (!high || !low) return std::nullopt;
    path += static_cast<char>(*high << 4U | *low);
    i += 2;
  }
  return path;
}

}  // namespace vlint
