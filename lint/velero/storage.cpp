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

Storage::Storage(const model::Cluster& cluster) : cluster_(cluster) {
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

ClaimFacts Storage::describe(const Source& claim, kube::KnownLabels labels) const {
  const Value metadata = claim.metadata;
  const Value spec = claim.spec;
  ClaimFacts facts;
  facts.labels = std::move(labels);
  facts.excluded = facts.labels.has(kExcludeLabel, "true");
  facts.excluded_where = metadata["labels"].find(kExcludeLabel).key.span();
  facts.attributes.claim_labels = facts.labels;
  facts.attributes.claim_phase = "Bound";
  if (const Value phase = claim.status["phase"]; phase.is_set()) {
    facts.attributes.claim_phase = std::string(phase.text());
    facts.bound = known(phase.text() == "Bound");
  }
  if (facts.bound == Known::no) {
    facts.host_path = Known::no;
    return facts;
  }
  const Value volume_name = spec["volumeName"];
  const Resource* volume = nullptr;
  if (volume_name.is_set()) {
    volume = cluster_.find("", "PersistentVolume", "", volume_name.text());
  } else if (const auto bound = volume_of_claim_.find({claim.name_space, claim.name});
             bound != volume_of_claim_.end()) {
    volume = bound->second;
  }
  if (volume != nullptr) {
    describe_volume((*volume)["spec"], facts);
  } else {
    describe_class(metadata, spec, facts);
  }
  return facts;
}

void Storage::describe_volume(Value pv_spec, ClaimFacts& facts) const {
  read_persistent_volume(pv_spec, facts.attributes);
  facts.host_path = known(pv_spec["hostPath"].is_set());
  if (facts.host_path == Known::yes) {
    facts.volume = {{"the PersistentVolume is a hostPath", pv_spec["hostPath"].span()}};
  }
}

void Storage::describe_class(Value metadata, Value spec, ClaimFacts& facts) const {
  forget_volume(facts);
  // A volume is at least as large as its claim asks for; most are just so large.
  if (const Value request = spec["resources"]["requests"]["storage"]; request.is_set()) {
    facts.attributes.capacity = read_quantity(request);
  }
  const Value class_name = spec["storageClassName"];
  const Resource* storage_class = default_class_;
  const Span where = class_name.is_set() ? class_name.span() : metadata["name"].span();
  if (class_name.is_set()) {
    if (!kube::has_known_text(class_name) || class_name.text().empty()) {
      facts.volume = {{"its PersistentVolume is not in the repository: it is taken for other than hostPath", where}};
      return;
    }
    facts.attributes.storage_class = std::string(class_name.text());
    storage_class = cluster_.find("storage.k8s.io", "StorageClass", "", class_name.text());
  }
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
  if (facts.host_path == Known::yes) {
    facts.volume = {{fmt::format("the provisioner {} makes hostPath volumes", name), provisioner.span()}};
  }
}

ClaimFacts Storage::describe_unseen(std::string_view name, Span where) {
  ClaimFacts facts;
  facts.in_repository = false;
  forget_volume(facts);
  facts.attributes.claim_labels = std::nullopt;
  facts.attributes.claim_phase = std::nullopt;
  facts.volume = {{fmt::format("the claim {} is not in the repository: it is taken for existing, on a volume other "
                               "than hostPath",
                               name),
                   where}};
  return facts;
}

}  // namespace vlint::velero
