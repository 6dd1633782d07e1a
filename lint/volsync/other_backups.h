// What protects a claim besides Velero and VolSync: backups of CloudNativePG, Longhorn's recurring jobs, K8up, and
// other tools whose objects name the claim.
//
// Only whether they do is told, not how well.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/resource.h"
#include "lint/model/cluster.h"
#include "lint/velero/evidence.h"
#include "lint/velero/storage.h"

namespace vlint::volsync {

struct OtherBackup {
  std::string_view tool;                     // "cnpg", "longhorn", "k8up", "kasten", "other"
  const kube::Resource* resource = nullptr;  // that says so
  Known protects = Known::unknown;
  velero::EvidenceList evidence;
};

class OtherBackups {
 public:
  explicit OtherBackups(const model::Cluster& cluster);

  bool has_any() const;
  // Those that protect the claim or may do so. `facts`: nothing for a claim that is only named.
  std::vector<OtherBackup> of(std::string_view name_space, std::string_view name,
                              const velero::ClaimFacts* facts) const;

 private:
  void add_cnpg(std::string_view name_space, std::string_view name, std::vector<OtherBackup>& out) const;
  void add_longhorn(const velero::ClaimFacts& facts, std::vector<OtherBackup>& out) const;
  void add_k8up(std::string_view name_space, const velero::ClaimFacts* facts, std::vector<OtherBackup>& out) const;
  void add_mentions(std::string_view name_space, std::string_view name, std::vector<OtherBackup>& out) const;

  struct Mentions {
    const kube::Resource* resource = nullptr;
    std::set<std::string_view> texts;
  };

  const model::Cluster& cluster_;
  std::map<std::pair<std::string_view, std::string_view>, const kube::Resource*> cnpg_clusters_;
  std::map<std::pair<std::string_view, std::string_view>, const kube::Resource*> cnpg_schedules_;  // by cluster
  std::vector<const kube::Resource*> longhorn_jobs_;                  // those that make backups
  std::map<std::string_view, const kube::Resource*> k8up_schedules_;  // by namespace
  std::vector<const kube::Resource*> kasten_policies_;
  std::map<std::string_view, std::vector<Mentions>> mentions_;  // of other tools' objects, by namespace
};

}  // namespace vlint::volsync
