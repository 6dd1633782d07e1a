#include "lint/base/source_file.h"

#include <algorithm>

namespace vlint {

FileSet::FileSet(std::vector<SourceFile> files) {
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  const auto same_path = [](const auto& a, const auto& b) { return a.path == b.path; };
  files.erase(std::unique(files.begin(), files.end(), same_path), files.end());
  files_.reserve(files.size());
  for (SourceFile& file : files) files_.push_back(std::make_shared<const SourceFile>(std::move(file)));
}

std::optional<FileId> FileSet::find(std::string_view path) const {
  const auto at = std::lower_bound(files_.begin(), files_.end(), path,
                                   [](const auto& file, std::string_view wanted) { return file->path < wanted; });
  if (at == files_.end() || (*at)->path != path) return std::nullopt;
  return id_at(static_cast<std::size_t>(at - files_.begin()));
}

void FileSet::replace_text(FileId id, std::string text) {
  auto& file = files_[static_cast<std::size_t>(id)];
  file = std::make_shared<const SourceFile>(SourceFile{file->path, std::move(text)});
}

}  // namespace vlint
