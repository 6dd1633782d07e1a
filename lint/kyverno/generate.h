// The objects that generate patterns make, put together as Kyverno's background controller does: from data, or from a
// clone of another object, with the labels that it adds.
//
// What the texts of a pattern come to is worked out before (rule_run.h).
// Source: kyverno pkg/background/generate/{generator,data,clone}.go, pkg/background/common/labels.go.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/jmespath/json.h"
#include "lint/kyverno/match.h"
#include "lint/kyverno/policy.h"
#include "lint/kyverno/virtual_objects.h"

namespace vlint::kyverno {

// A pattern of a policy with what is worked out once for all objects that it makes.
struct PreparedPattern {
  GeneratePattern pattern;
  jmespath::Json document;  // what Kyverno replaces variables in: the target's fields, data, clone and cloneList
  PatternParts parts;
};
PreparedPattern prepare(const GeneratePattern& pattern);

// Who an object is that a pattern makes.
struct Target {
  std::string api_version;
  std::string kind;
  std::string name_space;
  std::string name;
};

struct AddedLabel {
  std::string_view key;
  std::string value;
  bool known = true;
};
// managed-by, and who made the object because of what. The trigger's UID is never known.
std::vector<AddedLabel> added_labels(const Policy& policy, const Rule& rule, const Trigger& trigger);

// `pattern` has its variables replaced; its `data` is a mapping or missing. Gives the object's root.
yaml::NodeId write_data(ObjectBuilder& builder, const PreparedPattern& prepared, const jmespath::Json& pattern,
                        const Target& target, const Rule& rule, const std::vector<AddedLabel>& labels);

// What is not of this object alone is left out: its UID, version and owners.
yaml::NodeId write_clone(ObjectBuilder& builder, const PreparedPattern& prepared, const kube::Resource& source,
                         const Target& target, const Rule& rule, const std::vector<AddedLabel>& labels);

}  // namespace vlint::kyverno
