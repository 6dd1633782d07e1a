#include "lint/yaml/split.h"

#include <algorithm>

#include "lint/base/text.h"
#include "lint/yaml/characters.h"

namespace vlint::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Directives, comments and empty lines.
bool is_head_line(std::string_view line) {
  const std::string_view content = trim(line);
  return content.empty() || content.front() == '#' || line.front() == '%';
}

}  // namespace

std::vector<Chunk> split_documents(std::string_view text) {
  constexpr std::size_t kNone = std::string_view::npos;
  const std::size_t start = text.substr(0, 3) == kByteOrderMark ? 3 : 0;
  std::vector<Chunk> chunks;
  std::size_t begin = start;
  std::size_t head = start;  // first line of what may introduce the next document; none inside a document
  std::size_t odd_line = kNone;
  const auto cut = [&](std::size_t end) {
    chunks.push_back({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                      static_cast<std::uint32_t>(std::min(odd_line, end))});
    begin = end;
    odd_line = kNone;
  };
  for (std::size_t line = start; line < text.size();) {
    const std::size_t newline = text.find('\n', line);
    const std::size_t next = newline == kNone ? text.size() : newline + 1;
    if (is_document_mark(text, line, "---")) {
      const std::size_t introduced_from = head != kNone ? head : line;
      if (introduced_from > begin) cut(introduced_from);
      head = kNone;
    } else if (is_document_mark(text, line, "...")) {
      head = next;
    } else if (text.substr(line, 3) == "---" || (line > start && text.substr(line, 3) == kByteOrderMark)) {
      odd_line = std::min(odd_line, line);
      head = kNone;
    } else if (head != kNone && !is_head_line(text.substr(line, next - line))) {
      head = kNone;
    }
    line = next;
  }
  cut(text.size());
  return chunks;
}

}  // namespace vlint::yaml
