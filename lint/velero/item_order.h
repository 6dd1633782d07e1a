// In which order Velero comes to the items of a Backup: as the API lists them, and from 1.15 on with what belongs
// together in one block.
#pragma once

#include <cstdint>
#include <vector>

#include "lint/velero/group_snapshot.h"
#include "lint/velero/install.h"
#include "lint/velero/schedule.h"
#include "lint/velero/selection.h"

namespace vlint::velero {

struct Item {
  enum class Kind : std::uint8_t { pod, claim, volume, group };
  Kind kind = Kind::pod;
  std::uint32_t index = 0;  // into Facts::instances, Facts::claims, Facts::pvs, or a volume group

  bool operator==(const Item&) const = default;
};

// The items that are selected, or may be. velero 1.18 pkg/backup/backup.go: BackupWithResolvers,
// executeItemBlockActions.
std::vector<Item> order_items(const Plan& plan, const Facts& facts, const Schedule& schedule, const Install& install,
                              const Selection& selection, const GroupSnapshots& groups);

// What an item brings into its block, in the order of the item block actions (pkg/itemblock/actions). A group stands
// for all of its members, of which the item is one.
std::vector<Item> related_items(const Plan& plan, const Facts& facts, const GroupSnapshots& groups, const Item& item);

}  // namespace vlint::velero
