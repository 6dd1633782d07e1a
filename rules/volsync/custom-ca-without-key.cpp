#include <fmt/format.h>

#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const volsync::Replication& replication) {
    const yaml::Value ca = replication.custom_ca;
    const yaml::Value key = ca["key"];
    if (!ca.is_mapping() || (key.is_set() && !(kube::has_known_text(key) && key.text().empty()))) return;
    const yaml::Value name = ca["secretName"].is_set() ? ca["secretName"] : ca["configMapName"];
    if (!name.is_set() || !kube::has_known_text(name) || name.text().empty()) return;
    Draft draft = report.at(
        name.span(), fmt::format("{} names {} for its customCA and no key in it, so VolSync leaves the certificate "
                                 "away: each run fails where nothing else makes the storage's certificate trusted",
                                 replication.title(), name.text()));
    draft.label("which key?").about(member.cluster, *replication.resource, name);
    if (replication.resource->generation != kube::kNotGenerated || key) {
      draft.help("add `key`, as `ca.crt`");
    } else {
      draft.fix("add key: ca.crt", Safety::unsafe, *replication.resource,
                yaml::add_entry(ca, "key", yaml::NewValue::string("ca.crt")));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_custom_ca_without_key) = checked({
    .summary = "a customCA names a Secret or ConfigMap without a key, and is ignored",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination with a `customCA` that has `secretName` or `configMapName` and no `key`.

## Why it matters
VolSync then mounts no certificate and says nothing. restic refuses the storage: "x509: certificate signed by unknown
authority".

## How to fix it
Add `key` with the name under which the certificate is there, mostly `ca.crt`, which `vlint --fix --unsafe-fixes`
writes.

## When to ignore it
Never: without a key the field can go.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/utils.go ValidateCustomCA",
    .check = check,
});

}  // namespace vlint::rules
