// What was read: the files of a repository and their trees. Copies are cheap and share what they have in common.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/source_file.h"
#include "lint/base/text_edit.h"
#include "lint/base/workers.h"
#include "lint/gitops/units.h"
#include "lint/yaml/parse.h"

namespace vlint {

struct Sources {
  FileSet files;
  std::vector<gitops::FileRole> roles;  // by FileId
  yaml::Forest trees;                   // by FileId; null for text that a template engine or a build reads
  yaml::Limits limits;
  std::string root;  // the repository on disk, absolute, links resolved; empty: there are no other files than these
};

// Parses all files on all cores.
Sources parse_sources(FileSet files, const yaml::Limits& limits, const Workers& workers, std::string root = {});

// Reads files of the repository that a build asked for. They are not parsed, and those that are there keep their ids.
void add_build_inputs(Sources& sources, const std::vector<std::string>& paths, const Workers& workers);

// The sources after the edits, which may be of any number of files; only edited files are parsed again. An error when
// edits conflict.
Result<Sources> with_edits(const Sources& sources, const std::vector<TextEdit>& edits);

// The edits by file, in the order of the files.
std::map<FileId, std::vector<TextEdit>> edits_by_file(const std::vector<TextEdit>& edits);

}  // namespace vlint
