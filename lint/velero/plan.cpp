#include "lint/velero/plan.h"

#include <algorithm>
#include <utility>

#include "lint/base/workers.h"
#include "lint/velero/backup_run.h"
#include "lint/velero/facts.h"
#include "lint/velero/older_plans.h"
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

template <typename Object>
void append(std::vector<Object>& objects, std::vector<Verdict> verdicts, std::uint32_t schedule) {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    verdicts[i].schedule = schedule;
    objects[i].verdicts.push_back(std::move(verdicts[i]));
  }
}

Verdicts judge(std::uint32_t index, const Plan& plan, const Facts& facts, std::span<const LabelledNamespace> labelled,
               const OlderPlans& older) {
  const Schedule& schedule = plan.schedules[index];
  BackupRun run;
  if (!is_decided(schedule)) run = run_backup(schedule, plan.install, plan, facts, labelled);
  Verdicts verdicts = judge_run(schedule, facts, plan, run);
  older.compare(index, run, verdicts);
  return verdicts;
}

}  // namespace

Plan make_plan(const model::Cluster& cluster, const PlanOptions& options) {
  Plan plan;
  plan.install = find_install(cluster, options);
  plan.schedules = read_schedules(cluster, plan.install);
  const Facts facts = gather_facts(cluster, plan, options.is_dump);
  const std::vector<LabelledNamespace> labelled = labelled_namespaces(cluster);
  const OlderPlans older(cluster, options, plan, facts, labelled);
  for (VolumeUse& use : plan.volumes) use.verdicts.reserve(plan.schedules.size());
  for (Claim& claim : plan.claims) claim.verdicts.reserve(plan.schedules.size());

  // A few at a time, so that what they made is put away before the next are planned.
  const Workers workers(options.jobs);
  const std::size_t batch = std::max(1U, workers.jobs());
  for (std::size_t begin = 0; begin < plan.schedules.size(); begin += batch) {
    const std::size_t count = std::min(batch, plan.schedules.size() - begin);
    std::vector<Verdicts> made = workers.map<Verdicts>(count, [&](std::size_t i) {
      return judge(static_cast<std::uint32_t>(begin + i), plan, facts, labelled, older);
    });
    for (std::size_t i = 0; i < count; ++i) {
      const auto schedule = static_cast<std::uint32_t>(begin + i);
      append(plan.volumes, std::move(made[i].volumes), schedule);
      append(plan.claims, std::move(made[i].claims), schedule);
    }
  }
  for (VolumeUse& use : plan.volumes)
    use.is_protected = is_protected(use.verdicts, plan.schedules, cluster.is_complete());
  for (Claim& claim : plan.claims)
    claim.is_protected = is_protected(claim.verdicts, plan.schedules, cluster.is_complete());
  return plan;
}

}  // namespace vlint::velero
