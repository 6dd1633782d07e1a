// How a field of a built object came to be what it is, for people: base, patches, transformers, and the build.
#pragma once

#include <vector>

#include "lint/engine/finding.h"
#include "lint/gitops/units.h"
#include "lint/kube/resource.h"

namespace vlint {

// The steps that made a field, oldest first, and the build that read them, unless `shown` stands in the build's own
// folder. Empty for objects that are deployed as they stand.
std::vector<Label> history_of(const gitops::Units& units, const kube::Resource& resource, yaml::Value field,
                              Span shown);

// What was taken out of a collection of a built object, newest first, each with the place of what took it.
std::vector<Label> removed_from(const gitops::Units& units, const kube::Resource& resource, yaml::Value collection);

}  // namespace vlint
