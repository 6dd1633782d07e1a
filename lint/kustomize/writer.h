// Prints objects as `kustomize build` does: JSON with sorted keys, printed as YAML by go-yaml v2.
//
// A small emitter of our own: no library has go-yaml's rules for quoting, folding and the order of keys. It prints no
// comments, anchors or tags; Kustomize keeps none.
#pragma once

#include <functional>
#include <string>

#include "lint/base/result.h"
#include "lint/kustomize/fault.h"
#include "lint/kustomize/node.h"

namespace vlint::kustomize {

// A trailing comment for a scalar, "" for none. Called for scalars that end their line.
using Annotate = std::function<std::string(const Node*)>;

// The object as a YAML document without separator. Throws Failure for what has no form in JSON: keys that are no texts,
// repeated keys, infinities.
std::string write_yaml(const Node* root, const Annotate& annotate = {});

// The object as encoding/json prints it: one line, keys sorted by bytes. With `indent` as MarshalIndent does it with
// two blanks. Throws Failure as write_yaml does.
std::string write_json(const Node* root, bool indent = false);

// What a scalar is when it is printed: go-yaml v3 prints it and reads it again on the way to JSON. Throws Failure.
JsonScalar printed_value(const Node* scalar, bool in_flow = false);

// The error that printing would end with, if any, without printing. Looks only where there can be one.
void check_printable(const Node* root);

}  // namespace vlint::kustomize
