#include "lint/jmespath/image_reference.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include "lint/base/text.h"

namespace vlint::jmespath {
namespace {

constexpr std::string_view kDefaultRegistry = "docker.io";
constexpr std::size_t kLongestPath = 255;

// The grammar of github.com/distribution/reference: registry, path, tag, digest.
constexpr char kGrammar[] =
    "^(?:((?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
    "(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[(?:[a-fA-F0-9:]+)\\])(?::[0-9]+)?)/)?"
    "([a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*)*)"
    "(?::([\\w][\\w.-]{0,127}))?"
    "(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*[:][[:xdigit:]]{32,}))?$";

const RE2& grammar() {
  static const RE2 pattern(kGrammar);
  return pattern;
}

// addDefaultRegistry: the first part is a registry if it has a dot, a colon or a capital, or is localhost.
std::string with_registry(std::string_view image) {
  const std::size_t slash = image.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view first = image.substr(0, slash);
    const bool is_registry =
        first.find_first_of(".:") != std::string_view::npos || first == "localhost" || to_lower_ascii(first) != first;
    if (is_registry) return std::string(image);
  }
  return fmt::format("{}/{}", kDefaultRegistry, image);
}

// opencontainers/go-digest: a known algorithm with as many digits as it makes, in lower case. Empty if it is fine.
std::string_view digest_fault(std::string_view digest) {
  const std::size_t colon = digest.find(':');
  const std::string_view algorithm = digest.substr(0, colon);
  const std::string_view digits = digest.substr(colon + 1);
  const std::size_t size = algorithm == "sha256" ? 64 : algorithm == "sha384" ? 96 : algorithm == "sha512" ? 128 : 0;
  if (size == 0) return "unsupported digest algorithm";
  if (digits.size() != size) return "invalid checksum digest length";
  if (to_lower_ascii(digits) != digits) return "invalid checksum digest format";
  return {};
}

}  // namespace

std::string ImageReference::to_string() const {
  if (digest.empty()) return with_tag();
  return registry.empty() ? fmt::format("{}@{}", path, digest) : fmt::format("{}/{}@{}", registry, path, digest);
}

std::string ImageReference::with_tag() const {
  return registry.empty() ? fmt::format("{}:{}", path, tag) : fmt::format("{}/{}:{}", registry, path, tag);
}

Result<ImageReference> parse_image(std::string_view image) {
  const std::string full = with_registry(image);
  const auto bad = [&full](std::string_view reason) {
    return Error{fmt::format("bad image: {}, defaultRegistry: {}, enableDefaultRegistryMutation: true: {}", full,
                             kDefaultRegistry, reason)};
  };
  ImageReference reference;
  if (!RE2::FullMatch(full, grammar(), &reference.registry, &reference.path, &reference.tag, &reference.digest)) {
    const bool in_lower_case = RE2::FullMatch(to_lower_ascii(full), grammar());
    return bad(in_lower_case ? "repository name must be lowercase" : "invalid reference format");
  }
  if (reference.path.size() > kLongestPath) {
    return bad("repository name must not be more than 255 characters");
  }
  if (!reference.digest.empty()) {
    if (const std::string_view fault = digest_fault(reference.digest); !fault.empty()) return bad(fault);
  }
  if (reference.digest.empty() && reference.tag.empty()) reference.tag = "latest";
  reference.name = reference.path.substr(reference.path.rfind('/') + 1);
  return reference;
}

}  // namespace vlint::jmespath
