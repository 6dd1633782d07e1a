// For the engine's own tests: a few rules and a short way from texts to an analysis.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lint/engine/pipeline.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"

namespace vlint::testing {

inline constexpr std::string_view kPage = R"(## What it finds
## Why it matters
## How to fix it
## When to ignore it)";

// A ConfigMap `name` with the lines of its data.
inline std::string config_map(const std::string& name, const std::string& data) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n" + data;
}

// The keys of check_values() whose fixes reach beyond the ConfigMap.
inline bool offer_elsewhere(const Model& model, const model::Cluster& cluster, const kube::Resource& map,
                            std::string_view key, std::vector<TextEdit> edits, Draft& draft) {
  const FileId file = edits[0].where.file;
  const auto end = static_cast<std::uint32_t>(model.sources.files[file].text.size());
  const TextEdit addition{{file, end, end}, "---\n" + config_map("added", "  kept: same\n")};
  if (key == "adds") {
    edits.push_back(addition);
    draft.fix("write right", Safety::safe, map, edits);
    return true;
  }
  if (key == "elsewhere") {
    const kube::Resource* other = cluster.find("", "ConfigMap", "", "other");
    edits.push_back({other->root["data"]["kept"].span(), "changed"});
    edits.push_back(addition);
    draft.fix_elsewhere("write right", Safety::safe, {other}, {{{}, "ConfigMap", {}, "added", {}}}, edits);
    return true;
  }
  if (key == "either") {
    const kube::Resource* other = cluster.find("", "ConfigMap", "", "other");
    draft.fix("write right", Safety::safe, map, edits);
    draft.fix_elsewhere("change the other", Safety::suggestion, {other}, {},
                        std::vector<TextEdit>{{other->root["data"]["kept"].span(), "changed"}});
    return true;
  }
  if (key != "unschedule") return false;
  const kube::Resource* schedule = cluster.of_kind("velero.io", "Schedule").front();
  edits.push_back({kube::follow(schedule->root, "spec.template.defaultVolumesToFsBackup").span(), "false"});
  draft.fix_elsewhere("write right", Safety::safe, {schedule}, {}, edits);
  return true;
}

// Finds `data.<key>: wrong` in ConfigMaps, and writes what the key asks for:
//   simple   -> right            touch   -> right, and changes another object
//   still    -> wrong            comment -> right, and removes the comment after it
//   elsewhere  -> right, changes another object and adds one, and says so
//   adds       -> right, and adds an object without saying so
//   either     -> right, or another object changes, which is a suggestion
//   unschedule -> right, and lets the Schedule copy nothing by default
inline void check_values(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const kube::Resource* map : cluster.of_kind("", "ConfigMap")) {
      for (const yaml::Entry& entry : map->root["data"].entries()) {
        if (entry.value.text() != "wrong") continue;
        std::vector<TextEdit> edits{{entry.value.span(), "right"}};
        if (entry.key.text() == "still") edits[0].text = "'wrong'";
        if (entry.key.text() == "comment")
          edits.push_back({{edits[0].where.file, edits[0].where.end, edits[0].where.end + 4}, ""});
        if (entry.key.text() == "touch") {
          const kube::Resource* other = cluster.find("", "ConfigMap", "", "other");
          edits.push_back({other->root["data"]["kept"].span(), "changed"});
        }
        Draft draft = report.at(entry.value.span(), "a wrong value");
        draft.about(cluster, *map, entry.value);
        if (offer_elsewhere(model, cluster, *map, entry.key.text(), edits, draft)) continue;
        draft.fix("write right", Safety::safe, *map, edits);
      }
    }
  }
}

inline constinit const Rule kValueRule = checked({.summary = "a wrong value",
                                                  .explanation = kPage,
                                                  .best_fix = BestFix::safe,
                                                  .since = "0.1.0",
                                                  .check = check_values});
inline constinit const Rule kEngineRule =
    checked({.summary = "made by the engine", .explanation = kPage, .since = "0.1.0"});

inline constexpr RuleEntry kRules[] = {
    {"test/value", &kValueRule},
    {"vlint/unknown-rule", &kEngineRule},
    {"vlint/unused-suppression", &kEngineRule},
    {"yaml/duplicate-key", &kEngineRule},
    {"yaml/syntax-error", &kEngineRule},
};

inline AnalysisOptions test_options() { return {kRules, {std::begin(kRules), std::end(kRules)}, {}, {}}; }

inline Analysis analyze_texts(std::vector<SourceFile> files, const AnalysisOptions& options = test_options()) {
  const Workers workers(1);
  return analyze(parse_sources(FileSet(std::move(files)), {}, workers), options, workers);
}

}  // namespace vlint::testing
