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

// Finds `data.<key>: wrong` in ConfigMaps, and writes what the key asks for:
//   simple   -> right            touch   -> right, and changes another object
//   still    -> wrong            comment -> right, and removes the comment after it
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
        report.at(entry.value.span(), "a wrong value")
            .about(cluster, *map, entry.value)
            .fix("write right", Safety::safe, *map, edits);
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

// A ConfigMap `name` with the lines of its data.
inline std::string config_map(const std::string& name, const std::string& data) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\ndata:\n" + data;
}

}  // namespace vlint::testing
