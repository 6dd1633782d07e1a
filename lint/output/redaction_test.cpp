#include "lint/output/redaction.h"

#include <doctest/doctest.h>

#include <vector>

#include "lint/base/text.h"

namespace vlint {
namespace {

// The lines of a file that are hidden, from 1.
std::vector<std::uint32_t> hidden(std::string_view text) {
  const FileSet files(std::vector<SourceFile>{SourceFile{"a.yaml", std::string(text)}});
  const LineTable table(files[FileId{0}].text);
  const Redaction redaction(files, FileId{0}, table);
  std::vector<std::uint32_t> lines;
  for (std::uint32_t line = 1; line <= table.line_count(); ++line) {
    if (redaction.hides(line)) lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::uint32_t>;

TEST_CASE("documents of kind Secret are hidden whole") {
  CHECK(hidden("a: 1\n---\n# note\napiVersion: v1\nkind: Secret\ndata:\n  x: eA==\n---\nb: 1\n") ==
        Lines{2, 3, 4, 5, 6, 7});
  CHECK(hidden("{\"kind\": \"Secret\",\n \"data\": {\"x\": \"eA==\"}}\n") == Lines{1, 2});
  CHECK(hidden("kind: \"Secret\"") == Lines{1});
}

TEST_CASE("Secrets in lists are hidden and references to Secrets are not") {
  CHECK(hidden("kind: List\nitems:\n- kind: ConfigMap\n  data:\n    a: b\n- kind: Secret\n  data:\n    x: eA==\n") ==
        Lines{6, 7, 8});
  CHECK(
      hidden("kind: HelmRelease\nspec:\n  valuesFrom:\n  - kind: Secret\n    name: values\n    valuesKey: x.yaml\n") ==
      Lines{6});
  CHECK(hidden("match:\n  any:\n  - resources:\n      kinds: [Secret]\n").empty());
}

TEST_CASE("values of credential keys are hidden, with all their lines") {
  CHECK(hidden("auth:\n  user: x\n  password: hunter2\n  database: y\n") == Lines{3});
  CHECK(hidden("password: |\n  one\n  two\nnext: 1\n") == Lines{1, 2, 3});
  CHECK(hidden("password: \"one\n  two\"\nnext: 1\n") == Lines{1, 2});
  CHECK(hidden("password:\n  hunter2\nnext: 1\n") == Lines{2});
  CHECK(hidden("tokens:\n- a\n- b\nnext: 1\n") == Lines{2, 3});
  CHECK(hidden("secret:\n  my:\n    deep: hunter2\n    path: /x\nnext: 1\n") == Lines{3});
  CHECK(hidden("password: 123456\n") == Lines{1});
  CHECK(hidden("useToken: true\npassword: null\ntoken:\nsecret: ~\n").empty());
  CHECK(hidden("password: \"true\"\n") == Lines{1});
}

TEST_CASE("expressions that say where a credential comes from stay visible") {
  CHECK(hidden("password: '{{ base.data.PASSWORD }}'\n").empty());
  CHECK(hidden("password: \"{{ base64_encode(join('', [base64_decode(base.URL), '/', name])) }}\"\n").empty());
  CHECK(hidden("password: \"{{ join('', ['hunter2', name]) }}\"\n") == Lines{1});
  CHECK(hidden("password: '{{ .Values.x | default \"hunter2\" }}'\n") == Lines{1});
  CHECK(hidden("password: '{{ a }}hunter2{{ b }}'\n") == Lines{1});
  CHECK(hidden("password: '{{ a }} hunter2'\n") == Lines{1});
  CHECK(hidden("rules:\n- generate:\n    kind: Secret\n    name: x\n    data:\n      data:\n"
               "        URL: '{{ base.URL }}'\n        OTHER: aHVudGVyMg==\n") == Lines{8});
}

TEST_CASE("aliases of a credential hide its anchor") {
  CHECK(hidden("name: &a hunter2\nother: 1\npassword: *a\n") == Lines{1});
  CHECK(hidden("base: &b\n  any: hunter2\ncredentials: *b\n") == Lines{2});
  CHECK(hidden("a: &a [x, &b [y]]\npassword: [*a, *b, *a]\n") == Lines{1});
}

TEST_CASE("references to Secrets stay visible") {
  CHECK(hidden("credential:\n  name: cloud-credentials\n  key: cloud\n").empty());
  CHECK(hidden("env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n")
            .empty());
  CHECK(
      hidden("volumes:\n- name: x\n  secret:\n    secretName: db\n    items:\n    - key: a\n      path: b\n").empty());
  CHECK(hidden("matchExpressions:\n- key: app\n  operator: Exists\n").empty());
  CHECK(hidden("imagePullSecrets:\n- name: regcred\nexistingSecret: db\n").empty());
  CHECK(hidden("key: hunter2\n") == Lines{1});
}

TEST_CASE("a value beside the name of a credential is hidden") {
  CHECK(hidden("env:\n- name: DB_PASSWORD\n  value: hunter2\n- name: DB_HOST\n  value: db\n") == Lines{3});
  CHECK(hidden("- value: hunter2\n  name: auth.password\n") == Lines{1});
  CHECK(hidden("- op: replace\n  path: /stringData/x\n  value: hunter2\n") == Lines{3});
  CHECK(hidden("- op: replace\n  path: /spec/schedule\n  value: '0 2 * * *'\n").empty());
}

TEST_CASE("arguments, URLs, scripts and comments that give a credential away are hidden") {
  CHECK(hidden("args:\n- --password\n- hunter2\n- --verbose\n- x\n") == Lines{3});
  CHECK(hidden("args: [--password=hunter2]\nurl: http://u:p@h\nhost: http://h\n") == Lines{1, 2});
  CHECK(hidden("a: 1  # password: hunter2\n# token: |\n#   abc\n# done\nb: 2\n") == Lines{1, 2, 3});
  CHECK(hidden("# kind: Secret\n# data:\n#   x: eA==\n\na: 1 # x\n") == Lines{1, 2, 3});
  CHECK(hidden("script: |\n  set -e\n  export TOKEN=abc\n  run\n") == Lines{3});
  CHECK(hidden("values: |\n  auth:\n    password: |\n      hunter2\n    user: x\n") == Lines{3, 4});
  CHECK(hidden("patch: |\n  kind: Secret\n  data:\n    x: eA==\nnext: 1\n") == Lines{1, 2, 3, 4});
  CHECK(hidden("ca: |\n  -----BEGIN CERTIFICATE-----\n  MIIE\n  -----END CERTIFICATE-----\nnext: 1\n") ==
        Lines{2, 3, 4});
}

TEST_CASE("values encrypted by SOPS are hidden") {
  CHECK(hidden("a: ENC[AES256_GCM,data:x]\nb: 1\nsops:\n  mac: x\n  version: y\n") == Lines{1, 4, 5});
}

TEST_CASE("broken documents are judged as text") {
  CHECK(hidden("a: [\npassword: hunter2\nb: 1\n") == Lines{2});
  CHECK(hidden("kind: Secret\ndata: [\n  x: eA==\n---\nb: 1\n") == Lines{1, 2, 3});
  CHECK(hidden("a: {\ntoken: |\n  abc\n  def\nnext: 1\n") == Lines{2, 3, 4});
}

TEST_CASE("files that are not read as YAML are hidden when they cannot be judged") {
  CHECK(hidden(std::string_view("\xFF\xFE"
                                "a\0:\0 \0x\0\n\0",
                                12)) == Lines{1, 2});
}

TEST_CASE("an empty file hides nothing") {
  CHECK(hidden("").size() <= 1);
  CHECK(hidden("a: 1\n").empty());
}

TEST_CASE("a hidden line shows its first key") {
  const FileSet files(std::vector<SourceFile>{SourceFile{
      "a.yaml", "password: |\n  hunter2\nx:\n  y: 1\n\"to\\x1bken\": x\n" + std::string(100, 'k') + "token: x\n"}});
  const LineTable table(files[FileId{0}].text);
  const Redaction redaction(files, FileId{0}, table);
  CHECK(redaction.placeholder(1) == "<hidden: password>");
  CHECK(redaction.placeholder(2) == "<hidden>");
  CHECK(redaction.placeholder(5) == "<hidden: to\\x1bken>");
  CHECK(redaction.placeholder(6) == "<hidden: " + std::string(60, 'k') + ">");
  CHECK(redaction.hides(1, 4));
  CHECK_FALSE(redaction.hides(3, 4));
}

TEST_CASE("deep and repeated credentials take linear time") {
  std::string deep;
  for (int i = 0; i < 150; ++i) deep += std::string(static_cast<std::size_t>(i), ' ') + "secret:\n";
  deep += std::string(150, ' ') + "x: v\n";
  CHECK(hidden(deep) == Lines{151});
  std::string aliases = "base: &b\n";
  for (int i = 0; i < 200; ++i) aliases += "  k" + std::to_string(i) + ": v\n";
  aliases += "list:\n";
  for (int i = 0; i < 200; ++i) aliases += "- password: *b\n";
  CHECK(hidden(aliases).size() == 200);
  std::string line = "[";
  for (int i = 0; i < 200'000; ++i) line += "{\"name\": \"item\"}, ";
  CHECK(hidden(line + "{\"token\": \"x\"}]") == Lines{1});
}

}  // namespace
}  // namespace vlint
