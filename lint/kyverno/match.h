// Which objects a rule takes, as they are created: match and exclude, the namespace of a Policy, and what Kyverno's
// configuration keeps from every rule. Preconditions are not looked at here.
//
// Who creates an object is in no manifest, so a filter on users gives unknown where the rest of it fits. The labels of
// a namespace that has no manifest are unknown but for kubernetes.io/metadata.name. Source: kyverno
// pkg/engine/utils/match.go, pkg/utils/match, pkg/engine/internal/match.go.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "lint/base/known.h"
#include "lint/kyverno/install.h"
#include "lint/kyverno/policy.h"

namespace vlint::kyverno {

// An object as filters see it. Of an object with generateName that is its name.
struct Trigger {
  const kube::Resource* object = nullptr;
  std::string_view name;
  bool name_known = true;
  std::string_view name_space;  // empty: cluster-wide, or not known
  bool name_space_known = true;
  kube::KnownLabels labels;

  bool is_namespace() const { return object->kind == "Namespace"; }
};
Trigger make_trigger(const kube::Resource& object);

// The link of the chain from an object to a rule that breaks (or that is not known), in the order in which they are
// tried.
enum class MatchPart : std::uint8_t {
  none,
  resource_filters,  // of Kyverno's configuration
  policy_namespace,  // a Policy takes objects of its own namespace only
  match_conditions,  // CEL: unknown
  policy_exception,  // unknown whether it is in force
  empty,             // a filter without anything
  operations,
  kind,
  name,
  name_space,
  annotations,
  selector,
  namespace_selector,
  user_info,
  exclude,
};

struct MatchVerdict {
  Known result = Known::yes;
  MatchPart part = MatchPart::none;  // of a no or an unknown: where
  const Filter* filter = nullptr;    // of several the one that got furthest
};

// The same with both places: what the policy asks for, and what the object has. Either may be missing.
struct MatchReason {
  MatchVerdict verdict;
  std::string message;  // one sentence: "the selector asks for backup: hourly and the object has backup: hourl"
  Span policy_place;
  Span object_place;
};

struct RuleRef {
  std::uint32_t policy = 0;
  std::uint32_t rule = 0;
};

class Matcher {
 public:
  // All must outlive the matcher. Rules of `policies` are found by kind, so that many objects are matched fast.
  Matcher(const model::Cluster& cluster, const std::vector<Policy>& policies, const Install& install);

  // The rules that make objects, or that stop others of their policy (applyRules: One), and that may take objects of
  // this kind, in the order of the policies.
  const std::vector<RuleRef>& rules_for(const kube::Resource& object);

  // Whether no rule sees the object, by Kyverno's configuration.
  Known is_filtered(const Trigger& trigger) const;

  // Of an object that is not filtered.
  MatchVerdict match(RuleRef rule, const Trigger& trigger) const;
  // The same of any object, with the places.
  MatchReason explain(RuleRef rule, const Trigger& trigger) const;

 private:
  struct NamespaceLabels {
    kube::KnownLabels labels;
    const kube::Resource* object = nullptr;
  };
  struct Exception {
    const kube::Resource* object;
    MatchBlock match;
  };

  MatchVerdict match_filter(const Filter& filter, const Trigger& trigger) const;
  MatchVerdict match_block(const MatchBlock& block, const Trigger& trigger) const;
  Known is_excluded(const MatchBlock& block, const Trigger& trigger, const Filter*& by) const;
  Known is_excepted(const Policy& policy, const Rule& rule, const Trigger& trigger) const;
  Known match_namespace_labels(const Selector& selector, const Trigger& trigger) const;
  Known match_policy_namespace(const Policy& policy, const Trigger& trigger) const;

  void explain_filter(const Trigger& trigger, MatchReason& reason) const;

  const std::vector<Policy>& policies_;
  const Install& install_;
  std::map<std::string_view, NamespaceLabels> namespaces_;
  std::vector<Exception> exceptions_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, std::vector<RuleRef>> by_kind_;
};

}  // namespace vlint::kyverno
