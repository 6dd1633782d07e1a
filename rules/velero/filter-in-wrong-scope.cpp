#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lint/velero/resource_filter.h"
#include "rules/common/resource_lists.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::NameList;

struct ScopedList {
  NamedList list;
  kube::Scope scope;
  NamedList other;     // of the other scope, on the same side
  NamedList opposite;  // of the other scope, on the other side
};

std::vector<ScopedList> scoped_lists(const velero::BackupSpec& spec) {
  const NamedList in_namespaced{"includedNamespaceScopedResources", spec.included_namespace_scoped_resources};
  const NamedList out_namespaced{"excludedNamespaceScopedResources", spec.excluded_namespace_scoped_resources};
  const NamedList in_cluster{"includedClusterScopedResources", spec.included_cluster_scoped_resources};
  const NamedList out_cluster{"excludedClusterScopedResources", spec.excluded_cluster_scoped_resources};
  return {{in_namespaced, kube::Scope::namespaced, in_cluster, out_cluster},
          {out_namespaced, kube::Scope::namespaced, out_cluster, in_cluster},
          {in_cluster, kube::Scope::cluster, in_namespaced, out_namespaced},
          {out_cluster, kube::Scope::cluster, out_namespaced, in_namespaced}};
}

// Of types that every cluster has; the scope of custom ones is not known.
std::vector<const NameList::Name*> wrong_names(const ScopedList& scoped) {
  std::vector<const NameList::Name*> wrong;
  if (!scoped.list.is_set()) return wrong;
  for (const NameList::Name& name : scoped.list.list.names) {
    const kube::KindInfo* kind = name.known ? kube::find_resource_name(name.text) : nullptr;
    if (kind != nullptr && is_builtin(*kind) && kind->scope != scoped.scope) wrong.push_back(&name);
  }
  return wrong;
}

bool has_type(const NameList& list, std::string_view name) {
  const kube::KindInfo* wanted = kube::find_resource_name(name);
  return std::any_of(list.names.begin(), list.names.end(), [&](const NameList::Name& other) {
    return other.known && (other.text == "*" || kube::find_resource_name(other.text) == wanted);
  });
}

// Where a new list stands beside `entry` without touching its text: at the end, or behind the entry before.
Result<yaml::Where> beside(yaml::Value mapping, const yaml::Entry& entry) {
  const std::vector<yaml::Entry> entries = mapping.entries();
  const auto at =
      std::find_if(entries.begin(), entries.end(), [&](const yaml::Entry& other) { return other.key == entry.key; });
  if (at == entries.end()) return Error{"the list is not written here"};
  if (at + 1 != entries.end()) return yaml::Where::end();
  if (at == entries.begin()) return Error{"there is no place for another list"};
  const yaml::Value before = (at - 1)->key.source();
  if (!before || before.tree() != mapping.source().tree()) return Error{"there is no place for another list"};
  return yaml::Where::after(before.node_id());
}

yaml::Edits add_list(yaml::Value mapping, const yaml::Entry& entry, std::string_view field,
                     std::vector<yaml::NewValue> items) {
  const Result<yaml::Where> where = beside(mapping, entry);
  if (!where.ok()) return Error{where.error()};
  return yaml::add_entry(mapping, field, yaml::NewValue::sequence(std::move(items)), *where);
}

// Moves the names to the list of their scope. Nothing where that would contradict another list.
struct Move {
  yaml::Edits edits;
  bool is_safe = true;
};
std::optional<Move> move_of(const velero::BackupSpec& spec, const ScopedList& from,
                            const std::vector<const NameList::Name*>& wrong) {
  const NameList& to = from.other.list;
  const bool contradicts = std::any_of(
      wrong.begin(), wrong.end(), [&](const NameList::Name* name) { return has_type(from.opposite.list, name->text); });
  // A list that was not there took all namespaced types; with one name in it would take only that.
  const bool narrows = from.other.field == "includedNamespaceScopedResources" && !to.is_set();
  if (contradicts || narrows || !to.is_known() || (to.field && !to.is_set())) return std::nullopt;
  const bool moves_all = wrong.size() == from.list.list.names.size();
  const yaml::Entry entry = spec.root.find(from.list.field);
  if (moves_all && !to.field) return Move{yaml::rename_key(entry.key, from.other.field)};

  Move move{std::vector<TextEdit>{}};
  std::vector<yaml::Edits> parts;
  std::vector<yaml::NewValue> added;
  const auto take_out = [&](const Result<yaml::Removal>& removal) {
    if (removal.ok()) move.is_safe &= !removal->removes_comments;
    parts.push_back(removal.ok() ? yaml::Edits(removal->edits) : yaml::Edits(Error{removal.error()}));
  };
  for (const NameList::Name* name : wrong) {
    if (!moves_all) take_out(yaml::remove_item(name->value, yaml::OnlyChild::leave_empty));
    if (!has_type(to, name->text)) added.push_back(yaml::NewValue::string(name->text));
  }
  if (moves_all) take_out(yaml::remove_entry(entry.key, yaml::OnlyChild::leave_empty));
  if (to.field) {
    for (const yaml::NewValue& value : added) parts.push_back(yaml::append_item(to.field, value));
  } else {
    parts.push_back(add_list(spec.root, entry, from.other.field, added));
  }
  move.edits = together(parts);
  return move;
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    for (const ScopedList& scoped : scoped_lists(schedule.backup)) {
      const std::vector<const NameList::Name*> wrong = wrong_names(scoped);
      if (wrong.empty()) continue;
      std::vector<std::string> names;
      for (const NameList::Name* name : wrong) names.emplace_back(name->text);
      const bool is_namespaced = scoped.scope == kube::Scope::namespaced;
      Draft draft = report.at(
          wrong.front()->value.span(),
          fmt::format("{} has {} in {}, where Velero drops {} without a word, since {} {}", title_of(schedule),
                      enumerate(names), scoped.list.field, names.size() == 1 ? "it" : "them",
                      names.size() == 1 ? "it is" : "they are", is_namespaced ? "cluster-scoped" : "namespaced"));
      draft.label(is_namespaced ? "cluster-scoped" : "namespaced")
          .about(cluster.cluster, *schedule.resource, wrong.front()->value);
      std::optional<Move> move = move_of(schedule.backup, scoped, wrong);
      if (move) {
        draft.fix(fmt::format("move {} to {}", enumerate(names), scoped.other.field),
                  move->is_safe ? Safety::safe : Safety::unsafe, *schedule.resource, std::move(move->edits));
      } else {
        draft.help(fmt::format("the list for it is {}", scoped.other.field));
      }
    }
  });
}

}  // namespace

VLINT_RULE(velero_filter_in_wrong_scope) = checked({
    .summary = "a resource filter by scope names a type of the other scope, which Velero drops",
    .explanation = R"md(
## What it finds
A cluster-scoped type (`persistentvolumes`, `storageclasses`) in `includedNamespaceScopedResources` or
`excludedNamespaceScopedResources`, and a namespaced one (`secrets`) in the lists for cluster-scoped resources. Only types
that every cluster has are judged.

## Why it matters
Velero drops such an entry without a word. What was to be included is missing in the backup, what was to be excluded is
in it. And a list that had nothing else is an empty one, which among the included means everything.

## How to fix it
Write the type into the list of its scope; `vlint --fix` moves it. It does not, where the move would make Velero refuse
the lists, or turn a backup of all namespaced types into one of a single type.

## When to ignore it
Never: the entry has no effect.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go scopeResourceMapFunc",
    .check = check,
});

}  // namespace vlint::rules
