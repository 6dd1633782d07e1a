#include "lint/velero/backup_run.h"

#include <algorithm>

#include "lint/velero/plan_testing.h"
#include "lint/velero/schedule_plan.h"
#include "lint/velero/stored_namespaces.h"

namespace vlint::velero {
namespace {

// A dump of namespace apps, with one Backup.
struct Ran {
  explicit Ran(const std::string& objects, const std::string& spec = "{defaultVolumesToFsBackup: true}",
               const std::string& version = "v1.18.1", const std::string& flags = ", --features=EnableCSI")
      : world(install_manifests(version, false, flags) + agent() + objects +
              "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\nstatus: {phase: Active}\n" +
              "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b, namespace: velero}\nspec: " + spec +
              "\n") {
    PlanOptions options;
    options.is_dump = true;
    plan.install = find_install(world.cluster(), options);
    plan.schedules = read_schedules(world.cluster(), plan.install);
    facts = gather_facts(world.cluster(), plan, true);
    run = run_backup(plan.schedules.front(), plan.install, plan, facts, labelled_namespaces(world.cluster()));
  }
  static std::string agent() {
    return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: velero, labels: {role: node-agent, "
           "name: "
           "node-agent}}\nspec: {nodeName: n1}\nstatus: {phase: Running}\n";
  }
  // "p0/v p1/w": pods and volumes that are copied, in their order.
  std::string copies() const {
    std::string text;
    for (const BackupRun::Copy& copy : run.copies) {
      text += fmt::format("{}{}/{}", text.empty() ? "" : " ",
                          plan.workloads[plan.volumes[copy.use].workload].resource->name, plan.volumes[copy.use].name);
    }
    return text;
  }
  const FsDecision& use(std::string_view pod, std::string_view volume) const {
    for (std::size_t i = 0; i < plan.volumes.size(); ++i) {
      if (plan.volumes[i].name == volume && plan.workloads[plan.volumes[i].workload].resource->name == pod) {
        return run.uses[i].decision;
      }
    }
    FAIL("no such volume");
    return run.uses.front().decision;
  }
  World world;
  Plan plan;
  Facts facts;
  BackupRun run;
};

// A running pod that mounts emptyDirs, and claims as "volume=claim".
std::string pod(const std::string& name, const std::vector<std::string>& volumes, const std::string& annotations = "",
                const std::string& node = "n1", const std::string& labels = "") {
  std::string list;
  std::string mounts;
  for (const std::string& volume : volumes) {
    const std::size_t equals = volume.find('=');
    const std::string own = volume.substr(0, equals);
    const std::string source = equals == std::string::npos
                                   ? "emptyDir: {}"
                                   : "persistentVolumeClaim: {claimName: " + volume.substr(equals + 1) + "}";
    list += fmt::format("{}{{name: {}, {}}}", list.empty() ? "" : ", ", own, source);
    mounts += fmt::format("{}{{name: {}}}", mounts.empty() ? "" : ", ", own);
  }
  return fmt::format(
      "---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {}, namespace: apps, labels: {{{}}}, annotations: {{{}}}}}\n"
      "spec: {{nodeName: {}, containers: [{{name: c, volumeMounts: [{}]}}], volumes: [{}]}}\nstatus: {{phase: "
      "Running}}\n",
      name, labels, annotations, node, mounts, list);
}

// A bound claim with its volume; without a storage class its snapshot is an error.
std::string claim(const std::string& name, const std::string& more = "", const std::string& labels = "",
                  const std::string& source = "csi: {driver: d.csi}") {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {0}, namespace: apps, labels: {{{2}}}}}\n"
      "spec: {{volumeName: pv-{0}{1}}}\nstatus: {{phase: Bound}}\n"
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {{name: pv-{0}}}\n"
      "spec: {{{3}, claimRef: {{namespace: apps, name: {0}}}}}\n",
      name, more, labels, source);
}

const std::string kOut = "backup.velero.io/backup-volumes-excludes: ";

TEST_CASE("a claim that fails drops the pod that brings it, with all its copies") {
  const Ran ran(pod("p0", {"a", "b=data"}, kOut + "b") + pod("p1", {"a", "b=data"}, kOut + "b") + claim("data"));
  CHECK(ran.copies() == "p1/a");  // the claim is done with when the second pod comes
  CHECK(ran.use("p0", "a").reason == Reason::claim_failed);
  CHECK(ran.use("p0", "a").result == FsResult::fails);
  CHECK(ran.use("p0", "a").evidence.size() >= 2);
  CHECK(ran.run.has_errors == Known::yes);
  CHECK(ran.run.pods[0].error == Known::no);  // the agent's
  CHECK(ran.run.claims[0].error == Known::yes);
}

TEST_CASE("which pod comes first depends on blocks, from 1.15 on") {
  // p0 and p2 share a claim; p2 and p1 share the one that fails.
  const std::string objects = pod("p0", {"x=shared"}) + pod("p1", {"a", "b=data"}, kOut + "b") +
                              pod("p2", {"x=shared", "a", "b=data"}, kOut + "b") + claim("shared") + claim("data");
  CHECK(Ran(objects, "{defaultVolumesToFsBackup: true}", "v1.18.1").copies() == "p0/x p1/a");
  CHECK(Ran(objects, "{defaultVolumesToFsBackup: true}", "v1.14.1").copies() == "p0/x p2/a");
}

TEST_CASE("pods that orderedResources names come first") {
  const std::string objects = pod("p0", {"x=shared"}) + pod("p1", {"x=shared"}) + claim("shared");
  CHECK(Ran(objects).copies() == "p0/x");
  CHECK(Ran(objects, "{defaultVolumesToFsBackup: true, orderedResources: {pods: 'apps/p9, apps/p1'}}").copies() ==
        "p1/x");
}

TEST_CASE("a claim is copied from the first pod that can, and not again") {
  CHECK(Ran(pod("p0", {"x=data"}) + pod("p1", {"x=data"}) + claim("data")).copies() == "p0/x");
  CHECK(Ran(pod("p0", {"x=data"}, "", "") + pod("p1", {"x=data"}) + claim("data")).copies() == "p1/x");
  // Two volumes of one pod are both copied.
  CHECK(Ran(pod("p0", {"x=data", "y=data"}) + claim("data")).copies() == "p0/x p0/y");
  // A first pod that opts out is remembered, later copies are not.
  CHECK(
      Ran(pod("p0", {"x=data"}, kOut + "x") + pod("p1", {"x=data"}) + pod("p2", {"x=data"}) + claim("data")).copies() ==
      "p1/x p2/x");
}

TEST_CASE("what keeps a pod's volumes from being copied") {
  struct Row {
    const char* what;
    std::string objects;
    std::string version;
    FsResult result;
    Reason reason;
    Known errors;
  };
  for (const Row& row : {
           Row{"no agent on the node", pod("p", {"v"}, "", "n2"), "v1.18.1", FsResult::fails, Reason::no_node_agent,
               Known::yes},
           Row{"a claim that is missing", pod("p", {"v=gone"}), "v1.18.1", FsResult::fails, Reason::claim_missing,
               Known::yes},
           Row{"a volume that is missing",
               pod("p", {"v=data"}) + "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, "
                                      "namespace: apps}\nspec: {volumeName: gone}\nstatus: {phase: Lost}\n",
               "v1.18.1", FsResult::fails, Reason::claim_failed, Known::yes},
           Row{"a hostPath", pod("p", {"v=data"}) + claim("data", "", "", "hostPath: {path: /x}"), "v1.18.1",
               FsResult::dropped, Reason::host_path_volume, Known::no},
           Row{"a copy", pod("p", {"v=data"}) + claim("data"), "v1.18.1", FsResult::copied,
               Reason::default_is_fs_backup, Known::no},
       }) {
    CAPTURE(row.what);
    const Ran ran(row.objects, "{defaultVolumesToFsBackup: true}", row.version);
    CHECK(ran.use("p", "v").result == row.result);
    CHECK(ran.use("p", "v").reason == row.reason);
    CHECK(ran.run.has_errors == row.errors);
  }
  // With the claim left out of the backup the missing volume is met by the copy itself.
  const Ran ran(pod("p", {"v=data"}) +
                "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps, labels: "
                "{velero.io/exclude-from-backup: 'true'}}\nspec: {volumeName: gone}\nstatus: {phase: Lost}\n");
  CHECK(ran.use("p", "v").reason == Reason::volume_missing);
}

TEST_CASE("a pod with an error is not stored, though it has copies") {
  const auto error = [](const Ran& ran) { return ran.run.pods.back().error; };
  const Ran missing(pod("p", {"v", "w=gone"}, kOut + "w"));
  CHECK(missing.copies() == "p/v");
  CHECK(error(missing) == Known::yes);
  CHECK(missing.run.has_errors == Known::yes);
  // Without a copy nobody looks.
  CHECK(error(Ran(pod("p", {"w=gone"}, kOut + "w"))) == Known::no);
  const std::string none =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata: {p: 'version: v1'}\n";
  const std::string spec = "{defaultVolumesToFsBackup: true, resourcePolicy: {kind: configmap, name: p}}";
  CHECK(error(Ran(pod("p", {"v"}) + none, spec, "v1.14.0")) == Known::yes);
  CHECK(error(Ran(pod("p", {"v"}) + none, spec)) == Known::no);
}

TEST_CASE("an item is processed once, and only its first reader meets its error") {
  const auto of = [](const std::string& name) {
    return "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: " + name +
           ", namespace: apps}\nspec: {volumeName: pv}\nstatus: {phase: Bound}\n";
  };
  const Ran ran(of("a") + of("b") +
                    "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
                    "spec: {claimRef: {namespace: apps, name: gone}, nfs: {}}\n"
                    "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\n"
                    "data: {p: 'version: v1'}\n",
                "{resourcePolicy: {kind: configmap, name: p}}", "v1.18.1", "");
  CHECK(ran.run.claims[0].error == Known::yes);
  CHECK(ran.run.claims[1].error == Known::no);
  // ... and a claim that ends in an error of its volume has no snapshot.
  Schedule valid = ran.plan.schedules.front();
  valid.is_valid = Known::yes;
  const Verdicts verdicts = judge_run(valid, ran.facts, ran.plan, ran.run);
  CHECK(verdicts.claims[0].outcome == Outcome::fails);
  CHECK(verdicts.claims[0].reason == Reason::claim_missing);
}

TEST_CASE("pods on Windows nodes are no matter of 1.16 alone") {
  std::string windows = pod("p", {"v"});
  windows.replace(windows.find("nodeName"), 0, "os: {name: windows}, ");
  const auto reason = [&](const std::string& version) {
    return Ran(windows, "{defaultVolumesToFsBackup: true}", version).use("p", "v").reason;
  };
  CHECK(reason("v1.16.2") == Reason::not_linux);
  CHECK(reason("v1.15.2") == Reason::default_is_fs_backup);
  CHECK(reason("v1.17.2") == Reason::default_is_fs_backup);
}

TEST_CASE("without a repository at the location there are no copies") {
  const auto reason = [](const std::string& spec) {
    return Ran(pod("p", {"v"}) +
               "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\n"
               "metadata: {name: default, namespace: velero}\nspec: " +
               spec + "\n")
        .use("p", "v")
        .reason;
  };
  CHECK(reason("{provider: aws}") == Reason::default_is_fs_backup);
  CHECK(reason("{provider: velero.io/gcp}") == Reason::default_is_fs_backup);
  CHECK(reason("{provider: example.com/mine}") == Reason::no_repository);
  CHECK(reason("{provider: example.com/mine, config: {s3Url: 'https://s3:9000'}}") == Reason::default_is_fs_backup);
  CHECK(reason("{provider: aws, config: {s3Url: 'https://s3:9000/path'}}") == Reason::no_repository);
}

TEST_CASE("1.14.0 with a volume policy takes every volume for a claim") {
  const std::string objects = pod("p", {"v"}) +
                              "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\n"
                              "data: {p: 'version: v1'}\n";
  const std::string spec = "{defaultVolumesToFsBackup: true, resourcePolicy: {kind: configmap, name: p}}";
  CHECK(Ran(objects, spec, "v1.14.0").use("p", "v").result == FsResult::fails);
  CHECK(Ran(objects, spec, "v1.14.1").use("p", "v").result == FsResult::copied);
}

TEST_CASE("up to 1.13 a policy can only skip, when the copy is made") {
  const std::string objects =
      pod("p", {"v"}) +
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\n"
      "data: {p: 'version: v1\n\n  volumePolicies: [{conditions: {volumeTypes: [emptyDir]}, action: {type: skip}}]'}\n";
  const Ran ran(objects, "{defaultVolumesToFsBackup: true, resourcePolicy: {kind: configmap, name: p}}", "v1.13.2");
  CHECK(ran.use("p", "v").result == FsResult::dropped);
  CHECK(ran.use("p", "v").reason == Reason::policy_skip);
}

TEST_CASE("a hook that must not fail and fails drops the pod") {
  const std::string hook = "pre.hook.backup.velero.io/command: /x, pre.hook.backup.velero.io/container: ";
  const auto reason = [&](const std::string& annotations,
                          const std::string& spec = "{defaultVolumesToFsBackup: true}") {
    return Ran(pod("p", {"v"}, annotations), spec).use("p", "v").reason;
  };
  CHECK(reason(hook + "gone, pre.hook.backup.velero.io/on-error: Fail") == Reason::hook_failed);
  CHECK(reason(hook + "gone") == Reason::default_is_fs_backup);
  CHECK(reason(hook + "c, pre.hook.backup.velero.io/on-error: Fail") == Reason::default_is_fs_backup);
  CHECK(Ran(pod("p", {"v"}, hook + "gone")).run.has_errors == Known::yes);
  const std::string of_backup =
      "{defaultVolumesToFsBackup: true, hooks: {resources: [{name: h, includedNamespaces: [apps], pre: "
      "[{exec: {container: gone, command: [/x], onError: Fail}}]}]}}";
  CHECK(reason("", of_backup) == Reason::hook_failed);
  const std::string elsewhere =
      "{defaultVolumesToFsBackup: true, hooks: {resources: [{name: h, includedNamespaces: [db], pre: "
      "[{exec: {container: gone, command: [/x], onError: Fail}}]}]}}";
  CHECK(reason("", elsewhere) == Reason::default_is_fs_backup);
  // Of several the one that drops the pod is named.
  const Ran two(
      pod("p", {"v"}),
      "{defaultVolumesToFsBackup: true, hooks: {resources: [{name: h, pre: [{exec: {container: first, command: "
      "[/x], onError: Fail}}, {exec: {container: second, command: [/x]}}]}]}}");
  CHECK(two.use("p", "v").reason == Reason::hook_failed);
  CHECK(two.use("p", "v").evidence.back().message == "the hook runs in container first, which the pod does not have");
  // In a pod that does not run there is nothing to fail.
  CHECK(Ran(pod("p", {"v"}, "", ""), of_backup).use("p", "v").reason == Reason::pod_not_running);
  // A pod's own hooks come instead of the Backup's.
  CHECK(reason("hook.backup.velero.io/command: /x", of_backup) == Reason::default_is_fs_backup);
}

TEST_CASE("PersistentVolumes without filters are listed up to 1.16 only") {
  const std::string lone = "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\nspec: {nfs: {}}\n";
  CHECK(Ran(lone, "{}", "v1.16.2").run.volumes[0].is_processed);
  CHECK_FALSE(Ran(lone, "{}", "v1.17.2").run.volumes[0].is_processed);
  CHECK(Ran(lone, "{includedClusterScopedResources: [pv]}", "v1.17.2").run.volumes[0].is_processed);
}

TEST_CASE("the volume of a claim whose snapshot is taken is stored though volumes are excluded") {
  const std::string objects =
      claim("data", ", storageClassName: fast") +
      "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: fast}\nprovisioner: d.csi\n";
  const std::string snapshots =
      "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: s}\ndriver: d.csi\n";
  const std::string spec = "{excludedClusterScopedResources: [persistentvolumes]}";
  CHECK(Ran(objects + snapshots, spec).run.volumes[0].is_processed);
  CHECK_FALSE(Ran(objects + snapshots, "{excludedClusterScopedResources: [pv], snapshotVolumes: false}")
                  .run.volumes[0]
                  .is_processed);
}

TEST_CASE("a volume of a claim that is missing is an error where policies are asked") {
  const std::string volume =
      "---\napiVersion: v1\nkind: PersistentVolume\nmetadata: {name: pv}\n"
      "spec: {claimRef: {namespace: apps, name: gone}, nfs: {}}\n"
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata: {p: 'version: v1'}\n";
  const auto error = [&](const std::string& spec) {
    return Ran(volume, "{includedClusterScopedResources: [pv]" + spec + "}").run.volumes[0].error;
  };
  CHECK(error(", resourcePolicy: {kind: configmap, name: p}") == Known::yes);
  CHECK(error("") == Known::no);
}

TEST_CASE("a namespace that is named and missing is an error from 1.14.1 on") {
  CHECK(Ran("", "{includedNamespaces: [apps]}").run.has_errors == Known::no);
  CHECK(Ran("", "{includedNamespaces: [gone]}").run.has_errors == Known::yes);
  CHECK(Ran("", "{includedNamespaces: ['gone*']}").run.has_errors == Known::no);
  CHECK(Ran("", "{includedNamespaces: [gone]}", "v1.14.0").run.has_errors == Known::no);
  CHECK(Ran("", "{includedNamespaces: [gone], includeClusterResources: false}").run.has_errors == Known::no);
}

TEST_CASE("which Namespace objects are stored") {
  const std::string other =
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: other, labels: {a: b}}\n"
      "status: {phase: Active}\n";
  const auto stored = [&](const std::string& spec, const std::string& version = "v1.18.1") {
    const Ran ran(other + pod("p", {"v"}, "", "n1", "a: c") +
                      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: out, labels: "
                      "{velero.io/exclude-from-backup: 'true'}}\nstatus: {phase: Active}\n",
                  spec, version);
    std::string names;
    for (const std::string_view name :
         stored_namespaces(ran.plan.schedules.front(), ran.plan.install, ran.world.cluster(), ran.facts, {})) {
      names += fmt::format("{} ", name);
    }
    return names;
  };
  CHECK(stored("{}") == "apps other ");
  CHECK(stored("{labelSelector: {matchLabels: {a: b}}}") == "other ");
  CHECK(stored("{labelSelector: {matchLabels: {a: c}}}") == "apps ");
  CHECK(stored("{includedNamespaces: [apps]}") == "apps ");
  CHECK(stored("{excludedNamespaces: [apps]}") == "other ");
  CHECK(stored("{excludedNamespaces: [apps]}", "v1.17.2") == "apps other ");
  CHECK(stored("{includeClusterResources: false}") == "");
}

TEST_CASE("a claim of which it isn't known whether it fails is taken for one that does not") {
  const World world(install_manifests("v1.18.1", true) + testing::schedule("{defaultVolumesToFsBackup: true}") +
                    testing::Pod{}.text());
  CHECK(make_plan(world.cluster()).volumes.front().verdicts.front().assumed == false);
  testing::Pod two;
  two.volumes = "[{name: v, emptyDir: {}}, {name: w, persistentVolumeClaim: {claimName: data}}]";
  two.annotations = "{backup.velero.io/backup-volumes-excludes: w}";
  const testing::Planned doubtful(install_manifests("v1.18.1", true, ", --features=EnableCSI") +
                                  testing::schedule("{defaultVolumesToFsBackup: true}") + two.text());
  const Verdict& verdict = doubtful.use("v").verdicts.front();
  CHECK(verdict.outcome == Outcome::is_protected);
  CHECK(verdict.assumed);
  CHECK(verdict.evidence.back().message == "the pod's claim data is taken for being backed up without an error");
}

}  // namespace
}  // namespace vlint::velero
