#include "lint/kube/kinds.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

constexpr Scope kNamespaced = Scope::namespaced;
constexpr Scope kCluster = Scope::cluster;
constexpr std::string_view kItself = "";
constexpr std::string_view kTemplate = "spec.template";

// Kubernetes 1.31 and the custom kinds that backups are about. Sorted by group and kind.
constexpr auto kKinds = std::to_array<KindInfo>({
    {"", "ComponentStatus", "componentstatuses", "cs", kCluster},
    {"", "ConfigMap", "configmaps", "cm", kNamespaced},
    {"", "Endpoints", "endpoints", "ep", kNamespaced},
    {"", "Event", "events", "ev", kNamespaced},
    {"", "LimitRange", "limitranges", "limits", kNamespaced},
    {"", "Namespace", "namespaces", "ns", kCluster},
    {"", "Node", "nodes", "no", kCluster},
    {"", "PersistentVolume", "persistentvolumes", "pv", kCluster},
    {"", "PersistentVolumeClaim", "persistentvolumeclaims", "pvc", kNamespaced},
    {"", "Pod", "pods", "po", kNamespaced, kItself},
    {"", "PodTemplate", "podtemplates", "", kNamespaced},
    {"", "ReplicationController", "replicationcontrollers", "rc", kNamespaced, kTemplate},
    {"", "ResourceQuota", "resourcequotas", "quota", kNamespaced},
    {"", "Secret", "secrets", "", kNamespaced},
    {"", "Service", "services", "svc", kNamespaced},
    {"", "ServiceAccount", "serviceaccounts", "sa", kNamespaced},
    {"admissionregistration.k8s.io", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations", "", kCluster},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", "", kCluster},
    {"admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", "",
     kCluster},
    {"admissionregistration.k8s.io", "ValidatingWebhookConfiguration", "validatingwebhookconfigurations", "", kCluster},
    {"apiextensions.k8s.io", "CustomResourceDefinition", "customresourcedefinitions", "crd", kCluster},
    {"apiregistration.k8s.io", "APIService", "apiservices", "", kCluster},
    {"apps", "ControllerRevision", "controllerrevisions", "", kNamespaced},
    {"apps", "DaemonSet", "daemonsets", "ds", kNamespaced, kTemplate},
    {"apps", "Deployment", "deployments", "deploy", kNamespaced, kTemplate},
    {"apps", "ReplicaSet", "replicasets", "rs", kNamespaced, kTemplate},
    {"apps", "StatefulSet", "statefulsets", "sts", kNamespaced, kTemplate, "spec.volumeClaimTemplates"},
    {"argoproj.io", "AppProject", "appprojects", "appproj", kNamespaced},
    {"argoproj.io", "Application", "applications", "app", kNamespaced},
    {"argoproj.io", "ApplicationSet", "applicationsets", "appset", kNamespaced},
    {"argoproj.io", "Rollout", "rollouts", "ro", kNamespaced, kTemplate},
    {"autoscaling", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa", kNamespaced},
    {"batch", "CronJob", "cronjobs", "cj", kNamespaced, "spec.jobTemplate.spec.template"},
    {"batch", "Job", "jobs", "", kNamespaced, kTemplate},
    {"cert-manager.io", "Certificate", "certificates", "cert", kNamespaced},
    {"cert-manager.io", "CertificateRequest", "certificaterequests", "cr", kNamespaced},
    {"cert-manager.io", "ClusterIssuer", "clusterissuers", "", kCluster},
    {"cert-manager.io", "Issuer", "issuers", "", kNamespaced},
    {"certificates.k8s.io", "CertificateSigningRequest", "certificatesigningrequests", "csr", kCluster},
    {"coordination.k8s.io", "Lease", "leases", "", kNamespaced},
    {"discovery.k8s.io", "EndpointSlice", "endpointslices", "", kNamespaced},
    {"events.k8s.io", "Event", "events", "ev", kNamespaced},
    {"external-secrets.io", "ClusterExternalSecret", "clusterexternalsecrets", "ces", kCluster},
    {"external-secrets.io", "ClusterSecretStore", "clustersecretstores", "css", kCluster},
    {"external-secrets.io", "ExternalSecret", "externalsecrets", "es", kNamespaced},
    {"external-secrets.io", "SecretStore", "secretstores", "ss", kNamespaced},
    {"flowcontrol.apiserver.k8s.io", "FlowSchema", "flowschemas", "", kCluster},
    {"flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", "prioritylevelconfigurations", "", kCluster},
    {"groupsnapshot.storage.k8s.io", "VolumeGroupSnapshot", "volumegroupsnapshots", "vgs", kNamespaced},
    {"groupsnapshot.storage.k8s.io", "VolumeGroupSnapshotClass", "volumegroupsnapshotclasses", "vgsclass", kCluster},
    {"groupsnapshot.storage.k8s.io", "VolumeGroupSnapshotContent", "volumegroupsnapshotcontents", "vgsc", kCluster},
    {"helm.toolkit.fluxcd.io", "HelmRelease", "helmreleases", "hr", kNamespaced},
    {"kustomize.toolkit.fluxcd.io", "Kustomization", "kustomizations", "ks", kNamespaced},
    {"kyverno.io", "ClusterPolicy", "clusterpolicies", "cpol", kCluster},
    {"kyverno.io", "Policy", "policies", "pol", kNamespaced},
    {"monitoring.coreos.com", "PodMonitor", "podmonitors", "pmon", kNamespaced},
    {"monitoring.coreos.com", "PrometheusRule", "prometheusrules", "promrule", kNamespaced},
    {"monitoring.coreos.com", "ServiceMonitor", "servicemonitors", "smon", kNamespaced},
    {"networking.k8s.io", "IPAddress", "ipaddresses", "ip", kCluster},
    {"networking.k8s.io", "Ingress", "ingresses", "ing", kNamespaced},
    {"networking.k8s.io", "IngressClass", "ingressclasses", "", kCluster},
    {"networking.k8s.io", "NetworkPolicy", "networkpolicies", "netpol", kNamespaced},
    {"networking.k8s.io", "ServiceCIDR", "servicecidrs", "", kCluster},
    {"node.k8s.io", "RuntimeClass", "runtimeclasses", "", kCluster},
    {"policy", "PodDisruptionBudget", "poddisruptionbudgets", "pdb", kNamespaced},
    {"rbac.authorization.k8s.io", "ClusterRole", "clusterroles", "", kCluster},
    {"rbac.authorization.k8s.io", "ClusterRoleBinding", "clusterrolebindings", "", kCluster},
    {"rbac.authorization.k8s.io", "Role", "roles", "", kNamespaced},
    {"rbac.authorization.k8s.io", "RoleBinding", "rolebindings", "", kNamespaced},
    {"resource.k8s.io", "DeviceClass", "deviceclasses", "", kCluster},
    {"resource.k8s.io", "ResourceClaim", "resourceclaims", "", kNamespaced},
    {"resource.k8s.io", "ResourceClaimTemplate", "resourceclaimtemplates", "", kNamespaced},
    {"resource.k8s.io", "ResourceSlice", "resourceslices", "", kCluster},
    {"scheduling.k8s.io", "PriorityClass", "priorityclasses", "pc", kCluster},
    {"snapshot.storage.k8s.io", "VolumeSnapshot", "volumesnapshots", "vs", kNamespaced},
    {"snapshot.storage.k8s.io", "VolumeSnapshotClass", "volumesnapshotclasses", "vsclass", kCluster},
    {"snapshot.storage.k8s.io", "VolumeSnapshotContent", "volumesnapshotcontents", "vsc", kCluster},
    {"source.toolkit.fluxcd.io", "Bucket", "buckets", "", kNamespaced},
    {"source.toolkit.fluxcd.io", "GitRepository", "gitrepositories", "gitrepo", kNamespaced},
    {"source.toolkit.fluxcd.io", "HelmChart", "helmcharts", "hc", kNamespaced},
    {"source.toolkit.fluxcd.io", "HelmRepository", "helmrepositories", "helmrepo", kNamespaced},
    {"source.toolkit.fluxcd.io", "OCIRepository", "ocirepositories", "ocirepo", kNamespaced},
    {"storage.k8s.io", "CSIDriver", "csidrivers", "", kCluster},
    {"storage.k8s.io", "CSINode", "csinodes", "", kCluster},
    {"storage.k8s.io", "CSIStorageCapacity", "csistoragecapacities", "", kNamespaced},
    {"storage.k8s.io", "StorageClass", "storageclasses", "sc", kCluster},
    {"storage.k8s.io", "VolumeAttachment", "volumeattachments", "", kCluster},
    {"storage.k8s.io", "VolumeAttributesClass", "volumeattributesclasses", "vac", kCluster},
    {"velero.io", "Backup", "backups", "", kNamespaced},
    {"velero.io", "BackupRepository", "backuprepositories", "", kNamespaced},
    {"velero.io", "BackupStorageLocation", "backupstoragelocations", "bsl", kNamespaced},
    {"velero.io", "DataDownload", "datadownloads", "", kNamespaced},
    {"velero.io", "DataUpload", "datauploads", "", kNamespaced},
    {"velero.io", "DeleteBackupRequest", "deletebackuprequests", "", kNamespaced},
    {"velero.io", "DownloadRequest", "downloadrequests", "", kNamespaced},
    {"velero.io", "PodVolumeBackup", "podvolumebackups", "", kNamespaced},
    {"velero.io", "PodVolumeRestore", "podvolumerestores", "", kNamespaced},
    {"velero.io", "Restore", "restores", "", kNamespaced},
    {"velero.io", "Schedule", "schedules", "", kNamespaced},
    {"velero.io", "ServerStatusRequest", "serverstatusrequests", "ssr", kNamespaced},
    {"velero.io", "VolumeSnapshotLocation", "volumesnapshotlocations", "vsl", kNamespaced},
    {"volsync.backube", "ReplicationDestination", "replicationdestinations", "", kNamespaced},
    {"volsync.backube", "ReplicationSource", "replicationsources", "", kNamespaced},
});

constexpr bool by_group_and_kind(const KindInfo& a, const KindInfo& b) {
  return a.group != b.group ? a.group < b.group : a.kind < b.kind;
}
static_assert(std::is_sorted(kKinds.begin(), kKinds.end(), by_group_and_kind));

}  // namespace

std::span<const KindInfo> kinds() { return kKinds; }

const KindInfo* find_kind(std::string_view group, std::string_view kind) {
  const auto at = std::lower_bound(kKinds.begin(), kKinds.end(), std::pair(group, kind),
                                   [](const KindInfo& info, const std::pair<std::string_view, std::string_view>& key) {
                                     return info.group != key.first ? info.group < key.first : info.kind < key.second;
                                   });
  return at != kKinds.end() && at->group == group && at->kind == kind ? &*at : nullptr;
}

const KindInfo* find_resource_name(std::string_view name) {
  const std::string wanted = to_lower_ascii(name);
  const std::size_t dot = wanted.find('.');
  const std::string_view resource = std::string_view(wanted).substr(0, dot);
  const std::string_view group =
      dot == std::string::npos ? std::string_view{} : std::string_view(wanted).substr(dot + 1);
  for (const KindInfo& info : kKinds) {
    if (dot != std::string::npos && info.group != group) continue;
    if (resource == info.plural || resource == to_lower_ascii(info.kind) ||
        (!info.short_name.empty() && resource == info.short_name)) {
      return &info;
    }
  }
  return nullptr;
}

}  // namespace vlint::kube
