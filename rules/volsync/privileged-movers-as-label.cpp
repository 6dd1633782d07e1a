#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kKey = "volsync.backube/privileged-movers";

// Where an object speaks of the key, outside of its own metadata.
struct Mention {
  yaml::Value where;
  bool is_set = false;  // as an annotation of something that it makes or changes
};

// Keeps the first mention, and the first that sets the annotation before all others.
void collect(yaml::Value part, bool in_annotations, bool reads_texts, std::optional<Mention>& best) {
  const auto keep = [&](yaml::Value where) {
    if (!best || (in_annotations && !best->is_set)) best = Mention{where, in_annotations};
  };
  if (part.is_scalar()) {
    // In an expression of a policy, or as the key of a requirement.
    const bool is_it = part.text() == kKey || (reads_texts && part.text().find(kKey) != std::string_view::npos);
    if (is_it) keep(part);
    return;
  }
  for (const yaml::Entry& entry : part.entries()) {
    if (entry.key.text() == kKey) keep(entry.value);
    collect(entry.value, in_annotations || entry.key.text() == "annotations", reads_texts, best);
  }
  for (const yaml::Value item : part.items()) collect(item, in_annotations, reads_texts, best);
}

// What the label is for besides VolSync: a selector or a policy that asks for it.
std::optional<Mention> mention_of(const model::Cluster& cluster) {
  std::optional<Mention> best;
  for (const kube::Resource& resource : cluster.resources()) {
    if (resource.generation != kube::kNotGenerated || resource.is("", "Namespace")) continue;
    const bool is_policy = resource.group.ends_with("kyverno.io");
    for (const yaml::Entry& entry : resource.root.entries()) {
      if (entry.key.text() != "metadata") collect(entry.value, false, is_policy, best);
    }
  }
  return best;
}

// The sources of the namespace whose movers get no powers by a security context of their own.
std::vector<const volsync::Replication*> movers_of(const volsync::Plan& plan, std::string_view name_space) {
  std::vector<const volsync::Replication*> movers;
  for (const volsync::Source& one : plan.sources) {
    const volsync::Replication& source = one.replication;
    const bool is_plain =
        copies_volume(source) && !source.is(volsync::Mover::rsync) && !source.security_context.is_set();
    if (is_plain && source.resource->name_space == name_space) movers.push_back(&source);
  }
  return movers;
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    std::optional<Mention> selector;
    bool has_looked = false;
    for (const kube::Resource* name_space : member.cluster.of_kind("", "Namespace")) {
      const yaml::Entry label = name_space->metadata["labels"].find(kKey);
      if (!label || label.value.text() != "true" || name_space->metadata["annotations"].find(kKey)) continue;
      if (!has_looked) selector = mention_of(member.cluster);
      has_looked = true;
      const std::vector<const volsync::Replication*> movers = movers_of(member.volsync, name_space->name);
      if (selector && (movers.empty() || selector->is_set)) continue;
      Draft draft = report.at(
          label.key.span(),
          selector ? fmt::format("namespace {} has {} as a label, which a selector asks for, but VolSync reads an "
                                 "annotation of that name: the mover of {} is unprivileged, and files that it can't "
                                 "read make each backup fail",
                                 name_space->name, kKey, movers.front()->title())
                   : fmt::format("namespace {} has {} as a label, and VolSync reads an annotation of that name: movers "
                                 "there are unprivileged, and files that they can't read make each backup fail",
                                 name_space->name, kKey));
      draft.label("a label").about(member.cluster, *name_space, label.value);
      if (selector) draft.related(selector->where.span(), "selects by the label, so it has to stay");
      const std::string_view path[] = {"metadata", "annotations"};
      draft.fix("annotate the namespace, which lets movers run as root there", Safety::unsafe, *name_space,
                yaml::ensure_path(name_space->root, path, kKey, yaml::NewValue::string("true")));
    }
  }
}

}  // namespace

VLINT_RULE(volsync_privileged_movers_as_label) = checked({
    .summary = "a namespace allows privileged movers by a label, which VolSync does not read",
    .explanation = R"md(
## What it finds
A Namespace with the *label* `volsync.backube/privileged-movers: "true"` and without the *annotation* of that name.
Where a selector of the repository asks for the label (a ClusterExternalSecret that copies the repository's
credentials, a NetworkPolicy), the label does its work; then it is found only if a ReplicationSource there has no
`moverSecurityContext`.

## Why it matters
VolSync looks at the annotation alone. Without it the mover runs without root's powers: files that only their owner
may read make restic end with an error, each time, and restored files belong to the mover.

## How to fix it
If the mover shall read everything, annotate the Namespace, which `vlint --fix --unsafe-fixes` does, and keep the label
for the selector:

```yaml
metadata:
  labels:
    volsync.backube/privileged-movers: "true"
  annotations:
    volsync.backube/privileged-movers: "true"
```

Everybody who may create a ReplicationSource there can then read all of the namespace's volumes as root. Otherwise give
each ReplicationSource a `moverSecurityContext` with the user and groups of its application.

## When to ignore it
When all files are readable for everybody.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/namespace.go PrivilegedMoversOk, issues 365, 367",
    .check = check,
});

}  // namespace vlint::rules
