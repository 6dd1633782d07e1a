#include "lint/output/fix_preview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/output/credentials.h"
#include "lint/output/display.h"
#include "lint/output/line_view.h"

namespace vlint {
namespace {

constexpr std::string_view kMargin = "     ";
constexpr std::size_t kMaxRows = 12;
constexpr std::size_t kHeaderRows = 2;          // of a unified diff: the names of the files
constexpr std::uint32_t kMaxBytes = 1U << 16U;  // of source text that one change may touch to be shown

// The line up to its first colon, where its key is `key`: whether that is a credential or the name of one depends on
// what stands beside it. Empty for other lines, and where the value is empty or a block.
std::string_view key_of(std::string_view line) {
  constexpr std::string_view kKey = "key:";
  const std::size_t at = line.find(kKey);
  const bool is_alone =
      at != std::string_view::npos && trim(line.substr(0, at)).find_first_not_of("- {") == std::string_view::npos;
  if (!is_alone) return {};
  const std::string_view value = trim(line.substr(at + kKey.size()));
  const bool is_block = value.size() < 3 || value.front() == '|' || value.front() == '>';
  return is_block ? std::string_view{} : line.substr(0, at + kKey.size());
}

// Edits of one file whose lines touch.
using Edits = std::span<const TextEdit>;

class Preview {
 public:
  Preview(Places& places, const Style& style, unsigned width) : places_(places), style_(style), width_(width) {}

  // Lines first to last of the file, with the edits that touch them.
  void draw(FileId file, Edits edits, std::uint32_t first, std::uint32_t last) {
    const LineTable& table = places_.lines(file);
    const std::uint32_t begin = std::min(table.line_begin(first), edits.front().where.begin);
    const auto size = static_cast<std::uint32_t>(places_.text(file).size());
    const std::uint32_t end = last < table.line_count() ? table.line_begin(last + 1) : size;
    if (end - begin > kMaxBytes) return draw_too_long(edits.front().where);
    const std::string_view old_text = places_.text(file).substr(begin, end - begin);
    const std::optional<std::string> new_text = changed(old_text, edits, begin);
    if (!new_text) return;
    const std::string diff = unified_diff("", with_plain_line_ends(old_text), with_plain_line_ends(*new_text));
    std::vector<std::string_view> rows;
    for (const std::string_view row : split(diff, '\n')) {
      if (!row.empty() && row.front() != '@' && row.front() != '\\') rows.push_back(row);
    }
    if (rows.size() > kHeaderRows) draw_rows(file, std::span(rows).subspan(kHeaderRows), first, last);
  }

  std::string take() {
    if (left_out_ > 0) out_ += fmt::format("{}... and {}\n", kMargin, counted(left_out_, "more line"));
    return std::move(out_);
  }

 private:
  static std::optional<std::string> changed(std::string_view text, Edits edits, std::uint32_t begin) {
    std::vector<TextEdit> moved(edits.begin(), edits.end());
    for (TextEdit& edit : moved) {
      edit.where.begin -= begin;
      edit.where.end -= begin;
    }
    Result<std::string> result = apply_edits(text, std::move(moved));
    if (!result) return std::nullopt;
    return std::move(result).value();
  }

  // Line ends do not count here, nor does the one that is missing at the end of a file.
  static std::string with_plain_line_ends(std::string_view text) {
    std::string plain;
    for (const char c : text) {
      if (c == '\n' && plain.ends_with('\r')) plain.pop_back();
      plain += c;
    }
    if (!plain.empty() && !plain.ends_with('\n')) plain += '\n';
    return plain;
  }

  // Rows of a diff of lines first to last. What is only inserted is shown below the line before it.
  void draw_rows(FileId file, std::span<const std::string_view> rows, std::uint32_t first, std::uint32_t last) {
    const auto is_kept = [](std::string_view row) { return row.front() == ' '; };
    const auto is_removed = [](std::string_view row) { return row.front() == '-'; };
    while (is_kept(rows.back())) rows = rows.first(rows.size() - 1);
    const bool only_inserts = std::none_of(rows.begin(), rows.end(), is_removed);
    std::uint32_t line = first;
    // Of the lines before the first change, one is of use, and only to an insertion.
    for (; is_kept(rows.front()) && (!only_inserts || is_kept(rows[1])); rows = rows.subspan(1)) ++line;
    const bool needs_line_before = only_inserts && !is_kept(rows.front()) && line > 1;
    if (needs_line_before) --line;
    if (rows_ < kMaxRows) out_ += fmt::format("{}{}:{}\n", kMargin, printable(places_.path(file)), line);
    const bool is_hidden = places_.redaction(file).hides(line, last);
    if (needs_line_before) row(' ', LineView::of(places_, file, line++, 0, width()));
    CredentialScanner scanner;
    std::vector<std::string_view> shown;  // keys of old lines that are no credentials where they stand
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string_view text = rows[i];
      const std::string_view key = key_of(text.substr(1));
      if (text.front() != '+') {
        if (is_removed(text) && !key.empty() && !places_.redaction(file).hides(line)) shown.push_back(key);
        row(text.front(), LineView::of(places_, file, line++, 0, width()));
      } else if (is_hidden || (!is_of_toleration(rows, i) && hides(scanner, text.substr(1), key, shown))) {
        row('+', "<hidden>");
      } else {
        row('+', LineView(text.substr(1), 0, width()));
      }
    }
  }

  // Whether a line that is added belongs to a mapping which is added whole and has an `effect`, as tolerations of pods
  // have: `key` and `value` are the name and value of a taint there.
  static bool is_of_toleration(std::span<const std::string_view> rows, std::size_t index) {
    const std::size_t column = column_of(rows[index]);
    const auto is_sibling = [&](std::string_view row) { return row.front() == '+' && column_of(row) == column; };
    const auto is_item = [](std::string_view row) { return trim(row.substr(1)).starts_with("- "); };
    std::size_t begin = index;
    while (!is_item(rows[begin]) && begin > 0 && is_sibling(rows[begin - 1])) --begin;
    std::size_t end = index + 1;
    while (end < rows.size() && is_sibling(rows[end]) && !is_item(rows[end])) ++end;
    constexpr std::string_view kKeys[] = {"key", "operator", "value", "effect", "tolerationSeconds"};
    bool has_effect = false;
    for (const std::string_view row : rows.subspan(begin, end - begin)) {
      const std::string_view key =
          row.substr(column, row.find(':') == std::string_view::npos ? 0 : row.find(':') - column);
      if (std::find(std::begin(kKeys), std::end(kKeys), key) == std::end(kKeys)) return false;
      if (key == "key" && names_credential(trim(row.substr(row.find(':') + 1)))) return false;
      if (find_credential(row.substr(row.find(':') + 1))) return false;
      has_effect |= key == "effect";
    }
    return is_item(rows[begin]) && has_effect;
  }

  // Where the text of a row begins, behind the mark of the diff and the dash of a list.
  static std::size_t column_of(std::string_view row) {
    const std::size_t column = row.find_first_not_of(" -", 1);
    return column == std::string_view::npos ? row.size() : column;
  }

  // Alone, `key: cloud` may hold a credential; where the same key of the old line is shown, it names one.
  static bool hides(CredentialScanner& scanner, std::string_view line, std::string_view key,
                    const std::vector<std::string_view>& shown) {
    if (!scanner.hides(line)) return false;
    const bool is_shown = !key.empty() && std::find(shown.begin(), shown.end(), key) != shown.end();
    return !is_shown || find_credential(line.substr(key.size())).has_value();
  }

  void draw_too_long(const Span& where) {
    out_ += fmt::format("{}{} (too long to be shown here; --diff shows it)\n", kMargin, places_.name(where));
  }

  void row(char mark, const LineView& view) { row(mark, view.text()); }

  void row(char mark, std::string_view text) {
    if (rows_++ >= kMaxRows) {
      ++left_out_;
      return;
    }
    std::string line(1, mark);
    if (!text.empty()) line += ' ';
    line += text;
    out_ += kMargin;
    out_ += mark == '-' ? style_.removed(line) : mark == '+' ? style_.added(line) : line;
    out_ += '\n';
  }

  unsigned width() const { return std::max(width_, 60U) - static_cast<unsigned>(kMargin.size()) - 2; }

  Places& places_;
  const Style& style_;
  unsigned width_;
  std::string out_;
  std::size_t rows_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace

std::string preview_fix(const Fix& fix, Places& places, const Style& style, unsigned width) {
  std::vector<TextEdit> edits = fix.edits;
  std::sort(edits.begin(), edits.end());
  Preview preview(places, style, width);
  for (std::size_t first = 0; first < edits.size();) {
    const FileId file = edits[first].where.file;
    const std::uint32_t from = places.line_of(file, edits[first].where.begin);
    std::uint32_t to = places.line_of(file, edits[first].where.end);
    std::size_t end = first + 1;
    for (; end < edits.size() && edits[end].where.file == file; ++end) {
      if (places.line_of(file, edits[end].where.begin) > to + 1) break;
      to = std::max(to, places.line_of(file, edits[end].where.end));
    }
    preview.draw(file, Edits(edits).subspan(first, end - first), from, to);
    first = end;
  }
  return preview.take();
}

}  // namespace vlint
