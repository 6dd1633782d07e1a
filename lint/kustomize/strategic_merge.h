// Strategic merge patches as Kustomize applies them, its oddities included.
#pragma once

#include <functional>

#include "lint/kustomize/fault.h"
#include "lint/kustomize/merge_schema.h"
#include "lint/kustomize/node.h"

namespace vlint::kustomize {

struct MergeContext {
  const OpenApi* schemas = nullptr;
  // The schema that a comment at a field gives it, if any: called with a mapping and the index of an entry. May be
  // empty.
  std::function<MergeSchema(const Node* mapping, std::size_t entry)> comment_schema;
  // Called for a list that a patch replaces as a whole though both have mappings in it. May be empty.
  std::function<void(const Node* list, const Node* patch)> on_list_replaced;
};

// The object after the patch; null when the patch deletes it. Throws Failure. The patch is not changed.
// kyaml/yaml/merge2 and kyaml/yaml/walk, with ListIncreaseDirection = prepend.
// The schema is that of the object's kind; where there is none, of the kind that the patch names under the object's
// apiVersion.
Node* strategic_merge(Editor& editor, Node* object, Node* patch, std::string_view patch_kind,
                      const MergeContext& context);

}  // namespace vlint::kustomize
