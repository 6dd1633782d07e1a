#include "lint/velero/older_plans.h"

#include <algorithm>
#include <array>
#include <utility>

namespace vlint::velero {
namespace {

constexpr auto kReleases = std::to_array<Version>({{1, 17, 2}, {1, 16, 2}, {1, 15, 2}, {1, 14, 1}});

// As far as decisions ask; what they ask of a version is no part of it.
bool decides_alike(const Install& newest, const Install& older) {
  return newest.node_agent == older.node_agent && newest.agent_nodes == older.agent_nodes &&
         newest.flags.features.value == older.flags.features.value;
}

bool is_same(const std::vector<VolumeSnapshotLocation>& some, const std::vector<VolumeSnapshotLocation>& others) {
  return std::equal(some.begin(), some.end(), others.begin(), others.end(),
                    [](const auto& one, const auto& other) { return one.resource == other.resource; });
}

bool is_same(const Verdict& one, const Verdict& other) {
  return one.method == other.method && one.outcome == other.outcome && one.also == other.also;
}

void note(const Verdict& older, int minor, Verdict& verdict) {
  if (verdict.differs_at == 0 && !is_same(verdict, older)) verdict.differs_at = static_cast<std::uint8_t>(minor);
}

}  // namespace

std::span<const Version> compared_releases() { return kReleases; }

OlderPlans::OlderPlans(const model::Cluster& cluster, const PlanOptions& options, const Plan& plan, const Facts& facts,
                       std::span<const LabelledNamespace> labelled)
    : plan_(plan), facts_(facts), labelled_(labelled) {
  if (plan.install.version_from != VersionFrom::newest_known || plan.schedules.empty()) return;
  components_ = find_components(facts);
  releases_.reserve(kReleases.size());  // Schedules refer to the installation
  for (const Version& version : kReleases) {
    Release& release = releases_.emplace_back();
    release.install = with_version(cluster, options, version);
    release.schedules = read_schedules(cluster, release.install);
    release.has_same_install = decides_alike(plan.install, release.install);
    release.scope = differences_of_cluster(release.install);
  }
}

// Volume policies are those of the same ConfigMap: what a version doesn't know of them makes the Backup invalid.
bool OlderPlans::has_same_inputs(const Schedule& newest, const Schedule& older) const {
  return newest.runs == older.runs && newest.is_valid == older.is_valid &&
         newest.default_volumes_to_fs_backup.value == older.default_volumes_to_fs_backup.value &&
         newest.snapshot_move_data.value == older.snapshot_move_data.value &&
         newest.snapshot_volumes.value == older.snapshot_volumes.value &&
         newest.has_volume_policies == older.has_volume_policies &&
         newest.can_open_repository == older.can_open_repository &&
         is_same(newest.snapshot_locations, older.snapshot_locations);
}

Scope OlderPlans::differences_of_cluster(const Install& older) const {
  Scope scope(components_);
  // Velero 1.16 alone looks at the system of the pod's node.
  const bool asks_os = older.is_at_least(1, 16) && !older.is_at_least(1, 17);
  for (std::uint32_t i = 0; asks_os && i < facts_.pods.size(); ++i) {
    if (facts_.pods[i].needs_windows) scope.add(components_.of_workload[i]);
  }
  // The default VolumeSnapshotClass counts from 1.17.
  for (std::uint32_t i = 0; !older.is_at_least(1, 17) && i < facts_.claims.size(); ++i) {
    const auto& driver = facts_.claims[i].provisioner;
    if (driver && facts_.snapshot_classes.needs_default(*driver)) scope.add(components_.of_claim[i]);
  }
  // From 1.15 on an item comes in a block with those that belong to it. Where there is one pod it is the first of its
  // block, and claims come behind it as they are listed; what becomes of a volume does not depend on the order.
  if (older.is_at_least(1, 15)) return scope;  // mutant: a shortcut, more is planned again
  std::vector<char> has_pod(components_.count, 0);
  for (const Facts::Instance& instance : facts_.instances) {
    const std::uint32_t component = components_.of_workload[instance.workload];
    if (has_pod[component] != 0) scope.add(component);
    has_pod[component] = 1;
  }
  return scope;
}

// Filters that give other answers.
void OlderPlans::add_by_filters(const Filters& newest, const Filters& older, const BackupRun& run, Scope& scope) const {
  const bool same_types = newest.pods().selected == older.pods().selected &&
                          newest.claims().selected == older.claims().selected &&
                          newest.excluded_volumes().selected == older.excluded_volumes().selected;
  // Patterns in the lists of namespaces mean something else up to 1.17.
  if (!same_types || newest.namespaces().has_patterns()) return scope.add_all();
  if (newest.lists_volumes() == older.lists_volumes()) return;  // mutant: a shortcut, more is planned again
  // A volume that comes with its claim comes to the same.
  for (std::uint32_t i = 0; i < run.volumes.size(); ++i) {
    const BackupRun::Volume& volume = run.volumes[i];
    if (!volume.is_processed || volume.is_alone) scope.add(components_.of_volume[i]);
  }
}

// Up to 1.14 no claim brings the pods that mount it.
void OlderPlans::add_pulled_in(const BackupRun& run, Scope& scope) const {
  for (std::uint32_t i = 0; i < run.selection.pods.size(); ++i) {
    const bool is_pulled_in = run.selection.pods[i].selected != run.selection.listed_pods[i];
    if (is_pulled_in) scope.add(components_.of_workload[i]);
  }
}

// Up to 1.17 policies are not asked for a claim without a volume.
void OlderPlans::add_unbound_claims(Scope& scope) const {
  for (std::uint32_t i = 0; i < facts_.claims.size(); ++i) {
    const ClaimFacts& claim = facts_.claims[i];
    if (!claim.has_volume() || !claim.has_volume_name) scope.add(components_.of_claim[i]);
  }
}

// 1.17 takes groups otherwise than 1.18, and before there are none.
void OlderPlans::add_groups(const BackupRun& run, Scope& scope) const {
  for (std::uint32_t i = 0; i < run.claims.size(); ++i) {
    if (run.claims[i].is_grouped) scope.add(components_.of_claim[i]);
  }
}

Scope OlderPlans::find_differences(const Schedule& newest, const Schedule& older, const Release& release,
                                   const BackupRun& run) const {
  Scope scope = release.scope;
  const Filters newest_filters(newest, plan_.install, labelled_, facts_.known_namespaces());
  const Filters older_filters(older, release.install, labelled_, facts_.known_namespaces());
  add_by_filters(newest_filters, older_filters, run, scope);
  add_groups(run, scope);
  if (newest.has_volume_policies != Known::no) add_unbound_claims(scope);
  if (!release.install.is_at_least(1, 15)) add_pulled_in(run, scope);
  return scope;
}

void OlderPlans::mark(const Verdicts& older, const Scope& scope, int minor, Verdicts& verdicts) const {
  for (std::uint32_t i = 0; i < verdicts.volumes.size(); ++i) {
    if (scope.has_workload(facts_.workload_of[i])) note(older.volumes[i], minor, verdicts.volumes[i]);
  }
  for (std::uint32_t i = 0; i < verdicts.claims.size(); ++i) {
    if (scope.has_claim(i)) note(older.claims[i], minor, verdicts.claims[i]);
  }
}

void OlderPlans::compare(std::uint32_t schedule, const BackupRun& run, Verdicts& verdicts) const {
  const Schedule& newest = plan_.schedules[schedule];
  for (const Release& release : releases_) {
    const Schedule& older = release.schedules[schedule];
    Scope scope;
    if (release.has_same_install && has_same_inputs(newest, older)) {  // mutant: a shortcut
      if (is_decided(newest)) continue;                                // mutant: a shortcut
      scope = find_differences(newest, older, release, run);
    }
    if (scope.empty()) continue;  // mutant: a shortcut
    const Verdicts others = judge_schedule(older, release.install, facts_, labelled_, plan_, scope);
    mark(others, scope, release.install.version.minor, verdicts);
  }
}

}  // namespace vlint::velero
