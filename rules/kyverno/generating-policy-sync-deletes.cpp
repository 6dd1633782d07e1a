#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

// What the policy makes is CEL; the words in it tell that it is about backups.
bool is_about_backups(yaml::Value spec) {
  constexpr std::string_view kWords[] = {"volsync.backube/v1alpha1", "ReplicationSource", "ReplicationDestination",
                                         "velero.io/v1", "persistentvolumeclaims"};
  return std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view word) { return mentions_word(spec, word); });
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const std::uint32_t index : member.kyverno.cel_policies) {
      const kube::Resource& policy = member.cluster.resources()[index];
      const yaml::Value enabled = policy["spec"]["evaluation"]["synchronize"]["enabled"];
      if (!enabled.as_bool().value_or(false) || !is_about_backups(policy["spec"])) continue;
      report
          .at(enabled.span(),
              fmt::format(
                  "{} has synchronize enabled: with an open fault of Kyverno an update of the trigger that changes "
                  "nothing deletes what the policy made for it",
                  policy.title()))
          .label("may delete on any update")
          .about(member.cluster, policy, enabled)
          .help("leave synchronize off until your release of Kyverno has issue 17452 mended");
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_generating_policy_sync_deletes) = checked({
    .summary = "a GeneratingPolicy with synchronize may delete the backups that it made",
    .explanation = R"md(
## What it finds
A GeneratingPolicy or NamespacedGeneratingPolicy about claims or backups with `evaluation.synchronize.enabled: true`.

## Why it matters
It was reported, and is open, that an update of the trigger which changes nothing (a controller writes the object again)
deletes the generated object: the ReplicationSource or its Secret is gone, and the volume has no backup until the policy
runs again. Up to 1.18 each update of the trigger deleted the object and made it anew.

## How to fix it
Leave `synchronize` off, or keep a `generate` rule of a ClusterPolicy for backups, until the release that you run has the
fault mended.

## When to ignore it
When you have tried it with the release that you run.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/background/gpol/generate_controller.go; kyverno issues 16742, 16747, 17452",
    .check = check,
});

}  // namespace vlint::rules
