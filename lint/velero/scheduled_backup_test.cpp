#include "lint/velero/scheduled_backup.h"

#include <doctest/doctest.h>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

kube::UnixSeconds at(std::string_view text) { return *parse_utc_time(text); }

TEST_CASE("a Backup has the Schedule's name and the time, and its labels or the template's") {
  const auto made = [](const std::string& more) {
    const World world(
        "apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: daily, namespace: velero, labels: {a: b}, "
        "annotations: {x: y}}\nspec: {template: {" +
        more + "}}\n");
    return backup_of_schedule(world.cluster().resources().front(), at("2017-07-25 09:15:00"));
  };
  const ScheduledBackup plain = made("");
  CHECK(plain.name == "daily-20170725091500");
  CHECK(plain.labels == kube::StringMap{{"a", "b"}, {"velero.io/schedule-name", "daily"}});
  CHECK(plain.annotations == kube::StringMap{{"x", "y"}});
  CHECK(made("metadata: {labels: {velero.io/schedule-name: other}}").labels ==
        kube::StringMap{{"velero.io/schedule-name", "daily"}});
  CHECK(made("metadata: {labels: {c: d}}").labels == kube::StringMap{{"c", "d"}, {"velero.io/schedule-name", "daily"}});
}

TEST_CASE("the value of a label is cut and keeps a part of the name's hash") {
  CHECK(label_value("short") == "short");
  CHECK(label_value(std::string(63, 'a')) == std::string(63, 'a'));
  CHECK(label_value(std::string(64, 'a')).size() == 63);
  CHECK(label_value(std::string(64, 'a')) != label_value(std::string(65, 'a')));
}

TEST_CASE("when a Schedule's controller makes a Backup") {
  struct Row {
    const char* what;
    std::string spec;
    std::string status;
    std::optional<std::string_view> earlier;
    bool server_skips;
    Version version;
    bool makes;
  };
  const std::string old = "lastBackup: '2000-01-01T00:00:00Z'";
  for (const Row& row : {
           Row{"due", "schedule: '@every 5m'", old, {}, false, {1, 18, 1}, true},
           Row{"not yet", "schedule: '@every 5m'", "lastBackup: '2017-01-01T11:58:00Z'", {}, false, {1, 18, 1}, false},
           Row{"never ran", "schedule: '@every 5m'", "", {}, false, {1, 18, 1}, true},
           Row{"paused", "schedule: '@every 5m', paused: true", old, {}, false, {1, 18, 1}, false},
           Row{"invalid", "schedule: x", old, {}, false, {1, 18, 1}, false},
           Row{"skips", "schedule: '@every 5m', skipImmediately: true", old, {}, false, {1, 18, 1}, false},
           Row{"the server skips", "schedule: '@every 5m'", old, {}, true, {1, 18, 1}, false},
           Row{"its own word counts", "schedule: '@every 5m', skipImmediately: false", old, {}, true, {1, 18, 1}, true},
           Row{"no skipping before 1.13",
               "schedule: '@every 5m', skipImmediately: true",
               old,
               {},
               false,
               {1, 12, 4},
               true},
           Row{"one is running", "schedule: '@every 5m'", old, "InProgress", false, {1, 18, 1}, false},
           Row{"one is done", "schedule: '@every 5m'", old, "Completed", false, {1, 18, 1}, true},
           Row{"one has not begun", "schedule: '@every 5m'", old, "", false, {1, 18, 1}, false},
           Row{"one has not begun, before 1.17.2", "schedule: '@every 5m'", old, "", false, {1, 17, 1}, true},
           Row{"a date that never comes", "schedule: '0 0 30 2 *'", old, {}, false, {1, 18, 1}, true},
       }) {
    CAPTURE(row.what);
    const World world("apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: s, namespace: velero}\nspec: {" +
                      row.spec + ", template: {}}\nstatus: {" + row.status + "}\n");
    const std::vector<Schedule> schedules = read_schedules(world.cluster(), find_install(world.cluster(), {}));
    const Reconciled result =
        reconcile({&schedules.front(), at("2017-01-01 12:00:00"), row.earlier, row.server_skips}, row.version);
    CHECK(result.makes_backup == row.makes);
  }
}

TEST_CASE("times that are no times are nothing") {
  CHECK(parse_utc_time("2017-01-01T12:00:00Z") == parse_utc_time("2017-01-01 12:00:00"));
  for (const char* text : {"", "2017-01-01", "2017-13-01 12:00:00", "2017-01-01x12:00:00", "2017-01-0a 12:00:00"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_utc_time(text).has_value());
  }
}

}  // namespace
}  // namespace vlint::velero
