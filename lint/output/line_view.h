// One line of source text as a frame shows it: printable, cut to the width of the report around the place it is shown
// for, hidden when it holds a credential.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/output/places.h"

namespace vlint {

class LineView {
 public:
  // A line that may be shown. `focus` is the byte of the line that must stay visible. Reads the part of the line that
  // is shown, and no more.
  LineView(std::string_view line, std::size_t focus, unsigned width);
  // Any line of a file; a hidden one shows its indentation and a placeholder.
  static LineView of(Places& places, FileId file, std::uint32_t line, std::size_t focus, unsigned width);

  const std::string& text() const { return text_; }
  bool is_hidden() const { return is_hidden_; }

  // Columns [begin, end) of bytes [begin, end) of the line; at least one column wide and within the part that is shown.
  // On a hidden line, those of the placeholder.
  struct Columns {
    unsigned begin;
    unsigned end;
  };
  Columns columns(std::size_t begin, std::size_t end) const;

 private:
  LineView() = default;
  unsigned column_of(std::size_t byte) const;

  // A visible character: its byte in the line and its column in text_.
  struct Cell {
    std::size_t byte;
    unsigned column;
  };
  std::string text_;
  std::vector<Cell> cells_;
  std::size_t end_byte_ = 0;  // first byte that is not shown
  unsigned begin_column_ = 0;
  unsigned end_column_ = 0;
  bool is_hidden_ = false;
};

}  // namespace vlint
