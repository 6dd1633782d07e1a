// Cuts a stream into documents at its `---` lines without parsing, so that a broken document hides no other.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vlint::yaml {

struct Chunk {
  std::uint32_t begin;
  std::uint32_t end;
  // The first line that libyaml reads otherwise than the cluster's tools do; `end` when there is none. One that goes on
  // after `---` is a text to libyaml and a broken separator to them. A byte-order mark that begins a line is nothing to
  // libyaml and a character of the text to them.
  std::uint32_t odd_line;
};

// At least one chunk; they cover the text without gaps, but for a byte-order mark at its start. A chunk begins with its
// `---` line; directives (`%YAML 1.2`) and comments that stand before the first one, or after a `...` line, belong to
// the document they introduce. Source: YAML 1.2 l-document-prefix; apimachinery pkg/util/yaml splitYAMLDocument.
std::vector<Chunk> split_documents(std::string_view text);

}  // namespace vlint::yaml
