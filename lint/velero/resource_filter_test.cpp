#include "lint/velero/resource_filter.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

struct Filtered {
  Filtered(const std::string& backup, const Version& version, const IncludeExcludePolicy* policy = nullptr)
      : world("apiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b}\nspec: " + backup + "\n"),
        schedules(read_schedules(world.cluster(), find_install(world.cluster(), {version}))),
        filter(schedules.front().backup, version, policy) {}
  Known includes(const char* name, bool everything = true) const {
    return filter.includes(*resolve_resource(name), everything);
  }
  World world;
  std::vector<Schedule> schedules;
  ResourceFilter filter;
};

constexpr Version kNew{1, 18, 1};
constexpr Version kOld{1, 16, 2};

TEST_CASE("names of resources resolve as discovery resolves them") {
  CHECK(resolve_resource("pvc")->name == "persistentvolumeclaims");
  CHECK(resolve_resource("PersistentVolumeClaim")->name == "persistentvolumeclaims");
  CHECK(resolve_resource("deployments.apps")->name == "deployments.apps");
  CHECK(resolve_resource("Deployment")->name == "deployments.apps");
  CHECK(resolve_resource("pv")->scope == kube::Scope::cluster);
  CHECK_FALSE(resolve_resource("Deployments.apps/v1").has_value());
  CHECK_FALSE(resolve_resource("persistentvolumeclam").has_value());
}

TEST_CASE("filters of the old kind") {
  struct Row {
    const char* backup;
    const char* type;
    bool everything;
    Known expected;
  };
  for (const Row& row : {
           Row{"{includedResources: [po]}", "pods", true, Known::yes},
           Row{"{includedResources: [po]}", "pvc", true, Known::no},
           Row{"{includedResources: ['*']}", "pvc", true, Known::yes},
           Row{"{includedResources: ['persistent*']}", "pvc", true, Known::yes},
           Row{"{excludedResources: [pod]}", "pods", true, Known::no},
           Row{"{excludedResources: [pod]}", "pvc", true, Known::yes},
           // A name that no type has matches nothing, but its list is no empty one.
           Row{"{includedResources: [podz]}", "pods", true, Known::no},
           Row{"{excludedResources: [podz]}", "pods", true, Known::yes},
           Row{"{includeClusterResources: false}", "pv", true, Known::no},
           Row{"{includeClusterResources: false}", "pods", true, Known::yes},
           Row{"{includeClusterResources: true}", "pv", false, Known::yes},
           Row{"{includedResources: [pv]}", "pv", false, Known::no},
           Row{"{includedResources: [pv]}", "pv", true, Known::yes},
           Row{"{includedResources: [pods]}", "namespaces", false, Known::no},
           Row{"{includedResources: [pods, '${X}']}", "pods", true, Known::yes},
           Row{"{includedResources: ['${X}']}", "pods", true, Known::unknown},
           Row{"{excludedResources: ['${X}']}", "pods", true, Known::unknown},
           Row{"{includeClusterResources: '${X}'}", "pv", true, Known::unknown},
           Row{"{includeClusterResources: '${X}'}", "pods", true, Known::yes},
       }) {
    CAPTURE(row.backup);
    CAPTURE(row.type);
    const Filtered filtered(row.backup, kNew);
    CHECK(filtered.filter.is_old_family());
    CHECK(filtered.includes(row.type, row.everything) == row.expected);
  }
}

TEST_CASE("filters by scope") {
  struct Row {
    const char* backup;
    const char* type;
    Known expected;
  };
  for (const Row& row : {
           Row{"{includedNamespaceScopedResources: [pods]}", "pods", Known::yes},
           Row{"{includedNamespaceScopedResources: [pods]}", "pvc", Known::no},
           Row{"{excludedNamespaceScopedResources: ['*']}", "pods", Known::no},
           Row{"{excludedNamespaceScopedResources: [pods]}", "pods", Known::no},
           Row{"{includedClusterScopedResources: [pv]}", "pods", Known::yes},
           Row{"{includedClusterScopedResources: [pv]}", "pv", Known::yes},
           Row{"{includedClusterScopedResources: [storageclasses]}", "pv", Known::no},
           Row{"{includedClusterScopedResources: [storageclasses]}", "namespaces", Known::yes},
           Row{"{excludedClusterScopedResources: [namespaces]}", "namespaces", Known::no},
           // An entry of the other scope is dropped, and what is left is an empty list.
           Row{"{includedNamespaceScopedResources: [pv]}", "pods", Known::yes},
           Row{"{includedNamespaceScopedResources: [podz]}", "pods", Known::no},
           Row{"{includedNamespaceScopedResources: ['${X}']}", "pods", Known::unknown},
       }) {
    CAPTURE(row.backup);
    CAPTURE(row.type);
    const Filtered filtered(row.backup, kNew);
    CHECK_FALSE(filtered.filter.is_old_family());
    CHECK(filtered.includes(row.type) == row.expected);
  }
}

TEST_CASE("no filter counts as one of the old kind up to 1.16") {
  CHECK(Filtered("{}", kOld).filter.is_old_family());
  CHECK_FALSE(Filtered("{}", kNew).filter.is_old_family());
  CHECK(Filtered("{}", kOld).includes("pods") == Known::yes);
  CHECK(Filtered("{}", kNew).includes("pods") == Known::yes);
}

TEST_CASE("what is excluded by name is left out of related objects too") {
  const auto excludes = [](const char* backup, const char* type) {
    return Filtered(backup, kNew).filter.excludes(*resolve_resource(type));
  };
  CHECK(excludes("{excludedResources: [pv]}", "pv") == Known::yes);
  CHECK(excludes("{includeClusterResources: false}", "pv") == Known::yes);
  CHECK(excludes("{includeClusterResources: true, includedResources: [pods]}", "pv") == Known::no);
  CHECK(excludes("{includedResources: [pods]}", "pv") == Known::yes);
  CHECK(excludes("{includedResources: [pods]}", "pvc") == Known::no);
  CHECK(excludes("{excludedClusterScopedResources: [pv]}", "pv") == Known::yes);
  CHECK(excludes("{includedClusterScopedResources: [namespaces]}", "pv") == Known::no);
}

TEST_CASE("the policy adds to the lists by scope where the Backup says nothing of the name") {
  IncludeExcludePolicy policy;
  policy.excluded_namespace_scoped_resources = {"pods", "secrets"};
  CHECK(Filtered("{}", kNew, &policy).includes("pods") == Known::no);
  CHECK(Filtered("{includedNamespaceScopedResources: [pods]}", kNew, &policy).includes("pods") == Known::yes);
  CHECK(Filtered("{includedResources: [pods]}", kNew, &policy).includes("pods") == Known::yes);
  policy = {};
  policy.included_namespace_scoped_resources = {"po"};
  CHECK(Filtered("{}", kNew, &policy).includes("pvc") == Known::no);
  CHECK(Filtered("{excludedNamespaceScopedResources: [pods]}", kNew, &policy).includes("pods") == Known::no);
}

TEST_CASE("from 1.17 on the objects of snapshots are left out") {
  const auto lists = [](const std::string& backup, const Version& version) {
    return lists_in_force(Filtered(backup, version).schedules.front().backup, version);
  };
  CHECK(lists("{}", kOld).excluded.empty());
  CHECK(lists("{}", kOld).excluded_namespaced.empty());
  CHECK(lists("{includedResources: [pods]}", kNew).excluded.size() == 2);
  CHECK(lists("{includedResources: [pods]}", kNew).excluded_namespaced.empty());
  CHECK(lists("{}", kNew).excluded.empty());
  CHECK(lists("{}", kNew).excluded_namespaced.size() == 1);
  CHECK(lists("{}", kNew).excluded_cluster.size() == 1);
}

TEST_CASE("whether types of the cluster are excluded may be not known") {
  const Filtered filtered("{includeClusterResources: '${C}'}", kNew);
  CHECK(filtered.filter.excludes(*resolve_resource("pv")) == Known::unknown);
  CHECK(filtered.filter.excludes(*resolve_resource("pvc")) == Known::no);
}

}  // namespace
}  // namespace vlint::velero
