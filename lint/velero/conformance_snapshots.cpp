// Conformance suites on snapshots: whether one is wanted, of which class, in which group, and what the plugins do.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lint/base/text.h"
#include "lint/velero/backup_run.h"
#include "lint/velero/conformance_cases.h"
#include "lint/velero/csi_snapshot.h"
#include "lint/velero/fs_tracker.h"
#include "lint/velero/item_order.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kTested = "v1.18.1";

PlanOptions dump() {
  PlanOptions options;
  options.is_dump = true;
  return options;
}

// What the decisions on snapshots rest on, for the first Backup of some manifests.
struct Deciders {
  explicit Deciders(const std::string& manifests, const PlanOptions& options = dump())
      : prepared(manifests, options),
        fs_backup(schedule(), prepared.plan.install, {}),
        wishes(schedule(), prepared.plan.install, prepared.facts, fs_backup),
        groups(schedule(), prepared.plan.install, prepared.facts, wishes),
        csi(schedule(), prepared.plan.install, prepared.facts, wishes, groups) {}

  const Schedule& schedule() const { return prepared.plan.schedules.front(); }
  std::vector<std::uint32_t> all_claims() const {
    std::vector<std::uint32_t> claims(prepared.plan.claims.size());
    for (std::size_t i = 0; i < claims.size(); ++i) claims[i] = static_cast<std::uint32_t>(i);
    return claims;
  }

  Prepared prepared;
  FsBackup fs_backup;
  SnapshotWishes wishes;
  GroupSnapshots groups;
  CsiSnapshots csi;
};

std::string quoted_or(Value value, std::string_view otherwise) {
  return value.is_set() ? written(value) : std::string(otherwise);
}

std::string backup_with(const std::string& spec, Value policy) {
  std::string text = fmt::format(
      "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {{name: b, namespace: velero}}\nspec: {{{}{}}}\n", spec,
      policy.is_set() ? ", resourcePolicy: {kind: configmap, name: policy}" : "");
  if (!policy.is_set()) return text;
  return text + fmt::format(
                    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: policy, namespace: velero}}\n"
                    "data: {{p: {}}}\n",
                    written(policy));
}

std::uint32_t claim_index(const Plan& plan, Value claim) {
  for (std::uint32_t i = 0; i < plan.claims.size(); ++i) {
    if (plan.claims[i].name == claim["metadata"]["name"].text() &&
        plan.claims[i].name_space == claim["metadata"]["namespace"].text()) {
      return i;
    }
  }
  return kNoIndex;
}

CaseResult should_snapshot(Value input, Value expected) {
  std::string objects;
  const Value object = input["object"];
  bool is_there = false;
  for (const Value one : input["cluster"].items()) {
    is_there = is_there || (one["kind"].text() == object["kind"].text() &&
                            one["metadata"]["name"].text() == object["metadata"]["name"].text());
    objects += document(one);
  }
  if (!is_there) objects += document(object);
  const Deciders deciders(
      install_manifests(kTested, true) + objects +
      backup_with(fmt::format("defaultVolumesToFsBackup: {}, snapshotVolumes: {}",
                              written(input["defaultVolumesToFsBackup"]), quoted_or(input["snapshotVolumes"], "null")),
                  input["volumePolicy"]));
  const Facts& facts = deciders.prepared.facts;
  SnapshotWish wish;
  if (input["resource"].text() == "persistentvolumeclaims") {
    wish = deciders.wishes.of_claim(claim_index(deciders.prepared.plan, object));
  } else {
    const auto pv = std::find_if(facts.pvs.begin(), facts.pvs.end(),
                                 [&](const PvFacts& one) { return one.name == object["metadata"]["name"].text(); });
    wish = deciders.wishes.of_volume(static_cast<std::uint32_t>(pv - facts.pvs.begin()), false);
  }
  if (expected["error"]) {
    const CaseResult error = expect(wish.error == Known::yes, is_true(expected["error"]), "error");
    if (!error.failure.empty() || !expected["snapshot"]) return error;
  }
  return expect(wish.wanted == Known::yes, is_true(expected["snapshot"]), "snapshot");
}

// The classes of a case, with annotations of a claim and of a Backup.
CaseResult snapshot_class(Value input, Value expected) {
  const World world(documents(input["volumeSnapshotClasses"]));
  const SnapshotClasses classes(world.cluster());
  const ClassChoice choice =
      classes.choose(input["provisioner"].text(), input["pvcAnnotations"], input["backupAnnotations"], kNewestVersion);
  if (!expected["class"].is_set()) return expect(choice.chosen == nullptr, true, "error");
  return expect(choice.name, expected["class"].text(), "class");
}

CaseResult group_class(Value input, Value expected) {
  const World world(documents(input["volumeGroupSnapshotClasses"]));
  const SnapshotClasses classes(world.cluster());
  const ClassChoice choice =
      classes.choose_for_group(input["driver"].text(), input["pvcAnnotations"], input["backupAnnotations"]);
  if (is_true(expected["error"])) return expect(choice.name.empty(), true, "error");
  return expect(choice.name, expected["class"].text(), "class");
}

CaseResult group_driver(Value input, Value expected) {
  const Prepared prepared(documents(input["pvcs"]) + documents(input["pvs"]), dump());
  std::vector<std::uint32_t> claims(prepared.plan.claims.size());
  for (std::size_t i = 0; i < claims.size(); ++i) claims[i] = static_cast<std::uint32_t>(i);
  const GroupSnapshots::CommonDriver driver = GroupSnapshots::find_driver(prepared.facts, claims);
  if (is_true(expected["error"])) return expect(driver.name.has_value(), false, "found");
  return expect(driver.name.value_or(""), expected["driver"].text(), "driver");
}

CaseResult group_filter(Value input, Value expected) {
  const Deciders deciders(install_manifests(kTested, true) + documents(input["pvcs"]) + documents(input["pvs"]) +
                          backup_with("ttl: 1h", input["volumePolicy"]));
  const auto kept = GroupSnapshots::filter_by_policy(deciders.all_claims(), deciders.wishes);
  return expect(std::to_string(kept.size()), expected["keptCount"].text(), "keptCount");
}

// What goes wrong in the cluster while a snapshot is taken is no matter of manifests: it is an error of every snapshot
// that is tried.
CaseResult pvc_action(Value input, Value expected) {
  const bool fails = is_true(expected["error"]) || expected["error"].as_bool() == std::nullopt;
  if (!input["pvc"].is_set()) return expect(fails, false, "error");  // a finalizing backup takes no snapshots
  std::string objects;
  for (const char* one : {"pvc", "pv", "storageClass", "volumeSnapshotClass"}) {
    if (input[one].is_set()) objects += document(input[one]);
  }
  Deciders deciders(install_manifests(kTested, true, ", --features=EnableCSI") + objects + document(input["backup"]));
  const SnapshotDecision decision = deciders.csi.decide(0);
  const bool breaks = is_true(input["snapshotCreateFails"]) || is_true(input["snapshotNeverReady"]);
  const bool is_error = decision.error == Known::yes || (breaks && decision.taken == Known::yes);
  const CaseResult result = expect(is_error, fails, "error");
  if (!result.failure.empty() || fails) return result;
  return expect(decision.taken == Known::yes, true, "taken");
}

CaseResult native_snapshots(Value input, Value expected) {
  PlanOptions options = dump();
  for (const Value location : input["volumeSnapshotLocations"].items()) {
    const std::string provider(location["spec"]["provider"].text());
    std::vector<std::string>& known = options.native_volumes[provider];
    for (const yaml::Entry& volume : input["plugins"][provider]["pvToVolumeID"].entries()) {
      known.emplace_back(volume.key.text());
    }
  }
  // The engine of the cases stands behind the controller, which from 1.17 on would leave PersistentVolumes out.
  const Prepared prepared(install_manifests("v1.16.2", true) + documents(input["volumeSnapshotLocations"]) +
                              documents(input["cluster"]) + document(input["backup"]),
                          options);
  const Plan& plan = prepared.plan;
  const BackupRun run = run_backup(plan.schedules.front(), plan.install, plan, prepared.facts, prepared.labelled);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < run.volumes.size(); ++i) {
    if (!run.volumes[i].is_processed || run.volumes[i].native.taken != Known::yes) continue;
    found.push_back(fmt::format("{} {}", run.volumes[i].native.location, prepared.facts.pvs[i].name));
  }
  std::vector<std::string> wanted;
  for (const Value one : expected["snapshots"].items()) {
    wanted.push_back(fmt::format("{} {}", one["location"].text(), one["persistentVolume"].text()));
  }
  return expect_names(std::move(found), std::move(wanted), "snapshots");
}

// The copies that the engine asks for; that of the cases makes them all, whatever the pods look like.
CaseResult fs_and_native(Value input, Value expected) {
  PlanOptions options;
  options.native_volumes["native"] = strings(input["nativePluginKnowsPVs"]);
  std::string objects;
  std::set<std::string> seen;  // some objects are listed twice
  for (const Value list : input["cluster"].items()) {
    for (const Value object : list["items"].items()) {
      if (seen.insert(written(object)).second) objects += document(object);
    }
  }
  Prepared prepared(
      install_manifests("v1.16.2", true) +
          "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {name: v, namespace: velero}\n"
          "spec: {provider: native}\n" +
          objects + document(input["backup"]),
      options);
  for (Facts::VolumeFacts& volume : prepared.facts.volumes) volume.volume.mount = Mount::mounted;
  const Plan& plan = prepared.plan;
  const BackupRun run = run_backup(plan.schedules.front(), plan.install, plan, prepared.facts, prepared.labelled);
  std::vector<std::string> copies;
  for (std::size_t i = 0; i < run.uses.size(); ++i) {
    const FsDecision& decision = run.uses[i].decision;
    if (!run.uses[i].is_decided || run.uses[i].is_shared || decision.result != FsResult::copied) continue;
    const kube::Resource& pod = *plan.workloads[plan.volumes[i].workload].resource;
    copies.push_back(fmt::format("pvb-{}-{}-{}", pod.name_space, pod.name, plan.volumes[i].name));
  }
  std::vector<std::string> natives;
  for (std::size_t i = 0; i < run.volumes.size(); ++i) {
    if (run.volumes[i].native.taken == Known::yes) natives.emplace_back(prepared.facts.pvs[i].name);
  }
  const CaseResult result = expect_names(copies, strings(expected["podVolumeBackups"]), "podVolumeBackups");
  return result.failure.empty() ? expect_names(natives, strings(expected["nativeSnapshots"]), "nativeSnapshots")
                                : result;
}

CaseResult volume_name(Value input, Value expected) {
  const Prepared prepared(document(input["object"]), dump());
  std::string_view name;
  if (!prepared.facts.pvs.empty()) name = prepared.facts.pvs.front().name;
  if (!prepared.facts.claims.empty()) name = prepared.facts.claims.front().volume_name;
  if (is_true(expected["error"])) return expect(name.empty(), true, "error");
  return expect(name, expected["pvName"].text(), "pvName");
}

CaseResult volume_of_claim(Value input, Value expected) {
  const Prepared prepared(document(input["pvc"]) + documents(input["cluster"]), dump());
  const ClaimFacts& claim = prepared.facts.claims.front();
  if (is_true(expected["error"])) return expect(claim.has_volume(), false, "found");
  return expect(claim.has_volume() ? prepared.facts.pvs[claim.pv].name : "", expected["pv"].text(), "pv");
}

CaseResult tracker(Value input, Value expected) {
  const Prepared prepared(document(input["pod"]));
  FsTracker states(prepared.facts.claims.size());
  for (const Value step : input["steps"].items()) {
    for (std::size_t i = 0; i < prepared.plan.volumes.size(); ++i) {
      if (prepared.plan.volumes[i].name != step.at(1).text()) continue;
      const std::uint32_t claim = prepared.facts.volumes[i].claim;
      if (step.at(0).text() == "optout") states.opt_out(claim);
      if (step.at(0).text() == "track") states.track(claim);
      if (step.at(0).text() == "take") states.take(claim);
    }
  }
  for (std::uint32_t i = 0; i < prepared.plan.claims.size(); ++i) {
    const Value wanted = expected[prepared.plan.claims[i].name];
    const auto check = [&](bool found, std::string_view what) {
      return !wanted[what] || found == is_true(wanted[what]);
    };
    const bool is_right = check(states.is_tracked(i), "tracked") && check(states.is_taken(i), "taken") &&
                          states.is_opted_out(i) == wanted["optedOutBy"].is_set();
    if (!is_right) return {false, fmt::format("the state of claim {}", prepared.plan.claims[i].name)};
  }
  return passed();
}

std::string name_of(const Prepared& prepared, const Item& item) {
  const Plan& plan = prepared.plan;
  if (item.kind == Item::Kind::volume) {
    const PvFacts& pv = prepared.facts.pvs[item.index];
    const std::string_view name = pv.name.empty() ? prepared.facts.claims[pv.claim].volume_name : pv.name;
    return fmt::format("persistentvolumes /{}", name);
  }
  if (item.kind == Item::Kind::claim) {
    return fmt::format("persistentvolumeclaims {}/{}", plan.claims[item.index].name_space,
                       plan.claims[item.index].name);
  }
  const kube::Resource& pod = *plan.workloads[prepared.facts.instances[item.index].workload].resource;
  return fmt::format("pods {}/{}", pod.name_space, pod.name);
}

// What the first object of the manifests brings.
CaseResult related(const std::string& manifests, std::string_view label_key, Item::Kind kind, Value expected) {
  const Deciders deciders(install_manifests(kTested, true) + manifests +
                              backup_with(fmt::format("volumeGroupSnapshotLabelKey: '{}'", label_key), {}),
                          {});
  const Plan& plan = deciders.prepared.plan;
  const Facts& facts = deciders.prepared.facts;
  std::vector<std::string> found;
  const std::size_t count = kind == Item::Kind::claim ? plan.claims.size() : facts.instances.size();
  std::uint32_t first = 0;
  while (kind == Item::Kind::pod && first < count &&
         plan.workloads[facts.instances[first].workload].resource->kind != "Pod") {
    ++first;
  }
  if (first >= count) return {false, "the object was not found"};
  const Item self{kind, first};
  for (const Item& item : related_items(plan, facts, deciders.groups, self)) {
    if (item.kind != Item::Kind::group) {
      found.push_back(name_of(deciders.prepared, item));
      continue;
    }
    for (const std::uint32_t member : deciders.groups.members(item.index)) {
      if (member != first) found.push_back(name_of(deciders.prepared, {Item::Kind::claim, member}));
    }
  }
  std::vector<std::string> wanted;
  for (const Value item : expected["items"].items()) {
    if (item["resource"].text() == "priorityclasses.scheduling.k8s.io") continue;  // has no volumes
    wanted.push_back(fmt::format("{} {}/{}", item["resource"].text(), item["namespace"].text(), item["name"].text()));
  }
  return expect_names(std::move(found), std::move(wanted), "items");
}

CaseResult related_to_pod(Value input, Value expected) {
  return related(document(input["pod"]), {}, Item::Kind::pod, expected);
}

CaseResult related_to_claim(Value input, Value expected) {
  return related(document(input["pvc"]) + documents(input["otherPVCs"]) + documents(input["pods"]),
                 input["volumeGroupSnapshotLabelKey"].text(), Item::Kind::claim, expected);
}

CaseResult related_by_group(Value input, Value expected) {
  std::string others;
  for (const Value one : input["existingPVCs"].items()) {
    if (one["metadata"]["name"].text() != input["pvc"]["metadata"]["name"].text()) others += document(one);
  }
  // The volume of the claim is no member of its group.
  const std::string_view key = input["volumeGroupSnapshotLabelKey"].text();
  const Deciders deciders(install_manifests(kTested, true) + document(input["pvc"]) + others +
                              backup_with(fmt::format("volumeGroupSnapshotLabelKey: '{}'", key), {}),
                          {});
  std::vector<std::string> found;
  const std::uint32_t group = deciders.groups.group_of(0);
  for (std::size_t i = 0; group != kNoIndex && i < deciders.groups.members(group).size(); ++i) {
    const std::uint32_t member = deciders.groups.members(group)[i];
    if (member != 0) found.push_back(name_of(deciders.prepared, {Item::Kind::claim, member}));
  }
  std::vector<std::string> wanted;
  for (const Value item : expected["items"].items()) {
    wanted.push_back(fmt::format("{} {}/{}", item["resource"].text(), item["namespace"].text(), item["name"].text()));
  }
  return expect_names(std::move(found), std::move(wanted), "items");
}

}  // namespace

std::vector<Suite> snapshot_suites() {
  return {
      {"should-snapshot", should_snapshot},
      {"snapshot-class", snapshot_class},
      {"group-snapshot-class", group_class},
      {"group-snapshot-driver", group_driver},
      {"group-snapshot-filter", group_filter},
      {"csi-pvc-action", pvc_action},
      {"native-snapshots", native_snapshots},
      {"fs-and-native", fs_and_native},
      {"pv-name", volume_name},
      {"pv-for-pvc", volume_of_claim},
      {"pvc-tracker", tracker},
      {"related-items-pod", related_to_pod},
      {"related-items-pvc", related_to_claim},
      {"related-items-group", related_by_group},
  };
}

}  // namespace vlint::velero
