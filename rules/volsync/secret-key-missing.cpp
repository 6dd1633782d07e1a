#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/secret_uses.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

std::string_view consequence(const SecretOfReplication& one) {
  return one.replication.is_source ? "VolSync reports an error and makes no backup"
                                   : "VolSync reports an error and restores nothing";
}

void report_missing(const SecretOfReplication& one, const std::vector<std::string>& keys, Report& report) {
  const kube::Resource& owner = *one.answer.suppliers.front().resource;
  Draft draft = report.at(owner.place(), fmt::format("Secret {} has no key{} {}, which {} needs: {}",
                                                     one.use.name.text(), keys.size() == 1 ? "" : "s", enumerate(keys),
                                                     one.replication.title(), consequence(one)));
  draft.label("supplies the Secret")
      .about(one.member.cluster, owner)
      .related(one.use.name.where(), "reads it")
      .help(fmt::format("add {} under exactly {} name{}", enumerate(keys), keys.size() == 1 ? "that" : "those",
                        keys.size() == 1 ? "" : "s"));
}

void report_empty(const SecretOfReplication& one, std::string_view key, const model::SecretEntry& entry,
                  Report& report) {
  const kube::Resource& owner = *one.answer.suppliers.front().resource;
  const yaml::Value written = secret_text_of(one.answer.suppliers.front(), key).value;
  report
      .at(entry.where.valid() ? entry.where : owner.place(),
          fmt::format("key {} of Secret {} is empty: the mover of {} stops and says that it must be defined", key,
                      one.use.name.text(), one.replication.title()))
      .label("empty")
      .about(one.member.cluster, owner, written)
      .related(one.use.name.where(), "reads it")
      .help("give it its value, encrypted or from a store");
}

void check(const Model& model, Report& report) {
  std::set<std::pair<const kube::Resource*, std::string_view>> told;  // suppliers and the names of their Secrets
  for_each_secret(model, [&](const SecretOfReplication& one) {
    if (one.answer.suppliers.empty() || one.answer.supplied == Known::no) return;
    std::vector<std::string> missing;
    for (const std::string_view key : one.use.keys) {
      // One under a misspelt name is volsync/secret-key-misspelt.
      if (one.answer.has(key) == Known::no && misspelt_key(one.answer, key).empty()) missing.emplace_back(key);
    }
    if (!told.insert({one.answer.suppliers.front().resource, one.use.name.text()}).second) return;
    if (!missing.empty()) report_missing(one, missing, report);
    const bool is_restic = one.use.is_repository && one.replication.is(volsync::Mover::restic);
    for (const std::string_view key : one.use.keys) {
      const model::SecretEntry* entry = one.answer.find(key);
      if (is_restic && entry != nullptr && entry->is_base64 && entry->value.is_empty() == Known::yes) {
        report_empty(one, key, *entry, report);
      }
    }
  });
}

}  // namespace

VLINT_RULE(volsync_secret_key_missing) = checked({
    .summary = "the Secret of a backup repository lacks a key that VolSync needs, or has it empty",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination whose Secret is in the repository (plain, encrypted, sealed, or made by
an ExternalSecret whose keys are listed) and lacks a key that its method asks for: `RESTIC_REPOSITORY` and
`RESTIC_PASSWORD` for restic, `rclone.conf` for rclone, `psk.txt` for rsyncTLS. And a key of restic's that is empty.

## Why it matters
VolSync takes each key under its own name and no other. A base path as `RESTIC_REPOSITORY_BASE` is of no use to it: it
reports "secret is missing field", and there is no backup. An empty value passes that check and stops the mover.

## How to fix it
Add the key. In an ExternalSecret with a `target.template`, only the template's keys are in the Secret.

## When to ignore it
When something adds the key that the repository doesn't show.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources =
        "volsync internal/controller/utils/utils.go GetAndValidateSecret, mover-restic/entry.sh check_var_defined",
    .check = check,
});

}  // namespace vlint::rules
