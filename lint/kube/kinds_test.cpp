#include "lint/kube/kinds.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <string_view>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

TEST_CASE("every kind is found by group and kind, and by its names with the group") {
  std::set<std::string> names;
  for (const KindInfo& info : kinds()) {
    CAPTURE(info.group);
    CAPTURE(info.kind);
    CHECK(find_kind(info.group, info.kind) == &info);
    CHECK(names.insert(std::string(info.plural) + "." + std::string(info.group)).second);
    CHECK(info.plural == to_lower_ascii(info.plural));
    CHECK(info.short_name == to_lower_ascii(info.short_name));
    CHECK(info.plural.front() == to_lower_ascii(info.kind).front());
    if (info.group.empty()) continue;
    for (const std::string_view name : {info.plural, info.kind}) {
      CHECK(find_resource_name(std::string(name) + "." + std::string(info.group)) == &info);
    }
  }
}

TEST_CASE("a kind of another group is another kind") {
  REQUIRE(find_kind("apps", "Deployment") != nullptr);
  CHECK(find_kind("", "Deployment") == nullptr);
  CHECK(find_kind("extensions", "Deployment") == nullptr);
  CHECK(find_kind("apps", "deployment") == nullptr);
  CHECK(find_kind("apps", "") == nullptr);
  CHECK(find_kind("zzz", "Zzz") == nullptr);
  CHECK(find_kind("velero.io", "Backup") != find_kind("velero.io", "Schedule"));
}

TEST_CASE("resources have the names that kubectl takes") {
  const struct {
    std::string_view name;
    std::string_view group;
    std::string_view kind;
  } cases[] = {
      {"pods", "", "Pod"},
      {"pod", "", "Pod"},
      {"po", "", "Pod"},
      {"Pod", "", "Pod"},
      {"PVC", "", "PersistentVolumeClaim"},
      {"pv", "", "PersistentVolume"},
      {"ns", "", "Namespace"},
      {"deployments.apps", "apps", "Deployment"},
      {"deploy", "apps", "Deployment"},
      {"sts", "apps", "StatefulSet"},
      {"Deployment.apps", "apps", "Deployment"},
      {"networkpolicies", "networking.k8s.io", "NetworkPolicy"},
      {"schedules.velero.io", "velero.io", "Schedule"},
      {"bsl", "velero.io", "BackupStorageLocation"},
      {"pods.", "", "Pod"},
      {"events", "", "Event"},
      {"events.events.k8s.io", "events.k8s.io", "Event"},
      {"ks", "kustomize.toolkit.fluxcd.io", "Kustomization"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.name);
    const KindInfo* info = find_resource_name(c.name);
    REQUIRE(info != nullptr);
    CHECK(info->group == c.group);
    CHECK(info->kind == c.kind);
  }
  for (const std::string_view name : {"", "deployments.extensions", ".apps", "widgets", "*", "po.apps"}) {
    CAPTURE(name);
    CHECK(find_resource_name(name) == nullptr);
  }
}

TEST_CASE("workloads say where their pods are") {
  const struct {
    std::string_view group;
    std::string_view kind;
    std::string_view pod_template;
  } cases[] = {
      {"", "Pod", ""},
      {"", "ReplicationController", "spec.template"},
      {"apps", "DaemonSet", "spec.template"},
      {"apps", "Deployment", "spec.template"},
      {"apps", "ReplicaSet", "spec.template"},
      {"apps", "StatefulSet", "spec.template"},
      {"argoproj.io", "Rollout", "spec.template"},
      {"batch", "CronJob", "spec.jobTemplate.spec.template"},
      {"batch", "Job", "spec.template"},
  };
  std::size_t workloads = 0;
  for (const KindInfo& info : kinds()) workloads += info.makes_pods() ? 1 : 0;
  CHECK(workloads == std::size(cases));
  for (const auto& c : cases) {
    CAPTURE(c.kind);
    const KindInfo* info = find_kind(c.group, c.kind);
    REQUIRE(info != nullptr);
    CHECK(info->makes_pods());
    CHECK(info->pod_template == c.pod_template);
    CHECK(info->scope == Scope::namespaced);
    CHECK((info->claim_templates.data() != nullptr) == (c.kind == "StatefulSet"));
  }
  CHECK(find_kind("apps", "StatefulSet")->claim_templates == "spec.volumeClaimTemplates");
}

TEST_CASE("cluster-scoped kinds are known as such") {
  for (const std::string_view name : {"namespaces", "nodes", "pv", "sc", "crd", "clusterroles", "volumesnapshotclasses",
                                      "volumesnapshotcontents", "csidrivers", "ingressclasses", "priorityclasses"}) {
    CAPTURE(name);
    REQUIRE(find_resource_name(name) != nullptr);
    CHECK(find_resource_name(name)->scope == Scope::cluster);
  }
  for (const std::string_view name : {"pvc", "secrets", "roles", "volumesnapshots", "leases", "backups.velero.io"}) {
    CAPTURE(name);
    REQUIRE(find_resource_name(name) != nullptr);
    CHECK(find_resource_name(name)->scope == Scope::namespaced);
  }
}

}  // namespace
}  // namespace vlint::kube
