// Where something stands: a file and a range of bytes. Lines and columns are made only when printing (line_table.h).
#pragma once

#include <compare>
#include <cstdint>

namespace vlint {

// Index into a FileSet. Files are sorted by path before they are numbered, so sorting by id sorts by path.
enum class FileId : std::uint32_t {};

inline constexpr FileId kNoFile{0xFFFFFFFFU};

// Half-open range of byte offsets into the file as it is on disk (a byte-order mark counts). Ordered by file, begin,
// end.
struct Span {
  FileId file = kNoFile;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  constexpr bool valid() const { return file != kNoFile; }
  constexpr std::uint32_t size() const { return end - begin; }
  constexpr bool contains(const Span& other) const {
    return file == other.file && begin <= other.begin && other.end <= end;
  }
  constexpr auto operator<=>(const Span&) const = default;
};

}  // namespace vlint
