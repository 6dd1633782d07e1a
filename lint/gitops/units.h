// From files to what is deployed: the units of a repository, each with the objects that come out of it.
//
// A unit is a folder of manifests that are deployed as they stand (plain or rendered by Helm), or a folder that
// Kustomize builds. Files that are no Kubernetes manifests are left alone. Which cluster runs which unit: clusters.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/incomplete.h"
#include "lint/base/source_file.h"
#include "lint/base/workers.h"
#include "lint/kube/resource.h"
#include "lint/kustomize/build.h"
#include "lint/yaml/tree.h"

namespace vlint::gitops {

enum class FileRole : std::uint8_t {
  manifests,       // read as Kubernetes manifests
  chart_template,  // below the `templates/` of a Helm chart: text for a template engine, not YAML
  template_text,   // does not parse and has template marks: `{{ }}`, `{% %}`, `[[ ]]`
  kustomized,      // in or below a folder that Kustomize builds
  build_input,     // read by a build only: the files of generators, JSON patches
  facts,           // objects that live in the cluster and that Git does not deploy
};

// One role a file, by FileId. Needs no parsing: a chart's templates are never parsed. (Charts are known by their
// Chart.yaml, Kustomize folders by their kustomization.yaml.)
std::vector<FileRole> roles_by_path(const FileSet& files);

// Whether the text has the marks of a template engine.
bool has_template_marks(std::string_view text);

struct Unit {
  std::string folder;             // "" for the repository root
  std::vector<FileId> files;      // that it was made from, sorted
  std::vector<FileId> own_files;  // those in its folder and below, sorted
  std::vector<kube::Resource> resources;
  std::vector<Incomplete> incomplete;       // what of it was not seen
  FileId declared_in = kNoFile;             // the kustomization file, or the first file of plain manifests
  const kustomize::Build* build = nullptr;  // null for plain manifests
  bool is_facts = false;                    // not deployed from here: a dump of what is in the cluster
};

// What a unit is called in reports: its folder, "." for the root.
std::string display_name(const Unit& unit);

struct Units {
  std::vector<Unit> all;               // plain folders first, each sort in the order of the folders
  std::vector<Incomplete> incomplete;  // what belongs to no unit and was not seen
  std::vector<FileId> unlisted;        // manifests beside a kustomization that nothing includes, sorted
  std::size_t templates = 0;           // files left alone because a template engine makes YAML of them

  // Files that builds need and that are not in the FileSet. Unless it is empty, the units are not made.
  std::vector<std::string> wanted_files;

  std::shared_ptr<struct BuildOwner> owner;  // of what the resources refer to, besides the trees of the files
  std::deque<kustomize::Build> builds;
};

struct UnitInputs {
  const FileSet& files;
  const yaml::Forest& trees;  // by FileId
  const std::vector<FileRole>& roles;
  const std::string& root;  // the folder on disk, absolute, links resolved; empty: there is nothing besides `files`
  yaml::Limits limits;
  std::span<const std::string> facts = {};  // files and folders that hold facts
};

// The strategic merge patches that changed a built resource, as they are written: the roots of their documents, in the
// order of their places.
std::vector<yaml::Value> patches_of(const Units& units, const kube::Resource& resource);

// Reads the manifests and builds the kustomizations, on all cores. Faults of a build are in it.
Units find_units(const UnitInputs& inputs, const Workers& workers);

}  // namespace vlint::gitops
