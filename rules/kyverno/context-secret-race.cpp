#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

// An operator makes the Secret some time after the claim and its ExternalSecret are there.
const model::SecretSupplier* late_supplier(const model::SecretAnswer& answer) {
  if (answer.suppliers.size() != 1) return nullptr;
  const model::SecretSupplier& one = answer.suppliers.front();
  const bool is_late =
      one.kind == model::SupplierKind::external_secret || one.kind == model::SupplierKind::cluster_external_secret;
  return is_late && one.supplies == Known::yes ? &one : nullptr;
}

void check_secret(const SecretOfRule& one, Report& report) {
  const kyverno::Policy& policy = one.rules.policy(one.rule);
  const kyverno::Rule& rule = one.rules.rule(one.rule);
  const model::SecretSupplier* const late = late_supplier(one.answer);
  if (late == nullptr || rule.generate->generate_existing != Known::no) return;
  report
      .at(one.entry["apiCall"]["urlPath"].span(),
          fmt::format("{} reads the Secret {}/{}, which {} makes only some time after its namespace is there: claims "
                      "that are created before it are skipped",
                      one.rules.title(one.rule), one.name_space, one.name, late->resource->title()))
      .label("may not be there yet")
      .about(one.member.cluster, *policy.object, one.entry)
      .related(late->resource->place(), "makes the Secret")
      .related(one.claim.metadata["name"].span(), fmt::format("{} is one of them", one.claim.title))
      .help("order the two by sync waves, or set generateExisting, which catches up when the policy changes")
      .fix("set generateExisting", Safety::unsafe, *policy.object,
           yaml::add_entry(rule.generate->where, "generateExisting", yaml::NewValue::typed("true")));
}

void check(const Model& model, Report& report) {
  std::set<std::pair<const yaml::Tree*, yaml::NodeId>> seen;  // entries of context
  for_each_secret_of_rules(model, [&](const SecretOfRule& one) {
    if (late_supplier(one.answer) == nullptr) return;
    if (seen.insert({one.entry.tree(), one.entry.place()}).second) check_secret(one, report);
  });
}

}  // namespace

VLINT_RULE(kyverno_context_secret_race) = checked({
    .summary = "a policy reads a Secret that may be made after the claim is created",
    .explanation = R"md(
## What it finds
A generate rule without `generateExisting` that reads, for a claim, a Secret which an ExternalSecret or
ClusterExternalSecret makes.

## Why it matters
On a fresh cluster, or in a new namespace, the claim is often created before the operator has fetched the Secret. The
rule can't read its context then, is skipped without a word, and is not tried again until somebody updates the claim.

## How to fix it
Order them: the ClusterExternalSecret and the namespace in an earlier sync wave than the claims. `generateExisting:
true` lets Kyverno go through all claims again when the policy is applied or changed; `vlint --fix --unsafe-fixes`
sets it.

## When to ignore it
When the order is kept by something that vlint does not see: sync waves, `dependsOn` of Flux, a wait in a script.
)md",
    .severity = Severity::note,
    .precision = Precision::medium,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "external-secrets pkg/controllers/clusterexternalsecret; kyverno pkg/engine/background.go filterRule",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
