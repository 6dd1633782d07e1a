#include "rules/common/judged_volumes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::VolumeUse;

std::string describe(const velero::Schedule& schedule, const velero::Evidence& evidence) {
  const velero::Setting& setting = schedule.default_volumes_to_fs_backup;
  if (evidence.where != setting.where) return evidence.message;
  return setting.from == velero::SettingFrom::server
             ? fmt::format("the server's default, for {} {}", schedule.resource->kind, schedule.name)
             : "this turns file system backup on for every volume";
}

// What is surprising counts, such as a pod that is selected only because it shares a claim.
void relate(const JudgedWorkload& judged, Draft& draft) {
  for (std::size_t i = 1; i < judged.volumes.size(); ++i) {
    draft.related(name_of(*judged.volumes[i].use).span(), "this one too");
  }
  std::vector<std::pair<Span, std::string>> seen;
  for (const JudgedVolume& volume : judged.volumes) {
    for (const velero::Verdict* verdict : volume.verdicts) {
      for (const velero::Evidence& evidence : verdict->evidence) {
        const velero::Schedule& schedule = judged.model.plan.schedules[verdict->schedule];
        std::pair<Span, std::string> fact{evidence.where, describe(schedule, evidence)};
        constexpr std::size_t kMost = 8;
        if (seen.size() == kMost || std::find(seen.begin(), seen.end(), fact) != seen.end()) continue;
        draft.related(fact.first, fact.second);
        seen.push_back(std::move(fact));
      }
    }
  }
}

}  // namespace

std::vector<std::string> JudgedWorkload::names() const {
  std::vector<std::string> all;
  for (const JudgedVolume& volume : volumes) all.emplace_back(volume.use->name);
  return all;
}

std::vector<std::string_view> JudgedWorkload::views() const {
  std::vector<std::string_view> all;
  for (const JudgedVolume& volume : volumes) all.push_back(volume.use->name);
  return all;
}

std::string JudgedWorkload::title() const {
  return fmt::format("{} {} of {}", volumes.size() == 1 ? "volume" : "volumes", enumerate(names()),
                     workload.resource->title());
}

bool JudgedWorkload::has_reason(velero::Reason reason) const {
  return std::any_of(volumes.begin(), volumes.end(), [&](const JudgedVolume& volume) {
    return std::any_of(volume.verdicts.begin(), volume.verdicts.end(),
                       [&](const velero::Verdict* verdict) { return verdict->reason == reason; });
  });
}

bool JudgedWorkload::is_by_default() const {
  return std::all_of(schedules.begin(), schedules.end(), [](const velero::Schedule* schedule) {
    return schedule->default_volumes_to_fs_backup.value == Known::yes && schedule->has_volume_policies == Known::no;
  });
}

void for_each_judged(const Model& model, const UseTest& passes, const JudgedVisitor& visit) {
  for (const ClusterModel& cluster : model.clusters) {
    const velero::Plan& plan = cluster.plan;
    for (std::size_t i = 0; i < plan.workloads.size(); ++i) {
      JudgedWorkload judged{cluster, plan.workloads[i], {}, {}};
      std::vector<std::uint32_t> schedules;
      for (const VolumeUse& use : volumes_of(plan, i)) {
        JudgedVolume volume{&use, {}};
        for (const velero::Verdict& verdict : use.verdicts) {
          if (verdict.selected != Known::yes || !passes(plan, use, verdict)) continue;
          volume.verdicts.push_back(&verdict);
          schedules.push_back(verdict.schedule);
        }
        if (!volume.verdicts.empty()) judged.volumes.push_back(std::move(volume));
      }
      if (judged.volumes.empty()) continue;
      std::sort(schedules.begin(), schedules.end());
      schedules.erase(std::unique(schedules.begin(), schedules.end()), schedules.end());
      for (const std::uint32_t schedule : schedules) judged.schedules.push_back(&plan.schedules[schedule]);
      visit(judged);
    }
  }
}

Draft report_judged(const JudgedWorkload& judged, std::string message, std::string label, Report& report) {
  const VolumeUse& first = *judged.volumes.front().use;
  Draft draft = report.at(name_of(first).span(), std::move(message));
  draft.label(std::move(label)).about(judged.model.cluster, *judged.workload.resource, first.volume);
  relate(judged, draft);
  return draft;
}

}  // namespace vlint::rules
