#include <fmt/format.h>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

// Every namespace has `default`.
bool is_there(const model::Cluster& cluster, const volsync::Replication& replication) {
  const std::string_view name = replication.service_account.text();
  const std::string_view name_space = replication.resource->name_space;
  return name == "default" || name_space.empty() || cluster.find("", "ServiceAccount", name_space, name) != nullptr ||
         cluster.find("", "ServiceAccount", "", name) != nullptr;
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const volsync::Replication& replication) {
    const volsync::Text& account = replication.service_account;
    const bool is_told = account.given() == Known::yes;
    if (!is_told || is_there(member.cluster, replication) || may_hold_more(model, member)) return;
    report
        .at(account.where(),
            fmt::format("{} runs its mover as ServiceAccount {}, which does not exist in the namespace "
                        "{}: VolSync reports an error and {}",
                        replication.title(), account.text(), replication.resource->name_space,
                        replication.is_source ? "makes no backup" : "restores nothing"))
        .label("no such ServiceAccount")
        .about(member.cluster, *replication.resource, account.field)
        .help("add the ServiceAccount, or remove `moverServiceAccount`: VolSync then makes one for the mover");
  });
}

}  // namespace

VLINT_RULE(volsync_mover_account_missing) = checked({
    .summary = "a mover is to run as a ServiceAccount that does not exist",
    .explanation = R"md(
## What it finds
A `moverServiceAccount` that no ServiceAccount of the namespace has as its name. It is silent where charts, templates
or Applications deploy more than is seen.

## Why it matters
VolSync makes a ServiceAccount of its own for each mover, except where one is named: that one must be there. It
reports an error in the status and makes no backup.

## How to fix it
Add the ServiceAccount to the namespace, or remove the field.

## When to ignore it
When the account is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/sahandler.go",
    .check = check,
});

}  // namespace vlint::rules
