// The simple transformers: namespace, namePrefix, nameSuffix, labels, annotations, images, replicas. Each works on a
// list of objects and leaves their order alone. All throw Failure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/kustomize/field_config.h"
#include "lint/kustomize/resource.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {

using Resources = std::vector<Resource>;

// A text of a kustomization with its place.
struct PlacedText {
  std::string_view text;
  Span where;
  const Node* node = nullptr;  // when it stands in a file
};
PlacedText placed_text(Arena& arena, yaml::Value value);

// Names and texts, sorted by name.
using TextMap = std::vector<std::pair<std::string_view, PlacedText>>;
TextMap text_map(Arena& arena, yaml::Value mapping);

struct NamespaceOptions {
  PlacedText name_space;
  bool unset_only = false;
  std::string_view role_binding_subjects;  // "", "defaultOnly", "allServiceAccounts", "none"
};
void transform_namespace(Editor& editor, Resources& resources, const NamespaceOptions& options,
                         const FieldSpecs& specs);
// On one object, without a check for conflicts.
Node* set_namespace(Editor& editor, Node* root, const NamespaceOptions& options, const FieldSpecs& specs);

enum class Affix : bool { prefix, suffix };
void transform_name(Editor& editor, Resources& resources, Affix affix, const PlacedText& text, const FieldSpecs& specs);

// Labels or annotations (`step` says which).
void transform_map(Editor& editor, Resources& resources, const TextMap& entries, const FieldSpecs& specs,
                   StepKind step);

// An entry of `images`.
void transform_image(Editor& editor, Resources& resources, yaml::Value image, const FieldSpecs& specs);

// An entry of `replicas`.
void transform_replicas(Editor& editor, Resources& resources, yaml::Value replica, const FieldSpecs& specs);

// Hash suffixes for the names that want one.
void transform_hash(Editor& editor, Resources& resources);
// The ten letters that Kustomize appends. api/hasher.
std::string content_hash(const Node* root);

}  // namespace vlint::kustomize
