// What becomes of a ReplicationSource's claim, and why, in the order of VolSync's own steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lint/base/known.h"
#include "lint/model/secrets.h"
#include "lint/velero/claim_description.h"
#include "lint/velero/evidence.h"
#include "lint/velero/verdict.h"
#include "lint/volsync/replication.h"
#include "lint/volsync/repository.h"

namespace vlint::volsync {

enum class Reason : std::uint8_t {
  backed_up,  // with history
  copied,     // one state: what is deleted or damaged at the source is so in the copy after the next run
  // The API server refuses the object.
  schedule_refused,
  copy_method_refused,
  retain_refused,
  // The controller.
  no_mover,
  several_movers,
  external_provider,
  rclone_incomplete,
  claim_not_named,
  claim_missing,
  copy_method_missing,
  driver_without_snapshots,
  snapshot_class_missing,
  snapshot_class_of_other_driver,
  no_default_snapshot_class,
  several_default_snapshot_classes,
  clone_of_other_driver,
  claim_held_by_pod,  // Direct with ReadWriteOncePod
  waits_for_copy_trigger,
  cache_class_missing,
  service_account_missing,
  secret_not_named,
  secret_missing,
  secret_refused,  // `data` that is no base64
  key_missing,
  // The mover.
  key_empty,
  location_refused,
  paused,
  debugged,
  // After the first run.
  schedule_unreadable,
  manual_once,
  // Git doesn't tell.
  unknown_value,
  unseen_object,
};

struct Verdict {
  velero::Outcome outcome = velero::Outcome::unknown;
  Reason reason = Reason::unknown_value;
  Known keeps_history = Known::unknown;
  // Rests on an assumption about the live cluster that no manifest proves; the evidence names it.
  bool assumed = false;
  velero::EvidenceList evidence;
};

// The reason in one sentence for people.
std::string explain(Reason reason);
// "restic", "rclone": what a report calls the method; "none" without a single mover.
std::string_view method_of(const Replication& replication);

// The objects around a source.
struct Surroundings {
  const model::Cluster& cluster;
  const velero::Plan& velero;
  const velero::Storage& storage;
  const model::Secrets& secrets;
  // That something is not among the resources proves that it is not in the cluster.
  bool sees_all = false;
};

// `claim`: the source's claim in the Velero plan, or null. `may_be_made`: an operator of the repository may make a
// claim of that name.
Verdict judge(const Replication& source, const Surroundings& around, const velero::Claim* claim, bool may_be_made);

}  // namespace vlint::volsync
