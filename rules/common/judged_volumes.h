// Volumes that Schedules come to the same verdict on, one workload at a time: a person mends a workload, not a volume.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {

struct JudgedVolume {
  const velero::VolumeUse* use = nullptr;
  std::vector<const velero::Verdict*> verdicts;  // never empty
};

struct JudgedWorkload {
  const ClusterModel& model;
  const velero::Workload& workload;
  std::vector<JudgedVolume> volumes;               // in the pod's order, never empty
  std::vector<const velero::Schedule*> schedules;  // each once, in their order

  std::vector<std::string> names() const;
  std::vector<std::string_view> views() const;
  // "volume data of StatefulSet apps/db", "volumes data and wal of StatefulSet apps/db"
  std::string title() const;
  bool has_reason(velero::Reason reason) const;  // in any of the verdicts
  // The default asks for file system backup in all of the Schedules, and no volume policy has a say.
  bool is_by_default() const;
};

using UseTest = std::function<bool(const velero::Plan&, const velero::VolumeUse&, const velero::Verdict&)>;
using JudgedVisitor = std::function<void(const JudgedWorkload&)>;

// Each workload with volumes that a Schedule selects and that pass the test; in the order of the plan.
void for_each_judged(const Model& model, const UseTest& passes, const JudgedVisitor& visit);

// Begins a finding at the first volume's name; the other volumes and what the verdicts rest on are related to it.
Draft report_judged(const JudgedWorkload& judged, std::string message, std::string label, Report& report);

}  // namespace vlint::rules
