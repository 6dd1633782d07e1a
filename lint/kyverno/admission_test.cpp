#include "lint/kyverno/admission.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/yaml/testing.h"

namespace vlint::kyverno {
namespace {

constexpr std::string_view kMatch = "match: {any: [{resources: {kinds: [PersistentVolumeClaim]}}]}";
constexpr std::string_view kTarget = "apiVersion: v1, kind: ConfigMap, name: n, namespace: x";

struct Verdict {
  std::vector<AdmissionFault> kinds;
  std::vector<std::string> messages;
  Known refused = Known::no;

  bool is(AdmissionFault kind) const { return kinds.size() == 1 && kinds[0] == kind; }
};

Verdict judge_text(const std::string& text) {
  const yaml::Parsed parsed(text);
  const model::Cluster cluster("c", kube::read_resources(parsed.tree), {});
  Verdict verdict;
  for (const Policy& policy : read_policies(cluster)) {
    for (const Fault& fault : policy.faults) {
      verdict.kinds.push_back(fault.kind);
      verdict.messages.push_back(fault.message);
      CHECK(fault.where.valid());
    }
    verdict.refused = verdict.refused || policy.refused;
  }
  return verdict;
}

std::string policy(std::string_view head, std::string_view spec, std::string_view rules) {
  return "apiVersion: kyverno.io/v1\n" + std::string(head) + "\nspec:\n  " + std::string(spec) + "\n  rules:\n" +
         std::string(rules);
}
constexpr std::string_view kCluster = "kind: ClusterPolicy\nmetadata: {name: p}";
constexpr std::string_view kOwn = "kind: Policy\nmetadata: {name: p, namespace: apps}";

Verdict judge_spec(std::string_view spec) {
  return judge_text(
      policy(kCluster, spec, "  - {name: r, " + std::string(kMatch) + ", generate: {" + std::string(kTarget) + "}}\n"));
}
Verdict judge_rule(std::string_view parts, std::string_view head = kCluster) {
  return judge_text(policy(head, "background: true", "  - {name: r, " + std::string(parts) + "}\n"));
}
Verdict judge_match(std::string_view match) {
  return judge_rule(std::string(match) + ", generate: {" + std::string(kTarget) + "}");
}
Verdict judge_generate(std::string_view generate, std::string_view head = kCluster) {
  return judge_rule(std::string(kMatch) + ", generate: {" + std::string(generate) + "}", head);
}

TEST_CASE("a sound policy is accepted") {
  CHECK(
      judge_generate(std::string(kTarget) + ", data: {data: {a: '{{ request.object.metadata.name }}'}}").kinds.empty());
  CHECK(judge_generate(std::string(kTarget) + ", clone: {name: a, namespace: b}").kinds.empty());
  CHECK(judge_generate("namespace: x, cloneList: {namespace: a, kinds: [v1/Secret]}").kinds.empty());
  CHECK(judge_generate("apiVersion: v1, kind: ConfigMap, name: n, namespace: apps", kOwn).kinds.empty());
}

TEST_CASE("what is wrong with the policy as a whole") {
  CHECK(judge_spec("admission: false").is(AdmissionFault::admission_disabled));
  CHECK(judge_spec("generateExistingOnPolicyUpdate: true").is(AdmissionFault::removed_field));
  CHECK(judge_spec("webhookTimeoutSeconds: 31").is(AdmissionFault::timeout));
  CHECK(judge_spec("failurePolicy: Fail\n  webhookConfiguration: {failurePolicy: Fail}")
            .is(AdmissionFault::removed_field));
  // The API server takes the namespace away before Kyverno sees it.
  CHECK(judge_text(policy("kind: ClusterPolicy\nmetadata: {name: p, namespace: x}", "background: true", "    []"))
            .kinds.empty());
  const std::string rule = "  - {name: r, " + std::string(kMatch) + ", generate: {" + std::string(kTarget) + "}}\n";
  CHECK(judge_text(policy(kCluster, "background: true", rule + rule)).is(AdmissionFault::duplicate_rule_name));
}

TEST_CASE("what is wrong with match and exclude") {
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod]}}], all: [{resources: {kinds: [Pod]}}]}")
            .is(AdmissionFault::any_and_all));
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod]}}], resources: {kinds: [Pod]}}")
            .is(AdmissionFault::any_and_all));
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod], name: a, names: [b]}}]}")
            .is(AdmissionFault::name_and_names));
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod], selector: {}}}]}").is(AdmissionFault::selector));
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod], names: ['{{ x }}']}}]}")
            .is(AdmissionFault::variable_in_match));
  CHECK(judge_match("match: {any: [{resources: {kinds: ['*']}}]}").is(AdmissionFault::wildcard_kind));
  CHECK(judge_match("match: {any: [{resources: {names: [a]}}]}").is(AdmissionFault::match_not_specified));
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod]}, clusterRoles: [admin]}]}")
            .is(AdmissionFault::user_info_in_background));
  CHECK(judge_match("match: {any: [{resources: {kinds: [Pod]}}]}, exclude: {any: [{resources: {kinds: [Pod]}}]}")
            .is(AdmissionFault::empty_set));
}

TEST_CASE("what is wrong with what is generated") {
  const std::string target(kTarget);
  CHECK(judge_generate(target + ", data: {a: b}, clone: {name: a, namespace: b}").is(AdmissionFault::several_patterns));
  CHECK(judge_generate("apiVersion: v1, kind: ConfigMap, namespace: x").is(AdmissionFault::target_incomplete));
  CHECK(judge_generate("apiVersion: v1, kind: ConfigMap, name: n").is(AdmissionFault::target_namespace));
  CHECK(judge_generate("apiVersion: v1, kind: Namespace, name: n, namespace: x").is(AdmissionFault::target_namespace));
  CHECK(judge_generate("apiVersion: v1, kind: Namespace, name: n").kinds.empty());
  CHECK(judge_generate(target + ", data: {metadata: {labels: {+(a): b}}}").is(AdmissionFault::anchor_in_data));
  CHECK(judge_generate(target, kOwn).is(AdmissionFault::target_scope));
  CHECK(judge_generate("namespace: x, cloneList: {kinds: [v1/Secret]}").is(AdmissionFault::clone_list_scope));
  CHECK(
      judge_generate("namespace: x, cloneList: {namespace: a, kinds: [v1/Secret], selector: {matchLabels: {a: 'b*'}}}")
          .is(AdmissionFault::clone_list_selector));
  CHECK(
      judge_rule("match: {resources: {kinds: [ConfigMap]}}, generate: {" + target + "}").is(AdmissionFault::same_kind));
  // A kind that a chart may define is namespaced or not.
  CHECK(judge_generate("apiVersion: example.org/v1, kind: Thing, name: n").kinds.empty());
}

TEST_CASE("what is wrong with a rule's other parts") {
  const std::string generate = ", generate: {" + std::string(kTarget) + "}";
  const std::string match(kMatch);
  CHECK(judge_rule(match).is(AdmissionFault::no_operation));
  CHECK(
      judge_rule(match + generate + ", mutate: {patchStrategicMerge: {a: b}}").is(AdmissionFault::several_operations));
  CHECK(
      judge_rule(match + generate + ", context: [{name: request, variable: {value: 1}}]").is(AdmissionFault::context));
  CHECK(judge_rule(match + generate + ", context: [{name: a}]").is(AdmissionFault::context));
  CHECK(judge_rule(match + generate + ", context: [{name: requests, variable: {value: 1}}]").kinds.empty());
  CHECK(judge_generate(std::string(kTarget) + ", data: {by: '{{ serviceAccountName }}'}")
            .is(AdmissionFault::user_info_in_background));
  CHECK(judge_generate(std::string(kTarget) + ", data: {by: '{{ request.object.userInfo }}'}").kinds.empty());
}

TEST_CASE("a kind that nobody knows hides what is checked after it") {
  const std::string data = ", generate: {" + std::string(kTarget) + ", data: {(a): b}}";
  CHECK(judge_rule("match: {any: [{resources: {kinds: [Pod]}}]}" + data).refused == Known::yes);
  CHECK(judge_rule("match: {any: [{resources: {kinds: [pvc]}}]}" + data).refused == Known::unknown);
  CHECK(judge_rule("match: {any: [{resources: {kinds: [pvc]}}]}, generate: {apiVersion: v1, kind: Pod, name: n}")
            .refused == Known::yes);
}

}  // namespace
}  // namespace vlint::kyverno
