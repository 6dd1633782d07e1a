#include "lint/kyverno/expressions.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/testing.h"

namespace vlint::kyverno {
namespace {

constexpr std::string_view kPolicy = R"y(
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: backup}
spec:
  background: false
  rules:
    - name: one
      match: {any: [{resources: {kinds: [PersistentVolumeClaim], names: ["{{ m }}"]}}]}
      context:
        - name: base
          apiCall:
            urlPath: "/api/v1/namespaces/{{ request.namespace }}/secrets/base"
            jmesPath: "data | concat(@)"
        - name: size
          variable:
            jmesPath: "request.object.spec.{{ 'size' }}"
            default: "{{ base.x }}"
        - name: settings
          configMap: {name: s, namespace: n}
      preconditions:
        all:
          - key: "{{ request.object.metadata.labels.backup || '' }}"
            operator: AnyIn
            value: [hourly]
            message: "m {{ p }}"
      generate:
        apiVersion: v1
        kind: Secret
        name: volsync-{{request.object.metadata.name}}
        data:
          stringData:
            "K{{ k }}": |
              first
              {{ concat(base.data.a, size) }}{{ size }}
            deep: "{{ {a: {b: size}} }}"
            pod: $(POD)
            flux: "{{ request.object.${VAR} }}"
            nested: "{{ a.{{ b }} }}"
        foreach:
          - list: request.object.spec.accessModes
            context: [{name: inner, variable: {value: "{{ element }}"}}]
            preconditions: {all: [{key: "{{ inner }}", operator: Equals, value: x}]}
            name: "{{ element.name }}"
    - name: two
      match: {any: [{resources: {kinds: [Pod]}}]}
      mutate:
        targets:
          - {apiVersion: v1, kind: Pod, name: "{{ t1 }}", context: [{name: tc, variable: {value: 1}}]}
        patchStrategicMerge: {metadata: {labels: {x: "{{ target.x }}"}}}
    - name: three
      match: {any: [{resources: {kinds: [Pod]}}]}
      imageExtractors: {Task: [{path: /spec, jmesPath: "split(@, ':')"}]}
      validate: {message: "no {{ v }}", deny: {conditions: {any: [{key: "{{ w }}", operator: Equals, value: 1}]}}}
)y";

struct Example {
  yaml::Parsed parsed;
  std::vector<kube::Resource> resources;
  PolicyExpressions found;

  explicit Example(std::string_view text)
      : parsed(std::string(text)),
        resources(kube::read_resources(parsed.tree)),
        found(find_expressions(resources.at(0))) {}

  std::string written(Span span) const { return std::string(parsed.tree.slice(span.begin, span.end)); }
  const PolicyExpression& of(std::string_view text) const {
    for (const PolicyExpression& expression : found.expressions) {
      if (expression.text == text) return expression;
    }
    FAIL("no expression " << text);
    return found.expressions.front();
  }
};

std::string_view name_of(Section section) {
  constexpr std::string_view kNames[] = {
      "match",    "exclude", "context", "preconditions", "target", "data",        "clone",      "list",
      "validate", "message", "mutate",  "mutate-target", "images", "attestation", "conditions", "other"};
  return kNames[static_cast<std::size_t>(section)];
}

TEST_CASE("every expression of a policy is found with what is defined there") {
  const Example example(kPolicy);
  std::string lines;
  for (const PolicyExpression& e : example.found.expressions) {
    std::vector<std::string_view> names;
    for (const DefinedName* name : names_of(example.found, e)) names.push_back(name->name);
    lines += fmt::format("{} {} {} {}{} [{}]{}{}{}{}\n", e.rule, static_cast<int>(e.kind), name_of(e.section), e.text,
                         e.is_key ? " key" : "", join(names, ","), e.has_element ? " element" : "",
                         e.has_target ? " target" : "", e.is_known ? "" : " flux", e.inner.empty() ? "" : " nested");
  }
  CHECK(lines ==
        "0 0 context request.namespace []\n"
        "0 1 context data | concat(@) []\n"
        "0 0 context 'size' [base]\n"
        "0 0 context base.x [base]\n"
        "0 0 match m [base,size,settings]\n"
        "0 0 preconditions request.object.metadata.labels.backup || '' [base,size,settings]\n"
        "0 0 preconditions p [base,size,settings]\n"
        "0 0 target request.object.metadata.name [base,size,settings]\n"
        "0 0 data k key [base,size,settings]\n"
        "0 0 data concat(base.data.a, size) [base,size,settings]\n"
        "0 0 data size [base,size,settings]\n"
        "0 0 data request.object.${VAR} [base,size,settings] flux\n"
        "0 0 data b [base,size,settings]\n"
        "0 0 data a.null [base,size,settings] nested\n"
        "0 2 list request.object.spec.accessModes [base,size,settings]\n"
        "0 0 context element [base,size,settings] element\n"
        "0 0 preconditions inner [base,size,settings,inner] element\n"
        "0 0 target element.name [base,size,settings,inner] element\n"
        "1 0 mutate-target t1 [tc] target\n"
        "1 0 mutate target.x [] target\n"
        "2 3 other split(@, ':') []\n"
        "2 0 message v []\n"
        "2 0 validate w []\n");
}

TEST_CASE("an expression and its parts have their places in the file") {
  const Example example(kPolicy);
  const PolicyExpression& call = example.of("concat(base.data.a, size)");
  CHECK(call.path == "/generate/data/stringData/K{{ k }}");
  CHECK(example.written(place_of(call, 0, 6)) == "concat");
  CHECK(example.written(place_of(call)) == "concat(base.data.a, size)");
  CHECK(example.written(place_of_variable(call)) == "{{ concat(base.data.a, size) }}");
  CHECK(example.parsed.tree.text.substr(place_of(call).begin - 3, 3) == "{{ ");
  const PolicyExpression& path = example.of("data | concat(@)");
  CHECK(example.written(place_of(path, 7, 6)) == "concat");
  CHECK(example.written(place_of(example.of("a.null"), 0, 1)) == "{{ a.{{ b }} }}");
  CHECK(example.written(place_of(example.of("k"))) == "k");
  CHECK(example.written(place_of(example.of("request.object.metadata.labels.backup || ''"), 15, 8)) == "metadata");
}

TEST_CASE("what the scanner doesn't see and references are listed") {
  const Example example(kPolicy);
  REQUIRE(example.found.unseen.size() == 1);
  CHECK(example.found.unseen[0].path == "/generate/data/stringData/deep");
  CHECK(example.found.unseen[0].unseen.kind == Unseen::Kind::deep_braces);
  REQUIRE(example.found.references.size() == 1);
  CHECK(example.found.references[0].path == "/generate/data/stringData/pod");
}

TEST_CASE("cleanup policies have conditions and a target") {
  const Example example(
      "apiVersion: kyverno.io/v2\nkind: ClusterCleanupPolicy\nmetadata: {name: x}\nspec:\n"
      "  context: [{name: c, variable: {jmesPath: target.x}}]\n"
      "  conditions: {any: [{key: \"{{ target.y }}\", operator: Equals, value: 1}]}\n");
  REQUIRE(example.found.expressions.size() == 2);
  CHECK(example.found.expressions[0].kind == ExpressionKind::context_jmespath);
  CHECK(example.found.expressions[1].section == Section::conditions);
  CHECK(example.found.expressions[1].has_target);
}

TEST_CASE("admission looks for known words and compiles") {
  using Verdict = Admission::Verdict;
  const AdmissionScope admission{false, false, {"base*", "cm.data", "cm.data.*"}};
  const AdmissionScope background{true, false, {"base*", "cm.data", "cm.data.*"}};
  const AdmissionScope targets{true, true, {}};
  struct Row {
    const AdmissionScope& scope;
    std::string_view expression;
    Verdict verdict;
  };
  const Row rows[] = {
      {admission, "request.object.metadata.name", Verdict::accepted},
      {admission, "request", Verdict::accepted},
      {background, "request", Verdict::not_allowed},
      {background, "request.objet", Verdict::accepted},
      {background, "requests.x", Verdict::not_allowed},
      {admission, "requests.x", Verdict::accepted},  // the words are not anchored
      {admission, "serviceAccountName", Verdict::accepted},
      {background, "serviceAccountName", Verdict::not_allowed},
      {background, "concat(a, b)", Verdict::accepted},
      {background, "basSecret.x", Verdict::not_allowed},
      {background, "to_upper(basSecret.x)", Verdict::accepted},
      {background, "baseX.y", Verdict::accepted},
      {background, "\"base-x\".y", Verdict::accepted},
      {background, "cm.data.k", Verdict::accepted},
      {background, "cm.dat", Verdict::not_allowed},
      {background, "target.x", Verdict::not_allowed},
      {targets, "target.x", Verdict::accepted},
      {background, "elements", Verdict::accepted},
      {background, "x || element", Verdict::accepted},
      {background, "@", Verdict::accepted},
      {background, "image", Verdict::not_allowed},
      {admission, "image", Verdict::accepted},
      {background, "", Verdict::not_compiled},
      {background, ".x", Verdict::not_compiled},
      {background, "request.a-b", Verdict::not_compiled},
  };
  for (const Row& row : rows) {
    INFO(row.expression);
    CHECK(check_variable(row.expression, row.scope).verdict == row.verdict);
  }
  CHECK(check_variable(" foo.\"b\" ", background).message ==
        "variable foo.b must match regex \"request\\.|element|elementIndex|@|images|images\\.|image\\.|"
        "([a-z_0-9]+\\()[^{}]\" or patterns [base* cm.data cm.data.*]");
  CHECK(check_variable(".x", background).message == "invalid JMESPath query .x: SyntaxError: Invalid token: tDot");
}

TEST_CASE("a policy beyond every measure is not read to its end") {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "{{a}} ";
  const Example large("apiVersion: kyverno.io/v1\nkind: Policy\nmetadata: {name: x}\nspec: {rules: [{name: '" + text +
                      "'}]}\n");
  CHECK_FALSE(large.found.is_complete);
  CHECK(large.found.expressions.size() < 2000);
  CHECK(Example(kPolicy).found.is_complete);
}

TEST_CASE("the names of a rule become admission's patterns") {
  const Example example(kPolicy);
  const AdmissionScope scope = admission_scope(example.found, 0);
  CHECK_FALSE(scope.background);
  CHECK(join(scope.patterns, " ") ==
        "base* size* settings.data settings.metadata settings.data.* settings.metadata.* inner*");
  CHECK(admission_scope(example.found, 1).has_targets);
}

}  // namespace
}  // namespace vlint::kyverno
