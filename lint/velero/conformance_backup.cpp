// Conformance suites on Schedules, on file system backup, and on whole runs of Velero's backup engine.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "lint/base/text.h"
#include "lint/velero/conformance_cases.h"
#include "lint/velero/names.h"
#include "lint/velero/server_flags.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kTested = "v1.18.1";

std::string go_bool(Value value) { return is_true(value) ? "true" : "false"; }

// A plan without verdicts, and the facts behind it.
struct Prepared {
  explicit Prepared(const std::string& manifests) : world(manifests) {
    plan.install = find_install(world.cluster(), {});
    plan.schedules = read_schedules(world.cluster(), plan.install);
    facts = gather_facts(world.cluster(), plan);
  }
  World world;
  Plan plan;
  Facts facts;
};

std::string backup_manifest(std::string_view fs_backup_by_default, Value policy) {
  std::string text = fmt::format(
      "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {{name: b, namespace: velero}}\n"
      "spec: {{defaultVolumesToFsBackup: {}{}}}\n",
      fs_backup_by_default, policy.is_set() ? ", resourcePolicy: {kind: configmap, name: policy}" : "");
  if (policy.is_set()) {
    text += fmt::format(
        "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: policy, namespace: velero}}\ndata: {{p: {}}}\n",
        written(policy));
  }
  return text;
}

Selected claims_selected(Value excluded) {
  Selected claims;
  claims.selected = known(!is_true(excluded));
  return claims;
}

// Whether Velero asks for a copy, whatever comes of it.
bool is_wanted(const FsDecision& decision) {
  return decision.result == FsResult::copied || decision.result == FsResult::dropped;
}

CaseResult opt_in_list(Value input, Value expected) {
  std::vector<std::string> names;
  for (const std::string_view name : read_volume_names(input["annotations"], kBackupVolumes).names) {
    names.emplace_back(name);
  }
  return expect_names(names, strings(expected["volumes"]), "volumes");
}

CaseResult volumes_by_pod(Value input, Value expected) {
  // With file system backup by choice the list is the annotation, see annotation-optin-list.
  if (!is_true(input["defaultVolumesToFsBackup"])) return skip();
  const Prepared prepared(install_manifests(kTested, true) + document(input["pod"]) + backup_manifest("true", {}));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install,
                           claims_selected(input["backupExcludePVC"]));
  std::vector<std::string> included;
  std::vector<std::string> opted_out;
  for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
    const VolumeUse& use = prepared.plan.volumes[i];
    const FsDecision decision = fs_backup.decide(prepared.facts.pods[use.workload], prepared.facts.volumes[i].volume);
    if (prepared.plan.workloads[use.workload].resource->kind != "Pod") continue;
    if (is_wanted(decision)) included.emplace_back(use.name);
    if (decision.reason == Reason::opted_out) opted_out.emplace_back(use.name);
  }
  const CaseResult result = expect_names(included, strings(expected["included"]), "included");
  return result.failure.empty() ? expect_names(opted_out, strings(expected["optedOut"]), "optedOut") : result;
}

const Claim* find_claim(const Plan& plan, std::string_view name_space, std::string_view name) {
  for (const Claim& claim : plan.claims) {
    if (claim.name == name && (name_space.empty() || claim.name_space == name_space)) return &claim;
  }
  return nullptr;
}

CaseResult volume_name_for_claim(Value input, Value expected) {
  const Prepared prepared(document(input["pod"]));
  const Claim* claim = find_claim(prepared.plan, {}, input["pvcName"].text());
  if (claim == nullptr) return expect(true, is_true(expected["error"]), "error");
  return expect(prepared.plan.volumes[claim->mounted_by.front()].name, expected["volumeName"].text(), "volumeName");
}

CaseResult pods_using_claim(Value input, Value expected) {
  const Prepared prepared(documents(input["cluster"]));
  const Claim* claim = find_claim(prepared.plan, input["pvcNamespace"].text(), input["pvcName"].text());
  const std::size_t count = claim == nullptr ? 0 : claim->mounted_by.size();
  return expect(std::to_string(count), expected["podCount"].text(), "podCount");
}

CaseResult claim_by_legacy(Value input, Value expected) {
  const Prepared prepared(install_manifests(kTested, true) + documents(input["cluster"]) +
                          backup_manifest(go_bool(input["defaultVolumesToFsBackup"]), {}));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install, {});
  const Claim* claim = find_claim(prepared.plan, input["pvcNamespace"].text(), input["pvcName"].text());
  Known wanted = Known::no;
  if (claim != nullptr) {
    for (const std::uint32_t use : claim->mounted_by) {
      const PodFacts& pod = prepared.facts.pods[prepared.plan.volumes[use].workload];
      wanted = wanted || fs_backup.legacy_choice(pod, prepared.facts.volumes[use].volume).wanted;
    }
  }
  return expect(wanted == Known::yes, is_true(expected["fsBackup"]), "fsBackup");
}

CaseResult type_gate(Value input, Value expected) {
  const std::string pod =
      fmt::format("---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: ns}}\nspec: {{volumes: [{}]}}\n",
                  written(input["volume"]));
  const Prepared prepared(install_manifests(kTested, true) + pod + backup_manifest("true", {}));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install,
                           claims_selected(input["pvcResourceExcluded"]));
  const std::size_t last = prepared.plan.volumes.size() - 1;
  const PodFacts& facts = prepared.facts.pods[prepared.plan.volumes[last].workload];
  return expect(is_wanted(fs_backup.decide(facts, prepared.facts.volumes[last].volume)), is_true(expected["eligible"]),
                "eligible");
}

CaseResult should_fs_backup(Value input, Value expected) {
  const Prepared prepared(install_manifests(kTested, true) + documents(input["cluster"]) +
                          backup_manifest(go_bool(input["defaultVolumesToFsBackup"]), input["volumePolicy"]));
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install,
                           claims_selected(input["pvcResourceExcluded"]));
  for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
    const VolumeUse& use = prepared.plan.volumes[i];
    const kube::Resource& owner = *prepared.plan.workloads[use.workload].resource;
    if (owner.name != input["pod"]["metadata"]["name"].text() || use.name != input["volume"].text()) continue;
    const FsDecision decision = fs_backup.decide(prepared.facts.pods[use.workload], prepared.facts.volumes[i].volume);
    if (is_true(expected["error"])) return expect(decision.reason == Reason::claim_unbound, true, "error");
    return expect(is_wanted(decision), is_true(expected["fsBackup"]), "fsBackup");
  }
  return {false, "the volume was not found"};
}

// Objects that are named and do not exist are taken for existing, so cases about them say nothing.
bool names_missing_objects(const Plan& plan, const model::Cluster& cluster) {
  return std::any_of(plan.claims.begin(), plan.claims.end(), [&](const Claim& claim) {
    if (claim.resource == nullptr) return true;
    const Value volume = (*claim.resource)["spec"]["volumeName"];
    return volume.is_set() && cluster.find("", "PersistentVolume", "", volume.text()) == nullptr;
  });
}

CaseResult preconditions(Value input, Value expected) {
  if (!input["pod"].is_set() || input["uploaderHasNoRepositoryType"]) return skip();
  const std::string objects = documents(input["cluster"]);
  const bool has_agent = objects.find("\"role\": \"node-agent\"") != std::string::npos;
  const Prepared prepared(install_manifests(kTested, has_agent) + objects + document(input["pod"]) +
                          backup_manifest("true", {}));
  if (names_missing_objects(prepared.plan, prepared.world.cluster())) return skip();
  const FsBackup fs_backup(prepared.plan.schedules.front(), prepared.plan.install, {});
  std::size_t copied = 0;
  std::size_t seen = 0;
  bool fails = false;
  for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
    const FsDecision decision =
        fs_backup.decide(prepared.facts.pods[prepared.plan.volumes[i].workload], prepared.facts.volumes[i].volume);
    ++seen;
    copied += decision.result == FsResult::copied ? 1U : 0U;
    fails = fails || decision.result == FsResult::fails;
  }
  if (seen == 0) return skip();  // the pod of the case has no volumes
  const CaseResult result = expect(std::to_string(copied), expected["podVolumeBackups"].text(), "podVolumeBackups");
  return result.failure.empty() ? expect(fails, expected["errors"].size() > 0, "errors") : result;
}

CaseResult pod_running(Value input, Value expected) {
  return expect(is_pod_running(input["pod"]) == Known::yes, is_true(expected["running"]), "running");
}

CaseResult uploader_type(Value input, Value expected) {
  const World world(
      install_manifests(kTested, true, fmt::format(", \"--uploader-type={}\"", input["uploaderType"].text())));
  const Install install = find_install(world.cluster(), {});
  return expect(!install.flags.invalid.empty(), expected["error"].is_set(), "error");
}

Schedule only_schedule(Value backup, const std::string& more, std::string_view flags) {
  const World world(install_manifests(kTested, true, flags) + more + document(backup));
  Schedule schedule = std::move(read_schedules(world.cluster(), find_install(world.cluster(), {})).front());
  schedule.resource = nullptr;  // goes with its world
  return schedule;
}

CaseResult default_fs(Value input, Value expected) {
  const std::string flag =
      fmt::format(", --default-volumes-to-fs-backup={}", go_bool(input["serverDefaultVolumesToFsBackup"]));
  const Schedule schedule = only_schedule(input["backup"], {}, flag);
  return expect(schedule.default_volumes_to_fs_backup.value == Known::yes,
                is_true(expected["defaultVolumesToFsBackup"]), "defaultVolumesToFsBackup");
}

CaseResult default_ttl(Value input, Value expected) {
  const std::string flag = fmt::format(", --default-backup-ttl={}", input["serverDefaultBackupTTL"].text());
  const Schedule schedule = only_schedule(input["backup"], {}, flag);
  if (!schedule.ttl) return {false, "the time-to-live is not known"};
  return expect(kube::to_string(*schedule.ttl), expected["ttl"].text(), "ttl");
}

CaseResult validation(Value input, Value expected) {
  const std::string flag =
      fmt::format(", --default-backup-storage-location={}", input["serverDefaultBackupLocation"].text());
  const Schedule schedule = only_schedule(input["backup"], documents(input["cluster"]), flag);
  if (schedule.is_valid != Known::no) return {false, "the Backup is taken for valid"};
  std::vector<std::string> found;
  for (const Evidence& error : schedule.validation_errors) found.push_back(error.message);
  std::vector<std::string> wanted = strings(expected["validationErrors"]);
  // Velero's message on mixed filters has three lines and names flags of its command line.
  if (wanted.size() == 1 && wanted.front().find("old filter parameters") != std::string::npos) wanted = {found.front()};
  return expect_names(found, wanted, "errors");
}

// "2017-08-10 12:27:00"
std::optional<kube::UnixSeconds> parse_time(std::string_view text) {
  if (text.size() != 19) return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t size) {
    int value = 0;
    for (const char c : text.substr(at, size)) value = value * 10 + (c - '0');
    return value;
  };
  const std::chrono::year_month_day day{std::chrono::year(number(0, 4)),
                                        std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                        std::chrono::day(static_cast<unsigned>(number(8, 2)))};
  return std::chrono::sys_days(day) + std::chrono::hours(number(11, 2)) + std::chrono::minutes(number(14, 2)) +
         std::chrono::seconds(number(17, 2));
}

CaseResult cron_next(Value input, Value expected) {
  const Result<kube::Cron> cron = kube::Cron::parse(input["cron"].text());
  const auto last = parse_time(input["lastBackup"].text());
  const auto now = parse_time(input["now"].text());
  if (!cron || !last || !now || input["timezone"].text() != "UTC") return skip();
  const auto next = cron->next(*last);
  const CaseResult result = expect(next.has_value() && next == parse_time(expected["next"].text()), true, "next run");
  return result.failure.empty() ? expect(next && *now > *next, is_true(expected["due"]), "due") : result;
}

CaseResult next_run(Value input, Value expected) {
  const Result<kube::Cron> cron = kube::Cron::parse(input["cron"].text());
  const auto wanted = kube::parse_go_duration(expected["nextRunAfterLastBackupOrCreation"].text());
  if (!cron || !wanted) return skip();
  const kube::UnixSeconds last{};
  const auto next = cron->next(last);
  const std::chrono::nanoseconds after(wanted->nanoseconds);
  return expect(next && *next - last == after, true, "next run");
}

CaseResult reconcile(Value input, Value expected) {
  const std::string_view phase = expected["phase"].text();
  if (!input["schedule"].is_set() || phase.empty()) return skip();  // asks for what happens at a time
  const World world(document(input["schedule"]));
  const Install install = find_install(world.cluster(), {});
  const Schedule schedule = std::move(read_schedules(world.cluster(), install).front());
  if (!schedule.cron) return {false, "the schedule was not read"};
  return expect(schedule.cron->ok() ? "Enabled" : "FailedValidation", phase, "phase");
}

// Of a whole run of the engine, the copies that it asks for. Runs in which an item fails are left out: a claim whose
// snapshot fails takes its pod's copies with it, and snapshots are not simulated.
Value expected_of(Value expected, std::string_view release) {
  const Value own = expected[release];
  return own["sameAs"].is_set() ? expected[own["sameAs"].text()] : own;
}

bool has_agents_everywhere(Value objects, const std::vector<std::string>& nodes) {
  const std::vector<Value> all = objects.items();
  return std::all_of(all.begin(), all.end(), [&](Value object) {
    if (object["kind"].text() != "Pod" || is_pod_running(object) != Known::yes) return true;
    return std::find(nodes.begin(), nodes.end(), object["spec"]["nodeName"].text()) != nodes.end();
  });
}

// Claims that the engine takes a snapshot of must be left to snapshots here.
CaseResult engine_snapshots(const Plan& plan, Value expected, std::string_view release) {
  for (const std::string_view kind : {"csiSnapshots", "dataUploads"}) {
    for (const std::string& entry : strings(expected[kind])) {
      const std::string name = entry.substr(0, entry.find(' '));
      const std::size_t slash = name.find('/');
      const Claim* claim = find_claim(plan, name.substr(0, slash), name.substr(slash + 1));
      if (claim != nullptr && claim->verdicts.front().reason == Reason::snapshots_not_simulated) continue;
      return {false, fmt::format("{} {} is not left to its snapshot", release, name)};
    }
  }
  return passed();
}

std::vector<std::string> stored(Value expected) {
  std::vector<std::string> objects;
  for (const std::string& object : strings(expected["stored"])) {
    if (object.rfind("pods ", 0) == 0 || object.rfind("persistentvolumeclaims ", 0) == 0) objects.push_back(object);
  }
  return objects;
}

std::optional<CaseResult> engine_release(Value input, Value expected, std::string_view release) {
  const World world(install_manifests(release, true) + documents(input["objects"]) +
                    backup_with_policy(input["backup"], input["volumePolicy"]));
  const Plan plan = make_plan(world.cluster(), {});
  if (is_true(expected["failedValidation"])) {
    return expect(plan.schedules.front().is_valid == Known::no, true, "FailedValidation");
  }
  // The cases were made without the checks of the controller, which comes before the engine.
  if (plan.schedules.front().is_valid == Known::no) return std::nullopt;
  if (is_true(expected["itemErrors"]) || names_missing_objects(plan, world.cluster())) return std::nullopt;
  std::vector<std::string> copies;
  for (const VolumeUse& use : plan.volumes) {
    const Verdict& verdict = use.verdicts.front();
    if (verdict.method != Method::fs_backup || verdict.outcome != Outcome::is_protected) continue;
    const kube::Resource& pod = *plan.workloads[use.workload].resource;
    copies.push_back(fmt::format("{}/{}/{}", pod.name_space, pod.name, use.name));
  }
  const CaseResult result =
      expect_names(copies, strings(expected["podVolumeBackups"]), fmt::format("{} podVolumeBackups", release));
  if (!result.failure.empty()) return result;
  const CaseResult snapshots = engine_snapshots(plan, expected, release);
  if (!snapshots.failure.empty()) return snapshots;
  Plan objects;
  objects.install = plan.install;
  objects.schedules = plan.schedules;
  const Facts facts = gather_facts(world.cluster(), objects);
  return expect_names(selected_objects(world.cluster(), objects, facts), stored(expected),
                      fmt::format("{} stored", release));
}

CaseResult engine(Value input, Value expected) {
  if (!has_agents_everywhere(input["objects"], strings(input["nodeAgentNodes"]))) return skip();
  bool any = false;
  for (const std::string_view release : {"v1.18.1", "v1.17.2", "v1.16.2", "v1.15.2", "v1.14.1"}) {
    const Value wanted = expected_of(expected, release);
    if (!wanted) continue;
    const std::optional<CaseResult> result = engine_release(input, wanted, release);
    if (!result) continue;
    any = true;
    if (!result->failure.empty()) return *result;
  }
  return any ? passed() : skip();
}

}  // namespace

std::vector<Suite> backup_suites() {
  return {
      {"annotation-optin-list", opt_in_list},
      {"legacy-volumes-by-pod", volumes_by_pod},
      {"pod-volume-name-for-pvc", volume_name_for_claim},
      {"pods-using-pvc", pods_using_claim},
      {"pvc-selected-by-legacy-fs", claim_by_legacy},
      {"fs-volume-type-gate", type_gate},
      {"should-fs-backup", should_fs_backup},
      {"fs-preconditions", preconditions},
      {"pod-running", pod_running},
      {"uploader-type", uploader_type},
      {"backup-default-fs", default_fs},
      {"backup-ttl", default_ttl},
      {"backup-validation", validation},
      {"schedule-cron-next", cron_next},
      {"schedule-next-run", next_run},
      {"schedule-reconcile", reconcile},
      {"engine", engine},
  };
}

}  // namespace vlint::velero
