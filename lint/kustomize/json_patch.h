// JSON patches (RFC 6902) as Kustomize applies them (evanphx/json-patch v4).
#pragma once

#include <string>
#include <vector>

#include "lint/kustomize/fault.h"
#include "lint/kustomize/node.h"
#include "lint/kustomize/sources.h"

namespace vlint::kustomize {

struct JsonOperation {
  std::string op;
  std::string path;
  std::string from;
  Node* value = nullptr;  // null when absent
  Span where;
};

// Whether a document has the form of a JSON patch: a list of mappings.
bool looks_like_json_patch(const Node* document);

// The operations of a document, whose scalars are read by the rules of YAML 1.1 (sigs.k8s.io/yaml). Throws Failure.
std::vector<JsonOperation> read_json_patch(Arena& arena, const Node* document);

// The object after all operations. Throws Failure at the first that does not apply. Numbers beyond 2^53 lose digits, as
// they do in Kustomize, which patches JSON.
Node* apply_json_patch(Editor& editor, Node* object, const std::vector<JsonOperation>& operations);

}  // namespace vlint::kustomize
