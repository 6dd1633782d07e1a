#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/encoding.h"
#include "lint/volsync/repository.h"
#include "lint/yaml/edit.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

using volsync::LocationFault;
using volsync::Repository;

constexpr std::string_view kKey = "RESTIC_REPOSITORY";

// What is wrong with it, without its text.
std::string_view fault_of(const Repository& repository) {
  switch (repository.fault) {
    case LocationFault::no_scheme:
      return "begins with no backend that restic knows";
    case LocationFault::relative_path:
      return "names no backend, so restic takes it for a folder of the mover's read-only file system";
    case LocationFault::no_bucket:
      return "has no bucket behind the host";
    case LocationFault::double_scheme:
      return "begins with s3://http, so restic takes the scheme for the host";
    case LocationFault::none:
      break;
  }
  return "has a blank or a line end at an end, which becomes part of the path";
}

// Only as far as there is one reading: without blanks, or with `s3:` in front of the URL of a host.
std::optional<std::string> repaired(const Repository& repository, std::string_view text) {
  const std::string_view plain = trim(text);
  if (repository.fault == LocationFault::none) return std::string(plain);
  if (repository.fault == LocationFault::double_scheme) return fmt::format("s3:{}", plain.substr(5));
  const bool is_url = plain.starts_with("https://") || plain.starts_with("http://");
  if (repository.fault == LocationFault::no_scheme && is_url) return fmt::format("s3:{}", plain);
  return std::nullopt;
}

void check(const Model& model, Report& report) {
  std::set<Span> told;
  for_each_restic_secret(model, [&](const SecretOfReplication& one) {
    const model::SecretSupplier* supplier = one.supplier();
    const model::SecretEntry* entry = supplier == nullptr ? nullptr : one.answer.find(kKey);
    if (entry == nullptr || !entry->is_base64 || entry->value.is_empty() == Known::yes) return;
    const Repository repository = volsync::read_repository(entry->value, entry->where);
    const bool is_blank_only = repository.fault == LocationFault::none;
    if (is_blank_only && repository.has_blanks != Known::yes) return;
    if (!told.insert(entry->where).second) return;
    const SecretText text = secret_text_of(*supplier, kKey);
    const kube::Resource& owner = *supplier->resource;
    Draft draft =
        report.at(entry->where.valid() ? entry->where : owner.place(),
                  fmt::format("{} of Secret {} {}: {} fails", kKey, one.use.name.text(), fault_of(repository),
                              one.replication.is_source ? fmt::format("each run of {}", one.replication.title())
                                                        : one.replication.title()));
    draft.label("no location that restic opens").about(one.member.cluster, owner, text.value);
    draft.related(one.use.name.where(), "reads it");
    std::string plain(text.value.text());
    if (text.is_base64) plain = std::string(entry->value.text().value_or(std::string_view{}));
    const std::optional<std::string> right = plain.empty() ? std::nullopt : repaired(repository, plain);
    if (!right) {
      draft.help("write it as restic does: `s3:https://host/bucket/path`, `b2:bucket:path`, `rest:https://host/path`");
      return;
    }
    const std::string written = text.is_base64 ? jmespath::base64_encode(*right) : *right;
    draft.fix(is_blank_only ? "remove the blanks" : "write s3: in front of the host's URL",
              is_blank_only ? Safety::safe : Safety::unsafe, owner, yaml::set_scalar(text.value, written));
  });
}

}  // namespace

VLINT_RULE(volsync_repository_url_form) = checked({
    .summary = "RESTIC_REPOSITORY is no location that restic can open",
    .explanation = R"md(
## What it finds
A `RESTIC_REPOSITORY`, as far as its text is in the repository, that
- begins with no backend: `https://minio.example.org/volsync`, or a bare `volsync/wiki`;
- begins with `s3://https://`, or has no bucket behind the host;
- has a blank or a line end at an end, as a block scalar (`|`) or `echo … | base64` leaves it.

The location is never printed: it can hold credentials.

## Why it matters
restic refuses it, or looks for its repository in a folder of the mover, which is read-only. A line end at the end is
meaner: it becomes part of the path, and another tool that reads the value without it finds an empty repository.

## How to fix it
`s3:https://host/bucket/path`, `b2:bucket:path`, `azure:container:/path`, `rest:https://host/path`. `vlint --fix`
removes blanks; `--unsafe-fixes` writes `s3:` in front of the URL of a host.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "restic internal/backend/location/location.go, internal/backend/s3/config.go",
    .check = check,
});

}  // namespace vlint::rules
