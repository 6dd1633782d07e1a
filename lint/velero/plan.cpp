#include "lint/velero/plan.h"

#include "lint/velero/facts.h"
#include "lint/velero/schedule_plan.h"

namespace vlint::velero {
namespace {

// Protected by at least one Schedule. A one-off Backup protects nothing of what comes after it. Without everything seen
// there may be another Schedule.
Known is_protected(const std::vector<Verdict>& verdicts, const std::vector<Schedule>& schedules, bool is_complete) {
  Known answer = is_complete ? Known::no : Known::unknown;
  for (const Verdict& verdict : verdicts) {
    if (schedules[verdict.schedule].one_off) continue;
    if (verdict.outcome == Outcome::is_protected) return Known::yes;
    if (verdict.outcome == Outcome::unknown) answer = Known::unknown;
  }
  return answer;
}

}  // namespace

Plan make_plan(const model::Cluster& cluster, const PlanOptions& options) {
  Plan plan;
  plan.install = find_install(cluster, options);
  plan.schedules = read_schedules(cluster, plan.install);
  const Facts facts = gather_facts(cluster, plan);
  const std::vector<LabelledNamespace> labelled = labelled_namespaces(cluster);
  for (VolumeUse& use : plan.volumes) use.verdicts.reserve(plan.schedules.size());
  for (Claim& claim : plan.claims) claim.verdicts.reserve(plan.schedules.size());
  for (std::uint32_t i = 0; i < plan.schedules.size(); ++i) add_verdicts(i, facts, labelled, plan);
  for (VolumeUse& use : plan.volumes)
    use.is_protected = is_protected(use.verdicts, plan.schedules, cluster.is_complete());
  for (Claim& claim : plan.claims)
    claim.is_protected = is_protected(claim.verdicts, plan.schedules, cluster.is_complete());
  return plan;
}

}  // namespace vlint::velero
