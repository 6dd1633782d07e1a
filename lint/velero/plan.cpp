#include "lint/velero/plan.h"

#include <algorithm>
#include <array>
#include <utility>

#include "lint/base/workers.h"
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

// The releases that are compared where the version is not known: the newest of each line, newest line first.
constexpr auto kOlderVersions = std::to_array<Version>({{1, 17, 2}, {1, 16, 2}, {1, 15, 2}, {1, 14, 1}});

// The same Schedules under older releases.
struct OlderPlans {
  std::vector<Install> installs;
  std::vector<std::vector<Schedule>> schedules;
};

OlderPlans make_older_plans(const model::Cluster& cluster, const PlanOptions& options, const Install& install) {
  OlderPlans older;
  if (install.version_from != VersionFrom::newest_known) return older;
  older.installs.reserve(kOlderVersions.size());
  for (const Version& version : kOlderVersions) {
    older.installs.push_back(with_version(cluster, options, version));
    older.schedules.push_back(read_schedules(cluster, older.installs.back()));
  }
  return older;
}

void mark_differences(std::vector<Verdict>& verdicts, const std::vector<Verdict>& older, int minor) {
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    Verdict& verdict = verdicts[i];
    const bool is_same =
        verdict.method == older[i].method && verdict.outcome == older[i].outcome && verdict.also == older[i].also;
    if (!is_same && verdict.differs_at == 0) verdict.differs_at = static_cast<std::uint8_t>(minor);
  }
}

template <typename Object>
void append(std::vector<Object>& objects, std::vector<Verdict> verdicts, std::uint32_t schedule) {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    verdicts[i].schedule = schedule;
    objects[i].verdicts.push_back(std::move(verdicts[i]));
  }
}

}  // namespace

Plan make_plan(const model::Cluster& cluster, const PlanOptions& options) {
  Plan plan;
  plan.install = find_install(cluster, options);
  plan.schedules = read_schedules(cluster, plan.install);
  const Facts facts = gather_facts(cluster, plan, options.is_dump);
  const std::vector<LabelledNamespace> labelled = labelled_namespaces(cluster);
  const OlderPlans older = make_older_plans(cluster, options, plan.install);
  for (VolumeUse& use : plan.volumes) use.verdicts.reserve(plan.schedules.size());
  for (Claim& claim : plan.claims) claim.verdicts.reserve(plan.schedules.size());

  // A few at a time, so that what they made is put away before the next are planned.
  const Workers workers(options.jobs);
  const std::size_t batch = std::max(1U, workers.jobs());
  for (std::size_t begin = 0; begin < plan.schedules.size(); begin += batch) {
    const std::size_t count = std::min(batch, plan.schedules.size() - begin);
    std::vector<Verdicts> made = workers.map<Verdicts>(count, [&](std::size_t i) {
      Verdicts verdicts = judge_schedule(plan.schedules[begin + i], plan.install, facts, labelled, plan);
      for (std::size_t k = 0; k < older.installs.size(); ++k) {
        const Verdicts other = judge_schedule(older.schedules[k][begin + i], older.installs[k], facts, labelled, plan);
        mark_differences(verdicts.volumes, other.volumes, older.installs[k].version.minor);
        mark_differences(verdicts.claims, other.claims, older.installs[k].version.minor);
      }
      return verdicts;
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
