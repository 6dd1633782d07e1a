#include "lint/base/disk.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

namespace vlint {
namespace {

namespace fs = std::filesystem;

std::string reason(int code) { return std::strerror(code); }

// Closes what it opened.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Result<std::string> read_bytes(const std::string& path, std::size_t max_bytes) {
  // Without O_NONBLOCK opening a FIFO would wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file.ok()) return Error{reason(errno)};
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return Error{reason(errno)};
  if (!S_ISREG(info.st_mode)) return Error{"it is no regular file"};
  std::string bytes(std::min(static_cast<std::size_t>(info.st_size), max_bytes + 1), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{reason(errno)};
    if (got == 0) break;  // the file shrank
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

Status write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error{reason(errno)};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

// Writes `text` beside `target` and renames it over it.
Status write_and_rename(const std::string& target, std::string_view text, mode_t mode) {
  std::string temporary = target + ".vlint-XXXXXX";
  const Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.ok()) return Error{fmt::format("cannot create a file beside it: {}", reason(errno))};
  Status status = write_all(file.get(), text);
  if (status.ok() && (::fchmod(file.get(), mode) != 0 || ::fsync(file.get()) != 0)) status = Error{reason(errno)};
  if (status.ok() && ::rename(temporary.c_str(), target.c_str()) != 0) status = Error{reason(errno)};
  if (!status.ok()) ::unlink(temporary.c_str());
  return status;
}

bool has_yaml_name(const fs::path& path) {
  const std::string extension = path.extension().string();
  // Kustomize's third name for its file has no extension.
  return extension == ".yaml" || extension == ".yml" || path.filename() == "Kustomization";
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

class Walk {
 public:
  explicit Walk(fs::path root) : root_(std::move(root)) {}

  Discovery run() && {
    visit(root_, "");
    std::sort(found_.yaml_files.begin(), found_.yaml_files.end());
    std::sort(found_.left_out.begin(), found_.left_out.end());
    std::sort(found_.unread.begin(), found_.unread.end());
    return std::move(found_);
  }

 private:
  void visit(const fs::path& folder, const std::string& relative) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    if (error) {
      found_.unread.push_back(fmt::format("cannot read folder {}: {}", relative, error.message()));
      return;
    }
    const std::string prefix = relative.empty() ? "" : relative + "/";
    for (; entries != fs::directory_iterator(); entries.increment(error)) {
      const std::string name = entries->path().filename().string();
      const fs::file_type type = entries->symlink_status(error).type();
      if (type == fs::file_type::directory) {
        if (is_entered(entries->path(), name)) visit(entries->path(), prefix + name);
      } else if (type == fs::file_type::regular) {
        if (has_yaml_name(name)) found_.yaml_files.push_back(prefix + name);
      } else if (type != fs::file_type::symlink && has_yaml_name(name)) {
        found_.left_out.push_back(fmt::format("{} is no regular file", prefix + name));
      }
      if (error) break;
    }
    if (error) found_.unread.push_back(fmt::format("cannot read all of folder {}: {}", relative, error.message()));
  }

  static bool is_entered(const fs::path& path, const std::string& name) {
    return name != ".git" && name != "node_modules" && !is_there(path / ".vlint.yaml");
  }

  fs::path root_;
  Discovery found_;
};

// Whether `path` (absolute, links resolved) is `root` or below it.
bool is_inside(const fs::path& root, const fs::path& path) {
  return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

}  // namespace

Result<std::string> repository_root(const std::string& path) {
  std::error_code error;
  const bool is_folder = fs::is_directory(path, error);
  if (error || !fs::exists(path, error)) return Error{fmt::format("no such file or folder: {}", path)};
  const fs::path folder = fs::canonical(is_folder ? fs::path(path) : fs::absolute(path).parent_path(), error);
  if (error) return Error{fmt::format("cannot read {}: {}", path, error.message())};
  std::optional<fs::path> git_root;
  for (fs::path at = folder;; at = at.parent_path()) {
    if (is_there(at / ".vlint.yaml")) return at.string();
    if (!git_root && is_there(at / ".git")) git_root = at;
    if (at == at.root_path()) break;
  }
  return git_root.value_or(folder).string();
}

Result<std::string> path_in_repository(const std::string& root, const std::string& path) {
  std::error_code error;
  const fs::path resolved = fs::canonical(path, error);
  if (error) return Error{fmt::format("no such file or folder: {}", path)};
  if (!is_inside(root, resolved)) {
    return Error{fmt::format("{} lies outside of the repository {}", path, root)};
  }
  const std::string relative = resolved.lexically_relative(root).generic_string();
  return relative == "." ? std::string{} : relative;
}

Discovery discover(const std::string& root) { return Walk(root).run(); }

ReadFiles read_files(const std::string& root, const std::vector<std::string>& paths, std::size_t max_bytes,
                     const Workers& workers) {
  struct Slot {
    std::string bytes;
    std::string problem;
  };
  std::vector<Slot> slots = workers.map<Slot>(paths.size(), [&](std::size_t i) {
    Result<std::string> bytes = read_bytes(root + "/" + paths[i], max_bytes);
    if (!bytes.ok()) return Slot{{}, fmt::format("cannot read {}: {}", paths[i], bytes.error())};
    return Slot{std::move(bytes).value(), {}};
  });
  ReadFiles result;
  std::vector<SourceFile> files;
  files.reserve(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (slots[i].problem.empty()) {
      files.push_back({paths[i], std::move(slots[i].bytes)});
    } else {
      result.unread.push_back(std::move(slots[i].problem));
    }
  }
  result.files = FileSet(std::move(files));
  return result;
}

Status replace_file(const std::string& root, const std::string& path, std::string_view expected,
                    std::string_view text) {
  const std::string target = root + "/" + path;
  const auto refuse = [&](std::string_view why) { return Error{fmt::format("cannot write {}: {}", path, why)}; };
  struct stat info {};
  if (::lstat(target.c_str(), &info) != 0) return refuse(reason(errno));
  if (!S_ISREG(info.st_mode)) return refuse("it is a link or no regular file");
  std::error_code error;
  const fs::path resolved = fs::canonical(target, error);
  if (error || resolved != fs::path(target).lexically_normal()) return refuse("its folder is reached through a link");
  // Renaming needs no write permission on the file itself, but its owner said that it is not to be changed.
  if (::access(target.c_str(), W_OK) != 0 || (info.st_mode & (S_IWUSR | S_IWGRP | S_IWOTH)) == 0) {
    return refuse("it is read-only");
  }
  const Result<std::string> now = read_bytes(target, expected.size());
  if (!now.ok()) return refuse(now.error());
  if (*now != expected) return refuse("it was changed meanwhile");
  const Status status = write_and_rename(target, text, info.st_mode & 07777U);
  if (!status.ok()) return refuse(status.error());
  return Done{};
}

Status write_report(const std::string& path, std::string_view text) {
  constexpr mode_t kDefaultMode = 0666;
  struct stat info {};
  const bool present = ::stat(path.c_str(), &info) == 0;
  Status status = Done{};
  if (present && !S_ISREG(info.st_mode)) {  // /dev/stdout, a pipe: write into it
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    status = file.ok() ? write_all(file.get(), text) : Status(Error{reason(errno)});
  } else {
    const mode_t mask = ::umask(0);
    ::umask(mask);
    status = write_and_rename(path, text, present ? info.st_mode & 07777U : kDefaultMode & ~mask);
  }
  if (!status.ok()) return Error{fmt::format("cannot write {}: {}", path, status.error())};
  return Done{};
}

}  // namespace vlint
