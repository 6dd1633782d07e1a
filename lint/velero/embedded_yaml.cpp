#include "lint/velero/embedded_yaml.h"

#include <algorithm>
#include <string>
#include <utility>

#include "lint/base/text.h"
#include "lint/yaml/parse.h"

namespace vlint::velero {
namespace {

FileSet one_file(std::string_view text) {
  std::vector<SourceFile> files;
  files.push_back({"embedded.yaml", std::string(text)});
  return FileSet(std::move(files));
}

std::string_view without_carriage_return(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

EmbeddedYaml::EmbeddedYaml(yaml::Value scalar)
    : scalar_(scalar),
      files_(one_file(scalar.text())),
      tree_(std::make_unique<const yaml::Tree>(yaml::parse(files_, files_.id_at(0)))) {
  map_lines();
}

// A decoder reads the first document and leaves comments before it alone.
const yaml::Document* EmbeddedYaml::document() const {
  for (const yaml::Document& document : tree_->documents) {
    if (document.root != yaml::kNoNode || document.broken) return &document;
  }
  return nullptr;
}

yaml::Value EmbeddedYaml::root() const {
  const yaml::Document* first = document();
  if (first == nullptr || first->broken || first->root == yaml::kNoNode) return {};
  return {*tree_, first->root};
}

const yaml::Problem* EmbeddedYaml::problem() const {
  const yaml::Document* first = document();
  if (first == nullptr) return tree_->problems.empty() ? nullptr : &tree_->problems.front();
  for (const yaml::Problem& problem : tree_->problems) {
    if (problem.where.begin <= first->end) return &problem;
  }
  return nullptr;
}

// The lines of a literal scalar stand in the manifest as they are, behind an indentation of blanks.
void EmbeddedYaml::map_lines() {
  const yaml::Tree* manifest = scalar_.tree();
  if (manifest == nullptr || manifest->nodes[scalar_.node_id()].style != yaml::Style::literal) return;
  const Span source = scalar_.content_span();
  const std::string_view written = manifest->slice(source.begin, source.end);
  const std::vector<std::string_view> outer = split(written, '\n');
  const std::vector<std::string_view> inner = split(scalar_.text(), '\n');
  std::uint32_t outer_at = source.begin + static_cast<std::uint32_t>(outer.front().size()) + 1;
  std::uint32_t inner_at = 0;
  for (std::size_t i = 0; i < inner.size() && i + 1 < outer.size(); ++i) {
    const std::string_view line = without_carriage_return(outer[i + 1]);
    const bool same = line.size() >= inner[i].size() && line.substr(line.size() - inner[i].size()) == inner[i];
    if (!same) return lines_.clear();
    lines_.push_back({inner_at, outer_at + static_cast<std::uint32_t>(line.size() - inner[i].size())});
    outer_at += static_cast<std::uint32_t>(outer[i + 1].size()) + 1;
    inner_at += static_cast<std::uint32_t>(inner[i].size()) + 1;
  }
}

Span EmbeddedYaml::outer(Span inner) const {
  const Span whole = scalar_.span();
  if (lines_.empty() || !inner.valid() || scalar_.is_alias()) return whole;
  const auto position = [this](std::uint32_t offset) {
    auto line = std::upper_bound(lines_.begin(), lines_.end(), offset,
                                 [](std::uint32_t at, const Line& candidate) { return at < candidate.inner; });
    --line;  // the first line begins at 0
    return line->outer + (offset - line->inner);
  };
  const Span content = scalar_.content_span();
  const std::uint32_t begin = std::min(position(inner.begin), content.end);
  return {content.file, begin, std::max(begin, std::min(position(inner.end), content.end))};
}

}  // namespace vlint::velero
