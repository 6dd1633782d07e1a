#include "rules/common/unserved_classes.h"

#include <fmt/format.h>

#include <utility>

namespace vlint::rules {

Draft report_unserved(const ClusterModel& member, const UnservedClass& unserved, std::string_view why,
                      std::string label, Report& report) {
  const kube::Resource& storage_class = *unserved.storage_class;
  Draft draft = report.at(storage_class["provisioner"].span(),
                          fmt::format("{}, so {} ends PartiallyFailed without {} and the pods that mount {}", why,
                                      backups_of(unserved.schedules), enumerate(unserved.claims),
                                      unserved.claims.size() == 1 ? "it" : "them"));
  draft.label(std::move(label)).about(member.cluster, storage_class);
  draft.related(place_of(member.plan, *unserved.claims.front()), "a snapshot of this claim is wanted");
  for (const velero::Schedule* schedule : unserved.schedules) {
    draft.related(schedule->resource->place(), "takes snapshots of claims that no pod has copied");
  }
  return draft;
}

}  // namespace vlint::rules
