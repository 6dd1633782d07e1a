#include "lint/kustomize/shape.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/kustomize/go_scalar.h"

namespace vlint::kustomize {
namespace {

using enum FieldType;

// api/types, by the names of their JSON fields.
constexpr FieldRow kFieldSpecRows[] = {{"group"}, {"version"}, {"kind"}, {"path"}, {"create", boolean}};
constexpr Shape kFieldSpec{"a field spec", kFieldSpecRows};
constexpr FieldRow kBackReferenceRows[] = {{"group"}, {"version"}, {"kind"}, {"fieldSpecs", objects, &kFieldSpec}};
constexpr Shape kBackReference{"an entry of nameReference", kBackReferenceRows};
constexpr FieldRow kConfigurationRows[] = {{"namePrefix", objects, &kFieldSpec},
                                           {"nameSuffix", objects, &kFieldSpec},
                                           {"namespace", objects, &kFieldSpec},
                                           {"commonLabels", objects, &kFieldSpec},
                                           {"labels", objects, &kFieldSpec},
                                           {"templateLabels", objects, &kFieldSpec},
                                           {"volumeClaimTemplateLabels", objects, &kFieldSpec},
                                           {"commonAnnotations", objects, &kFieldSpec},
                                           {"nameReference", objects, &kBackReference},
                                           {"varReference", objects, &kFieldSpec},
                                           {"images", objects, &kFieldSpec},
                                           {"replicas", objects, &kFieldSpec}};
constexpr Shape kConfiguration{"a transformer configuration", kConfigurationRows};

constexpr FieldRow kSelectorRows[] = {{"group"},         {"version"},           {"kind"}, {"name"}, {"namespace"},
                                      {"labelSelector"}, {"annotationSelector"}};
constexpr Shape kSelector{"a selector", kSelectorRows};
constexpr FieldRow kPatchArgsRows[] = {{"allowNameChange", boolean}, {"allowKindChange", boolean}};
constexpr Shape kPatchArgs{"the options of a patch", kPatchArgsRows};
constexpr FieldRow kPatchRows[] = {
    {"path"}, {"patch"}, {"target", object, &kSelector}, {"options", object, &kPatchArgs}};
constexpr Shape kPatch{"a patch", kPatchRows};
constexpr FieldRow kLabelRows[] = {{"pairs", written_map},
                                   {"includeSelectors", boolean},
                                   {"includeTemplates", boolean},
                                   {"includeVolumeClaimTemplates", boolean},
                                   {"fields", objects, &kFieldSpec}};
constexpr Shape kLabel{"an entry of labels", kLabelRows};
constexpr FieldRow kImageRows[] = {{"name"}, {"newName"}, {"tagSuffix"}, {"newTag"}, {"digest"}};
constexpr Shape kImage{"an entry of images", kImageRows};
constexpr FieldRow kFieldOptionsRows[] = {{"delimiter"}, {"index", integer}, {"encoding"}, {"create", boolean}};
constexpr Shape kFieldOptions{"the options of a replacement", kFieldOptionsRows};
constexpr FieldRow kSourceRows[] = {
    {"group"}, {"version"}, {"kind"}, {"name"}, {"namespace"}, {"fieldPath"}, {"options", object, &kFieldOptions}};
constexpr Shape kSource{"the source of a replacement", kSourceRows};
constexpr FieldRow kTargetRows[] = {{"select", object, &kSelector},
                                    {"reject", objects, &kSelector},
                                    {"fieldPaths", texts},
                                    {"options", object, &kFieldOptions}};
constexpr Shape kTarget{"a target of a replacement", kTargetRows};
constexpr FieldRow kReplacementRows[] = {
    {"path"}, {"source", object, &kSource}, {"targets", objects, &kTarget}, {"sourceValue"}};
constexpr Shape kReplacement{"a replacement", kReplacementRows};
constexpr FieldRow kReplicaRows[] = {{"name"}, {"count", integer}};
constexpr Shape kReplica{"an entry of replicas", kReplicaRows};
constexpr FieldRow kObjrefRows[] = {{"apiVersion"}, {"group"}, {"version"}, {"kind"}, {"name"}, {"namespace"}};
constexpr Shape kObjref{"the objref of a var", kObjrefRows};
constexpr FieldRow kFieldrefRows[] = {{"fieldPath"}};
constexpr Shape kFieldref{"the fieldref of a var", kFieldrefRows};
constexpr FieldRow kVarRows[] = {{"name"}, {"objref", object, &kObjref}, {"fieldref", object, &kFieldref}};
constexpr Shape kVar{"a var", kVarRows};
constexpr FieldRow kLegacySortRows[] = {{"orderFirst", texts}, {"orderLast", texts}};
constexpr Shape kLegacySort{"legacySortOptions", kLegacySortRows};
constexpr FieldRow kSortRows[] = {{"order"}, {"legacySortOptions", object, &kLegacySort}};
constexpr Shape kSort{"sortOptions", kSortRows};
constexpr FieldRow kGeneratorOptionsRows[] = {
    {"labels", written_map}, {"annotations", written_map}, {"disableNameSuffixHash", boolean}, {"immutable", boolean}};
constexpr Shape kGeneratorOptions{"generator options", kGeneratorOptionsRows};
constexpr FieldRow kConfigMapRows[] = {
    {"namespace"},    {"name"},        {"behavior"}, {"literals", texts},
    {"files", texts}, {"envs", texts}, {"env"},      {"options", object, &kGeneratorOptions}};
constexpr Shape kConfigMap{"an entry of configMapGenerator", kConfigMapRows};
constexpr FieldRow kSecretRows[] = {{"namespace"},
                                    {"name"},
                                    {"behavior"},
                                    {"literals", texts},
                                    {"files", texts},
                                    {"envs", texts},
                                    {"env"},
                                    {"type"},
                                    {"options", object, &kGeneratorOptions}};
constexpr Shape kSecret{"an entry of secretGenerator", kSecretRows};
constexpr FieldRow kHelmGlobalsRows[] = {{"chartHome"}, {"configHome"}};
constexpr Shape kHelmGlobals{"helmGlobals", kHelmGlobalsRows};
constexpr FieldRow kHelmChartRows[] = {{"name"},
                                       {"version"},
                                       {"repo"},
                                       {"releaseName"},
                                       {"namespace"},
                                       {"additionalValuesFiles", texts},
                                       {"valuesFile"},
                                       {"valuesInline", any},
                                       {"valuesMerge"},
                                       {"includeCRDs", boolean},
                                       {"skipHooks", boolean},
                                       {"apiVersions", texts},
                                       {"kubeVersion"},
                                       {"nameTemplate"},
                                       {"skipTests", boolean},
                                       {"debug", boolean},
                                       {"devel", boolean}};
constexpr Shape kHelmChart{"an entry of helmCharts", kHelmChartRows};
constexpr FieldRow kHelmArgsRows[] = {{"chartName"},        {"chartVersion"}, {"chartRepoUrl"}, {"chartHome"},
                                      {"chartRepoName"},    {"helmBin"},      {"helmHome"},     {"values"},
                                      {"valuesLocal", any}, {"valuesMerge"},  {"releaseName"},  {"releaseNamespace"},
                                      {"extraArgs", texts}};
constexpr Shape kHelmArgs{"an entry of helmChartInflationGenerator", kHelmArgsRows};
constexpr FieldRow kObjectMetaRows[] = {{"name"}, {"namespace"}, {"labels", text_map}, {"annotations", text_map}};
constexpr Shape kObjectMeta{"metadata", kObjectMetaRows};

constexpr FieldRow kKustomizationRows[] = {{"apiVersion"},
                                           {"kind"},
                                           {"metadata", object, &kObjectMeta},
                                           {"openapi", text_map},
                                           {"namePrefix"},
                                           {"nameSuffix"},
                                           {"namespace"},
                                           {"commonLabels", written_map},
                                           {"labels", objects, &kLabel},
                                           {"commonAnnotations", written_map},
                                           {"patchesStrategicMerge", texts},
                                           {"patchesJson6902", objects, &kPatch},
                                           {"patches", objects, &kPatch},
                                           {"images", objects, &kImage},
                                           {"imageTags", objects, &kImage},
                                           {"replacements", objects, &kReplacement},
                                           {"replicas", objects, &kReplica},
                                           {"vars", objects, &kVar},
                                           {"sortOptions", object, &kSort},
                                           {"resources", texts},
                                           {"components", texts},
                                           {"crds", texts},
                                           {"bases", texts},
                                           {"configMapGenerator", objects, &kConfigMap},
                                           {"secretGenerator", objects, &kSecret},
                                           {"helmGlobals", object, &kHelmGlobals},
                                           {"helmCharts", objects, &kHelmChart},
                                           {"helmChartInflationGenerator", objects, &kHelmArgs},
                                           {"generatorOptions", object, &kGeneratorOptions},
                                           {"configurations", texts},
                                           {"generators", texts},
                                           {"transformers", texts},
                                           {"validators", texts},
                                           {"buildMetadata", texts}};
constexpr Shape kKustomization{"a kustomization", kKustomizationRows};

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a == b || to_lower_ascii(a) == to_lower_ascii(b));
}

std::string_view type_name(yaml::Value value) {
  if (value.is_mapping()) return "a mapping";
  if (value.is_sequence()) return "a list";
  switch (value.type()) {
    case yaml::ScalarType::boolean:
      return "a boolean";
    case yaml::ScalarType::integer:
    case yaml::ScalarType::floating:
      return "a number";
    case yaml::ScalarType::null:
      return "null";
    case yaml::ScalarType::string:
      break;
  }
  return "a text";
}

class ShapeChecker {
 public:
  std::vector<Fault> faults;

  void check_object(yaml::Value value, const Shape& shape) {
    if (value.is_null()) return;
    if (!value.is_mapping()) return wrong_type(value, shape.what, "a mapping");
    for (const yaml::Entry& entry : value.entries()) {
      const std::string_view name = entry.key.text();
      const auto row = std::find_if(shape.fields.begin(), shape.fields.end(),
                                    [&](const FieldRow& known) { return same_name(known.name, name); });
      if (row == shape.fields.end()) {
        unknown(value, entry.key, shape);
      } else if (!entry.value.is_null()) {
        check_field(entry.value, *row);
      }
    }
  }

 private:
  static bool is_exact(yaml::Value scalar) {
    const Span at = scalar.span();
    return scalar.tree() != nullptr && is_text_of(scalar.tree()->slice(at.begin, at.end), scalar.text());
  }

  void unknown(yaml::Value object, yaml::Value key, const Shape& shape) {
    std::vector<std::string_view> names;
    for (const FieldRow& row : shape.fields) names.push_back(row.name);
    Fault fault;
    fault.kind = FaultKind::unknown_field;
    fault.message = fmt::format("{} has no field {}", shape.what, quoted(key.text()));
    fault.where = key.span();
    fault.subject = key.text();
    if (const auto near = nearest(key.text(), names)) {
      fault.message += fmt::format(", did you mean {}?", quoted(*near));
      fault.suggestion = *near;
      // A second field of that name would win over the first.
      if (!field_entry(object, *near) && is_exact(key)) fault.repair = Repair::replace;
    }
    faults.push_back(std::move(fault));
  }

  void wrong_type(yaml::Value value, std::string_view name, std::string_view wanted) {
    Fault fault;
    fault.kind = FaultKind::wrong_type;
    fault.message = fmt::format("{} must be {}, and this is {}", name, wanted, type_name(value));
    fault.subject = name;
    fault.where = value.span();
    const bool is_plain = value.is_scalar() && value.tree()->nodes[value.node_id()].style == yaml::Style::plain;
    if (wanted == "a text" && is_plain) {
      fault.message += fmt::format(" to YAML 1.1; quote it: {}", yaml::single_quoted(value.text()));
      fault.suggestion = yaml::single_quoted(value.text());
      if (is_exact(value)) fault.repair = Repair::quote;
    }
    faults.push_back(std::move(fault));
  }

  // The key passes through YAML 1.1, then stands without quotes in an object, where it is read once more.
  void check_key(yaml::Value key, std::string_view name) {
    const bool is_plain = key.tree()->nodes[key.node_id()].style == yaml::Style::plain;
    const Tag at_first = is_plain ? resolve_v2(key.text()) : Tag::string;
    const bool is_text_when_quoted = resolve_v3(key.text()) == Tag::string;
    if (at_first == Tag::string && is_text_when_quoted) return;
    Fault fault;
    fault.kind = FaultKind::wrong_type;
    fault.message = fmt::format("the key {} of {} is no text to YAML, so the objects that get it cannot be printed",
                                quoted(key.text()), name);
    fault.subject = name;
    fault.where = key.span();
    if (is_text_when_quoted) {
      fault.suggestion = yaml::single_quoted(key.text());
      fault.message += fmt::format("; quote it: {}", fault.suggestion);
      if (is_exact(key)) fault.repair = Repair::quote;
    }
    faults.push_back(std::move(fault));
  }

  void check_text(yaml::Value value, std::string_view name) {
    if (value.is_null()) return;
    if (!value.is_scalar() || value.type() != yaml::ScalarType::string) wrong_type(value, name, "a text");
  }

  void check_field(yaml::Value value, const FieldRow& row) {
    switch (row.type) {
      case text:
        return check_text(value, row.name);
      case boolean:
        if (!value.is_scalar() || value.type() != yaml::ScalarType::boolean)
          wrong_type(value, row.name, "true or false");
        return;
      case integer: {
        const bool whole =
            value.is_scalar() && (value.type() == yaml::ScalarType::integer ||
                                  (value.type() == yaml::ScalarType::floating &&
                                   yaml::plain_float(value.text()).value_or(0.5) ==
                                       static_cast<double>(static_cast<std::int64_t>(
                                           std::clamp(yaml::plain_float(value.text()).value_or(0.5), -1e15, 1e15)))));
        if (!whole) wrong_type(value, row.name, "a whole number");
        return;
      }
      case texts:
        if (!value.is_sequence()) return wrong_type(value, row.name, "a list of texts");
        for (const yaml::Value& item : value.items()) check_text(item, fmt::format("an entry of {}", row.name));
        return;
      case text_map:
      case written_map:
        if (!value.is_mapping()) return wrong_type(value, row.name, "a mapping of texts");
        for (const yaml::Entry& entry : value.entries()) {
          check_text(entry.value, fmt::format("{} in {}", quoted(entry.key.text()), row.name));
          if (row.type == written_map) check_key(entry.key, row.name);
        }
        return;
      case object:
        return check_object(value, *row.shape);
      case objects:
        if (!value.is_sequence()) return wrong_type(value, row.name, "a list");
        for (const yaml::Value& item : value.items()) check_object(item, *row.shape);
        return;
      case any:
        return;
    }
  }
};

}  // namespace

const Shape& kustomization_shape() { return kKustomization; }
const Shape& configuration_shape() { return kConfiguration; }
const Shape& replacement_shape() { return kReplacement; }

std::vector<Fault> shape_faults(yaml::Value value, const Shape& shape) {
  ShapeChecker checker;
  checker.check_object(value, shape);
  return std::move(checker.faults);
}

void check_shape(yaml::Value value, const Shape& shape) {
  std::vector<Fault> faults = shape_faults(value, shape);
  if (!faults.empty()) throw Failure{std::move(faults.front())};
}

yaml::Entry field_entry(yaml::Value object, std::string_view name) {
  yaml::Entry found = object.find(name);
  if (found) return found;
  for (const yaml::Entry& entry : object.entries()) {
    if (same_name(entry.key.text(), name)) found = entry;
  }
  return found;
}

yaml::Value field(yaml::Value object, std::string_view name) {
  const yaml::Value value = field_entry(object, name).value;
  return value.is_null() ? yaml::Value() : value;
}

std::string_view text_field(yaml::Value object, std::string_view name) { return field(object, name).text(); }

bool bool_field(yaml::Value object, std::string_view name) { return field(object, name).as_bool().value_or(false); }

std::int64_t int_field(yaml::Value object, std::string_view name) {
  const yaml::Value value = field(object, name);
  if (const auto whole = value.as_int()) return *whole;
  return static_cast<std::int64_t>(std::clamp(yaml::plain_float(value.text()).value_or(0), -1e15, 1e15));
}

}  // namespace vlint::kustomize
