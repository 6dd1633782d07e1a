#include "lint/kustomize/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

[[noreturn]] void no_object(const Node* node, std::string_view why) {
  fail(node->span(), fmt::format("this is no Kubernetes object: {}", why));
}

// kyaml GetValidatedMetadata.
void check_object(const Node* node) {
  if (!node->is_mapping()) no_object(node, "it is no mapping");
  const Node* kind = find(node, "kind");
  if (nil_or_empty(kind) || kind->text().empty()) no_object(node, "it has no `kind`");
  if (ends_with(kind->text(), "List")) return;
  const Node* name = find_path(node, {"metadata", "name"});
  if (nil_or_empty(name) || name->text().empty()) {
    if (find_path(node, {"metadata", "generateName"}) != nullptr) {
      no_object(node, "it has no `metadata.name`, and Kustomize does not take `generateName`");
    }
    no_object(node, "it has no `metadata.name`");
  }
}

void collect(const Node* node, std::deque<Node*>& objects) {
  if (missing_or_null(node) || nil_or_empty(node)) return;
  check_object(node);
  objects.push_back(const_cast<Node*>(node));
}

}  // namespace

bool is_remote(std::string_view entry) {
  const std::string lower = to_lower_ascii(entry);
  for (const std::string_view scheme : {"https://", "http://", "ssh://", "file://", "git::", "git@",
                                        "gh:", "github.com/", "github.com:", "www.github.com/"}) {
    if (starts_with(lower, scheme)) return true;
  }
  // user@host:path
  const std::size_t at = entry.find('@');
  const std::size_t colon = entry.find(':');
  const std::size_t slash = entry.find('/');
  return at != std::string_view::npos && at > 0 && colon != std::string_view::npos && colon > at &&
         (slash == std::string_view::npos || slash > at);
}

ResolvedPath Loader::resolve(std::string_view path) const {
  return sources_.access().resolve(join_path(folder(), path));
}

Loader Loader::inside(std::string folder) const {
  std::vector<std::string> stack = stack_;
  stack.push_back(std::move(folder));
  return Loader(sources_, restricted_, std::move(stack), files_);
}

void Loader::missing(std::string_view path, Span where, std::string_view wanted) const {
  Fault fault;
  fault.kind = FaultKind::missing_file;
  fault.message = fmt::format("there is no {} {}", wanted, join_path(folder(), path));
  fault.where = where;
  const std::string tried = join_path(folder(), path);
  const FileSet* known = sources_.access().known();
  if (known != nullptr) {
    const std::string parent(parent_path(tried));
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < known->size(); ++i) {
      const std::string_view candidate = (*known)[known->id_at(i)].path;
      if (parent_path(candidate) == parent) names.push_back(candidate);
    }
    if (const auto near = closest(tried, names, 3)) {
      const std::string_view name = near->substr(near->rfind('/') == std::string_view::npos ? 0 : near->rfind('/') + 1);
      const std::size_t slash = path.rfind('/');
      fault.suggestion = fmt::format("{}{}", slash == std::string_view::npos ? "" : path.substr(0, slash + 1), name);
      fault.message += fmt::format(", did you mean {}?", fault.suggestion);
    }
  }
  throw Failure{std::move(fault)};
}

const FileText& Loader::file(std::string_view path, Span where) const {
  if (starts_with(path, "https://") || starts_with(path, "http://")) {
    fail(FaultKind::remote, where, fmt::format("{} is on a server, and nothing is fetched", path));
  }
  if (path.empty()) fail(FaultKind::missing_file, where, "the path of a file is empty");
  const ResolvedPath resolved = resolve(path);
  if (resolved.kind == EntryKind::none) missing(path, where, "file");
  if (resolved.kind == EntryKind::folder) fail(where, fmt::format("{} is a folder, and a file is needed", path));
  if (restricted_ && !is_inside(resolved.path, folder())) {
    fail(FaultKind::leaves_root, where,
         fmt::format("{} lies outside of the kustomization's folder, which Kustomize refuses (--load-restrictor "
                     "LoadRestrictionsNone allows it)",
                     path));
  }
  const FileText& text = sources_.file(resolved.path);
  if (text.unreadable) fail(where, *text.unreadable);
  files_.insert(resolved.path);
  return text;
}

std::string Loader::inner_folder(std::string_view path, Span where) const {
  if (path.empty()) fail(where, "the path of a folder is empty");
  if (is_remote(path)) {
    fail(FaultKind::remote, where, fmt::format("{} is in another repository, and nothing is fetched", path));
  }
  if (path.front() == '/') {
    fail(FaultKind::leaves_root, where, fmt::format("the path of a folder must be relative, and {} is absolute", path));
  }
  for (const std::string_view part : split(path, '/')) {
    if (part != ".." && part.find("..") != std::string_view::npos) {
      fail(where, fmt::format("the part {} of this path is more than `..`: look at the indentation of the list",
                              quoted(part)));
    }
  }
  const ResolvedPath resolved = resolve(path);
  if (resolved.kind == EntryKind::none) missing(path, where, "file or folder");
  if (resolved.kind == EntryKind::file) fail(where, fmt::format("{} is a file, and a folder is needed", path));
  for (const std::string& outer : stack_) {
    if (is_inside(outer, resolved.path)) {
      fail(FaultKind::cycle, where,
           fmt::format("{} is or contains {}, which is being built: the kustomizations include each other",
                       resolved.path.empty() ? "." : resolved.path, outer.empty() ? "." : outer));
    }
  }
  return resolved.path;
}

std::vector<Node*> read_objects(Arena& arena, const ParsedText& text) {
  static_cast<void>(arena);
  if (text.fault) throw Failure{*text.fault};
  std::deque<Node*> objects;
  // A list that is alone in its text is opened in place, whatever it is called.
  const Node* only = text.tree->documents.size() == 1 && text.documents.size() == 1 ? text.documents.front() : nullptr;
  const std::string_view only_kind = text_at(only, "kind");
  const Node* items = only_kind == "List" || only_kind == "ResourceList" ? find(only, "items") : nullptr;
  if (items != nullptr) {
    for (std::size_t i = 0; i < items->size(); ++i) collect(items->item(i), objects);
  } else {
    for (const Node* document : text.documents) collect(document, objects);
  }
  std::vector<Node*> result;
  std::size_t opened = 0;
  while (!objects.empty()) {
    Node* object = objects.front();
    objects.pop_front();
    Node* list = ends_with(text_at(object, "kind"), "List") ? find(object, "items") : nullptr;
    if (list == nullptr) {
      result.push_back(object);
      continue;
    }
    if (list->is_null()) continue;
    if (!list->is_sequence()) fail(list->span(), "the `items` of a list must be a list");
    if (++opened > 100'000) fail(list->span(), "lists in lists without end");
    for (std::size_t i = 0; i < list->size(); ++i) collect(list->item(i), objects);
  }
  return result;
}

}  // namespace vlint::kustomize
