#include "lint/engine/chain.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/engine/pipeline.h"

using namespace vlint;

namespace {

Analysis analyze_text(const std::string& text) {
  const Workers workers(1);
  return analyze(parse_sources(FileSet({{"a.yaml", text}}), {}, workers), {}, workers);
}

std::string policy(const std::string& resources, const std::string& more = "") {
  return fmt::format(
      R"(apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: backups}}
spec:
  rules:
    - name: source
      match: {{any: [{{resources: {{kinds: [PersistentVolumeClaim], {}}}}}]}}
{}      generate:
        apiVersion: volsync.backube/v1alpha1
        kind: ReplicationSource
        name: "{{{{request.object.metadata.name}}}}"
        namespace: "{{{{request.object.metadata.namespace}}}}"
        data: {{spec: {{sourcePVC: "{{{{request.object.metadata.name}}}}"}}}}
---
)",
      resources, more);
}

const std::string kClaim =
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: apps, labels: {volsync: 'off'}}\n---\n"
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps, labels: {backup: dayly}}\n"
    "spec: {}\n---\n";

}  // namespace

TEST_CASE("the first link that breaks is told with the places of both sides") {
  struct Row {
    const char* what;
    std::string policy;
    bool breaks;
    const char* in_policy;  // the text at the place; empty: none
    const char* in_object;
  };
  for (const Row& row : {
           Row{"taken", policy("selector: {matchLabels: {backup: dayly}}"), false, "", ""},
           Row{"label of the claim", policy("selector: {matchLabels: {backup: daily}}"), true, "daily", "dayly"},
           Row{"label of the namespace", policy("namespaceSelector: {matchLabels: {volsync: 'on'}}"), true, "'on'",
               "'off'"},
           Row{"preconditions",
               policy("selector: {matchLabels: {backup: dayly}}",
                      "      preconditions: {all: [{key: \"{{request.object.metadata.name}}\", operator: Equals, "
                      "value: other}]}\n"),
               true, "{all: [{key: \"{{request.object.metadata.name}}\", operator: Equals, value: other}]}", ""},
       }) {
    CAPTURE(row.what);
    const Analysis analysis = analyze_text(row.policy + kClaim);
    const std::vector<BrokenLink> links = broken_links(analysis.clusters[0], analysis.kyverno[0], "apps", "data");
    REQUIRE(links.size() == (row.breaks ? 1 : 0));
    if (!row.breaks) continue;
    const std::string& text = analysis.sources.files[FileId{0}].text;
    const auto at = [&](Span span) {
      return span.valid() ? text.substr(span.begin, span.end - span.begin) : std::string();
    };
    CHECK(links[0].policy == "backups");
    CHECK(links[0].rule == "source");
    CHECK(links[0].is_sure);
    CHECK_FALSE(links[0].message.empty());
    CHECK(at(links[0].where) == row.in_policy);
    CHECK(at(links[0].object) == row.in_object);
  }
}

TEST_CASE("a claim that nothing describes has no chain") {
  const Analysis analysis = analyze_text(policy("selector: {matchLabels: {backup: daily}}") + kClaim);
  CHECK(broken_links(analysis.clusters[0], analysis.kyverno[0], "apps", "other").empty());
}
