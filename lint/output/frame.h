// Frames: source lines with a gutter, underlines and labels, over several files.
//
//   --> apps/homepage/deployment.yaml:20:17
//    |
// 20 |         - name: logs
//    |                 ^^^^ an emptyDir
//
// Knows places and words, not findings.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "lint/base/span.h"
#include "lint/engine/finding.h"
#include "lint/output/places.h"
#include "lint/output/style.h"

namespace vlint {

struct Mark {
  Span where;                // valid
  std::string_view message;  // may be empty
  bool is_primary = false;   // underlined by ^^^^ in the colour of the severity, others by ----
};

// How a finding's frames and the notes below them are laid out.
struct Layout {
  unsigned gutter = 2;  // columns of the line numbers
  unsigned width = 100;
};

// Wide enough for the line numbers of all marks.
unsigned gutter_for(std::span<const Mark> marks, Places& places);

// The file of the first mark comes first, then the others in the order of their first mark. Marks of one file that are
// near share a frame; lines between them are shown when they are few. Ends with a newline.
std::string draw_frames(std::span<const Mark> marks, Places& places, Severity severity, const Style& style,
                        const Layout& layout);

}  // namespace vlint
