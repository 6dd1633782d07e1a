// The line hashes by which GitHub code scanning recognises an alert again (`primaryLocationLineHash`).
//
// Imitates github/codeql-action src/fingerprints.ts, which computes them for logs that have none and warns about
// others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vlint {

// "hash:n" for every line, from line 1: a rolling hash over the 100 UTF-16 code units after the line's begin that are
// neither blanks nor tabs, and how many lines up to this one have the same hash. Bytes that are not UTF-8 are read as
// U+FFFD, a byte-order mark counts as a character, a lone CR ends a line. Time linear in the text.
std::vector<std::string> line_hashes(std::string_view text);

}  // namespace vlint
