// libyaml's marks, which count characters, to the byte offsets of the tree.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vlint::yaml {

// Marks come nearly in order, so walking from the last one is cheap.
class MarkMap {
 public:
  MarkMap(std::string_view chunk, std::uint32_t base)
      : chunk_(chunk), base_(base), ascii_(std::none_of(chunk.begin(), chunk.end(), [](char c) { return c < 0; })) {}

  std::uint32_t offset(std::size_t character) {
    if (ascii_) return base_ + static_cast<std::uint32_t>(std::min(character, chunk_.size()));
    while (character_ < character && byte_ < chunk_.size()) {
      ++character_;
      do ++byte_;
      while (byte_ < chunk_.size() && is_continuation(chunk_[byte_]));
    }
    while (character_ > character && byte_ > 0) {
      --character_;
      do --byte_;
      while (byte_ > 0 && is_continuation(chunk_[byte_]));
    }
    return base_ + static_cast<std::uint32_t>(byte_);
  }

 private:
  static bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

  std::string_view chunk_;
  std::uint32_t base_;
  bool ascii_;
  std::size_t character_ = 0;
  std::size_t byte_ = 0;
};

}  // namespace vlint::yaml
