// Where a part of a scalar's text stands in the file: through quotes, escapes, folds and indentation. Changes nothing;
// rewrite_part (edit.h) does.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "lint/base/span.h"
#include "lint/yaml/tree.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {

// `raw` is the text between the quotes, or a whole plain scalar. Where the byte `offset` of the decoded text stands in
// it; nothing when it is part of an escape or of a fold, or comes after an escaped line end.
std::optional<std::size_t> raw_offset(std::string_view raw, Style style, std::size_t offset);

// The bytes of `length` bytes of a scalar's text from `offset` on: as they are in the file, escapes included. The whole
// scalar where it can't be told (the build computed the text), or where the text stands behind an alias.
Span part_span(Value scalar, std::size_t offset, std::size_t length);

}  // namespace vlint::yaml
