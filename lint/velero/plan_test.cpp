#include "lint/velero/plan.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

TEST_CASE("what becomes of an inline volume of a running pod") {
  struct Row {
    const char* what;
    std::string backup;
    Pod pod;
    Method method;
    Outcome outcome;
    Reason reason;
    const char* place;  // of the first evidence
  };
  const auto pod = [](const std::string& volumes, const std::string& annotations = "{}") {
    Pod made;
    made.volumes = volumes;
    made.annotations = annotations;
    return made;
  };
  const auto changed = [](auto change) {
    Pod made;
    change(made);
    return made;
  };
  const std::string empty_dir = "[{name: v, emptyDir: {}}]";
  for (const Row& row : {
           Row{"default", kFsDefault, Pod{}, Method::fs_backup, Outcome::is_protected, Reason::default_is_fs_backup,
               "true"},
           Row{"memory", kFsDefault, pod("[{name: v, emptyDir: {medium: Memory}}]"), Method::fs_backup,
               Outcome::is_protected, Reason::default_is_fs_backup, "true"},
           Row{"no source", kFsDefault, pod("[{name: v}]"), Method::fs_backup, Outcome::is_protected,
               Reason::default_is_fs_backup, "true"},
           Row{"inline nfs", kFsDefault, pod("[{name: v, nfs: {server: s, path: /}}]"), Method::fs_backup,
               Outcome::is_protected, Reason::default_is_fs_backup, "true"},
           Row{"inline csi", kFsDefault, pod("[{name: v, csi: {driver: d}}]"), Method::fs_backup, Outcome::is_protected,
               Reason::default_is_fs_backup, "true"},
           Row{"opted out", kFsDefault, pod(empty_dir, "{backup.velero.io/backup-volumes-excludes: 'x,v'}"),
               Method::none, Outcome::skipped_on_purpose, Reason::opted_out,
               "backup.velero.io/backup-volumes-excludes"},
           Row{"not trimmed", kFsDefault, pod(empty_dir, "{backup.velero.io/backup-volumes-excludes: 'x, v'}"),
               Method::fs_backup, Outcome::is_protected, Reason::default_is_fs_backup, "true"},
           Row{"opt-in does not count", kFsDefault, pod(empty_dir, "{backup.velero.io/backup-volumes: x}"),
               Method::fs_backup, Outcome::is_protected, Reason::default_is_fs_backup, "true"},
           Row{"opted in", "{}", pod(empty_dir, "{backup.velero.io/backup-volumes: v}"), Method::fs_backup,
               Outcome::is_protected, Reason::opted_in, "backup.velero.io/backup-volumes"},
           Row{"not opted in", "{}", Pod{}, Method::none, Outcome::not_protected, Reason::not_opted_in, ""},
           Row{"set to false", "{defaultVolumesToFsBackup: false}", Pod{}, Method::none, Outcome::not_protected,
               Reason::not_opted_in, "false"},
           Row{"hostPath", kFsDefault, pod("[{name: v, hostPath: {path: /}}]"), Method::none,
               Outcome::skipped_on_purpose, Reason::type_never_copied, "{name: v, hostPath: {path: /}}"},
           Row{"secret", kFsDefault, pod("[{name: v, secret: {secretName: s}}]"), Method::none,
               Outcome::skipped_on_purpose, Reason::type_never_copied, "{name: v, secret: {secretName: s}}"},
           Row{"opted-in configMap", "{}",
               pod("[{name: v, configMap: {name: c}}]", "{backup.velero.io/backup-volumes: v}"), Method::none,
               Outcome::skipped_on_purpose, Reason::type_never_copied, "{name: v, configMap: {name: c}}"},
           Row{"projected", kFsDefault, pod("[{name: v, projected: {sources: []}}]"), Method::none,
               Outcome::skipped_on_purpose, Reason::type_never_copied, "{name: v, projected: {sources: []}}"},
           Row{"token", kFsDefault, pod("[{name: default-token-x, emptyDir: {}}, {name: v}]"), Method::fs_backup,
               Outcome::is_protected, Reason::default_is_fs_backup, "true"},
           Row{"init only", kFsDefault, changed([](Pod& p) {
                 p.containers = "[{name: c}]";
                 p.more = ", initContainers: [{name: i, volumeMounts: [{name: v}]}]";
               }),
               Method::none, Outcome::not_protected, Reason::init_only_mount, "true"},
           Row{"not mounted", kFsDefault, changed([](Pod& p) { p.containers = "[{name: c}]"; }), Method::none,
               Outcome::not_protected, Reason::not_mounted, "true"},
           Row{"namespace", "{defaultVolumesToFsBackup: true, includedNamespaces: [other]}", Pod{}, Method::none,
               Outcome::not_protected, Reason::namespace_not_selected, "[other]"},
           Row{"excluded namespace", "{defaultVolumesToFsBackup: true, excludedNamespaces: [apps]}", Pod{},
               Method::none, Outcome::not_protected, Reason::namespace_not_selected, "apps"},
           Row{"type", "{defaultVolumesToFsBackup: true, excludedResources: [pods]}", Pod{}, Method::none,
               Outcome::not_protected, Reason::resource_not_selected, "[pods]"},
           Row{"label", kFsDefault, changed([](Pod& p) { p.labels = "{velero.io/exclude-from-backup: 'true'}"; }),
               Method::none, Outcome::not_protected, Reason::excluded_by_label, "velero.io/exclude-from-backup"},
           Row{"selector", "{defaultVolumesToFsBackup: true, labelSelector: {matchLabels: {app: db}}}", Pod{},
               Method::none, Outcome::not_protected, Reason::selector_misses, "{matchLabels: {app: db}}"},
           Row{"or-selectors",
               "{defaultVolumesToFsBackup: true, orLabelSelectors: [{matchLabels: {app: db}}, "
               "{matchLabels: {app: web}}]}",
               Pod{}, Method::fs_backup, Outcome::is_protected, Reason::default_is_fs_backup, "true"},
           Row{"empty selector", "{defaultVolumesToFsBackup: true, labelSelector: {}}", Pod{}, Method::none,
               Outcome::not_protected, Reason::selector_misses, "{}"},
           Row{"no pods", kFsDefault, changed([](Pod& p) { p.spec = ", replicas: 0"; }), Method::none,
               Outcome::not_protected, Reason::no_pods, "0"},
       }) {
    CAPTURE(row.what);
    const Planned planned(installed() + schedule(row.backup) + row.pod.text());
    const Verdict& verdict = planned.use("v").verdicts.front();
    CHECK(verdict.method == row.method);
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
    CHECK(planned.place(verdict) == row.place);
    CHECK_FALSE(verdict.assumed);
    CHECK(planned.use("v").is_protected == known(row.outcome == Outcome::is_protected));
    const bool is_out = row.reason == Reason::namespace_not_selected || row.reason == Reason::resource_not_selected ||
                        row.reason == Reason::excluded_by_label || row.reason == Reason::selector_misses;
    CHECK(verdict.selected == known(!is_out));
  }
}

TEST_CASE("a volume called like a service account's token is never copied") {
  Pod pod;
  pod.volumes = "[{name: default-token-x, emptyDir: {}}]";
  pod.containers = "[{name: c, volumeMounts: [{name: default-token-x}]}]";
  const Planned planned(installed() + schedule(kFsDefault) + pod.text());
  CHECK(planned.use("default-token-x").verdicts.front().reason == Reason::default_token_name);
  CHECK(planned.use("default-token-x").verdicts.front().outcome == Outcome::not_protected);
}

TEST_CASE("an opt-in by name was not asked for its type up to 1.13") {
  Pod pod;
  pod.volumes = "[{name: v, secret: {secretName: s}}]";
  pod.annotations = "{backup.velero.io/backup-volumes: v}";
  CHECK(Planned(installed("v1.13.2") + schedule("{}") + pod.text()).use("v").verdicts.front().outcome ==
        Outcome::is_protected);
  CHECK(Planned(installed("v1.14.0") + schedule("{}") + pod.text()).use("v").verdicts.front().reason ==
        Reason::type_never_copied);
}

TEST_CASE("the server's flag decides where the Schedule says nothing") {
  const Planned planned(install_manifests("v1.18.1", true, ", --default-volumes-to-fs-backup") + schedule("{}") +
                        Pod{}.text());
  const Verdict& verdict = planned.use("v").verdicts.front();
  CHECK(verdict.reason == Reason::default_is_fs_backup);
  CHECK(planned.place(verdict) == "--default-volumes-to-fs-backup");
}

TEST_CASE("without the server the default is unknown, but what the pod says either way is not") {
  const auto verdict_of = [](const std::string& annotations, const std::string& backup = "{}") {
    Pod pod;
    pod.annotations = annotations;
    const Planned planned(schedule(backup) + pod.text());
    const Verdict& verdict = planned.use("v").verdicts.front();
    return std::pair(verdict.outcome, verdict.reason);
  };
  using Answer = std::pair<Outcome, Reason>;
  CHECK(verdict_of("{}") == Answer(Outcome::unknown, Reason::unknown_value));
  CHECK(verdict_of("{backup.velero.io/backup-volumes: v}") == Answer(Outcome::is_protected, Reason::opted_in));
  CHECK(verdict_of("{backup.velero.io/backup-volumes-excludes: v}") ==
        Answer(Outcome::skipped_on_purpose, Reason::opted_out));
  CHECK(verdict_of("{backup.velero.io/backup-volumes: v, backup.velero.io/backup-volumes-excludes: v}") ==
        Answer(Outcome::unknown, Reason::unknown_value));
  CHECK(verdict_of("{backup.velero.io/backup-volumes-excludes: '${X}'}", kFsDefault) ==
        Answer(Outcome::unknown, Reason::unknown_value));
  CHECK(verdict_of("{}", kFsDefault) == Answer(Outcome::is_protected, Reason::default_is_fs_backup));
}

TEST_CASE("an unmounted volume is copied by no default") {
  Pod pod;
  pod.containers = "[{name: c}]";
  const Planned planned(schedule("{}") + pod.text());
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::not_protected);
  CHECK(planned.use("v").verdicts.front().reason == Reason::not_mounted);
}

TEST_CASE("a workload without a namespace is selected only by a Schedule of every namespace") {
  Pod pod;
  pod.name_space = "";
  const Planned all(installed() + schedule(kFsDefault) + pod.text());
  CHECK(all.use("v").verdicts.front().outcome == Outcome::is_protected);
  for (const char* lists : {"includedNamespaces: [apps]", "excludedNamespaces: [apps]"}) {
    CAPTURE(lists);
    const Planned some(installed() + schedule(fmt::format("{{defaultVolumesToFsBackup: true, {}}}", lists)) +
                       pod.text());
    const Verdict& verdict = some.use("v").verdicts.front();
    CHECK(verdict.selected == Known::unknown);
    CHECK(verdict.outcome == Outcome::unknown);
    CHECK(verdict.reason == Reason::unknown_namespace);
    CHECK(some.use("v").is_protected == Known::unknown);
  }
}

TEST_CASE("a Schedule that never runs protects nothing, one that fails validation fails") {
  const std::string paused =
      "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: s, namespace: velero}\n"
      "spec: {schedule: '0 2 * * *', paused: true, template: {defaultVolumesToFsBackup: true}}\n";
  const Planned never(installed() + paused + Pod{}.text());
  CHECK(never.use("v").verdicts.front().reason == Reason::schedule_never_runs);
  CHECK(never.use("v").verdicts.front().outcome == Outcome::not_protected);
  CHECK(never.use("v").verdicts.front().selected == Known::no);
  const Planned fails(installed() + schedule("{defaultVolumesToFsBackup: true, excludedNamespaces: ['*']}") +
                      Pod{}.text());
  CHECK(fails.use("v").verdicts.front().reason == Reason::backup_fails_validation);
  CHECK(fails.use("v").verdicts.front().outcome == Outcome::fails);
}

TEST_CASE("a Schedule that may not run leaves its verdicts open, an assumed one marks them") {
  const auto with = [](const std::string& spec) {
    return "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: s, namespace: velero}\nspec: {" + spec +
           ", template: {defaultVolumesToFsBackup: true}}\n";
  };
  const Planned open(installed() + with("schedule: '@daily', paused: '${P}'") + Pod{}.text());
  CHECK(open.use("v").verdicts.front().outcome == Outcome::unknown);
  CHECK(open.use("v").verdicts.front().selected == Known::unknown);
  const Planned assumed(installed() + with("schedule: '${CRON}'") + Pod{}.text());
  CHECK(assumed.use("v").verdicts.front().outcome == Outcome::is_protected);
  CHECK(assumed.use("v").verdicts.front().assumed);
  CHECK(assumed.use("v").verdicts.front().evidence.back().message == "its schedule is templated and taken for valid");
}

TEST_CASE("verdicts of several Schedules are combined") {
  const Planned planned(installed() + schedule("{defaultVolumesToFsBackup: true, includedNamespaces: [other]}", "a") +
                        schedule(kFsDefault, "b") + Pod{}.text());
  const VolumeUse& use = planned.use("v");
  REQUIRE(use.verdicts.size() == 2);
  CHECK(use.verdicts[0].schedule == 0);
  CHECK(use.verdicts[0].outcome == Outcome::not_protected);
  CHECK(use.verdicts[1].schedule == 1);
  CHECK(use.verdicts[1].outcome == Outcome::is_protected);
  CHECK(use.is_protected == Known::yes);
}

TEST_CASE("nothing protects without a Schedule, if everything was seen") {
  CHECK(Planned(Pod{}.text()).use("v").is_protected == Known::no);
  CHECK(Planned(Pod{}.text(), false).use("v").is_protected == Known::unknown);
}

TEST_CASE("a one-off Backup has verdicts and protects nothing of what comes") {
  const Planned planned(installed() +
                        "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b, namespace: velero}\n"
                        "spec: {defaultVolumesToFsBackup: true}\n" +
                        Pod{}.text());
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::is_protected);
  CHECK(planned.use("v").is_protected == Known::no);
}

TEST_CASE("a pod that is excluded is not pulled in") {
  Pod pod;
  pod.volumes = kClaimVolume;
  pod.labels = "{velero.io/exclude-from-backup: 'true'}";
  const Planned planned(installed() +
                        schedule("{defaultVolumesToFsBackup: true, labelSelector: {matchLabels: {a: b}}}") +
                        pod.text() + claim("data", "", "{a: b}") + kClass);
  CHECK(planned.use("v").verdicts.front().selected == Known::no);
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::not_protected);
}

TEST_CASE("labels that are not known leave the selection open") {
  Pod pod;
  pod.labels = "{app: '${APP}'}";
  const Planned planned(installed() +
                        schedule("{defaultVolumesToFsBackup: true, labelSelector: {matchLabels: {app: web}}}") +
                        pod.text());
  CHECK(planned.use("v").verdicts.front().selected == Known::unknown);
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::unknown);
}

TEST_CASE("what another object of the cluster makes is no workload of its own") {
  const std::string made = R"(---
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web-1, namespace: apps, ownerReferences: [{apiVersion: apps/v1, kind: Deployment, name: web}]}
spec: {template: {spec: {volumes: [{name: v}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web-1-x, namespace: apps, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-1}]}
spec: {volumes: [{name: v}]}
---
apiVersion: v1
kind: Pod
metadata: {name: lone, namespace: apps, ownerReferences: [{apiVersion: example.com/v1, kind: Thing, name: x}]}
spec: {volumes: [{name: v}]}
)";
  const Planned planned(Pod{}.text() + made);
  REQUIRE(planned.plan.workloads.size() == 2);
  CHECK(planned.plan.workloads[0].resource->kind == "Deployment");
  CHECK(planned.plan.workloads[1].resource->name == "lone");
}

TEST_CASE("a pod whose volumes are not fully known says so") {
  const auto known = [](const std::string& volumes) {
    Pod pod;
    pod.volumes = volumes;
    return Planned(pod.text()).plan.workloads.front().spec_is_known;
  };
  CHECK(known("[{name: v, emptyDir: {}}]"));
  CHECK(known("null"));
  CHECK_FALSE(known("'${VOLUMES}'"));
  CHECK_FALSE(known("[{name: '${NAME}', emptyDir: {}}]"));
  CHECK_FALSE(known("[{name: v}, '${MORE}']"));
}

TEST_CASE("the version can be given, and decides") {
  Pod pod;
  pod.kind = "Pod";
  const std::string manifests =
      installed() + schedule("{defaultVolumesToFsBackup: true, includedNamespaces: ['app*']}") + pod.text();
  CHECK(Planned(manifests).use("v").verdicts.front().outcome == Outcome::is_protected);
  const Planned old(manifests, true, {Version{1, 17, std::nullopt}});
  CHECK(old.use("v").verdicts.front().reason == Reason::namespace_not_selected);
}

TEST_CASE("every reason has a sentence") {
  for (int i = 0; i <= static_cast<int>(Reason::unknown_namespace); ++i) {
    CAPTURE(i);
    CHECK_FALSE(explain(static_cast<Reason>(i)).empty());
  }
}

}  // namespace
}  // namespace vlint::velero
