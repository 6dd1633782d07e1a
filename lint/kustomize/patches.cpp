// Patches of a kustomization: reading them, finding their targets, applying them.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "lint/base/text.h"
#include "lint/kustomize/engine.h"
#include "lint/kustomize/selector.h"
#include "lint/kustomize/shape.h"
#include "lint/yaml/characters.h"

namespace vlint::kustomize {
namespace {

// A JSON document may begin with `[`; Kustomize then reads it as JSON, where YAML's liberties are errors.
bool is_json(const yaml::Tree& tree) {
  yaml::NodeId next = 0;
  return std::all_of(tree.nodes.begin(), tree.nodes.end(), [&](const yaml::Node& node) {
    const yaml::NodeId id = next++;
    if (node.kind == yaml::Kind::alias) return false;
    if (node.kind != yaml::Kind::scalar) return node.style == yaml::Style::flow;
    if (node.style == yaml::Style::double_quoted) return true;
    if (node.style != yaml::Style::plain) return false;
    const std::string_view text = tree.scalar_text(id);
    return text == "true" || text == "false" || text == "null" ||
           (!text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9')));
  });
}

// The comments of a field: on its key's line, and the one line above the key.
struct FieldComments {
  std::string_view line;
  std::string_view head;
};
FieldComments comments_at(const yaml::Tree& tree, yaml::NodeId key, yaml::NodeId value) {
  FieldComments result;
  if (tree.comments.empty()) return result;
  const std::string_view text = tree.text;
  const auto line_begin = [&](std::uint32_t at) {
    const std::size_t newline = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
    return newline == std::string_view::npos ? 0U : static_cast<std::uint32_t>(newline + 1);
  };
  const std::uint32_t begin = tree.nodes[key].begin;
  const std::uint32_t end = tree.nodes[key].end;
  const std::uint32_t value_begin = tree.nodes[value].begin;
  auto at = std::lower_bound(tree.comments.begin(), tree.comments.end(), end,
                             [](const yaml::Comment& comment, std::uint32_t wanted) { return comment.begin < wanted; });
  const std::size_t newline = std::min(text.find('\n', end), text.size());
  const bool block = tree.nodes[value].kind != yaml::Kind::scalar && tree.nodes[value].style == yaml::Style::block;
  const std::size_t line_end =
      block || value_begin < end ? newline : std::min(text.find('\n', tree.nodes[value].end), text.size());
  for (auto comment = at; comment != tree.comments.end() && comment->begin < line_end; ++comment) {
    if (comment->begin > (block ? end : tree.nodes[value].end)) result.line = tree.slice(comment->begin, comment->end);
  }
  if (at != tree.comments.begin()) {
    const yaml::Comment& before = *(at - 1);
    const bool own_line = trim(tree.slice(line_begin(before.begin), before.begin)).empty();
    const bool next_line = before.end < begin && line_begin(begin) == before.end + 1;
    if (own_line && next_line && trim(tree.slice(line_begin(begin), begin)).empty()) {
      result.head = tree.slice(before.begin, before.end);
    }
  }
  return result;
}

bool wipes_annotations(const Node* patch) {
  const Node* metadata = find(patch, "metadata");
  const auto replaces = [](const Node* node) {
    const Node* directive = find(node, "$patch");
    return directive != nullptr && directive->text() != "merge";
  };
  if (metadata == nullptr) return false;
  const Node* annotations = find(metadata, "annotations");
  return replaces(patch) || replaces(metadata) ||
         (annotations != nullptr && (annotations->is_null() || replaces(annotations)));
}

// The names of the items that a list has and the one that replaces it has not; none when an item has no name, because
// then nobody can tell which is which.
std::vector<std::string> dropped_items(const Node* list, const Node* patch) {
  std::set<std::string_view> kept;
  for (std::size_t i = 0; i < patch->size(); ++i) kept.insert(text_at(patch->item(i), "name"));
  std::vector<std::string> dropped;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string_view name = text_at(list->item(i), "name");
    if (name.empty()) return {};
    if (kept.count(name) == 0) dropped.emplace_back(name);
  }
  return dropped;
}

std::string shortened(const std::vector<std::string>& names) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < names.size() && i < kMostNamed; ++i) first.push_back(quoted(names[i]));
  std::string text = join(first, ", ");
  if (names.size() > kMostNamed) text += fmt::format(" and {} more", names.size() - kMostNamed);
  return text;
}

// Whether the bytes at a scalar's place are its own: those of an inline patch that is no literal block scalar are not.
bool is_exact(const Node* scalar) {
  return scalar != nullptr && scalar->tree != nullptr && scalar->provenance == nullptr &&
         is_text_of(scalar->tree->slice(scalar->span().begin, scalar->span().end), scalar->text());
}

void suggest_in_place(Fault& fault, const Node* scalar, std::string_view suggestion) {
  if (scalar != nullptr) fault.where = scalar->span();
  suggest(fault, suggestion, is_exact(scalar));
}

// What comes nearest to an object that a patch names and that is not there: the same in another apiVersion, in another
// namespace, or one whose name or kind is spelled nearly so.
void suggest_for_patch(Fault& fault, const Resources& resources, const Resource& patch) {
  const ObjectId id = patch.id();
  const Node* metadata = find(patch.root, "metadata");
  std::vector<std::string_view> names;
  std::vector<std::string_view> kinds;
  for (const Resource& resource : resources) {
    const ObjectId other = resource.id();
    const bool same_namespace = other.effective_namespace() == id.effective_namespace();
    if (other.gvk == id.gvk && same_namespace) names.push_back(other.name);
    if (other.name == id.name && same_namespace) kinds.push_back(other.gvk.kind);
    if (other.gvk.kind != id.gvk.kind || other.name != id.name || fault.related.valid()) continue;
    fault.related = resource.place();
    if (other.gvk != id.gvk) {
      fault.related_message = fmt::format("this one has the apiVersion {}", resource.api_version());
      suggest_in_place(fault, find(patch.root, "apiVersion"), resource.api_version());
    } else {
      fault.related_message = other.name_space.empty()
                                  ? std::string("this one has no namespace")
                                  : fmt::format("this one is in the namespace {}", quoted(other.name_space));
      const Node* written = find(metadata, "namespace");
      if (written != nullptr && !other.name_space.empty()) suggest_in_place(fault, written, other.name_space);
    }
  }
  if (fault.related.valid()) return;
  if (const auto name = nearest(id.name, names)) return suggest_in_place(fault, find(metadata, "name"), *name);
  if (const auto kind = nearest(id.gvk.kind, kinds)) suggest_in_place(fault, find(patch.root, "kind"), *kind);
}

// The nearest text for the one part of a target that keeps it from selecting something.
void suggest_for_target(Fault& fault, const Resources& resources, yaml::Value target) {
  using Part = Selector::Part;
  const Selector selector(target);
  std::optional<Part> culprit;
  std::vector<std::string_view> texts;
  for (const Resource& resource : resources) {
    const std::vector<Part> misfits = selector.misfits(resource);
    if (misfits.size() != 1) continue;
    if (culprit && *culprit != misfits.front()) return;
    culprit = misfits.front();
    const ObjectId id = resource.id();
    switch (misfits.front()) {
      case Part::group:
        texts.push_back(id.gvk.group);
        break;
      case Part::version:
        texts.push_back(id.gvk.version);
        break;
      case Part::kind:
        texts.push_back(id.gvk.kind);
        break;
      case Part::name:
        texts.push_back(id.name);
        break;
      case Part::name_space:
        texts.push_back(id.name_space);
        break;
      case Part::labels:
        return;
    }
  }
  if (!culprit) return;
  constexpr std::string_view kNames[] = {"group", "version", "kind", "name", "namespace"};
  const yaml::Value written = field(target, kNames[static_cast<std::size_t>(*culprit)]);
  const auto near = nearest(written.text(), texts);
  const bool is_plain = written.text().find_first_of("*+?()[]{}|^$\\") == std::string_view::npos;
  if (!near || near->empty() || !is_plain) return;
  fault.where = written.span();
  suggest(fault, *near, is_text_of(written.tree()->slice(fault.where.begin, fault.where.end), written.text()));
}

bool is_directive(std::string_view key) {
  return key == "$patch" || key == "$retainKeys" || key.substr(0, 17) == "$setElementOrder/" ||
         key.substr(0, 25) == "$deleteFromPrimitiveList/";
}

// A field whose value holds patches for somebody else, as a HelmRelease's post-renderer does.
bool holds_patches(std::string_view key) {
  return key == "patches" || key == "patchesStrategicMerge" || key == "patchesJson6902";
}

// Calls `found` with every key below a node that is a directive.
template <typename Fn>
void each_directive(const Node* node, Fn&& found) {
  for (std::size_t i = 0; i < node->size(); ++i) {
    if (node->is_sequence()) {
      each_directive(node->item(i), found);
      continue;
    }
    const std::string_view key = node->key(i)->text();
    if (is_directive(key)) found(node->key(i));
    if (!holds_patches(key)) each_directive(node->value(i), found);
  }
}

}  // namespace

void Target::find_directives(const Node* patch) {
  each_directive(patch, [&](const Node* key) { findings_.directives.emplace(key->tree, key->place); });
}

// Directives that Kustomize does not carry out are fields of the output.
void Target::note_dead_directives(const Resources& resources) {
  if (findings_.directives.empty()) return;
  auto open = findings_.directives;
  for (const Resource& resource : resources) {
    each_directive(resource.root, [&](const Node* key) {
      if (open.erase({key->tree, key->place}) == 0) return;
      Fault fault;
      fault.kind = FaultKind::dead_directive;
      fault.message = fmt::format("Kustomize does not carry out {} here: it stays in {} as a field",
                                  quoted(key->text()), resource.id().title());
      fault.where = key->span();
      fault.related = resource.place();
      fault.related_message = "the object that keeps it";
      fault.subject = key->text();
      note(std::move(fault));
    });
  }
}

MergeContext Target::merge_context() {
  MergeContext context;
  context.schemas = shared_.schema.schemas.get();
  context.comment_schema = [this](const Node* mapping, std::size_t entry) -> MergeSchema {
    const Node* key = mapping->key(entry);
    const Node* value = mapping->value(entry);
    if (key->tree == nullptr || value->tree != key->tree || key->tree->comments.empty()) return {};
    const FieldComments comments = comments_at(*key->tree, key->place, value->place);
    for (std::string_view comment : {comments.line, comments.head}) {
      while (!comment.empty() && comment.front() == '#') comment.remove_prefix(1);
      comment = trim(comment);
      if (comment.empty() || comment.front() != '{' || comment.back() != '}') continue;
      const ParsedText& parsed = shared_.sources.parsed_made(std::string(comment), key->span());
      if (parsed.fault || parsed.documents.empty()) continue;
      const MergeSchema schema = OpenApi::of_comment(yaml::Value(*parsed.tree, parsed.tree->documents.front().root));
      if (schema.known()) return schema;
    }
    return {};
  };
  context.on_list_replaced = [this](const Node* list, const Node* patch) {
    Fault fault;
    fault.items = dropped_items(list, patch);
    if (fault.items.empty()) return;
    fault.kind = FaultKind::drops_list_items;
    fault.message = fmt::format(
        "this patch replaces a list of {} items by {} and drops {}; Kustomize knows no key by which to merge the lists "
        "of a custom resource",
        list->size(), patch->size(), shortened(fault.items));
    fault.where = patch->span();
    fault.related = list->span();
    fault.related_message = "the list that is replaced";
    note(std::move(fault));
  };
  return context;
}

std::vector<Resource> Target::patches_of(const ParsedText& text) {
  std::vector<Resource> patches;
  for (Node* object : read_objects(editor_.arena(), text)) {
    Resource patch;
    patch.root = object;
    find_directives(object);
    patches.push_back(std::move(patch));
  }
  return patches;
}

ReadPatch Target::read_patch(yaml::Value entry) {
  const yaml::Value path = field(entry, "path");
  const yaml::Value inlined = field(entry, "patch");
  const bool has_inline = !trim(inlined.text()).empty();
  if (path.text().empty() && !has_inline) fail(entry.span(), "a patch needs `path` or `patch`");
  if (!path.text().empty() && has_inline) fail(inlined.span(), "a patch has either `path` or `patch`, not both");
  ReadPatch result;
  result.where = has_inline ? inlined.span() : path.span();
  const FileText* file = has_inline ? nullptr : &loader_.file(path.text(), path.span());
  const ParsedText& parsed =
      has_inline ? shared_.sources.parsed_inside(*inlined.tree(), inlined.node_id()) : shared_.sources.parsed(*file);
  const std::string_view text = has_inline ? trim(inlined.text()) : file->text;
  const bool is_list = !parsed.documents.empty() && looks_like_json_patch(parsed.documents.front());
  if (!parsed.fault && is_list) {
    if (!text.empty() && text.front() == '[' && !is_json(*parsed.tree)) {
      fail(result.where, "a JSON patch that begins with `[` must be JSON: every text in double quotes");
    }
    result.is_json = true;
    result.json = read_json_patch(editor_.arena(), parsed.documents.front());
    return result;
  }
  result.merge = patches_of(parsed);
  const yaml::Value options = field(entry, "options");
  for (Resource& patch : result.merge) {
    patch.allow_name_change = bool_field(options, "allowNameChange");
    patch.allow_kind_change = bool_field(options, "allowKindChange");
  }
  return result;
}

// An entry is YAML if it reads as objects, else the path of a file.
std::vector<Resource> Target::read_merge_patches(yaml::Value entry) {
  const bool has_lines = entry.text().find('\n') != std::string_view::npos;
  try {
    return patches_of(shared_.sources.parsed_inside(*entry.tree(), entry.node_id()));
  } catch (const Failure&) {
    if (has_lines) throw;
  }
  return patches_of(shared_.sources.parsed(loader_.file(entry.text(), entry.span())));
}

void Target::apply_patch(Resources& resources, yaml::Value entry) {
  ReadPatch patch = read_patch(entry);
  const yaml::Value target = field(entry, "target");
  if (!patch.is_json) {
    if (patch.merge.empty()) return;
    if (!target) return apply_merge_patches(resources, patch.merge, StepKind::patch);
    if (patch.merge.size() > 1) {
      fail(target.span(), "a patch with a `target` must be a single document, and this one has several");
    }
    return apply_to_selected(resources, target, patch.merge.front());
  }
  if (!target) fail(patch.where, "a JSON patch needs a `target`");
  const Selector selector(target);
  bool hit = false;
  for (Resource& resource : resources) {
    if (!selector.selects(resource)) continue;
    hit = true;
    patch_json(resource, patch.json, true);
  }
  if (!hit) note_no_target(resources, target);
}

void Target::note_no_target(const Resources& resources, yaml::Value target) {
  Fault fault;
  fault.kind = FaultKind::patch_matches_nothing;
  fault.message = "this target selects no object, so the patch does nothing";
  fault.where = target.span();
  fault.by_absence = true;
  suggest_for_target(fault, resources, target);
  note(std::move(fault));
}

void Target::apply_merge_patches(Resources& resources, const std::vector<Resource>& patches, StepKind) {
  for (const Resource& patch : patches) {
    attempt(patch.place(), [&] {
      const ObjectId id = patch.id();
      Resource* match = nullptr;
      for (Resource& resource : resources) {
        if (resource.root == nullptr || !resource.any_id([&](const ObjectId& other) { return id.same(other); }))
          continue;
        if (match != nullptr) {
          Fault fault;
          fault.kind = FaultKind::broken_build;
          fault.message =
              fmt::format("several objects are, or were, {}, so it is not clear which one to patch", id.title());
          fault.where = patch.place();
          fault.related = match->place();
          fault.related_message = "one of them";
          throw Failure{std::move(fault)};
        }
        match = &resource;
      }
      if (match == nullptr) no_match(resources, patch);
      patch_object(*match, patch);
    });
  }
}

void Target::no_match(const Resources& resources, const Resource& patch) {
  const ObjectId id = patch.id();
  Fault fault;
  fault.kind = FaultKind::no_patch_target;
  const std::string_view version = patch.api_version().empty() ? "without an apiVersion" : patch.api_version();
  fault.message = fmt::format("no object is {} ({}), so there is nothing to patch", id.title(), version);
  fault.where = patch.place();
  fault.by_absence = true;
  suggest_for_patch(fault, resources, patch);
  throw Failure{std::move(fault)};
}

void Target::apply_to_selected(Resources& resources, yaml::Value target, const Resource& patch) {
  const Selector selector(target);
  std::vector<Resource*> selected;
  for (Resource& resource : resources) {
    if (selector.selects(resource)) selected.push_back(&resource);
  }
  if (selected.empty()) return note_no_target(resources, target);
  for (Resource* object : selected) {
    Resource own = patch;
    own.root = tidy_string_map(editor_, own.root, "labels");
    own.root = tidy_string_map(editor_, own.root, "annotations");
    patch_object(*object, own);
  }
  drop_deleted(resources);
}

void Target::patch_object(Resource& object, Resource patch) {
  Node* root = object.root;
  if (patch.allow_name_change || patch.allow_kind_change) object.remember_id();
  const bool wipes = wipes_annotations(patch.root);
  Node* name = find_path(root, {"metadata", "name"});
  Node* name_space = find_path(root, {"metadata", "namespace"});
  Node* kind = find(root, "kind");
  // The object's apiVersion stands in for the patch's when the patch has a target, and is the same otherwise.
  Node* patch_root = patch.root;
  Node* api_version = find(root, "apiVersion");
  if (api_version != nullptr && find(patch_root, "apiVersion") != nullptr) {
    patch_root = editor_.own(patch_root);
    editor_.set(patch_root, "apiVersion", api_version);
  }
  const auto hide = [&](std::string_view key) {
    Node* metadata = find(patch_root, "metadata");
    const std::size_t at = find_index(metadata, key);
    if (at == kNoIndex) return;
    patch_root = editor_.own(patch_root);
    metadata = editor_.own(metadata);
    editor_.set(patch_root, "metadata", metadata);
    std::copy(metadata->kids + 2 * at + 2, metadata->kids + metadata->count, metadata->kids + 2 * at);
    metadata->count -= 2;
  };
  const bool replaces =
      find(find(patch_root, "metadata"), "$patch") != nullptr || find(patch_root, "$patch") != nullptr;
  // Name, kind and namespace are put back afterwards anyway; a patch that does not touch them leaves their origin
  // alone.
  if (!replaces) {
    if (!patch.allow_name_change) hide("name");
    hide("namespace");
    if (!patch.allow_kind_change && kind != nullptr && find(patch_root, "kind") != nullptr) {
      patch_root = editor_.own(patch_root);
      editor_.set(patch_root, "kind", kind);
    }
  }
  object.root = strategic_merge(editor_, root, patch_root, patch.kind(), merge_context());
  if (wipes) {
    object.former.clear();
    object.prefixes.clear();
    object.suffixes.clear();
    object.wants_hash = object.generated = false;
  }
  if (object.root == nullptr || nil_or_empty(object.root)) {
    object.root = nullptr;
    return;
  }
  if (!patch.allow_kind_change && kind != nullptr && find(object.root, "kind") != kind) {
    object.root = editor_.own(object.root);
    editor_.set(object.root, "kind", kind);
  }
  if (!patch.allow_name_change && name != nullptr && find_path(object.root, {"metadata", "name"}) != name) {
    set_meta(editor_, object, "name", name);
  }
  if (find_path(object.root, {"metadata", "namespace"}) == name_space) return;
  if (name_space != nullptr) {
    set_meta(editor_, object, "namespace", name_space);
  } else if (Node* metadata = find(object.root, "metadata")) {
    object.root = editor_.own(object.root);
    metadata = editor_.own(metadata);
    editor_.set(object.root, "metadata", metadata);
    editor_.remove(metadata, "namespace", StepKind::patch, {});
  }
}

void Target::patch_json(Resource& object, const std::vector<JsonOperation>& operations, bool remember) {
  if (remember) object.remember_id();
  Node* root = object.root;
  // Kustomize's own annotations are in the object while it is patched, so there is a map to add to.
  Node* metadata = find(root, "metadata");
  if (object.has_hidden_annotations() && metadata != nullptr && metadata->is_mapping() &&
      missing_or_null(find(metadata, "annotations"))) {
    root = editor_.own(root);
    metadata = editor_.own(metadata);
    editor_.set(root, "metadata", metadata);
    editor_.set(metadata, "annotations", editor_.mapping({}));
  }
  root = apply_json_patch(editor_, root, operations);
  object.root = tidy_string_map(editor_, root, "annotations");
}

void Target::apply_json6902(Resources& resources, yaml::Value entry, std::string_view text_name) {
  const yaml::Value target = field(entry, "target");
  const yaml::Value path = field(entry, "path");
  const yaml::Value inlined = field(entry, text_name);
  if (text_field(target, "name").empty()) {
    fail(target ? target.span() : entry.span(), "the target of this patch needs a name");
  }
  if (path.text().empty() && inlined.text().empty()) fail(entry.span(), "a patch needs a `path` or a text");
  if (!path.text().empty() && !inlined.text().empty())
    fail(inlined.span(), "a patch has either a `path` or a text, not both");
  const ParsedText& parsed = path.text().empty() ? shared_.sources.parsed_inside(*inlined.tree(), inlined.node_id())
                                                 : shared_.sources.parsed(loader_.file(path.text(), path.span()));
  const Span where = path.text().empty() ? inlined.span() : path.span();
  if (parsed.fault) throw Failure{*parsed.fault};
  if (parsed.documents.empty() || !looks_like_json_patch(parsed.documents.front())) {
    fail(where, "this is no JSON patch: it must be a list of operations");
  }
  const std::vector<JsonOperation> operations = read_json_patch(editor_.arena(), parsed.documents.front());
  if (operations.empty()) fail(where, "this patch is empty");
  const Selector selector(target);
  bool hit = false;
  for (Resource& resource : resources) {
    if (!selector.selects(resource)) continue;
    hit = true;
    patch_json(resource, operations, false);
  }
  if (!hit) note_no_target(resources, target);
}

void Target::drop_deleted(Resources& resources) {
  const auto is_empty = [](const Resource& resource) {
    return resource.root == nullptr || nil_or_empty(resource.root);
  };
  resources.erase(std::remove_if(resources.begin(), resources.end(), is_empty), resources.end());
}

}  // namespace vlint::kustomize
