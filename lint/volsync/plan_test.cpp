#include "lint/volsync/plan.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/world.h"

namespace vlint::volsync {
namespace {

using velero::Outcome;

struct Planned {
  explicit Planned(const std::string& manifests, bool is_complete = true)
      : world(manifests, is_complete),
        velero(velero::make_plan(world.cluster())),
        plan(make_plan(world.cluster(), velero)) {}
  const Source& source(std::size_t i = 0) const { return plan.sources.at(i); }
  std::string_view last_place() const {
    const velero::EvidenceList& evidence = source().verdict.evidence;
    return evidence.empty() ? std::string_view{} : world.text(evidence.back().where);
  }
  velero::World world;
  velero::Plan velero;
  Plan plan;
};

std::string claim(const std::string& more = "accessModes: [ReadWriteOnce], storageClassName: ceph",
                  const std::string& metadata = "") {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data, namespace: apps{}}}\nspec: {{{}}}\n",
      metadata, more);
}
std::string storage_class(const std::string& name = "ceph", const std::string& driver = "rbd.csi.ceph.com") {
  return fmt::format(
      "---\napiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {{name: {}}}\nprovisioner: {}\n", name,
      driver);
}
std::string snapshot_class(const std::string& name, const std::string& driver = "rbd.csi.ceph.com",
                           bool is_default = false) {
  return fmt::format(
      "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {{name: {}, annotations: "
      "{{{}}}}}\ndriver: {}\n",
      name, is_default ? "snapshot.storage.kubernetes.io/is-default-class: 'true'" : "", driver);
}
std::string secret(const std::string& keys = "RESTIC_REPOSITORY: 's3:h/b/data', RESTIC_PASSWORD: x",
                   const std::string& name = "repo") {
  return fmt::format("---\napiVersion: v1\nkind: Secret\nmetadata: {{name: {}, namespace: apps}}\nstringData: {{{}}}\n",
                     name, keys);
}
std::string source(const std::string& restic = "copyMethod: Snapshot, volumeSnapshotClassName: ceph",
                   const std::string& spec = "trigger: {schedule: '0 3 * * *'}", const std::string& name = "data",
                   const std::string& repository = "repo") {
  return fmt::format(
      "---\napiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {{name: {}, namespace: apps}}\n"
      "spec: {{sourcePVC: data, {}, restic: {{repository: {}, {}}}}}\n",
      name, spec, repository, restic);
}
std::string other_source(const std::string& spec) {
  return fmt::format(
      "---\napiVersion: volsync.backube/v1alpha1\nkind: ReplicationSource\nmetadata: {{name: data, namespace: apps}}\n"
      "spec: {}\n",
      spec);
}
const std::string kStorage = storage_class() + snapshot_class("ceph");

TEST_CASE("whether a source protects its claim is decided by the first step that fails") {
  struct Row {
    const char* what;
    std::string manifests;
    Outcome outcome;
    Reason reason;
    const char* place;  // what the last fact points to
    bool assumed = false;
  };
  const std::string plenty = claim() + kStorage + secret();
  const std::string schedule = "trigger: {schedule: '0 3 * * *'}";
  const std::string direct = "copyMethod: Direct";
  const std::string pod =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: apps}\nspec: {template: {spec: "
      "{containers: [{name: c, volumeMounts: [{name: v, mountPath: /v}]}], volumes: [{name: v, "
      "persistentVolumeClaim: {claimName: data}}]}}}\n";
  for (const Row& row : {
           Row{"snapshot", source() + plenty, Outcome::is_protected, Reason::backed_up, "'0 3 * * *'"},
           Row{"direct", source(direct) + claim() + secret(), Outcome::is_protected, Reason::backed_up, "'0 3 * * *'"},
           Row{"continuous", source(direct, "trigger: {}") + plenty, Outcome::is_protected, Reason::backed_up, ""},
           Row{"never", source(direct, "trigger: {schedule: '0 2 31 2 *'}") + plenty, Outcome::is_protected,
               Reason::backed_up, "'0 2 31 2 *'"},
           Row{"pattern", source(direct, "trigger: {schedule: '0 3 * * MON'}") + plenty, Outcome::fails,
               Reason::schedule_refused, "'0 3 * * MON'"},
           Row{"parser", source(direct, "trigger: {schedule: '0 24 * * *'}") + plenty, Outcome::fails,
               Reason::schedule_unreadable, "'0 24 * * *'"},
           Row{"manual", source(direct, "trigger: {manual: once}") + plenty, Outcome::not_protected,
               Reason::manual_once, "once", true},
           Row{"paused", source(direct, "paused: true") + plenty, Outcome::not_protected, Reason::paused, "true"},
           Row{"no method", other_source("{sourcePVC: data}") + plenty, Outcome::fails, Reason::no_mover, "data"},
           Row{"two methods", other_source("{sourcePVC: data, restic: {}, rclone: {}}") + plenty, Outcome::fails,
               Reason::several_movers, "rclone"},
           Row{"external", other_source("{sourcePVC: data, external: {provider: x/y}}") + plenty, Outcome::unknown,
               Reason::external_provider, "external"},
           Row{"syncthing", other_source("{sourcePVC: data, syncthing: {}}") + plenty, Outcome::is_protected,
               Reason::copied, ""},
           Row{"rclone without a section",
               other_source("{sourcePVC: data, rclone: {rcloneConfig: repo, copyMethod: Direct}}") + plenty,
               Outcome::fails, Reason::rclone_incomplete, "rclone"},
           Row{"rclone",
               other_source("{sourcePVC: data, rclone: {rcloneConfig: repo, rcloneConfigSection: s, rcloneDestPath: p, "
                            "copyMethod: Direct}}") +
                   claim() + secret("rclone.conf: x"),
               Outcome::is_protected, Reason::copied, ""},
           Row{"kopia",
               other_source("{sourcePVC: data, kopia: {repository: repo, copyMethod: Direct}}") + claim() +
                   secret("KOPIA_PASSWORD: x"),
               Outcome::is_protected, Reason::backed_up, "", true},
           Row{"no claim", source(direct) + secret(), Outcome::fails, Reason::claim_missing, "data"},
           Row{"no claim named", other_source("{restic: {repository: repo}}"), Outcome::fails, Reason::claim_not_named,
               "data"},
           Row{"claim of a pod", source(direct) + secret() + pod, Outcome::is_protected, Reason::backed_up,
               "'0 3 * * *'", true},
           Row{"claim of an operator",
               source(direct) + secret() +
                   "---\napiVersion: db.example.com/v1\nkind: Base\nmetadata: {name: data, namespace: apps}\n",
               Outcome::unknown, Reason::unseen_object, "'0 3 * * *'"},
           Row{"no copyMethod", source("cacheCapacity: 1Gi") + plenty, Outcome::fails, Reason::copy_method_missing,
               "restic"},
           Row{"copyMethod in lower case", source("copyMethod: snapshot") + plenty, Outcome::fails,
               Reason::copy_method_refused, "snapshot"},
           Row{"retain of a wrong type", source("copyMethod: Direct, retain: {last: 3}") + plenty, Outcome::fails,
               Reason::retain_refused, "3"},
           Row{"held by a pod", source(direct) + claim("accessModes: [ReadWriteOncePod]") + secret() + pod,
               Outcome::fails, Reason::claim_held_by_pod, "ReadWriteOncePod"},
           Row{"free for the mover", source(direct) + claim("accessModes: [ReadWriteOncePod]") + secret(),
               Outcome::is_protected, Reason::backed_up, "'0 3 * * *'"},
           Row{"local disk",
               source() + claim() + storage_class("ceph", "rancher.io/local-path") + snapshot_class("ceph") + secret(),
               Outcome::fails, Reason::driver_without_snapshots, "ceph"},
           Row{"class missing", source() + claim() + storage_class() + secret(), Outcome::fails,
               Reason::snapshot_class_missing, "ceph"},
           Row{"class of another driver",
               source() + claim() + storage_class() + snapshot_class("ceph", "other.csi.io") + secret(), Outcome::fails,
               Reason::snapshot_class_of_other_driver, "ceph"},
           Row{"no default", source("copyMethod: Snapshot") + plenty, Outcome::fails, Reason::no_default_snapshot_class,
               "Snapshot"},
           Row{"one default", source("copyMethod: Snapshot") + plenty + snapshot_class("def", "rbd.csi.ceph.com", true),
               Outcome::is_protected, Reason::backed_up, "'0 3 * * *'"},
           Row{"two defaults",
               source("copyMethod: Snapshot") + plenty + snapshot_class("a", "rbd.csi.ceph.com", true) +
                   snapshot_class("b", "rbd.csi.ceph.com", true),
               Outcome::fails, Reason::several_default_snapshot_classes, "b"},
           Row{"driver not known", source("copyMethod: Snapshot") + claim() + secret(), Outcome::is_protected,
               Reason::backed_up, "'0 3 * * *'", true},
           Row{"clone", source("copyMethod: Clone") + plenty, Outcome::is_protected, Reason::backed_up, "'0 3 * * *'"},
           Row{"clone to another driver",
               source("copyMethod: Clone, storageClassName: nfs") + plenty + storage_class("nfs", "nfs.csi.k8s.io"),
               Outcome::fails, Reason::clone_of_other_driver, "nfs"},
           Row{"copy trigger",
               source() + claim("storageClassName: ceph", ", annotations: {volsync.backube/use-copy-trigger: 'x'}") +
                   kStorage + secret(),
               Outcome::unknown, Reason::waits_for_copy_trigger, "'0 3 * * *'"},
           Row{"cache class", source("copyMethod: Direct, cacheStorageClassName: gone") + plenty, Outcome::fails,
               Reason::cache_class_missing, "gone"},
           Row{"ServiceAccount", source("copyMethod: Direct, moverServiceAccount: gone") + plenty, Outcome::fails,
               Reason::service_account_missing, "gone"},
           Row{"default ServiceAccount", source("copyMethod: Direct, moverServiceAccount: default") + plenty,
               Outcome::is_protected, Reason::backed_up, "'0 3 * * *'"},
           Row{"no Secret named", source(direct, schedule, "data", "''") + plenty, Outcome::fails,
               Reason::secret_not_named, "''"},
           Row{"no Secret", source(direct) + claim(), Outcome::fails, Reason::secret_missing, "repo"},
           Row{"no key", source(direct) + claim() + secret("RESTIC_PASSWORD: x"), Outcome::fails, Reason::key_missing,
               "repo"},
           Row{"empty key", source(direct) + claim() + secret("RESTIC_REPOSITORY: '', RESTIC_PASSWORD: x"),
               Outcome::fails, Reason::key_empty, "''"},
           Row{"no location", source(direct) + claim() + secret("RESTIC_REPOSITORY: 'https://h/b', RESTIC_PASSWORD: x"),
               Outcome::fails, Reason::location_refused, "'https://h/b'"},
           Row{"templated claim",
               other_source("{sourcePVC: '${APP}', restic: {repository: repo, copyMethod: Direct}}") + secret(),
               Outcome::unknown, Reason::unknown_value, ""},
           Row{"a doubt, and later a failure",
               other_source("{sourcePVC: '${APP}', restic: {repository: repo, copyMethod: Direct}}"), Outcome::fails,
               Reason::secret_missing, "repo"},
       }) {
    CAPTURE(row.what);
    const Planned planned(row.manifests);
    REQUIRE(planned.plan.sources.size() == 1);
    const Verdict& verdict = planned.source().verdict;
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
    CHECK(planned.last_place() == row.place);
    CHECK(verdict.assumed == row.assumed);
    CHECK_FALSE(explain(verdict.reason).empty());
  }
}

TEST_CASE("where not everything is seen, absence proves nothing") {
  struct Row {
    const char* what;
    std::string manifests;
    Outcome outcome;
    Known protects;
  };
  for (const Row& row : {
           Row{"claim", source("copyMethod: Direct") + secret(), Outcome::unknown, Known::unknown},
           Row{"Secret", source("copyMethod: Direct") + claim(), Outcome::unknown, Known::unknown},
           Row{"class", source() + claim() + secret(), Outcome::is_protected, Known::yes},
           Row{"two methods", other_source("{sourcePVC: data, restic: {}, rclone: {}}"), Outcome::fails, Known::no},
       }) {
    CAPTURE(row.what);
    const Planned incomplete(row.manifests, false);
    CHECK(incomplete.source().verdict.outcome == row.outcome);
    CHECK(protects(incomplete.source().verdict) == row.protects);
    const Planned charts(row.manifests +
                         "---\napiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: x}\n");
    CHECK(charts.source().verdict.outcome == row.outcome);
  }
}

TEST_CASE("a Secret that nearly reaches the namespace is told with both places") {
  const Planned planned(source("copyMethod: Direct") + claim() +
                        "---\napiVersion: external-secrets.io/v1\nkind: ClusterExternalSecret\nmetadata: {name: repo}\n"
                        "spec: {namespaceSelectors: [{matchLabels: {volsync: 'on'}}], externalSecretSpec: {data: []}}\n"
                        "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: {volsync: 'off'}}\n");
  const Verdict& verdict = planned.source().verdict;
  CHECK(verdict.reason == Reason::secret_missing);
  std::vector<std::string_view> places;
  for (const velero::Evidence& fact : verdict.evidence) places.push_back(planned.world.text(fact.where));
  CHECK(std::count(places.begin(), places.end(), "{matchLabels: {volsync: 'on'}}") == 1);
  CHECK(std::count(places.begin(), places.end(), "apps") == 1);
}

TEST_CASE("sources with one location are found, whatever their Secrets are called") {
  const std::string second = source("copyMethod: Direct", "paused: false", "logs", "repo2");
  const Planned same(source() + second + claim() + secret() +
                     secret("RESTIC_REPOSITORY: 's3:h/b/data/', RESTIC_PASSWORD: y", "repo2"));
  CHECK(same.plan.shared_locations == std::vector<std::vector<std::uint32_t>>{{0, 1}});
  const Planned other(source() + second + claim() + secret() +
                      secret("RESTIC_REPOSITORY: 's3:h/b/logs', RESTIC_PASSWORD: y", "repo2"));
  CHECK(other.plan.shared_locations.empty());
  // One Secret for both.
  const Planned shared(source() + source("copyMethod: Direct", "paused: false", "logs") + claim() + secret());
  CHECK(shared.plan.shared_locations.size() == 1);
}

TEST_CASE("claims know their sources, also claims that only sources name") {
  const Planned planned(source() + source("copyMethod: Direct", "paused: true", "again") + claim() + kStorage +
                        secret());
  REQUIRE(planned.plan.claims.size() == 1);
  CHECK(planned.plan.claims[0].velero == 0);
  CHECK(planned.plan.claims[0].sources == std::vector<std::uint32_t>{0, 1});
  CHECK(planned.plan.claims[0].is_protected == Known::yes);
  const Planned unseen(source("copyMethod: Direct") + secret(), false);
  REQUIRE(unseen.plan.claims.size() == 1);
  CHECK(unseen.plan.claims[0].velero == kNoIndex);
  CHECK(unseen.plan.claims[0].is_protected == Known::unknown);
  CHECK(Planned(claim()).plan.claims.front().is_protected == Known::no);
}

TEST_CASE("who takes what a destination restores") {
  const auto destination = [](const std::string& restic) {
    return fmt::format(
        "---\napiVersion: volsync.backube/v1alpha1\nkind: ReplicationDestination\nmetadata: {{name: back, namespace: "
        "apps}}\nspec: {{trigger: {{manual: once}}, restic: {{repository: repo, {}}}}}\n",
        restic);
  };
  const std::string reference = "dataSourceRef: {apiGroup: volsync.backube, kind: ReplicationDestination, name: back}";
  const std::string pod =
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: apps}\nspec: {containers: [{name: c}], "
      "volumes: "
      "[{name: v, persistentVolumeClaim: {claimName: volsync-back-dest}}]}\n";
  const std::string set =
      "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: db, namespace: apps}\nspec: {template: {spec: "
      "{containers: [{name: c}]}}, volumeClaimTemplates: [{metadata: {name: d}, spec: {" +
      reference + "}}]}\n";
  struct Row {
    const char* what;
    std::string manifests;
    std::vector<Consumer::Way> ways;
  };
  for (const Row& row : {
           Row{"nobody", destination("copyMethod: Direct") + claim(), {}},
           Row{"populator", destination("copyMethod: Snapshot") + claim(reference), {Consumer::Way::data_source}},
           Row{"template", destination("copyMethod: Snapshot") + set, {Consumer::Way::claim_template}},
           Row{"claim",
               destination("copyMethod: Direct, destinationPVC: data") + claim(),
               {Consumer::Way::destination_claim}},
           Row{"claim that is not there", destination("copyMethod: Direct, destinationPVC: gone") + claim(), {}},
           Row{"mount", destination("copyMethod: Direct") + pod, {Consumer::Way::mount}},
       }) {
    CAPTURE(row.what);
    const Planned planned(row.manifests);
    REQUIRE(planned.plan.destinations.size() == 1);
    std::vector<Consumer::Way> ways;
    for (const Consumer& consumer : planned.plan.destinations[0].consumers) ways.push_back(consumer.way);
    CHECK(ways == row.ways);
  }
}

TEST_CASE("the mover's rights are an annotation of the namespace, not a label") {
  struct Row {
    const char* metadata;
    Known is_privileged;
  };
  for (const Row& row : {Row{"annotations: {volsync.backube/privileged-movers: 'TRUE'}", Known::yes},
                         Row{"annotations: {volsync.backube/privileged-movers: 'yes'}", Known::no},
                         Row{"labels: {volsync.backube/privileged-movers: 'true'}", Known::no},
                         Row{"annotations: {volsync.backube/privileged-movers: '${P}'}", Known::unknown}}) {
    CAPTURE(row.metadata);
    const Planned planned(
        source() + fmt::format("---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: apps, {}}}\n", row.metadata));
    CHECK(planned.source().is_privileged == row.is_privileged);
  }
  CHECK(Planned(source()).source().is_privileged == Known::unknown);
}

TEST_CASE("other tools protect claims too") {
  const auto named = [](const std::string& name, const std::string& labels = "{}") {
    return fmt::format(
        "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: {}, namespace: apps, labels: {}, "
        "annotations: {{k8up.io/backup: 'true'}}}}\nspec: {{storageClassName: longhorn}}\n",
        name, labels);
  };
  const std::string longhorn = storage_class("longhorn", "driver.longhorn.io");
  const auto job = [](const std::string& spec) {
    return fmt::format(
        "---\napiVersion: longhorn.io/v1beta2\nkind: RecurringJob\nmetadata: {{name: nightly, namespace: "
        "longhorn-system}}\nspec: {}\n",
        spec);
  };
  const auto cluster = [](const std::string& spec) {
    return fmt::format(
        "---\napiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {{name: pg, namespace: apps}}\nspec: {}\n",
        spec);
  };
  const std::string scheduled =
      "---\napiVersion: postgresql.cnpg.io/v1\nkind: ScheduledBackup\nmetadata: {name: pg, namespace: apps}\nspec: "
      "{schedule: '0 0 3 * * *', cluster: {name: pg}}\n";
  const std::string store = "{backup: {barmanObjectStore: {destinationPath: s3://b}}}";
  const std::string source_label = "{recurring-job.longhorn.io/source: enabled, ";
  struct Row {
    const char* what;
    std::string manifests;
    Known is_protected;
    std::size_t others;
  };
  for (const Row& row : {
           Row{"cnpg", named("pg-1") + cluster(store) + scheduled, Known::yes, 1},
           Row{"cnpg, log volume", named("pg-1-wal") + cluster(store) + scheduled, Known::yes, 1},
           Row{"cnpg, plugin",
               named("pg-1") + cluster("{plugins: [{name: barman-cloud.cloudnative-pg.io}]}") + scheduled, Known::yes,
               1},
           Row{"cnpg, logs alone", named("pg-1") + cluster(store), Known::unknown, 1},
           Row{"cnpg, no backup", named("pg-1") + cluster("{}") + scheduled, Known::no, 0},
           Row{"cnpg, another claim", named("pg-data") + cluster(store) + scheduled, Known::no, 0},
           Row{"longhorn, default group", named("data") + longhorn + job("{task: backup, groups: [default]}"),
               Known::yes, 1},
           Row{"longhorn, snapshots", named("data") + longhorn + job("{task: snapshot, groups: [default]}"), Known::no,
               0},
           Row{"longhorn, by job",
               named("data", source_label + "recurring-job.longhorn.io/nightly: enabled}") + longhorn +
                   job("{task: backup}"),
               Known::yes, 1},
           Row{"longhorn, by another group",
               named("data", source_label + "recurring-job-group.longhorn.io/weekly: enabled}") + longhorn +
                   job("{task: backup, groups: [default]}"),
               Known::no, 0},
           Row{"longhorn, by class",
               named("data") + longhorn + "parameters: {recurringJobSelector: '[{\"name\":\"nightly\"}]'}\n" +
                   job("{task: backup}"),
               Known::yes, 1},
           Row{"longhorn, another job by class",
               named("data") + longhorn + "parameters: {recurringJobSelector: '[{\"name\":\"weekly\"}]'}\n" +
                   job("{task: backup, groups: [default]}"),
               Known::no, 0},
           Row{"another driver", named("data") + storage_class("longhorn") + job("{task: backup, groups: [default]}"),
               Known::no, 0},
           Row{"k8up",
               named("data") +
                   "---\napiVersion: k8up.io/v1\nkind: Schedule\nmetadata: {name: s, namespace: apps}\nspec: {backup: "
                   "{schedule: '@daily'}}\n",
               Known::yes, 1},
           Row{"named by another tool",
               named("data") +
                   "---\napiVersion: stash.appscode.com/v1beta1\nkind: BackupConfiguration\nmetadata: {name: s, "
                   "namespace: apps}\nspec: {target: {ref: {kind: PersistentVolumeClaim, name: data}}}\n",
               Known::unknown, 1},
       }) {
    CAPTURE(row.what);
    const Planned planned(row.manifests);
    REQUIRE(planned.plan.claims.size() == 1);
    CHECK(planned.plan.claims[0].is_protected == row.is_protected);
    CHECK(planned.plan.claims[0].others.size() == row.others);
  }
}

}  // namespace
}  // namespace vlint::volsync
