// The files of one run: their paths and bytes, numbered in the order of their paths; files that are found to be needed
// later get the numbers after them.
//
// Knows nothing of disks (disk.h reads and writes) and nothing of YAML. A copy shares the texts, so a round of fixes
// works on a copy in which only the edited texts are new; what an analysis reads never changes under it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/span.h"

namespace vlint {

struct SourceFile {
  std::string path;  // relative to the repository root, `/` as separator, no leading `./`
  std::string text;  // bytes as on disk, a byte-order mark included
};

class FileSet {
 public:
  FileSet() = default;
  // Sorts by path; of several files with one path the first is kept.
  explicit FileSet(std::vector<SourceFile> files);

  std::size_t size() const { return files_.size(); }
  const SourceFile& operator[](FileId id) const { return *files_[static_cast<std::size_t>(id)]; }
  FileId id_at(std::size_t index) const { return static_cast<FileId>(index); }
  std::optional<FileId> find(std::string_view path) const;
  // Whether a file lies below the folder; "" is the root.
  bool has_folder(std::string_view path) const;
  // Adds files behind those that are there, so that these keep their ids. Paths that are there already are left out.
  void append(std::vector<SourceFile> files);

  std::string_view text(const Span& span) const {
    return std::string_view((*this)[span.file].text).substr(span.begin, span.size());
  }

  // Views into the old text stay good as long as another copy of the set holds it.
  void replace_text(FileId id, std::string text);

 private:
  using Files = std::vector<std::shared_ptr<const SourceFile>>;

  // For each run the first file that is not before `path`, until `accepts` takes one.
  template <typename Fn>
  std::optional<FileId> search(std::string_view path, Fn&& accepts) const;

  Files files_;
  std::vector<std::size_t> runs_;  // where each run of files that are sorted by path begins: one a call of append
};

}  // namespace vlint
