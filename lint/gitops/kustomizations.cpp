#include "lint/gitops/kustomizations.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "lint/base/text.h"
#include "lint/kustomize/file_access.h"
#include "lint/yaml/value.h"

namespace vlint::gitops {
namespace {

using kustomize::clean_path;
using kustomize::join_path;
using yaml::Value;

// In the order in which Kustomize looks for them (api/konfig RecognizedKustomizationFileNames).
constexpr std::array<std::string_view, 3> kNames = {"kustomization.yaml", "kustomization.yml", "Kustomization"};

// The fields whose entries may be folders with a kustomization of their own. Kustomize reads field names without regard
// to case.
constexpr std::array<std::string_view, 6> kFolderFields = {"resources",  "bases",        "components",
                                                           "generators", "transformers", "validators"};

std::string_view name_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool could_be_path(std::string_view text) {
  constexpr std::size_t kLongest = 1024;
  return !text.empty() && text.size() <= kLongest && text.find_first_of("\n{}") == std::string_view::npos &&
         text.find("://") == std::string_view::npos;
}

// A file of a generator may have its key before it: `config.ini=files/config.ini`.
void add_candidates(std::string_view folder, std::string_view text, std::vector<std::string>& candidates) {
  if (!could_be_path(text)) return;
  candidates.push_back(join_path(folder, text));
  const std::size_t equals = text.find('=');
  if (equals != std::string_view::npos && equals + 1 < text.size()) {
    candidates.push_back(join_path(folder, text.substr(equals + 1)));
  }
}

Kustomization read(const std::string& folder, FileId file, const yaml::Tree* tree) {
  Kustomization result{folder, file, false, {}, {}};
  if (tree == nullptr || tree->documents.empty() || tree->documents.front().root == yaml::kNoNode) return result;
  const Value root(*tree, tree->documents.front().root);
  for (const yaml::Entry& entry : root.entries()) {
    const std::string name = to_lower_ascii(entry.key.text());
    if (name == "kind") result.is_component = entry.value.text() == "Component";
    if (std::find(kFolderFields.begin(), kFolderFields.end(), name) == kFolderFields.end()) continue;
    for (const Value item : entry.value.items()) {
      if (could_be_path(item.text())) result.folders.push_back(join_path(folder, item.text()));
    }
  }
  for (yaml::NodeId node = 0; node < tree->nodes.size(); ++node) {
    if (tree->nodes[node].kind == yaml::Kind::scalar) {
      add_candidates(folder, tree->scalar_text(node), result.candidates);
    }
  }
  return result;
}

// Marks what is included, directly or not, by `from`.
void reach(const std::vector<std::vector<std::size_t>>& included, std::size_t from, std::vector<char>& reached) {
  std::vector<std::size_t> open{from};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    for (const std::size_t next : included[at]) {
      if (reached[next] != 0) continue;
      reached[next] = 1;
      open.push_back(next);
    }
  }
}

bool sets_no_restrictor(Value settings) {
  return settings["data"]["kustomize.buildOptions"].text().find("LoadRestrictionsNone") != std::string_view::npos;
}

}  // namespace

bool is_kustomization_name(std::string_view file_name) {
  return std::find(kNames.begin(), kNames.end(), file_name) != kNames.end();
}

std::vector<Kustomization> find_kustomizations(const FileSet& files, const yaml::Forest& trees) {
  std::map<std::string, std::pair<std::size_t, FileId>> by_folder;  // with the rank of the name
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string& path = files[files.id_at(i)].path;
    const auto rank = static_cast<std::size_t>(std::find(kNames.begin(), kNames.end(), name_of(path)) - kNames.begin());
    if (rank == kNames.size() || trees[i] == nullptr) continue;
    const auto [at, is_new] = by_folder.try_emplace(std::string(kustomize::parent_path(path)), rank, files.id_at(i));
    if (!is_new && rank < at->second.first) at->second = {rank, files.id_at(i)};
  }
  std::vector<Kustomization> result;
  for (const auto& [folder, named] : by_folder) {
    result.push_back(read(folder, named.second, trees[static_cast<std::size_t>(named.second)].get()));
  }
  return result;
}

std::vector<std::size_t> find_roots(const std::vector<Kustomization>& kustomizations) {
  std::map<std::string_view, std::size_t> by_folder;
  for (std::size_t i = 0; i < kustomizations.size(); ++i) by_folder.emplace(kustomizations[i].folder, i);
  std::vector<std::vector<std::size_t>> included(kustomizations.size());
  std::vector<char> is_included(kustomizations.size(), 0);
  for (std::size_t i = 0; i < kustomizations.size(); ++i) {
    for (const std::string& folder : kustomizations[i].folders) {
      const auto found = by_folder.find(folder);
      if (found == by_folder.end()) continue;
      included[i].push_back(found->second);
      is_included[found->second] = 1;
    }
  }
  std::vector<std::size_t> roots;
  std::vector<char> reached(kustomizations.size(), 0);
  const auto add = [&](std::size_t root) {
    roots.push_back(root);
    reached[root] = 1;
    reach(included, root, reached);
  };
  for (std::size_t i = 0; i < kustomizations.size(); ++i) {
    if (is_included[i] != 0) continue;
    if (!kustomizations[i].is_component) {
      add(i);
    } else {
      reach(included, i, reached);  // what only an unused Component includes is not built on its own
    }
  }
  for (std::size_t i = 0; i < kustomizations.size(); ++i) {
    if (is_included[i] != 0 && reached[i] == 0) add(i);
  }
  std::sort(roots.begin(), roots.end());
  return roots;
}

bool load_restrictions_are_off(const yaml::Forest& trees) {
  for (const auto& tree : trees) {
    if (tree == nullptr) continue;
    for (const yaml::Document& document : tree->documents) {
      if (document.root == yaml::kNoNode) continue;
      const Value root(*tree, document.root);
      const bool is_flux = root["apiVersion"].text().rfind("kustomize.toolkit.fluxcd.io/", 0) == 0;
      const bool is_argo_settings =
          root["kind"].text() == "ConfigMap" && root["metadata"]["name"].text() == "argocd-cm";
      if (is_flux || (is_argo_settings && sets_no_restrictor(root))) return true;
    }
  }
  return false;
}

}  // namespace vlint::gitops
