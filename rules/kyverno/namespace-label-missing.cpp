#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/namespace_labels.h"
#include "rules/common/unserved_claims.h"

namespace vlint::rules {
namespace {

struct Unserved {
  const ClusterModel* member = nullptr;
  const kube::Resource* name_space = nullptr;
  std::vector<MissingLabel> missing;
  std::string rule;  // its title
  std::string_view kind;
  std::vector<std::pair<std::string, Span>> claims;  // titles, and their labels
};

void report_one(const Unserved& one, Report& report) {
  const MissingLabel& first = one.missing.front();
  std::vector<std::string> titles;
  constexpr std::size_t kShown = 3;
  for (const auto& claim : one.claims) {
    if (titles.size() < kShown) titles.push_back(claim.first);
  }
  const std::string more = one.claims.size() > kShown ? fmt::format(" and {} more", one.claims.size() - kShown) : "";
  const yaml::Value labels = one.name_space->metadata["labels"];
  Draft draft = report.at(
      one.name_space->place(),
      fmt::format("namespace {} lacks the label {}: {}, so {} makes no {} for what is labelled for it there: {}{}",
                  one.name_space->name, first.key, first.value, one.rule, one.kind,
                  join(titles, one.claims.size() == 2 ? " and " : ", "), more));
  draft.label("the namespaceSelector leaves it out").about(one.member->cluster, *one.name_space, labels);
  draft.related(first.where, "the rule asks the namespace for this");
  for (std::size_t i = 0; i < one.claims.size() && i < kShown; ++i) {
    draft.related(one.claims[i].second, "asks for a backup");
  }
  if (one.missing.size() == 1) {
    draft.fix(fmt::format("label the namespace {}: {}", first.key, first.value), Safety::unsafe, *one.name_space,
              add_labels(*one.name_space, one.missing));
  } else {
    draft.help("add the labels that the namespaceSelector asks for to the Namespace");
  }
}

void check(const Model& model, Report& report) {
  std::vector<Unserved> found;
  for_each_unserved_claim(model, [&](const ClusterModel& member, const ClaimRules& rules, const UnservedClaim& one) {
    if (one.reason.verdict.part != kyverno::MatchPart::namespace_selector || one.reason.verdict.filter == nullptr)
      return;
    const kube::Resource* name_space = only_namespace_manifest(member.cluster, one.claim.owner->name_space);
    if (name_space == nullptr || is_labelled_by_argo(member.cluster, name_space->name)) return;
    const std::optional<std::vector<MissingLabel>> missing =
        missing_labels(one.reason.verdict.filter->namespace_selector.where, *name_space);
    if (!missing || missing->empty()) return;
    const auto same = std::find_if(found.begin(), found.end(), [&](const Unserved& other) {
      return other.name_space == name_space && other.missing.front().key == missing->front().key &&
             other.missing.front().value == missing->front().value;
    });
    if (same != found.end()) {
      same->claims.emplace_back(one.claim.title, one.written.span());
      return;
    }
    found.push_back({&member,
                     name_space,
                     *missing,
                     rules.title(one.label.rule),
                     made_kind(rules.rule(one.label.rule)),
                     {{one.claim.title, one.written.span()}}});
  });
  for (const Unserved& one : found) report_one(one, report);
}

}  // namespace

VLINT_RULE(kyverno_namespace_label_missing) = checked({
    .summary = "claims ask for a backup in a namespace without the label that the rule of Kyverno wants",
    .explanation = R"md(
## What it finds
Claims with a label that a `generate` rule takes, in a namespace whose manifest lacks a label of the rule's
`namespaceSelector`. Claim and namespace must both be labelled; here only the claim is. It is silent when the Namespace
has the key with another value, when no manifest or more than one describes it, when Argo CD's
`managedNamespaceMetadata` may add labels, and when another rule makes the same kind of object for the claim.

## Why it matters
The rule passes the claims by, and nothing says so: they look protected and have no backup.

## How to fix it
Add the label to the Namespace; `vlint --fix --unsafe-fixes` does. Look first at what else selects it: the same label
often lets a ClusterExternalSecret copy credentials into the namespace.

## When to ignore it
When something that the repository does not show labels the namespace.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/utils/match.go doesResourceMatchConditionBlock, pkg/utils/match/labels.go",
    .check = check,
});

}  // namespace vlint::rules
