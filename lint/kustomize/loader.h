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

class Loader {
 public:
  // `stack` are the folders that are being built, outermost first; the last one is this loader's.
  Loader(Sources& sources, bool restricted, std::vector<std::string> stack, std::set<std::string>& files)
      : sources_(sources), restricted_(restricted), stack_(std::move(stack)), files_(files) {}

  const std::string& folder() const { return stack_.back(); }
  Sources& sources() const { return sources_; }
  ResolvedPath resolve(std::string_view path) const;
  // A file by a path of this kustomization. Throws Failure: missing, a folder, outside, remote, not readable.
  const FileText& file(std::string_view path, Span where) const;
  // A folder by a path of this kustomization, links resolved. Throws Failure: missing, absolute, a cycle, remote.
  std::string inner_folder(std::string_view path, Span where) const;
  Loader inside(std::string folder) const;
  // The same, with another list of the files that were read.
  Loader with_files(std::set<std::string>& files) const { return Loader(sources_, restricted_, stack_, files); }

 private:
  [[noreturn]] void missing(std::string_view path, Span where, std::string_view wanted) const;

  Sources& sources_;
  bool restricted_;
  std::vector<std::string> stack_;
  std::set<std::string>& files_;
};

// The objects of a text, lists opened. Throws Failure for what is no list of Kubernetes objects. api/resource
// RNodesFromBytes.
std::vector<Node*> read_objects(Arena& arena, const ParsedText& text);

}  // namespace vlint::kustomize
