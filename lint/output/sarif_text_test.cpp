#include "lint/output/sarif_text.h"

#include <doctest/doctest.h>

#include "lint/output/uri.h"

namespace vlint {
namespace {

TEST_CASE("messages become sentences") {
  CHECK(sentence("the claim is in no backup") == "The claim is in no backup.");
  CHECK(sentence("Schedule velero/daily is paused") == "Schedule velero/daily is paused.");
  CHECK(sentence("emptyDir 'x' is lost") == "emptyDir 'x' is lost.");
  CHECK(sentence("velero/daily is paused") == "velero/daily is paused.");
  CHECK(sentence("is it?") == "Is it?");
  CHECK(sentence("see [it](http://x)") == "See [it] (http://x).");  // no link of the manifest's making
  CHECK(sentence("volumes[0] is lost") == "volumes[0] is lost.");
  CHECK(sentence("").empty());
  CHECK(title("a Schedule is paused") == "A Schedule is paused");
}

TEST_CASE("ids become Pascal-case names") {
  CHECK(pascal_name("velero/emptydir-in-fs-backup") == "VeleroEmptydirInFsBackup");
  CHECK(pascal_name("yaml/syntax-error") == "YamlSyntaxError");
}

TEST_CASE("the first paragraph below a heading is plain text on one line") {
  const std::string_view page =
      "\n## What it finds\n\nA `Schedule`\nthat *is* **paused**, see [Velero](https://velero.io).\n\nMore.\n"
      "## Why it matters\nAt once.\n## Empty\n## Last\n";
  CHECK(first_paragraph(page, "## What it finds") == "A Schedule that is paused, see Velero.");
  CHECK(first_paragraph(page, "## Why it matters") == "At once.");
  CHECK(first_paragraph(page, "## Empty").empty());
  CHECK(first_paragraph(page, "## Missing").empty());
}

TEST_CASE("plain text keeps code") {
  CHECK(plain_text("## Title\n\nUse `x` [here](y).\n\n```yaml\na: [b](c) *d\n```\n") ==
        "Title\n\nUse x here.\n\na: [b](c) *d");
  CHECK(plain_text("[open [a](b") == "[open [a](b");
  CHECK(plain_text("a[0] and [b]") == "a[0] and [b]");
}

TEST_CASE("texts are shortened by characters") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abc...");
  CHECK(shortened("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 4) == "\xC3\xA9...");
}

TEST_CASE("paths become relative URIs and come back") {
  struct Row {
    std::string_view path;
    std::string_view uri;
  };
  const Row rows[] = {
      {"apps/immich/pvc.yaml", "apps/immich/pvc.yaml"},
      {"a b/c#d?e.yaml", "a%20b/c%23d%3Fe.yaml"},
      {"a:b/100%+[x].yaml", "a%3Ab/100%25%2B%5Bx%5D.yaml"},
      {"caf\xC3\xA9/\\\"\x01", "caf%C3%A9/%5C%22%01"},
      {"-._~@!$&'()*,;=", "-._~@!$&'()*,;="},
  };
  for (const Row& row : rows) {
    CHECK(uri_of_path(row.path) == row.uri);
    CHECK(path_of_uri(row.uri) == row.path);
  }
  CHECK(path_of_uri("a%2fb") == "a/b");
  CHECK_FALSE(path_of_uri("a%2").has_value());
  CHECK_FALSE(path_of_uri("a%zz").has_value());
}

}  // namespace
}  // namespace vlint
