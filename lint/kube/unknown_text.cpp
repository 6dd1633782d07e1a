#include "lint/kube/unknown_text.h"

#include <fmt/format.h>

#include "lint/base/sha256.h"

namespace vlint::kube {
namespace {

constexpr std::string_view kBegin = "${unknown:";
constexpr std::string_view kEnd = "}";

}  // namespace

std::string unknown_text(std::string_view identity) {
  return identity.empty() ? "${unknown}" : fmt::format("{}{}{}", kBegin, sha256_hex(identity), kEnd);
}

std::string_view identity_in(std::string_view unknown_text) {
  if (!unknown_text.starts_with(kBegin) || !unknown_text.ends_with(kEnd)) return {};
  return unknown_text.substr(kBegin.size(), unknown_text.size() - kBegin.size() - kEnd.size());
}

}  // namespace vlint::kube
