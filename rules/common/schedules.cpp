#include "rules/common/schedules.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "lint/base/text.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kStar = "*";

// Removes the items that "*" makes needless. Comments of theirs would go with them: then somebody has to look.
struct Pruned {
  yaml::Edits edits;
  bool removes_comments = false;
};
Pruned without_others(const velero::NameList& list) {
  Pruned pruned{std::vector<TextEdit>{}, false};
  std::vector<yaml::Edits> parts;
  bool has_star = false;
  for (const velero::NameList::Name& name : list.names) {
    if (name.text == kStar && !std::exchange(has_star, true)) continue;
    Result<yaml::Removal> removal = yaml::remove_item(name.value, yaml::OnlyChild::leave_empty);
    if (!removal.ok()) return {Error{removal.error()}, false};
    pruned.removes_comments |= removal->removes_comments;
    parts.emplace_back(removal->edits);
  }
  pruned.edits = together(parts);
  return pruned;
}

// Known items besides "*".
bool has_others(const velero::NameList& list) {
  return std::any_of(list.names.begin(), list.names.end(),
                     [](const velero::NameList::Name& name) { return name.known && name.text != kStar; });
}

std::string sentence(const velero::Schedule& schedule, std::string what) {
  return fmt::format("{} {}, so {}", title_of(schedule), what, fails_validation(schedule));
}

void report_star_with_others(const model::Cluster& cluster, const velero::Schedule& schedule, const NamedList& list,
                             Safety safety, Report& report) {
  const velero::NameList::Name* star = find_name(list.list, kStar);
  if (star == nullptr || !has_others(list.list)) return;
  Draft draft =
      report.at(star->value.span(), sentence(schedule, fmt::format("has \"*\" beside other items in {}", list.field)));
  draft.label("takes everything, and must stand alone").about(cluster, *schedule.resource, star->value);
  if (!list.list.is_known()) {
    draft.help("leave \"*\" alone in the list, or take it out");
    return;
  }
  Pruned pruned = without_others(list.list);
  if (pruned.removes_comments) safety = std::min(safety, Safety::unsafe);
  draft.fix("leave \"*\" alone in the list", safety, *schedule.resource, std::move(pruned.edits));
}

void report_star_excluded(const model::Cluster& cluster, const velero::Schedule& schedule, const ListPair& lists,
                          Report& report) {
  const velero::NameList::Name* star = find_name(lists.excluded.list, kStar);
  if (star == nullptr) return;
  if (lists.star_excludes) {
    report_star_with_others(cluster, schedule, lists.excluded, lists.star_alone, report);
    if (!lists.included.is_set()) return;
    report
        .at(star->value.span(), sentence(schedule, fmt::format("excludes \"*\" in {} and includes some in {}",
                                                               lists.excluded.field, lists.included.field)))
        .label("leaves nothing to include")
        .about(cluster, *schedule.resource, star->value)
        .related(lists.included.list.field.span(), "what it includes")
        .help(fmt::format("remove {}: what {} does not name is left out anyway", lists.excluded.field,
                          lists.included.field));
    return;
  }
  report.at(star->value.span(), sentence(schedule, fmt::format("excludes \"*\" in {}", lists.excluded.field)))
      .label("Velero refuses this")
      .about(cluster, *schedule.resource, star->value)
      .help(
          lists.included.is_set()
              ? fmt::format("remove it: {} that {} does not name are left out anyway", lists.what, lists.included.field)
              : fmt::format("remove it, and name the {} that are wanted in {}", lists.what, lists.included.field));
}

void report_overlap(const model::Cluster& cluster, const velero::Schedule& schedule, const ListPair& lists,
                    Report& report) {
  std::set<std::string_view> reported{kStar};  // said already
  for (const velero::NameList::Name& name : lists.excluded.list.names) {
    if (!name.known) continue;
    const velero::NameList::Name* other = find_name(lists.included.list, name.text);
    if (other == nullptr || !reported.insert(name.text).second) continue;
    report
        .at(name.value.span(), sentence(schedule, fmt::format("has {} in both {} and {}", name.text,
                                                              lists.included.field, lists.excluded.field)))
        .label("excluded here")
        .about(cluster, *schedule.resource, name.value)
        .related(other->value.span(), "included here")
        .help("take it out of one of the lists");
  }
}

}  // namespace

std::string title_of(const velero::Schedule& schedule) {
  return fmt::format("{} {}", schedule.resource->kind, schedule.name);
}

std::string_view fails_validation(const velero::Schedule& schedule) {
  return schedule.one_off ? "it ends in FailedValidation" : "each of its backups ends in FailedValidation";
}

bool is_paused(const velero::Schedule& schedule, const velero::Install& install) {
  return install.is_at_least(1, 10) && (*schedule.resource)["spec"]["paused"].as_bool() == true;
}

bool knows_version(const velero::Install& install) { return install.version_from != velero::VersionFrom::newest_known; }

void for_each_schedule(const Model& model, const ScheduleVisitor& visit) {
  for (const ClusterModel& cluster : model.clusters) {
    for (const velero::Schedule& schedule : cluster.plan.schedules) {
      if (!is_paused(schedule, cluster.plan.install)) visit(cluster, schedule);
    }
  }
}

const velero::NameList::Name* find_name(const velero::NameList& list, std::string_view text) {
  const auto found = std::find_if(list.names.begin(), list.names.end(),
                                  [&](const velero::NameList::Name& name) { return name.known && name.text == text; });
  return found == list.names.end() ? nullptr : &*found;
}

void report_contradictions(const model::Cluster& cluster, const velero::Schedule& schedule, const ListPair& lists,
                           Report& report) {
  report_star_with_others(cluster, schedule, lists.included, lists.star_alone, report);
  report_star_excluded(cluster, schedule, lists, report);
  report_overlap(cluster, schedule, lists, report);
}

yaml::Edits together(const std::vector<yaml::Edits>& parts) {
  std::vector<TextEdit> all;
  for (const yaml::Edits& part : parts) {
    if (!part.ok()) return Error{part.error()};
    for (const TextEdit& edit : *part) {
      const auto same_point = std::find_if(all.begin(), all.end(), [&](const TextEdit& other) {
        return edit.where.begin == edit.where.end && other.where == edit.where;
      });
      if (same_point == all.end()) {
        all.push_back(edit);
      } else {
        same_point->text += edit.text;
      }
    }
  }
  return all;
}

}  // namespace vlint::rules
