#include "lint/yaml/quote_escape.h"

#include <algorithm>
#include <array>

namespace vlint::yaml {
namespace {

// 0 when there is none.
char find_letter(std::string_view text) {
  constexpr std::string_view kLetters = "QXZJVKWYUGHBFPMCDLRNSTIOEAqxzjvkwyughbfpmcdlrnstioea";
  std::array<bool, 256> taken{};
  for (std::size_t at = 1; at < text.size(); ++at) {
    if (text[at] == '\'' || text[at] == '\\') taken[static_cast<unsigned char>(text[at - 1])] = true;
  }
  const auto free = std::find_if(kLetters.begin(), kLetters.end(),
                                 [&](char letter) { return !taken[static_cast<unsigned char>(letter)]; });
  return free != kLetters.end() ? *free : '\0';
}

}  // namespace

QuoteEscapes::QuoteEscapes(std::string_view text) : letter_(find_letter(text)) {
  if (letter_ == 0 || text.find("\\'") == std::string_view::npos) return;
  text_ = text;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\') continue;
    if (text.substr(at + 1, 1) == "'") text_[at] = letter_;
    ++at;  // what a backslash escapes, another backslash for instance, does not escape
  }
}

std::string QuoteEscapes::restore(std::string_view value, Style style) const {
  std::string restored;
  for (std::size_t at = 0; at < value.size(); ++at) {
    const std::string_view after = value.substr(at + 1, 1);
    // A backslash may stand before the quote that closes a text in single quotes.
    const bool is_escape = value[at] == letter_ && (after == "'" || (after.empty() && style == Style::single_quoted));
    if (!is_escape) {
      restored += value[at];
    } else if (style != Style::double_quoted) {
      restored += '\\';
    }
  }
  return restored;
}

}  // namespace vlint::yaml
