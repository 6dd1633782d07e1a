#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/rule_run.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

using kyverno::Generation;
using kyverno::RuleRef;

bool names_kind(const kyverno::Filter& filter, const kube::Resource& object) {
  return std::any_of(filter.kinds.begin(), filter.kinds.end(), [&](const kyverno::Kind& kind) {
    return !jmespath::has_wildcard(kind.selector.kind) &&
           kind.selector.matches(object.group, object.version, object.kind);
  });
}

// Whether the rule says by name that it takes such objects.
bool names_kind(const kyverno::MatchBlock& match, const kube::Resource& object) {
  const std::vector<kyverno::Filter>* listed = match.listed();
  if (listed == nullptr) return names_kind(match.legacy, object);
  return std::any_of(listed->begin(), listed->end(),
                     [&](const kyverno::Filter& filter) { return names_kind(filter, object); });
}

class Check {
 public:
  Check(const ClusterModel& member, Report& report)
      : member_(member), report_(report), matcher_(member.cluster, member.kyverno.policies, member.kyverno.install) {}

  void run() {
    for (const Generation& made : member_.kyverno.generations) {
      if (made.presence != kyverno::Presence::added) continue;
      const kube::Resource& object = member_.cluster.resources()[made.resource];
      for (const RuleRef ref : matcher_.rules_for(object)) check_rule(made, object, ref);
    }
  }

 private:
  void check_rule(const Generation& made, const kube::Resource& object, RuleRef ref) {
    const kyverno::Policy& policy = member_.kyverno.policies[ref.policy];
    const kyverno::Rule& rule = policy.rules[ref.rule];
    const bool is_left = rule.generate && rule.skip_background_requests == Known::yes && policy.refused == Known::no &&
                         names_kind(rule.match, object);
    if (!is_left || is_loop(made, ref, rule) || !would_run(object, ref)) return;
    if (!told_.insert({ref.policy, ref.rule}).second) return;
    const yaml::Value name = rule.where["name"];
    const kyverno::Policy& first = member_.kyverno.policy_of(made.cause);
    Draft draft = report_.at(
        name ? name.span() : rule.where.span(),
        fmt::format("{} makes no {} for {}, which {} generates: requests of Kyverno's own background controller are "
                    "skipped",
                    title_of(policy, rule), made_kind(rule), object.title(),
                    title_of(first, member_.kyverno.rule_of(made.cause))));
    draft.label("not run for generated objects").about(member_.cluster, *policy.object, name);
    draft.related(made.pattern["kind"] ? made.pattern["kind"].span() : made.pattern.span(), "generated here");
    draft.help("make sure that what this rule generates triggers no rule that leads back here");
    draft.fix("add skipBackgroundRequests: false", Safety::unsafe, *policy.object,
              yaml::add_entry(rule.where, "skipBackgroundRequests", yaml::NewValue::typed("false"),
                              name ? yaml::Where::after(rule.where.find("name").key.node_id()) : yaml::Where::end()));
  }

  // A rule that would take what comes of itself, or that copies what triggered: there the skipping is the brake.
  bool is_loop(const Generation& made, RuleRef ref, const kyverno::Rule& rule) const {
    const bool is_itself = made.cause.policy == ref.policy && made.cause.rule == ref.rule;
    const kube::Resource& trigger = kyverno::trigger_of(member_.cluster, member_.kyverno, made.cause);
    return is_itself || made_kind(rule) == trigger.kind;
  }

  bool would_run(const kube::Resource& object, RuleRef ref) {
    const kyverno::Trigger trigger = kyverno::make_trigger(object);
    if (matcher_.is_filtered(trigger) != Known::no || matcher_.match(ref, trigger).result != Known::yes) return false;
    const kyverno::Policy& policy = member_.kyverno.policies[ref.policy];
    const kyverno::Rule& rule = policy.rules[ref.rule];
    kyverno::RuleRun run(cache_, kyverno::Source{&member_.cluster, nullptr}, policy, trigger,
                         kyverno::live_object(object), jmespath::from_yaml(rule.context));
    return run.check(jmespath::from_yaml(rule.preconditions)).is_met();
  }

  const ClusterModel& member_;
  Report& report_;
  kyverno::Matcher matcher_;
  kyverno::ExpressionCache cache_;
  std::set<std::pair<std::uint32_t, std::uint32_t>> told_;  // rules
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (!member.kyverno.generations.empty()) Check(member, report).run();
  }
}

}  // namespace

VLINT_RULE(kyverno_chained_generation_skipped) = checked({
    .summary = "a Kyverno rule waits for objects that only another rule generates, and is not run for them",
    .explanation = R"md(
## What it finds
A `generate` rule that takes, by the name of its kind, an object which another `generate` rule makes, and that does not
set `skipBackgroundRequests: false`. Rules that would take what they make themselves, or that make what triggered the
first rule, are left alone: for those the skipping is the brake.

## Why it matters
Generated objects are written by Kyverno's background controller, and by default rules are not run for its requests. The
second link of the chain never comes to be: the claim gets its ReplicationDestination, and nothing of what should follow
from that.

## How to fix it
Let one rule make both, triggered by the same object; or set `skipBackgroundRequests: false` in the second rule, as
`vlint --fix --unsafe-fixes` does. Look first whether the chain can come back to its beginning, since nothing stops it
then.

## When to ignore it
When the rule is meant only for what people and GitOps tools create.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/webhooks/resource/generation/handler.go, api/kyverno/v1/rule_types.go "
               "skipBackgroundRequests; kyverno issues 9333, 11021",
    .check = check,
});

}  // namespace vlint::rules
