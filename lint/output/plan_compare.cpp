#include "lint/output/plan_compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "lint/output/coverage.h"
#include "lint/output/display.h"

namespace vlint {
namespace {

using nlohmann::ordered_json;
using velero::Verdict;

// What becomes of the data is the same; the reason may be another.
bool is_same(const Verdict& a, const Verdict& b) { return a.method == b.method && a.outcome == b.outcome; }

void add_changes(const ClusterCoverage& cluster, const CoverageEntry& entry, const std::vector<Verdict>& before,
                 const std::vector<Verdict>& after, std::vector<VerdictChange>& changes) {
  for (std::size_t i = 0; i < std::min(before.size(), after.size()); ++i) {
    if (is_same(before[i], after[i])) continue;
    changes.push_back({cluster.cluster->name(), name_of(cluster, entry),
                       cluster.plan->schedules[before[i].schedule].name, &before[i], &after[i]});
  }
}

std::string version_of(const Analysis& analysis) {
  return analysis.plans.empty() ? std::string() : velero::to_string(analysis.plans.front().install.version);
}

std::string describe(const Verdict& verdict) {
  const std::string method =
      verdict.method == velero::Method::none ? "" : fmt::format(" by {}", velero::to_string(verdict.method));
  return fmt::format("{}{}: {}", velero::to_string(verdict.outcome), method, velero::explain(verdict.reason));
}

ordered_json json_of(const Verdict& verdict) {
  return {{"selected", to_string(verdict.selected)},
          {"method", velero::to_string(verdict.method)},
          {"outcome", velero::to_string(verdict.outcome)},
          {"reason", velero::explain(verdict.reason)}};
}

}  // namespace

std::vector<VerdictChange> compare_plans(const Analysis& before, const Analysis& after) {
  std::vector<VerdictChange> changes;
  for (std::size_t i = 0; i < std::min(before.plans.size(), after.plans.size()); ++i) {
    const velero::Plan& old_plan = before.plans[i];
    const velero::Plan& new_plan = after.plans[i];
    const ClusterCoverage cluster{&before.clusters[i], &old_plan, {}, 0, &before.volsync[i], &before.kyverno[i]};
    for (std::size_t c = 0; c < std::min(old_plan.claims.size(), new_plan.claims.size()); ++c) {
      add_changes(cluster, {&old_plan.claims[c], nullptr, Coverage::unknown, nullptr}, old_plan.claims[c].verdicts,
                  new_plan.claims[c].verdicts, changes);
    }
    for (std::size_t v = 0; v < std::min(old_plan.volumes.size(), new_plan.volumes.size()); ++v) {
      if (is_claim(old_plan.volumes[v])) continue;  // told above
      add_changes(cluster, {nullptr, &old_plan.volumes[v], Coverage::unknown, nullptr}, old_plan.volumes[v].verdicts,
                  new_plan.volumes[v].verdicts, changes);
    }
  }
  return changes;
}

std::string print_changes_text(const std::vector<VerdictChange>& changes, const Analysis& before,
                               const Analysis& after) {
  if (changes.empty()) {
    return fmt::format("Velero {} does the same as {} with every claim and volume\n", version_of(after),
                       version_of(before));
  }
  std::string out;
  for (const VerdictChange& change : changes) {
    const std::string cluster = before.clusters.size() == 1 ? "" : fmt::format(" in cluster {}", change.cluster);
    out += fmt::format("{}, Schedule {}{}\n  {:>8}  {}\n  {:>8}  {}\n", printable(change.what), printable(change.by),
                       printable(cluster), version_of(before), printable(describe(*change.before)), version_of(after),
                       printable(describe(*change.after)));
  }
  return out + fmt::format("\n{} {}\n", counted(changes.size(), "verdict"), changes.size() == 1 ? "differs" : "differ");
}

std::string print_changes_json(const std::vector<VerdictChange>& changes, const Analysis& before,
                               const Analysis& after) {
  ordered_json list = ordered_json::array();
  for (const VerdictChange& change : changes) {
    list.push_back({{"cluster", change.cluster},
                    {"what", change.what},
                    {"by", change.by},
                    {"before", json_of(*change.before)},
                    {"after", json_of(*change.after)}});
  }
  const ordered_json root{{"schema", "vlint/plan-changes/1"},
                          {"from", version_of(before)},
                          {"to", version_of(after)},
                          {"changes", std::move(list)}};
  return root.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace vlint
