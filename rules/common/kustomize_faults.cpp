#include "rules/common/kustomize_faults.h"

#include <fmt/format.h>

#include "lint/gitops/kustomizations.h"

namespace vlint::rules {
namespace {

std::string title_of(const kustomize::Fault& fault) {
  return fault.repair == kustomize::Repair::quote ? "put it in quotes" : fmt::format("write {}", fault.suggestion);
}

}  // namespace

void for_each_fault(const Model& model, const FaultVisitor& visit) {
  for (const gitops::Unit& unit : model.units.all) {
    if (unit.build == nullptr) continue;
    for (const kustomize::Fault& fault : unit.build->faults) visit(unit, fault);
    for (const kustomize::Fault& note : unit.build->notes) visit(unit, note);
  }
}

std::string_view message_without_guess(const kustomize::Fault& fault) {
  const std::string_view message = fault.message;
  const std::string guess = fmt::format(", did you mean {}?", fault.suggestion);
  const bool has_guess = message.size() > guess.size() && message.substr(message.size() - guess.size()) == guess;
  return has_guess ? message.substr(0, message.size() - guess.size()) : message;
}

Span shown(const Model& model, Span place) {
  const bool is_known = place.valid() && static_cast<std::size_t>(place.file) < model.sources.files.size();
  return is_known ? place : Span{};
}

std::vector<yaml::Value> values_at(const Model& model, Span place) {
  const auto i = static_cast<std::size_t>(place.file);
  if (!place.valid() || i >= model.sources.trees.size() || model.sources.trees[i] == nullptr) return {};
  const yaml::Tree& tree = *model.sources.trees[i];
  std::vector<yaml::Value> values;
  for (const yaml::NodeId node : yaml::path_to(tree, place.begin)) values.emplace_back(tree, node);
  return values;
}

bool is_template_text(const Model& model, Span place) {
  if (!shown(model, place).valid()) return false;
  const std::string_view file = model.sources.files[place.file].text;
  if (place.end > file.size()) return false;
  const std::string_view text = file.substr(place.begin, place.size());
  // In a text of several lines `${...}` is more likely a script's.
  const bool is_one_line = text.find('\n') == std::string_view::npos;
  return gitops::has_template_marks(text) || (is_one_line && text.find("${") != std::string_view::npos);
}

std::string build_command(const gitops::Unit& unit) {
  return fmt::format("`kustomize build {}`", gitops::display_name(unit));
}

std::string_view field_with(const Model& model, Span place) {
  const std::vector<yaml::Value> path = values_at(model, place);
  if (path.size() < 2) return {};
  const std::string_view file = model.sources.files[place.file].path;
  if (!gitops::is_kustomization_name(file.substr(file.rfind('/') + 1))) return {};
  for (const yaml::Entry& entry : path[0].entries()) {
    if (entry.value.place() == path[1].place() || entry.key.place() == path[1].place()) return entry.key.text();
  }
  return {};
}

Draft report_fault(const Model& model, const gitops::Unit& unit, const kustomize::Fault& fault, Safety repair_safety,
                   Report& report) {
  return report_fault(model, unit, fault, fault.message, repair_safety, report);
}

Draft report_fault(const Model& model, const gitops::Unit& unit, const kustomize::Fault& fault, std::string message,
                   Safety repair_safety, Report& report) {
  const Span place = shown(model, fault.where);
  Draft draft = report.at(place, std::move(message));
  draft.about(unit).related(shown(model, fault.related), fault.related_message);
  if (fault.repair != kustomize::Repair::none && place.valid()) {
    draft.fix(title_of(fault), repair_safety, {{place, fault.suggestion}});
  }
  return draft;
}

}  // namespace vlint::rules
