#include "lint/output/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lint/output/display.h"
#include "lint/output/line_view.h"

namespace vlint {
namespace {

constexpr std::uint32_t kNear = 6;          // lines apart that two marks of one frame may be
constexpr std::uint32_t kShownBetween = 2;  // lines between two marks that are shown rather than replaced by "..."

// A mark with its place in lines.
struct Placed {
  const Mark* mark;
  std::uint32_t line;
  std::uint32_t last_line;
};

// Marks of one file that share a frame, by line.
using Group = std::vector<Placed>;

// The last line that a span has a byte of.
std::uint32_t last_line_of(const Span& span, Places& places) {
  return places.line_of(span.file, span.end > span.begin ? span.end - 1 : span.end);
}

std::vector<Group> group(std::span<const Mark> marks, Places& places) {
  std::vector<FileId> files;
  for (const Mark& mark : marks) {
    if (std::find(files.begin(), files.end(), mark.where.file) == files.end()) files.push_back(mark.where.file);
  }
  std::vector<Group> groups;
  for (const FileId file : files) {
    Group of_file;
    for (const Mark& mark : marks) {
      if (mark.where.file != file) continue;
      of_file.push_back({&mark, places.begin(mark.where).line, last_line_of(mark.where, places)});
    }
    std::stable_sort(of_file.begin(), of_file.end(), [](const Placed& a, const Placed& b) { return a.line < b.line; });
    const std::size_t first = groups.size();
    for (const Placed& placed : of_file) {
      const bool joins = groups.size() > first && placed.line - groups.back().back().line <= kNear;
      if (!joins) groups.emplace_back();
      groups.back().push_back(placed);
    }
    // The frame of the primary place leads.
    const auto has_primary = [](const Group& g) {
      return std::any_of(g.begin(), g.end(), [](const Placed& placed) { return placed.mark->is_primary; });
    };
    std::stable_partition(groups.begin() + static_cast<std::ptrdiff_t>(first), groups.end(), has_primary);
  }
  return groups;
}

const Mark& leader(const Group& group) {
  const auto primary =
      std::find_if(group.begin(), group.end(), [](const Placed& placed) { return placed.mark->is_primary; });
  return *(primary != group.end() ? *primary : group.front()).mark;
}

// Draws one report's frames.
class Artist {
 public:
  Artist(Places& places, Severity severity, const Style& style, const Layout& layout)
      : places_(places), severity_(severity), style_(style), layout_(layout) {}

  void draw(const Group& group) {
    const std::string blank(layout_.gutter, ' ');
    out_ += fmt::format("{}{} {}\n", blank, style_.frame("-->"), places_.name(leader(group).where));
    row("", "");
    std::uint32_t last = 0;
    for (std::size_t i = 0; i < group.size(); ++i) {
      const std::uint32_t line = group[i].line;
      if (line == last) continue;
      if (last != 0) draw_between(group[i].mark->where.file, last + 1, line);
      draw_line(group, i);
      last = line;
    }
  }

  std::string take() { return std::move(out_); }

 private:
  unsigned source_width() const {
    const unsigned used = layout_.gutter + 3;
    return std::max(layout_.width, used + 40) - used;
  }

  void row(std::string_view number, std::string_view text) {
    const std::string margin = fmt::format("{:>{}} |", number, layout_.gutter);
    out_ += style_.frame(margin);
    if (!text.empty()) out_ += ' ';
    out_ += text;
    out_ += '\n';
  }

  void source_row(std::uint32_t line, const LineView& view) {
    row(std::to_string(line), view.is_hidden() ? style_.hidden(view.text()) : view.text());
  }

  void draw_between(FileId file, std::uint32_t from, std::uint32_t to) {
    if (to - from > kShownBetween) {
      out_ += style_.frame("...");
      out_ += '\n';
      return;
    }
    for (std::uint32_t line = from; line < to; ++line) {
      source_row(line, LineView::of(places_, file, line, 0, source_width()));
    }
  }

  // The line of the group's i-th mark, with a row for each mark on it.
  void draw_line(const Group& group, std::size_t i) {
    const std::uint32_t line = group[i].line;
    const FileId file = group[i].mark->where.file;
    const std::uint32_t begin = places_.lines(file).line_begin(line);
    std::size_t end = i;
    while (end < group.size() && group[end].line == line) ++end;
    const auto marks = std::span(group).subspan(i, end - i);
    const auto focus = std::find_if(marks.begin(), marks.end(), [](const Placed& p) { return p.mark->is_primary; });
    const Placed& focused = focus == marks.end() ? marks.front() : *focus;
    const LineView view = LineView::of(places_, file, line, offset_in(focused, begin), source_width());
    source_row(line, view);
    for (const Placed& placed : marks) draw_underline(placed, view, begin);
  }

  static std::size_t offset_in(const Placed& placed, std::uint32_t line_begin) {
    return std::max(placed.mark->where.begin, line_begin) - line_begin;
  }

  void draw_underline(const Placed& placed, const LineView& view, std::uint32_t line_begin) {
    const Mark& mark = *placed.mark;
    // Of a place that goes over several lines the first one is underlined.
    const std::uint32_t line_end = places_.line_end(mark.where.file, placed.line);
    const std::uint32_t end = placed.last_line > placed.line ? line_end : std::min(mark.where.end, line_end);
    const std::size_t from = offset_in(placed, line_begin);
    const LineView::Columns columns =
        view.columns(from, std::max<std::size_t>(from, std::max(end, line_begin) - line_begin));
    std::string underline(columns.end - columns.begin, mark.is_primary ? '^' : '-');
    if (!mark.message.empty()) underline += ' ' + printable(mark.message);
    if (placed.last_line > placed.line) underline += fmt::format(" (up to line {})", placed.last_line);
    row("", std::string(columns.begin, ' ') +
                (mark.is_primary ? style_.severity(severity_, underline) : style_.frame(underline)));
  }

  Places& places_;
  Severity severity_;
  const Style& style_;
  Layout layout_;
  std::string out_;
};

}  // namespace

unsigned gutter_for(std::span<const Mark> marks, Places& places) {
  std::uint32_t last = 0;
  for (const Mark& mark : marks) last = std::max(last, places.begin(mark.where).line);
  return std::max(2U, static_cast<unsigned>(std::to_string(last).size()));
}

std::string draw_frames(std::span<const Mark> marks, Places& places, Severity severity, const Style& style,
                        const Layout& layout) {
  Artist artist(places, severity, style, layout);
  for (const Group& g : group(marks, places)) artist.draw(g);
  return artist.take();
}

}  // namespace vlint
