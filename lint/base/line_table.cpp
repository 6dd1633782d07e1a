#include "lint/base/line_table.h"

#include <algorithm>

namespace vlint {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

}  // namespace

LineTable::LineTable(std::string_view text) : text_(text) {
  starts_.push_back(text.substr(0, 3) == kByteOrderMark ? 3 : 0);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
}

Position LineTable::at(std::uint32_t offset) const {
  offset = std::clamp(offset, starts_.front(), std::max(starts_.front(), static_cast<std::uint32_t>(text_.size())));
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - starts_.begin());
  Position position{line, 1, 1, offset};
  for (std::uint32_t i = starts_[line - 1]; i < offset; ++i) {
    if (continues_character(text_[i])) continue;
    ++position.column;
    const bool needs_surrogates = static_cast<unsigned char>(text_[i]) >= 0xF0U;
    position.utf16_column += needs_surrogates ? 2 : 1;
  }
  return position;
}

std::string_view LineTable::line(std::uint32_t number) const {
  const std::uint32_t begin = starts_[number - 1];
  const std::size_t newline = text_.find('\n', begin);
  std::string_view line = text_.substr(begin, newline == std::string_view::npos ? newline : newline - begin);
  if (newline != std::string_view::npos && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace vlint
