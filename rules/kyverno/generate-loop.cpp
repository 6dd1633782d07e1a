#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

using kyverno::Cause;

bool is_same_rule(const Cause& a, const Cause& b) { return a.policy == b.policy && a.rule == b.rule; }

// The causes from the one that was cut off back to the last time that its rule ran, that one included; empty when the
// chain is only long.
std::vector<Cause> loop_of(const ClusterModel& member, const Cause& last) {
  const kyverno::Simulation& simulation = member.kyverno;
  std::vector<Cause> chain;
  std::uint32_t trigger = last.trigger;
  while (true) {
    const std::uint32_t generation = member.cluster.resources()[trigger].generation;
    if (generation == kube::kNotGenerated) return {};
    const Cause& cause = simulation.generations[generation].cause;
    chain.push_back(cause);
    if (is_same_rule(cause, last)) return chain;
    trigger = cause.trigger;
  }
}

void report_loop(const ClusterModel& member, const kyverno::Attempt& attempt, const std::vector<Cause>& loop,
                 Report& report) {
  const kyverno::Simulation& simulation = member.kyverno;
  const kyverno::Policy& policy = simulation.policy_of(attempt.cause);
  const kyverno::Rule& rule = simulation.rule_of(attempt.cause);
  const yaml::Value kind = rule.generate->pattern.kind;
  std::string others;
  for (const Cause& cause : loop) {
    if (is_same_rule(cause, attempt.cause)) continue;
    others += fmt::format("{}{}", others.empty() ? "" : " and ",
                          title_of(simulation.policy_of(cause), simulation.rule_of(cause)));
  }
  Draft draft = report.at(
      kind ? kind.span() : rule.generate->where.span(),
      fmt::format("{} makes {} objects without an end: each one leads{} back to the rule, which makes the next",
                  title_of(policy, rule), made_kind(rule), others.empty() ? "" : " through " + others));
  draft.label("triggers itself").about(member.cluster, *policy.object, kind);
  for (const Cause& cause : loop) {
    const kyverno::Rule& other = simulation.rule_of(cause);
    if (!is_same_rule(cause, attempt.cause)) draft.related(other.generate->where.span(), "makes the next link");
  }
  draft.related(rule.where["skipBackgroundRequests"].span(), "lets generated objects trigger the rule");
  draft.help(
      "remove skipBackgroundRequests: false, or let match or a precondition leave out what is generated: it has "
      "the label app.kubernetes.io/managed-by: kyverno");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> told;
    for (const kyverno::Attempt& attempt : member.kyverno.attempts) {
      if (attempt.outcome != kyverno::AttemptOutcome::cut_off) continue;
      if (told.count({attempt.cause.policy, attempt.cause.rule}) != 0) continue;
      const std::vector<Cause> loop = loop_of(member, attempt.cause);
      if (loop.empty()) continue;
      for (const Cause& cause : loop) told.insert({cause.policy, cause.rule});
      report_loop(member, attempt, loop, report);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_generate_loop) = checked({
    .summary = "Kyverno rules generate objects that trigger them again, without an end",
    .explanation = R"md(
## What it finds
A `generate` rule with `skipBackgroundRequests: false` that, alone or through other rules, takes what it makes, each time
under another name. The chain is worked out for the objects of the repository, and found when a rule of it comes up again
and again.

## Why it matters
Kyverno refuses a policy that generates the kind it takes only where the kind stands in the old form `match.resources`;
under `any` and `all` nobody looks. Each generated object is the next trigger: the background controller makes objects
until a quota or the API server's memory ends it, and does nothing else meanwhile, so that no other claim gets its backup.

## How to fix it
Remove `skipBackgroundRequests: false`, or leave generated objects out of the match: they have the label
`app.kubernetes.io/managed-by: kyverno`.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/validation/policy/actions.go, pkg/webhooks/resource/generation/handler.go",
    .check = check,
});

}  // namespace vlint::rules
