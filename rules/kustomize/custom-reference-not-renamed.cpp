#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using gitops::Unit;
using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Value;

struct Reference {
  const kube::Resource* owner = nullptr;
  std::string path;  // as a field spec has it: `spec/valuesFrom/name`
};

// Looks for the scalar at a place, and notes the keys on the way down to it; items of lists have none.
bool find_path(Value value, Span place, std::vector<std::string_view>& keys) {
  if (value.is_scalar()) return value.span() == place;
  for (const yaml::Entry& entry : value.entries()) {
    keys.push_back(entry.key.text());
    if (find_path(entry.value, place, keys)) return true;
    keys.pop_back();
  }
  const std::vector<Value> items = value.items();
  return std::any_of(items.begin(), items.end(), [&](const Value& item) { return find_path(item, place, keys); });
}

std::string as_field_spec(const std::vector<std::string_view>& keys) {
  std::string path;
  for (const std::string_view key : keys) {
    if (!path.empty()) path += '/';
    for (const char c : key) {
      if (c == '/') path += '\\';
      path += c;
    }
  }
  return path;
}

Reference find_reference(const Unit& unit, const Fault& fault) {
  for (const kube::Resource& resource : unit.resources) {
    // A message names the object first: "ReplicationSource home/data names ...".
    if (fault.message.rfind(resource.kind, 0) != 0) continue;
    if (fault.message.rfind(fmt::format("{} names ", resource.title()), 0) != 0) continue;
    std::vector<std::string_view> keys;
    if (find_path(resource.root, fault.where, keys)) return {&resource, as_field_spec(keys)};
  }
  return {};
}

const kube::Resource* find_renamed(const Unit& unit, const Fault& fault) {
  const auto found = std::find_if(unit.resources.begin(), unit.resources.end(), [&](const kube::Resource& resource) {
    return resource.name == fault.suggestion &&
           fault.message.find(fmt::format(" names {} ", resource.kind)) != std::string::npos;
  });
  return found == unit.resources.end() ? nullptr : &*found;
}

std::string group_of(const kube::Resource& resource) {
  return resource.group.empty() ? "" : fmt::format("group: {}, ", resource.group);
}

std::string message_of(const Fault& fault, const kube::Resource* renamed, const kube::Resource* owner) {
  if (renamed == nullptr || owner == nullptr) return fault.message;
  return fmt::format(
      "{} names {} {}, which Kustomize renames to {} without changing this reference, so it names nothing that is "
      "built",
      owner->title(), renamed->kind, fault.subject, renamed->name);
}

std::string advice(const Fault& fault, const kube::Resource* renamed, const Reference& reference) {
  if (renamed == nullptr || reference.owner == nullptr || renamed->is("", "Namespace")) {
    return fmt::format("write {} by a patch of the kustomization that renames it", fault.suggestion);
  }
  return fmt::format(
      "list a file in `configurations:` beside the field that renames, and write in it `nameReference: [{{{}kind: {}, "
      "fieldSpecs: [{{group: {}, kind: {}, path: {}}}]}}]`",
      group_of(*renamed), renamed->kind, reference.owner->group, reference.owner->kind, reference.path);
}

void check(const Model& model, Report& report) {
  std::set<std::pair<const Unit*, Span>> reported;  // a build may have a base several times
  for_each_fault(model, [&](const Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::reference_left_behind) return;
    if (!reported.emplace(&unit, fault.where).second) return;
    const kube::Resource* renamed = find_renamed(unit, fault);
    const Reference reference = find_reference(unit, fault);
    report_fault(model, unit, fault, message_of(fault, renamed, reference.owner), Safety::suggestion, report)
        .label("still the former name")
        .help(advice(fault, renamed, reference));
  });
}

}  // namespace

VLINT_RULE(kustomize_custom_reference_not_renamed) = checked({
    .summary = "a custom resource still names an object by the name that Kustomize changed",
    .explanation = R"md(
## What it finds
A field of a custom resource that names a claim, Secret, ConfigMap, ServiceAccount, Service or Namespace of the same build
by the name it had before `namePrefix`, `nameSuffix`, the hash of a generator or `namespace:` changed it. Examples: the
`sourcePVC` and `restic.repository` of a VolSync ReplicationSource, `valuesFrom` of a HelmRelease, `secretName` of a
Certificate, `includedNamespaces` of a Velero Schedule.

## Why it matters
Kustomize changes the references it knows, and it knows those of Kubernetes' own kinds only. Nothing warns: the Deployment
mounts `prod-data`, and the ReplicationSource goes on to back up `data`, which does not exist, or which belongs to
somebody else.

## How to fix it
Tell Kustomize of the field. In the kustomization: `configurations: [name-references.yaml]`, and in that file:

```yaml
nameReference:
  - kind: PersistentVolumeClaim
    fieldSpecs:
      - {group: volsync.backube, kind: ReplicationSource, path: spec/sourcePVC}
```

The help of each finding has the entry for its field. For a generated object `options: {disableNameSuffixHash: true}` is
another way.

## When to ignore it
When the field means an object of that name that another tool makes.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources =
        "kustomize api/internal/konfig/builtinpluginconsts/namereference.go, api/filters/nameref; kustomize issues "
        "1685, 1727, 3130",
    .check = check,
});

}  // namespace vlint::rules
