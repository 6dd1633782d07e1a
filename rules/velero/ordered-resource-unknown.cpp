#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "rules/common/resource_lists.h"

namespace vlint::rules {
namespace {

void check_key(const ClusterModel& member, const velero::Schedule& schedule, const yaml::Entry& entry,
               const kube::KindInfo* kind, Report& report) {
  const std::string_view key = entry.key.text();
  std::optional<std::string> meant;
  if (kind == nullptr) {
    const std::optional<NameFault> fault = fault_of_name(member.cluster, key);
    if (!fault) return;
    const kube::KindInfo* near = fault->meant ? kube::find_resource_name(*fault->meant) : nullptr;
    if (near != nullptr) meant = std::string(near->plural);
  } else if (is_builtin(*kind) && key != kind->plural) {
    meant = std::string(kind->plural);
  } else {
    return;
  }
  Draft draft = report.at(entry.key.span(),
                          fmt::format("{} orders {}, which is not the plural of a type, so the order has no effect",
                                      title_of(schedule), quoted(key)));
  draft.label("no plural of a type").about(member.cluster, *schedule.resource, entry.value);
  if (meant) {
    draft.fix(fmt::format("write {}", *meant), Safety::unsafe, *schedule.resource, yaml::rename_key(entry.key, *meant));
  } else {
    draft.help("write the plural alone, as in pods, without a group");
  }
}

void check_items(const ClusterModel& member, const velero::Schedule& schedule, const yaml::Entry& entry,
                 const kube::KindInfo& kind, Report& report) {
  const bool is_namespaced = kind.scope == kube::Scope::namespaced;
  for (const std::string_view item : split(entry.value.text(), ',')) {
    const std::string_view name = trim(item);
    const bool has_namespace = name.find('/') != std::string_view::npos;
    if (name.empty() || has_namespace == is_namespaced) continue;
    report
        .at(entry.value.span(),
            fmt::format("{} orders {} {}, which is written {}, so the order has no effect on it", title_of(schedule),
                        kind.plural, quoted(name),
                        is_namespaced ? "without its namespace" : "with a namespace, which it does not have"))
        .label(is_namespaced ? "no namespace" : "cluster-scoped")
        .about(member.cluster, *schedule.resource, entry.value)
        .help(is_namespaced ? fmt::format("write namespace/{}", name)
                            : fmt::format("write {}", name.substr(name.find('/') + 1)));
  }
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& member, const velero::Schedule& schedule) {
    for (const yaml::Entry& entry : schedule.backup.ordered_resources.entries()) {
      if (entry.key.is_templated() || !entry.value.is_scalar() || !kube::has_known_text(entry.value)) continue;
      const kube::KindInfo* kind = kube::find_resource_name(entry.key.text());
      check_key(member, schedule, entry, kind, report);
      if (kind != nullptr && is_builtin(*kind)) check_items(member, schedule, entry, *kind, report);
    }
  });
}

}  // namespace

VLINT_RULE(velero_ordered_resource_unknown) = checked({
    .summary = "an order of resources in a backup names what Velero does not find",
    .explanation = R"md(
## What it finds
In `orderedResources`, a key that is not the plural of a type (`pod`, `deployments.apps`, a slip of the pen), and items
in the wrong form: a namespaced object without its namespace, or a cluster-scoped one with a namespace.

## Why it matters
Velero looks an order up by the plural of the type, and an item by `namespace/name`, or by `name` for cluster-scoped
objects. What it does not find is passed over, so the objects are backed up in the order of their names. A primary that
had to come before its replicas does not.

## How to fix it
Write `pods: databases/db-0,databases/db-1`, and `persistentvolumes: pv-0,pv-1`.

## When to ignore it
Never: the entry has no effect.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_collector.go getOrderedResourcesForType, sortResourcesByOrder",
    .check = check,
});

}  // namespace vlint::rules
