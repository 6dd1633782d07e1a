#include "lint/kustomize/field_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/kustomize/shape.h"

namespace vlint::kustomize {
namespace {

template <typename Row>
void sort_by_gvk(std::vector<Row>& rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    const int left = kind_rank(a.kind);
    const int right = kind_rank(b.kind);
    return left != right ? left < right : sort_text(a.gvk()) < sort_text(b.gvk());
  });
}

void sort_config(FieldConfig& c) {
  for (FieldSpecs* specs :
       {&c.name_prefix, &c.name_suffix, &c.name_space, &c.common_labels, &c.labels, &c.template_labels,
        &c.claim_template_labels, &c.common_annotations, &c.var_reference, &c.images, &c.replicas}) {
    sort_by_gvk(*specs);
  }
  sort_by_gvk(c.name_references);
}

struct Walk {
  Editor& editor;
  const FieldSpec& spec;
  const CreateAs& create;
  const SetField& set;
  StepKind step;
  Span cause;
  const std::vector<std::string>& path;

  Node* run(Node* node, std::size_t at) const {
    if (at == path.size()) return set(node);
    if (node->is_null()) return node;
    if (node->is_sequence()) return sequence(node, at);
    if (node->is_mapping()) return mapping(node, at);
    fail(node->span(),
         fmt::format("the field path {} leads through a text where a list or a mapping is needed", quoted(spec.path)));
  }

  Node* sequence(Node* node, std::size_t at) const {
    for (std::size_t i = 0; i < node->size(); ++i) {
      Node* item = node->item(i);
      Node* changed = run(item, at);
      if (changed == item) continue;
      node = editor.own(node);
      node->kids[i] = changed;
    }
    return node;
  }

  Node* mapping(Node* node, std::size_t at) const {
    std::string_view name = path[at];
    const bool is_list = name.size() >= 2 && name.substr(name.size() - 2) == "[]";
    if (is_list) name.remove_suffix(2);
    if (name.empty()) fail(spec.where, fmt::format("the field path {} has an empty part", quoted(spec.path)));
    const bool creates = spec.create && create.enabled && !is_list;
    const bool last = at + 1 == path.size();
    const std::size_t index = find_index(node, name);
    if (index == kNoIndex && !creates) return node;
    Node* field = index != kNoIndex ? node->value(index) : nullptr;
    Node* before = field;
    const yaml::Kind kind = is_list ? yaml::Kind::sequence : last ? create.kind : yaml::Kind::mapping;
    const Tag tag = last && !is_list ? create.tag : Tag::none;
    if (field == nullptr || (field->is_null() && (creates || is_list))) field = made(kind, field, tag);
    Node* changed = run(field, at + 1);
    if (changed == before) return node;
    node = editor.own(node);
    editor.set(node, name, changed);
    return node;
  }

  Node* made(yaml::Kind kind, const Node* replaced, Tag tag) const {
    Provenance provenance;
    provenance.step = step;
    provenance.cause = cause;
    provenance.replaced = replaced;
    if (kind == yaml::Kind::scalar) return editor.scalar({}, replaced != nullptr ? tag : Tag::none, provenance);
    return kind == yaml::Kind::mapping ? editor.mapping(provenance) : editor.sequence(provenance);
  }
};

// A property of an OpenAPI schema that refers to another definition: its path after "#/definitions/" is not used by
// Kustomize, which looks the whole text up.
struct CrdReader {
  yaml::Value root;
  FieldConfig& config;
  std::string kind;
  std::size_t steps = 0;

  void read(yaml::Value schema, const std::vector<std::string>& path) {
    if (path.size() > 32 || ++steps > 10'000) return;
    const yaml::Value properties = definition(schema)["properties"];
    for (const yaml::Entry& property : properties.entries()) {
      std::vector<std::string> here = path;
      here.emplace_back(property.key.text());
      const yaml::Value value = property.value;
      if (value["x-kubernetes-annotation"].as_string()) merge_spec(config.common_annotations, spec(here));
      if (value["x-kubernetes-label-selector"].as_string()) merge_spec(config.common_labels, spec(here));
      if (value["x-kubernetes-identity"].as_string()) merge_spec(config.name_prefix, spec(here));
      const auto version = value["x-kubernetes-object-ref-api-version"].as_string();
      const auto target = value["x-kubernetes-object-ref-kind"].as_string();
      if (version && target) {
        NameReference reference;
        reference.kind = *target;
        reference.version = *version;
        std::vector<std::string> name = here;
        name.emplace_back(value["x-kubernetes-object-ref-name-key"].as_string().value_or("name"));
        reference.referrers.push_back(spec(name));
        merge_reference(config, reference);
      }
      if (const auto ref = value["$ref"].as_string()) read(root[*ref], here);
    }
  }

  // kube-openapi's OpenAPIDefinition has the schema under `Schema`.
  static yaml::Value definition(yaml::Value entry) {
    const yaml::Value schema = entry["Schema"];
    return schema ? schema : entry["schema"];
  }

  FieldSpec spec(const std::vector<std::string>& path) const {
    FieldSpec result;
    result.kind = kind;
    result.path = join(path, "/");
    return result;
  }
};

}  // namespace

FieldConfig builtin_config() {
  FieldConfig c;
#define FIELD_SPEC(list, group, version, kind, path, create) c.list.push_back({group, version, kind, path, create, {}});
#define NAME_REFERENCE(target_group, target_version, target_kind, group, version, kind, path)                        \
  if (c.name_references.empty() || c.name_references.back().gvk() != Gvk{target_group, target_version, target_kind}) \
    c.name_references.push_back({target_group, target_version, target_kind, {}});                                    \
  c.name_references.back().referrers.push_back({group, version, kind, path, false, {}});
#include "lint/kustomize/field_specs.def"
#undef FIELD_SPEC
#undef NAME_REFERENCE
  sort_config(c);
  return c;
}

void merge_spec(FieldSpecs& specs, const FieldSpec& added) {
  for (const FieldSpec& known : specs) {
    if (known.path != added.path || !known.gvk().selected_by(added.gvk())) continue;
    if (known.create != added.create) {
      fail(added.where, fmt::format("the field {} is configured twice, once with `create: true` and once without",
                                    quoted(added.path)));
    }
    return;
  }
  specs.push_back(added);
}

void merge_specs(FieldSpecs& specs, const FieldSpecs& added) {
  for (const FieldSpec& spec : added) merge_spec(specs, spec);
}

void merge_reference(FieldConfig& config, const NameReference& added) {
  for (NameReference& known : config.name_references) {
    if (known.gvk() == added.gvk()) return merge_specs(known.referrers, added.referrers);
  }
  config.name_references.push_back(added);
}

void merge_config(FieldConfig& c, const FieldConfig& added) {
  merge_specs(c.name_prefix, added.name_prefix);
  merge_specs(c.name_suffix, added.name_suffix);
  merge_specs(c.name_space, added.name_space);
  merge_specs(c.common_labels, added.common_labels);
  merge_specs(c.labels, added.labels);
  merge_specs(c.template_labels, added.template_labels);
  merge_specs(c.claim_template_labels, added.claim_template_labels);
  merge_specs(c.common_annotations, added.common_annotations);
  merge_specs(c.var_reference, added.var_reference);
  merge_specs(c.images, added.images);
  merge_specs(c.replicas, added.replicas);
  for (const NameReference& reference : added.name_references) merge_reference(c, reference);
  sort_config(c);
}

FieldSpecs read_field_specs(yaml::Value list) {
  FieldSpecs specs;
  for (const yaml::Value& item : list.items()) {
    specs.push_back({std::string(text_field(item, "group")), std::string(text_field(item, "version")),
                     std::string(text_field(item, "kind")), std::string(text_field(item, "path")),
                     bool_field(item, "create"), item.span()});
  }
  return specs;
}

FieldConfig read_configuration(yaml::Value root) {
  FieldConfig c;
  check_shape(root, configuration_shape());
  c.name_prefix = read_field_specs(field(root, "namePrefix"));
  c.name_suffix = read_field_specs(field(root, "nameSuffix"));
  c.name_space = read_field_specs(field(root, "namespace"));
  c.common_labels = read_field_specs(field(root, "commonLabels"));
  c.labels = read_field_specs(field(root, "labels"));
  c.template_labels = read_field_specs(field(root, "templateLabels"));
  c.claim_template_labels = read_field_specs(field(root, "volumeClaimTemplateLabels"));
  c.common_annotations = read_field_specs(field(root, "commonAnnotations"));
  c.var_reference = read_field_specs(field(root, "varReference"));
  c.images = read_field_specs(field(root, "images"));
  c.replicas = read_field_specs(field(root, "replicas"));
  for (const yaml::Value& item : field(root, "nameReference").items()) {
    c.name_references.push_back({std::string(text_field(item, "group")), std::string(text_field(item, "version")),
                                 std::string(text_field(item, "kind")), read_field_specs(field(item, "fieldSpecs"))});
  }
  return c;
}

FieldConfig read_crds(yaml::Value root) {
  FieldConfig config;
  for (const yaml::Entry& entry : root.entries()) {
    const yaml::Value properties = CrdReader::definition(entry.value)["properties"];
    if (!properties["kind"] || !properties["apiVersion"] || !properties["metadata"]) continue;
    const std::string_view name = entry.key.text();
    CrdReader{root, config, std::string(name.substr(name.rfind('.') + 1))}.read(entry.value, {});
  }
  return config;
}

std::vector<std::string> split_path(std::string_view path, char separator) {
  std::vector<std::string_view> parts = split(path, separator);
  if (parts.size() > 1 && parts.front().empty()) parts.erase(parts.begin());
  std::vector<std::string> result{std::string(parts.front())};
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (!result.back().empty() && result.back().back() == '\\') {
      result.back().back() = separator;
      result.back() += parts[i];
    } else {
      result.emplace_back(parts[i]);
    }
  }
  return result;
}

Node* apply_spec(Editor& editor, Node* root, const FieldSpec& spec, const CreateAs& create, StepKind step, Span cause,
                 const SetField& set, bool check_kind) {
  if (check_kind) {
    Resource resource;
    resource.root = root;
    if (!resource.gvk().selected_by(spec.gvk())) return root;
  }
  const std::vector<std::string> path = split_path(spec.path, '/');
  return Walk{editor, spec, create, set, step, cause, path}.run(root, 0);
}

}  // namespace vlint::kustomize
