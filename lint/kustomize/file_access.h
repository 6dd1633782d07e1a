// Where a build's files come from: a set of files in memory (the linter, tests) or the disk (`vlint render`).
//
// Paths are relative to a root folder, `/` separates, no `.` or `..` inside; "" is the root itself. What lies outside
// of the root has an absolute path, and only the disk has such files. Knows nothing of YAML.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/source_file.h"

namespace vlint::kustomize {

inline constexpr std::size_t kMostListed = 10'000;

enum class EntryKind : std::uint8_t { none, file, folder };

struct ResolvedPath {
  EntryKind kind = EntryKind::none;
  std::string path;  // links resolved
};

// `..` and `.` taken out of a path that may climb: "a/../../b" is "../b"; an absolute one stays absolute.
std::string clean_path(std::string_view path);
// The path as seen from a folder; absolute paths stay.
std::string join_path(std::string_view folder, std::string_view path);
// The folder of a path, "" at the top.
std::string_view parent_path(std::string_view path);
// Whether `path` is `folder` or lies below it.
bool is_inside(std::string_view path, std::string_view folder);

class FileAccess {
 public:
  // In memory: the root is "/" to absolute paths. The set must outlive this. There are no links.
  static FileAccess in_memory(const FileSet& files);
  // On disk below `root`, an absolute path with links resolved. Files of `known` are read from there.
  static FileAccess on_disk(std::string root, const FileSet* known = nullptr);

  // Whether something stands at a path: the cheap question.
  bool exists(std::string_view path) const;
  // What stands at a path, with all links followed. Never an error: what cannot be looked at is not there.
  ResolvedPath resolve(std::string_view path) const;
  // The names in a folder by its resolved path, sorted; of at most `kMostListed` entries, none when it has more. Never
  // an error.
  std::vector<std::string> list(std::string_view folder) const;
  // The bytes of a file by its resolved path. At most `max_bytes`; error: not readable, or too long.
  Result<std::string> read(std::string_view path, std::size_t max_bytes) const;

  const FileSet* known() const { return files_; }
  const std::string& root() const { return root_; }
  // Whether a resolved path lies in the root folder; everything does in memory.
  static bool is_in_root(std::string_view resolved) { return resolved.empty() || resolved.front() != '/'; }
  bool in_memory() const { return in_memory_; }
  // With a set of known files this is a repository that is linted: nothing outside of its root is read.
  bool is_confined() const { return files_ != nullptr; }

 private:
  FileAccess() = default;

  const FileSet* files_ = nullptr;
  std::string root_;
  bool in_memory_ = false;
};

}  // namespace vlint::kustomize
