#include <fmt/format.h>

#include <algorithm>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/claim_description.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

bool is_read_only(yaml::Value modes) {
  const std::vector<yaml::Value> items = modes.items();
  return !items.empty() &&
         std::all_of(items.begin(), items.end(), [](const yaml::Value& one) { return one.text() == "ReadOnlyMany"; });
}

// restic/mover.go: ensureCache. Its own modes, else those of the copy, else those of the source.
yaml::Value modes_of_cache(const ClusterModel& member, const Replication& replication) {
  if (replication.cache_access_modes.is_set()) return replication.cache_access_modes;
  if (replication.access_modes.is_set() && replication.access_modes.size() > 0) return replication.access_modes;
  const velero::Claim* claim = claim_of(member, replication);
  return claim == nullptr ? yaml::Value{} : velero::spec_of(member.plan, *claim)["accessModes"];
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    if (!has_cache(replication)) return;
    const yaml::Value modes = modes_of_cache(member, replication);
    if (!is_read_only(modes)) return;
    const bool is_own = modes == replication.cache_access_modes;
    Draft draft =
        report.at(modes.at(0).span(),
                  fmt::format("the cache volume of {} {} ReadOnlyMany, and {} can't write into it: {}",
                              replication.title(), is_own ? "is" : "takes over the access mode", method_of(replication),
                              replication.is_source ? "no backup is made" : "nothing is restored"));
    draft.label(is_own ? "read-only" : "the cache gets this too").about(member.cluster, *replication.resource);
    draft.fix("give the cache the access mode ReadWriteOnce", Safety::safe, *replication.resource,
              is_own ? yaml::set_scalar(modes.at(0), "ReadWriteOnce")
                     : yaml::add_entry(mover_spec(replication), "cacheAccessModes",
                                       yaml::NewValue::sequence({yaml::NewValue::string("ReadWriteOnce")})));
  });
}

}  // namespace

VLINT_RULE(volsync_cache_access_mode) = checked({
    .summary = "restic's cache volume gets the access mode ReadOnlyMany",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination with restic whose cache volume comes out as ReadOnlyMany: by
`cacheAccessModes`, or because that is absent and `accessModes` of the copy says so, or the source claim.

## Why it matters
A read-only copy of the volume is a good idea: with CephFS it costs nothing. The cache however is a new, empty volume
that restic writes to, and it takes over the access modes of the copy. Provisioning fails or the mover does, and there
is no backup.

## How to fix it
Give the cache modes of its own, which `vlint --fix` does:

```yaml
restic:
  accessModes: [ReadOnlyMany]
  cacheAccessModes: [ReadWriteOnce]
```

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureCache, issue 412",
    .check = check,
});

}  // namespace vlint::rules
