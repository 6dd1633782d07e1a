// Bytes to lines and columns, for printers. Built only for files that are printed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vlint {

// Lines and columns count from 1. A byte-order mark at the start of a file takes no column.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column = 1;        // in UTF-8 characters (code points; a stray byte counts as one)
  std::uint32_t utf16_column = 1;  // in UTF-16 code units, as SARIF and editors count
  std::uint32_t offset = 0;        // byte offset from 0, the byte-order mark counted
};

class LineTable {
 public:
  explicit LineTable(std::string_view text);  // keeps a view: the text must outlive the table

  Position at(std::uint32_t offset) const;

  std::uint32_t line_count() const { return static_cast<std::uint32_t>(starts_.size()); }
  // Bytes of a line (from 1) without its line end (LF or CRLF) and, on line 1, without a byte-order mark.
  std::string_view line(std::uint32_t number) const;
  std::uint32_t line_begin(std::uint32_t number) const { return starts_[number - 1]; }

 private:
  // Characters and UTF-16 units before a character of the text.
  struct Count {
    std::uint32_t offset = 0;
    std::uint32_t characters = 0;
    std::uint32_t utf16_units = 0;
  };

  void count_characters();
  Count count_before(std::uint32_t offset) const;

  std::string_view text_;
  std::vector<std::uint32_t> starts_;
  std::vector<Count> counts_;  // one a block of bytes, so that long lines cost no time; none when all is ASCII
};

}  // namespace vlint
