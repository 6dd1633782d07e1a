#include "lint/model/secrets.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "lint/yaml/testing.h"

namespace vlint::model {
namespace {

struct Asked {
  explicit Asked(const std::string& manifests, bool sees_all = true)
      : parsed(manifests),
        cluster("c", kube::read_resources(parsed.tree), {}),
        secrets(cluster, sees_all),
        answer(secrets.find("apps", "data", 0)) {}
  yaml::Parsed parsed;
  Cluster cluster;
  Secrets secrets;
  SecretAnswer answer;
};

std::string object(const std::string& api, const std::string& kind, const std::string& metadata,
                   const std::string& rest) {
  return fmt::format("---\napiVersion: {}\nkind: {}\nmetadata: {{{}}}\n{}\n", api, kind, metadata, rest);
}
std::string secret(const std::string& rest, const std::string& metadata = "name: data, namespace: apps") {
  return object("v1", "Secret", metadata, rest);
}
std::string external(const std::string& spec, const std::string& metadata = "name: data, namespace: apps") {
  return object("external-secrets.io/v1", "ExternalSecret", metadata, "spec: " + spec);
}
std::string cluster_external(const std::string& spec) {
  return object("external-secrets.io/v1", "ClusterExternalSecret", "name: data", "spec: " + spec);
}
std::string name_space(const std::string& labels) {
  return object("v1", "Namespace", "name: apps, labels: " + labels, "");
}
constexpr char kStore[] = "secretStoreRef: {kind: ClusterSecretStore, name: vault}";

TEST_CASE("who supplies a Secret, and whether it has a key") {
  struct Row {
    const char* what;
    std::string manifests;
    Known supplied;
    Known has;  // the key K
  };
  const std::string annotated = "name: data, namespace: apps, annotations: ";
  const std::string k = fmt::format("{{{}, data: [{{secretKey: K, remoteRef: {{key: a}}}}]", kStore);
  for (const Row& row : {
           Row{"nothing", "", Known::no, Known::no},
           Row{"data", secret("data: {K: eA==}"), Known::yes, Known::yes},
           Row{"stringData", secret("stringData: {K: x}"), Known::yes, Known::yes},
           Row{"other key", secret("stringData: {L: x}"), Known::yes, Known::no},
           Row{"other namespace", secret("stringData: {K: x}", "name: data, namespace: db"), Known::no, Known::no},
           Row{"no namespace", secret("stringData: {K: x}", "name: data"), Known::unknown, Known::unknown},
           Row{"templated name", secret("stringData: {K: x}", "name: '${APP}', namespace: apps"), Known::unknown,
               Known::unknown},
           Row{"filled in", secret("data: {}", annotated + "{reflector.v1.k8s.emberstack.com/reflects: base/data}"),
               Known::yes, Known::unknown},
           Row{"copied",
               secret("data: {K: eA==}",
                      "name: data, namespace: db, annotations: {reflector.v1.k8s.emberstack.com/"
                      "reflection-auto-enabled: 'true'}"),
               Known::unknown, Known::unknown},
           Row{"sealed",
               object("bitnami.com/v1alpha1", "SealedSecret", "name: data, namespace: apps",
                      "spec: {encryptedData: {K: AgB}}"),
               Known::yes, Known::yes},
           Row{"external", external(k + "}"), Known::yes, Known::yes},
           Row{"external, other target", external(k + ", target: {name: other}}"), Known::no, Known::no},
           Row{"external, named target", external(k + ", target: {name: data}}", "name: x, namespace: apps"),
               Known::yes, Known::yes},
           Row{"external, template", external(k + ", target: {template: {data: {L: '{{ .K }}'}}}}"), Known::yes,
               Known::no},
           Row{"external, merged", external(k + ", target: {template: {mergePolicy: Merge, data: {L: '{{ .K }}'}}}}"),
               Known::yes, Known::yes},
           Row{"external, template from elsewhere",
               external(k + ", target: {template: {templateFrom: [{literal: x}]}}}"), Known::yes, Known::unknown},
           Row{"external, dataFrom", external(fmt::format("{{{}, dataFrom: [{{extract: {{key: a}}}}]}}", kStore)),
               Known::yes, Known::unknown},
           Row{"external, makes nothing", external(k + ", target: {creationPolicy: None}}"), Known::no, Known::no},
           Row{"external, merges", external(k + ", target: {creationPolicy: Merge}}"), Known::unknown, Known::unknown},
           Row{"1Password",
               object("onepassword.com/v1", "OnePasswordItem", "name: data, namespace: apps", "spec: {itemPath: x}"),
               Known::yes, Known::unknown},
           Row{"Infisical",
               object("secrets.infisical.com/v1alpha1", "InfisicalSecret", "name: x, namespace: ops",
                      "spec: {managedSecretReference: {secretName: data, secretNamespace: apps}}"),
               Known::yes, Known::unknown},
           Row{"Vault",
               object("secrets.hashicorp.com/v1beta1", "VaultStaticSecret", "name: x, namespace: apps",
                      "spec: {destination: {name: data, create: true}}"),
               Known::yes, Known::unknown},
           Row{"PushSecret",
               object("external-secrets.io/v1alpha1", "PushSecret", "name: data, namespace: apps", "spec: {}"),
               Known::no, Known::no},
       }) {
    CAPTURE(row.what);
    const Asked asked(row.manifests);
    CHECK(asked.answer.supplied == row.supplied);
    CHECK(asked.answer.has("K") == row.has);
  }
  CHECK(Asked("", false).answer.supplied == Known::unknown);
  CHECK(Asked(secret("stringData: {K: x}", "name: data, namespace: db")).answer.elsewhere.size() == 1);
}

TEST_CASE("a ClusterExternalSecret supplies the namespaces that any selector takes") {
  struct Row {
    const char* what;
    std::string manifests;
    Known supplied;
    std::size_t near_misses;
  };
  const auto selecting = [](const std::string& how) {
    return cluster_external(fmt::format("{{{}, externalSecretSpec: {{{}, data: []}}}}", how, kStore));
  };
  const std::string by_label = selecting("namespaceSelectors: [{matchLabels: {b: 'yes'}}]");
  for (const Row& row : {
           Row{"label", by_label + name_space("{b: 'yes'}"), Known::yes, 0},
           Row{"missed", by_label + name_space("{c: 'yes'}"), Known::no, 1},
           Row{"no Namespace", by_label, Known::unknown, 0},
           Row{"templated label", by_label + name_space("{b: '${B}'}"), Known::unknown, 0},
           Row{"one of two",
               selecting("namespaceSelectors: [{matchLabels: {a: x}}, {matchLabels: {b: 'yes'}}]") +
                   name_space("{b: 'yes'}"),
               Known::yes, 0},
           Row{"deprecated selector", selecting("namespaceSelector: {matchLabels: {b: 'yes'}}") + name_space("{}"),
               Known::no, 1},
           Row{"list", selecting("namespaces: [apps]"), Known::yes, 0},
           Row{"list of others", selecting("namespaces: [db]"), Known::no, 0},
           Row{"by the label of the name",
               selecting("namespaceSelectors: [{matchLabels: {kubernetes.io/metadata.name: apps}}]") + name_space("{}"),
               Known::yes, 0},
           Row{"all", selecting("namespaceSelectors: [{}]"), Known::yes, 0},
       }) {
    CAPTURE(row.what);
    const Asked asked(row.manifests);
    CHECK(asked.answer.supplied == row.supplied);
    CHECK(asked.answer.near_misses.size() == row.near_misses);
  }
  const Asked missed(by_label + name_space("{c: 'yes'}"));
  CHECK(missed.parsed.files.text(missed.answer.near_misses.front().selector) == "{matchLabels: {b: 'yes'}}");
  CHECK(missed.answer.near_misses.front().name_space->name == "apps");
}

TEST_CASE("the value of a key is known as far as Git tells it") {
  const auto value = [](const Asked& asked) { return asked.answer.find("K")->value; };
  CHECK(value(Asked(secret("data: {K: ' czM6eA==\n '}"))).is_known() == false);
  CHECK(value(Asked(secret("data: {K: czM6eA==}"))).text() == "s3:x");
  CHECK(value(Asked(secret("data: {K: czM6eA==}\nstringData: {K: b2}"))).text() == "b2");
  CHECK(value(Asked(secret("stringData: {K: ''}"))).is_empty() == Known::yes);
  CHECK(value(Asked(secret("stringData: {K: 'ENC[AES256_GCM,data:x]'}"))).is_known() == false);
  CHECK_FALSE(Asked(secret("data: {K: s3-x}")).answer.find("K")->is_base64);
  // Two suppliers: whose value it is cannot be told.
  CHECK(Asked(secret("stringData: {K: a}") + external(fmt::format("{{{}, data: []}}", kStore))).answer.find("K") ==
        nullptr);
}

TEST_CASE("templates of the same parts are the same text") {
  const auto value = [](const std::string& spec) { return Asked(external(spec)).answer.find("K")->value; };
  const auto with = [](const std::string& text, const std::string& key = "bucket") {
    return fmt::format(
        "{{{}, data: [{{secretKey: base, remoteRef: {{key: {}}}}}], target: {{template: {{data: {{K: '{}'}}}}}}}}",
        kStore, key, text);
  };
  struct Row {
    const char* what;
    std::string a;
    std::string b;
    Known same;
  };
  for (const Row& row : {
           Row{"same", with("{{ .base }}/x"), with("{{.base}}/x"), Known::yes},
           Row{"other path", with("{{ .base }}/x"), with("{{ .base }}/y"), Known::no},
           Row{"other remote key", with("{{ .base }}/x"), with("{{ .base }}/x", "other"), Known::unknown},
           Row{"index", with("{{ .base }}/x"), with("{{ index . \"base\" }}/x"), Known::yes},
           Row{"function", with("{{ .base | trim }}/x"), with("{{ .base | trim }}/x"), Known::yes},
           Row{"other function", with("{{ .base | trim }}/x"), with("{{ .base | upper }}/x"), Known::unknown},
           Row{"made up", with("{{ randAlpha 5 }}"), with("{{ randAlpha 5 }}"), Known::unknown},
           Row{"control", with("{{ if .base }}{{ .base }}{{ end }}"), with("{{ if .base }}{{ .base }}{{ end }}"),
               Known::yes},
           Row{"no such value", with("{{ .none }}/x"), with("{{ .none }}/x"), Known::unknown},
           Row{"open braces", with("{{ .base"), with("{{ .base"), Known::unknown},
           Row{"Flux", with("{{ .base }}/${APP}"), with("{{ .base }}/${APP}"), Known::unknown},
           Row{"plain", with("s3:x/y"), with("s3:x/y"), Known::yes},
       }) {
    CAPTURE(row.what);
    CHECK(equal(value(row.a), value(row.b)) == row.same);
  }
  CHECK(Asked(external(with("{{ randAlpha 5 }}"))).answer.find("K")->is_made_up);
  CHECK_FALSE(Asked(external(with("{{ .brand }}"))).answer.find("K")->is_made_up);
}

}  // namespace
}  // namespace vlint::model
