#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/velero/include_exclude.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using velero::NameList;
using velero::Version;

constexpr Version kLastWithoutPatterns{1, 17, {}};

bool refuses(const Version& version, std::string_view name) {
  return !velero::check_namespaces({std::string(name)}, {}, version).empty();
}

// Where the version is not known, only what all of them refuse.
bool is_refused(const velero::Install& install, std::string_view name) {
  if (knows_version(install)) return refuses(install.version, name);
  return refuses(velero::kNewestVersion, name) && refuses(kLastWithoutPatterns, name);
}

// The names in "a,b", when that is what it is.
std::vector<std::string_view> names_in(const velero::Install& install, std::string_view text) {
  std::vector<std::string_view> names = split(text, ',');
  for (std::string_view& name : names) name = trim(name);
  const bool are_names = names.size() > 1 && std::all_of(names.begin(), names.end(), [&](std::string_view name) {
                           return !name.empty() && name != "*" && !is_refused(install, name);
                         });
  return are_names ? names : std::vector<std::string_view>{};
}

std::string reason(const velero::Install& install, std::string_view name, bool is_comma_list) {
  if (is_comma_list) return "each namespace is an item of its own";
  if (!refuses(velero::kNewestVersion, name)) {
    return fmt::format("Velero {} knows no pattern but \"*\"", velero::to_string(install.version));
  }
  if (velero::is_namespace_pattern(name) || name.find_first_of("|(){}!,]") != std::string_view::npos) {
    if (const std::optional<std::string> error = velero::check_namespace_pattern(name)) return *error;
  }
  return "a namespace has lower-case letters, digits and hyphens only, at most 63";
}

yaml::Edits written_apart(const NameList& list, const NameList::Name& entry,
                          const std::vector<std::string_view>& names) {
  std::vector<yaml::Edits> parts{yaml::set_scalar(entry.value, names.front(), yaml::WriteAs::string)};
  for (std::size_t i = 1; i < names.size(); ++i) {
    if (find_name(list, names[i]) != nullptr) continue;
    parts.push_back(yaml::append_item(list.field, yaml::NewValue::string(names[i])));
  }
  return together(parts);
}

void check_list(const ClusterModel& cluster, const velero::Schedule& schedule, const NamedList& list, Report& report) {
  const velero::Install& install = cluster.plan.install;
  if (!list.is_set()) return;
  for (const NameList::Name& entry : list.list.names) {
    if (!entry.known || entry.text.empty() || !entry.value.as_string() || !is_refused(install, entry.text)) continue;
    const std::vector<std::string_view> names = names_in(install, entry.text);
    Draft draft = report.at(entry.value.span(),
                            fmt::format("{} has {} in {}, which Velero refuses as the name of a namespace, so {}: {}",
                                        title_of(schedule), quoted(entry.text), list.field, fails_validation(schedule),
                                        reason(install, entry.text, !names.empty())));
    draft.label("no name of a namespace").about(cluster.cluster, *schedule.resource, entry.value);
    if (!names.empty()) {
      draft.fix("write each namespace as an item of its own", Safety::safe, *schedule.resource,
                written_apart(list.list, entry, names));
    } else if (velero::is_namespace_pattern(entry.text) && !refuses(velero::kNewestVersion, entry.text)) {
      draft.help("name the namespaces one by one, or upgrade Velero to 1.18")
          .related(install.version_where, "the version of Velero");
    }
  }
}

void check(const Model& model, Report& report) {
  for_each_schedule(model, [&](const ClusterModel& cluster, const velero::Schedule& schedule) {
    check_list(cluster, schedule, {"includedNamespaces", schedule.backup.included_namespaces}, report);
    check_list(cluster, schedule, {"excludedNamespaces", schedule.backup.excluded_namespaces}, report);
  });
}

}  // namespace

VLINT_RULE(velero_namespace_name_invalid) = checked({
    .summary = "a backup's list of namespaces has an entry that Velero refuses",
    .explanation = R"md(
## What it finds
An entry of `includedNamespaces` or `excludedNamespaces` that is neither the name of a namespace nor a pattern that this
version of Velero takes: several names in one text (`"media,wiki"`), capitals and underscores, and patterns. Velero 1.18
takes `*`, `?` and `[..]` and refuses `**`, `[]`, unbalanced brackets and `| ( ) ! { } ,`; before, `?` and `[` are
refused too. What only some versions refuse is reported only where the version of Velero is known.

## Why it matters
Velero checks the names before it backs anything up: one bad entry, and each backup ends in FailedValidation, also for
all the other namespaces of the list.

## How to fix it
Write one namespace an item. `vlint --fix` takes a text with commas apart.

## When to ignore it
Never, unless something that vlint does not know replaces the value before it reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go validateNamespaceName, pkg/util/wildcard/expand.go",
    .check = check,
});

}  // namespace vlint::rules
