#include "lint/engine/sources.h"

#include <algorithm>
#include <numeric>

#include "lint/base/disk.h"

namespace vlint {
namespace {

using gitops::FileRole;

// A file with a document that does not parse and has the marks of a template engine is a template, whose output is not
// known. Marks in other documents are text that the cluster gets, such as that of an alert.
FileRole role_of(FileRole by_path, const yaml::Tree& tree) {
  const bool has_syntax_error =
      std::any_of(tree.problems.begin(), tree.problems.end(),
                  [](const yaml::Problem& problem) { return problem.kind == yaml::ProblemKind::syntax; });
  const bool is_template =
      has_syntax_error &&
      std::any_of(tree.documents.begin(), tree.documents.end(), [&](const yaml::Document& document) {
        return document.broken && gitops::has_template_marks(tree.slice(document.begin, document.end));
      });
  return is_template ? FileRole::template_text : by_path;
}

}  // namespace

Sources parse_sources(FileSet files, const yaml::Limits& limits, const Workers& workers, std::string root) {
  Sources sources{std::move(files), {}, {}, limits, std::move(root)};
  sources.roles = gitops::roles_by_path(sources.files);
  sources.trees.resize(sources.files.size());
  // Large files first, so that no core is left with one at the end.
  std::vector<std::size_t> order(sources.files.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sources.files[sources.files.id_at(a)].text.size() > sources.files[sources.files.id_at(b)].text.size();
  });
  workers.for_each(order.size(), [&](std::size_t slot) {
    const std::size_t i = order[slot];
    if (sources.roles[i] == FileRole::chart_template) return;
    auto tree = std::make_shared<const yaml::Tree>(yaml::parse(sources.files, sources.files.id_at(i), limits));
    sources.roles[i] = role_of(sources.roles[i], *tree);
    sources.trees[i] = std::move(tree);
  });
  return sources;
}

void add_build_inputs(Sources& sources, const std::vector<std::string>& paths, const Workers& workers) {
  const ReadFiles read = read_files(sources.root, paths, sources.limits.file_bytes, workers);
  std::vector<SourceFile> files;
  for (std::size_t i = 0; i < read.files.size(); ++i) files.push_back(read.files[read.files.id_at(i)]);
  sources.files.append(std::move(files));
  sources.roles.resize(sources.files.size(), FileRole::build_input);
  sources.trees.resize(sources.files.size());
}

Result<Sources> with_edits(const Sources& sources, const std::vector<TextEdit>& edits) {
  Sources edited = sources;
  for (auto& [file, file_edits] : edits_by_file(edits)) {
    Result<std::string> text = apply_edits(sources.files[file].text, file_edits);
    if (!text.ok()) return Error{text.error()};
    edited.files.replace_text(file, std::move(text).value());
    const auto i = static_cast<std::size_t>(file);
    if (edited.roles[i] == FileRole::build_input) continue;
    edited.trees[i] = std::make_shared<const yaml::Tree>(yaml::parse(edited.files, file, sources.limits));
  }
  return edited;
}

std::map<FileId, std::vector<TextEdit>> edits_by_file(const std::vector<TextEdit>& edits) {
  std::map<FileId, std::vector<TextEdit>> by_file;
  for (const TextEdit& edit : edits) by_file[edit.where.file].push_back(edit);
  return by_file;
}

}  // namespace vlint
