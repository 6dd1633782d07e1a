// What edits must not touch, and the sentences that say so. Used by the edit_*.cpp files only.
#pragma once

#include "lint/base/result.h"
#include "lint/yaml/tree.h"

namespace vlint::yaml {

// Whether text inside of `node` may be changed: it is no alias, neither it nor what it stands in is an anchor that is
// used elsewhere, and the document's line ends are usual ones.
Status can_change(const Tree& tree, NodeId node);

// Whether the nodes [first, end) may go: no alias outside of them refers to an anchor inside.
Status can_remove(const Tree& tree, NodeId first, NodeId end);

// Whether a text can be put where the scalar is: it has no tag, or one that makes it a string.
Status can_be_text(const Tree& tree, NodeId scalar);

// Whether lines can be added, removed or quoted right above the line after the one that holds `at`: libyaml takes blank
// lines with tabs after plain scalars only.
Status has_no_tab_below(const Tree& tree, std::uint32_t at);

// Whether the members of a collection can be edited: no explicit keys with `?`, no pair without braces.
Status can_edit_members(const Tree& tree, NodeId collection);

}  // namespace vlint::yaml
