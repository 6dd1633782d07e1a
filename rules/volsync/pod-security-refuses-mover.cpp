#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/replications.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using volsync::Mover;
using volsync::Replication;

constexpr std::string_view kEnforce = "pod-security.kubernetes.io/enforce";
constexpr std::string_view kPrivileged = "volsync.backube/privileged-movers";

// Annotated: the mover is user 0 and adds capabilities. The rsync mover always is.
void report_privileged(const ClusterModel& member, const Replication& replication, const kube::Resource& name_space,
                       Report& report) {
  const bool is_rsync = replication.is(Mover::rsync);
  const yaml::Value privileged = name_space.metadata["annotations"][kPrivileged];
  Draft draft = report.at(
      key_of(replication, *replication.mover()).span(),
      fmt::format("{} has a mover that runs as root with capabilities, {}, and Namespace {} enforces the pod security "
                  "level restricted: its pods are refused and {}",
                  replication.title(), is_rsync ? "as rsync always does" : "since the namespace is annotated for it",
                  name_space.name, replication.is_source ? "no backup is made" : "nothing is restored"));
  draft.label("its pods are refused")
      .about(member.cluster, *replication.resource)
      .related(name_space.metadata["labels"][kEnforce].span(), "refuses root and capabilities");
  if (!is_rsync) draft.related(privileged.span(), "asks for them");
  draft.help(is_rsync ? "use rsyncTLS with a `moverSecurityContext`, or enforce `baseline`"
                      : "remove the annotation and give the mover a `moverSecurityContext`, or enforce `baseline`");
}

void report_plain(const ClusterModel& member, const Replication& replication, const kube::Resource& name_space,
                  Report& report) {
  const yaml::Value context = replication.security_context;
  std::vector<std::string> missing;
  if (context["runAsNonRoot"].as_bool() != true) missing.emplace_back("runAsNonRoot: true");
  const yaml::Value profile = context["seccompProfile"]["type"];
  if (!profile.is_set() || profile.text() == "Unconfined") missing.emplace_back("seccompProfile.type: RuntimeDefault");
  if (missing.empty()) return;
  report
      .at(context ? written_entry(*replication.resource, mover_spec(replication), "moverSecurityContext").key.span()
                  : key_of(replication, *replication.mover()).span(),
          fmt::format(
              "{} gives its mover no {}, and Namespace {} enforces the pod security level restricted: its pods are "
              "refused and {}",
              replication.title(), enumerate(missing), name_space.name,
              replication.is_source ? "no backup is made" : "nothing is restored"))
      .label(context ? "not enough for restricted" : "no moverSecurityContext")
      .about(member.cluster, *replication.resource, context)
      .related(name_space.metadata["labels"][kEnforce].span(), "asks for it")
      .help(
          "write `moverSecurityContext: {runAsNonRoot: true, runAsUser: …, fsGroup: …, seccompProfile: {type: "
          "RuntimeDefault}}` with the application's user and group");
}

bool is_known(yaml::Value context) {
  if (!context.is_set()) return true;
  return context.is_mapping() && kube::has_known_text(context["runAsNonRoot"]) &&
         kube::has_known_text(context["seccompProfile"]["type"]) &&
         (!context["seccompProfile"].is_set() || context["seccompProfile"].is_mapping());
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    const bool has_mover = has_known_method(replication) && !replication.is(Mover::external);
    const kube::Resource* name_space = namespace_of(member, *replication.resource);
    if (!has_mover || name_space == nullptr) return;
    if (name_space->metadata["labels"][kEnforce].text() != "restricted") return;
    const yaml::Value privileged = name_space->metadata["annotations"][kPrivileged];
    if (!kube::has_known_text(privileged)) return;
    if (replication.is(Mover::rsync) || to_lower_ascii(privileged.text()) == "true") {
      report_privileged(member, replication, *name_space, report);
    } else if (is_known(replication.security_context)) {
      report_plain(member, replication, *name_space, report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_pod_security_refuses_mover) = checked({
    .summary = "a namespace that enforces restricted pods refuses the mover",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination in a Namespace with the label `pod-security.kubernetes.io/enforce:
restricted`, where

- the annotation `volsync.backube/privileged-movers: "true"` makes the mover run as root with capabilities (rsync
  always does), or
- `moverSecurityContext` lacks `runAsNonRoot: true` or a `seccompProfile`, which VolSync does not set by itself.

## Why it matters
Pod Security Admission refuses the mover's pod. The Job stands there without a pod, the reason is an event of the Job,
and no backup is made.

## How to fix it
Give the mover the application's identity in the words of the restricted level:

```yaml
moverSecurityContext:
  runAsNonRoot: true
  runAsUser: 1000
  fsGroup: 1000
  seccompProfile: {type: RuntimeDefault}
```

`baseline` lets both kinds of movers pass.

## When to ignore it
When the cluster exempts the namespace or its service accounts from Pod Security Admission.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources =
        "volsync internal/controller/mover/restic/mover.go ensureJob, docs/usage/permissionmodel.rst; kubernetes "
        "pod-security-admission policy/check_*.go",
    .check = check,
});

}  // namespace vlint::rules
