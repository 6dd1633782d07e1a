#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

// Where a claim of the repository has the class too, it is one that the cluster brings along.
bool is_used_by_claims(const model::Cluster& cluster, std::string_view name) {
  const std::vector<const kube::Resource*> claims = cluster.of_kind("", "PersistentVolumeClaim");
  return std::any_of(claims.begin(), claims.end(),
                     [&](const kube::Resource* one) { return (*one)["spec"]["storageClassName"].text() == name; });
}

// Classes that come with a cluster and stand in no repository: k3s, kind, minikube, the clouds.
bool comes_with_clusters(std::string_view name) {
  constexpr std::string_view kBuiltIn[] = {
      "azurefile",
      "azurefile-csi",
      "azurefile-csi-premium",
      "azurefile-premium",
      "default",
      "do-block-storage",
      "gp2",
      "gp3",
      "hcloud-volumes",
      "hostpath",
      "local-path",
      "managed",
      "managed-csi",
      "managed-csi-premium",
      "managed-premium",
      "premium-rwo",
      "standard",
      "standard-rwo",
      "microk8s-hostpath",
  };
  return std::find(std::begin(kBuiltIn), std::end(kBuiltIn), name) != std::end(kBuiltIn);
}

struct ClassUse {
  const volsync::Text& name;
  std::string_view what;  // "the cache"
};

void check_class(const ClusterModel& member, const Replication& replication, const ClassUse& use, Report& report) {
  if (use.name.given() != Known::yes) return;
  const model::Cluster& cluster = member.cluster;
  const std::string_view name = use.name.text();
  std::vector<std::string_view> names;
  for (const kube::Resource* one : cluster.of_kind("storage.k8s.io", "StorageClass")) {
    if (!kube::has_known_text(one->metadata["name"])) return;
    names.push_back(one->name);
  }
  const bool is_there = std::find(names.begin(), names.end(), name) != names.end();
  if (names.empty() || is_there || comes_with_clusters(name) || is_used_by_claims(cluster, name)) return;
  Draft draft =
      report.at(use.name.where(),
                fmt::format("{} wants {} in StorageClass {}, which does not exist: the volume stays Pending and {}",
                            replication.title(), use.what, name,
                            replication.is_source ? "no backup is made" : "nothing is restored"));
  draft.label("no such StorageClass").about(cluster, *replication.resource, use.name.field);
  if (const std::optional<std::string_view> near = closest(name, names, 1)) {
    draft.fix(fmt::format("write {}", *near), Safety::safe, *replication.resource,
              yaml::set_scalar(use.name.field, *near));
  } else {
    draft.help(
        fmt::format("the repository has the StorageClass{} {}", names.size() == 1 ? "" : "es", join(names, ", ")));
  }
}

void check(const Model& model, Report& report) {
  for_each_replication(model, [&](const ClusterModel& member, const Replication& replication) {
    const bool is_read = replication.mover() != nullptr;
    if (!is_read || may_hold_more(model, member)) return;
    if (has_cache(replication))
      check_class(member, replication, {replication.cache_storage_class, "its cache"}, report);
    // What a source reads directly is not copied; what a destination restores into a claim needs no other.
    const bool makes_volume = replication.is_source ? replication.copy_method != volsync::CopyMethod::direct
                                                    : replication.claim.given() == Known::no;
    if (copies_volume(replication) && makes_volume) {
      check_class(member, replication, {replication.storage_class, replication.is_source ? "its copy" : "its volume"},
                  report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_storage_class_missing) = checked({
    .summary = "a volume of VolSync is to be made in a StorageClass that does not exist",
    .explanation = R"md(
## What it finds
A `cacheStorageClassName` or `storageClassName` of a ReplicationSource or ReplicationDestination that no StorageClass
of the repository has as its name. It is silent where the repository has no StorageClass at all, for names that k3s,
minikube and the clouds bring along, where a claim of the repository uses the class too, and where charts, templates
or Applications deploy more than is seen.

## Why it matters
The mover needs the volume. Its claim stays Pending with the event "storageclass not found", the mover's pod stays
Pending with it, and no backup is made.

## How to fix it
Write the name of a StorageClass, or remove the field: cache and copy then have the class of the claim. Where exactly
one class is one letter away, `vlint --fix` writes it.

## When to ignore it
When the class is made by hand or by another repository.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go ensureCache, "
               "internal/controller/volumehandler/volumehandler.go EnsureNewPVC",
    .check = check,
});

}  // namespace vlint::rules
