#include "lint/kustomize/generator.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "lint/base/text.h"
#include "lint/kustomize/shape.h"

namespace vlint::kustomize {
namespace {

constexpr std::size_t kLine = 70;
constexpr std::string_view kOriginAnnotation = "config.kubernetes.io/origin";

struct Pair {
  std::string key;
  std::string_view value;
  Span where;
};

// kyaml encodeBase64: longer texts are broken into lines of 70.
std::string lines_of_base64(std::string_view bytes) {
  const std::string encoded = base64(bytes);
  if (encoded.size() / kLine + 1 == 1) return encoded;
  std::string result;
  for (std::size_t at = 0; at < encoded.size(); at += kLine) {
    result += encoded.substr(at, kLine);
    result += '\n';
  }
  return result;
}

class Generator {
 public:
  Generator(yaml::Value entry, const LoadFile& load) : entry_(entry), load_(load) {}

  std::vector<Pair> pairs() {
    for (const yaml::Value& path : field(entry_, "envs").items()) read_env_file(path);
    if (const yaml::Value path = field(entry_, "env"); !path.text().empty()) read_env_file(path);
    for (const yaml::Value& literal : field(entry_, "literals").items()) read_literal(literal);
    for (const yaml::Value& file : field(entry_, "files").items()) read_file(file);
    check_keys();
    return std::move(pairs_);
  }

 private:
  void read_env_file(yaml::Value path) {
    const FileText& file = load_(path.text(), path.span());
    std::size_t at = 0;
    bool first = true;
    while (at < file.text.size()) {
      const std::size_t end = std::min(file.text.find('\n', at), file.text.size());
      read_env_line(file, at, end, first);
      first = false;
      at = end + 1;
    }
  }

  void read_env_line(const FileText& file, std::size_t begin, std::size_t end, bool first) {
    std::string_view line = file.text.substr(begin, end - begin);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const Span where{file.id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + line.size())};
    if (find_invalid_utf8(line)) fail(where, "this line of the file of variables is not UTF-8");
    std::size_t skip = first && line.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    while (skip < line.size() && std::string_view(" \t\v\f\r").find(line[skip]) != std::string_view::npos) ++skip;
    line.remove_prefix(skip);
    if (line.empty() || line.front() == '#') return;
    const std::size_t equals = line.find('=');
    const std::string_view key = line.substr(0, equals);
    const std::string_view value = equals == std::string_view::npos ? std::string_view() : line.substr(equals + 1);
    if (key.empty()) return;
    const auto value_end = static_cast<std::uint32_t>(begin + skip + line.size());
    pairs_.push_back(
        {std::string(key), value, {file.id, value_end - static_cast<std::uint32_t>(value.size()), value_end}});
  }

  void read_literal(yaml::Value literal) {
    const std::string_view text = literal.text();
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      fail(literal.span(), fmt::format("{} is no literal; write key=value", quoted(text)));
    }
    std::string_view value = text.substr(equals + 1);
    const bool is_quoted =
        value.size() >= 2 && value.front() == value.back() && (value.front() == '"' || value.front() == '\'');
    if (is_quoted) value = value.substr(1, value.size() - 2);
    Span where = literal.content_span();
    const std::string_view slice = literal.tree()->slice(where.begin, where.end);
    if (slice == text) {
      where.begin += static_cast<std::uint32_t>(equals + 1 + (is_quoted ? 1 : 0));
      where.end = where.begin + static_cast<std::uint32_t>(value.size());
    }
    pairs_.push_back({std::string(text.substr(0, equals)), value, where});
  }

  void read_file(yaml::Value entry) {
    const std::string_view source = entry.text();
    const std::size_t equals = source.find('=');
    std::string_view path = source;
    std::string_view key = source.substr(source.rfind('/') == std::string_view::npos ? 0 : source.rfind('/') + 1);
    if (equals != std::string_view::npos) {
      key = source.substr(0, equals);
      path = source.substr(equals + 1);
      if (key.empty()) fail(entry.span(), fmt::format("{} has no key before the `=`", quoted(source)));
      if (path.empty()) fail(entry.span(), fmt::format("{} has no path after the `=`", quoted(source)));
      if (path.find('=') != std::string_view::npos) {
        fail(entry.span(), fmt::format("{} has more than one `=`", quoted(source)));
      }
    }
    const FileText& file = load_(path, entry.span());
    pairs_.push_back({std::string(key), file.text, {file.id, 0, static_cast<std::uint32_t>(file.text.size())}});
  }

  void check_keys() {
    std::map<std::string_view, const Pair*> known;
    for (const Pair& pair : pairs_) {
      // It stands in the object without quotes, where it is read once more.
      if (resolve_v3(pair.key) != Tag::string) {
        fail(pair.where, fmt::format("the key {} is no text to YAML, so the object that gets it cannot be printed",
                                     quoted(pair.key)));
      }
      const auto [at, is_new] = known.emplace(pair.key, &pair);
      if (is_new) continue;
      Fault fault;
      fault.message = fmt::format("the key {} is given twice", quoted(pair.key));
      fault.where = pair.where;
      fault.related = at->second->where;
      fault.related_message = "the first one";
      throw Failure{std::move(fault)};
    }
  }

  yaml::Value entry_;
  const LoadFile& load_;
  std::vector<Pair> pairs_;
};

Provenance generated(Span where, StepKind step = StepKind::generator) {
  Provenance provenance;
  provenance.step = step;
  provenance.cause = where;
  return provenance;
}

void set_text(Editor& editor, Node* mapping, std::string_view key, std::string_view text, Span where) {
  editor.set(mapping, key, editor.scalar(text, Tag::string, generated(where)));
}

// generatorOptions and the entry's own; the entry's win.
void set_options(Editor& editor, Node* root, Node* metadata, yaml::Value own, yaml::Value global) {
  for (const std::string_view name : {"labels", "annotations"}) {
    std::map<std::string_view, yaml::Value> entries;
    for (const yaml::Value& options : {global, own}) {
      for (const yaml::Entry& entry : field(options, name).entries()) entries[entry.key.text()] = entry.value;
    }
    if (entries.empty()) continue;
    Node* map = editor.mapping(generated(entries.begin()->second.span()));
    for (const auto& [key, value] : entries) {
      PlacedText text = placed_text(editor.arena(), value);
      Node* node = text.node != nullptr ? editor.placed(text.node, StepKind::generator, nullptr)
                                        : editor.scalar({}, Tag::string, generated(value.span()));
      if (value.is_null()) node = editor.scalar({}, Tag::string, generated(value.span()));
      node->tag = Tag::string;
      editor.set(map, key, node);
    }
    editor.set(metadata, name, map);
  }
  for (const yaml::Value& options : {own, global}) {
    if (!bool_field(options, "immutable")) continue;
    editor.set(root, "immutable", editor.scalar("true", Tag::boolean, generated(field(options, "immutable").span())));
    return;
  }
}

Node* text_map_of(Editor& editor, Node* root, std::string_view name) {
  Node* map = find(root, name);
  return map != nullptr && map->is_mapping() ? map : editor.mapping({});
}

// The entries of both maps as texts, those of `over` winning; null when there are none.
Node* merged(Editor& editor, Node* under, Node* over) {
  Node* result = editor.mapping({});
  for (Node* map : {under, over}) {
    for (std::size_t i = 0; i < map->size(); ++i) {
      Node* old = find(result, map->key(i)->text());
      Node* value = editor.placed(map->value(i), map == over ? StepKind::generator : StepKind::source,
                                  map == over ? old : nullptr);
      if (map == under && map->value(i)->provenance == nullptr) value->provenance = nullptr;
      value->tag = Tag::string;
      editor.set(result, map->key(i)->text(), value);
    }
  }
  if (result->size() == 0) return nullptr;
  if (under->size() > 0) {
    result->tree = under->tree;
    result->place = under->place;
  }
  return result;
}

void set_or_remove(Editor& editor, Node* mapping, std::string_view key, Node* value) {
  if (value != nullptr) {
    editor.set(mapping, key, value);
  } else {
    editor.remove(mapping, key, StepKind::generator, {});
  }
}

}  // namespace

Resource generate(Editor& editor, yaml::Value entry, bool secret, yaml::Value options, const LoadFile& load,
                  std::string_view name, std::string_view name_space) {
  const yaml::Value own_name = field(entry, "name");
  const yaml::Value own_namespace = field(entry, "namespace");
  if (!own_name.text().empty()) name = own_name.text();
  if (!own_namespace.text().empty()) name_space = own_namespace.text();
  if (name.empty()) fail(entry.span(), "a generated ConfigMap or Secret must have a name");
  const std::vector<Pair> pairs = Generator(entry, load).pairs();
  Resource resource;
  Node* root = editor.mapping(generated(entry.span()));
  resource.root = root;
  set_text(editor, root, "apiVersion", "v1", entry.span());
  set_text(editor, root, "kind", secret ? "Secret" : "ConfigMap", entry.span());
  Node* metadata = editor.mapping(generated(entry.span()));
  editor.set(root, "metadata", metadata);
  const auto set_placed = [&](std::string_view key, yaml::Value value, std::string_view text) {
    PlacedText placed = placed_text(editor.arena(), value);
    if (placed.node == nullptr || value.text() != text) return set_text(editor, metadata, key, text, entry.span());
    Node* node = editor.placed(placed.node, StepKind::generator, nullptr);
    node->tag = Tag::string;
    editor.set(metadata, key, node);
  };
  set_placed("name", own_name, name);
  if (!name_space.empty()) set_placed("namespace", own_namespace, name_space);
  if (secret) {
    const yaml::Value type = field(entry, "type");
    set_text(editor, root, "type", type.text().empty() ? std::string_view("Opaque") : type.text(),
             type ? type.span() : entry.span());
  }
  for (const Pair& pair : pairs) {
    const bool binary = find_invalid_utf8(pair.value).has_value();
    const std::string_view map_name = binary && !secret ? "binaryData" : "data";
    Node* map = find(root, map_name);
    if (map == nullptr) {
      map = editor.mapping(generated(entry.span()));
      editor.set(root, map_name, map);
    }
    Provenance provenance = generated(pair.where);
    const bool as_is = !binary && !secret;
    Node* value = editor.scalar(as_is ? std::string_view() : std::string_view(lines_of_base64(pair.value)), Tag::string,
                                provenance);
    if (as_is) {
      value->bytes = pair.value.data();
      value->count = static_cast<std::uint32_t>(pair.value.size());
    }
    editor.set(map, pair.key, value);
  }
  // kyaml LoadMapIntoSecretData makes the map even when there is nothing to put in.
  if (secret && pairs.empty()) editor.set(root, "data", editor.mapping(generated(entry.span())));
  set_options(editor, root, metadata, field(entry, "options"), options);
  const std::string_view behavior = text_field(entry, "behavior");
  resource.behavior = behavior == "merge"     ? Behavior::merge
                      : behavior == "replace" ? Behavior::replace
                      : behavior == "create"  ? Behavior::create
                                              : Behavior::none;
  resource.generated = true;
  resource.wants_hash =
      !bool_field(field(entry, "options"), "disableNameSuffixHash") && !bool_field(options, "disableNameSuffixHash");
  return resource;
}

void absorb(Editor& editor, Resources& resources, Resource generated_resource, Span where) {
  const ObjectId id = generated_resource.id();
  std::vector<std::size_t> matches;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    if (resources[i].any_id([&](const ObjectId& other) { return id.same(other); })) matches.push_back(i);
  }
  const Behavior behavior = generated_resource.behavior;
  const bool changes = behavior == Behavior::merge || behavior == Behavior::replace;
  const std::string_view word = behavior == Behavior::merge ? "merge" : "replace";
  if (matches.empty()) {
    if (changes) {
      fail_absent(FaultKind::broken_build, where,
                  fmt::format("`behavior: {}` needs an object {} to {}, and there is none", word, id.title(), word));
    }
    resources.push_back(std::move(generated_resource));
    return;
  }
  Fault fault;
  fault.kind = FaultKind::duplicate_id;
  fault.where = where;
  fault.related = resources[matches.front()].place();
  fault.related_message = "the other one";
  if (matches.size() > 1) {
    fault.message = fmt::format("{} objects are, or were, {}, so it is not clear which one to {}", matches.size(),
                                id.title(), word);
    throw Failure{std::move(fault)};
  }
  if (!changes) {
    fault.message =
        fmt::format("there is an object {} already; set `behavior: merge` or `behavior: replace`", id.title());
    throw Failure{std::move(fault)};
  }
  Resource& old = resources[matches.front()];
  Node* root = generated_resource.root;
  Node* metadata = editor.own(find(root, "metadata"));
  editor.set(root, "metadata", metadata);
  Node* old_metadata = find(old.root, "metadata");
  Node* old_origin = find(find(old_metadata, "annotations"), kOriginAnnotation);
  if (behavior == Behavior::merge && old_origin != nullptr) {
    Node* annotations = find(metadata, "annotations");
    if (annotations != nullptr) editor.set(annotations, kOriginAnnotation, old_origin);
  }
  for (const std::string_view name : {"labels", "annotations"}) {
    set_or_remove(editor, metadata, name,
                  merged(editor, text_map_of(editor, old_metadata, name), text_map_of(editor, metadata, name)));
  }
  editor.set(metadata, "name", find(old_metadata, "name"));
  set_or_remove(editor, metadata, "namespace", find(old_metadata, "namespace"));
  if (behavior == Behavior::merge) {
    for (const std::string_view name : {"data", "binaryData"}) {
      set_or_remove(editor, root, name,
                    merged(editor, text_map_of(editor, old.root, name), text_map_of(editor, root, name)));
    }
  }
  generated_resource.former = old.former;
  generated_resource.prefixes = old.prefixes;
  generated_resource.suffixes = old.suffixes;
  generated_resource.variables = old.variables;
  generated_resource.wants_hash = generated_resource.wants_hash && old.wants_hash;
  generated_resource.behavior = old.behavior;
  generated_resource.generated = old.generated;
  old = std::move(generated_resource);
}

}  // namespace vlint::kustomize
