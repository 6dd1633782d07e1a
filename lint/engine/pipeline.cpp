#include "lint/engine/pipeline.h"

#include <algorithm>

#include "lint/engine/registry.h"
#include "lint/engine/report.h"
#include "lint/engine/suppression.h"
#include "lint/yaml/edit.h"

namespace vlint {
namespace {

using gitops::FileRole;

std::vector<kube::Resource> read_all_resources(const Sources& sources, const gitops::Units& units,
                                               const Workers& workers) {
  const auto& files = units.plain_files;
  std::vector<std::vector<kube::Resource>> slots = workers.map<std::vector<kube::Resource>>(
      files.size(),
      [&](std::size_t i) { return kube::read_resources(*sources.trees[static_cast<std::size_t>(files[i])]); });
  std::vector<kube::Resource> resources;
  for (auto& slot : slots) resources.insert(resources.end(), slot.begin(), slot.end());
  return resources;
}

std::string_view rule_of(yaml::ProblemKind kind) {
  switch (kind) {
    case yaml::ProblemKind::syntax:
      return "yaml/syntax-error";
    case yaml::ProblemKind::repeated_key:
      return "yaml/duplicate-key";
    case yaml::ProblemKind::limit:
      return "yaml/limit-reached";
    case yaml::ProblemKind::unread:
      return {};  // nobody's fault: listed under incomplete
  }
  return {};
}

// Takes the first of two equal keys away: its value is lost anyway.
void offer_removal(const yaml::Tree& tree, const yaml::Problem& problem, Draft& draft) {
  const std::vector<yaml::NodeId> path = yaml::path_to(tree, problem.related.begin);
  const bool is_edited_by_hand = kube::author_of(tree, tree.document_at(problem.where.begin)) == kube::Author::person;
  if (path.size() < 2 || !is_edited_by_hand) return;
  Result<yaml::Removal> removal =
      yaml::remove_entry(tree, path[path.size() - 2], path.back(), yaml::OnlyChild::leave_empty);
  if (removal.ok()) draft.fix("remove the first one", Safety::unsafe, std::move(removal).value().edits);
}

// Faults of the YAML itself, as findings. A template's text is no YAML, so it has no such faults.
std::vector<Finding> report_problems(const Sources& sources, std::span<const RuleEntry> rules) {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < sources.trees.size(); ++i) {
    if (sources.trees[i] == nullptr || sources.roles[i] == FileRole::template_text) continue;
    for (const yaml::Problem& problem : sources.trees[i]->problems) {
      const RuleEntry* rule = find_rule(rules, rule_of(problem.kind));
      if (rule == nullptr) continue;
      Report report(*rule);
      Draft draft = report.at(problem.where, problem.message);
      draft.related(problem.related, problem.related_message);
      if (problem.kind == yaml::ProblemKind::repeated_key) offer_removal(*sources.trees[i], problem, draft);
      for (Finding& finding : std::move(report).take()) findings.push_back(std::move(finding));
    }
  }
  return findings;
}

// Every rule in a slot of its own.
std::vector<Finding> check(const Model& model, std::span<const RuleEntry> rules, const Workers& workers) {
  std::vector<std::vector<Finding>> slots =
      workers.map<std::vector<Finding>>(rules.size(), [&](std::size_t i) -> std::vector<Finding> {
        if (rules[i].rule->check == nullptr) return {};
        Report report(rules[i]);
        rules[i].rule->check(model, report);
        return std::move(report).take();
      });
  std::vector<Finding> findings;
  for (auto& slot : slots) std::move(slot.begin(), slot.end(), std::back_inserter(findings));
  return findings;
}

}  // namespace

Model Analysis::model() const {
  Model model{sources, {}};
  for (std::size_t i = 0; i < clusters.size(); ++i) model.clusters.push_back({clusters[i], plans[i]});
  return model;
}

Analysis analyze(Sources sources, const AnalysisOptions& options, const Workers& workers) {
  Analysis analysis;
  analysis.sources = std::move(sources);

  // Which documents a cluster runs as they stand, and what was not seen.
  analysis.units = gitops::find_units(analysis.sources.files, analysis.sources.trees, analysis.sources.roles);
  analysis.incomplete = analysis.units.incomplete;

  // The objects of the cluster, with indices to find them.
  analysis.clusters.emplace_back("default", read_all_resources(analysis.sources, analysis.units, workers),
                                 analysis.units.incomplete);

  // What every Schedule does with every volume.
  for (const model::Cluster& cluster : analysis.clusters) {
    analysis.plans.push_back(velero::make_plan(cluster, options.velero));
  }

  // From here on nothing but findings is made.
  std::vector<Finding> findings = report_problems(analysis.sources, options.rules);
  std::vector<Finding> judged = check(analysis.model(), options.rules, workers);
  std::move(judged.begin(), judged.end(), std::back_inserter(findings));
  apply_suppressions(analysis.sources, options.known_rules, options.rules, findings);
  std::sort(findings.begin(), findings.end(), before);
  fingerprint(analysis.sources.files, findings);
  analysis.findings = std::move(findings);
  return analysis;
}

Summary summarize(const Analysis& analysis, std::span<const Finding> findings) {
  Summary summary;
  summary.files = analysis.sources.files.size();
  for (const auto& tree : analysis.sources.trees) {
    if (tree == nullptr) continue;
    summary.documents += static_cast<std::size_t>(std::count_if(
        tree->documents.begin(), tree->documents.end(),
        [](const yaml::Document& document) { return document.broken || document.root != yaml::kNoNode; }));
  }
  for (const model::Cluster& cluster : analysis.clusters) summary.resources += cluster.resources().size();
  for (const Finding& finding : findings) {
    if (finding.suppressed) continue;
    ++(finding.severity == Severity::error     ? summary.errors
       : finding.severity == Severity::warning ? summary.warnings
                                               : summary.notes);
    const bool has_safe_fix = std::any_of(finding.fixes.begin(), finding.fixes.end(),
                                          [](const Fix& fix) { return fix.safety == Safety::safe; });
    if (has_safe_fix) ++summary.fixable;
  }
  summary.unknown = analysis.incomplete.size();
  return summary;
}

}  // namespace vlint
