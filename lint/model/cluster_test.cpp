#include "lint/model/cluster.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/testing.h"

namespace vlint::model {
namespace {

using kube::Resource;

// A line a resource: "apps/v1 Deployment namespace/name".
struct Example {
  yaml::Parsed parsed;
  Cluster cluster;

  explicit Example(std::string_view lines)
      : parsed(manifests(lines)), cluster("c", kube::read_resources(parsed.tree), {}) {}

  static std::string manifests(std::string_view lines) {
    std::string text;
    for (const std::string_view line : split(lines, '\n')) {
      const std::vector<std::string_view> words = split(line, ' ');
      if (words.size() < 3) continue;
      const std::size_t slash = words[2].find('/');
      text += "---\napiVersion: " + std::string(words[0]) + "\nkind: " + std::string(words[1]) + "\nmetadata:\n";
      if (slash != std::string_view::npos) text += "  namespace: " + std::string(words[2].substr(0, slash)) + "\n";
      text += "  name: " + std::string(words[2].substr(slash == std::string_view::npos ? 0 : slash + 1)) + "\n";
    }
    return text;
  }

  std::string of_kind(std::string_view group, std::string_view kind) const {
    std::vector<std::string> titles;
    for (const Resource* resource : cluster.of_kind(group, kind)) titles.push_back(resource->title());
    return join(titles, ", ");
  }
};

TEST_CASE("resources of a kind come in the order of their sources") {
  const Example example(
      "v1 Pod b/z\n"
      "apps/v1 Deployment a/x\n"
      "v1 Pod a/y\n"
      "v1 Pod b/a\n"
      "example.org/v1 Pod a/other\n"
      "v1 PodTemplate a/t\n");
  CHECK(example.of_kind("", "Pod") == "Pod b/z, Pod a/y, Pod b/a");
  CHECK(example.of_kind("apps", "Deployment") == "Deployment a/x");
  CHECK(example.of_kind("example.org", "Pod") == "Pod a/other");
  CHECK(example.of_kind("", "Deployment") == "");
  CHECK(example.of_kind("apps", "Pod") == "");
  CHECK(example.of_kind("", "") == "");
  CHECK(example.cluster.resources().size() == 6);
}

TEST_CASE("a resource is found by its whole identity") {
  const Example example(
      "v1 ConfigMap a/x\n"
      "v1 ConfigMap b/x\n"
      "v1 ConfigMap x\n"
      "v1 Secret a/x\n"
      "v1 Namespace a\n");
  const auto title = [&](std::string_view group, std::string_view kind, std::string_view name_space,
                         std::string_view name) {
    const Resource* found = example.cluster.find(group, kind, name_space, name);
    return found == nullptr ? std::string("none") : found->title();
  };
  CHECK(title("", "ConfigMap", "a", "x") == "ConfigMap a/x");
  CHECK(title("", "ConfigMap", "b", "x") == "ConfigMap b/x");
  CHECK(title("", "ConfigMap", "", "x") == "ConfigMap x");
  CHECK(title("", "Secret", "a", "x") == "Secret a/x");
  CHECK(title("", "Namespace", "", "a") == "Namespace a");
  CHECK(title("", "ConfigMap", "c", "x") == "none");
  CHECK(title("", "ConfigMap", "a", "y") == "none");
  CHECK(title("apps", "ConfigMap", "a", "x") == "none");
  CHECK(title("", "ConfigMa", "a", "x") == "none");
  CHECK(title("", "Zzz", "z", "z") == "none");
}

TEST_CASE("of several resources with one identity the last is found, as the last one applied wins") {
  const Example example("v1 ConfigMap a/x\nv1 Secret a/x\nv1 ConfigMap a/x\nv1 ConfigMap a/a\n");
  CHECK(example.cluster.find("", "ConfigMap", "a", "x") == &example.cluster.resources()[2]);
  CHECK(example.of_kind("", "ConfigMap") == "ConfigMap a/x, ConfigMap a/x, ConfigMap a/a");
}

TEST_CASE("an empty cluster has nothing and is complete") {
  const Cluster cluster;
  CHECK(cluster.of_kind("", "Pod").empty());
  CHECK(cluster.find("", "Pod", "a", "b") == nullptr);
  CHECK(cluster.is_complete());
}

TEST_CASE("a cluster of which something was not seen is not complete") {
  const Cluster cluster("c", {}, {Incomplete{"apps", "it is built by Kustomize", {}}});
  CHECK_FALSE(cluster.is_complete());
  CHECK(cluster.incomplete().size() == 1);
  CHECK(cluster.name() == "c");
}

}  // namespace
}  // namespace vlint::model
