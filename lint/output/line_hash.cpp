#include "lint/output/line_hash.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "lint/base/text.h"

namespace vlint {
namespace {

constexpr std::size_t kWindow = 100;
constexpr std::uint64_t kFactor = 37;
constexpr std::uint32_t kEndOfFile = 65535;

constexpr std::uint64_t factor_to_the_window() {
  std::uint64_t power = 1;
  for (std::size_t i = 0; i < kWindow; ++i) power *= kFactor;
  return power;
}

// A ring of the last code units, each with the line that begins there, if one does.
class RollingHash {
 public:
  void take(std::uint32_t unit) {
    if (unit == ' ' || unit == '\t' || (unit == '\n' && after_return_)) {
      after_return_ = false;
      return;
    }
    after_return_ = unit == '\r';
    if (unit == '\r') unit = '\n';
    finish_line_at(next_);
    if (at_line_start_) {
      at_line_start_ = false;
      line_at_[next_] = hashes_.size() + 1;
      hashes_.emplace_back();
    }
    if (unit == '\n') at_line_start_ = true;
    push(unit);
  }

  std::vector<std::string> finish() {
    take(kEndOfFile);
    for (std::size_t i = 0; i < kWindow; ++i) {
      finish_line_at(next_);
      push(0);
    }
    return std::move(hashes_);
  }

 private:
  // The window that began with this slot's line is full once the slot is to be used again.
  void finish_line_at(std::size_t slot) {
    if (line_at_[slot] == 0) return;
    hashes_[line_at_[slot] - 1] = fmt::format("{:x}:{}", hash_, ++times_seen_[hash_]);
    line_at_[slot] = 0;
  }

  void push(std::uint32_t unit) {
    hash_ = kFactor * hash_ + unit - factor_to_the_window() * units_[next_];
    units_[next_] = unit;
    next_ = (next_ + 1) % kWindow;
  }

  std::array<std::uint64_t, kWindow> units_{};
  std::array<std::size_t, kWindow> line_at_{};  // 0: no line begins there
  std::size_t next_ = 0;
  std::uint64_t hash_ = 0;
  bool after_return_ = false;
  bool at_line_start_ = true;
  std::unordered_map<std::uint64_t, std::size_t> times_seen_;  // never iterated
  std::vector<std::string> hashes_;
};

}  // namespace

std::vector<std::string> line_hashes(std::string_view text) {
  RollingHash hash;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = code_point_at(text, at);
    const auto value = static_cast<std::uint32_t>(point.value);
    at += point.size;
    if (value < 0x10000) {
      hash.take(value);
    } else {
      hash.take(0xD800 + ((value - 0x10000) >> 10U));
      hash.take(0xDC00 + ((value - 0x10000) & 0x3FFU));
    }
  }
  return hash.finish();
}

}  // namespace vlint
