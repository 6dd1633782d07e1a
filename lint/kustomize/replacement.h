// `replacements`: a value of one object copied into fields of others.
#pragma once

#include <functional>

#include "lint/kustomize/transformers.h"

namespace vlint::kustomize {

class Sources;
using NoteSink = std::function<void(Fault)>;

// An entry that stands in a kustomization or in a file of its own. Throws Failure. api/filters/replacement.
// `note` gets targets that select nothing.
void transform_replacement(Editor& editor, Sources& sources, Resources& resources, yaml::Value replacement,
                           const NoteSink& note);

}  // namespace vlint::kustomize
