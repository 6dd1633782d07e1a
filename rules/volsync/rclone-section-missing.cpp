#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

// The names in brackets of an rclone.conf.
std::vector<std::string_view> sections_of(std::string_view text) {
  std::vector<std::string_view> sections;
  for (const std::string_view line : split(text, '\n')) {
    const std::string_view plain = trim(line);
    if (plain.size() > 2 && plain.front() == '[' && plain.back() == ']') {
      sections.push_back(plain.substr(1, plain.size() - 2));
    }
  }
  return sections;
}

// rclone takes remotes from its environment, too: RCLONE_CONFIG_<NAME>_TYPE.
bool has_environment(const model::SecretKeys& keys) {
  return std::any_of(keys.entries.begin(), keys.entries.end(),
                     [](const auto& entry) { return entry.first.starts_with("RCLONE_"); });
}

void check(const Model& model, Report& report) {
  for_each_secret(model, [&](const SecretOfReplication& one) {
    if (!one.replication.is(volsync::Mover::rclone)) return;
    const volsync::Text section{mover_spec(one.replication)["rcloneConfigSection"]};
    const model::SecretSupplier* supplier = one.supplier();
    const model::SecretEntry* entry = supplier == nullptr ? nullptr : one.answer.find("rclone.conf");
    const bool is_known = entry != nullptr && entry->is_base64 && supplier->keys->are_all && entry->value.text();
    if (!is_known || section.given() != Known::yes || has_environment(*supplier->keys)) return;
    const std::vector<std::string_view> sections = sections_of(*entry->value.text());
    const bool is_there = std::find(sections.begin(), sections.end(), section.text()) != sections.end();
    if (is_there || sections.empty()) return;
    Draft draft = report.at(section.where(),
                            fmt::format("{} takes section {} of its rclone.conf, which has none of that name: each run "
                                        "fails",
                                        one.replication.title(), section.text()));
    draft.label("no such section").about(one.member.cluster, *one.replication.resource, section.field);
    draft.related(entry->where, "the rclone.conf");
    if (sections.size() == 1) {
      draft.fix(fmt::format("write {}", sections.front()), Safety::safe, *one.replication.resource,
                yaml::set_scalar(section.field, sections.front()));
    } else {
      draft.help(fmt::format("its sections are {}", join(sections, ", ")));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_rclone_section_missing) = checked({
    .summary = "rcloneConfigSection is no section of the rclone.conf",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination with rclone whose `rcloneConfigSection` is not among the sections of the
`rclone.conf` in its Secret, where that is readable in the repository.

## Why it matters
rclone says "didn't find section in config file", the Job fails, and nothing is copied.

## How to fix it
Write the name that stands in brackets, which `vlint --fix` does where there is one section only.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync mover-rclone/active.sh; rclone fs/config",
    .check = check,
});

}  // namespace vlint::rules
