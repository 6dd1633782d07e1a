#include "lint/kustomize/replacement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>

#include "lint/base/text.h"
#include "lint/kustomize/references.h"
#include "lint/kustomize/selector.h"
#include "lint/kustomize/shape.h"
#include "lint/kustomize/sources.h"
#include "lint/kustomize/structured_text.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {
namespace {

struct Options {
  std::string_view delimiter;
  std::int64_t index = 0;
  bool create = false;

  explicit Options(yaml::Value value)
      : delimiter(text_field(value, "delimiter")),
        index(int_field(value, "index")),
        create(bool_field(value, "create")) {}
};

std::vector<std::string> split_text(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const std::size_t next = text.find(delimiter, at);
    parts.emplace_back(text.substr(at, next == std::string_view::npos ? next : next - at));
    if (next == std::string_view::npos) return parts;
    at = next + delimiter.size();
  }
}

bool is_list_part(std::string_view part) { return part.size() >= 2 && part.front() == '[' && part.back() == ']'; }

std::optional<std::size_t> index_part(std::string_view part) {
  std::size_t value = 0;
  if (!part.empty() && part.front() == '+') part.remove_prefix(1);
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc() || end != part.data() + part.size() || part.empty()) return std::nullopt;
  return value;
}

// Walks a path and puts what `set` returns in the place of every field it meets. kyaml PathMatcher.
class PathSetter {
 public:
  PathSetter(Editor& editor, const std::vector<std::string>& path, std::optional<yaml::Kind> create, Span where,
             std::function<Node*(Node*)> set)
      : editor_(editor), path_(path), create_(create), where_(where), set_(std::move(set)) {}

  std::size_t matches = 0;

  Node* run(Node* node, std::size_t at = 0) {
    if (at == path_.size()) {
      ++matches;
      return set_(node);
    }
    const std::string& part = path_[at];
    if (index_part(part)) return indexed(node, at, *index_part(part));
    if (is_list_part(part)) return selected(node, at, true);
    if (part == "*") {
      demand_list(node, part);
      return each(node, at, [](const Node*) { return true; });
    }
    return field(node, at);
  }

 private:
  void demand_list(const Node* node, std::string_view part) const {
    if (node->is_null() || node->is_sequence()) return;
    fail(where_, fmt::format("{} asks for items of what is no list", quoted(part)));
  }

  yaml::Kind kind_for(std::size_t next) const {
    if (next >= path_.size()) return *create_;
    return is_list_part(path_[next]) || index_part(path_[next]) ? yaml::Kind::sequence : yaml::Kind::mapping;
  }

  Node* made(yaml::Kind kind) {
    Provenance provenance;
    provenance.step = StepKind::replacement;
    provenance.cause = where_;
    return kind == yaml::Kind::mapping    ? editor_.mapping(provenance)
           : kind == yaml::Kind::sequence ? editor_.sequence(provenance)
                                          : editor_.scalar({}, Tag::none, provenance);
  }

  Node* field(Node* node, std::size_t at) {
    if (node->is_null()) return node;
    if (!node->is_mapping()) fail(where_, fmt::format("{} asks for a field of what is no mapping", quoted(path_[at])));
    Node* old = find(node, path_[at]);
    if (old == nullptr && !create_) return node;
    Node* child = old != nullptr ? old : made(kind_for(at + 1));
    if (child->is_scalar() && at + 1 < path_.size()) return node;
    Node* changed = run(child, at + 1);
    if (changed == old) return node;
    node = editor_.own(node);
    editor_.set(node, path_[at], changed);
    return node;
  }

  Node* indexed(Node* node, std::size_t at, std::size_t index) {
    demand_list(node, path_[at]);
    if (node->is_sequence() && node->size() == index && create_) {
      node = editor_.own(node);
      editor_.append(node, made(kind_for(at + 1)));
    }
    if (!node->is_sequence() || index >= node->size()) {
      fail(where_, fmt::format("the index {} is beyond the end of a list of {} items", index,
                               node->is_sequence() ? node->size() : 0));
    }
    Node* changed = run(node->item(index), at + 1);
    if (changed == node->item(index)) return node;
    node = editor_.own(node);
    node->kids[index] = changed;
    return node;
  }

  Node* selected(Node* node, std::size_t at, bool may_create) {
    demand_list(node, path_[at]);
    const std::string_view inside = std::string_view(path_[at]).substr(1, path_[at].size() - 2);
    const std::size_t equals = inside.find('=');
    if (equals == std::string_view::npos) fail(where_, fmt::format("{} has no `=`", quoted(path_[at])));
    const std::string_view key = inside.substr(0, equals);
    const std::string_view wanted = inside.substr(equals + 1);
    const Pattern pattern(wanted, false, where_);
    const std::size_t before = matches;
    node = each(node, key.empty() ? path_.size() : at, [&](const Node* item) {
      const Node* value = key.empty() ? item : find(item, key);
      return value != nullptr && value->is_scalar() && pattern.matches(trim(value->text()));
    });
    if (matches != before || !create_ || !may_create || node->is_null()) return node;
    Node* value = made(yaml::Kind::scalar);
    value->bytes = editor_.arena().text(wanted).data();
    value->count = static_cast<std::uint32_t>(wanted.size());
    Node* item = value;
    if (!key.empty()) {
      item = made(yaml::Kind::mapping);
      editor_.set(item, key, value);
    }
    node = editor_.own(node);
    editor_.append(node, item);
    return selected(node, at, false);
  }

  template <typename Fn>
  Node* each(Node* node, std::size_t at, Fn&& fits) {
    for (std::size_t i = 0; node->is_sequence() && i < node->size(); ++i) {
      if (!fits(node->item(i))) continue;
      Node* changed = run(node->item(i), std::min(at + 1, path_.size()));
      if (changed == node->item(i)) continue;
      node = editor_.own(node);
      node->kids[i] = changed;
    }
    return node;
  }

  Editor& editor_;
  const std::vector<std::string>& path_;
  std::optional<yaml::Kind> create_;
  Span where_;
  std::function<Node*(Node*)> set_;
};

class Replacer {
 public:
  Replacer(Editor& editor, Sources& sources, Resources& resources, const NoteSink& note)
      : editor_(editor), sources_(sources), resources_(resources), note_(note) {}

  void run(yaml::Value replacement) {
    const yaml::Value source = field(replacement, "source");
    const yaml::Value given = field(replacement, "sourceValue");
    const yaml::Value targets = field(replacement, "targets");
    if ((!source && !given) || !targets) {
      fail(replacement.span(), "a replacement needs a source and at least one target");
    }
    if (source && given) fail(given.span(), "a replacement has either `source` or `sourceValue`, not both");
    if (given) {
      cause_ = given.span();
      Provenance provenance;
      provenance.step = StepKind::replacement;
      provenance.cause = cause_;
      value_ = editor_.scalar(given.text(), Tag::none, provenance);
    } else {
      read_source(source);
    }
    for (const yaml::Value& target : targets.items()) write_target(target);
  }

 private:
  // kyaml/resid ResId.IsSelectedBy.
  static bool is_selected(const ObjectId& id, const Gvk& gvk, std::string_view name, std::string_view name_space) {
    if (!name.empty() && name != id.name) return false;
    if (!name_space.empty() && ObjectId{gvk, name, name_space}.effective_namespace() != id.effective_namespace()) {
      return false;
    }
    return id.gvk.selected_by(gvk);
  }

  void read_source(yaml::Value source) {
    const Gvk gvk{text_field(source, "group"), text_field(source, "version"), text_field(source, "kind")};
    const std::string_view name = text_field(source, "name");
    const std::string_view name_space = text_field(source, "namespace");
    const Resource* match = nullptr;
    for (const Resource& resource : resources_) {
      if (!resource.any_id([&](const ObjectId& id) { return is_selected(id, gvk, name, name_space); })) continue;
      if (match != nullptr) {
        fail(source.span(), fmt::format("the source of the replacement could be {} or {}", match->id().title(),
                                        resource.id().title()));
      }
      match = &resource;
    }
    if (match == nullptr) {
      fail_absent(FaultKind::broken_build, source.span(),
                  fmt::format("no object is the source of the replacement: {} {}", gvk.kind, name));
    }
    const yaml::Value path = field(source, "fieldPath");
    const std::string_view path_text = path.text().empty() ? std::string_view("metadata.name") : path.text();
    cause_ = path ? path.span() : source.span();
    Node* found = look_up(match->root, split_field_path(path_text), cause_);
    if (nil_or_empty(found)) {
      fail(cause_, fmt::format("the source of the replacement, {}, has no {}", match->id().title(), path_text));
    }
    value_ = editor_.share(found);
    const Options options(field(source, "options"));
    if (options.delimiter.empty()) return;
    if (!found->is_scalar()) fail(cause_, "a delimiter needs a text, and the source of the replacement is none");
    const std::vector<std::string> parts = split_text(found->text(), options.delimiter);
    if (options.index < 0 || static_cast<std::size_t>(options.index) >= parts.size()) {
      fail(field(source, "options").span(), fmt::format("the index {} is out of range: {} has {} parts", options.index,
                                                        quoted(found->text()), parts.size()));
    }
    value_ = replaced_text(found, parts[static_cast<std::size_t>(options.index)], found);
  }

  // `like` with another text.
  Node* replaced_text(const Node* like, std::string_view text, const Node* from) {
    Provenance provenance;
    provenance.step = StepKind::replacement;
    provenance.cause = cause_;
    provenance.from = from;
    Node* node = editor_.scalar(text, like->tag, provenance);
    node->style = like->style;
    return node;
  }

  void write_target(yaml::Value target) {
    const yaml::Value select = field(target, "select");
    if (!select) fail(target.span(), "a target of a replacement needs `select`");
    const Selector selector(select);
    std::vector<Selector> rejects;
    for (const yaml::Value& reject : field(target, "reject").items()) rejects.emplace_back(reject);
    bool hit = false;
    for (Resource& resource : resources_) {
      if (!selector.matches_labels(resource.root)) continue;
      const auto matches = [&](const Selector& s) {
        return resource.any_id([&](const ObjectId& id) {
          return s.matches_gvk(id.gvk) && s.matches_name(id.name) && s.matches_namespace(id.name_space);
        });
      };
      const bool rejected = std::any_of(rejects.begin(), rejects.end(), [&](const Selector& s) {
        if (s.has_label_selectors() && s.matches_labels(resource.root)) return true;
        return !s.is_empty_id() && matches(s);
      });
      if (rejected || !matches(selector)) continue;
      hit = true;
      write(resource, target);
    }
    if (hit) return;
    Fault note;
    note.kind = FaultKind::patch_matches_nothing;
    note.message = "this target of the replacement selects no object, so nothing is replaced";
    note.where = select.span();
    note.by_absence = true;
    note_(std::move(note));
  }

  void write(Resource& resource, yaml::Value target) {
    const yaml::Value paths = field(target, "fieldPaths");
    const Options options(field(target, "options"));
    if (paths.size() == 0) return write_field(resource, "metadata.name", options, target.span());
    for (const yaml::Value& path : paths.items()) write_field(resource, path.text(), options, path.span());
  }

  void write_field(Resource& resource, std::string_view path_text, const Options& options, Span where) {
    const std::vector<std::string> path = split_field_path(path_text);
    if (write_inside_text(resource, path, options, where)) return;
    std::optional<yaml::Kind> create;
    if (options.create) create = value_->kind;
    PathSetter setter(editor_, path, create, where, [&](Node* node) { return set(node, options); });
    Node* changed = setter.run(resource.root);
    if (setter.matches == 0) {
      fail(where, fmt::format("{} has no field {} for the replacement to write", resource.id().title(), path_text));
    }
    resource.root = changed;
  }

  Node* set(Node* target, const Options& options) {
    std::string text(value_->text());
    if (!options.delimiter.empty()) {
      if (!target->is_scalar()) fail(cause_, "a delimiter needs a text, and the target of the replacement is none");
      std::vector<std::string> parts = split_text(target->text(), options.delimiter);
      if (options.index < 0) {
        parts.insert(parts.begin(), text);
      } else if (static_cast<std::size_t>(options.index) >= parts.size()) {
        parts.push_back(text);
      } else {
        parts[static_cast<std::size_t>(options.index)] = text;
      }
      text = join(parts, options.delimiter);
    }
    if (!target->is_scalar()) {
      Node* node = editor_.placed(editor_.share(value_), StepKind::replacement, target);
      if (node->is_scalar() && !options.delimiter.empty()) node = replaced_text(node, text, target);
      return node;
    }
    Provenance provenance;
    provenance.step = StepKind::replacement;
    provenance.cause = value_->span().valid() ? value_->span() : cause_;
    provenance.from = value_;
    provenance.replaced = target->text().empty() && !target->span().valid() ? nullptr : target;
    Node* node = editor_.scalar(text, target->tag, provenance);
    node->style = target->style;
    if (options.delimiter.empty()) {
      node->tree = value_->tree;
      node->place = value_->place;
    }
    return node;
  }

  // The path leads into a text that is YAML or JSON itself: the rest of the path is looked up in there.
  bool write_inside_text(Resource& resource, const std::vector<std::string>& path, const Options& options, Span where) {
    for (std::size_t i = 1; i < path.size(); ++i) {
      const std::vector<std::string> head(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(i));
      Node* text = nullptr;
      try {
        text = look_up(resource.root, head, where);
      } catch (const Failure&) {
        continue;
      }
      if (text == nullptr || !text->is_scalar()) continue;
      const ParsedText& parsed = sources_.parsed_made(std::string(text->text()), text->span());
      if (parsed.fault || parsed.documents.empty()) continue;
      const std::vector<std::string> rest(path.begin() + static_cast<std::ptrdiff_t>(i), path.end());
      std::optional<yaml::Kind> create;
      if (options.create) create = value_->kind;
      PathSetter inner(editor_, rest, create, where, [&](Node* node) { return set(node, options); });
      Node* changed = nullptr;
      try {
        changed = inner.run(const_cast<Node*>(parsed.documents.front()));
      } catch (const Failure&) {
        return false;
      }
      if (inner.matches == 0) return false;
      const std::string written = write_structured(changed, text->text());
      PathSetter outer(editor_, head, std::nullopt, where,
                       [&](Node* node) { return replaced_text(node, written, node); });
      resource.root = outer.run(resource.root);
      return true;
    }
    return false;
  }

  Editor& editor_;
  Sources& sources_;
  Resources& resources_;
  const NoteSink& note_;
  Node* value_ = nullptr;
  Span cause_;
};

}  // namespace

void transform_replacement(Editor& editor, Sources& sources, Resources& resources, yaml::Value replacement,
                           const NoteSink& note) {
  Replacer(editor, sources, resources, note).run(replacement);
}

}  // namespace vlint::kustomize
