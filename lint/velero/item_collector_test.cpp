#include "lint/velero/item_collector.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <deque>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

// Objects "ns/name" or "name" of a type.
struct Type {
  std::string name;
  std::vector<std::string> objects;
};

std::string collected(const std::vector<Type>& types, const std::string& spec, const Version& version = {1, 16, 2}) {
  std::deque<World> worlds;
  std::vector<ListedType> listed;
  for (const Type& type : types) {
    std::string text;
    kube::Scope scope = kube::Scope::cluster;
    for (const std::string& object : type.objects) {
      const std::size_t slash = object.find('/');
      const bool is_namespaced = slash != std::string::npos;
      if (is_namespaced) scope = kube::Scope::namespaced;
      text += fmt::format("---\nmetadata: {{name: {}{}}}\nstatus: {{phase: Active}}\n",
                          is_namespaced ? object.substr(slash + 1) : object,
                          is_namespaced ? ", namespace: " + object.substr(0, slash) : "");
    }
    worlds.emplace_back(text);
    ListedType one{{type.name, scope}, {}};
    for (const yaml::Document& document : worlds.back().tree().documents) {
      one.objects.emplace_back(worlds.back().tree(), document.root);
    }
    listed.push_back(std::move(one));
  }
  const World backup("apiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b, namespace: velero}\nspec: " + spec);
  const std::vector<Schedule> schedules = read_schedules(backup.cluster(), find_install(backup.cluster(), {}));
  const BackupSpec& read = schedules.front().backup;
  std::string names;
  for (const StoredObject& one : collect_items(listed, NamespaceFilter(read, {}, version),
                                               ResourceFilter(read, version, nullptr), SelectorFilter(read), version)) {
    names += fmt::format("{}{} {}/{}", names.empty() ? "" : ", ", one.resource, one.name_space, one.name);
  }
  return names;
}

TEST_CASE("objects are stored by type and namespace") {
  const std::vector<Type> types = {{"secrets", {"a/s", "b/s"}}, {"configmaps", {"a/c"}}};
  CHECK(collected(types, "{}") == "secrets a/s, secrets b/s, configmaps a/c");
  CHECK(collected(types, "{includedResources: [secret]}") == "secrets a/s, secrets b/s");
  CHECK(collected(types, "{includedNamespaces: [b]}") == "secrets b/s");
}

TEST_CASE("objects that two groups serve are stored once") {
  CHECK(collected({{"deployments.extensions", {"a/d"}}, {"deployments.apps", {"a/d"}}}, "{}") ==
        "deployments.apps a/d");
  CHECK(collected({{"deployments.example.com", {"a/d"}}, {"deployments.apps", {"a/d"}}}, "{}") ==
        "deployments.example.com a/d, deployments.apps a/d");
}

TEST_CASE("the definition of a custom type goes with its objects") {
  const std::vector<Type> types = {
      {"customresourcedefinitions.apiextensions.k8s.io", {"things.example.com", "others.example.com"}},
      {"things.example.com", {"a/t"}}};
  CHECK(collected(types, "{includedNamespaces: [a]}") ==
        "things.example.com a/t, customresourcedefinitions.apiextensions.k8s.io /things.example.com");
  CHECK(collected(types, "{includedNamespaces: [a], excludedResources: [crd]}") == "things.example.com a/t");
  CHECK(collected(types, "{includedNamespaces: [b]}") == "");
}

TEST_CASE("Namespace objects go with what they hold") {
  const std::vector<Type> types = {{"namespaces", {"a", "b"}}, {"secrets", {"a/s"}}};
  CHECK(collected(types, "{includedNamespaces: [a]}") == "secrets a/s, namespaces /a");
}

TEST_CASE("Namespace objects are left out with their type") {
  const std::vector<Type> types = {{"namespaces", {"a"}}, {"secrets", {"a/s"}}};
  CHECK(collected(types, "{excludedResources: [namespaces]}") == "secrets a/s");
}

TEST_CASE("a Backup that names every namespace takes the cluster's objects, from 1.18.1 on") {
  const std::vector<Type> types = {
      {"namespaces", {"a", "b"}}, {"secrets", {"a/s"}}, {"clusterroles.rbac.authorization.k8s.io", {"r"}}};
  const std::string spec = "{includedNamespaces: [a, b], excludedResources: [pods]}";
  CHECK(collected(types, spec, {1, 18, 1}) ==
        "secrets a/s, clusterroles.rbac.authorization.k8s.io /r, namespaces /a, namespaces /b");
  CHECK(collected(types, spec, {1, 17, 2}) == "secrets a/s, namespaces /a, namespaces /b");
}

}  // namespace
}  // namespace vlint::velero
