// `replacements`: a value of one object copied into fields of others.
#pragma once

#include "lint/kustomize/transformers.h"

namespace vlint::kustomize {

class Sources;

// An entry that stands in a kustomization or in a file of its own. Throws Failure. api/filters/replacement.
// `notes` gets targets that select nothing.
void transform_replacement(Editor& editor, Sources& sources, Resources& resources, yaml::Value replacement,
                           std::vector<Fault>& notes);

}  // namespace vlint::kustomize
