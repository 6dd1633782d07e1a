#include "lint/kustomize/file_access.h"

#include <dirent.h>
#include <fmt/format.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

// The index of the first path that is not less than `path`.
std::size_t lower_bound(const FileSet& files, std::string_view path) {
  std::size_t low = 0;
  std::size_t high = files.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    if (files[files.id_at(middle)].path < path) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

struct CloseFolder {
  void operator()(DIR* folder) const { closedir(folder); }
};

// The names of the files and folders right below a folder.
std::vector<std::string> names_below(const FileSet& files, std::string_view folder) {
  const std::string prefix = folder.empty() ? std::string() : std::string(folder) + "/";
  std::vector<std::string> names;
  for (std::size_t i = lower_bound(files, prefix); i < files.size() && names.size() <= kMostListed; ++i) {
    const std::string_view path = files[files.id_at(i)].path;
    if (path.substr(0, prefix.size()) != prefix) break;
    const std::string_view name = path.substr(prefix.size(), path.find('/', prefix.size()) - prefix.size());
    if (names.empty() || names.back() != name) names.emplace_back(name);
  }
  return names;
}

}  // namespace

std::string clean_path(std::string_view path) {
  const bool absolute = !path.empty() && path.front() == '/';
  std::vector<std::string_view> parts;
  for (const std::string_view part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (part != ".." || !absolute) {
      parts.push_back(part);
    }
  }
  return (absolute ? "/" : "") + join(parts, "/");
}

std::string join_path(std::string_view folder, std::string_view path) {
  if (!path.empty() && path.front() == '/') return clean_path(path);
  return clean_path(folder.empty() ? std::string(path) : fmt::format("{}/{}", folder, path));
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return path.substr(0, slash == 0 ? 1 : slash);
}

bool is_inside(std::string_view path, std::string_view folder) {
  if (folder.empty()) return path.empty() || (path.front() != '/' && path.substr(0, 2) != "..");
  if (path.substr(0, folder.size()) != folder) return false;
  return path.size() == folder.size() || path[folder.size()] == '/' || folder.back() == '/';
}

FileAccess FileAccess::in_memory(const FileSet& files) {
  FileAccess access;
  access.files_ = &files;
  access.in_memory_ = true;
  return access;
}

FileAccess FileAccess::on_disk(std::string root, const FileSet* known) {
  FileAccess access;
  access.root_ = std::move(root);
  access.files_ = known;
  return access;
}

bool FileAccess::exists(std::string_view path) const {
  const std::string clean = clean_path(path);
  if (files_ != nullptr && (files_->find(clean) || files_->has_folder(clean))) return true;
  if (in_memory_) return false;
  const std::string full = clean.empty() ? root_ : clean.front() == '/' ? clean : root_ + "/" + clean;
  return ::access(full.c_str(), F_OK) == 0;
}

ResolvedPath FileAccess::resolve(std::string_view path) const {
  if (path.find('\0') != std::string_view::npos) return {};
  std::string clean = clean_path(path);
  if (in_memory_ && !clean.empty() && clean.front() == '/') clean.erase(0, 1);
  // Files that are known were found without following a link, so their paths are resolved.
  if (files_ != nullptr && files_->find(clean)) return {EntryKind::file, clean};
  if (files_ != nullptr && files_->has_folder(clean)) return {EntryKind::folder, clean};
  if (in_memory_) return {};
  const std::string full = clean.empty() ? root_ : clean.front() == '/' ? clean : root_ + "/" + clean;
  // Most names that are tried are not there, and one call tells; resolving takes one for each part of the path.
  if (full.size() >= PATH_MAX || ::access(full.c_str(), F_OK) != 0) return {};
  char resolved[PATH_MAX];
  if (realpath(full.c_str(), resolved) == nullptr) return {};
  struct stat status {};
  if (stat(resolved, &status) != 0) return {};
  ResolvedPath result;
  if (S_ISREG(status.st_mode)) result.kind = EntryKind::file;
  if (S_ISDIR(status.st_mode)) result.kind = EntryKind::folder;
  result.path = resolved;
  if (is_inside(result.path, root_)) {
    result.path.erase(0, root_.size());
    if (!result.path.empty() && result.path.front() == '/') result.path.erase(0, 1);
  }
  return result;
}

std::vector<std::string> FileAccess::list(std::string_view folder) const {
  std::vector<std::string> names;
  if (in_memory_) {
    names = names_below(*files_, folder);
  } else {
    const std::string full = is_in_root(folder) ? root_ + "/" + std::string(folder) : std::string(folder);
    const std::unique_ptr<DIR, CloseFolder> open(opendir(full.c_str()));
    while (open != nullptr && names.size() <= kMostListed) {
      const dirent* entry = readdir(open.get());
      if (entry == nullptr) break;
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
  }
  if (names.size() > kMostListed) return {};
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::string> FileAccess::read(std::string_view path, std::size_t max_bytes) const {
  if (files_ != nullptr) {
    if (const auto id = files_->find(path)) return std::string((*files_)[*id].text);
  }
  if (in_memory_) return Error{fmt::format("no such file: {}", path)};
  const std::string full = !path.empty() && path.front() == '/' ? std::string(path) : root_ + "/" + std::string(path);
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(full.c_str(), "rb"));
  if (file == nullptr) return Error{fmt::format("{} cannot be read", path)};
  std::string text;
  std::vector<char> buffer(std::size_t{1} << 16);
  for (std::size_t got = 1; got != 0;) {
    got = std::fread(buffer.data(), 1, buffer.size(), file.get());
    text.append(buffer.data(), got);
    if (text.size() > max_bytes) return Error{fmt::format("{} has more than {} MiB", path, max_bytes >> 20)};
  }
  if (std::ferror(file.get()) != 0) return Error{fmt::format("{} cannot be read", path)};
  return text;
}

}  // namespace vlint::kustomize
