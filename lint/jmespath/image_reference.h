// Names of container images, taken apart as Kyverno does it: "nginx" is docker.io/nginx:latest.
//
// Kyverno's own defaults are assumed (defaultRegistry docker.io, enableDefaultRegistryMutation true). Unlike Docker it
// adds no "library/".
#pragma once

#include <string>
#include <string_view>

#include "lint/base/result.h"

namespace vlint::jmespath {

struct ImageReference {
  std::string registry;
  std::string name;  // the last part of the path
  std::string path;  // without the registry
  std::string tag;   // "latest" when there is neither a tag nor a digest
  std::string digest;

  // registry/path@digest, or registry/path:tag: Kyverno's `reference`, and what image_normalize gives.
  std::string to_string() const;
  // registry/path:tag, also when the tag is empty: Kyverno's `referenceWithTag`.
  std::string with_tag() const;
};

// kyverno pkg/utils/image: GetImageInfo; github.com/distribution/reference v0.6. Error: what is wrong.
Result<ImageReference> parse_image(std::string_view image);

}  // namespace vlint::jmespath
