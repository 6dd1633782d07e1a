#include "lint/velero/item_order.h"

#include <doctest/doctest.h>

#include "lint/velero/conformance_cases.h"
#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

TEST_CASE("a claim brings its volume and the pods that mount it, if it is bound") {
  const auto kinds = [](const std::string& status, const std::string& kind = "Deployment") {
    testing::Pod pod;
    pod.kind = kind;
    pod.volumes = testing::kClaimVolume;
    const Prepared prepared(testing::installed() + testing::schedule("{}") + pod.text() + testing::claim() + status +
                            testing::kClass);
    const Schedule& schedule = prepared.plan.schedules.front();
    const FsBackup copies(schedule, prepared.plan.install, {});
    const SnapshotWishes wishes(schedule, prepared.plan.install, prepared.facts, copies);
    const GroupSnapshots groups(schedule, prepared.plan.install, prepared.facts, wishes);
    std::vector<Item::Kind> found;
    for (const Item& item : related_items(prepared.plan, prepared.facts, groups, {Item::Kind::claim, 0})) {
      found.push_back(item.kind);
    }
    return found;
  };
  CHECK(kinds("") == std::vector<Item::Kind>{Item::Kind::volume, Item::Kind::pod});
  CHECK(kinds("", "Job") == std::vector<Item::Kind>{Item::Kind::volume});
  CHECK(kinds("status: {phase: Pending}\n").empty());
}

}  // namespace
}  // namespace vlint::velero
