#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/include_exclude.h"
#include "lint/velero/namespace_filter.h"
#include "rules/common/namespaces.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

// Whether one name is a slip of the pen for the other: they differ in one letter of one word that is long enough.
// team-a is no slip for team-b, nor web1 for web2.
bool is_slip(std::string_view written, std::string_view meant) {
  if (!edit_distance(written, meant, 1)) return false;
  const std::vector<std::string_view> written_words = split(written, '-');
  const std::vector<std::string_view> meant_words = split(meant, '-');
  if (written_words.size() != meant_words.size()) return false;
  constexpr std::size_t kShortestWord = 5;
  const auto has_digit = [](std::string_view text) {
    return text.find_first_of("0123456789") != std::string_view::npos;
  };
  for (std::size_t i = 0; i < written_words.size(); ++i) {
    if (written_words[i] == meant_words[i]) continue;
    return std::min(written_words[i].size(), meant_words[i].size()) >= kShortestWord && !has_digit(written_words[i]) &&
           !has_digit(meant_words[i]);
  }
  return false;
}

void check_entry(const ClusterModel& cluster, const velero::Schedule& schedule, const velero::NameList::Name& entry,
                 const NamespaceNames& names, Report& report) {
  const velero::Install& install = cluster.plan.install;
  if (!entry.known || velero::is_namespace_pattern(entry.text) || names.count(entry.text) != 0) return;
  // What can't be a name is refused as such.
  if (!velero::check_namespaces({std::string(entry.text)}, {}, install.version).empty()) return;
  const auto meant =
      std::find_if(names.begin(), names.end(), [&](std::string_view name) { return is_slip(entry.text, name); });
  if (meant == names.end()) return;
  const velero::NamespaceFilter filter(schedule.backup, {}, install.version);
  if (filter.includes(*meant) != Known::yes) return;
  report
      .at(entry.value.span(), fmt::format("{} excludes the namespace {}, which no manifest of this cluster creates or "
                                          "uses, and backs up {}",
                                          title_of(schedule), entry.text, *meant))
      .label(fmt::format("did you mean {}?", *meant))
      .about(cluster.cluster, *schedule.resource, entry.value)
      .fix(fmt::format("write {}", *meant), Safety::unsafe, *schedule.resource,
           yaml::set_scalar(entry.value, *meant, yaml::WriteAs::string));
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& cluster : model.clusters) {
    const std::optional<NamespaceNames> names = known_namespaces(model, cluster);
    if (!names) continue;
    for (const velero::Schedule& schedule : cluster.plan.schedules) {
      if (is_paused(schedule, cluster.plan.install)) continue;
      for (const velero::NameList::Name& entry : schedule.backup.excluded_namespaces.names) {
        check_entry(cluster, schedule, entry, *names, report);
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_excluded_namespace_unknown) = checked({
    .summary = "a backup excludes a namespace that does not exist, and takes one that is spelt nearly the same",
    .explanation = R"md(
## What it finds
A name in `excludedNamespaces` that no manifest creates or uses, where one letter makes it the name of a namespace that
this backup takes. Names that are further away may be of another cluster and are not reported. It is silent when the
repository doesn't show everything the cluster runs.

## Why it matters
Velero excludes by name and does not look whether the namespace is there. The one that was to be left out is in every
backup, with its Secrets.

## How to fix it
Correct the name; `vlint --fix --unsafe-fixes` writes the one that is there.

## When to ignore it
When both namespaces exist, and one of them is made by hand.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/util/collections/includes_excludes.go",
    .check = check,
});

}  // namespace vlint::rules
