#include "lint/velero/schedule.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

std::string schedule(const std::string& spec, const std::string& metadata = "{name: daily, namespace: velero}") {
  return fmt::format("---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {}\nspec: {}\n", metadata, spec);
}
std::string with_template(const std::string& backup) { return "{schedule: '0 2 * * *', template: " + backup + "}"; }

struct Read {
  explicit Read(const std::string& manifests, const std::string& version = "v1.18.1", const std::string& flags = {})
      : world(install_manifests(version, true, flags) + manifests),
        schedules(read_schedules(world.cluster(), find_install(world.cluster(), {}))) {}
  const Schedule& first() const { return schedules.front(); }
  std::string why() const { return first().runs_evidence.empty() ? "" : first().runs_evidence.front().message; }
  World world;
  std::vector<Schedule> schedules;
};

TEST_CASE("a Schedule is read with its names, cron and time-to-live") {
  const Read read(schedule("{schedule: '0 2 * * *', template: {ttl: 72h}}"));
  CHECK(read.first().name == "velero/daily");
  REQUIRE(read.first().cron.has_value());
  CHECK(read.first().cron->ok());
  CHECK(kube::to_string(*read.first().ttl) == "72h0m0s");
  CHECK_FALSE(read.first().one_off);
  CHECK(read.first().runs == Known::yes);
  CHECK(read.first().is_valid == Known::yes);
}

TEST_CASE("Schedules and Backups come in the order of their sources") {
  const Read read(schedule("{schedule: '@daily', template: {}}", "{name: z, namespace: velero}") +
                  "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: once, namespace: velero}\nspec: {}\n" +
                  schedule("{schedule: '@daily', template: {}}", "{name: a, namespace: velero}"));
  REQUIRE(read.schedules.size() == 3);
  CHECK(read.schedules[0].name == "velero/z");
  CHECK(read.schedules[1].name == "velero/once");
  CHECK(read.schedules[1].one_off);
  CHECK_FALSE(read.schedules[1].cron.has_value());
  CHECK(read.schedules[2].name == "velero/a");
}

TEST_CASE("a Schedule without a namespace has Velero's") {
  CHECK(Read(schedule(with_template("{}"), "{name: daily}")).first().name == "velero/daily");
  const World world(schedule(with_template("{}"), "{name: daily}"));
  const std::vector<Schedule> schedules = read_schedules(world.cluster(), find_install(world.cluster(), {}));
  CHECK(schedules.front().name == "daily");
}

TEST_CASE("the time-to-live is the Schedule's unless it is zero, else the server's") {
  const auto ttl = [](const std::string& backup, const std::string& flags = {}) {
    const Read read(schedule(with_template(backup)), "v1.18.1", flags);
    return read.first().ttl ? kube::to_string(*read.first().ttl) : "unknown";
  };
  CHECK(ttl("{}") == "720h0m0s");
  CHECK(ttl("{}", ", --default-backup-ttl=24h") == "24h0m0s");
  CHECK(ttl("{ttl: 0s}", ", --default-backup-ttl=24h") == "24h0m0s");
  CHECK(ttl("{ttl: '${TTL}'}") == "unknown");
  CHECK(ttl("{ttl: 30d}") == "unknown");
}

TEST_CASE("file system backup by default is the Schedule's, else the server's, else off") {
  struct Row {
    const char* backup;
    const char* flags;
    const char* version;
    Known value;
    SettingFrom from;
    const char* text;
  };
  for (const Row& row : {
           Row{"{defaultVolumesToFsBackup: true}", "", "v1.18.1", Known::yes, SettingFrom::schedule, "true"},
           Row{"{defaultVolumesToFsBackup: yes}", "", "v1.18.1", Known::yes, SettingFrom::schedule, "yes"},
           Row{"{defaultVolumesToFsBackup: false}", ", --default-volumes-to-fs-backup", "v1.18.1", Known::no,
               SettingFrom::schedule, "false"},
           Row{"{}", ", --default-volumes-to-fs-backup", "v1.18.1", Known::yes, SettingFrom::server,
               "--default-volumes-to-fs-backup"},
           Row{"{}", "", "v1.18.1", Known::no, SettingFrom::velero, ""},
           Row{"{defaultVolumesToFsBackup: null}", "", "v1.18.1", Known::no, SettingFrom::velero, ""},
           // The old name counts only when it is true.
           Row{"{defaultVolumesToRestic: true, defaultVolumesToFsBackup: false}", "", "v1.18.1", Known::yes,
               SettingFrom::schedule, "true"},
           Row{"{defaultVolumesToRestic: false}", ", --default-volumes-to-fs-backup", "v1.18.1", Known::yes,
               SettingFrom::server, "--default-volumes-to-fs-backup"},
           Row{"{defaultVolumesToRestic: false}", ", --default-volumes-to-restic", "v1.9.7", Known::no,
               SettingFrom::schedule, "false"},
           // 1.9 does not know the new name.
           Row{"{defaultVolumesToFsBackup: true}", "", "v1.9.7", Known::no, SettingFrom::velero, ""},
           Row{"{defaultVolumesToFsBackup: '${FS}'}", "", "v1.18.1", Known::unknown, SettingFrom::schedule, "'${FS}'"},
       }) {
    CAPTURE(row.backup);
    CAPTURE(row.flags);
    const Read read(schedule(with_template(row.backup)), row.version, row.flags);
    const Setting& setting = read.first().default_volumes_to_fs_backup;
    CHECK(setting.value == row.value);
    CHECK(setting.from == row.from);
    CHECK(read.world.text(setting.where) == row.text);
  }
}

TEST_CASE("without the server in the repository its defaults are not known") {
  const World world(schedule(with_template("{}")));
  const Schedule read = read_schedules(world.cluster(), find_install(world.cluster(), {})).front();
  CHECK(read.default_volumes_to_fs_backup.value == Known::unknown);
  CHECK(read.snapshot_move_data.value == Known::unknown);
  CHECK(read.snapshot_volumes.value == Known::yes);
  CHECK_FALSE(read.ttl.has_value());
  CHECK(read.runs == Known::yes);
}

TEST_CASE("a Schedule that can never make a Backup says why, at a place") {
  const std::string long_name(64, 'a');
  struct Row {
    std::string spec;
    std::string metadata;
    const char* version;
    const char* flags;
    const char* why;
    const char* where;
  };
  const std::string here = "{name: daily, namespace: velero}";
  for (const Row& row : {
           Row{"{schedule: '0 2 * * *', template: {}, paused: true}", here, "v1.18.1", "", "paused", "true"},
           Row{"{schedule: '', template: {}}", here, "v1.18.1", "", "empty", "''"},
           Row{"{schedule: '0 2 * *', template: {}}", here, "v1.18.1", "", "invalid", "'0 2 * *'"},
           Row{"{schedule: 'CRON_TZ=UTC 0 2 * * *', template: {}}", here, "v1.14.1", "", "time zone",
               "'CRON_TZ=UTC 0 2 * * *'"},
           Row{"{template: {}}", here, "v1.18.1", "", "spec.schedule is required", "{template: {}}"},
           Row{"{schedule: '0 2 * * *'}", here, "v1.18.1", "", "spec.template is required", "{schedule: '0 2 * * *'}"},
           Row{with_template("{}"), "{name: daily, namespace: apps}", "v1.18.1", "", "namespace apps", "apps"},
           Row{with_template("{}"), here, "v1.18.1", ", --restore-only", "--restore-only", "--restore-only"},
           Row{with_template("{}"), here, "v1.18.1", ", '--disable-controllers=gc,schedule'", "schedule controller",
               "'--disable-controllers=gc,schedule'"},
           Row{with_template("{}"), here, "v1.18.1", ", --disable-controllers=backup", "backup controller",
               "--disable-controllers=backup"},
           Row{with_template("{}"), here, "v1.18.1", ", --uploader-type=restic", "server exits",
               "--uploader-type=restic"},
           Row{with_template("{}"), "{name: " + long_name + ", namespace: velero}", "v1.18.1", "", "64 characters",
               long_name.c_str()},
           Row{with_template("{ttl: 30d}"), here, "v1.18.1", "", "ttl is no duration", "30d"},
           Row{with_template("{hooks: {resources: [{pre: [{exec: {timeout: 1 min}}]}]}}"), here, "v1.18.1", "",
               "timeout is no duration", "1 min"},
           Row{with_template("{includedNamespaces: apps}"), here, "v1.18.1", "", "must be a list", "apps"},
           Row{with_template("{snapshotVolumes: 'no'}"), here, "v1.18.1", "", "must be true or false", "'no'"},
       }) {
    CAPTURE(row.spec);
    CAPTURE(row.flags);
    const Read read(schedule(row.spec, row.metadata), row.version, row.flags);
    CHECK(read.first().runs == Known::no);
    CHECK(read.why().find(row.why) != std::string::npos);
    CHECK(read.world.text(read.first().runs_evidence.front().where) == row.where);
  }
}

TEST_CASE("a Schedule that looks odd still runs") {
  for (const char* spec : {
           "{schedule: '0 0 30 2 *', template: {}}",  // due all the time
           "{schedule: 'CRON_TZ=Europe/Vienna 0 1 * * *', template: {}}",
           "{schedule: '@every 24h', template: {}, paused: false}",
           "{schedule: '0 2 * * *', template: {ttl: 0s}}",
       }) {
    CAPTURE(spec);
    CHECK(Read(schedule(spec)).first().runs == Known::yes);
  }
}

TEST_CASE("an object that can't be decoded stops the others of its namespace") {
  const Read read(schedule(with_template("{}"), "{name: good, namespace: velero}") +
                  schedule(with_template("{ttl: 30d}"), "{name: bad, namespace: velero}"));
  REQUIRE(read.schedules.size() == 2);
  CHECK(read.schedules[0].runs == Known::no);
  CHECK(read.world.text(read.schedules[0].runs_evidence.front().where) == "30d");
}

TEST_CASE("what is templated is unknown or assumed") {
  const Read paused(schedule("{schedule: '0 2 * * *', template: {}, paused: '${PAUSED}'}"));
  CHECK(paused.first().runs == Known::unknown);
  const Read cron(schedule("{schedule: '${CRON}', template: {}}"));
  CHECK(cron.first().runs == Known::yes);
  CHECK(cron.first().runs_assumed);
  CHECK_FALSE(cron.first().cron.has_value());
  const Read skipping(schedule("{schedule: '0 2 * * *', template: {}, skipImmediately: true}"));
  CHECK(skipping.first().runs == Known::yes);
  CHECK(skipping.first().runs_assumed);
}

TEST_CASE("each check of Velero's validation is told at its place") {
  struct Row {
    const char* backup;
    const char* version;
    const char* message;
    const char* where;
  };
  for (const Row& row : {
           Row{"{includedNamespaces: [a, '*']}", "v1.18.1", "must either contain '*' only", "[a, '*']"},
           Row{"{excludedNamespaces: ['*']}", "v1.18.1", "excludes list cannot contain '*'", "['*']"},
           Row{"{includedNamespaces: [a], excludedNamespaces: [a]}", "v1.18.1", "includes list: a", "[a]"},
           Row{"{includedNamespaces: ['a**']}", "v1.18.1", "consecutive asterisks", "['a**']"},
           Row{"{includedNamespaces: ['a?']}", "v1.17.2", "is no name of a namespace", "['a?']"},
           Row{"{includedNamespaces: ['[a-z0-9]']}", "v1.18.1", "does not compile", "['[a-z0-9]']"},
           Row{"{includedNamespaces: [labelled]}", "v1.18.1", "excluded by its label", "labelled"},
           Row{"{includedResources: [pods], excludedResources: [pods]}", "v1.18.1",
               "Invalid included/excluded resource lists", "[pods]"},
           Row{"{includedNamespaceScopedResources: [pods], includeClusterResources: true}", "v1.18.1",
               "can't be used together", "true"},
           Row{"{includedNamespaceScopedResources: [pods], excludedNamespaceScopedResources: ['*']}", "v1.18.1",
               "when exclude is '*'", "[pods]"},
           Row{"{labelSelector: {matchLabels: {a: b}}, orLabelSelectors: [{matchLabels: {a: b}}]}", "v1.18.1",
               "labelSelector as well as orLabelSelectors", "[{matchLabels: {a: b}}]"},
           Row{"{storageLocation: archive}", "v1.18.1", "read-only mode", "ReadOnly"},
           Row{"{volumeSnapshotLocations: [aws-a, aws-b]}", "v1.18.1", "more than one VolumeSnapshotLocation", "aws-b"},
       }) {
    CAPTURE(row.backup);
    const Read read(schedule(with_template(row.backup)) + R"(---
apiVersion: v1
kind: Namespace
metadata: {name: labelled, labels: {velero.io/exclude-from-backup: "true"}}
---
apiVersion: velero.io/v1
kind: BackupStorageLocation
metadata: {name: archive, namespace: velero}
spec: {accessMode: ReadOnly}
---
apiVersion: velero.io/v1
kind: VolumeSnapshotLocation
metadata: {name: aws-a, namespace: velero}
spec: {provider: aws}
---
apiVersion: velero.io/v1
kind: VolumeSnapshotLocation
metadata: {name: aws-b, namespace: velero}
spec: {provider: aws}
)",
                    row.version, ", '--default-volume-snapshot-locations=aws:aws-a'");
    CHECK(read.first().is_valid == Known::no);
    REQUIRE_FALSE(read.first().validation_errors.empty());
    const Evidence& error = read.first().validation_errors.front();
    CHECK(error.message.find(row.message) != std::string::npos);
    CHECK(read.world.text(error.where) == row.where);
  }
}

TEST_CASE("several snapshot locations of a provider need a choice") {
  const std::string locations = R"(---
apiVersion: velero.io/v1
kind: VolumeSnapshotLocation
metadata: {name: a, namespace: velero}
spec: {provider: aws}
---
apiVersion: velero.io/v1
kind: VolumeSnapshotLocation
metadata: {name: b, namespace: velero}
spec: {provider: aws}
)";
  CHECK(Read(schedule(with_template("{}")) + locations).first().is_valid == Known::no);
  CHECK(Read(schedule(with_template("{volumeSnapshotLocations: [b]}")) + locations).first().is_valid == Known::yes);
  CHECK(Read(schedule(with_template("{volumeSnapshotLocations: ['${VSL}']}")) + locations).first().is_valid ==
        Known::yes);
}

TEST_CASE("a labelled namespace may be listed up to Velero 1.9") {
  const std::string manifests = schedule(with_template("{includedNamespaces: [a]}")) +
                                "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: "
                                "{velero.io/exclude-from-backup: 'true'}}\n";
  CHECK(Read(manifests, "v1.9.7").first().is_valid == Known::yes);
  CHECK(Read(manifests, "v1.10.0").first().is_valid == Known::no);
}

TEST_CASE("filters by scope are not read before 1.11") {
  const std::string manifests = schedule(with_template("{includedNamespaceScopedResources: [pods]}"));
  CHECK(Read(manifests, "v1.10.3").first().backup.included_namespace_scoped_resources.names.empty());
  CHECK(Read(manifests, "v1.11.0").first().backup.included_namespace_scoped_resources.names.size() == 1);
}

TEST_CASE("a volume policy is read from its ConfigMap") {
  const std::string asks = schedule(with_template("{resourcePolicy: {kind: configmap, name: policy}}"));
  const auto config_map = [](const std::string& data) {
    return "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: policy, namespace: velero}\ndata: " + data + "\n";
  };
  const Read good(asks + config_map("{p: 'version: v1'}"));
  CHECK(good.first().has_volume_policies == Known::yes);
  CHECK(good.first().is_valid == Known::yes);

  const Read invalid(asks + config_map("{p: 'version: v2'}"));
  CHECK(invalid.first().is_valid == Known::no);
  CHECK(invalid.world.text(invalid.first().validation_errors.front().where) == "'version: v2'");

  const Read two_keys(asks + config_map("{p: 'version: v1', q: 'version: v1'}"));
  CHECK(two_keys.first().is_valid == Known::no);

  const Read missing(asks);
  CHECK(missing.first().has_volume_policies == Known::unknown);
  CHECK(missing.first().is_valid == Known::unknown);
  CHECK(missing.world.text(missing.first().volume_policy_evidence.front().where) == "{kind: configmap, name: policy}");

  const Read templated(asks + config_map("{p: 'version: ${V}'}"));
  CHECK(templated.first().has_volume_policies == Known::unknown);

  const Read none(schedule(with_template("{}")) + config_map("{p: 'version: v1'}"));
  CHECK(none.first().has_volume_policies == Known::no);

  // Velero 1.10 does not know the field.
  CHECK(Read(asks + config_map("{p: 'version: v2'}"), "v1.10.3").first().is_valid == Known::yes);
}

TEST_CASE("an includeExcludePolicy can't be combined with filters of the old kind") {
  const std::string policy =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata:\n  p: |\n    version: v1\n"
      "    includeExcludePolicy: {excludedNamespaceScopedResources: [secrets]}\n";
  CHECK(Read(schedule(with_template("{resourcePolicy: {name: p}}")) + policy).first().is_valid == Known::yes);
  const Read old(schedule(with_template("{resourcePolicy: {name: p}, includedResources: [pods]}")) + policy);
  CHECK(old.first().is_valid == Known::no);
}

TEST_CASE("a Backup ignores a policy of another kind, a Schedule does not") {
  const std::string policy =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata: {p: 'version: v2'}\n";
  const Read once(
      "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b, namespace: velero}\n"
      "spec: {resourcePolicy: {kind: Secret, name: p}}\n" +
      policy);
  CHECK(once.first().has_volume_policies == Known::no);
  const Read again(schedule(with_template("{resourcePolicy: {kind: Secret, name: p}}")) + policy);
  CHECK(again.first().is_valid == Known::no);
}

}  // namespace
}  // namespace vlint::velero
