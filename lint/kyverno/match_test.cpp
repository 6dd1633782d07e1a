#include "lint/kyverno/match.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "lint/yaml/testing.h"

namespace vlint::kyverno {
namespace {

struct World {
  yaml::Parsed parsed;
  model::Cluster cluster;
  Install install;
  std::vector<Policy> policies;
  Matcher matcher;

  explicit World(const std::string& manifests)
      : parsed(manifests),
        cluster("c", kube::read_resources(parsed.tree), {}),
        install(find_install(cluster)),
        policies(read_policies(cluster)),
        matcher(cluster, policies, install) {}

  MatchReason explain(std::string_view kind, std::string_view name_space, std::string_view name) {
    for (const kube::Resource& object : cluster.resources()) {
      if (object.kind != kind || object.name_space != name_space || object.name != name) continue;
      return matcher.explain({0, 0}, make_trigger(object));
    }
    return {{Known::no, MatchPart::none, nullptr}, "no such object", {}, {}};
  }
  std::string_view text(Span span) const { return parsed.files.text(span); }
};

// A rule with this match and exclude block, and a claim apps/data with the labels {backup: hourly, tier: gold}.
std::string policy(std::string_view blocks) {
  return "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  rules:\n  - name: r\n    " +
         std::string(blocks) + "\n    generate: {apiVersion: v1, kind: ConfigMap, name: made, namespace: made}\n";
}
constexpr std::string_view kClaim = R"(---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: apps, labels: {backup: hourly, tier: gold}, annotations: {a/b: c}}
)";

Known taken(std::string_view blocks, std::string_view more = "") {
  World world(policy(blocks) + std::string(kClaim) + std::string(more));
  return world.explain("PersistentVolumeClaim", "apps", "data").verdict.result;
}
Known taken_by_resources(std::string_view resources, std::string_view more = "") {
  return taken("match: {any: [{resources: " + std::string(resources) + "}]}", more);
}

TEST_CASE("kinds are read in all their forms") {
  const auto takes = [](std::string_view kind) {
    return parse_kind_selector(kind).matches("apps", "v1", "Deployment");
  };
  for (const std::string kind : {"Deployment", "*", "*/*", "v1/Deployment", "*/Deployment", "apps/v1/Deployment",
                                 "apps/*/Deployment", "Deploy*", "Deploymen?"}) {
    CAPTURE(kind);
    CHECK(takes(kind));
  }
  for (const std::string kind : {"deployment", "Deployments", "v1beta1/Deployment", "apps/Deployment",
                                 "batch/v1/Deployment", "Deployment/scale", "Deployment.scale", "*/scale",
                                 "*/v1/Deployment", "apps/v1/Deployment/status", "a/b/c/d/e", "", "v/Deployment"}) {
    CAPTURE(kind);
    CHECK_FALSE(takes(kind));
  }
  CHECK(parse_version_and_kind("apps/v1/Deployment").api_version == "apps/v1");
  CHECK(parse_version_and_kind("v1/Secret").kind == "Secret");
  CHECK(parse_version_and_kind("Secret").api_version.empty());
}

TEST_CASE("every part of a filter must fit") {
  CHECK(taken_by_resources("{kinds: [PersistentVolumeClaim]}") == Known::yes);
  CHECK(taken_by_resources("{kinds: [Secret, v1/PersistentVolumeClaim]}") == Known::yes);
  CHECK(taken_by_resources("{kinds: [persistentvolumeclaim]}") == Known::no);
  CHECK(taken_by_resources("{names: [other, 'da*']}") == Known::yes);
  CHECK(taken_by_resources("{name: 'dat?'}") == Known::yes);
  CHECK(taken_by_resources("{names: ['dat']}") == Known::no);
  CHECK(taken_by_resources("{namespaces: ['ap*']}") == Known::yes);
  CHECK(taken_by_resources("{namespaces: [media]}") == Known::no);
  CHECK(taken_by_resources("{annotations: {'a/*': '?'}}") == Known::yes);
  CHECK(taken_by_resources("{annotations: {a/b: d}}") == Known::no);
  CHECK(taken_by_resources("{operations: [CREATE, UPDATE]}") == Known::yes);
  CHECK(taken_by_resources("{operations: [DELETE]}") == Known::no);
  CHECK(taken_by_resources("{operations: [UPDATE]}") == Known::unknown);
  CHECK(taken_by_resources("{}") == Known::no);
  CHECK(taken_by_resources("{kinds: ['${KIND}']}") == Known::unknown);
}

TEST_CASE("selectors take wildcards in matchLabels") {
  CHECK(taken_by_resources("{selector: {matchLabels: {backup: hourly}}}") == Known::yes);
  CHECK(taken_by_resources("{selector: {matchLabels: {backup: 'hour*'}}}") == Known::yes);
  CHECK(taken_by_resources("{selector: {matchLabels: {'back*': '?*'}}}") == Known::yes);
  CHECK(taken_by_resources("{selector: {matchLabels: {backup: 'd*'}}}") == Known::no);
  CHECK(taken_by_resources("{selector: {matchLabels: {backup: 'hour*', tier: silver}}}") == Known::no);
  CHECK(taken_by_resources("{selector: {matchExpressions: [{key: backup, operator: In, values: [daily, hourly]}]}}") ==
        Known::yes);
  CHECK(taken_by_resources("{selector: {matchExpressions: [{key: backup, operator: Is, values: [x]}]}}") == Known::no);
  CHECK(taken_by_resources("{selector: {matchLabels: {backup: '${SCHEDULE}'}}}") == Known::unknown);
}

TEST_CASE("lists of filters, exclude, and who asks") {
  constexpr std::string_view kYes = "{resources: {names: [data]}}";
  constexpr std::string_view kNo = "{resources: {names: [other]}}";
  const auto list = [](std::string_view key, std::string_view a, std::string_view b) {
    return "{" + std::string(key) + ": [" + std::string(a) + ", " + std::string(b) + "]}";
  };
  CHECK(taken("match: " + list("any", kNo, kYes)) == Known::yes);
  CHECK(taken("match: " + list("all", kNo, kYes)) == Known::no);
  CHECK(taken("match: {resources: {names: [data]}}") == Known::yes);
  CHECK(taken("match: {any: []}") == Known::no);
  const std::string match = "match: " + std::string(kYes) + "\n    exclude: ";
  CHECK(taken(match + list("any", kNo, kYes)) == Known::no);
  CHECK(taken(match + list("all", kNo, kYes)) == Known::yes);
  CHECK(taken(match + "{resources: {namespaces: [apps]}}") == Known::no);
  CHECK(taken(match + "{any: [{clusterRoles: [cluster-admin]}]}") == Known::unknown);
  CHECK(taken("match: {any: [{subjects: [{kind: User, name: x}], resources: {names: [data]}}]}") == Known::unknown);
  CHECK(taken("match: {any: [{subjects: [{kind: User, name: x}], resources: {names: [other]}}]}") == Known::no);
}

TEST_CASE("namespace labels come from the Namespace's manifest") {
  constexpr std::string_view kSelector = "{namespaceSelector: {matchLabels: {volsync: enabled}}}";
  const auto with = [](std::string_view labels) {
    return "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: {" + std::string(labels) + "}}\n";
  };
  CHECK(taken_by_resources(kSelector, with("volsync: enabled")) == Known::yes);
  CHECK(taken_by_resources(kSelector, with("other: x")) == Known::no);
  CHECK(taken_by_resources(kSelector, with("volsync: '${V}'")) == Known::unknown);
  CHECK(taken_by_resources(kSelector) == Known::unknown);
  // The one label that Kubernetes sets itself is known always.
  constexpr std::string_view kByName = "{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: apps}}}";
  CHECK(taken_by_resources(kByName) == Known::yes);
  CHECK(taken_by_resources(kByName, with("a: b")) == Known::yes);
  CHECK(taken_by_resources("{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: media, a: b}}}") ==
        Known::no);
}

TEST_CASE("objects in filtered namespaces are seen by no rule") {
  const std::string all = policy("match: {any: [{resources: {kinds: [ConfigMap, Namespace]}}]}");
  World world(all + R"(---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: kube-system}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: kube-public}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: apps}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: policies}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: kyverno, namespace: policies}
spec: {template: {spec: {containers: [{image: "ghcr.io/kyverno/kyverno:v1.12.3"}]}}}
)");
  CHECK(world.explain("ConfigMap", "kube-system", "a").verdict.part == MatchPart::resource_filters);
  CHECK(world.explain("Namespace", "", "kube-public").verdict.part == MatchPart::resource_filters);
  CHECK(world.explain("ConfigMap", "policies", "a").verdict.part == MatchPart::resource_filters);
  CHECK(world.explain("ConfigMap", "apps", "a").verdict.result == Known::yes);
  CHECK(world.install.release == Release{1, 12});

  World configured(all + R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: kyverno, namespace: policies}
data: {resourceFilters: "[Event,*,*] [ConfigMap,apps,b*] [broken"}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: kube-system}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: bb, namespace: apps}}
)");
  CHECK(configured.explain("ConfigMap", "kube-system", "a").verdict.result == Known::yes);
  CHECK(configured.explain("ConfigMap", "apps", "bb").verdict.part == MatchPart::resource_filters);
}

TEST_CASE("a Policy acts in its own namespace") {
  std::string text = policy("match: {any: [{resources: {kinds: [ConfigMap]}}]}");
  text.replace(text.find("ClusterPolicy"), 13, "Policy");
  text.replace(text.find("{name: p}"), 9, "{name: p, namespace: apps}");
  World world(text + R"(---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: apps}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: media}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}
)");
  CHECK(world.explain("ConfigMap", "apps", "a").verdict.result == Known::yes);
  CHECK(world.explain("ConfigMap", "media", "a").verdict.part == MatchPart::policy_namespace);
  CHECK(world.explain("ConfigMap", "", "a").verdict.result == Known::unknown);
}

TEST_CASE("the reason names the filter that got furthest, with both places") {
  World world(policy("match: {any: [{resources: {kinds: [Secret]}}, {resources: {kinds: [PersistentVolumeClaim], "
                     "selector: {matchLabels: {backup: daily}}}}]}") +
              std::string(kClaim));
  const MatchReason reason = world.explain("PersistentVolumeClaim", "apps", "data");
  CHECK(reason.verdict.part == MatchPart::selector);
  CHECK(reason.message == "the selector asks for backup: daily, and the object has backup: hourly");
  CHECK(world.text(reason.policy_place) == "daily");
  CHECK(world.text(reason.object_place) == "hourly");
}

TEST_CASE("the reason shows the label of the namespace") {
  World world(policy("match: {any: [{resources: {namespaceSelector: {matchLabels: {volsync: 'on'}}}}]}") +
              std::string(kClaim) +
              "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: {volsync: 'off'}}\n");
  const MatchReason reason = world.explain("PersistentVolumeClaim", "apps", "data");
  CHECK(reason.verdict.part == MatchPart::namespace_selector);
  CHECK(reason.message == "the namespaceSelector asks for volsync: on, and the namespace apps has volsync: off");
  CHECK(world.text(reason.policy_place) == "'on'");
  CHECK(world.text(reason.object_place) == "'off'");
}

TEST_CASE("the release is known by image or chart") {
  const auto release = [](const std::string& text) {
    const yaml::Parsed parsed(text);
    return find_install(model::Cluster("c", kube::read_resources(parsed.tree), {})).release;
  };
  const auto chart = [&](const std::string& version) {
    return release(
        "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: k, namespace: kyverno}\n"
        "spec: {chart: {spec: {chart: kyverno, version: '" +
        version + "'}}}\n");
  };
  CHECK(chart("3.2.6") == Release{1, 12});
  CHECK(chart("v3.5.1") == Release{1, 15});
  CHECK_FALSE(chart("2.7.3"));
  CHECK_FALSE(chart(">=3"));
  CHECK(release("apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: k}\nspec: {destination: "
                "{namespace: kyverno}, sources: [{chart: kyverno, targetRevision: 3.3.4}]}\n") == Release{1, 13});
  CHECK_FALSE(parse_release("latest"));
  CHECK_FALSE(parse_release("1"));
}

}  // namespace
}  // namespace vlint::kyverno
