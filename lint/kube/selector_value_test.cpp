#include "lint/kube/selector_value.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "lint/base/source_file.h"
#include "lint/yaml/parse.h"

namespace vlint::kube {
namespace {

struct Parsed {
  explicit Parsed(const std::string& text) : files(std::vector<SourceFile>{{"a.yaml", text}}) {
    tree = std::make_unique<yaml::Tree>(yaml::parse(files, files.id_at(0)));
  }
  yaml::Value root() const { return {*tree, tree->documents.front().root}; }
  FileSet files;
  std::unique_ptr<yaml::Tree> tree;
};

Known takes(const std::string& selector, const std::string& labels) {
  const Parsed parsed("selector: " + selector + "\nlabels: " + labels + "\n");
  return matches(read_label_selector(parsed.root()["selector"]), read_labels(parsed.root()["labels"]));
}

TEST_CASE("a selector takes objects by their labels") {
  struct Row {
    const char* selector;
    const char* labels;
    Known expected;
  };
  for (const Row& row : {
           Row{"{}", "{a: b}", Known::yes},
           Row{"{matchLabels: {a: b}}", "{a: b, c: d}", Known::yes},
           Row{"{matchLabels: {a: b}}", "{a: x}", Known::no},
           Row{"{matchLabels: {a: b}}", "{}", Known::no},
           Row{"{matchLabels: {a: b, c: d}}", "{a: b}", Known::no},
           Row{"{matchExpressions: [{key: a, operator: In, values: [x, b]}]}", "{a: b}", Known::yes},
           Row{"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{a: b}", Known::no},
           Row{"{matchExpressions: [{key: a, operator: NotIn, values: [b]}]}", "{}", Known::yes},
           Row{"{matchExpressions: [{key: a, operator: Exists}]}", "{a: \"\"}", Known::yes},
           Row{"{matchExpressions: [{key: a, operator: DoesNotExist}]}", "{a: b}", Known::no},
           Row{"{matchLabels: {a: b}, matchExpressions: [{key: c, operator: Exists}]}", "{a: b}", Known::no},
       }) {
    CAPTURE(row.selector);
    CAPTURE(row.labels);
    CHECK(takes(row.selector, row.labels) == row.expected);
  }
}

TEST_CASE("what is templated matters only where it could change the answer") {
  CHECK(takes("{matchLabels: {a: \"${A}\"}}", "{a: b}") == Known::unknown);
  CHECK(takes("{matchLabels: {a: \"${A}\", c: d}}", "{a: b}") == Known::no);
  CHECK(takes("{matchLabels: {a: b}}", "{a: \"${A}\"}") == Known::unknown);
  CHECK(takes("{matchLabels: {c: d}}", "{a: \"${A}\", c: d}") == Known::yes);
  CHECK(takes("{matchLabels: {a: b}}", "{a: \"ENC[AES256_GCM,data:x]\"}") == Known::unknown);
}

TEST_CASE("a selector that Kubernetes refuses has a fault at its place and takes nothing") {
  const Parsed parsed("{matchExpressions: [{key: a, operator: Is, values: [b]}]}");
  const SelectorValue selector = read_label_selector(parsed.root());
  REQUIRE(selector.faults.size() == 1);
  CHECK(parsed.files.text(selector.faults.front().where) == "Is");
  CHECK(matches(selector, {}) == Known::no);
  const Parsed empty("{matchExpressions: [{key: a, operator: In, values: []}]}");
  CHECK(read_label_selector(empty.root()).faults.size() == 1);
}

TEST_CASE("known labels answer three ways") {
  const Parsed parsed("{a: b, c: \"${C}\"}");
  KnownLabels labels = read_labels(parsed.root());
  add_unknown_label(labels, "hash");
  CHECK(labels.has("a", "b") == Known::yes);
  CHECK(labels.has("a", "x") == Known::no);
  CHECK(labels.has("x", "b") == Known::no);
  CHECK(labels.has("c", "d") == Known::unknown);
  CHECK(labels.has("hash", "d") == Known::unknown);
}

}  // namespace
}  // namespace vlint::kube
