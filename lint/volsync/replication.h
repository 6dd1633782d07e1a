// ReplicationSources and ReplicationDestinations of VolSync as data with places: what their fields say, and what of it
// the API server and the controller take.
//
// Nothing here looks at other objects: whether the claim, the Secret or a class exist is worked out in plan.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/kube/cron.h"
#include "lint/kube/resource.h"
#include "lint/yaml/value.h"

namespace vlint::volsync {

// volsync api/v1alpha1: ReplicationSourceSpec. Kopia is a mover of the fork perfectra1n/volsync: the custom resource
// definition of VolSync itself drops it without a word.
enum class Mover : std::uint8_t { restic, rclone, rsync, rsync_tls, syncthing, external, kopia };
std::string_view field_of(Mover mover);  // the key in the spec: "restic", "rsyncTLS", ...
// Whether a run keeps what the run before it stored. The others copy one state, deletions included; what an external
// provider does is not known.
Known keeps_history(Mover mover);

// A text field. Kubernetes takes an empty text for one that is not there.
struct Text {
  yaml::Value field;  // missing where it is not written

  // unknown: a template or an encrypted value, which may be empty.
  Known given() const;
  // The text; only what `given` calls `yes` is what the cluster gets.
  std::string_view text() const { return field.text(); }
  Span where() const { return field.span(); }
};

enum class CopyMethod : std::uint8_t { none_given, direct, clone, snapshot, invalid, unknown };

// What starts a run. volsync internal/controller/statemachine/machine.go: getTrigger. `manual` wins over `schedule`.
enum class TriggerKind : std::uint8_t { continuous, schedule, manual, unknown };

struct Trigger {
  yaml::Value field;  // `spec.trigger`
  Text schedule;
  Text manual;
  TriggerKind kind = TriggerKind::continuous;
  // The pattern of the custom resource definition, which the API server holds against every schedule that is written,
  // also against one that `manual` switches off.
  Known crd_accepts = Known::yes;
  // The controller's parser, robfig/cron. It reads the schedule only after the first run has ended.
  Known is_readable = Known::yes;
  std::string fault;               // why it is not
  std::optional<kube::Cron> cron;  // of a schedule that is known and readable
};

// `retain` of a restic source. volsync internal/controller/mover/restic/mover.go: generateForgetOptions.
struct Retain {
  struct Keep {
    std::string_view what;  // "hourly", "daily", "weekly", "monthly", "yearly", "within", "last"
    yaml::Value value;
  };
  yaml::Value field;
  std::vector<Keep> keeps;  // in the order in which restic gets them
  // Nothing is kept but the last snapshot: without `retain`, or with an empty one.
  bool keeps_one() const { return keeps.empty(); }
  // The most snapshots that stay, and how many days the oldest one goes back at least once there are so many; nothing
  // when Git doesn't tell, when a count is negative (no limit), or for `within` and, of the days, `last`.
  std::optional<std::int64_t> snapshots;
  std::optional<std::int64_t> days;
  // Values of a type that the API server refuses: counts are integers, `within` and `last` are texts.
  std::vector<yaml::Value> wrong_types;
};

struct MoverUse {
  Mover mover = Mover::restic;
  yaml::Value key;
  yaml::Value spec;
};

// A Secret that the mover reads, and the keys without which it stops.
struct SecretUse {
  Text name;
  std::vector<std::string_view> keys;
  bool is_repository = false;  // it says where the backups go
};

struct Replication {
  const kube::Resource* resource = nullptr;
  bool is_source = true;  // else a ReplicationDestination

  // Methods that are written and not null, in the order of the spec. The controller takes exactly one.
  std::vector<MoverUse> movers;
  // The only one, or null.
  const MoverUse* mover() const { return movers.size() == 1 ? &movers.front() : nullptr; }
  bool is(Mover wanted) const { return mover() != nullptr && mover()->mover == wanted; }

  Trigger trigger;
  Known is_paused = Known::no;
  Span paused_where;
  // volsync internal/controller/utils: AppendDebugMoverEnvVar. The annotation with any value makes the mover sleep.
  Known is_debugged = Known::no;
  Span debug_where;

  Text claim;  // `sourcePVC`, or `destinationPVC` of the mover

  // Of the only mover.
  Text copy_method_text;
  CopyMethod copy_method = CopyMethod::none_given;
  Text capacity;
  Text storage_class;
  Text snapshot_class;
  yaml::Value access_modes;
  bool has_access_mode(std::string_view mode) const;
  // Secrets in the order in which the mover asks for them: repository, certificate, additional volumes.
  std::vector<SecretUse> secrets;
  const SecretUse* repository() const;
  yaml::Value custom_ca;
  Text cache_capacity;
  Text cache_storage_class;
  yaml::Value cache_access_modes;
  yaml::Value security_context;
  Text service_account;
  yaml::Value pod_labels;
  yaml::Value mover_volumes;
  Text address;  // of the rsync movers

  // restic sources.
  Retain retain;
  Text prune_interval_days;
  Text unlock;

  // Destinations.
  Text previous;
  Text restore_as_of;
  Known deletes_files = Known::no;
  Known cleans_up_claim = Known::no;
  Known cleans_up_cache = Known::no;

  // "ReplicationSource apps/data".
  std::string title() const { return resource->title(); }
};

// `resource` is of kind ReplicationSource or ReplicationDestination, group volsync.backube, and must outlive the
// result.
Replication read_replication(const kube::Resource& resource);

// Whether a field of a yes-or-no type is true: unknown for templates, `otherwise` when it is not written.
Known read_flag(yaml::Value field, Known otherwise = Known::no);

}  // namespace vlint::volsync
