// The Backups that a Schedule makes, and when its controller makes one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lint/kube/cron.h"
#include "lint/kube/resource.h"
#include "lint/velero/schedule.h"

namespace vlint::velero {

// velero 1.18 pkg/apis/velero/v1/schedule_types.go: TimestampedName; pkg/builder/backup_builder.go: FromSchedule.
struct ScheduledBackup {
  std::string name;  // "daily-20170725091500", by the server's clock in UTC
  std::string_view name_space;
  kube::StringMap labels;       // the template's, else the Schedule's own, and the Schedule's name
  kube::StringMap annotations;  // the Schedule's
};
ScheduledBackup backup_of_schedule(const kube::Resource& schedule, kube::UnixSeconds now);

// The value of a label that names an object: at most 63 characters, a longer name is cut and gets the first digits of
// its hash. pkg/label/label.go: GetValidName.
std::string label_value(std::string_view name);

// What one reconcile of a Schedule's controller comes to. velero 1.18 pkg/controller/schedule_controller.go.
struct Reconciled {
  std::string phase;  // "Enabled", "FailedValidation", or the one that it has where nothing is done
  bool makes_backup = false;
  std::optional<kube::UnixSeconds> last_backup;
  std::optional<kube::UnixSeconds> last_skipped;
};
struct ReconcileInput {
  const Schedule* schedule = nullptr;
  kube::UnixSeconds now;
  // The phase of a Backup that the Schedule has made before; empty is one that nobody has looked at yet.
  std::optional<std::string_view> earlier_backup = {};
  bool server_skips_immediately = false;
};
// Error: the times in its status can't be read.
Reconciled reconcile(const ReconcileInput& input, const Version& version);

// Of "2006-01-02T15:04:05Z" and "2006-01-02 15:04:05"; nothing for other texts.
std::optional<kube::UnixSeconds> parse_utc_time(std::string_view text);

}  // namespace vlint::velero
