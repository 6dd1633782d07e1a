#include "lint/model/secrets.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "lint/kube/selector_value.h"
#include "lint/model/secret_keys.h"

namespace vlint::model {
namespace {

using kube::Resource;
using yaml::Value;

// Kinds of other operators that fill in a Secret, and where they say its name. `list`: a list of those that say it.
struct OtherKind {
  std::string_view group;
  std::string_view kind;
  std::string_view list;        // dotted path, or empty
  std::string_view name;        // dotted path; empty: the object's own
  std::string_view name_space;  // dotted path; empty: the object's own
};
constexpr auto kOtherKinds = std::to_array<OtherKind>({
    {"akeyless.io", "AkeylessSecret", "", "spec.target.name", ""},
    {"cert-manager.io", "Certificate", "", "spec.secretName", ""},
    {"clustersecret.io", "ClusterSecret", "", "", ""},
    {"isindir.github.com", "SopsSecret", "spec.secretTemplates", "name", ""},
    {"k8s.bitwarden.com", "BitwardenSecret", "", "spec.secretName", ""},
    {"lerentis.uploadfilter24.eu", "BitwardenSecret", "", "spec.name", "spec.namespace"},
    {"objectbucket.io", "ObjectBucketClaim", "", "", ""},
    {"onepassword.com", "OnePasswordItem", "", "", ""},
    {"ricoberger.de", "VaultSecret", "", "", ""},
    {"secrets-store.csi.x-k8s.io", "SecretProviderClass", "spec.secretObjects", "secretName", ""},
    {"secrets.doppler.com", "DopplerSecret", "", "spec.managedSecret.name", "spec.managedSecret.namespace"},
    {"secrets.hashicorp.com", "HCPVaultSecretsApp", "", "spec.destination.name", ""},
    {"secrets.hashicorp.com", "VaultDynamicSecret", "", "spec.destination.name", ""},
    {"secrets.hashicorp.com", "VaultPKISecret", "", "spec.destination.name", ""},
    {"secrets.hashicorp.com", "VaultStaticSecret", "", "spec.destination.name", ""},
    {"secrets.infisical.com", "InfisicalSecret", "", "spec.managedSecretReference.secretName",
     "spec.managedSecretReference.secretNamespace"},
    {"secrets.infisical.com", "InfisicalSecret", "spec.managedKubeSecretReferences", "secretName", "secretNamespace"},
});

// Annotations that ask a controller to copy a Secret to other namespaces: emberstack's reflector, mittwald's
// replicator, kubed.
constexpr std::array<std::string_view, 4> kCopies = {
    "reflector.v1.k8s.emberstack.com/reflection-auto-enabled", "replicator.v1.mittwald.de/replicate-to",
    "replicator.v1.mittwald.de/replicate-to-matching", "kubed.appscode.com/sync"};

bool is_copied(Value metadata) {
  return std::any_of(kCopies.begin(), kCopies.end(), [&](std::string_view key) {
    const yaml::Entry entry = metadata["annotations"].find(key);
    return entry && entry.value.text() != "false";
  });
}

Value own_name(const Resource& resource) { return resource.metadata["name"]; }

// The name a spec gives, else the object's own.
Value name_or_own(Value given, const Resource& resource) { return given.is_set() ? given : own_name(resource); }

std::shared_ptr<const SecretKeys> no_keys() {
  SecretKeys keys;
  keys.are_all = false;
  return std::make_shared<const SecretKeys>(std::move(keys));
}

std::shared_ptr<const SecretKeys> shared(SecretKeys keys) {
  return std::make_shared<const SecretKeys>(std::move(keys));
}

// Whether an object of that namespace stands in the one that is asked for.
Known is_same_namespace(std::string_view own, std::string_view wanted, bool is_same_unit) {
  if (own.empty() && wanted.empty()) return is_same_unit ? Known::yes : Known::unknown;
  return own.empty() || wanted.empty() ? Known::unknown : known(own == wanted);
}

}  // namespace

Known SecretAnswer::has(std::string_view key) const {
  if (supplied == Known::no) return Known::no;
  bool may_have = suppliers.empty();
  for (const SecretSupplier& one : suppliers) {
    const bool has_it = one.keys->entries.find(key) != one.keys->entries.end();
    if (has_it && one.supplies == Known::yes) return Known::yes;
    may_have = may_have || has_it || !one.keys->are_all;
  }
  return may_have ? Known::unknown : Known::no;
}

const SecretEntry* SecretAnswer::find(std::string_view key) const {
  if (suppliers.size() != 1 || suppliers.front().supplies != Known::yes) return nullptr;
  const auto& entries = suppliers.front().keys->entries;
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : &found->second;
}

Secrets::Secrets(const model::Cluster& cluster, bool sees_all) : cluster_(cluster), sees_all_(sees_all) {
  for (const Resource& resource : cluster.resources()) add(resource);
}

void Secrets::add(Candidate candidate) {
  const Value name = candidate.name;
  if (!name.is_set()) return;  // Kubernetes makes up a name that nobody can refer to
  if (!kube::has_known_text(name)) {
    unnamed_.push_back(std::move(candidate));
  } else {
    by_name_.emplace(name.text(), std::move(candidate));
  }
}

void Secrets::add(const Resource& resource) {
  if (resource.is("", "Secret")) {
    const auto keys = shared(secret_keys(resource));
    add({&resource, SupplierKind::secret, own_name(resource), {}, false, keys});
    if (is_copied(resource.metadata)) add({&resource, SupplierKind::copy, own_name(resource), {}, true, keys});
    return;
  }
  if (resource.is("bitnami.com", "SealedSecret")) {
    const auto keys = shared(sealed_keys(resource));
    add({&resource, SupplierKind::sealed_secret, own_name(resource), {}, false, keys});
    if (is_copied(resource["spec"]["template"]["metadata"])) {
      add({&resource, SupplierKind::copy, own_name(resource), {}, true, keys});
    }
    return;
  }
  if (resource.is("external-secrets.io", "ExternalSecret")) {
    const Value spec = resource["spec"];
    const Value name = name_or_own(spec["target"]["name"], resource);
    if (spec["target"]["creationPolicy"].text() == "None") return;
    const auto keys = shared(external_keys(spec, resource.name_space));
    add({&resource, SupplierKind::external_secret, name, {}, false, keys});
    if (is_copied(spec["target"]["template"]["metadata"])) add({&resource, SupplierKind::copy, name, {}, true, keys});
    return;
  }
  if (resource.is("external-secrets.io", "ClusterExternalSecret")) {
    const Value spec = resource["spec"]["externalSecretSpec"];
    const Value external = name_or_own(resource["spec"]["externalSecretName"], resource);
    const Value target = spec["target"]["name"];
    if (spec["target"]["creationPolicy"].text() == "None") return;
    add({&resource,
         SupplierKind::cluster_external_secret,
         target.is_set() ? target : external,
         {},
         true,
         shared(external_keys(spec, std::nullopt))});
    return;
  }
  for (const OtherKind& other : kOtherKinds) {
    if (!resource.is(other.group, other.kind)) continue;
    const Value from = other.list.empty() ? resource.root : kube::follow(resource.root, other.list);
    const std::vector<Value> all = other.list.empty() ? std::vector<Value>{from} : from.items();
    for (const Value one : all) {
      const Value name = other.name.empty() ? own_name(resource) : kube::follow(one, other.name);
      const Value target = other.name_space.empty() ? Value{} : kube::follow(one, other.name_space);
      add({&resource, SupplierKind::other, name,
           target.is_set() ? std::optional(target.text()) : std::optional<std::string_view>{},
           other.kind == "ClusterSecret", no_keys()});
    }
  }
}

// external-secrets pkg/controllers/clusterexternalsecret: the namespaces that any of the selectors takes, and those
// that are listed. Kubernetes labels every namespace with its name.
Known Secrets::is_selected(const Resource& resource, std::string_view name_space, NearMiss& miss) const {
  const Value spec = resource["spec"];
  for (const Value listed : spec["namespaces"].items()) {
    if (!kube::has_known_text(listed)) return Known::unknown;
    if (!name_space.empty() && listed.text() == name_space) return Known::yes;
  }
  std::vector<Value> selectors = spec["namespaceSelectors"].items();
  if (spec["namespaceSelector"].is_set()) selectors.push_back(spec["namespaceSelector"]);
  const Resource* found = name_space.empty() ? nullptr : cluster_.find("", "Namespace", "", name_space);
  if (selectors.empty()) return name_space.empty() ? Known::unknown : Known::no;
  kube::KnownLabels labels;
  if (found != nullptr) labels = kube::read_labels(found->metadata["labels"]);
  constexpr std::string_view kNameLabel = "kubernetes.io/metadata.name";
  if (!name_space.empty() && labels.find(kNameLabel) == nullptr) {
    labels.labels.emplace_back(kNameLabel, name_space);
    std::sort(labels.labels.begin(), labels.labels.end());
  }
  Known selected = Known::no;
  for (const Value selector : selectors) selected = selected || matches(kube::read_label_selector(selector), labels);
  // The labels of a namespace that no manifest describes are not known.
  if (found == nullptr) return selected == Known::yes && selectors.front().size() == 0 ? Known::yes : Known::unknown;
  if (selected == Known::no) miss = {&resource, selectors.front().span(), found};
  return selected;
}

Known Secrets::reaches(const Candidate& candidate, std::string_view name_space, std::uint32_t unit,
                       NearMiss& miss) const {
  const Resource& resource = *candidate.resource;
  const bool is_same_unit = resource.unit == unit;
  if (candidate.kind == SupplierKind::cluster_external_secret) return is_selected(resource, name_space, miss);
  if (candidate.is_everywhere) {
    // In its own namespace it is the original.
    const Known is_own = is_same_namespace(resource.name_space, name_space, is_same_unit);
    return candidate.kind == SupplierKind::copy && is_own == Known::yes ? Known::no : Known::unknown;
  }
  const std::string_view own = candidate.target.value_or(resource.name_space);
  return is_same_namespace(own, name_space, is_same_unit);
}

void Secrets::answer(const Candidate& candidate, std::string_view name_space, std::uint32_t unit,
                     SecretAnswer& out) const {
  NearMiss miss;
  Known reached = reaches(candidate, name_space, unit, miss);
  if (miss.resource != nullptr) out.near_misses.push_back(miss);
  if (reached == Known::no) {
    if (!candidate.is_everywhere) out.elsewhere.push_back(candidate.resource);
    return;
  }
  // It adds keys to a Secret that something else must make.
  const Value policy = candidate.kind == SupplierKind::cluster_external_secret
                           ? (*candidate.resource)["spec"]["externalSecretSpec"]["target"]["creationPolicy"]
                           : (*candidate.resource)["spec"]["target"]["creationPolicy"];
  const bool only_merges = candidate.kind != SupplierKind::secret && policy.text() == "Merge";
  if (only_merges || !kube::has_known_text(candidate.name)) reached = Known::unknown;
  out.suppliers.push_back({candidate.resource, candidate.kind, reached, candidate.keys});
}

SecretAnswer Secrets::find(std::string_view name_space, std::string_view name, std::uint32_t unit) const {
  SecretAnswer out;
  const auto range = by_name_.equal_range(name);
  for (auto at = range.first; at != range.second; ++at) answer(at->second, name_space, unit, out);
  for (const Candidate& candidate : unnamed_) answer(candidate, name_space, unit, out);
  out.supplied = sees_all_ ? Known::no : Known::unknown;
  for (const SecretSupplier& one : out.suppliers) out.supplied = out.supplied || one.supplies;
  return out;
}

}  // namespace vlint::model
