// A tree as text, for tests and for people who debug: one document, node, comment or problem a line. Not a format that
// programs may rely on.
#pragma once

#include <string>
#include <string_view>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

std::string_view name_of(Kind kind);
std::string_view name_of(Style style);

// Nodes are indented by their depth:
//
//   document 0-12
//     mapping block 0-12
//       scalar plain 0-4 "name" repeated
//       scalar literal 6-12 &anchor !tag "text\n"
//       alias 14-16 = 4-9
//   comment 20-27 "# why"
//   problem syntax 28-29 "the reason" (3-4 "where it began")
std::string dump(const Tree& tree);

}  // namespace vlint::yaml
