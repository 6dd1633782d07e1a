#include "lint/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <utility>

namespace vlint {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kAsciiSpace = " \t\n\v\f\r";

unsigned byte_at(std::string_view text, std::size_t offset) { return static_cast<unsigned char>(text[offset]); }

// A lead byte fixes the length, the bits it carries and which second bytes are allowed: that is how overlong forms,
// surrogates and values above U+10FFFF are kept out (table 3-7 of the Unicode standard).
struct Lead {
  std::uint8_t size;
  std::uint8_t bits;
  std::uint8_t second_min;
  std::uint8_t second_max;
};

constexpr Lead lead_of(unsigned byte) {
  if (byte < 0x80) return {1, static_cast<std::uint8_t>(byte), 0, 0};
  if (byte < 0xC2) return {0, 0, 0, 0};
  if (byte < 0xE0) return {2, static_cast<std::uint8_t>(byte & 0x1F), 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0xD, 0x80, 0x9F};
  if (byte < 0xF0) return {3, static_cast<std::uint8_t>(byte & 0x0F), 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0, 0x90, 0xBF};
  if (byte < 0xF4) return {4, static_cast<std::uint8_t>(byte & 0x07), 0x80, 0xBF};
  if (byte == 0xF4) return {4, 4, 0x80, 0x8F};
  return {0, 0, 0, 0};
}

// First offset from `offset` on that is not the start of eight ASCII bytes. Almost all files are ASCII throughout.
std::size_t skip_ascii(std::string_view text, std::size_t offset) {
  while (text.size() - offset >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + offset, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
    offset += 8;
  }
  return offset;
}

bool is_printable(const CodePoint& point) {
  const bool is_control = point.value < 0x20 || (point.value >= 0x7F && point.value < 0xA0);
  return point.valid && !is_control;
}

void append_escaped(std::string& out, char byte) {
  switch (byte) {
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    case '\r':
      out += "\\r";
      break;
    default:
      fmt::format_to(std::back_inserter(out), "\\x{:02X}", static_cast<unsigned char>(byte));
  }
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t offset) {
  const Lead lead = lead_of(byte_at(text, offset));
  if (lead.size == 1) return {lead.bits, 1, true};
  const CodePoint stray{kReplacement, 1, false};
  if (lead.size == 0 || text.size() - offset < lead.size) return stray;
  const unsigned second = byte_at(text, offset + 1);
  if (second < lead.second_min || second > lead.second_max) return stray;
  char32_t value = (static_cast<char32_t>(lead.bits) << 6U) | (second & 0x3FU);
  for (std::size_t i = 2; i < lead.size; ++i) {
    const unsigned next = byte_at(text, offset + i);
    if ((next & 0xC0U) != 0x80U) return stray;
    value = (value << 6U) | (next & 0x3FU);
  }
  return {value, lead.size, true};
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t after_ascii = skip_ascii(text, offset);
    count += after_ascii - offset;
    offset = after_ascii;
    if (offset == text.size()) break;
    offset += code_point_at(text, offset).size;
    ++count;
  }
  return count;
}

std::optional<std::size_t> find_invalid_utf8(std::string_view text) {
  for (std::size_t offset = skip_ascii(text, 0); offset < text.size(); offset = skip_ascii(text, offset)) {
    const CodePoint point = code_point_at(text, offset);
    if (!point.valid) return offset;
    offset += point.size;
  }
  return std::nullopt;
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kAsciiSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kAsciiSpace) - begin + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string to_lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& byte : lower) {
    if (byte >= 'A' && byte <= 'Z') byte = static_cast<char>(byte - 'A' + 'a');
  }
  return lower;
}

std::string quoted(std::string_view text, std::size_t max_characters) {
  std::string out = "\"";
  std::size_t characters = 0;
  for (std::size_t offset = 0; offset < text.size(); ++characters) {
    if (characters == max_characters) {
      out += "…";
      break;
    }
    const CodePoint point = code_point_at(text, offset);
    const std::string_view bytes = text.substr(offset, point.size);
    if (is_printable(point)) {
      out += bytes;
    } else {
      for (const char byte : bytes) append_escaped(out, byte);
    }
    offset += point.size;
  }
  out += '"';
  return out;
}

std::optional<std::size_t> edit_distance(std::string_view a, std::string_view b, std::size_t max) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > max) return std::nullopt;
  max = std::min(max, b.size());
  // Three rows of the table, of which only the cells within `max` of the diagonal can hold a distance up to `max`.
  const std::size_t too_far = max + 1;
  std::vector<std::size_t> before_last(b.size() + 1, too_far);
  std::vector<std::size_t> last(b.size() + 1, too_far);
  std::vector<std::size_t> row(b.size() + 1, too_far);
  for (std::size_t j = 0; j <= max; ++j) row[j] = j;
  std::size_t best_before = 0;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before_last, last);
    std::swap(last, row);
    const std::size_t first = i > max ? i - max : 1;
    const std::size_t end = std::min(b.size(), i + max);
    row[first - 1] = first == 1 ? std::min(i, too_far) : too_far;
    std::size_t best = row[first - 1];
    for (std::size_t j = first; j <= end; ++j) {
      std::size_t cost = std::min(last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), std::min(last[j], row[j - 1]) + 1);
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) cost = std::min(cost, before_last[j - 2] + 1);
      row[j] = std::min(cost, too_far);
      best = std::min(best, row[j]);
    }
    // A swap reaches over one row, so two rows must be hopeless before giving up.
    if (best == too_far && best_before == too_far) return std::nullopt;
    best_before = best;
  }
  return row[b.size()] <= max ? std::optional(row[b.size()]) : std::nullopt;
}

std::optional<std::string_view> closest(std::string_view word, std::span<const std::string_view> candidates,
                                        std::size_t max_distance) {
  std::optional<std::string_view> best;
  std::size_t best_distance = max_distance;
  bool tie = false;
  for (const std::string_view candidate : candidates) {
    if (best && *best == candidate) continue;
    const std::optional<std::size_t> distance = edit_distance(word, candidate, best_distance);
    if (!distance) continue;
    tie = best && *distance == best_distance;
    best = candidate;
    best_distance = *distance;
  }
  return tie ? std::nullopt : best;
}

}  // namespace vlint
