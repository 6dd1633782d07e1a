// Conformance suite of whole runs of Velero's backup engine: from the objects of a cluster to what is stored, copied
// and snapshotted, for several releases.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/base/text.h"
#include "lint/velero/backup_run.h"
#include "lint/velero/conformance_cases.h"
#include "lint/velero/older_plans.h"
#include "lint/velero/schedule_plan.h"
#include "lint/velero/stored_namespaces.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kVelero = "velero";  // Velero's own objects are no part of a case
constexpr auto kReleases = std::to_array<std::string_view>({"v1.18.1", "v1.17.2", "v1.16.2", "v1.15.2", "v1.14.1"});

std::string node_agents(const std::vector<std::string>& nodes) {
  std::string text;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    text += fmt::format(
        "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: node-agent-{}, namespace: velero, labels: {{name: "
        "node-agent, role: node-agent}}}}\nspec: {{nodeName: {}, containers: []}}\nstatus: {{phase: Running}}\n",
        i, nodes[i]);
  }
  return text;
}

std::string manifests(Value input, std::string_view release) {
  std::string text = install_manifests(release, false, is_true(input["enableCSI"]) ? ", --features=EnableCSI" : "");
  text += node_agents(strings(input["nodeAgentNodes"]));
  text +=
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: aws, objectStorage: {bucket: b}}\n";
  if (input["nativeSnapshotterKnowsPVs"].is_set()) {
    text +=
        "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {name: v, namespace: velero}\n"
        "spec: {provider: native}\n";
  }
  return text + documents(input["objects"]) + backup_with_policy(input["backup"], input["volumePolicy"]);
}

// The pods, claims, volumes and namespaces that end in the backup.
std::vector<std::string> stored_objects(const Prepared& prepared, const BackupRun& run) {
  std::vector<std::string> stored;
  const Plan& plan = prepared.plan;
  for (std::size_t i = 0; i < run.pods.size(); ++i) {
    const kube::Resource& pod = *plan.workloads[prepared.facts.instances[i].workload].resource;
    if (!run.pods[i].is_processed || run.pods[i].error != Known::no || pod.name_space == kVelero) continue;
    stored.push_back(fmt::format("pods {}/{}", pod.name_space, pod.name));
  }
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    if (!run.claims[i].is_processed || run.claims[i].error != Known::no) continue;
    stored.push_back(fmt::format("persistentvolumeclaims {}/{}", plan.claims[i].name_space, plan.claims[i].name));
  }
  for (std::size_t i = 0; i < run.volumes.size(); ++i) {
    if (!run.volumes[i].is_processed || run.volumes[i].error != Known::no) continue;
    stored.push_back(fmt::format("persistentvolumes {}", prepared.facts.pvs[i].name));
  }
  for (const std::string_view name : stored_namespaces(plan.schedules.front(), plan.install, prepared.world.cluster(),
                                                       prepared.facts, prepared.labelled)) {
    stored.push_back(fmt::format("namespaces {}", name));
  }
  return stored;
}

std::vector<std::string> copies_of(const Prepared& prepared, const BackupRun& run) {
  std::vector<std::string> copies;
  for (const BackupRun::Copy& copy : run.copies) {
    const VolumeUse& use = prepared.plan.volumes[copy.use];
    const kube::Resource& pod = *prepared.plan.workloads[use.workload].resource;
    copies.push_back(fmt::format("{}/{}/{}", pod.name_space, pod.name, use.name));
  }
  return copies;
}

// The same copies, snapshots and failures as the verdicts of the plan tell them.
CaseResult check_verdicts(const Prepared& prepared, const BackupRun& run, const std::vector<std::string>& copies) {
  const Plan& plan = prepared.plan;
  Schedule schedule = plan.schedules.front();
  schedule.is_valid = Known::yes;  // the cases come without the checks of the controller
  const Verdicts verdicts = judge_schedule(schedule, plan.install, prepared.facts, prepared.labelled, plan);
  std::vector<std::string> told;
  for (std::size_t i = 0; i < plan.volumes.size(); ++i) {
    const Verdict& verdict = verdicts.volumes[i];
    if (verdict.outcome == Outcome::unknown) return {false, "a verdict is unknown"};
    if (verdict.method != Method::fs_backup || verdict.outcome != Outcome::is_protected) continue;
    const kube::Resource& pod = *plan.workloads[plan.volumes[i].workload].resource;
    told.push_back(fmt::format("{}/{}/{}", pod.name_space, pod.name, plan.volumes[i].name));
  }
  CaseResult result = expect_names(told, copies, "verdicts of volumes");
  if (!result.failure.empty()) return result;
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    const Verdict& verdict = verdicts.claims[i];
    const bool is_taken = run.claims[i].is_processed && run.claims[i].snapshot.taken == Known::yes;
    const auto is_csi = [](Method method) {
      return method == Method::csi_snapshot || method == Method::csi_data_movement;
    };
    const bool is_told =
        (is_csi(verdict.method) && verdict.reason == run.claims[i].snapshot.reason && is_taken) || is_csi(verdict.also);
    if (is_taken == is_told) continue;
    return {false, fmt::format("the verdict of claim {}/{} differs", plan.claims[i].name_space, plan.claims[i].name)};
  }
  return passed();
}

PlanOptions options_of(Value input) {
  PlanOptions options;
  options.is_dump = true;
  if (const Value known = input["nativeSnapshotterKnowsPVs"]; known.is_set()) {
    options.native_volumes["native"] = strings(known);
  }
  return options;
}

CaseResult check_release(Value input, Value expected, std::string_view release) {
  const Prepared prepared(manifests(input, release), options_of(input));
  const Plan& plan = prepared.plan;
  if (is_true(expected["failedValidation"])) {
    return expect(plan.schedules.front().is_valid == Known::no, true, "FailedValidation");
  }
  // Cases come without the checks of the controller, which stands before the engine.
  const BackupRun run = run_backup(plan.schedules.front(), plan.install, plan, prepared.facts, prepared.labelled);

  std::vector<std::string> snapshots;
  std::vector<std::string> uploads;
  std::vector<std::string> natives;
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    const SnapshotDecision& snapshot = run.claims[i].snapshot;
    if (!run.claims[i].is_processed || snapshot.taken != Known::yes) continue;
    const std::string name = fmt::format("{}/{}", plan.claims[i].name_space, plan.claims[i].name);
    snapshots.push_back(fmt::format("{} {}", name, snapshot.class_name));
    if (snapshot.method == Method::csi_data_movement) uploads.push_back(name);
  }
  for (std::size_t i = 0; i < run.volumes.size(); ++i) {
    if (run.volumes[i].is_processed && run.volumes[i].native.taken == Known::yes) {
      natives.emplace_back(prepared.facts.pvs[i].name);
    }
  }
  const std::vector<std::string> copies = copies_of(prepared, run);
  const auto names = [&](std::string_view what, std::vector<std::string> found) {
    return expect_names(std::move(found), strings(expected[what]), fmt::format("{} {}", release, what));
  };
  for (const CaseResult& result :
       {names("podVolumeBackups", copies), names("csiSnapshots", snapshots), names("dataUploads", uploads),
        names("nativeSnapshots", natives), names("stored", stored_objects(prepared, run)),
        expect(run.has_errors == Known::yes, is_true(expected["itemErrors"]), fmt::format("{} itemErrors", release))}) {
    if (!result.failure.empty()) return result;
  }
  const CaseResult verdicts = check_verdicts(prepared, run, copies);
  return verdicts.failure.empty() ? verdicts : CaseResult{false, fmt::format("{} {}", release, verdicts.failure)};
}

CaseResult engine(Value input, Value expected) {
  bool any = false;
  for (const std::string_view release : kReleases) {
    Value wanted = expected[release];
    if (wanted["sameAs"].is_set()) wanted = expected[wanted["sameAs"].text()];
    if (!wanted) continue;
    any = true;
    const CaseResult result = check_release(input, wanted, release);
    if (!result.failure.empty()) return result;
  }
  if (!any) return skip();
  const World world(manifests(input, "latest"));
  const std::string wrong = check_comparison(world.cluster(), options_of(input));
  return wrong.empty() ? passed() : CaseResult{false, wrong};
}

// The newest of the older releases under which the verdict at hand is another.
template <typename VerdictOf>
int differing_minor(const Verdict& verdict, std::span<const Plan> older, VerdictOf verdict_of) {
  for (const Plan& plan : older) {
    const Verdict& other = verdict_of(plan);
    const bool is_same =
        verdict.method == other.method && verdict.outcome == other.outcome && verdict.also == other.also;
    if (!is_same) return plan.install.version.minor;
  }
  return 0;
}

}  // namespace

std::string check_comparison(const model::Cluster& cluster, const PlanOptions& options) {
  const Plan plan = make_plan(cluster, options);
  std::vector<Plan> older;
  for (const Version& version : compared_releases()) {
    PlanOptions told = options;
    told.velero_version = version;
    older.push_back(make_plan(cluster, told));
  }
  const auto check = [&](std::string_view name, const auto& objects, const auto& objects_of) {
    for (std::size_t i = 0; i < objects.size(); ++i) {
      for (std::size_t k = 0; k < objects[i].verdicts.size(); ++k) {
        const Verdict& verdict = objects[i].verdicts[k];
        const int minor = differing_minor(
            verdict, older, [&](const Plan& one) -> const Verdict& { return objects_of(one)[i].verdicts[k]; });
        if (minor == verdict.differs_at) continue;
        return fmt::format("{} {} under {}: said to differ at {}, differs at {}", name, objects[i].name,
                           plan.schedules[k].name, verdict.differs_at, minor);
      }
    }
    return std::string();
  };
  const std::string wrong = check(
      "volume", plan.volumes, [](const Plan& one) -> const auto& { return one.volumes; });
  return !wrong.empty() ? wrong
                        : check(
                              "claim", plan.claims, [](const Plan& one) -> const auto& { return one.claims; });
}

std::vector<Suite> engine_suites() { return {{"engine", engine}}; }

}  // namespace vlint::velero
