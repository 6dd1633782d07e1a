// Label selectors as manifests write them (matchLabels and matchExpressions), and the labels of objects as far as Git
// tells them.
//
// The selectors themselves, and the one-line form, are in label_selector.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/kube/label_selector.h"
#include "lint/kube/resource.h"
#include "lint/yaml/value.h"

namespace vlint::kube {

// Whether a scalar's text is what the cluster gets: no template and not encrypted by SOPS. True for what is no scalar.
bool has_known_text(yaml::Value value);

// The labels of an object. The value of a key in `unknown` is not known, nor is whether the object has it.
struct KnownLabels {
  StringMap labels;                  // sorted by key; their values are known
  std::vector<std::string> unknown;  // sorted

  // The value, or null; asks for known labels only.
  const std::string* find(std::string_view key) const;
  Known has(std::string_view key, std::string_view value) const;
};

// `mapping` is the value of a `labels` field; a missing one gives no labels.
KnownLabels read_labels(yaml::Value mapping);
// Says that the value of a key is set by a controller, so that no manifest tells it.
void add_unknown_label(KnownLabels& labels, std::string_view key);

struct SelectorValue {
  struct Fault {
    std::string message;
    Span where;
  };
  LabelSelector selector;
  bool known = true;          // false: some of it is templated or encrypted
  std::vector<Fault> faults;  // why Kubernetes refuses it
};

// k8s.io/apimachinery pkg/apis/meta/v1: LabelSelectorAsSelector. A selector without requirements takes everything.
SelectorValue read_label_selector(yaml::Value value);

// Whether the selector takes an object with these labels. A selector with faults takes nothing.
Known matches(const SelectorValue& selector, const KnownLabels& labels);

}  // namespace vlint::kube
