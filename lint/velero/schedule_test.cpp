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
  CHECK(Read(schedule(with_template("{}"), "{name: daily}")).first().runs == Known::yes);
  CHECK(Read(schedule(with_template("{}"), "{name: daily, namespace: apps}")).first().name == "apps/daily");
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
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata: {p: 'version: v1', q: x}\n";
  const Read once(
      "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b, namespace: velero}\n"
      "spec: {resourcePolicy: {kind: Secret, name: p}}\n" +
      policy);
  CHECK(once.first().has_volume_policies == Known::no);
  const Read again(schedule(with_template("{resourcePolicy: {kind: Secret, name: p}}")) + policy);
  CHECK(again.first().is_valid == Known::no);
}

TEST_CASE("lists that are templated or of another type") {
  const Read templated(schedule(with_template("{includedNamespaces: '${NS}'}")));
  CHECK(templated.first().runs == Known::yes);
  CHECK_FALSE(templated.first().backup.included_namespaces.is_known());
  const Read nested(schedule(with_template("{includedNamespaces: [[a]]}")));
  CHECK(nested.first().runs == Known::no);
  CHECK(nested.why() == "the API server refuses the object: includedNamespaces must be a list of strings");
  const Read number(schedule(with_template("{ttl: 30}")));
  CHECK(number.why() == "the API server refuses the object: ttl must be a string");
}

TEST_CASE("settings that are not known, and those that a version does not have") {
  const std::string both = "{defaultVolumesToRestic: '${R}', defaultVolumesToFsBackup: false}";
  CHECK(Read(schedule(with_template(both))).first().default_volumes_to_fs_backup.value == Known::unknown);
  CHECK_FALSE(Read(schedule(with_template("{ttl: '${TTL}'}"))).first().ttl.has_value());
  CHECK(Read(schedule(with_template("{}")), "v1.16.2").first().group_label_key == "");
  CHECK(Read(schedule(with_template("{}"))).first().group_label_key == "velero.io/volume-group");
  PlanOptions old;
  old.velero_version = Version{1, 11, 1};
  const World world(schedule(with_template("{}")));
  const auto moves = [&](const PlanOptions& options) {
    return read_schedules(world.cluster(), find_install(world.cluster(), options)).front().snapshot_move_data.value;
  };
  CHECK(moves(old) == Known::no);
  CHECK(moves({}) == Known::unknown);
}

TEST_CASE("an empty schedule, and a namespace that is templated") {
  const Read empty(schedule("{schedule: '', template: {}}"));
  REQUIRE(empty.first().cron.has_value());
  CHECK(empty.first().cron->error() == "the schedule is empty");
  const Read templated(schedule(with_template("{}"), "{name: daily, namespace: '${NS}'}"));
  CHECK(templated.first().name == "velero/daily");
  CHECK(templated.first().runs == Known::yes);
  CHECK(templated.first().runs_assumed);
  CHECK(templated.why() == "its namespace is taken for Velero's");
}

TEST_CASE("what certainly keeps a Schedule from running comes before what may") {
  const Read both(schedule("{schedule: '${CRON}', template: {}, paused: true}"));
  CHECK(both.first().runs == Known::no);
  REQUIRE(both.first().runs_evidence.size() == 1);
  CHECK(both.why() == "it is paused");
  const Read assumed(schedule("{schedule: '@daily', template: {}, paused: true}", "{name: d, namespace: '${NS}'}"));
  REQUIRE(assumed.first().runs_evidence.size() == 1);
  CHECK(assumed.why() == "it is paused");
  const Read doubtful(schedule("{schedule: 'no', paused: '${P}', template: {}}", "{name: d, namespace: elsewhere}"));
  CHECK(doubtful.first().runs == Known::no);
  CHECK(doubtful.first().runs_evidence.size() == 2);  // the namespace and the schedule
}

TEST_CASE("a server without replicas works on nothing, one without Schedules still on Backups") {
  std::string still = install_manifests("v1.18.1", true);
  still.replace(still.find("spec:\n"), 6, "spec:\n  replicas: 0\n");
  const World world(still + schedule(with_template("{}")));
  const std::vector<Schedule> none = read_schedules(world.cluster(), find_install(world.cluster(), {}));
  CHECK(none.front().runs == Known::no);
  CHECK(none.front().runs_evidence.front().message == "the Velero server has replicas: 0");
  const Read disabled(
      schedule(with_template("{}")) +
          "---\napiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b, namespace: velero}\nspec: {}\n",
      "v1.18.1", ", --disable-controllers=schedule");
  CHECK(disabled.schedules[0].runs == Known::no);
  CHECK(disabled.schedules[1].runs == Known::yes);
}

TEST_CASE("an object that is encrypted may be anything") {
  const Read read(
      "---\napiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: s, namespace: velero}\n"
      "spec: {schedule: 'ENC[AES256_GCM,data:x,type:str]', template: {}}\nsops: {mac: x, version: 3.8.1}\n");
  CHECK(read.first().runs == Known::unknown);
}

TEST_CASE("which storage location a Schedule has, and what is wrong with it") {
  const auto location = [](const std::string& name, const std::string& spec, const std::string& status = "") {
    return fmt::format(
        "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {{name: {}, namespace: velero}}\n"
        "spec: {{{}}}\n{}",
        name, spec, status);
  };
  const auto read = [](const std::string& locations, const std::string& version = "v1.18.1") {
    return Read(locations + schedule(with_template("{}")), version).schedules.front();
  };
  const Schedule marked = read(location("a", "provider: aws") + location("b", "provider: aws, default: true"));
  REQUIRE(marked.storage_location.has_value());
  CHECK(marked.storage_location->name == "b");
  CHECK_FALSE(read(location("a", "provider: aws, default: '${D}'") + location("b", "provider: aws, default: true"))
                  .storage_location.has_value());
  CHECK(read(location("default", "provider: '${P}'")).can_open_repository == Known::unknown);
  CHECK(read(location("default", "provider: aws")).can_open_repository == Known::yes);
  const std::string unavailable = location("default", "provider: aws", "status: {phase: Unavailable}\n");
  CHECK(read(unavailable).is_valid == Known::no);
  CHECK(read(unavailable, "v1.16.1").is_valid == Known::yes);
}

TEST_CASE("several snapshot locations of a provider need a choice") {
  const auto locations = [](const std::string& provider) {
    std::string text;
    for (const char* name : {"a", "b"}) {
      text += fmt::format(
          "---\napiVersion: velero.io/v1\nkind: VolumeSnapshotLocation\nmetadata: {{name: {0}-{1}, namespace: "
          "velero}}\n"
          "spec: {{provider: {0}}}\n",
          provider, name);
    }
    return text;
  };
  const std::string of_two = locations("aws") + locations("gcp") + schedule(with_template("{}"));
  CHECK(Read(of_two).first().validation_errors.size() == 1);  // Velero stops at the first
  // The server's flag may choose, also what is not in the repository.
  const Read gone(of_two, "v1.18.1", ", '--default-volume-snapshot-locations=aws:gone,gcp:gcp-b'");
  CHECK(gone.first().is_valid == Known::yes);
  REQUIRE(gone.first().snapshot_locations.size() == 1);
  CHECK(gone.first().snapshot_locations.front().name == "gcp-b");
  const World unseen(of_two);
  CHECK(read_schedules(unseen.cluster(), find_install(unseen.cluster(), {})).front().is_valid == Known::yes);
}

TEST_CASE("each Schedule with a bad volume policy is told once") {
  const std::string policy =
      "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: p, namespace: velero}\ndata: {p: 'version: v1', q: x}\n";
  const std::string spec = with_template("{resourcePolicy: {kind: configmap, name: p}}");
  const Read read(policy + schedule(spec) + schedule(spec, "{name: weekly, namespace: velero}"));
  REQUIRE(read.schedules.size() == 2);
  CHECK(read.schedules[0].validation_errors.size() == 1);
  CHECK(read.schedules[1].validation_errors.size() == 1);
}

}  // namespace
}  // namespace vlint::velero
