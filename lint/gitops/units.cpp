#include "lint/gitops/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace vlint::gitops {
namespace {

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_kustomization_name(std::string_view name) {
  return name == "kustomization.yaml" || name == "kustomization.yml";
}

// The nearest of the folders at or above `path`'s folder that is in `folders`; null when none is.
const std::string_view* nearest(const std::set<std::string_view>& folders, std::string_view path) {
  for (std::string_view folder = folder_of(path);; folder = folder_of(folder)) {
    const auto found = folders.find(folder);
    if (found != folders.end()) return &*found;
    if (folder.empty()) return nullptr;
  }
}

bool is_chart_template(const std::set<std::string_view>& charts, std::string_view path) {
  const std::string_view* chart = nearest(charts, path);
  if (chart == nullptr) return false;
  const std::string_view inside = chart->empty() ? path : path.substr(chart->size() + 1);
  return inside.rfind("templates/", 0) == 0;
}

std::string display(std::string_view folder) { return folder.empty() ? "." : std::string(folder); }

void add_unseen_documents(const FileSet& files, const yaml::Tree& tree, Units& units) {
  const bool has_broken = std::any_of(tree.documents.begin(), tree.documents.end(),
                                      [](const yaml::Document& document) { return document.broken; });
  if (!has_broken) return;
  const auto problem = std::find_if(tree.problems.begin(), tree.problems.end(),
                                    [](const yaml::Problem& p) { return p.kind != yaml::ProblemKind::repeated_key; });
  units.incomplete.push_back({files[tree.file].path, problem->message, problem->where});
}

}  // namespace

std::vector<FileRole> roles_by_path(const FileSet& files) {
  std::set<std::string_view> charts;
  std::set<std::string_view> kustomized;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view path = files[files.id_at(i)].path;
    if (name_of(path) == "Chart.yaml") charts.insert(folder_of(path));
    if (is_kustomization_name(name_of(path))) kustomized.insert(folder_of(path));
  }
  std::vector<FileRole> roles(files.size(), FileRole::manifests);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view path = files[files.id_at(i)].path;
    if (is_chart_template(charts, path)) {
      roles[i] = FileRole::chart_template;
    } else if (nearest(kustomized, path) != nullptr) {
      roles[i] = FileRole::kustomized;
    }
  }
  return roles;
}

bool has_template_marks(std::string_view text) {
  for (const std::string_view mark : {"{{", "{%", "<%", "[[-"}) {
    if (text.find(mark) != std::string_view::npos) return true;
  }
  // `[[ .Values.x ]]`, but not the test `[[ -f x ]]` of a shell.
  for (std::size_t at = text.find("[["); at != std::string_view::npos; at = text.find("[[", at + 2)) {
    const std::size_t next = std::min(text.find_first_not_of(' ', at + 2), text.size() - 1);
    if (text[next] == '.' || (text[next] >= 'a' && text[next] <= 'z')) return true;
  }
  return false;
}

Units find_units(const FileSet& files, const yaml::Forest& trees, const std::vector<FileRole>& roles) {
  Units units;
  std::set<std::string_view> kustomized;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const FileId id = files.id_at(i);
    const std::string_view path = files[id].path;
    switch (roles[i]) {
      case FileRole::manifests:
        units.plain_files.push_back(id);
        add_unseen_documents(files, *trees[i], units);
        break;
      case FileRole::chart_template:
      case FileRole::template_text:
        ++units.templates;
        break;
      case FileRole::kustomized:
        if (is_kustomization_name(name_of(path)) && kustomized.insert(folder_of(path)).second) {
          units.incomplete.push_back(
              {display(folder_of(path)),
               "Kustomize builds this folder, and this version of vlint lints only manifests as they stand",
               {id, 0, 0}});
        }
        break;
    }
  }
  return units;
}

}  // namespace vlint::gitops
