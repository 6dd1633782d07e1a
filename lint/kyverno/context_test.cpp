#include "lint/kyverno/context.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/kyverno/cluster_lookup.h"
#include "lint/yaml/testing.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;
using jmespath::Outcome;

constexpr std::string_view kCluster = R"y(
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: backup}
data: {schedule: "0 2 * * *", size: 3Gi}
binaryData: {blob: AAEC}
---
apiVersion: v1
kind: Secret
metadata: {name: base, namespace: backup}
data: {REPO: czM6Yg==}
stringData: {PASSWORD: s3cret, FLUX: "${PASSWORD}"}
---
apiVersion: v1
kind: Namespace
metadata: {name: media, labels: {tier: gold}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: media}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow, namespace: apps}
)y";

constexpr std::string_view kTrigger = R"y(
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: app-data, namespace: media, labels: {backup: hourly}, annotations: {v: "${X}"}}
spec: {accessModes: [ReadWriteOnce]}
)y";

struct World {
  yaml::Parsed manifests{std::string(kCluster)};
  yaml::Parsed trigger{std::string(kTrigger)};
  yaml::Parsed entries;
  model::Cluster cluster;
  ExpressionCache cache;
  Context context;

  explicit World(std::string context_yaml, bool complete = true, Request request = {},
                 std::string policy_namespace = {})
      : entries(std::move(context_yaml)),
        cluster("c", kube::read_resources(manifests.tree),
                complete ? std::vector<Incomplete>{} : std::vector<Incomplete>{{"apps", "a chart is not here", {}}}),
        context(cache, {&cluster}, with_trigger(std::move(request)), std::move(policy_namespace)) {
    context.add_entries(jmespath::from_yaml(entries.root()));
  }

  Request with_trigger(Request request) const {
    const Json object = jmespath::from_yaml(trigger.root());
    (request.operation == "DELETE" ? request.old_object : request.object) = object;
    request.version = "v1";
    request.kind = "PersistentVolumeClaim";
    request.name = "app-data";
    request.name_space = "media";
    return request;
  }

  std::string ask(std::string_view expression) {
    const Outcome outcome = context.query(expression);
    if (!outcome.ok()) return "failed: " + outcome.failure().message;
    if (outcome.value().is_unknown()) return "unknown";
    return jmespath::to_json(outcome.value()).value();
  }
};

TEST_CASE("roots of a request are there") {
  World world("[]");
  struct Row {
    std::string_view expression;
    std::string_view answer;
  };
  const Row rows[] = {
      {"request.object.metadata.name", "\"app-data\""},
      {"request.operation", "\"CREATE\""},
      {"request.namespace", "\"media\""},
      {"request.name", "\"app-data\""},
      {"request.kind", R"j({"group":"","kind":"PersistentVolumeClaim","version":"v1"})j"},
      {"request.resource.resource", "\"persistentvolumeclaims\""},
      {"request.oldObject", "null"},
      {"request.oldObject.metadata.name", "null"},
      {"request.userInfo.username", "unknown"},
      {"serviceAccountName", "unknown"},
      {"request.uid", "unknown"},
      {"request.object.metadata.annotations.v", "unknown"},
      {"  request.object.metadata.labels.backup == 'hourly'  ", "true"},
      {"request.object.metadata.labels.nope", "failed: JMESPath query failed: Unknown key \"nope\" in path"},
      {"request.objet", "failed: JMESPath query failed: Unknown key \"objet\" in path"},
      {"element", "failed: JMESPath query failed: Unknown key \"element\" in path"},
      {"images", "failed: JMESPath query failed: Unknown key \"images\" in path"},
      {"", "failed: invalid query (nil)"},
      {".x", "failed: incorrect query .x: SyntaxError: Invalid token: tDot"},
  };
  for (const Row& row : rows) {
    INFO(row.expression);
    CHECK(world.ask(row.expression) == row.answer);
  }
}

TEST_CASE("entries give their values") {
  World world(R"y(
- {name: plain, variable: {value: {a: [1, "{{ request.name }}"]}}}
- {name: picked, variable: {value: {a: {b: x}}, jmesPath: a.b}}
- {name: path, variable: {jmesPath: request.object.metadata.labels.backup}}
- {name: otherwise, variable: {jmesPath: request.object.metadata.labels.nope, default: "d-{{ request.name }}"}}
- {name: null_otherwise, variable: {jmesPath: request.oldObject, default: 5}}
- {name: later, variable: {jmesPath: "plain.{{ 'a' }}[1]"}}
- {name: int, variable: {jmesPath: "compare('a', 'a')"}}
- {name: settings, configMap: {name: settings, namespace: backup}}
- {name: base, apiCall: {urlPath: "/api/v1/namespaces/backup/secrets/{{ 'base' }}"}}
- {name: repo, apiCall: {urlPath: /api/v1/namespaces/backup/secrets/base, jmesPath: "data.REPO | base64_decode(@)"}}
- {name: nothing, apiCall: {urlPath: /api/v1/namespaces/backup/secrets/base, jmesPath: data.REPO.x}}
- {name: tier, apiCall: {urlPath: /api/v1/namespaces/media, jmesPath: metadata.labels.tier}}
- {name: rules, apiCall: {urlPath: /apis/networking.k8s.io/v1/networkpolicies, jmesPath: "items[].metadata.name"}}
- {name: own, apiCall: {urlPath: /apis/networking.k8s.io/v1/namespaces/media/networkpolicies, jmesPath: length(items)}}
- name: gone
  apiCall: {urlPath: /apis/networking.k8s.io/v1/namespaces/media/networkpolicies/x, default: "{{ request.name }}"}
- {name: service, apiCall: {service: {url: "https://x"}}}
- {name: posted, apiCall: {urlPath: /apis/authorization.k8s.io/v1/selfsubjectaccessreviews, method: POST}}
- {name: global, globalReference: {name: x}}
- {name: image, imageRegistry: {reference: nginx}}
)y");
  struct Row {
    std::string_view expression;
    std::string_view answer;
  };
  const Row rows[] = {
      {"plain.a", R"j([1,"app-data"])j"},
      {"picked", "\"x\""},
      {"path", "\"hourly\""},
      {"otherwise", "\"d-app-data\""},
      {"null_otherwise", "5"},
      {"later", "\"app-data\""},
      {"int == `0`", "true"},  // through JSON: no Go int any more
      {"settings.data.schedule", "\"0 2 * * *\""},
      {"settings.metadata.name", "\"settings\""},
      {"settings.data.blob", "unknown"},
      {"base.data.REPO", "\"czM6Yg==\""},
      {"base.data.PASSWORD", "\"czNjcmV0\""},
      {"base.data.FLUX", "unknown"},
      {"base.stringData", "failed: JMESPath query failed: Unknown key \"stringData\" in path"},
      {"base.metadata.uid", "unknown"},
      {"repo", "\"s3:b\""},
      {"nothing", "null"},
      {"tier", "\"gold\""},
      {"sort(rules)", R"j(["allow","deny"])j"},
      {"own", "1"},
      {"gone", "\"{{ request.name }}\""},
      {"service", "unknown"},
      {"posted", "unknown"},
      {"global", "unknown"},
      {"image.digest", "unknown"},
  };
  for (const Row& row : rows) {
    INFO(row.expression);
    CHECK(world.ask(row.expression) == row.answer);
  }
}

TEST_CASE("an entry that can't be worked out fails the query that mentions it, and no other") {
  struct Row {
    std::string_view entry;
    std::string_view answer;
  };
  const Row rows[] = {
      {"variable: {jmesPath: request.object.metadata.labels.nope}",
       "failed to apply jmespath request.object.metadata.labels.nope to variable JMESPath query failed: Unknown key "
       "\"nope\" in path"},
      {"variable: {jmesPath: request.oldObject}",
       "failed to add context entry for variable x since it evaluated to nil"},
      {"variable: {value: {a: b}, jmesPath: \"@ && `null`\", default: d}",
       "failed to add context entry for variable x since it evaluated to nil"},
      {"variable: {value: \"{{ nope }}\"}",
       "failed to substitute variables in context entry x : failed to resolve nope at path : JMESPath query failed: "
       "Unknown key \"nope\" in path"},
      {"configMap: {name: missing, namespace: backup}",
       "failed to retrieve config map for context entry x: failed to get configmap backup/missing : configmap "
       "\"missing\" not found"},
      {"apiCall: {urlPath: /apis/networking.k8s.io/v1/namespaces/media/networkpolicies/x}",
       "failed to fetch data for APICall: failed to GET resource with raw url: "
       "/apis/networking.k8s.io/v1/namespaces/media/networkpolicies/x: the server could not find the requested "
       "resource"},
      {"apiCall: {urlPath: /api/v1/namespaces/backup/secrets/base, jmesPath: data.NOPE}",
       "failed to apply JMESPath data.NOPE for context entry x: JMESPath query failed: Unknown key \"NOPE\" in path"},
  };
  for (const Row& row : rows) {
    World world("- {name: x, " + std::string(row.entry) + "}");
    INFO(row.entry);
    CHECK(world.ask("request.x") == "failed: JMESPath query failed: Unknown key \"x\" in path");
    CHECK(world.context.loaded().empty());
    CHECK(world.ask("x") == "failed: " + std::string(row.answer));
    REQUIRE(world.context.loaded().size() == 1);
    CHECK(world.context.loaded()[0].where == world.entries.root().at(0));
    CHECK(world.context.loaded()[0].failure.has_value());
  }
}

TEST_CASE("what may exist outside of Git is unknown") {
  struct Row {
    std::string_view entry;
    bool complete;
  };
  const Row rows[] = {
      {"apiCall: {urlPath: /api/v1/namespaces/backup/secrets/other}", true},
      {"apiCall: {urlPath: /api/v1/namespaces}", true},
      {"apiCall: {urlPath: /api/v1/namespaces/backup/pods}", true},
      {"apiCall: {urlPath: /apis/example.com/v1/things/x}", true},
      {"apiCall: {urlPath: /apis/networking.k8s.io/v1/namespaces/media/networkpolicies/x, default: d}", false},
      {"apiCall: {urlPath: /apis/networking.k8s.io/v1/networkpolicies}", false},
      {"apiCall: {urlPath: \"/api/v1/namespaces/backup/configmaps?limit=1\"}", true},
      {"configMap: {name: missing, namespace: backup}", false},
      {"configMap: {name: kube-root-ca.crt, namespace: backup}", true},
      {"configMap: {name: \"{{ request.userInfo.username }}\", namespace: backup}", true},
      {"variable: {jmesPath: request.object.metadata.annotations.v, default: d}", true},
  };
  for (const Row& row : rows) {
    World world("- {name: x, " + std::string(row.entry) + "}", row.complete);
    INFO(row.entry);
    CHECK(world.ask("x") == "unknown");
  }
}

TEST_CASE("an entry sees those before it and not itself") {
  World world(R"y(
- {name: a, variable: {jmesPath: "c || 'none'"}}
- {name: b, variable: {jmesPath: "join('', [a, '!'])"
}
}
- {
name:
  c, variable : {
  value:
    x
  }
}
- {name: c, variable: {jmesPath: "join('', [c, 'y'])"}}
)y");
  CHECK(world.ask("b") == "\"none!\"");
  CHECK(world.ask("c") == "\"xy\"");
  CHECK(world.context.loaded().size() == 4);
}

TEST_CASE("a name is mentioned between word boundaries and not after a dot") {
  struct Row {
    std::string_view query;
    std::string_view name;
    bool mentioned;
  };
  const Row rows[] = {{"x", "x", true},        {"x.y", "x", true},         {"y.x", "x", false},  {"xy", "x", false},
                      {"f(x)", "x", true},     {"_x", "x", true},          {"1x", "x", false},   {"x_", "x", false},
                      {"y.x || x", "x", true}, {"\"a-b\".c", "a-b", true}, {"a.b", "a.b", true}, {"", "x", false}};
  for (const Row& row : rows) {
    INFO(row.query);
    CHECK(mentions(row.query, row.name) == row.mentioned);
  }
}

TEST_CASE("a turn of foreach leaves nothing behind") {
  World world("- {name: outer, variable: {value: o}}");
  const auto saved = world.context.save();
  world.context.set_element(Json::string("e"), 2, 0);
  const yaml::Parsed inner("- {name: inner, variable: {jmesPath: \"join('-', [outer, element])\"}}");
  world.context.add_entries(jmespath::from_yaml(inner.root()));
  CHECK(world.ask("inner") == "\"o-e\"");
  CHECK(world.ask("elementIndex0") == "2");
  world.context.restore(*saved);
  CHECK(world.ask("inner") == "failed: JMESPath query failed: Unknown key \"inner\" in path");
  CHECK(world.ask("element") == "failed: JMESPath query failed: Unknown key \"element\" in path");
  CHECK(world.ask("outer") == "\"o\"");
}

TEST_CASE("a namespaced policy reads its own namespace only") {
  struct Row {
    std::string_view entry;
    std::string_view answer;
  };
  const Row rows[] = {
      {"configMap: {name: settings, namespace: backup}",
       "failed: context entry x: configMap namespace \"backup\" is different from policy namespace \"media\""},
      {"apiCall: {urlPath: /api/v1/namespaces/media/../backup/secrets/base}",
       "failed: path /api/v1/namespaces/backup/secrets/base refers to namespace backup, which is different from the "
       "policy namespace media"},
      {"apiCall: {urlPath: /api/v1/nodes}",
       "failed: path /api/v1/nodes does not contain a namespace segment, which is required for namespaced policies"},
      {"apiCall: {urlPath: /apis/networking.k8s.io/v1/namespaces/media/networkpolicies/deny, jmesPath: metadata.name}",
       "\"deny\""},
  };
  for (const Row& row : rows) {
    World world("- {name: x, " + std::string(row.entry) + "}", true, {}, "media");
    INFO(row.entry);
    CHECK(world.ask("x") == row.answer);
  }
}

TEST_CASE("on DELETE the old object stands in for the object") {
  Request request;
  request.operation = "DELETE";
  World world("[]", true, request);
  const Substituted result = world.context.substitute(Json::string("{{ request.object.metadata.name }}"));
  REQUIRE(result.ok());
  CHECK(result.value.as_string() == "app-data");
  CHECK(result.supplies[0].value.origin() == world.trigger.root()["metadata"]["name"]);
}

TEST_CASE("images of a workload are taken apart") {
  const yaml::Parsed pod(
      "{kind: Deployment, spec: {template: {spec: {containers: [{name: c, image: ghcr.io/a/b:1}, {name: d, image: "
      "\"${I}\"}]}}}}");
  ExpressionCache cache;
  Request request;
  request.object = jmespath::from_yaml(pod.root());
  Context context(cache, {}, request);
  const auto text = [&](std::string_view expression) { return context.query(expression).value().as_string(); };
  CHECK(text("images.containers.c.registry") == "ghcr.io");
  CHECK(text("images.containers.c.path") == "a/b");
  CHECK(text("images.containers.c.tag") == "1");
  CHECK(text("images.containers.c.jsonPointer") == "/spec/template/spec/containers/0/image");
  CHECK(context.query("images.containers.d.tag").value().is_unknown());
}

TEST_CASE("paths of the API are read") {
  struct Row {
    std::string_view path;
    std::string_view read;
  };
  const Row rows[] = {
      {"/api/v1/namespaces/a/secrets/b", "//v1/secrets/a/b"},
      {"/api/v1/namespaces/a/secrets", "//v1/secrets/a/"},
      {"/api/v1/namespaces/a", "//v1/namespaces//a"},
      {"/api/v1/namespaces", "//v1/namespaces//"},
      {"api/v1/nodes/n", "//v1/nodes//n"},
      {"/apis/apps/v1/namespaces/a/deployments/d/scale", "/apps/v1/deployments/a/d+"},
      {"/apis/apps/v1/deployments?labelSelector=x", "/apps/v1/deployments//+"},
      {"/apis/apps/v1", "none"},
      {"/api/v1", "none"},
      {"/healthz", "none"},
      {"", "none"},
  };
  for (const Row& row : rows) {
    const std::optional<ApiPath> path = parse_api_path(row.path);
    const std::string read = !path ? "none"
                                   : "/" + path->group + "/" + path->version + "/" + path->plural + "/" +
                                         path->name_space + "/" + path->name + (path->has_rest ? "+" : "");
    INFO(row.path);
    CHECK(read == row.read);
  }
}

}  // namespace
}  // namespace vlint::kyverno
