#include "lint/gitops/units.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "lint/gitops/kustomizations.h"
#include "lint/kustomize/file_access.h"
#include "lint/kustomize/sources.h"

namespace vlint::gitops {

// Everything that builds read. Resources refer into it.
struct BuildOwner {
  FileSet files;
  yaml::Forest trees;
  kustomize::Sources sources;

  explicit BuildOwner(const UnitInputs& inputs)
      : files(inputs.files),
        trees(inputs.trees),
        sources(inputs.root.empty() ? kustomize::FileAccess::in_memory(files)
                                    : kustomize::FileAccess::on_disk(inputs.root, &files),
                &trees, inputs.limits) {}
};

namespace {

using kustomize::parent_path;

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The nearest of the folders at or above `path`'s folder that is in `folders`; null when none is.
const std::string_view* nearest(const std::set<std::string_view>& folders, std::string_view path) {
  for (std::string_view folder = parent_path(path);; folder = parent_path(folder)) {
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

void add_unseen_documents(const FileSet& files, const yaml::Tree& tree, std::vector<Incomplete>& incomplete) {
  const bool has_broken = std::any_of(tree.documents.begin(), tree.documents.end(),
                                      [](const yaml::Document& document) { return document.broken; });
  if (!has_broken) return;
  const auto problem = std::find_if(tree.problems.begin(), tree.problems.end(),
                                    [](const yaml::Problem& p) { return p.kind != yaml::ProblemKind::repeated_key; });
  incomplete.push_back({files[tree.file].path, problem->message, problem->where});
}

bool holds_facts(const UnitInputs& inputs, std::string_view path) {
  return std::any_of(inputs.facts.begin(), inputs.facts.end(),
                     [&](const std::string& facts) { return kustomize::is_inside(path, facts); });
}

// One unit for each folder of files with that role.
void add_plain_units(const UnitInputs& inputs, const std::vector<FileRole>& roles, FileRole wanted,
                     const Workers& workers, Units& units) {
  std::map<std::string_view, std::vector<FileId>> by_folder;
  for (std::size_t i = 0; i < inputs.files.size(); ++i) {
    const FileId id = inputs.files.id_at(i);
    if (roles[i] == wanted) by_folder[parent_path(inputs.files[id].path)].push_back(id);
  }
  std::vector<FileId> files;
  for (const auto& [folder, in_folder] : by_folder) files.insert(files.end(), in_folder.begin(), in_folder.end());
  auto slots = workers.map<std::vector<kube::Resource>>(files.size(), [&](std::size_t i) {
    return kube::read_resources(*inputs.trees[static_cast<std::size_t>(files[i])]);
  });
  std::size_t slot = 0;
  for (auto& [folder, in_folder] : by_folder) {
    Unit& unit = units.all.emplace_back();
    unit.folder = folder;
    unit.is_facts = wanted == FileRole::facts;
    for (const FileId file : in_folder) {
      add_unseen_documents(inputs.files, *inputs.trees[static_cast<std::size_t>(file)], unit.incomplete);
      unit.resources.insert(unit.resources.end(), slots[slot].begin(), slots[slot].end());
      ++slot;
    }
    unit.declared_in = in_folder.front();
    unit.files = std::move(in_folder);
    unit.own_files = unit.files;
  }
}

// The objects of a build. A generated object, or one that was patched, has the author of the text it was made from.
std::vector<kube::Resource> read_built(const kustomize::Build& build) {
  std::vector<kube::Resource> resources;
  for (const kustomize::BuiltResource& built : build.resources) {
    const yaml::Value source = built.root.source();
    const bool stands_in_file = source && source.tree()->file != kNoFile && source.span().valid();
    const kube::Author author = stands_in_file
                                    ? kube::author_of(*source.tree(), source.tree()->document_at(source.span().begin))
                                    : kube::Author::person;
    for (kube::Resource& resource : kube::read_resources(built.root, author)) resources.push_back(resource);
  }
  return resources;
}

Unit unit_of(const kustomize::Build& build, FileId kustomization, const FileSet& files) {
  Unit unit;
  unit.folder = build.folder;
  unit.declared_in = kustomization;
  unit.build = &build;
  for (const std::string& path : build.files) {
    if (const auto id = files.find(path)) unit.files.push_back(*id);
  }
  std::sort(unit.files.begin(), unit.files.end());
  std::copy_if(unit.files.begin(), unit.files.end(), std::back_inserter(unit.own_files),
               [&](FileId id) { return kustomize::is_inside(files[id].path, unit.folder); });
  unit.resources = read_built(build);
  unit.incomplete = build.incomplete;
  for (const kustomize::Fault& fault : build.faults) {
    const bool is_listed = std::any_of(build.incomplete.begin(), build.incomplete.end(),
                                       [&](const Incomplete& known) { return known.where == fault.where; });
    if (is_listed) continue;
    unit.incomplete.push_back(
        {display(build.folder), fmt::format("it does not build: {}", fault.message), fault.where});
  }
  return unit;
}

std::vector<std::string> files_not_known(const std::deque<kustomize::Build>& builds, const FileSet& files) {
  std::set<std::string> wanted;
  for (const kustomize::Build& build : builds) {
    for (const std::string& path : build.files) {
      if (!files.find(path)) wanted.insert(path);
    }
  }
  return {wanted.begin(), wanted.end()};
}

// What stands in the kustomizations and is there on disk, but is no YAML file: the files of generators.
std::vector<std::string> files_named(const std::vector<Kustomization>& kustomizations, const FileSet& files,
                                     const kustomize::FileAccess& access) {
  std::set<std::string> wanted;
  if (access.in_memory()) return {};
  for (const Kustomization& kustomization : kustomizations) {
    for (const std::string& path : kustomization.candidates) {
      // Most texts are no paths: ask once for the file before its links are resolved.
      if (!kustomize::is_inside(path, "") || files.find(path) || !access.exists(path)) continue;
      const kustomize::ResolvedPath resolved = access.resolve(path);
      const bool is_inside = kustomize::is_inside(resolved.path, "");
      if (resolved.kind == kustomize::EntryKind::file && is_inside && !files.find(resolved.path)) {
        wanted.insert(resolved.path);
      }
    }
  }
  return {wanted.begin(), wanted.end()};
}

bool holds_manifests(const yaml::Tree& tree) {
  return std::any_of(tree.documents.begin(), tree.documents.end(), [&](const yaml::Document& document) {
    if (document.root == yaml::kNoNode) return false;
    const yaml::Value root(tree, document.root);
    return root["apiVersion"].is_set() && root["kind"].is_set();
  });
}

// Manifests that no build reads: beside a kustomization they are not deployed, elsewhere something else may deploy
// them.
void add_unbuilt(const UnitInputs& inputs, const std::vector<FileRole>& roles,
                 const std::vector<Kustomization>& kustomizations, Units& units) {
  std::set<std::string_view> folders;
  std::set<std::string_view> read;
  for (const Kustomization& kustomization : kustomizations) {
    folders.insert(kustomization.folder);
    read.insert(kustomization.candidates.begin(), kustomization.candidates.end());
  }
  for (const kustomize::Build& build : units.builds) read.insert(build.files.begin(), build.files.end());
  std::set<std::string_view> unseen;  // folders
  for (std::size_t i = 0; i < inputs.files.size(); ++i) {
    const FileId id = inputs.files.id_at(i);
    const std::string_view path = inputs.files[id].path;
    if (roles[i] != FileRole::kustomized || is_kustomization_name(name_of(path)) || read.count(path) != 0) continue;
    if (!holds_manifests(*inputs.trees[i])) continue;
    const std::string_view folder = parent_path(path);
    if (folders.count(folder) != 0) {
      units.unlisted.push_back(id);
    } else if (unseen.insert(folder).second) {
      units.incomplete.push_back({display(folder),
                                  "no kustomization includes these manifests, and whether something else deploys them "
                                  "is not known",
                                  {id, 0, 0}});
    }
  }
}

void add_kustomize_units(const UnitInputs& inputs, const std::vector<FileRole>& roles, const Workers& workers,
                         Units& units) {
  const std::vector<Kustomization> kustomizations = find_kustomizations(inputs.files, inputs.trees);
  if (kustomizations.empty()) return;
  auto owner = std::make_shared<BuildOwner>(inputs);
  units.owner = owner;
  units.wanted_files = files_named(kustomizations, inputs.files, owner->sources.access());
  if (!units.wanted_files.empty()) return;

  kustomize::Options options;
  options.mode = kustomize::Mode::tolerant;
  options.load_restrictions = !load_restrictions_are_off(inputs.trees);
  const kustomize::Builder builder(owner->sources, options);
  const std::vector<std::size_t> roots = find_roots(kustomizations);
  units.builds.resize(roots.size());
  workers.for_each(roots.size(),
                   [&](std::size_t i) { units.builds[i] = builder.build(kustomizations[roots[i]].folder); });
  units.wanted_files = files_not_known(units.builds, inputs.files);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    units.all.push_back(unit_of(units.builds[i], kustomizations[roots[i]].file, inputs.files));
  }
  add_unbuilt(inputs, roles, kustomizations, units);
}

}  // namespace

std::vector<FileRole> roles_by_path(const FileSet& files) {
  std::set<std::string_view> charts;
  std::set<std::string_view> kustomized;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view path = files[files.id_at(i)].path;
    if (name_of(path) == "Chart.yaml") charts.insert(parent_path(path));
    if (is_kustomization_name(name_of(path))) kustomized.insert(parent_path(path));
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

std::vector<yaml::Value> patches_of(const Units& units, const kube::Resource& resource) {
  const kustomize::Build* build = units.all[resource.unit].build;
  if (build == nullptr) return {};
  std::vector<yaml::Value> patches;
  const auto add = [&](yaml::Value root) {
    if (root.is_mapping() && std::find(patches.begin(), patches.end(), root) == patches.end()) patches.push_back(root);
  };
  for (const Span& place : kustomize::patch_places(*build, resource.root)) {
    const auto i = static_cast<std::size_t>(place.file);
    if (i >= units.owner->trees.size() || units.owner->trees[i] == nullptr) continue;
    const yaml::Tree& tree = *units.owner->trees[i];
    const std::vector<yaml::NodeId> path = yaml::path_to(tree, place.begin);
    if (path.empty()) continue;
    const yaml::Value innermost(tree, path.back());
    if (!innermost.is_scalar() || innermost.text().find('\n') == std::string_view::npos) {
      add(yaml::Value(tree, path.front()));
      continue;
    }
    // An inline patch: the YAML in a text.
    const kustomize::ParsedText& inside = units.owner->sources.parsed_inside(tree, path.back());
    for (const yaml::Document& document : inside.tree->documents) {
      if (document.root != yaml::kNoNode) add(yaml::Value(*inside.tree, document.root));
    }
  }
  return patches;
}

std::string display_name(const Unit& unit) { return display(unit.folder); }

Units find_units(const UnitInputs& inputs, const Workers& workers) {
  Units units;
  units.templates = static_cast<std::size_t>(std::count_if(inputs.roles.begin(), inputs.roles.end(), [](FileRole role) {
    return role == FileRole::chart_template || role == FileRole::template_text;
  }));
  std::vector<FileRole> roles = inputs.roles;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    const bool is_read = roles[i] == FileRole::manifests || roles[i] == FileRole::kustomized;
    if (is_read && holds_facts(inputs, inputs.files[inputs.files.id_at(i)].path)) roles[i] = FileRole::facts;
  }
  add_plain_units(inputs, roles, FileRole::manifests, workers, units);
  add_plain_units(inputs, roles, FileRole::facts, workers, units);
  add_kustomize_units(inputs, roles, workers, units);
  for (std::size_t i = 0; i < units.all.size(); ++i) {
    for (kube::Resource& resource : units.all[i].resources) resource.unit = static_cast<std::uint32_t>(i);
  }
  return units;
}

}  // namespace vlint::gitops
