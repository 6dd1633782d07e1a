#include <fmt/format.h>

#include "lint/engine/report.h"
#include "rules/common/mentions.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    const velero::Install& install = plan.install;
    const bool has_alerts = !cluster.of_kind("monitoring.coreos.com", "PrometheusRule").empty();
    if (install.servers.empty() || plan.schedules.empty() || !has_alerts || may_hold_unseen_objects(model, cluster) ||
        is_mentioned(model, "velero_backup_")) {
      continue;
    }
    const kube::Resource& server = *install.servers.front();
    report
        .at(server.place(), fmt::format("no PrometheusRule asks for the metrics of {}, so nobody is told when backups "
                                        "fail or are no longer made",
                                        server.title()))
        .label("exports velero_backup_failure_total and others")
        .about(cluster, server)
        .help(
            "add alerts on velero_backup_failure_total, velero_backup_partial_failure_total and the age of "
            "velero_backup_last_successful_timestamp");
  }
}

}  // namespace

VLINT_RULE(velero_failures_not_alerted) = checked({
    .summary = "no alert tells of failed backups",
    .explanation = R"md(
## What it finds
Velero with Schedules in a cluster that has PrometheusRules, none of which mentions a metric of Velero's backups. It is
silent when charts, templates or Applications deploy more than is seen: alerts may come with them.

## Why it matters
A backup that fails says so in the status of its Backup object and nowhere else. Most lost data was lost weeks after the
last good backup.

## How to fix it
Add a PrometheusRule, and see that Prometheus scrapes Velero on port 8085:

```yaml
- alert: VeleroBackupOld
  expr: time() - velero_backup_last_successful_timestamp{schedule!=""} > 26 * 3600
- alert: VeleroBackupFailed
  expr: increase(velero_backup_failure_total{schedule!=""}[1d]) > 0
- alert: VeleroBackupPartiallyFailed
  expr: increase(velero_backup_partial_failure_total{schedule!=""}[1d]) > 0
```

The first one also tells when no backup is made at all.

## When to ignore it
When failures are told another way: by a dashboard that somebody reads, or an exporter of Kubernetes objects.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/metrics/metrics.go",
    .on_by_default = false,
    .check = check,
});

}  // namespace vlint::rules
