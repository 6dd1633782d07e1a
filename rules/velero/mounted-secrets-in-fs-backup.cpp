#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/judged_volumes.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

// Drivers whose volumes hold credentials, fetched for the pod when it starts.
bool brings_secrets(std::string_view driver) {
  constexpr std::string_view kDrivers[] = {
      "csi.cert-manager.io",        "csi.sharedresource.openshift.io", "csi.spiffe.io",
      "csi.vso.hashicorp.com",      "secrets-store-gke.csi.k8s.io",    "secrets-store.csi.k8s.io",
      "spiffe.csi.cert-manager.io",
  };
  return std::find(std::begin(kDrivers), std::end(kDrivers), driver) != std::end(kDrivers);
}

bool is_copied(const velero::Plan&, const velero::VolumeUse& use, const velero::Verdict& verdict) {
  return use.source == "csi" && verdict.method == velero::Method::fs_backup &&
         verdict.outcome == velero::Outcome::is_protected && brings_secrets(use.volume["csi"]["driver"].text());
}

void check(const Model& model, Report& report) {
  for_each_judged(model, is_copied, [&](const JudgedWorkload& judged) {
    const bool one = judged.volumes.size() == 1;
    const std::string_view driver = judged.volumes.front().use->volume["csi"]["driver"].text();
    Draft draft = report_judged(
        judged,
        fmt::format("{} {} {} by file system backup, so the credentials that {} mounts there are kept in the backup "
                    "repository as long as the backups",
                    enumerate(judged.schedules), judged.schedules.size() == 1 ? "copies" : "copy", judged.title(),
                    driver),
        "holds credentials", report);
    const std::vector<std::string_view> names = judged.views();
    if (judged.has_reason(velero::Reason::policy_fs_backup)) {
      draft.help(
          fmt::format("let a volume policy with `csi: {{driver: {}}}` and the action skip stand before the one "
                      "that matches",
                      driver));
    }
    if (judged.has_reason(velero::Reason::opted_in)) {
      draft.help(fmt::format("take {} out of {}", enumerate(judged.names()), kOptIn));
    }
    if (!judged.has_reason(velero::Reason::default_is_fs_backup)) return;
    draft.help(fmt::format("exclude {} in the pod template's annotations: `{}: {}`", one ? "it" : "them", kOptOut,
                           list_with(judged.workload.pod, kOptOut, names)));
    if (!judged.is_by_default()) return;
    offer_list(model, *judged.workload.resource, kOptOut, names,
               fmt::format("exclude {} from file system backup", enumerate(judged.names())), draft);
  });
}

}  // namespace

VLINT_RULE(velero_mounted_secrets_in_fs_backup) = checked({
    .summary = "a Schedule copies a volume with mounted credentials by file system backup",
    .explanation = R"md(
## What it finds
Inline CSI volumes of drivers that mount credentials (Secrets Store CSI, the Vault Secrets Operator, cert-manager,
SPIFFE, OpenShift's shared resources), which a Schedule copies by file system backup, usually because
`defaultVolumesToFsBackup` is true.

## Why it matters
Velero never copies volumes of the types secret, configMap and projected, but to it an inline CSI volume is like any
other. So tokens, keys and passwords that were kept out of Kubernetes Secrets on purpose are read from the pod and kept in
the backup repository for as long as its backups. A restore has no use for them: the driver fetches them anew.

## How to fix it
Name the volume in the annotation of the pod template: `backup.velero.io/backup-volumes-excludes: secrets-store`.
`vlint --fix` writes it. For all pods at once a volume policy does it: `csi: {driver: secrets-store.csi.k8s.io}` with the
action skip. Secrets that were copied before should be changed.

## When to ignore it
When the backup repository may hold these credentials.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero internal/volumehelper/volume_policy_helper.go (shouldIncludeVolumeInBackup)",
    .check = check,
});

}  // namespace vlint::rules
