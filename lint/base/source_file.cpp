#include "lint/base/source_file.h"

#include <algorithm>

namespace vlint {

FileSet::FileSet(std::vector<SourceFile> files) { append(std::move(files)); }

void FileSet::append(std::vector<SourceFile> files) {
  std::stable_sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  const auto same_path = [](const auto& a, const auto& b) { return a.path == b.path; };
  files.erase(std::unique(files.begin(), files.end(), same_path), files.end());
  files.erase(std::remove_if(files.begin(), files.end(), [&](const auto& file) { return find(file.path).has_value(); }),
              files.end());
  if (files.empty()) return;
  runs_.push_back(files_.size());
  files_.reserve(files_.size() + files.size());
  for (SourceFile& file : files) files_.push_back(std::make_shared<const SourceFile>(std::move(file)));
}

template <typename Fn>
std::optional<FileId> FileSet::search(std::string_view path, Fn&& accepts) const {
  for (std::size_t run = 0; run < runs_.size(); ++run) {
    const auto begin = files_.begin() + static_cast<std::ptrdiff_t>(runs_[run]);
    const auto end =
        run + 1 < runs_.size() ? files_.begin() + static_cast<std::ptrdiff_t>(runs_[run + 1]) : files_.end();
    const auto at = std::lower_bound(begin, end, path,
                                     [](const auto& file, std::string_view wanted) { return file->path < wanted; });
    if (at != end && accepts((*at)->path)) return id_at(static_cast<std::size_t>(at - files_.begin()));
  }
  return std::nullopt;
}

std::optional<FileId> FileSet::find(std::string_view path) const {
  return search(path, [&](std::string_view found) { return found == path; });
}

bool FileSet::has_folder(std::string_view path) const {
  if (path.empty()) return true;
  const std::string prefix = std::string(path) + "/";
  return search(prefix, [&](std::string_view found) { return found.substr(0, prefix.size()) == prefix; }).has_value();
}

void FileSet::replace_text(FileId id, std::string text) {
  auto& file = files_[static_cast<std::size_t>(id)];
  file = std::make_shared<const SourceFile>(SourceFile{file->path, std::move(text)});
}

}  // namespace vlint
