#include "lint/output/sarif_fix.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "lint/base/text.h"
#include "lint/output/credentials.h"

namespace vlint {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Moves one edit of a text without changing what it does.
class Mover {
 public:
  Mover(std::string_view text, std::uint32_t first) : text_(text), first_(first) {}

  TextEdit settle(TextEdit edit) const {
    drop_common_line_end(edit);
    drop_common_indentation(edit);
    if (at_line_start(edit.where.begin)) slide_over_line_end(edit);
    if (is_in_indentation(edit.where.begin)) widen_to_previous_line(edit);
    keep_line_ends_whole(edit);
    return edit;
  }

  bool changes_nothing(const TextEdit& edit) const { return removed(edit) == edit.text; }

  std::string_view between(std::uint32_t begin, std::uint32_t end) const { return text_.substr(begin, end - begin); }

 private:
  std::string_view removed(const TextEdit& edit) const { return between(edit.where.begin, edit.where.end); }

  bool at_line_start(std::uint32_t at) const { return at > first_ && text_[at - 1] == '\n'; }

  // In the blanks at the begin of a line that is not the first.
  bool is_in_indentation(std::uint32_t at) const {
    std::uint32_t begin = at;
    while (begin > first_ && is_blank(text_[begin - 1])) --begin;
    if (!at_line_start(begin)) return false;
    const std::size_t token = text_.find_first_not_of(" \t", begin);
    return at < std::min(token, text_.size());
  }

  bool splits_line_end(std::uint32_t at) const {
    return at > first_ && at < text_.size() && text_[at - 1] == '\r' && text_[at] == '\n';
  }

  void drop_common_line_end(TextEdit& edit) const {
    if (!removed(edit).ends_with('\n') || !edit.text.ends_with('\n')) return;
    const bool both_return = removed(edit).ends_with("\r\n") && edit.text.ends_with("\r\n");
    if (!both_return && removed(edit).ends_with("\r\n") != edit.text.ends_with("\r\n")) return;
    const std::uint32_t size = both_return ? 2 : 1;
    edit.where.end -= size;
    edit.text.resize(edit.text.size() - size);
  }

  void drop_common_indentation(TextEdit& edit) const {
    if (!is_in_indentation(edit.where.begin)) return;
    std::size_t common = 0;
    const std::string_view old_text = removed(edit);
    while (common < old_text.size() && common < edit.text.size() && is_blank(old_text[common]) &&
           old_text[common] == edit.text[common]) {
      ++common;
    }
    edit.where.begin += static_cast<std::uint32_t>(common);
    edit.text.erase(0, common);
  }

  // One byte to the left: what is removed and what is inserted both end with the byte that stands before them.
  bool slide(TextEdit& edit) const {
    if (edit.where.begin <= first_) return false;
    const char before = text_[edit.where.begin - 1];
    if (edit.where.size() > 0 && text_[edit.where.end - 1] != before) return false;
    if (!edit.text.empty() && edit.text.back() != before) return false;
    --edit.where.begin;
    --edit.where.end;
    if (!edit.text.empty()) std::rotate(edit.text.begin(), edit.text.end() - 1, edit.text.end());
    return true;
  }

  void slide_over_line_end(TextEdit& edit) const {
    if (slide(edit) && splits_line_end(edit.where.begin)) slide(edit);
  }

  void widen_to_previous_line(TextEdit& edit) const {
    std::uint32_t begin = edit.where.begin;
    while (is_blank(text_[begin - 1])) --begin;
    --begin;  // the line end
    if (splits_line_end(begin)) --begin;
    edit.text.insert(0, between(begin, edit.where.begin));
    edit.where.begin = begin;
  }

  void keep_line_ends_whole(TextEdit& edit) const {
    if (splits_line_end(edit.where.begin)) {
      edit.text.insert(0, 1, '\r');
      --edit.where.begin;
    }
    if (splits_line_end(edit.where.end)) {
      edit.text += '\n';
      ++edit.where.end;
    }
  }

  std::string_view text_;
  std::uint32_t first_;  // first byte after the byte-order mark
};

bool begins_character(std::string_view text, std::uint32_t at) {
  return at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
}

// Sorted edits that SARIF can express.
bool can_be_written(const std::vector<TextEdit>& edits, std::string_view text, std::uint32_t first) {
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const Span& where = edits[i].where;
    if (where.begin < first || where.begin > where.end || where.end > text.size()) return false;
    if (!begins_character(text, where.begin) || !begins_character(text, where.end)) return false;
    if (find_invalid_utf8(edits[i].text)) return false;
    if (i > 0 && conflict(edits[i - 1], edits[i])) return false;
  }
  return true;
}

bool inserts_credential(const TextEdit& edit) {
  CredentialScanner scanner;
  const std::vector<std::string_view> lines = split(edit.text, '\n');
  return std::any_of(lines.begin(), lines.end(), [&](std::string_view line) { return scanner.hides(line); });
}

// An edit as it came and as it is written.
struct Settled {
  TextEdit plain;
  TextEdit canonical;
};

// Both as one. What stands between is replaced by itself.
TextEdit joined(const TextEdit& a, const TextEdit& b, const Mover& mover) {
  TextEdit both = a;
  both.where.end = b.where.end;
  both.text += mover.between(a.where.end, b.where.begin);
  both.text += b.text;
  return both;
}

}  // namespace

std::optional<std::vector<TextEdit>> canonical_edits(FileId file, std::vector<TextEdit> edits, Places& places) {
  const std::string_view text = places.text(file);
  const std::uint32_t first = places.lines(file).line_begin(1);
  std::sort(edits.begin(), edits.end());
  edits.erase(std::unique(edits.begin(), edits.end()), edits.end());
  if (!places.is_utf8(file) || !can_be_written(edits, text, first)) return std::nullopt;
  const Mover mover(text, first);
  std::vector<Settled> settled;
  for (TextEdit& edit : edits) {
    Settled next{edit, mover.settle(edit)};
    // Moving an edit to the line before may bring it to the one there: then they are one.
    while (!settled.empty() && settled.back().canonical.where.end >= next.canonical.where.begin) {
      const Settled& last = settled.back();
      const bool touches = last.canonical.where.end == next.canonical.where.begin;
      TextEdit plain = joined(last.plain, next.plain, mover);
      TextEdit canonical = touches ? joined(last.canonical, next.canonical, mover) : mover.settle(plain);
      next = {std::move(plain), std::move(canonical)};
      settled.pop_back();
    }
    if (!mover.changes_nothing(next.canonical)) settled.push_back(std::move(next));
  }
  std::vector<TextEdit> result;
  for (Settled& edit : settled) {
    if (inserts_credential(edit.canonical)) return std::nullopt;
    result.push_back(std::move(edit.canonical));
  }
  return result;
}

}  // namespace vlint
