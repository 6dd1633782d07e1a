#include "lint/app/render.h"

#include <fmt/format.h>

#include <cstdio>

#include "lint/base/disk.h"
#include "lint/base/line_table.h"

namespace vlint {
namespace {

constexpr int kDone = 0;
constexpr int kCannotWork = 2;

void complain(const kustomize::Sources& sources, const kustomize::Fault& fault) {
  if (!fault.where.valid()) {
    fmt::print(stderr, "vlint: {}\n", fault.message);
    return;
  }
  const Position at = LineTable(sources.text(fault.where.file)).at(fault.where.begin);
  fmt::print(stderr, "vlint: {}:{}:{}: {}\n", sources.path(fault.where.file), at.line, at.column, fault.message);
}

}  // namespace

int render(const CommandLine& line) {
  const std::string path = line.paths.empty() ? "." : line.paths.front();
  const Result<std::string> root = repository_root(path);
  const Result<std::string> folder =
      root.ok() ? path_in_repository(*root, path) : Result<std::string>(Error{root.error()});
  if (!folder.ok()) {
    fmt::print(stderr, "vlint: {}\n", folder.error());
    return kCannotWork;
  }
  kustomize::Sources sources(kustomize::FileAccess::on_disk(*root), nullptr, line.limits);
  const kustomize::Rendered rendered = kustomize::Builder(sources, line.render).render(*folder, line.render_origins);
  for (const kustomize::Fault& fault : rendered.faults) complain(sources, fault);
  if (!rendered.faults.empty()) return kCannotWork;
  const bool written = std::fwrite(rendered.text.data(), 1, rendered.text.size(), stdout) == rendered.text.size();
  return written && std::fflush(stdout) == 0 ? kDone : kCannotWork;
}

}  // namespace vlint
