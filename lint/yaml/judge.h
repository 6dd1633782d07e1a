// The second opinion: yaml-cpp, an implementation of YAML that shares nothing with libyaml, reads the file again.
//
// Asked about every file that a fix has changed before it is written, and in tests. It never decides alone what a file
// means, and never reads a text that libyaml has not accepted: it loops for ever on some of those (`,`).
#pragma once

#include "lint/base/result.h"
#include "lint/yaml/tree.h"

namespace vlint::yaml {

// Whether yaml-cpp reads the same documents: structure, texts, which scalars are null or plain, what aliases stand for.
// Broken documents are passed over. The error is a sentence with line and column.
//
// Differences that say nothing and are not reported: an empty document, which yaml-cpp sees as null or not at all, and
// how many blank lines end a folded or quoted text of several lines.
//
// Faults of yaml-cpp 0.7 that are reported, since a file with them cannot be judged: in flow style a key of several
// lines without a value and a plain text that begins with `?`; after an anchor or tag that begins its line or follows a
// dash, a plain or block text of several lines that is not indented deeper than the anchor. A file with one of these
// disagrees before an edit as after it.
Status agree(const Tree& tree);

}  // namespace vlint::yaml
