#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Mover;

// As whom the pods that use a claim write into it.
struct Identity {
  std::optional<std::int64_t> user;
  std::optional<std::int64_t> group;
  std::optional<std::int64_t> fs_group;

  bool operator==(const Identity&) const = default;
};

// The users of the containers that mount the volume, and the pod's; nothing where one is not told.
std::optional<Identity> identity_of(yaml::Value pod_spec, std::string_view volume) {
  const yaml::Value pod = pod_spec["securityContext"];
  std::optional<Identity> found;
  for (const yaml::Value container : pod_spec["containers"].items()) {
    const std::vector<yaml::Value> mounts = container["volumeMounts"].items();
    const bool is_user = std::any_of(mounts.begin(), mounts.end(), [&](const yaml::Value& mount) {
      return mount["name"].text() == volume && mount["readOnly"].as_bool() != true;
    });
    if (!is_user) continue;
    const yaml::Value own = container["securityContext"];
    const auto either = [&](std::string_view key) { return own[key].is_set() ? own[key].as_int() : pod[key].as_int(); };
    const Identity one{either("runAsUser"), either("runAsGroup"), pod["fsGroup"].as_int()};
    if (!one.user || (found && *found != one)) return std::nullopt;
    found = one;
  }
  return found;
}

struct Writers {
  Identity identity;
  const kube::Resource* resource = nullptr;
  yaml::Value volume;
  bool agree = true;  // all of them have the same user and groups
};

std::optional<Writers> writers_of(const velero::Plan& plan, const velero::Claim& claim) {
  std::optional<Writers> writers;
  for (const std::uint32_t i : claim.mounted_by) {
    const velero::VolumeUse& use = plan.volumes[i];
    const velero::Workload& workload = plan.workloads[use.workload];
    const std::optional<Identity> one = identity_of(workload.pod.spec, use.name);
    if (!one || one->user == 0) return std::nullopt;
    if (!writers) {
      writers = {*one, workload.resource, use.volume, true};
    } else if (writers->identity != *one) {
      writers->agree = false;
    }
  }
  return writers;
}

yaml::NewValue context_of(const Identity& identity) {
  std::vector<yaml::NewEntry> entries;
  const auto add = [&](std::string_view key, const std::optional<std::int64_t>& value) {
    if (value) entries.push_back({std::string(key), yaml::NewValue::typed(fmt::format("{}", *value))});
  };
  add("runAsUser", identity.user);
  add("runAsGroup", identity.group);
  add("fsGroup", identity.fs_group);
  return yaml::NewValue::mapping(std::move(entries));
}

// OpenShift gives each namespace a user of its own, which the mover gets too.
bool assigns_users(const model::Cluster& cluster) {
  const std::vector<kube::Resource>& resources = cluster.resources();
  return std::any_of(resources.begin(), resources.end(),
                     [](const kube::Resource& one) { return one.group.ends_with("openshift.io"); });
}

void report_source(const ClusterModel& member, const volsync::Source& one, const Writers& writers, Report& report) {
  const volsync::Replication& source = one.replication;
  const volsync::MoverUse& use = *source.mover();
  Draft draft = report.at(
      key_of(source, use).span(),
      fmt::format(
          "{} has no moverSecurityContext and its namespace is not annotated for privileged movers, so its mover "
          "is root without root's powers: files of {} that only their user {} may read make each backup fail",
          source.title(), writers.resource->title(), *writers.identity.user));
  draft.label("no moverSecurityContext")
      .about(member.cluster, *source.resource, use.spec)
      .related(writers.resource->place(), fmt::format("writes as user {}", *writers.identity.user));
  const bool is_generated = source.resource->generation != kube::kNotGenerated;
  if (is_generated || !use.spec.is_mapping()) {
    draft.help("add the `moverSecurityContext` that the application's pods have");
    return;
  }
  draft.fix(fmt::format("run the mover as user {}", *writers.identity.user),
            writers.agree ? Safety::safe : Safety::unsafe, *source.resource,
            yaml::add_entry(use.spec, "moverSecurityContext", context_of(writers.identity)));
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    if (assigns_users(member.cluster)) return;
    for (const volsync::Source& one : plan.sources) {
      const volsync::Replication& source = one.replication;
      const bool is_reader = source.is(Mover::restic) || source.is(Mover::kopia) || source.is(Mover::rclone) ||
                             source.is(Mover::rsync_tls);
      const velero::Claim* claim = claim_of(member, source);
      if (!is_reader || !has_known_method(source) || claim == nullptr) continue;
      if (one.is_privileged != Known::no || source.security_context.is_set()) continue;
      const std::optional<Writers> writers = writers_of(member.plan, *claim);
      if (writers) report_source(member, one, *writers, report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_mover_cannot_read) = checked({
    .summary = "a mover without a security context backs up files of another user",
    .explanation = R"md(
## What it finds
A ReplicationSource without `moverSecurityContext`, in a Namespace of the repository that has no annotation
`volsync.backube/privileged-movers: "true"`, whose claim is mounted by pods that all run as a user other than root
(`runAsUser`). It is silent where the Namespace is not in the repository, where a pod does not say as whom it runs,
and on OpenShift, which gives the mover the namespace's user.

## Why it matters
Since VolSync 0.6 the mover has no capabilities unless the namespace is annotated. It runs as root of its image, and
without them root is a user like any other: a file with mode 0600 of user 1000 can't be read. restic then ends with
exit code 3, the Job fails, and there is no backup; often that begins months later, with the first such file. What is
restored belongs to the mover's user, and the application can't read it.

## How to fix it
Give the mover the user and groups of the application. Where all pods that use the claim agree, `vlint --fix` copies
them:

```yaml
restic:
  moverSecurityContext:
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
```

The annotation on the Namespace does it too, and lets movers read and restore everything there.

## When to ignore it
When all files of the volume may be read by everybody.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/namespace.go, docs/usage/permissionmodel.rst, issues 365 and 367; "
               "onedr0p/home-ops issue 5197",
    .check = check,
});

}  // namespace vlint::rules
