// Which folders Kustomize builds, and which of them are built on their own.
//
// Read from the kustomization files alone, without building: their fields that name folders make a graph, and its roots
// are the builds. What a build does is known to lint/kustomize only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/source_file.h"
#include "lint/yaml/tree.h"

namespace vlint::gitops {

// `kustomization.yaml`, `kustomization.yml` or `Kustomization`.
bool is_kustomization_name(std::string_view file_name);

struct Kustomization {
  std::string folder;  // "" for the repository root
  FileId file = kNoFile;
  bool is_component = false;
  std::vector<std::string> folders;     // that it names as resources, bases, components or plugins, as they are written
                                        // but relative to the repository; they may not exist
  std::vector<std::string> candidates;  // every text in it that could be the path of a file, likewise
};

// One a folder, in the order of the folders. Of several files in one folder the one that Kustomize takes first; a file
// that is no YAML names nothing. `trees` by FileId, null for those that were not parsed.
std::vector<Kustomization> find_kustomizations(const FileSet& files, const yaml::Forest& trees);

// Indices of those that are built on their own: no other one includes them, and they are no Component. Of each cycle
// that is reached from nowhere else, the first: someone meant to build it.
std::vector<std::size_t> find_roots(const std::vector<Kustomization>& kustomizations);

// Whether builds may take files from outside of the folder of their kustomization, as Flux builds always do, and Argo
// CD when its settings say so. False when nothing in the repository speaks of either.
bool load_restrictions_are_off(const yaml::Forest& trees);

}  // namespace vlint::gitops
