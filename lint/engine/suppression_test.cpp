#include "lint/engine/suppression.h"

#include <doctest/doctest.h>

#include "lint/base/line_table.h"
#include "lint/engine/fixer.h"
#include "lint/engine/test_support.h"

using namespace vlint;
using namespace vlint::testing;

namespace {

// "line rule [reason]" for suppressed findings, "line rule" for the others.
std::vector<std::string> lint(const std::string& text) {
  const Analysis analysis = analyze_texts({{"a.yaml", text}});
  std::vector<std::string> lines;
  for (const Finding& finding : analysis.findings) {
    std::string line =
        std::to_string(LineTable(text).at(finding.primary.where.begin).line) + " " + std::string(finding.rule);
    if (finding.suppressed) line += " [" + finding.suppressed->reason + "]";
    lines.push_back(line);
  }
  return lines;
}

using Lines = std::vector<std::string>;

std::string fixed(const std::string& text) {
  const AnalysisOptions options = test_options();
  const Workers workers(1);
  const FixRun run = fix_all(
      analyze_texts({{"a.yaml", text}}), Safety::safe,
      [](const Finding& finding) { return finding.rule.substr(0, 6) == "vlint/"; }, options, workers);
  CHECK(run.withdrawn.empty());
  return run.analysis.sources.files[FileId{0}].text;
}

}  // namespace

TEST_CASE("a comment on the line silences the line and nothing else") {
  CHECK(lint(config_map("a", "  x: wrong # vlint: ignore[test/value] known\n  y: wrong\n")) ==
        Lines{"6 test/value [known]", "7 test/value"});
}

TEST_CASE("a comment above an entry covers the whole entry") {
  CHECK(lint(config_map("a", "  x: wrong\n")) == Lines{"6 test/value"});
  CHECK(lint("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n# vlint: ignore[test/value]\ndata:\n  x: wrong\n  "
             "y: wrong\n") == Lines{"7 test/value []", "8 test/value []"});
  // The first key of a mapping: the entry, not the mapping.
  CHECK(lint(config_map("a", "  # vlint: ignore[test/value]\n  x: wrong\n  y: wrong\n")) ==
        Lines{"7 test/value []", "8 test/value"});
}

TEST_CASE("a comment above a list item covers the item") {
  const std::string list =
      "apiVersion: v1\nkind: List\nitems:\n# vlint: ignore[test/*]\n- apiVersion: v1\n  kind: ConfigMap\n"
      "  data:\n    x: wrong\n- apiVersion: v1\n  kind: ConfigMap\n  data:\n    x: wrong\n";
  CHECK(lint(list) == Lines{"8 test/value []", "12 test/value"});
}

TEST_CASE("ignore-file covers its document, and the file at the head of the file") {
  const std::string map = config_map("a", "  x: wrong\n");
  CHECK(lint("# vlint: ignore-file[test/value]\n" + map + "---\n" + map) ==
        Lines{"7 test/value []", "14 test/value []"});
  CHECK(lint(map + "---\n# vlint: ignore-file[test/value]\n" + map) == Lines{"6 test/value", "14 test/value []"});
  // Below the head it heads nothing.
  CHECK(lint(map + "# vlint: ignore-file[test/value]\n") == Lines{"6 test/value", "7 vlint/unused-suppression"});
}

TEST_CASE("a suppression reaches the syntax error of its broken document") {
  CHECK(lint("# vlint: ignore-file[yaml/syntax-error] a template\na: [\n") ==
        Lines{"2 yaml/syntax-error [a template]"});
}

TEST_CASE("an unused suppression is a finding whose fix removes it") {
  const std::string text = config_map("a", "  x: right # vlint: ignore[test/value] reason\n");
  CHECK(lint(text) == Lines{"6 vlint/unused-suppression"});
  CHECK(fixed(text) == config_map("a", "  x: right\n"));
  CHECK(fixed(config_map("a", "  # vlint: ignore[test/value]\r\n  x: right\n")) == config_map("a", "  x: right\n"));
}

TEST_CASE("of several names only the unused or unknown one goes") {
  const std::string used = config_map("a", "  x: wrong # vlint: ignore[test/value, yaml/duplicate-key] r\n");
  CHECK(lint(used) == Lines{"6 test/value [r]", "6 vlint/unused-suppression"});
  CHECK(fixed(used) == config_map("a", "  x: wrong # vlint: ignore[test/value] r\n"));
  CHECK(fixed(config_map("a", "  x: wrong # vlint: ignore[yaml/duplicate-key, test/value]\n")) ==
        config_map("a", "  x: wrong # vlint: ignore[test/value]\n"));
}

TEST_CASE("an unknown rule is a finding; a near name is written, another removed") {
  CHECK(lint(config_map("a", "  x: wrong # vlint: ignore[test/valeu]\n")) ==
        Lines{"6 test/value", "6 vlint/unknown-rule"});
  CHECK(fixed(config_map("a", "  x: wrong # vlint: ignore[test/valeu]\n")) ==
        config_map("a", "  x: wrong # vlint: ignore[test/value]\n"));
  CHECK(fixed(config_map("a", "  x: wrong # vlint: ignore[nonsense/entirely-unlike]\n")) ==
        config_map("a", "  x: wrong\n"));
}

TEST_CASE("what a rule that is off would find is not known, so its suppression counts as used") {
  AnalysisOptions options = test_options();
  options.rules.erase(options.rules.begin());  // test/value
  const Analysis analysis =
      analyze_texts({{"a.yaml", config_map("a", "  x: right # vlint: ignore[test/value]\n")}}, options);
  CHECK(analysis.findings.empty());
}

TEST_CASE("text that only looks like a suppression is none") {
  CHECK(lint(config_map(
            "a", "  x: wrong # vlint is fine\n  y: '# vlint: ignore[test/value]'\n  z: wrong # vlint: ignore\n")) ==
        Lines{"6 test/value", "8 test/value"});
}
