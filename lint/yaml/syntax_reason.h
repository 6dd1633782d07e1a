// Why libyaml refuses a text, in the words of the person who wrote it, at the place where that person would mend it.
//
// libyaml reports where it could not go on: at the end of the file for a quote that is not closed. What is said here
// comes from that, from what was read before, and from the lines around the place.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

inline constexpr std::uint32_t kNowhere = 0xFFFFFFFFU;

// What libyaml says (its problem and context, with byte offsets into the file) and what was read before.
struct SyntaxFault {
  std::string_view problem;
  std::string_view context;
  std::uint32_t at = 0;
  std::uint32_t context_at = 0;
  std::uint32_t root = kNowhere;     // begin of the root that ended before the fault
  std::uint32_t bracket = kNowhere;  // the innermost `[` or `{` that is open
  // The last scalar read.
  std::uint32_t scalar_begin = kNowhere;
  std::uint32_t scalar_end = kNowhere;
  Style scalar_style = Style::plain;
};

struct SyntaxReason {
  std::uint32_t begin;
  std::uint32_t end;
  std::string message;  // lower case, no full stop
  std::uint32_t related_begin = 0;
  std::uint32_t related_end = 0;
  std::string related_message = {};  // empty when there is no second place
};

// `begin` and `end` bound the document in `text`. The places returned lie inside it. Time linear in the document.
SyntaxReason explain(std::string_view text, std::uint32_t begin, std::uint32_t end, const SyntaxFault& fault);

}  // namespace vlint::yaml
