// Whether Velero wants a snapshot of a claim or of a PersistentVolume, before anybody asks how it would be taken.
// velero 1.18 internal/volumehelper/volume_policy_helper.go: ShouldPerformSnapshot.
#pragma once

#include <cstdint>
#include <optional>

#include "lint/velero/facts.h"
#include "lint/velero/fs_backup.h"

namespace vlint::velero {

struct SnapshotWish {
  Known wanted = Known::yes;
  Known error = Known::no;  // of the item; then nothing is wanted
  Reason reason = Reason::unknown_value;
  EvidenceList evidence;
  bool assumed = false;
  // The volume use whose pod asks for file system backup and so keeps the snapshot away.
  std::uint32_t suppressor = kNoIndex;
};

class SnapshotWishes {
 public:
  // What it is made of must outlive it.
  SnapshotWishes(const Schedule& schedule, const Install& install, const Facts& facts, const FsBackup& fs_backup)
      : schedule_(schedule), install_(install), facts_(facts), fs_backup_(fs_backup) {}

  SnapshotWish of_claim(std::uint32_t claim) const;
  // `tracked`: an earlier pod asked for file system backup of its claim; counts up to Velero 1.13 only.
  SnapshotWish of_volume(std::uint32_t pv, bool tracked) const;

  // The match of volume policies; nothing where there are none.
  std::optional<PolicyMatch> match(const VolumeAttributes& volume) const;
  std::optional<SnapshotWish> check_claim_bound(std::uint32_t claim) const;
  std::optional<SnapshotWish> check_snapshot_volumes() const;
  std::optional<SnapshotWish> check_pods(std::uint32_t claim) const;

 private:
  std::optional<SnapshotWish> check_policy(const VolumeAttributes& volume, const EvidenceList& about) const;

  const Schedule& schedule_;
  const Install& install_;
  const Facts& facts_;
  const FsBackup& fs_backup_;
};

}  // namespace vlint::velero
