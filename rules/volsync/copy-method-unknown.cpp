#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kMethods[] = {"Clone", "Direct", "None", "Snapshot"};

// The method that differs in letter case, or is a typing error away.
std::optional<std::string_view> meant_by(std::string_view text) {
  const auto same = std::find_if(std::begin(kMethods), std::end(kMethods),
                                 [&](std::string_view one) { return to_lower_ascii(one) == to_lower_ascii(text); });
  if (same != std::end(kMethods)) return *same;
  const std::string lower = to_lower_ascii(text);
  for (const std::string_view one : kMethods) {
    if (edit_distance(lower, to_lower_ascii(one), 1)) return one;
  }
  return std::nullopt;
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const volsync::Replication& replication) {
    if (replication.copy_method != volsync::CopyMethod::invalid) return;
    const volsync::Text& method = replication.copy_method_text;
    Draft draft = report.at(
        method.where(), fmt::format("{} has the copyMethod {}, which VolSync does not know: the API server refuses the "
                                    "object, and {}",
                                    replication.title(), quoted(method.text()),
                                    replication.is_source ? "no backup is made" : "nothing is restored"));
    draft.label("not a copyMethod").about(member.cluster, *replication.resource, method.field);
    if (const std::optional<std::string_view> meant = meant_by(method.text())) {
      draft.fix(fmt::format("write {}", *meant), Safety::safe, *replication.resource,
                yaml::set_scalar(method.field, *meant));
    } else {
      draft.help(replication.is_source ? "write Snapshot, Clone or Direct" : "write Snapshot or Direct");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_copy_method_unknown) = checked({
    .summary = "a copyMethod is none of those that VolSync knows",
    .explanation = R"md(
## What it finds
A `copyMethod` of a ReplicationSource or ReplicationDestination that is not exactly `Direct`, `None`, `Clone` or
`Snapshot`, as `snapshot` or `Snapshots`.

## Why it matters
The custom resource definition lists the values, letter case included. The API server refuses the whole object:
`kubectl apply` and the GitOps controller fail, and the ReplicationSource never exists or keeps its old state.

## How to fix it
Write the value as VolSync spells it. `vlint --fix` does so where letter case or one letter is wrong.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync api/v1alpha1/common_types.go CopyMethodType",
    .check = check,
});

}  // namespace vlint::rules
