// For the tests of this folder only: a repository in memory with a builder over it, and short texts of what came out.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/kustomize/build.h"
#include "lint/kustomize/sources.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {

struct World {
  FileSet files;
  Sources sources;
  Builder builder;

  explicit World(std::vector<SourceFile> list, Options options = {})
      : files(std::move(list)), sources(FileAccess::in_memory(files)), builder(sources, options) {}
};

inline Options tolerant() {
  Options options;
  options.mode = Mode::tolerant;
  return options;
}

// Several files in one text, as the fuzzer makes them: it is cut at lines `=== name`, and each part is the file of that
// name; what stands before the first is `a/kustomization.yaml`.
inline std::vector<SourceFile> files_of(std::string_view text) {
  std::map<std::string, std::string> files;
  std::string name = "a/kustomization.yaml";
  files[name];
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const std::string_view line = text.substr(at, end - at);
    if (line.substr(0, 4) == "=== ") {
      name = clean_path(line.substr(4, line.find_last_not_of("\r\n") - 3));
      if (name.empty() || name.front() == '/' || name.front() == '.' || files.size() > 20) name = "a/rest.yaml";
      files[name];
    } else {
      files[name] += line;
    }
    at = end;
  }
  std::vector<SourceFile> result;
  for (auto& [path, content] : files) result.push_back({path, content});
  return result;
}

// `path "bytes"`.
inline std::string place(const Sources& sources, const Span& span) {
  if (!span.valid()) return "nowhere";
  return fmt::format("{} {}", sources.path(span.file), quoted(sources.text(span.file).substr(span.begin, span.size())));
}
inline std::string place(const World& world, const Span& span) { return place(world.sources, span); }

// The text of a build of folder `a`, or "error: " with the first fault.
inline std::string rendered(std::vector<SourceFile> files, Options options = {}) {
  const World world(std::move(files), options);
  const Rendered result = world.builder.render("a");
  return result.faults.empty() ? result.text : "error: " + result.faults.front().message;
}

}  // namespace vlint::kustomize
