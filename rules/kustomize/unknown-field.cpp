#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/kustomize/shape.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using kustomize::Fault;
using kustomize::FaultKind;
using kustomize::FieldRow;
using kustomize::FieldType;
using kustomize::Shape;
using yaml::Value;

const FieldRow* find_row(const Shape& shape, std::string_view name) {
  const auto row = std::find_if(shape.fields.begin(), shape.fields.end(), [&](const FieldRow& known) {
    return to_lower_ascii(known.name) == to_lower_ascii(name);
  });
  return row == shape.fields.end() ? nullptr : &*row;
}

bool is_text(Value value) { return value.is_scalar() && value.as_string().has_value(); }

bool is_map_of_texts(Value value) {
  const std::vector<yaml::Entry> entries = value.entries();
  return value.is_mapping() &&
         std::all_of(entries.begin(), entries.end(), [](const yaml::Entry& entry) { return is_text(entry.value); });
}

bool is_list(Value value, bool (*fits)(Value, const Shape*), const Shape* shape) {
  const std::vector<Value> items = value.items();
  return value.is_sequence() && std::all_of(items.begin(), items.end(), [&](Value item) { return fits(item, shape); });
}

// Whether a value can stand in a field, so that nothing but the name is wrong.
bool fits(Value value, const FieldRow& row) {
  const auto is_object = [](Value v, const Shape* shape) {
    return v.is_mapping() && kustomize::shape_faults(v, *shape).empty();
  };
  switch (row.type) {
    case FieldType::text:
      return is_text(value);
    case FieldType::boolean:
      return value.as_bool().has_value();
    case FieldType::integer:
      return value.as_int().has_value();
    case FieldType::texts:
      return is_list(
          value, [](Value item, const Shape*) { return is_text(item); }, nullptr);
    case FieldType::text_map:
    case FieldType::written_map:
      return is_map_of_texts(value);
    case FieldType::object:
      return is_object(value, row.shape);
    case FieldType::objects:
      return is_list(value, is_object, row.shape);
    case FieldType::any:
      return true;
  }
  return false;
}

// The shape of the mapping in which a key of a kustomization stands, and the key's value.
struct Place {
  const Shape* shape = nullptr;
  Value value;
};
Place place_of_key(const Model& model, Span key) {
  const std::vector<Value> path = values_at(model, key);
  const Shape* shape = &kustomize::kustomization_shape();
  for (std::size_t i = 0; i + 1 < path.size() && shape != nullptr; ++i) {
    if (path[i].is_sequence()) continue;
    for (const yaml::Entry& entry : path[i].entries()) {
      if (entry.key.place() == path[i + 1].place()) return {shape, entry.value};
      if (entry.value.place() != path[i + 1].place()) continue;
      const FieldRow* row = find_row(*shape, entry.key.text());
      shape = row == nullptr ? nullptr : row->shape;
      break;
    }
  }
  return {};
}

// One letter too many, too few, wrong or swapped, and a value that the field takes.
bool is_plain_slip(const Model& model, const Fault& fault) {
  if (fault.repair != kustomize::Repair::replace || field_with(model, fault.where).empty()) return false;
  if (!edit_distance(to_lower_ascii(fault.subject), to_lower_ascii(fault.suggestion), 1)) return false;
  const Place place = place_of_key(model, fault.where);
  const FieldRow* row = place.shape == nullptr ? nullptr : find_row(*place.shape, fault.suggestion);
  return row != nullptr && fits(place.value, *row);
}

void check(const Model& model, Report& report) {
  for_each_fault(model, [&](const gitops::Unit& unit, const Fault& fault) {
    if (fault.kind != FaultKind::unknown_field || is_template_text(model, fault.where)) return;
    Fault shown_fault = fault;
    if (!is_plain_slip(model, fault)) shown_fault.repair = kustomize::Repair::none;
    std::string_view what = fault.message;  // "a kustomization has no field "resource", did you mean "resources"?"
    if (!fault.suggestion.empty()) what = what.substr(0, what.rfind(", did you mean "));
    Draft draft = report_fault(model, unit, shown_fault, fmt::format("{}, so {} fails", what, build_command(unit)),
                               Safety::safe, report);
    if (!fault.suggestion.empty()) draft.label(fmt::format("did you mean {}?", fault.suggestion));
  });
}

}  // namespace

VLINT_RULE(kustomize_unknown_field) = checked({
    .summary = "a kustomization has a field that Kustomize does not know",
    .explanation = R"md(
## What it finds
A field of a `kustomization.yaml`, of an entry in it (a patch, an image, a generator, a replacement) or of a file of
`configurations` that Kustomize does not have: `resource` for `resources`, `newTags` for `newTag`. The case of letters
does not matter to Kustomize.

## Why it matters
Kustomize reads its file strictly and ends with "unknown field". Argo CD and Flux then deploy nothing of the whole
kustomization, and what was deployed before stays as it was: the new Schedule does not run, the old one goes on.

## How to fix it
Write the name as Kustomize has it. Where one letter is wrong and the value is one that the field takes, `vlint --fix`
does it. A field of a Flux `Kustomization` object (`path`, `sourceRef`, `prune`) belongs to that object, not here; keys
that only hold YAML anchors (`x-labels: &labels`) are not allowed.

## When to ignore it
When the field is newer than the Kustomize that vlint knows (5.8).
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kustomize api/types/kustomization.go Unmarshal: DisallowUnknownFields",
    .check = check,
});

}  // namespace vlint::rules
