// Who supplies a Secret, and which keys it has: plain and encrypted Secrets, External Secrets, sealed ones, those of
// other operators, and copies from other namespaces. Three-valued: what an operator fills in is not in Git.
//
// Values of Secrets are compared here and never printed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/kube/resource.h"
#include "lint/model/cluster.h"
#include "lint/model/partial_text.h"

namespace vlint::model {

enum class SupplierKind : std::uint8_t {
  secret,                   // a manifest, also an encrypted one
  sealed_secret,            // bitnami.com
  external_secret,          // external-secrets.io
  cluster_external_secret,  // one ExternalSecret a selected namespace
  other,                    // another operator, which fills in what no manifest tells
  copy,                     // another namespace's Secret, which a controller may copy here
};

struct SecretEntry {
  Span where;
  PartialText value;
  bool is_base64 = true;    // false: `data` that the API server refuses
  bool is_made_up = false;  // by a generator, anew at each refresh
};

struct SecretKeys {
  std::map<std::string, SecretEntry, std::less<>> entries;
  bool are_all = true;  // false: there may be others
};

struct SecretSupplier {
  const kube::Resource* resource = nullptr;
  SupplierKind kind = SupplierKind::secret;
  Known supplies = Known::yes;
  std::shared_ptr<const SecretKeys> keys;  // never null
};

// A ClusterExternalSecret that would supply the Secret if it selected the namespace.
struct NearMiss {
  const kube::Resource* resource = nullptr;
  Span selector;
  const kube::Resource* name_space = nullptr;  // the Namespace
};

struct SecretAnswer {
  Known supplied = Known::unknown;
  std::vector<SecretSupplier> suppliers;  // those that supply it or may do so
  std::vector<NearMiss> near_misses;
  // Suppliers of Secrets of that name in other namespaces.
  std::vector<const kube::Resource*> elsewhere;

  Known has(std::string_view key) const;
  // The entry where exactly one supplier is there and is certain; else null.
  const SecretEntry* find(std::string_view key) const;
};

class Secrets {
 public:
  // `sees_all`: that something is not among the resources proves that it is not in the cluster.
  Secrets(const model::Cluster& cluster, bool sees_all);

  // `unit`: of the object that asks. Objects without a namespace are taken to stand in one with others of their unit.
  SecretAnswer find(std::string_view name_space, std::string_view name, std::uint32_t unit) const;

 private:
  struct Candidate {
    const kube::Resource* resource = nullptr;
    SupplierKind kind = SupplierKind::secret;
    yaml::Value name;                        // the Secret's
    std::optional<std::string_view> target;  // its namespace where that is not the resource's own
    bool is_everywhere = false;              // the resource says in which namespaces
    std::shared_ptr<const SecretKeys> keys;
  };

  void add(const kube::Resource& resource);
  void add(Candidate candidate);
  Known reaches(const Candidate& candidate, std::string_view name_space, std::uint32_t unit, NearMiss& miss) const;
  Known is_selected(const kube::Resource& resource, std::string_view name_space, NearMiss& miss) const;
  void answer(const Candidate& candidate, std::string_view name_space, std::uint32_t unit, SecretAnswer& out) const;

  const model::Cluster& cluster_;
  bool sees_all_ = false;
  std::multimap<std::string_view, Candidate> by_name_;
  std::vector<Candidate> unnamed_;  // the name is templated
};

}  // namespace vlint::model
