#include "lint/kyverno/simulation.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "lint/yaml/testing.h"

namespace vlint::kyverno {
namespace {

using yaml::Value;

struct World {
  yaml::Parsed parsed;
  SimulatedCluster simulated;

  explicit World(const std::string& manifests)
      : parsed(manifests), simulated(simulate(model::Cluster("c", kube::read_resources(parsed.tree), {}))) {}

  const Simulation& simulation() const { return simulated.simulation; }
  const kube::Resource* find(std::string_view kind, std::string_view name_space, std::string_view name) const {
    for (const kube::Resource& resource : simulated.cluster.resources()) {
      if (resource.kind == kind && resource.name_space == name_space && resource.name == name) return &resource;
    }
    return nullptr;
  }
  Value field(std::string_view kind, std::string_view path) const {
    for (const kube::Resource& resource : simulated.cluster.resources()) {
      if (resource.kind == kind && resource.generation != kube::kNotGenerated) return kube::follow(resource.root, path);
    }
    return {};
  }
  std::string names(std::string_view kind) const {
    std::string all;
    for (const kube::Resource& resource : simulated.cluster.resources()) {
      if (resource.kind != kind || resource.generation == kube::kNotGenerated) continue;
      all += fmt::format("{}{}/{}", all.empty() ? "" : " ", resource.name_space, resource.name);
    }
    return all;
  }
  std::size_t count(AttemptOutcome outcome) const {
    const auto& all = simulation().attempts;
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [&](const Attempt& a) { return a.outcome == outcome; }));
  }
  std::string_view text(Span span) const { return parsed.files.text(span); }
};

constexpr std::string_view kClaims = R"(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: one, namespace: apps, labels: {backup: hourly}}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 5Gi}}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: two, namespace: media, labels: {backup: daily}}
)";

std::string policy(std::string_view rules, std::string_view spec = "background: true") {
  return "---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: p}\nspec:\n  " + std::string(spec) +
         "\n  rules:\n" + std::string(rules);
}

constexpr std::string_view kSourceRule = R"(  - name: source
    match: {any: [{resources: {kinds: [PersistentVolumeClaim], selector: {matchLabels: {backup: hourly}}}}]}
    generate:
      apiVersion: volsync.backube/v1alpha1
      kind: ReplicationSource
      name: "{{ request.object.metadata.name }}-backup"
      namespace: "{{ request.namespace }}"
      synchronize: true
      data:
        metadata: {labels: {app: backup}}
        spec:
          sourcePVC: "{{ request.object.metadata.name }}"
          trigger: {schedule: "0 * * * *"}
          restic:
            accessModes: "{{ request.object.spec.accessModes }}"
            uid: "{{ request.object.metadata.uid }}"
)";

TEST_CASE("a rule makes an object of what it matches") {
  const World world(std::string(kClaims) + policy(kSourceRule));
  REQUIRE(world.names("ReplicationSource") == "apps/one-backup");
  REQUIRE(world.simulation().generations.size() == 1);
  const Generation& made = world.simulation().generations[0];
  CHECK(made.presence == Presence::added);
  CHECK(made.synchronize == Known::yes);
  CHECK(made.generate_existing == Known::no);
  CHECK(world.simulated.cluster.resources()[made.resource].name == "one-backup");
  CHECK(world.simulated.cluster.resources()[made.resource].generation == 0);
  CHECK(trigger_of(world.simulated.cluster, world.simulation(), made.cause).name == "one");
  CHECK(world.simulation().policy_of(made.cause).object->name == "p");
}

TEST_CASE("unchanged parts are the policy's, computed ones show its text") {
  const World world(std::string(kClaims) + policy(kSourceRule));
  const Value schedule = world.field("ReplicationSource", "spec.trigger.schedule");
  CHECK(schedule.text() == "0 * * * *");
  CHECK(schedule.tree() == &world.parsed.tree);
  const Value claim = world.field("ReplicationSource", "spec.sourcePVC");
  CHECK(claim.text() == "one");
  CHECK(world.text(claim.span()) == "\"{{ request.object.metadata.name }}\"");
  CHECK(claim.source().text() == "{{ request.object.metadata.name }}");
  CHECK(world.field("ReplicationSource", "spec.restic.accessModes").at(0).text() == "ReadWriteOnce");
  CHECK(world.field("ReplicationSource", "spec.restic.uid").is_templated());
  CHECK(world.text(world.find("ReplicationSource", "apps", "one-backup")->place()) ==
        "\"{{ request.object.metadata.name }}-backup\"");
}

TEST_CASE("labels say who made the object") {
  const World world(std::string(kClaims) + policy(kSourceRule));
  const Value labels = world.field("ReplicationSource", "metadata.labels");
  CHECK(labels["app"].text() == "backup");
  CHECK(labels["app.kubernetes.io/managed-by"].text() == "kyverno");
  CHECK(labels["generate.kyverno.io/policy-name"].text() == "p");
  CHECK(labels["generate.kyverno.io/rule-name"].text() == "source");
  CHECK(labels["generate.kyverno.io/trigger-kind"].text() == "PersistentVolumeClaim");
  CHECK(labels["generate.kyverno.io/trigger-namespace"].text() == "apps");
  CHECK(labels["generate.kyverno.io/trigger-uid"].is_templated());
}

std::string config_rule(std::string_view name, std::string_view generate, std::string_view more = "") {
  return "  - name: " + std::string(name) + "\n    match: {any: [{resources: {kinds: [PersistentVolumeClaim]}}]}\n" +
         std::string(more) + "    generate: {apiVersion: v1, kind: ConfigMap, " + std::string(generate) + "}\n";
}

TEST_CASE("preconditions decide, and what Git doesn't tell is not decided") {
  const auto world = [](std::string_view key, std::string_view value) {
    return World(
        std::string(kClaims) +
        policy(config_rule(
            "r", "name: made, namespace: '{{ request.namespace }}'",
            fmt::format("    preconditions: {{all: [{{key: '{}', operator: Equals, value: '{}'}}]}}\n", key, value))));
  };
  const World some = world("{{ request.object.metadata.labels.backup }}", "daily");
  CHECK(some.names("ConfigMap") == "media/made");
  CHECK(some.count(AttemptOutcome::not_met) == 1);
  const World unknown = world("{{ request.object.metadata.uid }}", "x");
  CHECK(unknown.names("ConfigMap").empty());
  CHECK(unknown.count(AttemptOutcome::unknown) == 2);
  const World failed = world("{{ request.object.metadata.labels.nothing }}", "x");
  CHECK(failed.names("ConfigMap").empty());
  REQUIRE(failed.count(AttemptOutcome::failed) == 2);
  const Attempt& attempt = failed.simulation().attempts[0];
  CHECK(attempt.stage == Stage::preconditions);
  CHECK(attempt.failure->kind == jmespath::FailureKind::not_found);
  CHECK(failed.text(attempt.where) == "'{{ request.object.metadata.labels.nothing }}'");
  REQUIRE(attempt.expression);
  CHECK(attempt.expression->expression == "request.object.metadata.labels.nothing");
  CHECK(attempt.expression->variable == TextRange{0, 44});
  CHECK(attempt.expression->scalar == attempt.scalar);
  CHECK_FALSE(attempt.expression->entry);
}

TEST_CASE("the expression that fails is that of the entry of context which a text needs") {
  const auto failed = [](std::string_view entry) {
    return World(std::string(kClaims) + policy(config_rule("r", "name: '{{ outer }}', namespace: x",
                                                           fmt::format("    context:\n"
                                                                       "      - {{name: inner, {}}}\n"
                                                                       "      - {{name: outer, variable: {{value: "
                                                                       "'x-{{{{ inner }}}}'}}}}\n",
                                                                       entry))));
  };
  const World path = failed("variable: {jmesPath: request.object.spec.nothing}");
  REQUIRE(path.count(AttemptOutcome::failed) == 2);
  const Attempt& of_path = path.simulation().attempts[0];
  REQUIRE(of_path.expression);
  CHECK(path.text(of_path.where) == "'{{ outer }}'");
  CHECK(of_path.expression->expression == "request.object.spec.nothing");
  CHECK(path.text(of_path.expression->scalar.span()) == "request.object.spec.nothing");
  CHECK(of_path.expression->entry["name"].text() == "inner");
  CHECK(of_path.expression->failure.kind == jmespath::FailureKind::not_found);
  const World variable = failed("variable: {value: '{{ to_upper(request.object.nothing) }}'}");
  REQUIRE(variable.count(AttemptOutcome::failed) == 2);
  REQUIRE(variable.simulation().attempts[0].expression);
  CHECK(variable.simulation().attempts[0].expression->expression == "to_upper(request.object.nothing)");
  CHECK(variable.simulation().attempts[0].expression->failure.kind == jmespath::FailureKind::type);
  // No expression is to blame.
  const World null = failed("variable: {jmesPath: request.oldObject}");
  REQUIRE(null.count(AttemptOutcome::failed) == 2);
  CHECK_FALSE(null.simulation().attempts[0].expression.has_value());
}

TEST_CASE("a name that is not known or is no text makes no object") {
  const auto world = [](std::string_view name) {
    return World(std::string(kClaims) + policy(config_rule("r", fmt::format("name: '{}', namespace: x", name))));
  };
  const World unknown = world("n-{{ request.object.metadata.uid }}");
  CHECK(unknown.simulation().generations.empty());
  CHECK(unknown.count(AttemptOutcome::unknown) == 2);
  const World number = world("{{ length(request.namespace) }}");
  CHECK(number.count(AttemptOutcome::failed) == 2);
  const World function = world("{{ concat(request.namespace) }}");
  REQUIRE(function.count(AttemptOutcome::failed) == 2);
  CHECK(function.simulation().attempts[0].failure->kind == jmespath::FailureKind::unknown_function);
  CHECK(function.text(function.simulation().attempts[0].where) == "'{{ concat(request.namespace) }}'");
}

TEST_CASE("an object that is there already is not made twice") {
  const World repeated(std::string(kClaims) + policy(config_rule("r", "name: made, namespace: x")));
  CHECK(repeated.names("ConfigMap") == "x/made");
  REQUIRE(repeated.simulation().generations.size() == 2);
  CHECK(repeated.simulation().generations[1].presence == Presence::repeated);
  CHECK(repeated.simulation().generations[0].resource == repeated.simulation().generations[1].resource);
  const World in_git(std::string(kClaims) + policy(config_rule("r", "name: made, namespace: x")) +
                     "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: made, namespace: x}}\n");
  CHECK(in_git.names("ConfigMap").empty());
  CHECK(in_git.simulation().generations[0].presence == Presence::in_git);
  CHECK(in_git.simulated.cluster.resources()[in_git.simulation().generations[0].resource].name == "made");
}

TEST_CASE("an object with two manifests triggers once") {
  const World world(std::string(kClaims) + "---\n" + std::string(kClaims) +
                    policy(config_rule("r", "name: made, namespace: '{{ request.namespace }}'")));
  CHECK(world.names("ConfigMap") == "apps/made media/made");
  CHECK(world.simulation().generations.size() == 2);
}

TEST_CASE("applyRules: One stops at the first rule that applies") {
  const std::string rules = config_rule("a", "name: a, namespace: '{{ request.namespace }}'",
                                        "    preconditions: {all: [{key: '{{ request.namespace }}', operator: Equals, "
                                        "value: media}]}\n") +
                            config_rule("b", "name: b, namespace: '{{ request.namespace }}'");
  CHECK(World(std::string(kClaims) + policy(rules)).names("ConfigMap") == "apps/b media/a media/b");
  CHECK(World(std::string(kClaims) + policy(rules, "applyRules: One")).names("ConfigMap") == "apps/b media/a");
}

TEST_CASE("a policy that admission refuses makes nothing") {
  const World world(std::string(kClaims) + policy(config_rule("r", "name: made, namespace: x"), "admission: false"));
  CHECK(world.simulation().generations.empty());
  CHECK(world.simulation().attempts.empty());
  CHECK(world.simulation().policies[0].refused == Known::yes);
}

TEST_CASE("clones take over what is not of one object alone") {
  constexpr std::string_view kSource = R"(---
apiVersion: v1
kind: ConfigMap
metadata: {name: base, namespace: store, uid: abc, labels: {team: x}, ownerReferences: [{name: o}], annotations: {a: b}}
data: {key: value}
)";
  const std::string rule = config_rule("r", "name: copy, namespace: apps, clone: {name: base, namespace: store}");
  const World world(std::string(kClaims) + policy(rule) + std::string(kSource));
  const kube::Resource* copy = world.find("ConfigMap", "apps", "copy");
  REQUIRE(copy != nullptr);
  const Value key = copy->root["data"]["key"];
  CHECK(key.text() == "value");
  CHECK(key.tree() == &world.parsed.tree);
  CHECK(copy->metadata["annotations"]["a"].text() == "b");
  CHECK(copy->metadata["labels"]["team"].text() == "x");
  CHECK(copy->metadata["labels"]["generate.kyverno.io/source-namespace"].text() == "store");
  CHECK_FALSE(copy->metadata["uid"]);
  CHECK_FALSE(copy->metadata["ownerReferences"]);
  const Generation& made = world.simulation().generations[0];
  CHECK(world.simulated.cluster.resources()[made.clone_source].name == "base");

  const World missing(std::string(kClaims) + policy(rule));
  CHECK(missing.names("ConfigMap").empty());
  CHECK(missing.count(AttemptOutcome::unknown) == 2);
}

TEST_CASE("a list of clones takes what its selector takes") {
  const World world(std::string(kClaims) + policy(R"(  - name: r
    match: {any: [{resources: {kinds: [PersistentVolumeClaim]}}]}
    generate:
      namespace: "{{ request.namespace }}"
      cloneList: {namespace: store, kinds: [v1/ConfigMap, v1/Secret], selector: {matchLabels: {copy: "yes"}}}
)") + R"(---
{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: store, labels: {copy: "yes"}}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: b, namespace: store}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: other, labels: {copy: "yes"}}}
---
{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: store, labels: {copy: "yes"}}}
)");
  CHECK(world.names("ConfigMap") == "apps/a media/a");
  CHECK(world.names("Secret") == "apps/s media/s");
}

TEST_CASE("foreach makes an object of each element") {
  const World world(std::string(kClaims) + policy(R"y(  - name: r
    match: {any: [{resources: {kinds: [PersistentVolumeClaim], names: [one]}}]}
    generate:
      foreach:
      - list: "['a', 'b', 'c']"
        preconditions: {all: [{key: "{{ element }}", operator: NotEquals, value: b}]}
        context: [{name: full, variable: {jmesPath: "join('-', [element, request.namespace])"}}]
        apiVersion: v1
        kind: ConfigMap
        name: "{{ full }}-{{ elementIndex }}"
        namespace: x
)y"));
  CHECK(world.names("ConfigMap") == "x/a-apps-0 x/c-apps-2");
  CHECK(world.simulation().generations[0].cause.for_each == 0);
  CHECK(world.count(AttemptOutcome::not_met) == 1);
}

TEST_CASE("generated objects trigger rules that ask for it") {
  const auto chain = [](std::string_view more) {
    return World(
        std::string(kClaims) + policy(kSourceRule) +
        "---\napiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata: {name: q}\nspec:\n  rules:\n"
        "  - name: second\n    match: {any: [{resources: {kinds: [ReplicationSource]}}]}\n" +
        std::string(more) +
        "    generate: {apiVersion: v1, kind: ConfigMap, name: '{{ request.object.metadata.name }}', namespace: x}\n");
  };
  CHECK(chain("").names("ConfigMap").empty());
  const World world = chain("    skipBackgroundRequests: false\n");
  CHECK(world.names("ConfigMap") == "x/one-backup");
  CHECK(world.simulation().generations[1].depth == 1);
  CHECK(world.simulation().trees.size() == 2);
}

TEST_CASE("a policy that triggers itself comes to an end") {
  const World world(std::string(kClaims) + policy(R"(  - name: r
    match: {any: [{resources: {kinds: [PersistentVolumeClaim], names: ["one*"]}}]}
    skipBackgroundRequests: false
    generate:
      apiVersion: v1
      kind: PersistentVolumeClaim
      name: "{{ request.object.metadata.name }}x"
      namespace: apps
)"));
  CHECK(world.simulation().generations.size() == 8);
  CHECK(world.count(AttemptOutcome::cut_off) == 1);
}

TEST_CASE("claims of StatefulSets trigger rules and are no resources") {
  const World world(R"(
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: apps}
spec:
  replicas: 2
  selector: {matchLabels: {app: db}}
  volumeClaimTemplates:
  - metadata: {name: data, labels: {backup: hourly, app: other}}
    spec: {accessModes: [ReadWriteOnce]}
)" + policy(kSourceRule));
  CHECK(world.names("ReplicationSource") == "apps/data-db-0-backup apps/data-db-1-backup");
  CHECK(world.names("PersistentVolumeClaim").empty());
  REQUIRE(world.simulation().claims.size() == 2);
  const ClaimOfSet& claim = world.simulation().claims[1];
  CHECK(claim.object.name == "data-db-1");
  CHECK(claim.object.name_space == "apps");
  CHECK(claim.object.metadata["labels"]["app"].text() == "db");
  CHECK(world.simulated.cluster.resources()[claim.stateful_set].name == "db");
  CHECK(world.simulation().generations[1].cause.claim == 1);
}

TEST_CASE("what is made of the same value of a store is the same, and the store's value stays unknown") {
  constexpr std::string_view kSecrets = R"(---
apiVersion: v1
kind: Namespace
metadata: {name: apps, labels: {copy: "yes"}}
---
apiVersion: v1
kind: Namespace
metadata: {name: media, labels: {copy: "yes"}}
---
apiVersion: external-secrets.io/v1
kind: ClusterExternalSecret
metadata: {name: base}
spec:
  namespaceSelectors: [{matchLabels: {copy: "yes"}}]
  externalSecretSpec:
    secretStoreRef: {kind: ClusterSecretStore, name: store}
    target: {name: base}
    data:
      - {secretKey: URL, remoteRef: {key: item, property: url}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: apps, labels: {backup: hourly}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: media, labels: {backup: hourly}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: other, namespace: media, labels: {backup: hourly}}
)";
  const World world(std::string(kSecrets) + policy(R"(  - name: secret
    match: {any: [{resources: {kinds: [PersistentVolumeClaim]}}]}
    context:
      - name: base
        apiCall: {urlPath: "/api/v1/namespaces/{{ request.namespace }}/secrets/base", jmesPath: data}
    generate:
      apiVersion: v1
      kind: Secret
      name: "{{ request.object.metadata.name }}-volsync"
      namespace: "{{ request.namespace }}"
      data:
        data:
          PATH: "{{ base64_encode(join('', [base64_decode(base.URL), request.object.metadata.name])) }}"
)",
                                                   "background: false"));
  const auto path = [&](std::string_view name_space, std::string_view name) {
    const kube::Resource* secret = world.find("Secret", name_space, name);
    REQUIRE(secret != nullptr);
    const Value value = (*secret)["data"]["PATH"];
    CHECK(value.is_templated());
    CHECK(world.text(value.span()).find("base64_encode(join") != std::string_view::npos);
    return value.text();
  };
  CHECK(path("apps", "data-volsync") == path("media", "data-volsync"));
  CHECK(path("media", "data-volsync") != path("media", "other-volsync"));
}

TEST_CASE("a key that a store's Secret doesn't have is missing") {
  const World world(R"(
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: base, namespace: apps}
spec:
  secretStoreRef: {kind: ClusterSecretStore, name: store}
  data: [{secretKey: URL, remoteRef: {key: item}}]
---
)" + std::string(kClaims) +
                    policy(R"(  - name: secret
    match: {any: [{resources: {kinds: [PersistentVolumeClaim], namespaces: [apps]}}]}
    context: [{name: base, apiCall: {urlPath: "/api/v1/namespaces/apps/secrets/base"}}]
    generate:
      apiVersion: v1
      kind: Secret
      name: made
      namespace: apps
      data: {data: {PATH: "{{ base.data.PASSWORD }}"}}
)"));
  REQUIRE(world.count(AttemptOutcome::failed) == 1);
  const Attempt& attempt = world.simulation().attempts.front();
  REQUIRE(attempt.failure);
  CHECK(attempt.failure->kind == jmespath::FailureKind::not_found);
}

TEST_CASE("policies in CEL are recorded") {
  const World world("apiVersion: policies.kyverno.io/v1\nkind: GeneratingPolicy\nmetadata: {name: g}\nspec: {}\n");
  CHECK(world.simulation().cel_policies == std::vector<std::uint32_t>{0});
  CHECK(world.simulation().policies.empty());
}

}  // namespace
}  // namespace vlint::kyverno
