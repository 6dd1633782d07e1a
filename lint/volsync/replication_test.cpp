#include "lint/volsync/replication.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/velero/world.h"

namespace vlint::volsync {
namespace {

struct Read {
  explicit Read(const std::string& spec, const std::string& kind = "ReplicationSource",
                const std::string& annotations = "{}")
      : world(fmt::format("apiVersion: volsync.backube/v1alpha1\nkind: {}\nmetadata: {{name: data, namespace: apps, "
                          "annotations: {}}}\nspec: {}\n",
                          kind, annotations, spec)),
        read(read_replication(world.cluster().resources().front())) {}
  velero::World world;
  Replication read;
};

TEST_CASE("every method that is written and not null counts") {
  struct Row {
    const char* spec;
    std::size_t count;
    const char* kind = "ReplicationSource";
  };
  for (const Row& row : {
           Row{"{sourcePVC: data}", 0},
           Row{"{restic: {repository: s}}", 1},
           Row{"{restic: null, rclone: {}}", 1},
           Row{"{restic: {}, syncthing: {}}", 2},
           Row{"{restic: {}, external: {provider: x}}", 2},
           Row{"{kopia: {repository: s}}", 1},
           Row{"{resticc: {repository: s}}", 0},
           Row{"{syncthing: {}, rsyncTLS: {}}", 1, "ReplicationDestination"},
       }) {
    CAPTURE(row.spec);
    CHECK(Read(row.spec, row.kind).read.movers.size() == row.count);
  }
  CHECK(Read("{rsyncTLS: {}}").read.is(Mover::rsync_tls));
}

TEST_CASE("manual wins over a schedule, and both judges read the schedule") {
  struct Row {
    const char* trigger;
    TriggerKind kind;
    Known crd = Known::yes;
    Known readable = Known::yes;
  };
  for (const Row& row : {
           Row{"null", TriggerKind::continuous},
           Row{"{}", TriggerKind::continuous},
           Row{"{schedule: '0 3 * * *'}", TriggerKind::schedule},
           Row{"{schedule: '0 3 * * *', manual: once}", TriggerKind::manual},
           Row{"{schedule: '0 3 * * *', manual: ''}", TriggerKind::schedule},
           Row{"{schedule: '0 3 * * MON'}", TriggerKind::schedule, Known::no, Known::yes},
           Row{"{schedule: '0 24 * * *'}", TriggerKind::schedule, Known::yes, Known::no},
           Row{"{schedule: ''}", TriggerKind::continuous, Known::no, Known::yes},
           Row{"{schedule: '${CRON}'}", TriggerKind::unknown, Known::unknown, Known::unknown},
           Row{"{manual: '${NOW}'}", TriggerKind::unknown},
       }) {
    CAPTURE(row.trigger);
    const Read one(fmt::format("{{trigger: {}, restic: {{}}}}", row.trigger));
    CHECK(one.read.trigger.kind == row.kind);
    CHECK(one.read.trigger.crd_accepts == row.crd);
    CHECK(one.read.trigger.is_readable == row.readable);
    CHECK(one.read.trigger.fault.empty() == (row.readable != Known::no));
  }
}

TEST_CASE("a copy method is one of four words") {
  struct Row {
    const char* text;
    CopyMethod method;
  };
  for (const Row& row :
       {Row{"''", CopyMethod::none_given}, Row{"Direct", CopyMethod::direct}, Row{"None", CopyMethod::direct},
        Row{"Clone", CopyMethod::clone}, Row{"Snapshot", CopyMethod::snapshot}, Row{"snapshot", CopyMethod::invalid},
        Row{"'${METHOD}'", CopyMethod::unknown}}) {
    CAPTURE(row.text);
    CHECK(Read(fmt::format("{{restic: {{copyMethod: {}}}}}", row.text)).read.copy_method == row.method);
  }
}

TEST_CASE("retain says how much history there is at most") {
  struct Row {
    const char* retain;
    std::optional<std::int64_t> snapshots;
    std::optional<std::int64_t> days;
    std::size_t wrong_types = 0;
    bool keeps_one = false;
  };
  for (const Row& row : {
           Row{"null", 1, 0, 0, true},
           Row{"{}", 1, 0, 0, true},
           Row{"{hourly: 24, daily: 7}", 31, 7},
           Row{"{weekly: 4, monthly: 6}", 10, 180},
           Row{"{last: '3'}", 3, 0},
           Row{"{last: 3}", 3, 0, 1},
           Row{"{daily: '7'}", 7, 7, 1},
           Row{"{within: 30d, daily: 2}", std::nullopt, std::nullopt},
           Row{"{yearly: -1}", std::nullopt, std::nullopt},
           Row{"{daily: 99999999999999999999}", std::nullopt, std::nullopt},
       }) {
    CAPTURE(row.retain);
    const Retain retain = Read(fmt::format("{{restic: {{retain: {}}}}}", row.retain)).read.retain;
    CHECK(retain.snapshots == row.snapshots);
    CHECK(retain.days == row.days);
    CHECK(retain.wrong_types.size() == row.wrong_types);
    CHECK(retain.keeps_one() == row.keeps_one);
  }
}

TEST_CASE("a mover names its Secrets in its own way") {
  const Read restic(
      "{restic: {repository: base, customCA: {secretName: ca, key: ca.crt}, moverVolumes: "
      "[{mountPath: k, volumeSource: {secret: {secretName: keys}}}]}}");
  REQUIRE(restic.read.secrets.size() == 3);
  CHECK(restic.read.repository()->name.text() == "base");
  CHECK(restic.read.repository()->keys.size() == 2);
  CHECK(restic.read.secrets[1].keys == std::vector<std::string_view>{"ca.crt"});
  CHECK(restic.read.secrets[2].name.text() == "keys");
  // Without a key the certificate is not read.
  CHECK(Read("{restic: {repository: base, customCA: {secretName: ca}}}").read.secrets.size() == 1);
  CHECK(Read("{rclone: {rcloneConfig: c}}").read.repository()->keys == std::vector<std::string_view>{"rclone.conf"});
  CHECK(Read("{rsync: {copyMethod: Direct}}").read.secrets.empty());
  CHECK(Read("{rsyncTLS: {keySecret: psk}}").read.secrets.size() == 1);
}

TEST_CASE("pauses and the debug annotation are read with their places") {
  const Read paused("{paused: true, restic: {}}");
  CHECK(paused.read.is_paused == Known::yes);
  CHECK(paused.world.text(paused.read.paused_where) == "true");
  CHECK(Read("{paused: '${P}', restic: {}}").read.is_paused == Known::unknown);
  CHECK(Read("{restic: {}}", "ReplicationSource", "{volsync.backube/enable-debug-mover: 'false'}").read.is_debugged ==
        Known::yes);
  const Read destination("{restic: {destinationPVC: data, restoreAsOf: '2026-01-01T00:00:00Z', previous: 2}}",
                         "ReplicationDestination");
  CHECK(destination.read.claim.text() == "data");
  CHECK(destination.read.restore_as_of.text() == "2026-01-01T00:00:00Z");
  CHECK(destination.read.previous.text() == "2");
}

}  // namespace
}  // namespace vlint::volsync
