#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/volsync/repository.h"
#include "rules/common/secret_uses.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using volsync::Backend;

// Without all of these the backend can't be opened, whatever the environment of the pod is. A role of the node or the
// ServiceAccount stands in for AWS' pair, but not for half of it, and not at another storage than AWS' own.
std::vector<std::string> missing_keys(const SecretOfReplication& one, const volsync::Repository& repository) {
  const auto lacks = [&](std::string_view key) {
    return one.answer.has(key) == Known::no && misspelt_key(one.answer, key).empty();
  };
  std::vector<std::string> missing;
  const auto add = [&](std::string_view key) {
    if (lacks(key)) missing.emplace_back(key);
  };
  if (repository.backend == Backend::b2) {
    add("B2_ACCOUNT_ID");
    add("B2_ACCOUNT_KEY");
  } else if (repository.backend == Backend::azure) {
    add("AZURE_ACCOUNT_NAME");
  } else if (repository.backend == Backend::s3) {
    const bool has_other =
        one.answer.has("AWS_PROFILE") != Known::no || one.answer.has("RESTIC_AWS_ASSUME_ROLE_ARN") != Known::no;
    const std::string_view head = repository.location.head();
    // Whose storage it is, if the host is written out.
    const std::size_t host = head.find("://");
    const bool knows_host = host != std::string_view::npos && head.find('/', host + 3) != std::string_view::npos;
    const bool is_aws = !knows_host || head.find("amazonaws.com") != std::string_view::npos;
    const bool has_half = lacks("AWS_ACCESS_KEY_ID") != lacks("AWS_SECRET_ACCESS_KEY");
    const bool may_be_role = is_aws || one.replication.service_account.given() != Known::no;
    if (has_other || (!has_half && may_be_role)) return missing;
    add("AWS_ACCESS_KEY_ID");
    add("AWS_SECRET_ACCESS_KEY");
  }
  return missing;
}

void check(const Model& model, Report& report) {
  std::set<const kube::Resource*> told;
  for_each_restic_secret(model, [&](const SecretOfReplication& one) {
    const model::SecretSupplier* supplier = one.supplier();
    const model::SecretEntry* entry = supplier == nullptr ? nullptr : one.answer.find("RESTIC_REPOSITORY");
    // What a volume of the mover's holds may be a file with credentials.
    if (entry == nullptr || one.replication.mover_volumes.is_set()) return;
    const volsync::Repository repository = volsync::read_repository(entry->value, entry->where);
    const std::vector<std::string> missing = missing_keys(one, repository);
    if (missing.empty() || !told.insert(supplier->resource).second) return;
    report
        .at(supplier->resource->place(),
            fmt::format("Secret {} has no key{} {}, without which restic can't open a repository of {}: {} fails",
                        one.use.name.text(), missing.size() == 1 ? "" : "s", enumerate(missing),
                        volsync::to_string(repository.backend),
                        one.replication.is_source ? fmt::format("each run of {}", one.replication.title())
                                                  : one.replication.title()))
        .label("supplies the Secret")
        .about(one.member.cluster, *supplier->resource)
        .related(one.use.name.where(), "reads it")
        .related(entry->where, "where the repository is")
        .help(fmt::format("add {}", enumerate(missing)));
  });
}

}  // namespace

VLINT_RULE(volsync_backend_credentials_missing) = checked({
    .summary = "a restic Secret lacks the credentials of its storage",
    .explanation = R"md(
## What it finds
A Secret whose `RESTIC_REPOSITORY` is in `s3:`, `b2:` or `azure:` and that lacks a key without which restic can't open
it: half of the pair `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, or all of it at another storage than AWS' own; the
B2 keys; `AZURE_ACCOUNT_NAME`. Roles of a ServiceAccount, profiles and mounted files are reckoned with.

## Why it matters
VolSync doesn't look at these keys. The mover starts, restic is refused, the Job is tried again and again, and there is
no backup.

## How to fix it
Add the keys. In an ExternalSecret with a `target.template`, only the template's keys are in the Secret.

## When to ignore it
When something adds the keys that the repository doesn't show.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureJob; restic internal/backend/{s3,b2,azure}",
    .check = check,
});

}  // namespace vlint::rules
