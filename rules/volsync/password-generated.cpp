#include <fmt/format.h>

#include <set>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/go_duration.h"
#include "lint/kube/selector_value.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

// The text is made again and again. external-secrets pkg/controllers/externalsecret: with an interval of zero, or
// refreshPolicy CreatedOnce, only once.
bool is_refreshed(const kube::Resource& external) {
  const bool is_cluster_wide = external.kind == "ClusterExternalSecret";
  const yaml::Value spec = is_cluster_wide ? external["spec"]["externalSecretSpec"] : external["spec"];
  const yaml::Value policy = spec["refreshPolicy"];
  if (policy.is_set() && policy.text() != "Periodic") return false;
  const yaml::Value interval = spec["refreshInterval"];
  if (!interval.is_set()) return true;
  const Result<kube::GoDuration> read = kube::parse_go_duration(interval.text());
  return kube::has_known_text(interval) && read.ok() && read->nanoseconds != 0;
}

void check(const Model& model, Report& report) {
  std::set<Span> told;
  for_each_secret(model, [&](const SecretOfReplication& one) {
    const model::SecretSupplier* supplier = one.supplier();
    if (!one.use.is_repository || supplier == nullptr) return;
    const std::string_view key =
        one.replication.is(volsync::Mover::restic) ? std::string_view("RESTIC_PASSWORD") : "KOPIA_PASSWORD";
    const model::SecretEntry* entry = one.answer.find(key);
    if (entry == nullptr || !entry->is_made_up || !is_refreshed(*supplier->resource)) return;
    if (!told.insert(entry->where).second) return;
    report
        .at(entry->where.valid() ? entry->where : supplier->resource->place(),
            fmt::format("{} of Secret {} is made up anew at each refresh: after the first one {} can't open its "
                        "repository any more, and the backups in it are lost",
                        key, one.use.name.text(), one.replication.title()))
        .label("another password each time")
        .about(one.member.cluster, *supplier->resource)
        .related(one.use.name.where(), "reads it")
        .help("take the password from a store that keeps it, and keep a copy of it outside of the cluster");
  });
}

}  // namespace

VLINT_RULE(volsync_password_generated) = checked({
    .summary = "the password of a backup repository is made up anew at each refresh",
    .explanation = R"md(
## What it finds
An ExternalSecret that fills `RESTIC_PASSWORD` (or `KOPIA_PASSWORD`) from a generator, as `Password` of External
Secrets, or by a template function that makes something up (`randAlphaNum`, `uuidv4`, `now`), and that is refreshed.

## Why it matters
The password encrypts the repository. At the next refresh the Secret has another one: restic says "wrong password or
no key found" for ever, and what is in the repository can't be read by anybody.

## How to fix it
Make the password once, put it into the store, and let the ExternalSecret read it from there. Keep a copy outside of
the cluster: without it no restore works on the day on which the cluster is gone. `refreshInterval: "0"` keeps the
password, as long as nobody deletes the Secret.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "volsync issues 1004, 1138; external-secrets pkg/controllers/externalsecret",
    .check = check,
});

}  // namespace vlint::rules
