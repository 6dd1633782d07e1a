#include "lint/output/places.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "lint/base/text.h"
#include "lint/output/display.h"
#include "lint/output/line_hash.h"

namespace vlint {
namespace {

constexpr std::size_t kStride = 1024;

}  // namespace

Places::Known::Known(std::string_view text) : lines(text) {
  counts.emplace_back();
  for (Count count; count.offset < text.size();) {
    const Count last = count;
    step(text, count);
    if (count.offset / kStride > last.offset / kStride) counts.push_back(count.offset % kStride == 0 ? count : last);
  }
}

void Places::step(std::string_view text, Count& count) {
  const CodePoint point = code_point_at(text, count.offset);
  count.offset += point.size;
  ++count.characters;
  count.utf16_units += point.value >= 0x10000 ? 2 : 1;
}

Places::Known& Places::known(FileId file) {
  std::unique_ptr<Known>& slot = known_[static_cast<std::size_t>(file)];
  if (slot == nullptr) slot = std::make_unique<Known>(text(file));
  return *slot;
}

Places::Count Places::count_before(const Known& known, std::string_view text, std::uint32_t offset) {
  Count count = known.counts[offset / kStride];
  while (count.offset < offset) step(text, count);
  return count;
}

Position Places::at(FileId file, std::uint32_t offset) {
  const Known& known = this->known(file);
  const std::string_view text = this->text(file);
  const LineTable& lines = known.lines;
  const auto size = static_cast<std::uint32_t>(text.size());
  offset = std::clamp(offset, lines.line_begin(1), std::max(lines.line_begin(1), size));
  std::uint32_t line = 1;
  for (std::uint32_t high = lines.line_count(); line < high;) {
    const std::uint32_t middle = line + (high - line + 1) / 2;
    if (lines.line_begin(middle) <= offset) {
      line = middle;
    } else {
      high = middle - 1;
    }
  }
  const Count before_line = count_before(known, text, lines.line_begin(line));
  const Count before = count_before(known, text, offset);
  return {line, before.characters - before_line.characters + 1, before.utf16_units - before_line.utf16_units + 1,
          offset};
}

const Redaction& Places::redaction(FileId file) {
  Known& entry = known(file);
  if (entry.redaction == nullptr) entry.redaction = std::make_unique<Redaction>(*files_, file, entry.lines);
  return *entry.redaction;
}

const std::vector<std::string>& Places::line_hashes(FileId file) {
  Known& entry = known(file);
  if (!entry.hashes) entry.hashes = vlint::line_hashes(text(file));
  return *entry.hashes;
}

bool Places::is_utf8(FileId file) {
  Known& entry = known(file);
  if (!entry.is_utf8) entry.is_utf8 = !find_invalid_utf8(text(file)).has_value();
  return *entry.is_utf8;
}

std::string_view Places::line(FileId file, std::uint32_t number) {
  const LineTable& table = lines(file);
  const std::string_view text = this->text(file);
  const std::uint32_t begin = table.line_begin(number);
  if (number == table.line_count()) return text.substr(begin);
  std::string_view line = text.substr(begin, table.line_begin(number + 1) - 1 - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string Places::name(const Span& span) {
  const Position position = begin(span);
  return fmt::format("{}:{}:{}", printable(path(span.file)), position.line, position.column);
}

}  // namespace vlint
