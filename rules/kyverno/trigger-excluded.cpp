#include <fmt/format.h>

#include <string>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/unserved_claims.h"

namespace vlint::rules {
namespace {

using kyverno::MatchPart;

// Somebody marked, or named, this very object: that is a decision.
bool is_by_object(const kyverno::Rule& rule, const kyverno::Filter* filter) {
  if (filter == nullptr || rule.exclude.all.size() > 1) return true;
  const bool asks_namespace = !filter->namespaces.empty() || filter->namespace_selector;
  return !asks_namespace || filter->selector || !filter->annotations.empty() || filter->name ||
         !filter->names.empty() || filter->user_info;
}

std::string why(const kyverno::Rule& rule, const UnservedClaim& one) {
  const std::string_view name_space = one.claim.owner->name_space;
  switch (one.reason.verdict.part) {
    case MatchPart::exclude:
      return is_by_object(rule, one.reason.verdict.filter) ? std::string()
                                                           : fmt::format("excludes namespace {}", name_space);
    case MatchPart::name_space:
      return fmt::format("does not list namespace {}", name_space);
    case MatchPart::policy_namespace:
      return fmt::format("acts only in the policy's own namespace, not in {}", name_space);
    default:
      return {};
  }
}

void check(const Model& model, Report& report) {
  for_each_unserved_claim(model, [&](const ClusterModel& member, const ClaimRules& rules, const UnservedClaim& one) {
    const TriggerClaim& claim = one.claim;
    const std::string reason = why(rules.rule(one.label.rule), one);
    if (reason.empty() || claim.owner->name_space.empty()) return;
    report
        .at(one.written.span(), fmt::format("the label {}: {} of {} has no effect: {} {}, so no {} is made for it",
                                            one.label.key, one.label.value, claim.title, rules.title(one.label.rule),
                                            reason, made_kind(rules.rule(one.label.rule))))
        .label("asks for it")
        .about(member.cluster, *claim.owner, one.written)
        .related(one.reason.policy_place, "leaves the claim out")
        .help("let the rule take the namespace, or remove the label");
  });
}

}  // namespace

VLINT_RULE(kyverno_trigger_excluded) = checked({
    .summary = "a claim asks for a backup in a namespace that the rule of Kyverno leaves out",
    .explanation = R"md(
## What it finds
A claim with a label that a `generate` rule takes, in a namespace that the rule does not: it stands in an `exclude`
block, is missing from the list of `namespaces`, or is not the one of a namespaced Policy. No other rule makes the same
kind of object for the claim. Exclusions of the object itself, by a label, an annotation or its name, are decisions and
left alone; so is a label that comes from a base of which other claims are taken.

## Why it matters
Label and policy contradict each other, and the policy wins without a word: the claim looks protected and has no backup.

## How to fix it
Let the rule take the namespace, or remove the label from the claim, so that everybody sees that it has no backup.

## When to ignore it
When something other than Kyverno reads the label too.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/utils/match.go MatchesResourceDescription, pkg/engine/internal/match.go",
    .check = check,
});

}  // namespace vlint::rules
