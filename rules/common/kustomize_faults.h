// From what Kustomize builds say to findings: the part that all rules about kustomizations share.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kustomize/build.h"

namespace vlint::rules {

// Called once for each fault of each unit's build, in the order in which the build met them: first what would end
// Kustomize, then what it says nothing about.
using FaultVisitor = std::function<void(const gitops::Unit&, const kustomize::Fault&)>;
void for_each_fault(const Model& model, const FaultVisitor& visit);

// The fault's message without the guess that ends it: ", did you mean x?".
std::string_view message_without_guess(const kustomize::Fault& fault);

// A place in a file that the report can show; invalid for any other.
Span shown(const Model& model, Span place);

// The values that hold a place, from the document's root down to the innermost; none where no parsed file has it. The
// YAML of an inline patch is one scalar here.
std::vector<yaml::Value> values_at(const Model& model, Span place);

// Whether the text at a place is one that somebody fills in before Kustomize reads it: `{{ name }}`, `${NAME}`.
bool is_template_text(const Model& model, Span place);

// The command that fails, for messages: "`kustomize build apps/homepage`".
std::string build_command(const gitops::Unit& unit);

// The field of a kustomization file in which a place stands, "" outside of such a file and of its fields.
std::string_view field_with(const Model& model, Span place);

// A finding at the fault's place (or where the unit is declared), about the unit, with the fault's message, its related
// place, and the repair it names as a fix of the given safety.
Draft report_fault(const Model& model, const gitops::Unit& unit, const kustomize::Fault& fault, Safety repair_safety,
                   Report& report);
// The same with another message.
Draft report_fault(const Model& model, const gitops::Unit& unit, const kustomize::Fault& fault, std::string message,
                   Safety repair_safety, Report& report);

}  // namespace vlint::rules
