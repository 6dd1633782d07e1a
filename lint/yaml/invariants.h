// What holds of every tree, whatever the text: for tests and fuzzers. The linter never calls it.
#pragma once

#include <string>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

// The first thing found wrong with a tree, as a sentence; empty when all is well. Looked at:
// - documents cover the file without gaps, and every node belongs to one;
// - nodes are in preorder, stand inside their parents, and siblings do not overlap;
// - the bytes of a node begin and end as its style asks for;
// - anchors, tags, aliases and decoded texts belong to the nodes whose flags say so;
// - comments begin with `#` and share no byte with a scalar, but for one on the header line of a block scalar;
// - what is neither node, property nor comment is white space, an indicator or a directive: nothing was lost;
// - problems stand inside the file, and a document is broken if, and only if, a problem says why.
std::string broken_invariant(const Tree& tree);

// The first scalar whose bytes, parsed on their own, do not give the same text, as a sentence; empty when there is
// none.
std::string scalar_that_reads_differently(const Tree& tree);

}  // namespace vlint::yaml
