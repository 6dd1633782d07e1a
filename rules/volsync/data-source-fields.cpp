#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kGroup = "volsync.backube";
constexpr std::string_view kKind = "ReplicationDestination";

bool names_destination(const FillReference& one) {
  return std::any_of(one.member.volsync.destinations.begin(), one.member.volsync.destinations.end(),
                     [&](const volsync::Destination& destination) {
                       const kube::Resource& resource = *destination.replication.resource;
                       return resource.name == one.reference["name"].text() &&
                              resource.name_space == one.owner.name_space;
                     });
}

bool is_near_kind(std::string_view kind) {
  return kind == "ReplicationSource" || to_lower_ascii(kind) == "replicationdestination" ||
         to_lower_ascii(kind) == "replicationdestinations";
}

Draft begin(const FillReference& one, yaml::Value where, std::string_view what, Report& report) {
  Draft draft = report.at(where.span(), fmt::format("{} {}", one.claim, what));
  draft.about(one.member.cluster, one.owner, where);
  return draft;
}

void check_group(const FillReference& one, Report& report) {
  const yaml::Value group = one.reference["apiGroup"];
  const bool is_of_volsync = one.reference["kind"].text() == kKind;
  if (!is_of_volsync || group.text() == kGroup || (group.is_set() && !kube::has_known_text(group))) return;
  if (!group.is_set()) {
    begin(one, one.reference["kind"],
          "has a dataSourceRef to a ReplicationDestination without apiGroup: the API server refuses the claim", report)
        .label("of which group?")
        .fix("add apiGroup: volsync.backube", Safety::safe, one.owner,
             yaml::add_entry(one.reference, "apiGroup", yaml::NewValue::string(kGroup)));
    return;
  }
  if (!group.text().starts_with(kGroup)) return;
  begin(one, group,
        fmt::format("has a dataSourceRef with the apiGroup {}, which is no group: nobody fills the claim, and it stays "
                    "Pending",
                    group.text()),
        report)
      .label("a group has no version")
      .fix("write volsync.backube", Safety::safe, one.owner, yaml::set_scalar(group, kGroup));
}

void check_kind(const FillReference& one, Report& report) {
  const yaml::Value kind = one.reference["kind"];
  if (!one.reference["apiGroup"].text().starts_with(kGroup) || kind.text() == kKind) return;
  if (!is_near_kind(kind.text())) return;
  Draft draft = begin(one, kind,
                      fmt::format("has a dataSourceRef to a {}: VolSync fills claims from a ReplicationDestination "
                                  "only, and it stays Pending",
                                  kind.text()),
                      report);
  draft.label("fills no claims");
  if (kind.text() != "ReplicationSource" || names_destination(one)) {
    draft.fix("write ReplicationDestination", Safety::safe, one.owner, yaml::set_scalar(kind, kKind));
  } else {
    draft.help("add a ReplicationDestination with the repository of the ReplicationSource, and name that");
  }
}

// kubernetes pkg/registry/core/persistentvolumeclaim: EnforceDataSourceBackwardsCompatibility.
void check_field(const FillReference& one, Report& report) {
  if (one.field != "dataSource" || one.reference["kind"].text() != kKind || one.spec["dataSourceRef"]) return;
  const yaml::Entry entry = written_entry(one.owner, one.spec, "dataSource");
  Draft draft = report.at(
      entry.key.span(),
      fmt::format("{} names a ReplicationDestination as its dataSource, which takes claims and snapshots only: the API "
                  "server drops it, and the volume is made empty",
                  one.claim));
  draft.about(one.member.cluster, one.owner, one.reference).label("dropped without a word");
  draft.fix("write dataSourceRef", Safety::safe, one.owner, yaml::rename_key(entry.key, "dataSourceRef"));
}

// Only with the feature CrossNamespaceVolumeDataSource, which is alpha, is the field there; VolSync doesn't read it.
void check_namespace(const FillReference& one, Report& report) {
  const yaml::Value other = one.reference["namespace"];
  if (one.reference["kind"].text() != kKind || !other.is_set() || !kube::has_known_text(other)) return;
  if (one.owner.name_space.empty() || other.text() == one.owner.name_space) return;
  Draft draft = begin(one, other,
                      fmt::format("has a dataSourceRef into the namespace {}: VolSync looks for the "
                                  "ReplicationDestination in the claim's own, and the claim stays Pending",
                                  other.text()),
                      report);
  draft.label("another namespace");
  if (!names_destination(one)) {
    draft.help(fmt::format("make the ReplicationDestination in {}, and remove `namespace`", one.owner.name_space));
    return;
  }
  Result<yaml::Removal> removal = yaml::remove_entry(one.reference.find("namespace").key, yaml::OnlyChild::leave_empty);
  if (!removal.ok()) {
    draft.help("remove `namespace`");
    return;
  }
  draft.fix("remove namespace", removal->removes_comments ? Safety::unsafe : Safety::safe, one.owner,
            std::move(removal->edits));
}

void check(const Model& model, Report& report) {
  for_each_fill_reference(model, [&](const FillReference& one) {
    check_group(one, report);
    check_kind(one, report);
    check_field(one, report);
    check_namespace(one, report);
  });
}

}  // namespace

VLINT_RULE(volsync_data_source_fields) = checked({
    .summary = "a claim refers to a ReplicationDestination in a way that nobody understands",
    .explanation = R"md(
## What it finds
A claim or claim template that is meant to be filled from a ReplicationDestination, with
- no `apiGroup`, or one with a version in it (`volsync.backube/v1alpha1`);
- the kind ReplicationSource, or ReplicationDestination in other letter case;
- `dataSource` in place of `dataSourceRef`;
- a `namespace` that is not the claim's own.

## Why it matters
Without a group the API server refuses the claim. With a wrong group, kind or namespace nobody fills it, and it stays
Pending with the application behind it. `dataSource` is the worst: it takes claims and snapshots only, everything else
is dropped without a word, and the application starts on an empty volume instead of its backup.

## How to fix it
```yaml
dataSourceRef:
  apiGroup: volsync.backube
  kind: ReplicationDestination
  name: wiki
```

`vlint --fix` does it.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kubernetes pkg/api/persistentvolumeclaim/util.go EnforceDataSourceBackwardsCompatibility, "
               "pkg/apis/core/validation; volsync internal/controller/volumepopulator_controller.go",
    .check = check,
});

}  // namespace vlint::rules
