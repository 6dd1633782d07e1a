// What the generate rules of a cluster's policies make of its objects: each object that exists, or could not be made,
// or may exist, with the rule and the object that caused it.
//
// The simulation takes every object as created after the policies. Rules with generateExisting: false make nothing of
// objects that are older; the record says so for each. Nothing is deleted or updated here.
// Source: kyverno v1.19 pkg/webhooks/resource/generation, pkg/background/generate, pkg/engine/background.go.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/jmespath/function.h"
#include "lint/kyverno/install.h"
#include "lint/kyverno/match.h"
#include "lint/kyverno/policy.h"
#include "lint/kyverno/rule_run.h"
#include "lint/model/cluster.h"

namespace vlint::kyverno {

// A claim that a StatefulSet makes of a template: named <template>-<set>-<ordinal>, with the labels of the template and
// of the set's selector. It stands in no manifest, is no resource of the cluster, and triggers rules like any other.
// kubernetes pkg/controller/statefulset/stateful_set_utils.go: getPersistentVolumeClaims.
struct ClaimOfSet {
  std::uint32_t stateful_set = kNoIndex;  // of the cluster's resources
  yaml::Value claim_template;
  std::int64_t ordinal = 0;
  kube::Resource object;
};

// What caused a rule to run.
struct Cause {
  std::uint32_t policy = 0;           // of Simulation::policies
  std::uint32_t rule = 0;             // of its rules
  std::uint32_t for_each = kNoIndex;  // entry of `foreach`
  std::uint32_t trigger = 0;          // of the cluster's resources; of a claim of a StatefulSet the set
  std::uint32_t claim = kNoIndex;     // of Simulation::claims
};

enum class Presence : std::uint8_t {
  added,     // a resource of the cluster that no file has
  in_git,    // an object of that kind, namespace and name stands in the repository
  repeated,  // another trigger or rule makes the same object
};

// One object that a rule makes.
struct Generation {
  Cause cause;
  Presence presence = Presence::added;
  std::uint32_t resource = kNoIndex;      // of the cluster's resources: the object, or the one in its place
  std::uint32_t clone_source = kNoIndex;  // of the cluster's resources
  yaml::Value pattern;                    // the `generate` or the entry of `foreach` or of its list
  Known synchronize = Known::no;
  Known generate_existing = Known::no;
  std::uint32_t depth = 0;  // of the chain: 0 when an object of the repository is the trigger
};

enum class AttemptOutcome : std::uint8_t {
  failed,   // an expression or its parts can't be worked out, a source is missing: nothing is made
  unknown,  // it may be made
  not_met,  // the preconditions say no
  skipped,  // Kyverno leaves it: a clone of an object onto itself
  cut_off,  // a chain of generated objects that goes on and on
};

enum class Stage : std::uint8_t { match, preconditions, list, target, data, clone, chain };

// One object, or one rule, that did not come to an object.
struct Attempt {
  Cause cause;
  AttemptOutcome outcome = AttemptOutcome::failed;
  Stage stage = Stage::match;
  std::optional<jmespath::Failure> failure;         // of an expression
  std::string reason;                               // one sentence; empty for not_met
  Span where;                                       // in the policy
  yaml::Value scalar;                               // the policy's text that the failure is about, if it is one
  std::optional<FailedExpression> expression = {};  // likewise
};

struct Simulation {
  Install install;
  std::vector<Policy> policies;  // their objects are resources of the cluster
  std::vector<std::uint32_t> cel_policies;
  std::vector<ClaimOfSet> claims;
  std::vector<Generation> generations;  // in the order in which they are made
  std::vector<Attempt> attempts;        // likewise; at most half a million of each are kept
  // Of the objects and claims that stand in no file. Their trees link into those of the files.
  std::vector<std::shared_ptr<const yaml::Tree>> trees;

  const Policy& policy_of(const Cause& cause) const { return policies[cause.policy]; }
  const Rule& rule_of(const Cause& cause) const { return policies[cause.policy].rules[cause.rule]; }
};

struct SimulatedCluster {
  // The resources of the cluster in their order, then what was generated (kube::Resource::generation is an index into
  // Simulation::generations).
  model::Cluster cluster;
  Simulation simulation;
};

struct SimulationOptions {
  // False: without the filters of Kyverno's ConfigMap, as its command line works.
  bool resource_filters = true;
  std::optional<Release> configured_release = {};  // of Kyverno, where no manifest tells
};

// Takes time in proportion to the objects that a rule may take times the rules that may take them.
SimulatedCluster simulate(model::Cluster cluster, const SimulationOptions& options = {});

// The object that triggered, for sentences and places.
const kube::Resource& trigger_of(const model::Cluster& cluster, const Simulation& simulation, const Cause& cause);

}  // namespace vlint::kyverno
