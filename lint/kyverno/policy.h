// Kyverno's ClusterPolicy and Policy (kyverno.io/v1 and v2beta1) as data, every part with its place in the manifest.
//
// Nothing is judged here: what admission refuses is in admission.h, which objects a rule takes in match.h, what it
// makes in simulation.h. Rules that validate or mutate are read as far as those need it. The policies written in CEL
// (policies.kyverno.io) are recorded and not read: what they do is unknown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/selector_value.h"
#include "lint/kyverno/kind_selector.h"
#include "lint/model/cluster.h"

namespace vlint::kyverno {

inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFFU;

// A label selector as Kyverno reads it: wildcards are allowed in matchLabels (kyverno pkg/engine/wildcards).
struct Selector {
  struct Wildcard {
    yaml::Value key;
    yaml::Value value;
  };
  yaml::Value where;  // missing: there is none
  kube::SelectorValue plain;
  std::vector<Wildcard> wildcards;

  explicit operator bool() const { return static_cast<bool>(where); }
};

struct Kind {
  KindSelector selector;
  yaml::Value where;
};

// One entry of match or exclude: `resources` and who asks. kyverno api/kyverno/v1: ResourceFilter.
struct Filter {
  yaml::Value where;      // the mapping that holds `resources`
  yaml::Value resources;  // missing when there is none
  std::vector<Kind> kinds;
  yaml::Value name;  // the deprecated single one
  std::vector<yaml::Value> names;
  std::vector<yaml::Value> namespaces;
  std::vector<yaml::Entry> annotations;
  Selector selector;
  Selector namespace_selector;
  std::vector<yaml::Value> operations;
  yaml::Value user_info;  // `subjects`, `roles` or `clusterRoles`, the first that isn't empty

  // Nothing of `resources` is given.
  bool takes_no_resources() const;
  bool is_empty() const { return takes_no_resources() && !user_info; }
};

// kyverno api/kyverno/v1: MatchResources. `any` counts before `all`, and that before the legacy form.
struct MatchBlock {
  yaml::Value where;
  std::vector<Filter> any;
  std::vector<Filter> all;
  Filter legacy;  // `resources` and who asks at the level of `any`; may be empty

  bool is_empty() const { return any.empty() && all.empty() && legacy.is_empty(); }
  // The filters that count.
  const std::vector<Filter>* listed() const { return !any.empty() ? &any : !all.empty() ? &all : nullptr; }
};

// What is made, and from what. kyverno api/kyverno/v1: GeneratePattern.
struct GeneratePattern {
  yaml::Value where;
  yaml::Value api_version;
  yaml::Value kind;
  yaml::Value name;
  yaml::Value name_space;
  yaml::Value data;
  yaml::Value clone;
  yaml::Value clone_list;

  bool has_clone() const { return clone["name"].is_set() || clone["namespace"].is_set(); }
  bool has_clone_list() const { return clone_list["kinds"].size() > 0; }
};

struct ForEach {
  yaml::Value list;
  yaml::Value context;
  yaml::Value preconditions;
  GeneratePattern pattern;
};

struct Generate {
  yaml::Value where;
  Known synchronize = Known::no;
  Known generate_existing = Known::no;  // the rule's own, else the policy's
  Known orphan_downstream = Known::no;
  GeneratePattern pattern;
  std::vector<ForEach> for_each;
  bool has_for_each = false;
};

struct Rule {
  yaml::Value where;
  std::string_view name;
  MatchBlock match;
  MatchBlock exclude;
  yaml::Value context;
  yaml::Value preconditions;
  std::optional<Generate> generate;
  bool mutates_existing = false;                // mutate.targets
  Known skip_background_requests = Known::yes;  // requests of Kyverno's own background controller
};

enum class AdmissionFault : std::uint8_t {
  variable_in_match,
  user_info_in_background,  // who asks is matched, or read by a variable, with background: true
  any_and_all,              // both, or one of them with `resources`
  name_and_names,
  selector,             // not valid, or without a requirement
  subject,              // of a kind or in a form that there isn't
  empty_set,            // exclude covers match
  match_not_specified,  // a filter without anything, or without kinds
  duplicate_rule_name,
  rule_name_too_long,
  no_operation,
  several_operations,
  removed_field,  // generateExistingOnPolicyUpdate, or a deprecated field next to the one that replaces it
  timeout,
  admission_disabled,
  wildcard_kind,
  namespaces_in_policy,  // a namespaced Policy that filters namespaces or cluster-wide kinds
  several_patterns,      // more than one of data, clone, cloneList and foreach
  target_incomplete,     // no kind, name or apiVersion
  target_namespace,      // missing, or given for a cluster-wide kind
  target_scope,          // a namespaced Policy that reaches out of its namespace
  clone_list_scope,
  clone_list_selector,  // wildcards
  anchor_in_data,
  cel_preconditions,
  same_kind,  // the generated kind stands in the legacy match
  context,    // an entry without a name, with a reserved one, or with no or several sources
};

// Why the admission webhook of Kyverno refuses the policy.
struct Fault {
  AdmissionFault kind;
  std::string message;  // one sentence without the object's name; upstream's words where people search for them
  Span where;
  std::uint32_t rule = kNoIndex;
  // Kyverno looks at it only when it knows all kinds that the rules match: with a kind unknown to the API server the
  // policy is accepted with a warning, and the fault shows when the rule runs.
  bool needs_known_kinds = false;
};

struct Policy {
  std::uint32_t resource = kNoIndex;  // of the cluster
  const kube::Resource* object = nullptr;
  bool namespaced = false;
  std::string_view name;
  std::string_view name_space;  // of a namespaced policy; may be empty: not known
  std::vector<Rule> rules;
  bool apply_one = false;
  Known admission = Known::yes;
  Known background = Known::yes;
  yaml::Value match_conditions;  // CEL of the webhook: unknown whether it lets a request through
  std::vector<Fault> faults;     // by admission.h
  Known refused = Known::no;

  bool has_generate() const;
};

// The value of `match` or `exclude`.
MatchBlock read_match(yaml::Value value);

// `index` is the resource's place in its cluster. The resource must outlive the policy.
Policy read_policy(const kube::Resource& resource, std::uint32_t index);

// Of the ClusterPolicies and Policies of a cluster, in the order of their sources, judged by admission.
std::vector<Policy> read_policies(const model::Cluster& cluster);

// Policies of policies.kyverno.io that make objects (GeneratingPolicy, NamespacedGeneratingPolicy): indices into the
// cluster's resources. What they make is unknown.
std::vector<std::uint32_t> find_cel_policies(const model::Cluster& cluster);

// A field that says yes or no: its value, `otherwise` when it isn't there, unknown when Git doesn't tell.
Known read_flag(yaml::Value field, bool otherwise);

}  // namespace vlint::kyverno
