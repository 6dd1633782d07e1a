// YAML text inside a scalar of a manifest, as in the data of a ConfigMap: parsed on its own, its places mapped back to
// the manifest.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "lint/base/source_file.h"
#include "lint/base/span.h"
#include "lint/yaml/tree.h"
#include "lint/yaml/value.h"

namespace vlint::velero {

class EmbeddedYaml {
 public:
  explicit EmbeddedYaml(yaml::Value scalar);

  // The first document; missing when the text is empty, and when the document is broken (see problem()).
  yaml::Value root() const;
  // The first fault of the first document, or null.
  const yaml::Problem* problem() const;

  // The place in the manifest of a place in the embedded text. Only in a literal block scalar (`|`) can it be told
  // exactly; in other styles it is the whole scalar.
  Span outer(Span inner) const;
  Span outer(yaml::Value inner) const { return outer(inner.span()); }

 private:
  struct Line {
    std::uint32_t inner;  // offset of the line in the embedded text
    std::uint32_t outer;  // offset of its first character in the manifest, after the indentation
  };
  const yaml::Document* document() const;
  void map_lines();

  yaml::Value scalar_;
  FileSet files_;
  std::unique_ptr<const yaml::Tree> tree_;
  std::vector<Line> lines_;  // empty when places can't be told exactly
};

}  // namespace vlint::velero
