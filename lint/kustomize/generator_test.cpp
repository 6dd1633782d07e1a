#include <doctest/doctest.h>

#include "lint/kustomize/test_world.h"

namespace vlint::kustomize {

// The names are what kustomize 5.8.1 prints for these files.
TEST_CASE("hash suffixes are those of Kustomize") {
  struct Case {
    const char* entry;
    const char* name;
  };
  const Case cases[] = {
      {"configMapGenerator:\n- name: empty\n", "empty-6ct58987ht"},
      {"configMapGenerator:\n- name: one\n  literals: [x=1]\n", "one-hmg6f82fh6"},
      {"configMapGenerator:\n- name: other\n  namespace: n1\n  literals: [x=1]\n  options: {labels: {a: b}}\n",
       "other-hmg6f82fh6"},
      {"configMapGenerator:\n- name: html\n  literals: [\"x=<a&b>\"]\n", "html-t87khbg59f"},
      {"configMapGenerator:\n- name: env\n  envs: [x.env]\n", "env-4h8h7ct895"},
      {"configMapGenerator:\n- name: bin\n  files: [bin.dat]\n", "bin-cmdh6chtm5"},
      {"configMapGenerator:\n- name: crlf\n  files: [text=crlf.txt]\n", "crlf-c78cdgmg6f"},
      {"configMapGenerator:\n- name: quoted\n  literals: [\"a='b c'\", 'b=\"d\"', \"c=e=f\"]\n", "quoted-fcf7mbk788"},
      {"configMapGenerator:\n- name: uni\n  literals: [\"k=\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80 \\t\\u2028\\u0001\"]\n",
       "uni-7f7mk4m7fg"},
      {"secretGenerator:\n- name: one\n  literals: [x=1]\n", "one-bf2648c599"},
      {"secretGenerator:\n- name: none\n", "none-46f8b28mk5"},
      {"secretGenerator:\n- name: typed\n  type: kubernetes.io/dockerconfigjson\n  literals: "
       "[\"abcdefghijklmnopqrstuvwxyz=0123456789012345678901234567890123456789012345678901234567890123456789\"]\n",
       "typed-m48c8747m2"},
      {"configMapGenerator:\n- name: plain\n  options: {disableNameSuffixHash: true}\n", "plain"},
      {"generatorOptions: {disableNameSuffixHash: true}\nconfigMapGenerator:\n- name: plain\n  options: "
       "{disableNameSuffixHash: false}\n",
       "plain"},
  };
  for (const Case& c : cases) {
    const World world({{"a/kustomization.yaml", c.entry},
                       {"a/x.env", "A=1\n# no\n\n  B = two \nC\n"},
                       {"a/bin.dat", std::string("\xFF\xFE\0bin", 6)},
                       {"a/crlf.txt", "line one\r\nline two\n"}});
    const Build build = world.builder.build("a");
    INFO(std::string(c.entry));
    REQUIRE(build.ok());
    REQUIRE(build.resources.size() == 1);
    CHECK(build.resources[0].name() == c.name);
    CHECK(build.resources[0].generated);
  }
}

TEST_CASE("what generators read") {
  struct Case {
    const char* name;
    const char* entry;
    const char* data;
  };
  const Case cases[] = {
      {"env files, literals and files together", "  envs: [x.env]\n  literals: [l=1]\n  files: [f.txt]\n",
       "data:\n  A: \"1\"\n  'B ': ' two '\n  C: \"\"\n  f.txt: |\n    hello\n  l: \"1\"\n"},
      {"one pair of quotes goes", "  literals: [\"a='b'\", 'c=\"d', 'e=\"\"']\n",
       "data:\n  a: b\n  c: '\"d'\n  e: \"\"\n"},
      {"a file under another key", "  files: [key=f.txt]\n", "data:\n  key: |\n    hello\n"},
  };
  for (const Case& c : cases) {
    INFO(std::string(c.name));
    const std::string text =
        rendered({{"a/kustomization.yaml", std::string("generatorOptions: {disableNameSuffixHash: true}\n"
                                                       "configMapGenerator:\n- name: c\n") +
                                               c.entry},
                  {"a/x.env", "A=1\n# no\n\n  B = two \nC\n"},
                  {"a/f.txt", "hello\n"}});
    CHECK(text == "apiVersion: v1\n" + std::string(c.data) + "kind: ConfigMap\nmetadata:\n  name: c\n");
  }
}

TEST_CASE("what generators refuse, and where") {
  struct Case {
    const char* entry;
    const char* where;
    const char* message;
  };
  const Case cases[] = {
      {"- name: c\n  literals: [a=1, a=2]\n", "a/kustomization.yaml \"2\"", "the key \"a\" is given twice"},
      {"- name: c\n  literals: [novalue]\n", "a/kustomization.yaml \"novalue\"",
       "\"novalue\" is no literal; write key=value"},
      {"- name: c\n  literals: [1=b]\n", "a/kustomization.yaml \"b\"",
       "the key \"1\" is no text to YAML, so the object that gets it cannot be printed"},
      {"- literals: [a=1]\n", "a/kustomization.yaml \"literals: [a=1]\"",
       "a generated ConfigMap or Secret must have a name"},
      {"- name: c\n  files: [key=f.text]\n", "a/kustomization.yaml \"f.text\"",
       "there is no file a/f.text, did you mean f.txt?"},
      {"- name: c\n  behavior: merge\n", "a/kustomization.yaml \"name: c\\n  behavior: merge\"",
       "`behavior: merge` needs an object ConfigMap c to merge, and there is none"},
      {"- name: c\n- name: c\n", "a/kustomization.yaml \"name: c\"",
       "there is an object ConfigMap c already; set `behavior: merge` or `behavior: replace`"},
  };
  for (const Case& c : cases) {
    const World world(
        {{"a/kustomization.yaml", std::string("configMapGenerator:\n") + c.entry}, {"a/f.txt", "hello\n"}});
    const Build build = world.builder.build("a");
    INFO(std::string(c.entry));
    REQUIRE(build.faults.size() == 1);
    CHECK(place(world, build.faults[0].where) == c.where);
    if (c.message != nullptr) CHECK(build.faults[0].message == c.message);
  }
}

TEST_CASE("a generator merges into and replaces what is there") {
  const std::vector<SourceFile> base = {{"base/kustomization.yaml",
                                         "configMapGenerator:\n- name: c\n  literals: [x=1, z=2]\n  options: {labels: "
                                         "{from: base}}\n"}};
  const auto with = [&](const std::string& behavior) {
    std::vector<SourceFile> files = base;
    files.push_back({"a/kustomization.yaml", "resources: [../base]\nconfigMapGenerator:\n- name: c\n  behavior: " +
                                                 behavior + "\n  literals: [x=3]\n"});
    return rendered(files);
  };
  CHECK(with("merge") ==
        "apiVersion: v1\ndata:\n  x: \"3\"\n  z: \"2\"\nkind: ConfigMap\nmetadata:\n  labels:\n    from: "
        "base\n  name: c-647b2t8dm8\n");
  CHECK(with("replace") ==
        "apiVersion: v1\ndata:\n  x: \"3\"\nkind: ConfigMap\nmetadata:\n  labels:\n    from: base\n  name: "
        "c-5744dc9tb9\n");
}

}  // namespace vlint::kustomize
