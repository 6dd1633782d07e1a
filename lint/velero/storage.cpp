#include "lint/velero/storage.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

using kube::Resource;
using yaml::Value;

// Provisioners that are no CSI drivers, and the source of the PersistentVolumes that they make.
struct Provisioner {
  std::string_view name;
  std::string_view source;
};
constexpr auto kProvisioners = std::to_array<Provisioner>({
    {"rancher.io/local-path", "hostPath"},  // or local, by annotation
    {"microk8s.io/hostpath", "hostPath"},
    {"k8s.io/minikube-hostpath", "hostPath"},
    {"docker.io/hostpath", "hostPath"},
    {"kubernetes.io/host-path", "hostPath"},
    {"openebs.io/local", "local"},
    {"cluster.local/nfs-subdir-external-provisioner", "nfs"},
    {"k8s-sigs.io/nfs-subdir-external-provisioner", "nfs"},
    {"cluster.local/nfs-client-provisioner", "nfs"},
    {"fuseim.pri/ifs", "nfs"},
    {"kubernetes.io/aws-ebs", "awsElasticBlockStore"},
    {"kubernetes.io/azure-disk", "azureDisk"},
    {"kubernetes.io/azure-file", "azureFile"},
    {"kubernetes.io/cinder", "cinder"},
    {"kubernetes.io/gce-pd", "gcePersistentDisk"},
    {"kubernetes.io/glusterfs", "glusterfs"},
    {"kubernetes.io/portworx-volume", "portworxVolume"},
    {"kubernetes.io/quobyte", "quobyte"},
    {"kubernetes.io/rbd", "rbd"},
    {"kubernetes.io/scaleio", "scaleIO"},
    {"kubernetes.io/storageos", "storageOS"},
    {"kubernetes.io/vsphere-volume", "vsphereVolume"},
});

constexpr std::string_view kLocalPath = "rancher.io/local-path";

// The source that a provisioner gives its volumes; nothing when it is not known. The name of a CSI driver is a DNS
// name, so it has a dot and no slash.
std::optional<std::string_view> source_of_provisioner(std::string_view name) {
  for (const Provisioner& provisioner : kProvisioners) {
    if (provisioner.name == name) return provisioner.source;
  }
  const bool is_driver = name.find('/') == std::string_view::npos && name.find('.') != std::string_view::npos;
  return is_driver ? std::optional<std::string_view>("csi") : std::nullopt;
}

// local-path-provisioner: the claim's annotation `volumeType`, else the class' annotation `defaultVolumeType`.
bool is_local_type(Value claim_metadata, const Resource& storage_class) {
  const Value own = claim_metadata["annotations"]["volumeType"];
  const Value of_class = storage_class.metadata["annotations"]["defaultVolumeType"];
  return (own.is_set() ? own.text() : of_class.text()) == "local";
}

bool is_default_class(const Resource& storage_class) {
  const Value annotations = storage_class.metadata["annotations"];
  return annotations["storageclass.kubernetes.io/is-default-class"].text() == "true" ||
         annotations["storageclass.beta.kubernetes.io/is-default-class"].text() == "true";
}

// Nothing about the volume is known.
void forget_volume(ClaimFacts& facts) {
  facts.attributes.capacity = std::nullopt;
  facts.attributes.storage_class = std::nullopt;
  facts.attributes.is_nfs = Known::unknown;
  facts.attributes.is_csi = Known::unknown;
  facts.attributes.csi_driver = std::nullopt;
  facts.attributes.csi_attributes = std::nullopt;
  facts.attributes.type = std::nullopt;
  facts.host_path = Known::unknown;
}

void take_source(std::string_view source, std::string_view provisioner, ClaimFacts& facts) {
  facts.host_path = known(source == "hostPath");
  facts.attributes.type = std::string(source);
  // Server and path of the share are the provisioner's.
  facts.attributes.is_nfs = source == "nfs" ? Known::unknown : Known::no;
  facts.attributes.is_csi = known(source == "csi");
  facts.attributes.csi_driver = source == "csi" ? std::string(provisioner) : std::string();
  // The driver and its provisioner add attributes of their own.
  if (source == "csi") {
    facts.attributes.csi_attributes = std::nullopt;
  } else {
    facts.attributes.csi_attributes = kube::StringMap{};
  }
}

}  // namespace

Storage::Storage(const model::Cluster& cluster, bool is_dump) : cluster_(cluster), is_dump_(is_dump) {
  for (const Resource* volume : cluster.of_kind("", "PersistentVolume")) {
    const Value claim = (*volume)["spec"]["claimRef"];
    if (claim["name"].is_set()) {
      volume_of_claim_.try_emplace({claim["namespace"].text(), claim["name"].text()}, volume);
    }
  }
  std::size_t defaults = 0;
  for (const Resource* storage_class : cluster.of_kind("storage.k8s.io", "StorageClass")) {
    if (!is_default_class(*storage_class)) continue;
    ++defaults;
    default_class_ = storage_class;
  }
  if (defaults > 1) default_class_ = nullptr;
}

ClaimFacts Storage::describe(const Resource& claim) const {
  return describe({claim.name_space, claim.name, claim.metadata, claim["spec"], claim["status"]},
                  kube::read_labels(claim.metadata["labels"]));
}

ClaimFacts Storage::describe(const Resource& stateful_set, std::string_view name, Value claim_template) const {
  // Where both have a key the selector's value is taken.
  kube::KnownLabels labels = kube::read_labels(stateful_set["spec"]["selector"]["matchLabels"]);
  const kube::KnownLabels own = kube::read_labels(claim_template["metadata"]["labels"]);
  const auto is_new = [&](const std::string& key) {
    return labels.find(key) == nullptr && labels.has(key, {}) != Known::unknown;
  };
  kube::StringMap added;
  std::copy_if(own.labels.begin(), own.labels.end(), std::back_inserter(added),
               [&](const auto& label) { return is_new(label.first); });
  for (const std::string& key : own.unknown) {
    if (is_new(key)) kube::add_unknown_label(labels, key);
  }
  labels.labels.insert(labels.labels.end(), added.begin(), added.end());
  std::sort(labels.labels.begin(), labels.labels.end());
  return describe({stateful_set.name_space, name, claim_template["metadata"], claim_template["spec"], {}},
                  std::move(labels));
}

ClaimFacts Storage::describe_ephemeral(const Resource& owner, std::string_view name, Value claim_template) const {
  return describe({owner.name_space, name, claim_template["metadata"], claim_template["spec"], {}},
                  kube::read_labels(claim_template["metadata"]["labels"]));
}

ClaimFacts Storage::describe(const Source& claim, kube::KnownLabels labels) const {
  ClaimFacts facts;
  facts.metadata = claim.metadata;
  facts.annotations = claim.metadata["annotations"];
  facts.labels = std::move(labels);
  facts.excluded = facts.labels.has(kExcludeLabel, "true");
  facts.excluded_where = claim.metadata["labels"].find(kExcludeLabel).key.span();
  facts.terminating = claim.metadata["deletionTimestamp"].is_set();
  facts.own_attributes.claim_labels = facts.labels;
  facts.own_attributes.claim_phase = "Bound";
  read_binding(claim, facts);
  facts.attributes = facts.own_attributes;
  const Resource* storage_class = read_class(claim.metadata, claim.spec, facts);
  if (facts.volume_resource != nullptr) {
    describe_volume((*facts.volume_resource)["spec"], facts);
  } else if (!facts.has_volume()) {
    facts.host_path = Known::no;
    facts.volume_certainty = Certainty::proven;
  } else {
    describe_class(claim.metadata, claim.spec, storage_class, facts);
  }
  // A CSI volume is made by the driver that is also its class' provisioner, as a rule.
  if (!facts.provisioner && facts.class_exists == Known::unknown && facts.attributes.is_csi == Known::yes) {
    facts.provisioner = facts.attributes.csi_driver;
    facts.provisioner_is_assumed = true;
  }
  return facts;
}

// Which volume the claim is bound to. A manifest has no status: its claim is taken for bound.
void Storage::read_binding(const Source& claim, ClaimFacts& facts) const {
  const Value phase = claim.status["phase"];
  const bool is_live = phase.is_set() || is_dump_;
  if (is_live) {
    facts.own_attributes.claim_phase = std::string(phase.text());
    facts.bound = known(phase.text() == "Bound");
    if (facts.bound == Known::no) {
      facts.binding = {{fmt::format("the claim is {}", phase.is_set() ? phase.text() : "in no phase"),
                        phase ? phase.span() : claim.metadata["name"].span()}};
    }
  }
  const Value volume_name = claim.spec["volumeName"];
  if (volume_name.is_set() && !volume_name.text().empty()) {
    facts.volume_name = volume_name.text();
    facts.volume_resource = cluster_.find("", "PersistentVolume", "", facts.volume_name);
    facts.volume_exists = facts.volume_resource != nullptr || !is_dump_;
    if (!facts.volume_exists) {
      facts.binding = {{fmt::format("the PersistentVolume {} does not exist", volume_name.text()), volume_name.span()}};
    }
    return;
  }
  if (is_dump_ || facts.bound == Known::no) {
    facts.has_volume_name = false;
    facts.volume_exists = false;
    return;
  }
  const auto bound = volume_of_claim_.find({claim.name_space, claim.name});
  if (bound != volume_of_claim_.end()) facts.volume_resource = bound->second;
}

void Storage::describe_volume(Value pv_spec, ClaimFacts& facts) const {
  read_persistent_volume(pv_spec, facts.attributes);
  facts.volume_certainty = Certainty::proven;
  facts.host_path = known(pv_spec["hostPath"].is_set());
  if (facts.host_path == Known::yes) {
    facts.volume = {{"the PersistentVolume is a hostPath", pv_spec["hostPath"].span()}};
  }
}

// The claim's class; null when it has none or when it is not in the repository. Kubernetes fills in the default class
// (plugin/pkg/admission/storage/storageclass/setdefault).
const Resource* Storage::read_class(Value metadata, Value spec, ClaimFacts& facts) const {
  const Value name = spec["storageClassName"];
  facts.class_where = name.is_set() ? name.span() : metadata["name"].span();
  const Resource* storage_class = nullptr;
  if (name.is_set()) {
    if (!kube::has_known_text(name)) return nullptr;
    facts.has_class = Known::yes;
    facts.class_name = name.text();
    if (name.text().empty()) {
      facts.class_exists = Known::no;
      return nullptr;
    }
    storage_class = cluster_.find("storage.k8s.io", "StorageClass", "", name.text());
  } else if (is_dump_) {
    facts.has_class = Known::no;
    return nullptr;
  } else {
    storage_class = default_class_;
  }
  if (storage_class == nullptr) {
    if (is_dump_) facts.class_exists = Known::no;
    return nullptr;
  }
  facts.class_name = storage_class->name;
  facts.class_exists = Known::yes;
  const Value provisioner = (*storage_class)["provisioner"];
  if (kube::has_known_text(provisioner)) facts.provisioner = std::string(provisioner.text());
  return storage_class;
}

void Storage::describe_class(Value metadata, Value spec, const Resource* storage_class, ClaimFacts& facts) const {
  forget_volume(facts);
  // A volume is at least as large as its claim asks for; most are just so large.
  if (const Value request = spec["resources"]["requests"]["storage"]; request.is_set()) {
    facts.attributes.capacity = read_quantity(request);
  }
  const Value class_name = spec["storageClassName"];
  const Span where = facts.class_where;
  if (class_name.is_set() && (!kube::has_known_text(class_name) || class_name.text().empty())) {
    facts.volume = {{"its PersistentVolume is not in the repository: it is taken for other than hostPath", where}};
    return;
  }
  if (class_name.is_set()) facts.attributes.storage_class = std::string(class_name.text());
  if (storage_class == nullptr) {
    facts.volume = {{class_name.is_set()
                         ? fmt::format("the StorageClass {} is not in the repository: its volumes are taken for "
                                       "other than hostPath",
                                       class_name.text())
                         : std::string("the default StorageClass is not in the repository: its volumes are taken "
                                       "for other than hostPath"),
                     where}};
    return;
  }
  facts.attributes.storage_class = std::string(storage_class->name);
  const Value provisioner = (*storage_class)["provisioner"];
  const std::string_view name = provisioner.text();
  std::optional<std::string_view> source = source_of_provisioner(name);
  if (name == kLocalPath && is_local_type(metadata, *storage_class)) source = "local";
  if (!source) {
    facts.volume = {{fmt::format("what the provisioner {} makes is not known: its volumes are taken for other than "
                                 "hostPath",
                                 name),
                     provisioner ? provisioner.span() : storage_class->place()}};
    return;
  }
  take_source(*source, name, facts);
  facts.volume_certainty = Certainty::assumed;
  if (facts.host_path == Known::yes) {
    facts.volume = {{fmt::format("the provisioner {} makes hostPath volumes", name), provisioner.span()}};
  }
}

ClaimFacts Storage::describe_unseen(std::string_view name, Span where) const {
  ClaimFacts facts;
  facts.in_repository = false;
  facts.exists = !is_dump_;
  forget_volume(facts);
  facts.attributes.claim_labels = std::nullopt;
  facts.attributes.claim_phase = std::nullopt;
  facts.own_attributes = facts.attributes;
  facts.volume = {{facts.exists ? fmt::format("the claim {} is not in the repository: it is taken for existing, on a "
                                              "volume other than hostPath",
                                              name)
                                : fmt::format("the claim {} does not exist", name),
                   where}};
  return facts;
}

void Storage::leave_unused(const Resource& claim, ClaimFacts& facts) const {
  if (is_dump_ || claim["status"]["phase"].is_set() || claim["spec"]["volumeName"].is_set() ||
      facts.volume_resource != nullptr || facts.class_exists != Known::yes) {
    return;
  }
  const Resource* storage_class = cluster_.find("storage.k8s.io", "StorageClass", "", facts.class_name);
  const Value mode = (*storage_class)["volumeBindingMode"];
  if (mode.text() != "WaitForFirstConsumer") return;
  facts.bound = Known::no;
  facts.bound_is_assumed = true;
  facts.has_volume_name = false;
  facts.volume_exists = false;
  facts.own_attributes.claim_phase = "Pending";
  facts.host_path = Known::no;
  facts.volume = {};
  facts.binding = {
      {"no pod uses the claim, and its StorageClass waits for the first: it is taken for Pending", mode.span()}};
}

PvFacts read_pv_facts(const Resource& volume) {
  PvFacts facts;
  facts.resource = &volume;
  facts.name = volume.name;
  facts.labels = kube::read_labels(volume.metadata["labels"]);
  facts.excluded = facts.labels.has(kExcludeLabel, "true");
  facts.excluded_where = volume.metadata["labels"].find(kExcludeLabel).key.span();
  facts.terminating = volume.metadata["deletionTimestamp"].is_set();
  facts.has_claim_ref = volume["spec"]["claimRef"].is_set();
  read_persistent_volume(volume["spec"], facts.attributes);
  return facts;
}

PvFacts predict_pv(const ClaimFacts& claim, std::uint32_t index) {
  PvFacts facts;
  facts.has_claim_ref = true;
  facts.claim = index;
  facts.attributes = claim.attributes;
  facts.attributes.claim_labels = kube::KnownLabels{};
  facts.attributes.claim_phase = "";
  return facts;
}

}  // namespace vlint::velero
