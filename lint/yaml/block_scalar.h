// The lines of a block scalar (`|`, `>`) and how they are replaced. Used by the edit_*.cpp files only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/text_edit.h"
#include "lint/yaml/tree.h"

namespace vlint::yaml {

// Replaces the lines that differ; of the header only what says how the text ends.
Result<std::vector<TextEdit>> set_block_scalar(const Tree& tree, NodeId node, std::string_view text);

// Whether what a node ends with is a block scalar on the last line of a file that ends without a line end, so that its
// text would be another one if a line followed.
bool lacks_line_end(const Tree& tree, NodeId node);

// Where a byte of a literal scalar's text (`|`) stands in the file, with the bounds of the text of its line.
struct LiteralPlace {
  std::uint32_t at;
  std::uint32_t line_begin;
  std::uint32_t line_end;
};
std::optional<LiteralPlace> find_in_literal(const Tree& tree, NodeId node, std::size_t offset);

}  // namespace vlint::yaml
