// configMapGenerator and secretGenerator.
#pragma once

#include <functional>

#include "lint/kustomize/sources.h"
#include "lint/kustomize/transformers.h"

namespace vlint::kustomize {

// Loads a file that an entry names; throws Failure when that is not allowed.
using LoadFile = std::function<const FileText&(std::string_view path, Span where)>;

// The object of an entry. `options` are the kustomization's generatorOptions (may be missing). `name` and `name_space`
// stand in for those the entry lacks. Throws Failure. api/internal/generators, api/kv.
Resource generate(Editor& editor, yaml::Value entry, bool secret, yaml::Value options, const LoadFile& load,
                  std::string_view name = {}, std::string_view name_space = {});

// Puts a generated object in the list: beside, over or into what has its id. resmap appendReplaceOrMerge.
void absorb(Editor& editor, Resources& resources, Resource generated, Span where);

}  // namespace vlint::kustomize
