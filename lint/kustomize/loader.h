// Which files and folders a kustomization may name, and what its entries are. Part of the engine.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/kustomize/fault.h"
#include "lint/kustomize/resource.h"
#include "lint/kustomize/sources.h"

namespace vlint::kustomize {

// Whether an entry names a repository or a file on a server. api/internal/git NewRepoSpecFromURL.
bool is_remote(std::string_view entry);

// A folder that is being built, and the entry that led to it (invalid for the outermost).
struct OpenFolder {
  std::string path;
  Span entry;
};

class Loader {
 public:
  // `stack` are the folders that are being built, outermost first; the last one is this loader's.
  Loader(Sources& sources, bool restricted, std::vector<OpenFolder> stack, std::set<std::string>& files)
      : sources_(sources), restricted_(restricted), stack_(std::move(stack)), files_(files) {}

  const std::string& folder() const { return stack_.back().path; }
  Sources& sources() const { return sources_; }
  ResolvedPath resolve(std::string_view path) const;
  // A file by a path of this kustomization. Throws Failure: missing, a folder, outside, remote, not readable.
  const FileText& file(std::string_view path, Span where) const;
  // A folder by a path of this kustomization, links resolved. Throws Failure: missing, absolute, outside of the root of
  // the file access, a cycle, remote.
  std::string inner_folder(std::string_view path, Span where) const;
  // A loader for an inner folder that the entry at `entry` names.
  Loader inside(std::string folder, Span entry) const;
  // The same, with another list of the files that were read.
  Loader with_files(std::set<std::string>& files) const { return Loader(sources_, restricted_, stack_, files); }
  // The kustomization that names the files: what it lists already is not suggested for a missing one.
  void set_kustomization(const yaml::Tree& tree) { kustomization_ = &tree; }

 private:
  // Without load restrictions a build may leave its folder, but a linter's never leaves the repository.
  bool stays_in_root() const { return restricted_ || sources_.access().is_confined(); }

  [[noreturn]] void missing(std::string_view path, Span where, bool may_be_folder) const;
  [[noreturn]] void outside(std::string_view path, Span where, bool of_repository) const;
  [[noreturn]] void fail_cycle(const std::string& folder, std::size_t outer, Span where) const;
  std::string suggestion_for(std::string_view path, bool may_be_folder) const;
  bool can_be_meant(std::string_view instead, bool may_be_folder) const;

  Sources& sources_;
  bool restricted_;
  std::vector<OpenFolder> stack_;
  std::set<std::string>& files_;
  const yaml::Tree* kustomization_ = nullptr;
};

// The objects of a text, lists opened. Throws Failure for what is no list of Kubernetes objects. api/resource
// RNodesFromBytes.
std::vector<Node*> read_objects(Arena& arena, const ParsedText& text);

}  // namespace vlint::kustomize
