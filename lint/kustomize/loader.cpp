#include "lint/kustomize/loader.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "lint/base/text.h"
#include "lint/kustomize/build.h"

namespace vlint::kustomize {
namespace {

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }
bool ends_with(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.substr(text.size() - suffix.size()) == suffix;
}

constexpr std::size_t kMostFoldersToSearch = 200;  // for a file that lies one folder below

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

Loader Loader::inside(std::string folder, Span entry) const {
  std::vector<OpenFolder> stack = stack_;
  stack.push_back({std::move(folder), entry});
  return Loader(sources_, restricted_, std::move(stack), files_);
}

// Whether a path of this kustomization can have been meant by one that leads nowhere: it is of the right kind and not
// listed already.
bool Loader::can_be_meant(std::string_view instead, bool may_be_folder) const {
  const ResolvedPath resolved = resolve(instead);
  if (resolved.kind == EntryKind::none) return false;
  if (stays_in_root() && !FileAccess::is_in_root(resolved.path)) return false;
  if (resolved.kind == EntryKind::folder) {
    if (!may_be_folder || kustomization_file(sources_.access(), resolved.path).empty()) return false;
    const auto contains = [&](const OpenFolder& open) { return is_inside(open.path, resolved.path); };
    if (std::any_of(stack_.begin(), stack_.end(), contains)) return false;
  } else if (restricted_ && !is_inside(resolved.path, folder())) {
    return false;
  }
  const std::string_view name = instead.substr(instead.rfind('/') + 1);
  if (resolved.kind == EntryKind::file && (name == "kustomization.yaml" || name == "kustomization.yml")) return false;
  if (kustomization_ == nullptr) return true;
  const std::string cleaned = join_path(folder(), instead);
  for (yaml::NodeId id = 0; id < kustomization_->nodes.size(); ++id) {
    if (kustomization_->nodes[id].kind != yaml::Kind::scalar) continue;
    if (join_path(folder(), kustomization_->scalar_text(id)) == cleaned) return false;
  }
  return true;
}

// The nearest path that exists: the first part of the path that does not exist is looked for among its neighbours, and
// the file or folder by its own name one folder below.
std::string Loader::suggestion_for(std::string_view path, bool may_be_folder) const {
  const std::vector<std::string_view> parts = split(path, '/');
  std::string head;
  std::size_t at = 0;
  for (; at < parts.size(); ++at) {
    const std::string longer = head + std::string(parts[at]);
    if (resolve(longer).kind == EntryKind::none) break;
    head = longer + "/";
  }
  if (at == parts.size()) return {};
  const ResolvedPath parent = resolve(head.empty() ? "." : head);
  if (parent.kind != EntryKind::folder || (stays_in_root() && !FileAccess::is_in_root(parent.path))) return {};
  const std::string rest =
      join(std::vector<std::string_view>(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1, parts.end()), "/");
  const std::string tail = rest.empty() ? std::string() : "/" + rest;
  const std::vector<std::string> names = sources_.access().list(parent.path);
  std::vector<std::string_view> near;
  std::vector<std::string> below;
  for (const std::string& name : names) {
    if (can_be_slip(parts[at], name) && can_be_meant(head + name + tail, may_be_folder)) near.push_back(name);
    const std::string deeper = head + name + "/" + std::string(parts[at]) + tail;
    const bool searches = names.size() <= kMostFoldersToSearch && below.size() < 2;
    if (searches && can_be_meant(deeper, may_be_folder)) below.push_back(deeper);
  }
  if (const auto found = nearest(parts[at], near)) return head + std::string(*found) + tail;
  return below.size() == 1 ? below.front() : std::string();
}

void Loader::missing(std::string_view path, Span where, bool may_be_folder) const {
  Fault fault;
  fault.kind = FaultKind::missing_file;
  fault.message =
      fmt::format("there is no {} {}", may_be_folder ? "file or folder" : "file", join_path(folder(), path));
  fault.where = where;
  fault.subject = path;
  // An entry of a generator may have its key before the path.
  const std::string_view text = where.valid() ? sources_.text(where.file) : std::string_view();
  const std::string_view bytes = where.end <= text.size() ? text.substr(where.begin, where.size()) : std::string_view();
  const bool has_key =
      bytes.size() > path.size() && ends_with(bytes, path) && bytes[bytes.size() - path.size() - 1] == '=';
  if (has_key) fault.where.begin = where.end - static_cast<std::uint32_t>(path.size());
  const std::string instead = suggestion_for(path, may_be_folder);
  if (!instead.empty()) suggest(fault, instead, has_key || is_text_of(bytes, path));
  throw Failure{std::move(fault)};
}

void Loader::outside(std::string_view path, Span where, bool of_repository) const {
  fail(FaultKind::leaves_root, where,
       of_repository
           ? fmt::format("{} lies outside of the repository, and nothing outside is read (--load-restrictor "
                         "LoadRestrictionsNone allows it)",
                         path)
           : fmt::format("{} lies outside of the kustomization's folder, which Kustomize refuses (--load-restrictor "
                         "LoadRestrictionsNone allows it)",
                         path));
}

const FileText& Loader::file(std::string_view path, Span where) const {
  if (starts_with(path, "https://") || starts_with(path, "http://")) {
    fail(FaultKind::remote, where, fmt::format("{} is on a server, and nothing is fetched", path));
  }
  if (path.empty()) fail(FaultKind::missing_file, where, "the path of a file is empty");
  const ResolvedPath resolved = resolve(path);
  if (resolved.kind == EntryKind::none) missing(path, where, false);
  if (stays_in_root() && !FileAccess::is_in_root(resolved.path)) outside(path, where, true);
  if (resolved.kind == EntryKind::folder) fail(where, fmt::format("{} is a folder, and a file is needed", path));
  if (restricted_ && !is_inside(resolved.path, folder())) outside(path, where, false);
  const FileText& text = sources_.file(resolved.path);
  if (text.unreadable) fail(where, *text.unreadable);
  files_.insert(resolved.path);
  return text;
}

void Loader::fail_cycle(const std::string& folder, std::size_t outer, Span where) const {
  const std::string& open = stack_[outer].path;
  Fault fault;
  fault.kind = FaultKind::cycle;
  fault.message = fmt::format("{} is or contains {}, which is being built: the kustomizations include each other",
                              folder.empty() ? "." : folder, open.empty() ? "." : open);
  fault.where = where;
  if (outer + 1 < stack_.size()) {
    fault.related = stack_[outer + 1].entry;
    fault.related_message = "the way round begins here";
  }
  throw Failure{std::move(fault)};
}

std::string Loader::inner_folder(std::string_view path, Span where) const {
  if (path.empty()) fail(where, "the path of a folder is empty");
  if (is_remote(path)) {
    fail(FaultKind::remote, where, fmt::format("{} is elsewhere on the network, and nothing is fetched", path));
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
  if (resolved.kind == EntryKind::none) missing(path, where, true);
  if (stays_in_root() && !FileAccess::is_in_root(resolved.path)) outside(path, where, true);
  if (resolved.kind == EntryKind::file) fail(where, fmt::format("{} is a file, and a folder is needed", path));
  for (std::size_t i = 0; i < stack_.size(); ++i) {
    if (is_inside(stack_[i].path, resolved.path)) fail_cycle(resolved.path, i, where);
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
