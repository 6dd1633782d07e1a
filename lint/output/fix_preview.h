// A fix as a small diff for people: lines that go and lines that come, a few of them. Not a patch (text_edit.h makes
// one).
#pragma once

#include <string>

#include "lint/engine/finding.h"
#include "lint/output/places.h"
#include "lint/output/style.h"

namespace vlint {

// Rows that begin with five blanks and end with newlines; empty when the fix has no edits. Lines that hold a credential
// are hidden, on both sides.
std::string preview_fix(const Fix& fix, Places& places, const Style& style, unsigned width);

}  // namespace vlint
