// Names in other objects follow renamed objects, and `$(VAR)` gets its value: what Kustomize does once, at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/kustomize/transformers.h"

namespace vlint::kustomize {

// api/filters/nameref. Throws Failure when a name could mean several objects.
void update_name_references(Editor& editor, Resources& resources, const FieldConfig& config);

// References in custom resources that still have the former name of a renamed object; Kustomize knows nothing of them.
void note_references_left_behind(const Resources& resources, std::vector<Fault>& notes);

struct Variable {
  std::string name;
  Gvk gvk;
  std::string_view object_name;
  std::string_view object_namespace;
  std::string field_path;
  Span where;
};

// Binds a var to the object that it names now. Throws Failure when it fits several. `kept_name` must outlive the
// objects.
void bind_variable(Resources& resources, const Variable& variable, std::string_view kept_name);
// Puts the values of vars in the places of `$(NAME)`. Throws Failure for a var without an object or field.
void resolve_variables(Editor& editor, Resources& resources, const std::vector<Variable>& variables,
                       const FieldSpecs& specs);

// A field by a dotted path with `[0]`, `[a.b/c]` and `\.` (kyaml GetFieldValue, Lookup): null when missing. Throws
// Failure for a wildcard or a negative index.
Node* look_up(Node* root, const std::vector<std::string>& path, Span where);
// kyaml/utils SmarterPathSplitter.
std::vector<std::string> split_field_path(std::string_view path);

}  // namespace vlint::kustomize
