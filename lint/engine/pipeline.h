// From bytes to findings. Each stage is a function that returns a product; a stage reads only what stands above it.
#pragma once

#include <deque>
#include <span>
#include <vector>

#include "lint/base/workers.h"
#include "lint/engine/analysis.h"
#include "lint/engine/configuration.h"
#include "lint/engine/model.h"
#include "lint/engine/sources.h"

namespace vlint {

struct AnalysisOptions {
  std::span<const RuleEntry> known_rules;  // all there are
  std::vector<RuleEntry> rules;            // those of this run, sorted by id
  velero::PlanOptions velero;
  Configuration configuration;
};

// What `.vlint.yaml` at the root says; the error has its place.
Result<Configuration> configuration_of(const Sources& sources);

// One analysis and everything it was made of; findings refer to rules only, the rest refers into `sources`.
struct Analysis {
  Sources sources;
  Configuration configuration;
  gitops::Units units;
  std::deque<model::Cluster> clusters;
  std::deque<kyverno::Simulation> kyverno;  // one a cluster; owns the trees of what policies make
  std::deque<velero::Plan> plans;           // one a cluster
  std::deque<volsync::Plan> volsync;        // one a cluster
  std::vector<Finding> findings;            // sorted, suppressed ones included
  std::vector<Incomplete> incomplete;

  Model model() const;
};

Analysis analyze(Sources sources, const AnalysisOptions& options, const Workers& workers);

// Counts for reports, over the findings given (those that the paths selected).
Summary summarize(const Analysis& analysis, std::span<const Finding> findings);

}  // namespace vlint
