#include "lint/base/line_table.h"

#include <algorithm>

#include "lint/base/text.h"

namespace vlint {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::uint32_t kBlock = 1024;

}  // namespace

LineTable::LineTable(std::string_view text) : text_(text) {
  starts_.push_back(text.substr(0, 3) == kByteOrderMark ? 3 : 0);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    starts_.push_back(static_cast<std::uint32_t>(at + 1));
  }
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= 0; })) count_characters();
}

void LineTable::count_characters() {
  Count count;
  while (count.offset < text_.size()) {
    if (count.offset >= counts_.size() * kBlock) counts_.push_back(count);
    const CodePoint character = code_point_at(text_, count.offset);
    count.offset += character.size;
    count.characters += 1;
    count.utf16_units += character.value > 0xFFFF ? 2 : 1;
  }
}

LineTable::Count LineTable::count_before(std::uint32_t offset) const {
  if (counts_.empty()) return {offset, offset, offset};
  std::size_t block = std::min<std::size_t>(offset / kBlock, counts_.size() - 1);
  if (counts_[block].offset > offset) --block;  // inside the character that goes over the border of two blocks
  Count count = counts_[block];
  while (count.offset < offset) {
    const CodePoint character = code_point_at(text_, count.offset);
    count.offset += character.size;
    count.characters += 1;
    count.utf16_units += character.value > 0xFFFF ? 2 : 1;
  }
  return count;
}

Position LineTable::at(std::uint32_t offset) const {
  offset = std::clamp(offset, starts_.front(), std::max(starts_.front(), static_cast<std::uint32_t>(text_.size())));
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const auto line = static_cast<std::uint32_t>(after - starts_.begin());
  const Count from = count_before(starts_[line - 1]);
  const Count to = count_before(offset);
  return {line, to.characters - from.characters + 1, to.utf16_units - from.utf16_units + 1, offset};
}

std::string_view LineTable::line(std::uint32_t number) const {
  const std::uint32_t begin = starts_[number - 1];
  const std::size_t newline = text_.find('\n', begin);
  std::string_view line = text_.substr(begin, newline == std::string_view::npos ? newline : newline - begin);
  if (newline != std::string_view::npos && !line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace vlint
