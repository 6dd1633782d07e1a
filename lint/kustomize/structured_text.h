// YAML or JSON that stands as a text in a field, printed again after a change inside it.
#pragma once

#include <string>
#include <string_view>

#include "lint/kustomize/node.h"

namespace vlint::kustomize {

// As api/filters/replacement serializeStructuredData does it: JSON when the text began with `{` or `[`, indented by two
// when it had lines, else YAML in the order and the styles it had (go-yaml v3, without comments), line ends at both
// ends trimmed. Throws Failure for what has no form in JSON.
std::string write_structured(const Node* root, std::string_view original);

}  // namespace vlint::kustomize
