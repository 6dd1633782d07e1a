#include "lint/engine/pipeline.h"

#include <algorithm>
#include <tuple>

#include "lint/engine/fold.h"
#include "lint/engine/registry.h"
#include "lint/engine/report.h"
#include "lint/engine/suppression.h"
#include "lint/yaml/edit.h"

namespace vlint {
namespace {

using gitops::FileRole;

// The units of the repository. Files that builds ask for are read first, so that all have an id; what they name is
// found by building, hence the rounds.
gitops::Units find_units(Sources& sources, const Configuration& configuration, const Workers& workers) {
  constexpr unsigned kMostRounds = 4;
  for (unsigned round = 1;; ++round) {
    gitops::Units units = gitops::find_units(
        {sources.files, sources.trees, sources.roles, sources.root, sources.limits, configuration.facts}, workers);
    const std::size_t known = sources.files.size();
    add_build_inputs(sources, units.wanted_files, workers);
    if (sources.files.size() == known || round == kMostRounds) return units;
  }
}

model::Cluster make_cluster(const gitops::Units& units, const gitops::ClusterUnits& wanted,
                            std::vector<Incomplete> incomplete) {
  std::vector<kube::Resource> resources;
  for (const std::uint32_t i : wanted.units) {
    const gitops::Unit& unit = units.all[i];
    resources.insert(resources.end(), unit.resources.begin(), unit.resources.end());
    incomplete.insert(incomplete.end(), unit.incomplete.begin(), unit.incomplete.end());
  }
  return model::Cluster(wanted.name, std::move(resources), std::move(incomplete));
}

// Everything that was not seen, once each: several builds of one base miss the same.
std::vector<Incomplete> all_incomplete(const gitops::Units& units, std::vector<Incomplete> all) {
  for (const gitops::Unit& unit : units.all) all.insert(all.end(), unit.incomplete.begin(), unit.incomplete.end());
  const auto key = [](const Incomplete& i) { return std::tie(i.where, i.reason, i.unit); };
  std::stable_sort(all.begin(), all.end(), [&](const Incomplete& a, const Incomplete& b) { return key(a) < key(b); });
  const auto is_same = [](const Incomplete& a, const Incomplete& b) {
    return a.reason == b.reason && a.where == b.where && (a.where.valid() || a.unit == b.unit);
  };
  all.erase(std::unique(all.begin(), all.end(), is_same), all.end());
  return all;
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
        Report report(rules[i], &model.units);
        rules[i].rule->check(model, report);
        return std::move(report).take();
      });
  std::vector<Finding> findings;
  for (auto& slot : slots) std::move(slot.begin(), slot.end(), std::back_inserter(findings));
  return findings;
}

velero::PlanOptions plan_options(const AnalysisOptions& options) {
  velero::PlanOptions plan = options.velero;
  plan.configured_version = options.configuration.velero_version;
  plan.configured_namespace = options.configuration.velero_namespace;
  plan.configured_node_agent = options.configuration.node_agent;
  return plan;
}

// Policies may make objects that the simulation doesn't know of.
bool may_make_more(const kyverno::Simulation& simulation) {
  using kyverno::AttemptOutcome;
  return !simulation.cel_policies.empty() ||
         std::any_of(simulation.attempts.begin(), simulation.attempts.end(), [](const kyverno::Attempt& attempt) {
           return attempt.outcome == AttemptOutcome::unknown || attempt.outcome == AttemptOutcome::cut_off;
         });
}

}  // namespace

Model Analysis::model() const {
  Model model{sources, units, configuration, {}};
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    model.clusters.push_back({clusters[i], plans[i], volsync[i], kyverno[i]});
  }
  return model;
}

Result<Configuration> configuration_of(const Sources& sources) {
  const std::optional<FileId> file = sources.files.find(".vlint.yaml");
  if (!file) return Configuration{};
  return read_configuration(*sources.trees[static_cast<std::size_t>(*file)]);
}

Analysis analyze(Sources sources, const AnalysisOptions& options, const Workers& workers) {
  Analysis analysis;
  analysis.sources = std::move(sources);
  analysis.configuration = options.configuration;

  // What is deployed.
  analysis.units = find_units(analysis.sources, options.configuration, workers);

  // The objects of each cluster, with indices to find them, and what Kyverno's policies make of them.
  const std::vector<gitops::NamedCluster>& named = options.configuration.clusters;
  const gitops::Clusters clusters =
      named.empty() ? gitops::find_clusters(analysis.units.all) : gitops::named_clusters(analysis.units.all, named);
  std::vector<Incomplete> unseen = analysis.units.incomplete;
  if (clusters.assumption) unseen.push_back(*clusters.assumption);
  for (const gitops::ClusterUnits& cluster : clusters.all) {
    kyverno::SimulatedCluster simulated =
        kyverno::simulate(make_cluster(analysis.units, cluster, unseen), {true, options.configuration.kyverno_version});
    analysis.clusters.push_back(std::move(simulated.cluster));
    analysis.kyverno.push_back(std::move(simulated.simulation));
  }

  analysis.incomplete = all_incomplete(analysis.units, unseen);

  // What every Schedule does with every volume.
  for (const model::Cluster& cluster : analysis.clusters) {
    analysis.plans.push_back(velero::make_plan(cluster, plan_options(options)));
  }

  // What every ReplicationSource, and what every other tool does with every claim.
  for (std::size_t i = 0; i < analysis.clusters.size(); ++i) {
    analysis.volsync.push_back(
        volsync::make_plan(analysis.clusters[i], analysis.plans[i], {may_make_more(analysis.kyverno[i])}));
  }

  // From here on nothing but findings is made.
  std::vector<Finding> findings = report_problems(analysis.sources, options.rules);
  std::vector<Finding> judged = check(analysis.model(), options.rules, workers);
  judged = fold(analysis.units, std::move(judged));
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
  for (const gitops::Unit& unit : analysis.units.all) summary.resources += unit.resources.size();
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
