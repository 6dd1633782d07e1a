// Edits in the one encoding that every reader of SARIF applies alike.
//
// The specification, editors and review bots differ in what they do with a replacement that starts in the indentation
// of a line, that has no end column, or that stands behind the last line. None of them differ on this form, which says
// the same: replacements start at a token or at the end of a line; lines are inserted and removed from the end of the
// line before; no two touch; a line end is never cut in two.
#pragma once

#include <optional>
#include <vector>

#include "lint/base/text_edit.h"
#include "lint/output/places.h"

namespace vlint {

// The edits of one file, sorted and disjoint, with the same effect as those given. Nothing when they cannot be written
// so: the file or a text is not UTF-8, an edit cuts a character or touches the byte-order mark, edits conflict, or a
// text would hold a credential. Only line 1 may have a replacement that starts in its indentation: no line is before
// it.
std::optional<std::vector<TextEdit>> canonical_edits(FileId file, std::vector<TextEdit> edits, Places& places);

}  // namespace vlint
