#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  std::set<std::pair<const kube::Resource*, std::string_view>> told;  // suppliers, and their misspelt keys
  for_each_restic_secret(model, [&](const SecretOfReplication& one) {
    const model::SecretSupplier* supplier = one.supplier();
    if (supplier == nullptr) return;
    for (const std::string_view wanted : restic_keys()) {
      if (one.answer.has(wanted) != Known::no) continue;
      const std::string_view written = misspelt_key(one.answer, wanted);
      const yaml::Value key = written.empty() ? yaml::Value{} : secret_key_of(*supplier, written);
      if (!key || !told.insert({supplier->resource, written}).second) continue;
      const bool is_needed = wanted == "RESTIC_REPOSITORY" || wanted == "RESTIC_PASSWORD";
      Draft draft = report.at(
          key.span(),
          fmt::format("Secret {} has the key {}, which VolSync ignores, and no key {}: {}", one.use.name.text(),
                      written, wanted,
                      is_needed ? fmt::format("{} fails with an error", one.replication.title())
                                : fmt::format("the mover of {} gets no such value", one.replication.title())));
      draft.label("ignored").about(one.member.cluster, *supplier->resource, key);
      draft.related(one.use.name.where(), "reads the Secret");
      draft.fix(fmt::format("write {}", wanted), Safety::safe, *supplier->resource,
                rename_secret_key(*supplier, written, wanted));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_secret_key_misspelt) = checked({
    .summary = "a key of a restic Secret is misspelt, so VolSync ignores it",
    .explanation = R"md(
## What it finds
A Secret that a ReplicationSource or ReplicationDestination with restic reads, with a key that is one typing error (or
only letter case) away from one that VolSync knows, while that one is not there: `RESTIC_PASWORD`,
`AWS_ACCES_KEY_ID`, `restic_repository`.

## Why it matters
VolSync hands a fixed list of keys on to restic and ignores all others without a word. Without the repository or its
password it reports an error; without a credential restic is refused by the storage.

## How to fix it
Write the key right, which `vlint --fix` does.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureJob",
    .check = check,
});

}  // namespace vlint::rules
