// Label selectors as data: requirements on the labels of an object, matched, checked, and read from the one-line form
// ("app=web,tier in (a,b)").
//
// Reading matchLabels and matchExpressions from YAML is not done here.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/result.h"

namespace vlint::kube {

// Key and value. Lists of labels are sorted by key; no key stands twice.
using Label = std::pair<std::string, std::string>;
using Labels = std::span<const Label>;

enum class SelectorOperator : std::uint8_t {
  equals,
  not_equals,
  in,
  not_in,
  exists,
  does_not_exist,
  greater_than,
  less_than,
};

// As the one-line form writes it: "=", "!=", "in", "notin", "exists", "!", "gt", "lt".
std::string_view to_string(SelectorOperator op);

struct Requirement {
  std::string key;
  SelectorOperator op = SelectorOperator::exists;
  std::vector<std::string> values;  // one for equals, not_equals and the comparisons, none for the existence operators

  bool operator==(const Requirement&) const = default;
};

// All requirements must hold; with none the selector takes every object.
struct LabelSelector {
  std::vector<Requirement> requirements;

  bool operator==(const LabelSelector&) const = default;
};

// k8s.io/apimachinery pkg/labels: Requirement.Matches. not_equals and not_in also take objects without the label;
// greater_than and less_than take only objects whose label is an integer.
bool matches(const Requirement& requirement, Labels labels);
bool matches(const LabelSelector& selector, Labels labels);

// k8s.io/apimachinery pkg/labels: NewRequirement. Whether Kubernetes takes the requirement at all: the number of
// values, the key, each value. A selector with a bad requirement fails every listing that uses it.
Status check_requirement(const Requirement& requirement);

// k8s.io/apimachinery pkg/labels: Parse. Reads
//   a=b  a==b  a!=b  a in (x,y)  a notin (x,y)  a  !a  a>1  a<1
// joined by commas; "" selects everything, a missing value is the empty one ("a=", "a in (x,)"). The requirements are
// sorted by key, the values of a list are sorted and unique. Error: what is wrong and where.
Result<LabelSelector> parse_label_selector(std::string_view text);

// k8s.io/apimachinery pkg/util/validation: IsQualifiedName. An optional DNS subdomain of at most 253 characters and
// `/`, then 1 to 63 letters, digits, `-`, `_` and `.` with a letter or digit at both ends.
Status check_label_key(std::string_view key);

// k8s.io/apimachinery pkg/util/validation: IsValidLabelValue. Empty, or as the name of a key.
Status check_label_value(std::string_view value);

}  // namespace vlint::kube
