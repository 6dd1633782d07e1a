#include "lint/engine/history.h"

#include <fmt/format.h>

#include <algorithm>

namespace vlint {

std::vector<Label> history_of(const gitops::Units& units, const kube::Resource& resource, yaml::Value field,
                              Span shown) {
  std::vector<Label> history;
  const gitops::Unit& unit = units.all[resource.unit];
  if (unit.build == nullptr) return history;
  const std::vector<kustomize::ChainStep> steps = kustomize::chain_of(*unit.build, field);
  // A value that nothing changed has one step: the place that is shown.
  for (const kustomize::ChainStep& step : steps) {
    if (steps.size() < 2 || !step.where.valid()) continue;
    history.push_back({step.where, step.what == "source" ? "written here" : fmt::format("changed by {}", step.what)});
  }
  const bool is_own_text = std::binary_search(unit.own_files.begin(), unit.own_files.end(), shown.file);
  if (!is_own_text) {
    history.push_back({{unit.declared_in, 0, 0}, fmt::format("built by {}", gitops::display_name(unit))});
  }
  return history;
}

std::vector<Label> removed_from(const gitops::Units& units, const kube::Resource& resource, yaml::Value collection) {
  std::vector<Label> removed;
  const gitops::Unit& unit = units.all[resource.unit];
  if (unit.build == nullptr) return removed;
  for (const kustomize::RemovedField& field : kustomize::removed_from(*unit.build, collection)) {
    removed.push_back({field.by, fmt::format("`{}` was taken out by {}", field.key, field.what)});
  }
  return removed;
}

}  // namespace vlint
