// Changes to texts: replace the bytes of a span. No policy here: who may edit what is decided elsewhere.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/span.h"

namespace vlint {

// Replaces the bytes of `where` by `text`. An empty span inserts, an empty text deletes.
struct TextEdit {
  Span where;
  std::string text;

  auto operator<=>(const TextEdit&) const = default;
};

// Whether two edits cannot both be applied: they share a byte, or insert different texts at one point.
// Equal edits do not conflict (they are one edit), and an insertion at the border of another edit does not.
bool conflict(const TextEdit& a, const TextEdit& b);

// The text with the edits of one file applied. Edits may come in any order and equal ones count once; conflicting or
// out-of-range edits are an error and nothing is applied. Of an insertion and a replacement that begin at the same
// byte, the insertion comes first.
Result<std::string> apply_edits(std::string_view text, std::vector<TextEdit> edits);

// What changed, as a unified diff with three lines of context that `git apply` takes; empty when nothing changed.
// Keeps CRLF and marks a missing final newline.
std::string unified_diff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace vlint
