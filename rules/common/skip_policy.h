// A volume policy that lets Schedules leave out the volumes of a type: where it is written, and what the simulation
// says that it changes.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/what_if.h"

namespace vlint::rules {

struct SkipPolicy {
  std::string title;  // "skip emptyDirs in Schedule velero/daily by a volume policy"
  std::vector<const kube::Resource*> changed;
  std::vector<Subject> added;  // the ConfigMap, where there is none to extend
  std::vector<TextEdit> edits;
};

// Whether a volume of the type that a Schedule saves now may be left out.
using MaySkip = std::function<bool(const velero::VolumeUse&, const velero::Verdict&)>;

// One policy for all of the Schedules: a new item before the others in the ConfigMap that they take theirs from, else a
// ConfigMap behind the first of them. Nothing where it can't be written cleanly, where the version knows no such
// policy, and where the simulation shows that anything else changes in what is done with any volume or claim.
std::optional<SkipPolicy> skip_by_policy(const Model& model, const ClusterModel& member, const WhatIf& simulation,
                                         const std::vector<const velero::Schedule*>& schedules, std::string_view type,
                                         const MaySkip& may_skip);

}  // namespace vlint::rules
