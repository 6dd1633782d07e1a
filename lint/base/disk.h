// Finding, reading and writing the files of a repository. The only folder code that touches the disk.
//
// Everything stays inside the root: links to folders are not followed (so no loops), links to files are left out (their
// targets are read where they are), and nothing is ever written through a link.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/source_file.h"
#include "lint/base/workers.h"

namespace vlint {

// The folder that holds `.vlint.yaml` or, failing that, `.git`, at or above `path` (absolute or relative to the working
// folder); without either, `path` itself when it is a folder, else its folder. Absolute, links resolved; a file that is
// a link belongs to the folder in which the link stands.
Result<std::string> repository_root(const std::string& path);

// A path as the user typed it, relative to the root, links resolved; "" for the root itself. An error when it does not
// exist or lies outside of the root.
Result<std::string> path_in_repository(const std::string& root, const std::string& path);

struct Discovery {
  std::vector<std::string> yaml_files;  // relative to the root, sorted
  std::vector<std::string> left_out;    // a sentence for each thing with a YAML name that is no regular file
  std::vector<std::string> unread;      // a sentence for each folder that could not be read
};

// All `*.yaml` and `*.yml` files and files named `Kustomization` below the root. Left out: `.git`, `node_modules`,
// links, anything that is no regular file (a FIFO, a device), and folders that are repositories of their own (they have
// a `.vlint.yaml`).
Discovery discover(const std::string& root);

struct ReadFiles {
  FileSet files;
  std::vector<std::string> unread;  // one sentence for each file that could not be read
};

// Reads on all cores. Of a file longer than `max_bytes` only the first `max_bytes` + 1 bytes are read, so that the
// parser sees that it is too long while memory stays bounded.
ReadFiles read_files(const std::string& root, const std::vector<std::string>& paths, std::size_t max_bytes,
                     const Workers& workers);

// Replaces a file's text: a temporary file in the same folder, flushed, renamed over it, mode kept. Refuses when the
// file is a link, lies outside of the root through a link, is not writable, or does not hold `expected` any more.
// Interrupted at any moment the file is old or new.
Status replace_file(const std::string& root, const std::string& path, std::string_view expected, std::string_view text);

// Writes a report: `path` relative to the working folder, replaced as a whole.
Status write_report(const std::string& path, std::string_view text);

}  // namespace vlint
