// Which fields the transformers write: Kustomize's field specs, built in, from `configurations:` and from `crds:`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lint/kustomize/fault.h"
#include "lint/kustomize/resource.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {

struct FieldSpec {
  std::string group;
  std::string version;
  std::string kind;
  std::string path;  // `/` separated; `\/` is a slash; `name[]` must be a list
  bool create = false;
  Span where;  // of a configured one

  Gvk gvk() const { return {group, version, kind}; }
};
using FieldSpecs = std::vector<FieldSpec>;

struct NameReference {
  std::string group;  // of the object referred to; empty parts match everything
  std::string version;
  std::string kind;
  FieldSpecs referrers;

  Gvk gvk() const { return {group, version, kind}; }
};

struct FieldConfig {
  FieldSpecs name_prefix, name_suffix, name_space, common_labels, labels, template_labels, claim_template_labels,
      common_annotations, var_reference, images, replicas;
  std::vector<NameReference> name_references;
};

// konfig/builtinpluginconsts.
FieldConfig builtin_config();

// types.FsSlice MergeOne: a spec that is there already is kept once. Throws Failure when they differ in `create`.
void merge_spec(FieldSpecs& specs, const FieldSpec& added);
void merge_specs(FieldSpecs& specs, const FieldSpecs& added);
void merge_reference(FieldConfig& config, const NameReference& added);
// TransformerConfig.Merge; the result is sorted as Kustomize sorts it.
void merge_config(FieldConfig& config, const FieldConfig& added);

// A file of `configurations:`. Throws Failure.
FieldConfig read_configuration(yaml::Value root);
// A list of field specs.
FieldSpecs read_field_specs(yaml::Value list);
// A file of `crds:`: definition names with OpenAPI schemas. Throws Failure.
FieldConfig read_crds(yaml::Value root);

// kyaml/utils PathSplitter.
std::vector<std::string> split_path(std::string_view path, char separator);

// What is made of a missing field with `create`; nothing when `create` is off or there is no kind.
struct CreateAs {
  bool enabled = false;
  yaml::Kind kind = yaml::Kind::scalar;
  Tag tag = Tag::none;
};
// Calls `set` for every field that the spec names in the object and puts what it returns in its place (null is no
// answer: return the argument to change nothing). Throws Failure when a scalar stands in the way.
// api/filters/fieldspec.
using SetField = std::function<Node*(Node*)>;
Node* apply_spec(Editor& editor, Node* root, const FieldSpec& spec, const CreateAs& create, StepKind step, Span cause,
                 const SetField& set, bool check_kind = true);

}  // namespace vlint::kustomize
