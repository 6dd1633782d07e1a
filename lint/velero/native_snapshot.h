// Native snapshots: what the volume snapshotter plugins of VolumeSnapshotLocations do with a PersistentVolume.
#pragma once

#include <cstdint>
#include <string_view>

#include "lint/velero/facts.h"
#include "lint/velero/snapshot_wish.h"

namespace vlint::velero {

struct NativeDecision {
  Known taken = Known::no;
  Known error = Known::no;         // of the item
  Known logged_error = Known::no;  // in the log of the backup, with no effect on the item
  Reason reason = Reason::not_csi_volume;
  EvidenceList evidence;
  bool assumed = false;
  std::string_view location;
  std::uint32_t suppressor = kNoIndex;  // see SnapshotWish
};

class NativeSnapshots {
 public:
  // What it is made of must outlive it.
  NativeSnapshots(const Schedule& schedule, const Install& install, const Facts& facts, const SnapshotWishes& wishes)
      : schedule_(schedule), install_(install), facts_(facts), wishes_(wishes) {}

  // velero 1.18 pkg/backup/item_backupper.go: takePVSnapshot. `tracked`: see SnapshotWishes.
  NativeDecision decide(std::uint32_t pv, bool tracked) const;

 private:
  // Whether the plugin of a provider returns an id for the volume.
  Known recognises(std::string_view provider, const PvFacts& volume) const;
  NativeDecision ask_plugins(const PvFacts& volume) const;
  bool is_left_to_csi(const PvFacts& volume) const;

  const Schedule& schedule_;
  const Install& install_;
  const Facts& facts_;
  const SnapshotWishes& wishes_;
};

}  // namespace vlint::velero
