#include <doctest/doctest.h>

#include "lint/output/printer.h"
#include "lint/output/results_for_test.h"

namespace vlint {
namespace {

constexpr std::string_view kApp = "apps/homepage/deployment.yaml";
constexpr std::string_view kDaily = "velero/schedule.yaml";

TEST_CASE("a finding is shown with frames over two files, chain, help and fix") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kEmptyDirRule, Severity::error,
                             "Schedule velero/daily fails on the emptyDir 'logs' of Deployment apps/homepage",
                             run.find(kApp, "logs"), "an emptyDir on the node");
  finding.related.push_back({run.find(kDaily, "defaultVolumesToFsBackup: true"), "file system backup is chosen here"});
  finding.chain.push_back({run.find(kApp, "emptyDir: {}"), "written here"});
  finding.chain.push_back({run.find(kApp, "apps", 1), "namespace set here"});
  finding.help =
      "exclude the volume from file system backup by the annotation backup.velero.io/backup-volumes-excludes, or give "
      "the pod a claim";
  finding.fixes.push_back({"exclude logs from file system backup",
                           Safety::safe,
                           {{run.after(kApp, "labels: {app: homepage}"),
                             "\n      annotations:\n        backup.velero.io/backup-volumes-excludes: logs"}}});
  finding.fixes.push_back({"turn file system backup off", Safety::unsafe, {{run.find(kDaily, "true"), "false"}}});
  run.results.summary = {14, 38, 31, 1, 0, 0, 1, 0};
  CHECK(print_text(run.results, {}) ==
        "error[velero/emptydir-in-fs-backup]: Schedule velero/daily fails on the emptyDir 'logs' of Deployment "
        "apps/homepage\n"
        "  --> apps/homepage/deployment.yaml:12:17\n"
        "   |\n"
        "12 |         - name: logs\n"
        "   |                 ^^^^ an emptyDir on the node\n"
        "  --> velero/schedule.yaml:8:5\n"
        "   |\n"
        " 8 |     defaultVolumesToFsBackup: true\n"
        "   |     ------------------------------ file system backup is chosen here\n"
        "   |\n"
        "   = chain: apps/homepage/deployment.yaml:13:11: written here\n"
        "         -> apps/homepage/deployment.yaml:5:14: namespace set here\n"
        "   = help: exclude the volume from file system backup by the annotation\n"
        "           backup.velero.io/backup-volumes-excludes, or give the pod a claim\n"
        "   = fix (safe): exclude logs from file system backup\n"
        "     apps/homepage/deployment.yaml:9\n"
        "             labels: {app: homepage}\n"
        "     +       annotations:\n"
        "     +         backup.velero.io/backup-volumes-excludes: logs\n"
        "   = or (unsafe): turn file system backup off\n"
        "\n"
        "1 error in 14 files (38 documents, 31 resources); 1 fixable with --fix\n");
}

TEST_CASE("near places of one file share a frame and far ones do not") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kPausedRule, Severity::warning, "the volume is not in a backup", run.find(kApp, "logs"));
  finding.related.push_back({run.find(kApp, "homepage", 1), "of this pod"});
  finding.related.push_back({run.find(kApp, "emptyDir"), "its kind"});
  finding.related.push_back({run.find(kApp, "Deployment"), "of this workload"});
  finding.related.push_back({run.find(kApp, "name: logs"), "the volume"});
  run.results.summary = {2, 2, 2, 0, 1, 0, 0, 0};
  CHECK(print_text(run.results, {}) ==
        "warning[velero/schedule-paused]: the volume is not in a backup\n"
        "  --> apps/homepage/deployment.yaml:12:17\n"
        "   |\n"
        " 9 |       labels: {app: homepage}\n"
        "   |                     -------- of this pod\n"
        "10 |     spec:\n"
        "11 |       volumes:\n"
        "12 |         - name: logs\n"
        "   |                 ^^^^\n"
        "   |           ---------- the volume\n"
        "13 |           emptyDir: {}\n"
        "   |           -------- its kind\n"
        "  --> apps/homepage/deployment.yaml:2:7\n"
        "   |\n"
        " 2 | kind: Deployment\n"
        "   |       ---------- of this workload\n"
        "\n"
        "1 warning in 2 files (2 documents, 2 resources)\n");
}

TEST_CASE("several lines between two places of a frame are left out") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kPausedRule, Severity::note, "something is worth knowing", run.find(kDaily, "daily"));
  finding.related.push_back({run.find(kDaily, "true"), "here"});
  run.results.summary = {2, 2, 2, 0, 0, 1, 0, 0};
  CHECK(print_text(run.results, {}) ==
        "note[velero/schedule-paused]: something is worth knowing\n"
        "  --> velero/schedule.yaml:4:9\n"
        "   |\n"
        " 4 |   name: daily\n"
        "   |         ^^^^^\n"
        "...\n"
        " 8 |     defaultVolumesToFsBackup: true\n"
        "   |                               ---- here\n"
        "\n"
        "1 note in 2 files (2 documents, 2 resources)\n");
}

TEST_CASE("underlines stand below wide characters, tabs, combining marks and in CRLF files with a byte-order mark") {
  ResultsForTest run(Files{{"a.yaml",
                            "\xEF\xBB\xBF"
                            "k: \xE5\x82\x99\xE4\xBB\xBD \xF0\x9F\x93\xB7 here\r\n"  // 備份 📷
                            "n: e\xCC\x81\xC3\xA9 here\r\n"                          // é as two, é as one
                            "t:\t\there\r\n"}});
  for (std::size_t i = 0; i < 3; ++i)
    run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "here", i), "x");
  run.results.summary = {1, 1, 1, 0, 3, 0, 0, 0};
  CHECK(print_text(run.results, {}) ==
        "warning[velero/schedule-paused]: found\n"
        "  --> a.yaml:1:9\n"
        "   |\n"
        " 1 | k: \xE5\x82\x99\xE4\xBB\xBD \xF0\x9F\x93\xB7 here\n"
        "   |            ^^^^ x\n"  // 3 + 4 + 1 + 2 + 1 columns
        "\n"
        "warning[velero/schedule-paused]: found\n"
        "  --> a.yaml:2:8\n"
        "   |\n"
        " 2 | n: e\xCC\x81\xC3\xA9 here\n"
        "   |       ^^^^ x\n"
        "\n"
        "warning[velero/schedule-paused]: found\n"
        "  --> a.yaml:3:5\n"
        "   |\n"
        " 3 | t:        here\n"
        "   |           ^^^^ x\n"
        "\n"
        "3 warnings in 1 file (1 document, 1 resource)\n");
}

TEST_CASE("nothing that a terminal obeys is printed") {
  ResultsForTest run(Files{{"a\x1b[2J.yaml", "k: \x1b]0;gotcha\x07 \xE2\x80\xAE \xC2\x9B \xFF\x7F v\n"}});
  Finding& finding =
      run.add(kPausedRule, Severity::warning, "bad \x1b[31m name\nnext", run.find("a\x1b[2J.yaml", "v", 0), "lab\rel");
  finding.help = "he\x08lp";
  finding.fixes.push_back({"ti\x1btle", Safety::safe, {{run.find("a\x1b[2J.yaml", "v"), "\x1b[0m"}}});
  run.results.incomplete.push_back({"un\x1bit", "rea\x1bson", {}});
  PrintOptions options;
  options.verbose = true;
  const std::string text = print_text(run.results, options);
  for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK(text.find('\x7F') == std::string::npos);
  CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
  CHECK(text.find("\xC2\x9B") == std::string::npos);
  CHECK(text.find("warning[velero/schedule-paused]: bad \\x1b[31m name\\x0anext\n") == 0);
  CHECK(text.find(" 1 | k: \\x1b]0;gotcha\\x07 \\u202e \\u009b \\xff\\x7f v\n") != std::string::npos);
  CHECK(print_concise(run.results, {}) ==
        "a\\x1b[2J.yaml:1:23: warning: bad \\x1b[31m name\\x0anext [velero/schedule-paused]\n");
}

TEST_CASE("long lines are cut around the place") {
  const std::string filler(300, 'x');
  ResultsForTest run(Files{{"a.json", "{\"a\": \"" + filler + "\", \"here\": 1, \"b\": \"" + filler + "\"}"}});
  run.add(kPausedRule, Severity::warning, "found", run.find("a.json", "\"here\""), "x");
  run.results.summary = {1, 1, 0, 0, 1, 0, 0, 0};
  PrintOptions options;
  options.width = 65;  // 60 columns of source
  CHECK(print_text(run.results, options) ==
        "warning[velero/schedule-paused]: found\n"
        "  --> a.json:1:311\n"
        "   |\n"
        " 1 | ...xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"here\": 1, \"b\"...\n"
        "   |                                            ^^^^^^ x\n"
        "\n"
        "1 warning in 1 file (1 document, 0 resources)\n");
}

TEST_CASE("a place of several lines is underlined on its first") {
  ResultsForTest run(two_manifests());
  run.add(kPausedRule, Severity::warning, "found", run.find(kApp, "volumes:\n        - name: logs\n"), "these");
  CHECK(print_text(run.results, {})
            .find("11 |       volumes:\n"
                  "   |       ^^^^^^^^ these (up to line 12)\n") != std::string::npos);
}

TEST_CASE("an empty file and the end of a file can be pointed at") {
  ResultsForTest run(Files{{"a.yaml", ""}, {"b.yaml", "a: [\n"}, {"c.yaml", "a: ["}});
  run.add(kSyntaxRule, Severity::error, "empty", {*run.results.files->find("a.yaml"), 0, 0});
  run.add(kSyntaxRule, Severity::error, "open", {*run.results.files->find("b.yaml"), 5, 5});
  run.add(kSyntaxRule, Severity::error, "open", {*run.results.files->find("c.yaml"), 4, 4});
  PrintOptions options;
  options.quiet = true;
  CHECK(print_text(run.results, options) ==
        "error[yaml/syntax-error]: empty\n"
        "  --> a.yaml:1:1\n"
        "   |\n"
        " 1 |\n"
        "   | ^\n"
        "\n"
        "error[yaml/syntax-error]: open\n"
        "  --> b.yaml:2:1\n"
        "   |\n"
        " 2 |\n"
        "   | ^\n"
        "\n"
        "error[yaml/syntax-error]: open\n"
        "  --> c.yaml:1:5\n"
        "   |\n"
        " 1 | a: [\n"
        "   |     ^\n"
        "\n");
}

TEST_CASE("a fix is shown as few lines of a diff") {
  std::string items;
  for (int i = 0; i < 20; ++i) items += "  - item" + std::to_string(i) + "\n";
  ResultsForTest run(Files{{"a.yaml", "first: 1\nlist:\n" + items}, {"b.yaml", "x: 1\ny: 2\nz: 3"}});
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "list"));
  finding.fixes.push_back({"rewrite",
                           Safety::unsafe,
                           {{run.find("a.yaml", items), ""},
                            {run.before("a.yaml", "first"), "zeroth: 0\n"},
                            {run.find("b.yaml", "2"), "two"},
                            {run.after("b.yaml", "3"), "\nend: 4"}}});
  const std::string text = print_text(run.results, {});
  CHECK(text.substr(text.find("   = fix"), text.find("\n\n") - text.find("   = fix")) ==
        "   = fix (unsafe): rewrite\n"
        "     a.yaml:1\n"
        "     + zeroth: 0\n"
        "     a.yaml:3\n"
        "     -   - item0\n"
        "     -   - item1\n"
        "     -   - item2\n"
        "     -   - item3\n"
        "     -   - item4\n"
        "     -   - item5\n"
        "     -   - item6\n"
        "     -   - item7\n"
        "     -   - item8\n"
        "     -   - item9\n"
        "     -   - item10\n"
        "     ... and 13 more lines");
}

TEST_CASE("a fix shows what it changes line by line") {
  ResultsForTest run(Files{{"a.yaml", "x: 1\r\ny: 2\r\nz: 3"}});
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "x"));
  const auto fixed = [&](std::vector<TextEdit> edits) {
    finding.fixes = {{"fix", Safety::safe, std::move(edits)}};
    const std::string text = print_text(run.results, {});
    const std::size_t begin = text.find("fix (safe): fix\n") + 16;
    return text.substr(begin, text.find("\n\n") + 1 - begin);
  };
  CHECK(fixed({{run.find("a.yaml", "2"), "two"}, {run.after("a.yaml", "3"), "\r\nend: 4"}}) ==
        "     a.yaml:2\n     - y: 2\n     + y: two\n       z: 3\n     + end: 4\n");
  CHECK(fixed({{run.after("a.yaml", "y: 2"), "\r\nnew: 1"}}) == "     a.yaml:2\n       y: 2\n     + new: 1\n");
  CHECK(fixed({{run.before("a.yaml", "y"), "new: 1\r\n"}}) == "     a.yaml:1\n       x: 1\n     + new: 1\n");
  CHECK(fixed({{run.find("a.yaml", "y: 2\r\n"), ""}}) == "     a.yaml:2\n     - y: 2\n");
  CHECK(fixed({{run.find("a.yaml", "x: 1\r\n"), ""}}) == "     a.yaml:1\n     - x: 1\n");
  CHECK(fixed({}).empty());
}

TEST_CASE("credentials are hidden in frames and fixes") {
  ResultsForTest run(Files{{"a.yaml",
                            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\nstringData:\n  user: hunter1\n---\n"
                            "env:\n  - name: DB_PASSWORD\n    value: hunter2\nother: {password: hunter3, x: 1}\n"}});
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "user"), "here");
  finding.related.push_back({run.find("a.yaml", "value"), "there"});
  finding.related.push_back({run.find("a.yaml", "x: 1"), "and there"});
  finding.fixes.push_back({"rewrite", Safety::safe, {{run.find("a.yaml", "x"), "y"}}});
  const std::string text = print_text(run.results, {});
  CHECK(text.substr(text.find('\n') + 1, text.find("\n\n") - text.find('\n')) ==
        "  --> a.yaml:6:3\n"
        "   |\n"
        " 6 |   <hidden: user>\n"
        "   |   ^^^^^^^^^^^^^^ here\n"
        "...\n"
        "10 |     <hidden: value>\n"
        "   |     --------------- there\n"
        "11 | <hidden: other>\n"
        "   | --------------- and there\n"
        "   |\n"
        "   = fix (safe): rewrite\n"
        "     a.yaml:11\n"
        "     - <hidden: other>\n"
        "     + <hidden>\n");
}

TEST_CASE("a key that names an entry of a Secret is shown in a fix, and a credential is not") {
  ResultsForTest run(Files{{"a.yaml",
                            "credential:\n  name: keys\n  key: old-key\nlogin:\n  key: hunter1\n"
                            "bad:\n  name: keys\n  key: old-url\n"}});
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "credential"));
  const auto fixed = [&](std::string_view old_text, std::string new_text) {
    finding.fixes = {{"fix", Safety::safe, {{run.find("a.yaml", old_text), std::move(new_text)}}}};
    const std::string text = print_text(run.results, {});
    const std::size_t begin = text.find("fix (safe): fix\n") + 16;
    return text.substr(begin, text.find("\n\n") + 1 - begin);
  };
  CHECK(fixed("old-key", "cloud") == "     a.yaml:3\n     -   key: old-key\n     +   key: cloud\n");
  CHECK(fixed("hunter1", "hunter2") == "     a.yaml:5\n     -   <hidden: key>\n     + <hidden>\n");
  CHECK(fixed("old-url", "https://me:hunter3@example.org") ==
        "     a.yaml:8\n     -   key: old-url\n     + <hidden>\n");
}

TEST_CASE("an added toleration is shown, and what only looks like one is not") {
  ResultsForTest run(Files{{"a.yaml", "spec:\n  list:\n    - a\n"}});
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find("a.yaml", "spec"));
  const auto added = [&](std::string lines) {
    finding.fixes = {{"fix", Safety::safe, {{run.after("a.yaml", "- a\n"), std::move(lines)}}}};
    const std::string text = print_text(run.results, {});
    const std::size_t begin = text.find("- a\n") + 4;
    return text.substr(begin, text.find("\n\n") + 1 - begin);
  };
  CHECK(added("    - key: dedicated\n      operator: Equal\n      value: db\n      effect: NoSchedule\n")
            .find("hidden") == std::string::npos);
  for (const std::string lines :
       {"    - key: hunter1\n      operator: Equal\n      value: hunter1\n",
        "    - key: password\n      value: hunter1\n      effect: NoSchedule\n",
        "    - key: x\n      value: hunter1\n      effect: NoSchedule\n      user: me\n",
        "    - key: x\n      value: https://me:hunter1@example.org\n      effect: NoSchedule\n"}) {
    CAPTURE(lines);
    CHECK(added(lines).find("hunter1") == std::string::npos);
  }
}

TEST_CASE("the summary counts what there is") {
  struct Row {
    Summary summary;
    std::string_view line;
  };
  const Row rows[] = {
      {{14, 38, 31, 0, 0, 0, 0, 0}, "no findings in 14 files (38 documents, 31 resources)\n"},
      {{1, 1, 1, 2, 1, 0, 3, 0}, "2 errors, 1 warning in 1 file (1 document, 1 resource); 3 fixable with --fix\n"},
      {{0, 0, 0, 0, 2, 3, 0, 0}, "2 warnings, 3 notes in 0 files (0 documents, 0 resources)\n"},
  };
  for (const Row& row : rows) {
    ResultsForTest run(Files{});
    run.results.summary = row.summary;
    CHECK(print_text(run.results, {}) == row.line);
    PrintOptions quiet;
    quiet.quiet = true;
    CHECK(print_text(run.results, quiet).empty());
  }
}

TEST_CASE("suppressed findings are counted and not shown") {
  ResultsForTest run(two_manifests());
  run.add(kPausedRule, Severity::warning, "found", run.find(kDaily, "daily")).suppressed = Suppression{};
  run.results.summary = {2, 2, 2, 0, 0, 0, 0, 0};
  CHECK(print_text(run.results, {}) == "no findings in 2 files (2 documents, 2 resources); 1 suppressed\n");
  CHECK(print_concise(run.results, {}).empty());
}

TEST_CASE("what was not seen is counted, and listed on demand") {
  ResultsForTest run(two_manifests());
  run.results.incomplete.push_back({"apps/immich", "the chart is remote", run.find(kDaily, "daily")});
  run.results.summary = {2, 2, 2, 0, 0, 0, 0, 1};
  CHECK(print_text(run.results, {}) ==
        "no findings in 2 files (2 documents, 2 resources)\n"
        "1 thing was not seen (--verbose lists it)\n");
  run.results.incomplete.push_back({"apps/x", "the chart is remote", {}});
  CHECK(print_text(run.results, {}).find("2 things were not seen (--verbose lists them)\n") != std::string::npos);
  PrintOptions verbose;
  verbose.verbose = true;
  CHECK(print_text(run.results, verbose) ==
        "not seen: apps/immich: the chart is remote (velero/schedule.yaml:4:9)\n"
        "not seen: apps/x: the chart is remote\n"
        "\n"
        "no findings in 2 files (2 documents, 2 resources)\n");
}

TEST_CASE("long chains and many related places are cut") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", run.find(kDaily, "daily"));
  for (int i = 0; i < 20; ++i) finding.chain.push_back({{}, "step " + std::to_string(i)});
  for (int i = 0; i < 12; ++i) finding.related.push_back({run.find(kDaily, "spec"), "place " + std::to_string(i)});
  const std::string text = print_text(run.results, {});
  CHECK(text.find("   = chain: step 0\n         -> step 1\n") != std::string::npos);
  CHECK(text.find("         -> step 5\n         -> ...\n         -> step 14\n") != std::string::npos);
  CHECK(text.find("place 9\n") != std::string::npos);
  CHECK(text.find("place 10\n") == std::string::npos);
  CHECK(text.find("   = note: 2 more related places\n") != std::string::npos);
}

TEST_CASE("places outside of files are notes") {
  ResultsForTest run(two_manifests());
  Finding& finding = run.add(kPausedRule, Severity::warning, "found", {});
  finding.related.push_back({{}, "the default of the chart"});
  run.results.summary = {2, 2, 2, 0, 1, 0, 0, 0};
  CHECK(print_text(run.results, {}) ==
        "warning[velero/schedule-paused]: found\n"
        "   = note: the default of the chart\n"
        "\n"
        "1 warning in 2 files (2 documents, 2 resources)\n");
  CHECK(print_concise(run.results, {}) == "warning: found [velero/schedule-paused]\n");
}

TEST_CASE("colours are used when asked for") {
  ResultsForTest run(two_manifests());
  run.add(kPausedRule, Severity::error, "found", run.find(kDaily, "daily"), "x");
  PrintOptions options;
  options.colour = true;
  options.quiet = true;
  CHECK(print_text(run.results, options) ==
        "\x1b[1;31merror[velero/schedule-paused]\x1b[0m\x1b[1m: found\x1b[0m\n"
        "  \x1b[1;34m-->\x1b[0m velero/schedule.yaml:4:9\n"
        "\x1b[1;34m   |\x1b[0m\n"
        "\x1b[1;34m 4 |\x1b[0m   name: daily\n"
        "\x1b[1;34m   |\x1b[0m         \x1b[1;31m^^^^^ x\x1b[0m\n"
        "\n");
  CHECK(print_concise(run.results, options) ==
        "\x1b[1mvelero/schedule.yaml:4:9\x1b[0m: \x1b[1;31merror\x1b[0m: found [velero/schedule-paused]\n");
}

TEST_CASE("a hundred findings in one long line take no time") {
  std::string text = "[";
  for (int i = 0; i < 200'000; ++i) text += "{\"name\": \"item\"}, ";
  text += "{}]";
  ResultsForTest run(Files{{"a.json", text}});
  for (int i = 0; i < 2'000; ++i) {
    const auto at = static_cast<std::uint32_t>(1 + 18 * i);
    Finding& finding = run.add(kPausedRule, Severity::warning, "found", {FileId{0}, at, at + 16});
    finding.fixes.push_back({"fix", Safety::safe, {{{FileId{0}, at, at + 1}, "{"}}});
  }
  CHECK(print_concise(run.results, {}).find("a.json:1:35984: warning: found") != std::string::npos);
  CHECK(print_text(run.results, {}).find("too long to be shown here") != std::string::npos);
}

}  // namespace
}  // namespace vlint
