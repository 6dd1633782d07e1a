// From files to what is deployed: which documents are manifests that a cluster runs as they stand.
//
// In this version a repository is one cluster named "default", made of its plain and Helm-rendered manifests. Folders
// built by Kustomize are named as not seen. Files that are no Kubernetes manifests are left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "lint/base/incomplete.h"
#include "lint/base/source_file.h"
#include "lint/yaml/tree.h"

namespace vlint::gitops {

enum class FileRole : std::uint8_t {
  manifests,       // read as Kubernetes manifests
  chart_template,  // below the `templates/` of a Helm chart: text for a template engine, not YAML
  template_text,   // does not parse and has template marks: `{{ }}`, `{% %}`, `[[ ]]`
  kustomized,      // in or below a folder that Kustomize builds
};

// One role a file, by FileId. Needs no parsing: a chart's templates are never parsed. (Charts are known by their
// Chart.yaml, Kustomize folders by their kustomization.yaml.)
std::vector<FileRole> roles_by_path(const FileSet& files);

// Whether the text has the marks of a template engine.
bool has_template_marks(std::string_view text);

struct Units {
  std::vector<FileId> plain_files;     // the files whose documents are deployed as they stand
  std::vector<Incomplete> incomplete;  // what was not seen
  std::size_t templates = 0;           // files left alone because a template engine makes YAML of them
};

// `trees` by FileId. Broken documents and unread files of plain folders are incomplete: they could hold anything.
Units find_units(const FileSet& files, const yaml::Forest& trees, const std::vector<FileRole>& roles);

}  // namespace vlint::gitops
