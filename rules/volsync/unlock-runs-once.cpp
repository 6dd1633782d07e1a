#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kSwitches[] = {"1", "always", "enabled", "on", "true", "unlock", "y", "yes"};

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const volsync::Replication& source) {
    const yaml::Value value = source.unlock.field;
    if (!source.is(volsync::Mover::restic) || !value.is_set() || !kube::has_known_text(value)) return;
    const bool is_refused = !value.as_string();
    const bool is_switch =
        std::find(std::begin(kSwitches), std::end(kSwitches), to_lower_ascii(value.text())) != std::end(kSwitches);
    if (!is_refused && !is_switch) return;
    Draft draft = report.at(
        value.span(),
        is_refused
            ? fmt::format("{} has restic.unlock as {}, which is no string: the API server refuses the object, and "
                          "no backup is made",
                          source.title(), value.is_scalar() ? value.text() : "a list or mapping")
            : fmt::format("{} has restic.unlock as {}, which is no switch: the repository is unlocked once for "
                          "this value, and never again while it stays",
                          source.title(), quoted(value.text())));
    draft.severity(is_refused ? Severity::error : Severity::note)
        .label(is_refused ? "must be a string" : "once only")
        .about(member.cluster, *source.resource, value);
    Result<yaml::Removal> removal = yaml::remove_entry(
        written_entry(*source.resource, mover_spec(source), "unlock").key, yaml::OnlyChild::leave_empty);
    if (removal.ok()) {
      draft.fix("remove unlock", Safety::unsafe, *source.resource, std::move(removal->edits));
    } else {
      draft.help("remove it; to unlock again, write a value that was not there before, as the date");
    }
  });
}

}  // namespace

VLINT_RULE(volsync_unlock_runs_once) = checked({
    .summary = "restic.unlock is written as a switch, and runs once for each new value",
    .explanation = R"md(
## What it finds
`restic.unlock` of a ReplicationSource with a value that reads like a switch, as `"true"` or `"always"`, and one that
is no string at all, as `true`.

## Why it matters
VolSync runs `restic unlock` before the next backup when the value differs from the last one. A constant in Git
unlocked the repository once; a lock that a killed mover leaves behind next month stays, and prune fails on it. A
value that is no string is worse: the API server refuses the whole object.

## How to fix it
Remove the field, which `vlint --fix --unsafe-fixes` does. To unlock again write a value that was not there before, as
`unlock: "2026-03-01"`.

## When to ignore it
When the value is changed by hand each time.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go shouldUnlock, issues 646, 653, 713, 1042",
    .check = check,
});

}  // namespace vlint::rules
