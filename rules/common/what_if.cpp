#include "rules/common/what_if.h"

namespace vlint::rules {

WhatIf::WhatIf(const ClusterModel& member)
    : member_(member),
      facts_(velero::gather_facts(member.cluster, plan_, member.plan.install.is_dump)),
      labelled_(velero::labelled_namespaces(member.cluster)) {}

velero::Verdicts WhatIf::judge(const velero::Schedule& schedule) const {
  return velero::judge_schedule(schedule, member_.plan.install, facts_, labelled_, plan_);
}

}  // namespace vlint::rules
