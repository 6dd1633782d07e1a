#include "lint/output/line_view.h"

#include <algorithm>
#include <iterator>

#include "lint/output/display.h"

namespace vlint {
namespace {

constexpr std::string_view kCut = "...";
constexpr unsigned kCutColumns = 3;
// A character takes at most eight bytes' worth of attention: marks without a width must not make a line endless.
constexpr std::size_t kGlyphsPerColumn = 4;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U; }

// The byte at most `glyphs` characters before `from`.
std::size_t step_back(std::string_view line, std::size_t from, std::size_t glyphs) {
  for (; from > 0 && glyphs > 0; --glyphs) {
    --from;
    for (int i = 0; i < 3 && from > 0 && continues_character(line[from]); ++i) --from;
  }
  return from;
}

struct Glyphs {
  std::vector<Glyph> list;
  std::size_t begin = 0;  // bytes of the line
  std::size_t end = 0;
  std::size_t focus = 0;  // index into list
};

// The characters that can be visible: a width of them on either side of the focus.
Glyphs glyphs_around(std::string_view line, std::size_t focus, unsigned width) {
  Glyphs glyphs;
  glyphs.begin = step_back(line, focus, width);
  std::size_t at = glyphs.begin;
  for (std::size_t left = kGlyphsPerColumn * width; at < line.size() && left > 0; --left) {
    if (at <= focus) glyphs.focus = glyphs.list.size();
    glyphs.list.push_back(glyph_at(line, at));
    at += glyphs.list.back().bytes;
  }
  if (at <= focus) glyphs.focus = glyphs.list.size();
  glyphs.end = at;
  return glyphs;
}

unsigned columns_of(const Glyphs& glyphs, std::size_t from, std::size_t to) {
  unsigned columns = 0;
  for (std::size_t i = from; i < to; ++i) columns += glyphs.list[i].columns;
  return columns;
}

}  // namespace

LineView::LineView(std::string_view line, std::size_t focus, unsigned width) {
  focus = std::min(focus, line.size());
  Glyphs glyphs = glyphs_around(line, focus, width);
  std::size_t first = 0;
  const bool fits =
      glyphs.begin == 0 && glyphs.end == line.size() && columns_of(glyphs, 0, glyphs.list.size()) <= width;
  if (!fits) {
    // As much as possible from the begin of the line, but the focus is visible with some text after it.
    const unsigned before_focus = width * 2 / 3;
    while (first < glyphs.focus && columns_of(glyphs, first, glyphs.focus) > before_focus) ++first;
  }
  const bool is_cut_left = glyphs.begin > 0 || first > 0;
  if (is_cut_left) text_ = kCut;
  unsigned column = begin_column_ = is_cut_left ? kCutColumns : 0;
  std::size_t byte = glyphs.begin;
  for (std::size_t i = 0; i < first; ++i) byte += glyphs.list[i].bytes;
  std::size_t next = first;
  for (; next < glyphs.list.size(); ++next) {
    const Glyph& glyph = glyphs.list[next];
    if (!fits && column + glyph.columns + kCutColumns > width) break;
    cells_.push_back({byte, column});
    text_ += glyph.shown;
    column += glyph.columns;
    byte += glyph.bytes;
  }
  if (byte < line.size()) text_ += kCut;
  end_byte_ = byte;
  end_column_ = column;
}

LineView LineView::of(Places& places, FileId file, std::uint32_t line, std::size_t focus, unsigned width) {
  const std::string_view source = places.line(file, line);
  const Redaction& redaction = places.redaction(file);
  if (!redaction.hides(line)) return LineView(source, focus, width);
  LineView view;
  view.is_hidden_ = true;
  const std::size_t indent = std::min<std::size_t>({source.find_first_not_of(' '), source.size(), width / 2});
  view.text_ = std::string(indent, ' ') + redaction.placeholder(line);
  view.begin_column_ = static_cast<unsigned>(indent);
  view.end_column_ = display_width(view.text_);
  return view;
}

unsigned LineView::column_of(std::size_t byte) const {
  if (byte >= end_byte_) return end_column_;
  const auto at = std::lower_bound(cells_.begin(), cells_.end(), byte,
                                   [](const Cell& cell, std::size_t b) { return cell.byte < b; });
  return at == cells_.end() ? end_column_ : at->column;
}

LineView::Columns LineView::columns(std::size_t begin, std::size_t end) const {
  if (is_hidden_) return {begin_column_, end_column_};
  const unsigned from = std::max(begin_column_, column_of(begin));
  return {from, std::max(from + 1, column_of(end))};
}

}  // namespace vlint
