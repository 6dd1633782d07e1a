#include "lint/kustomize/transformers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "lint/base/sha256.h"
#include "lint/base/text.h"
#include "lint/kustomize/selector.h"
#include "lint/kustomize/shape.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {
namespace {

Provenance made_by(StepKind step, Span cause, const Node* from = nullptr) {
  Provenance provenance;
  provenance.step = step;
  provenance.cause = cause;
  provenance.from = from;
  return provenance;
}

void demand_scalar(const Node* node, std::string_view what) {
  if (!node->is_scalar()) fail(node->span(), fmt::format("{} is no single value here, so it cannot be set", what));
}

// The value of a transformer's field in the place of `old`.
Node* put_text(Editor& editor, Node* old, const PlacedText& value, Tag tag, StepKind step) {
  const bool is_new = old->tree == nullptr && old->text().empty() && !old->is_null();
  if (value.node != nullptr) {
    Node* node = editor.placed(value.node, step, is_new ? nullptr : old);
    node->tag = tag;
    node->style = old->style;
    return node;
  }
  Provenance provenance = made_by(step, value.where);
  provenance.replaced = is_new ? nullptr : old;
  return editor.replace_scalar(old, value.text, tag, provenance);
}

bool is_role_binding(std::string_view kind) { return kind == "RoleBinding" || kind == "ClusterRoleBinding"; }

Node* set_subject_namespaces(Editor& editor, Node* root, const NamespaceOptions& options) {
  const std::string_view mode = options.role_binding_subjects;
  Node* subjects = find(root, "subjects");
  if (mode == "none" || missing_or_null(subjects)) return root;
  const bool all_accounts = mode == "allServiceAccounts";
  if (!subjects->is_sequence()) fail(subjects->span(), "the subjects of a role binding must be a list");
  for (std::size_t i = 0; i < subjects->size(); ++i) {
    Node* subject = subjects->item(i);
    const Node* named = find(subject, all_accounts ? "kind" : "name");
    if (missing_or_null(named) || named->text() != (all_accounts ? "ServiceAccount" : "default")) continue;
    Node* old = find(subject, "namespace");
    if (options.unset_only && old != nullptr && !old->text().empty()) continue;
    root = editor.own(root);
    subjects = editor.own(subjects);
    editor.set(root, "subjects", subjects);
    subject = editor.own(subject);
    subjects->kids[i] = subject;
    if (old == nullptr) old = editor.scalar({}, Tag::none, made_by(StepKind::name_space, options.name_space.where));
    editor.set(subject, "namespace", put_text(editor, old, options.name_space, Tag::string, StepKind::name_space));
  }
  return root;
}

struct ImageParts {
  std::string name, tag, digest;
};
// api/internal/image Split.
ImageParts split_image(std::string_view image) {
  const std::size_t slash = image.find('/');
  const std::size_t from = slash == std::string_view::npos ? 0 : slash;
  const std::size_t at = image.find('@', from);
  const std::size_t colon = image.find(':', from);
  constexpr std::size_t kNone = std::string_view::npos;
  ImageParts parts;
  if (at == kNone && colon == kNone) {
    parts.name = image;
  } else if (at != kNone && (colon == kNone || at < colon)) {
    parts.name = image.substr(0, at);
    parts.digest = image.substr(at + 1);
  } else {
    parts.name = image.substr(0, colon);
    parts.tag = image.substr(colon + 1, at == kNone ? kNone : at - colon - 1);
    if (at != kNone) parts.digest = image.substr(at + 1);
  }
  return parts;
}

class ImageSetter {
 public:
  ImageSetter(Editor& editor, yaml::Value image)
      : editor_(editor),
        image_(image),
        new_name_(text_field(image, "newName")),
        new_tag_(text_field(image, "newTag")),
        digest_(text_field(image, "digest")),
        tag_suffix_(text_field(image, "tagSuffix")) {
    // The name goes into the expression as it stands; one that does not compile matches nothing.
    try {
      pattern_.emplace(
          fmt::format("^{}(:[a-zA-Z0-9_.{{}}-]*)?(@[a-zA-Z0-9]+([.+_-][a-zA-Z0-9]+)*:[a-zA-Z0-9_.{{}}-]*)?$",
                      text_field(image, "name")),
          false, image.span());
    } catch (const Failure&) {
    }
    for (const std::string_view name : {"newName", "newTag", "digest", "tagSuffix"}) {
      const yaml::Value value = field(image, name);
      if (value && !value.text().empty()) cause_ = value.span();
    }
    if (!cause_.valid()) cause_ = image.span();
  }

  Node* set(Node* node) const {
    if (node->is_null()) return node;
    demand_scalar(node, "an image");
    const std::string_view old = node->text();
    if (!pattern_ || !pattern_->matches(old)) return node;
    ImageParts parts = split_image(old);
    if (!new_name_.empty()) parts.name = new_name_;
    if (!new_tag_.empty() && !digest_.empty()) {
      parts.tag = new_tag_;
      parts.digest = digest_;
    } else if (!new_tag_.empty()) {
      parts.tag = new_tag_;
      parts.digest.clear();
    } else if (!digest_.empty()) {
      parts.tag.clear();
      parts.digest = digest_;
    } else if (!tag_suffix_.empty()) {
      parts.tag += tag_suffix_;
      parts.digest.clear();
    }
    if (!parts.tag.empty()) parts.name += ":" + parts.tag;
    if (!parts.digest.empty()) parts.name += "@" + parts.digest;
    if (parts.name == old) return node;
    return editor_.replace_scalar(node, parts.name, Tag::none, made_by(StepKind::image, cause_, node));
  }

  // Every list named `containers` or `initContainers`, at any depth.
  Node* walk(Node* node) const {
    if (node->is_scalar()) return node;
    for (std::size_t i = 0; i < node->count; ++i) {
      if (node->is_mapping() && i % 2 == 0) continue;
      Node* kid = walk(node->kids[i]);
      if (node->is_mapping()) {
        const std::string_view key = node->kids[i - 1]->text();
        if (key == "containers" || key == "initContainers") kid = set_containers(kid);
      }
      if (kid == node->kids[i]) continue;
      node = editor_.own(node);
      node->kids[i] = kid;
    }
    return node;
  }

 private:
  Node* set_containers(Node* list) const {
    if (!list->is_sequence()) return list;
    for (std::size_t i = 0; i < list->size(); ++i) {
      Node* container = list->item(i);
      if (missing_or_null(container)) continue;
      if (!container->is_mapping()) fail(container->span(), "an element of a list of containers is no mapping");
      Node* old = find(container, "image");
      if (old == nullptr) continue;
      Node* image = set(old);
      if (image == old) continue;
      list = editor_.own(list);
      container = editor_.own(container);
      list->kids[i] = container;
      editor_.set(container, "image", image);
    }
    return list;
  }

  Editor& editor_;
  yaml::Value image_;
  std::string_view new_name_, new_tag_, digest_, tag_suffix_;
  std::optional<Pattern> pattern_;
  Span cause_;
};

std::string json_of(const Node* node) {
  if (node == nullptr) return "\"\"";
  return node->is_scalar() ? json_string(node->text()) : write_json(node);
}

}  // namespace

PlacedText placed_text(Arena& arena, yaml::Value value) {
  if (!value.is_scalar()) return {};
  const Node* node = read_document(arena, *value.tree(), value.place());
  return {node->text(), value.span(), node};
}

TextMap text_map(Arena& arena, yaml::Value mapping) {
  TextMap result;
  for (const yaml::Entry& entry : mapping.entries()) {
    PlacedText value = placed_text(arena, entry.value);
    if (entry.value.is_null()) value.text = {}, value.node = nullptr, value.where = entry.key.span();
    result.emplace_back(arena.text(entry.key.text()), value);
  }
  std::sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return result;
}

Node* set_namespace(Editor& editor, Node* root, const NamespaceOptions& options, const FieldSpecs& specs) {
  Resource resource;
  resource.root = root;
  const Gvk gvk = resource.gvk();
  const std::string_view api_version = resource.api_version();
  const Span cause = options.name_space.where;
  const SetField set = [&](Node* node) {
    demand_scalar(node, "the namespace");
    if (options.unset_only && !node->is_null() && !node->text().empty()) return node;
    return put_text(editor, node, options.name_space, Tag::string, StepKind::name_space);
  };
  const CreateAs create{true, yaml::Kind::scalar, Tag::string};
  if (!is_cluster_scoped(gvk)) {
    const FieldSpec metadata{"", "", "", "metadata/namespace", true, {}};
    root = apply_spec(editor, root, metadata, create, StepKind::name_space, cause, set);
  }
  if (is_role_binding(gvk.kind)) root = set_subject_namespaces(editor, root, options);
  for (const FieldSpec& spec : specs) {
    if (spec.path == "metadata/namespace" || (spec.path == "metadata/name" && api_version != "v1")) continue;
    if (is_role_binding(gvk.kind) && is_role_binding(spec.kind) && spec.path == "subjects/namespace") continue;
    root = apply_spec(editor, root, spec, create, StepKind::name_space, cause, set);
  }
  return root;
}

void transform_namespace(Editor& editor, Resources& resources, const NamespaceOptions& options,
                         const FieldSpecs& specs) {
  if (options.name_space.text.empty()) return;
  std::unordered_map<std::string, int> ids;  // looked up only
  for (const Resource& resource : resources) ++ids[resource.id().key()];
  for (Resource& resource : resources) {
    const std::string before = resource.id().key();
    resource.remember_id();
    resource.root = set_namespace(editor, resource.root, options, specs);
    const ObjectId now = resource.id();
    const std::string after = now.key();
    --ids[before];
    if (++ids[after] == 1) continue;
    Fault fault;
    fault.kind = FaultKind::duplicate_id;
    fault.message = fmt::format("with the namespace {} there are two objects {}", options.name_space.text, now.title());
    fault.where = options.name_space.where;
    fault.related = resource.place();
    fault.related_message = "one of them";
    throw Failure{std::move(fault)};
  }
}

void transform_name(Editor& editor, Resources& resources, Affix affix, const PlacedText& text,
                    const FieldSpecs& specs) {
  const StepKind step = affix == Affix::prefix ? StepKind::name_prefix : StepKind::name_suffix;
  const std::string_view kept = editor.arena().text(text.text);
  for (Resource& resource : resources) {
    const ObjectId id = resource.original_id();
    if (id.gvk.kind == "CustomResourceDefinition" || id.gvk.kind == "Namespace" ||
        (id.gvk.kind == "APIService" && id.gvk.group == "apiregistration.k8s.io")) {
      continue;
    }
    for (const FieldSpec& spec : specs) {
      if (!id.gvk.selected_by(spec.gvk())) continue;
      if (spec.path == "metadata/name" && !kept.empty()) {
        (affix == Affix::prefix ? resource.prefixes : resource.suffixes).push_back(kept);
        resource.remember_id();
      }
      const SetField set = [&](Node* node) {
        demand_scalar(node, "a name");
        const std::string name =
            affix == Affix::prefix ? fmt::format("{}{}", kept, node->text()) : fmt::format("{}{}", node->text(), kept);
        return editor.replace_scalar(node, name, Tag::none, made_by(step, text.where, node));
      };
      resource.root =
          apply_spec(editor, resource.root, spec, {true, yaml::Kind::scalar, Tag::string}, step, text.where, set);
    }
  }
}

void transform_map(Editor& editor, Resources& resources, const TextMap& entries, const FieldSpecs& specs,
                   StepKind step) {
  for (Resource& resource : resources) {
    for (const auto& [key, value] : entries) {
      const std::string_view name = key;
      const PlacedText& text = value;
      const SetField set = [&](Node* node) {
        if (node->is_null()) return node;
        if (!node->is_mapping()) {
          fail(node->span(), fmt::format("{} cannot be written here, because this is no mapping", to_string(step)));
        }
        node = editor.own(node);
        Node* old = find(node, name);
        Node* placed = nullptr;
        if (text.node != nullptr) {
          placed = editor.placed(text.node, step, old);
        } else {
          Provenance provenance = made_by(step, text.where);
          provenance.replaced = old;
          placed = editor.scalar(text.text, Tag::string, provenance);
        }
        placed->tag = Tag::string;
        editor.set(node, name, placed);
        return node;
      };
      const CreateAs create{true, yaml::Kind::mapping, Tag::none};
      for (const FieldSpec& spec : specs) {
        resource.root = apply_spec(editor, resource.root, spec, create, step, text.where, set);
      }
    }
  }
}

void transform_image(Editor& editor, Resources& resources, yaml::Value image, const FieldSpecs& specs) {
  const ImageSetter setter(editor, image);
  for (Resource& resource : resources) {
    if (resource.kind() != "CustomResourceDefinition") resource.root = setter.walk(resource.root);
  }
  for (Resource& resource : resources) {
    if (resource.kind() == "CustomResourceDefinition") continue;
    for (const FieldSpec& spec : specs) {
      resource.root = apply_spec(editor, resource.root, spec, {}, StepKind::image, image.span(),
                                 [&](Node* node) { return setter.set(node); });
    }
  }
}

void transform_replicas(Editor& editor, Resources& resources, yaml::Value replica, const FieldSpecs& specs) {
  const std::string_view name = text_field(replica, "name");
  const yaml::Value count = field(replica, "count");
  const std::string text = fmt::format("{}", int_field(replica, "count"));
  const Span cause = count ? count.span() : replica.span();
  bool found = false;
  for (const FieldSpec& spec : specs) {
    for (Resource& resource : resources) {
      const bool matches =
          resource.any_id([&](const ObjectId& id) { return id.name == name && id.gvk.selected_by(spec.gvk()); });
      if (!matches) continue;
      found = true;
      const SetField set = [&](Node* node) {
        demand_scalar(node, "the number of replicas");
        Provenance provenance = made_by(StepKind::replicas, cause);
        if (!node->text().empty()) provenance.replaced = node;
        if (!count) return editor.replace_scalar(node, text, Tag::integer, provenance);
        Node* value = editor.replace_scalar(node, text, Tag::integer, provenance);
        value->tree = count.tree();
        value->place = count.place();
        return value;
      };
      resource.root = apply_spec(editor, resource.root, spec, {true, yaml::Kind::scalar, Tag::integer},
                                 StepKind::replicas, cause, set);
    }
  }
  if (found) return;
  const yaml::Value place = field(replica, "name");
  Fault fault;
  fault.kind = FaultKind::no_patch_target;
  fault.message = fmt::format(
      "replicas names {}, and no Deployment, StatefulSet, ReplicaSet or ReplicationController has that name",
      quoted(name));
  fault.where = place ? place.span() : replica.span();
  fault.by_absence = true;
  std::vector<std::string_view> names;
  for (const FieldSpec& spec : specs) {
    for (const Resource& resource : resources) {
      if (resource.gvk().selected_by(spec.gvk())) names.push_back(resource.name());
    }
  }
  if (const auto near = nearest(name, names))
    suggest(fault, *near, is_text_of(place.tree()->text.substr(fault.where.begin, fault.where.size()), name));
  throw Failure{std::move(fault)};
}

std::string content_hash(const Node* root) {
  const bool is_secret = text_at(root, "kind") == "Secret";
  const Node* extra = find(root, is_secret ? "stringData" : "binaryData");
  const bool has_extra = extra != nullptr && extra->is_mapping();
  std::string json = "{";
  if (!is_secret && has_extra) json += fmt::format("\"binaryData\":{},", write_json(extra));
  json += fmt::format("\"data\":{},\"kind\":\"{}\",\"name\":\"\"", json_of(find(root, "data")),
                      is_secret ? "Secret" : "ConfigMap");
  if (is_secret && has_extra) json += fmt::format(",\"stringData\":{}", write_json(extra));
  if (is_secret) json += fmt::format(",\"type\":{}", json_of(find(root, "type")));
  json += "}";
  std::string hash = sha256_hex(json).substr(0, 10);
  for (char& c : hash) {
    switch (c) {
      case '0':
        c = 'g';
        break;
      case '1':
        c = 'h';
        break;
      case '3':
        c = 'k';
        break;
      case 'a':
        c = 'm';
        break;
      case 'e':
        c = 't';
        break;
      default:
        break;
    }
  }
  return hash;
}

void transform_hash(Editor& editor, Resources& resources) {
  for (Resource& resource : resources) {
    if (!resource.wants_hash) continue;
    const std::string hash = content_hash(resource.root);
    resource.remember_id();
    Node* old = find_path(resource.root, {"metadata", "name"});
    if (old == nullptr) continue;
    Provenance provenance = made_by(StepKind::hash, old->span(), old);
    set_meta(editor, resource, "name",
             editor.replace_scalar(old, fmt::format("{}-{}", old->text(), hash), Tag::none, provenance));
  }
}

}  // namespace vlint::kustomize
