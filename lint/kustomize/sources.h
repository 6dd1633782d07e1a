// The files of a build, read and parsed once each, and the YAML that stands as text inside YAML (inline patches).
//
// Files of the FileSet keep their ids. Files that are not in it (`Kustomization` without an extension, the files of a
// generator, JSON patches) get ids after them: first those that were announced, in the order of their paths, then the
// others in the order in which builds ask for them. Announce what several threads may ask for, so that ids, and with
// them the order of findings, do not depend on scheduling.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/kustomize/fault.h"
#include "lint/kustomize/file_access.h"
#include "lint/kustomize/node.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/tree.h"

namespace vlint::kustomize {

// One parsed text: a file, or the text of a scalar.
struct ParsedText {
  const yaml::Tree* tree = nullptr;
  std::vector<const Node*> documents;  // roots; empty documents are left out
  std::optional<Fault> fault;          // why it is not YAML; then `documents` is what could be read beside

  ParsedText() = default;
  ParsedText(const ParsedText&) = delete;
  ParsedText& operator=(const ParsedText&) = delete;

  std::unique_ptr<FileSet> text_owner;     // when the text stands nowhere else
  std::unique_ptr<yaml::Tree> tree_owner;  // when the tree was parsed here
  Arena arena;
};

struct FileText {
  FileId id = kNoFile;
  std::string path;
  std::string_view text;
  std::optional<std::string> unreadable;  // the reason
};

class Sources {
 public:
  // `trees` (may be null) are the parsed files of the access' FileSet. Both must outlive this.
  explicit Sources(FileAccess access, const yaml::Forest* trees = nullptr, yaml::Limits limits = {},
                   std::vector<std::string> announced = {});
  ~Sources();

  const FileAccess& access() const { return access_; }
  const yaml::Limits& limits() const { return limits_; }

  // The file at a resolved path. The reference stays good.
  const FileText& file(std::string_view path);
  // The file as YAML documents.
  const ParsedText& parsed(const FileText& file);
  // The text of a scalar as YAML. Places inside it are exact for literal block scalars, and for plain and quoted ones
  // that stand on one line without escapes; for others they are the scalar's.
  const ParsedText& parsed_inside(const yaml::Tree& tree, yaml::NodeId scalar);
  // Any text as YAML, for what has no place of its own. `place` stands for every place in it.
  const ParsedText& parsed_made(std::string text, Span place);

  // For printing. Empty for an id that is not known.
  std::string_view path(FileId id) const;
  std::string_view text(FileId id) const;

 private:
  struct Slot;

  FileAccess access_;
  const yaml::Forest* trees_;
  yaml::Limits limits_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Slot>, std::less<>> files_;
  std::map<std::uint32_t, Slot*> by_id_;
  std::map<std::pair<const yaml::Tree*, yaml::NodeId>, std::unique_ptr<Slot>> inside_;
  std::vector<std::unique_ptr<Slot>> made_;
  std::uint32_t next_id_ = 0;
};

}  // namespace vlint::kustomize
