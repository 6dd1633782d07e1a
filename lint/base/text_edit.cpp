#include "lint/base/text_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

namespace vlint {

bool conflict(const TextEdit& a, const TextEdit& b) {
  if (a.where.file != b.where.file || a == b) return false;
  if (a.where == b.where) return true;  // two texts for one place
  // An empty span has no byte of its own: it conflicts only strictly inside the other.
  return a.where.begin < b.where.end && b.where.begin < a.where.end;
}

Result<std::string> apply_edits(std::string_view text, std::vector<TextEdit> edits) {
  std::sort(edits.begin(), edits.end());
  edits.erase(std::unique(edits.begin(), edits.end()), edits.end());
  std::size_t added = 0;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    const Span& where = edits[i].where;
    if (where.begin > where.end || where.end > text.size()) {
      return Error{fmt::format("an edit of bytes {} to {} does not fit a text of {} bytes", where.begin, where.end,
                               text.size())};
    }
    // Sorted edits that do not conflict with their neighbour conflict with none: each ends before the next begins.
    if (i > 0 && conflict(edits[i - 1], edits[i])) {
      return Error{fmt::format("two edits change the same text at byte {}", where.begin)};
    }
    if (where.file != edits.front().where.file) return Error{"the edits are of several files"};
    added += edits[i].text.size();
  }
  std::string result;
  result.reserve(text.size() + added);
  std::size_t kept = 0;
  for (const TextEdit& edit : edits) {
    result += text.substr(kept, edit.where.begin - kept);
    result += edit.text;
    kept = edit.where.end;
  }
  result += text.substr(kept);
  return result;
}

namespace {

// Beyond these the diff stays correct but is no longer minimal, so that no pair of texts takes quadratic time.
constexpr std::size_t kMaxEdits = 256;
constexpr unsigned kMaxDepth = 64;

constexpr std::size_t kContext = 3;

// Lines with their line ends: a last line without one differs from the same line with one.
std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t newline = text.find('\n', at);
    const std::size_t end = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

// A stretch of both texts (old lines [a, a_end), new lines [b, b_end)) that has not been compared yet.
struct Stretch {
  std::size_t a, a_end, b, b_end;
  unsigned depth;
};

// Which lines go and which come. Patience first (lines that occur once on each side are matched, in the longest order
// they share), then Myers' O(ND) between them.
class LineDiff {
 public:
  LineDiff(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after)
      : removed(before.size(), false), added(after.size(), false) {
    number_lines(before, after);
    todo_.push_back({0, before.size(), 0, after.size(), 0});
    while (!todo_.empty()) {
      Stretch stretch = todo_.back();
      todo_.pop_back();
      compare(stretch);
    }
  }

  std::vector<bool> removed;
  std::vector<bool> added;

 private:
  struct Anchor {
    std::size_t a, b;
  };

  // Equal lines get equal numbers. By sorting: a hash table could be attacked.
  void number_lines(const std::vector<std::string_view>& before, const std::vector<std::string_view>& after) {
    const std::size_t total = before.size() + after.size();
    const auto text = [&](std::size_t i) { return i < before.size() ? before[i] : after[i - before.size()]; };
    std::vector<std::size_t> order(total);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return text(x) < text(y); });
    old_.resize(before.size());
    new_.resize(after.size());
    std::size_t number = 0;
    for (std::size_t i = 0; i < total; ++i) {
      if (i > 0 && text(order[i]) != text(order[i - 1])) ++number;
      (order[i] < before.size() ? old_[order[i]] : new_[order[i] - before.size()]) = number;
    }
    seen_old_.resize(number + 1);
    seen_new_.resize(number + 1);
    place_new_.resize(number + 1);
  }

  void compare(Stretch s) {
    while (s.a < s.a_end && s.b < s.b_end && old_[s.a] == new_[s.b]) ++s.a, ++s.b;
    while (s.a < s.a_end && s.b < s.b_end && old_[s.a_end - 1] == new_[s.b_end - 1]) --s.a_end, --s.b_end;
    if (s.a == s.a_end || s.b == s.b_end) return mark_all(s);
    if (s.depth < kMaxDepth && split_at_anchors(s)) return;
    if (!myers(s)) mark_all(s);
  }

  void mark_all(const Stretch& s) {
    for (std::size_t i = s.a; i < s.a_end; ++i) removed[i] = true;
    for (std::size_t i = s.b; i < s.b_end; ++i) added[i] = true;
  }

  bool split_at_anchors(const Stretch& s) {
    const std::vector<Anchor> anchors = longest_increasing(unique_common(s));
    if (anchors.empty()) return false;
    Stretch between{s.a, s.a, s.b, s.b, s.depth + 1};
    for (const Anchor& anchor : anchors) {
      between.a_end = anchor.a;
      between.b_end = anchor.b;
      todo_.push_back(between);
      between.a = anchor.a + 1;
      between.b = anchor.b + 1;
    }
    between.a_end = s.a_end;
    between.b_end = s.b_end;
    todo_.push_back(between);
    return true;
  }

  // Lines that occur once in each half of the stretch, in the order of the old text.
  std::vector<Anchor> unique_common(const Stretch& s) {
    for (std::size_t i = s.a; i < s.a_end; ++i) ++seen_old_[old_[i]];
    for (std::size_t i = s.b; i < s.b_end; ++i) {
      ++seen_new_[new_[i]];
      place_new_[new_[i]] = i;
    }
    std::vector<Anchor> found;
    for (std::size_t i = s.a; i < s.a_end; ++i) {
      if (seen_old_[old_[i]] == 1 && seen_new_[old_[i]] == 1) found.push_back({i, place_new_[old_[i]]});
    }
    for (std::size_t i = s.a; i < s.a_end; ++i) seen_old_[old_[i]] = 0;
    for (std::size_t i = s.b; i < s.b_end; ++i) seen_new_[new_[i]] = 0;
    return found;
  }

  // The most anchors that are in order in the new text too.
  static std::vector<Anchor> longest_increasing(const std::vector<Anchor>& anchors) {
    std::vector<std::size_t> tails;  // tails[n]: the anchor with the least b that ends an increasing run of n + 1
    std::vector<std::size_t> previous(anchors.size());
    for (std::size_t i = 0; i < anchors.size(); ++i) {
      const auto at = std::lower_bound(tails.begin(), tails.end(), anchors[i].b,
                                       [&](std::size_t tail, std::size_t b) { return anchors[tail].b < b; });
      previous[i] = at == tails.begin() ? anchors.size() : *(at - 1);
      if (at == tails.end()) {
        tails.push_back(i);
      } else {
        *at = i;
      }
    }
    std::vector<Anchor> run;
    for (std::size_t i = tails.empty() ? anchors.size() : tails.back(); i < anchors.size(); i = previous[i]) {
      run.push_back(anchors[i]);
    }
    std::reverse(run.begin(), run.end());
    return run;
  }

  // E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), greedy and forward. False when the stretch
  // needs more than kMaxEdits removed and added lines.
  bool myers(const Stretch& s) {
    const auto n = static_cast<std::ptrdiff_t>(s.a_end - s.a);
    const auto m = static_cast<std::ptrdiff_t>(s.b_end - s.b);
    const auto limit = std::min(static_cast<std::ptrdiff_t>(kMaxEdits), n + m);
    const std::ptrdiff_t zero = limit + 1;  // index of diagonal 0
    std::vector<std::ptrdiff_t> reach(static_cast<std::size_t>(2 * limit + 3), 0);
    std::vector<std::vector<std::ptrdiff_t>> steps;  // reach[-d..d] as it was before step d
    for (std::ptrdiff_t d = 0; d <= limit; ++d) {
      steps.emplace_back(reach.begin() + (zero - d), reach.begin() + (zero + d + 1));
      for (std::ptrdiff_t k = -d; k <= d; k += 2) {
        const auto at = [&](std::ptrdiff_t diagonal) { return reach[static_cast<std::size_t>(zero + diagonal)]; };
        std::ptrdiff_t x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
        while (x < n && x - k < m && old_line(s, x) == new_line(s, x - k)) ++x;
        reach[static_cast<std::size_t>(zero + k)] = x;
        if (x >= n && x - k >= m) {
          walk_back(s, steps, n, m);
          return true;
        }
      }
    }
    return false;
  }

  void walk_back(const Stretch& s, const std::vector<std::vector<std::ptrdiff_t>>& steps, std::ptrdiff_t x,
                 std::ptrdiff_t y) {
    for (auto d = static_cast<std::ptrdiff_t>(steps.size()) - 1; d > 0; --d) {
      const std::vector<std::ptrdiff_t>& reach = steps[static_cast<std::size_t>(d)];
      const auto at = [&](std::ptrdiff_t diagonal) { return reach[static_cast<std::size_t>(d + diagonal)]; };
      const std::ptrdiff_t k = x - y;
      const bool inserts = k == -d || (k != d && at(k - 1) < at(k + 1));
      const std::ptrdiff_t from = inserts ? k + 1 : k - 1;
      x = at(from);
      y = x - from;
      if (inserts) {
        added[s.b + static_cast<std::size_t>(y)] = true;
      } else {
        removed[s.a + static_cast<std::size_t>(x)] = true;
      }
    }
  }

  std::size_t old_line(const Stretch& s, std::ptrdiff_t i) const { return old_[s.a + static_cast<std::size_t>(i)]; }
  std::size_t new_line(const Stretch& s, std::ptrdiff_t i) const { return new_[s.b + static_cast<std::size_t>(i)]; }

  std::vector<std::size_t> old_, new_;  // numbers of the lines
  std::vector<std::uint32_t> seen_old_, seen_new_;
  std::vector<std::size_t> place_new_;
  std::vector<Stretch> todo_;
};

// Old lines [a, a_end) become new lines [b, b_end).
struct Change {
  std::size_t a, a_end, b, b_end;
};

std::vector<Change> changes_of(const LineDiff& diff) {
  std::vector<Change> changes;
  for (std::size_t a = 0, b = 0; a < diff.removed.size() || b < diff.added.size(); ++a, ++b) {
    Change change{a, a, b, b};
    while (change.a_end < diff.removed.size() && diff.removed[change.a_end]) ++change.a_end;
    while (change.b_end < diff.added.size() && diff.added[change.b_end]) ++change.b_end;
    if (change.a == change.a_end && change.b == change.b_end) continue;
    changes.push_back(change);
    a = change.a_end;
    b = change.b_end;
  }
  return changes;
}

void append_line(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (line.back() != '\n') out += "\n\\ No newline at end of file\n";
}

// "7,3": a range of lines as hunks name it. An empty one names the line before it.
std::string hunk_range(std::size_t begin, std::size_t end) {
  const std::size_t count = end - begin;
  if (count == 1) return fmt::format("{}", begin + 1);
  return fmt::format("{},{}", count == 0 ? begin : begin + 1, count);
}

void append_hunk(std::string& out, std::span<const Change> changes, const std::vector<std::string_view>& before,
                 const std::vector<std::string_view>& after) {
  const std::size_t lead = std::min(changes.front().a, kContext);
  const std::size_t trail = std::min(before.size() - changes.back().a_end, kContext);
  out += fmt::format("@@ -{} +{} @@\n", hunk_range(changes.front().a - lead, changes.back().a_end + trail),
                     hunk_range(changes.front().b - lead, changes.back().b_end + trail));
  std::size_t next = changes.front().a - lead;
  for (const Change& change : changes) {
    for (; next < change.a; ++next) append_line(out, ' ', before[next]);
    for (; next < change.a_end; ++next) append_line(out, '-', before[next]);
    for (std::size_t i = change.b; i < change.b_end; ++i) append_line(out, '+', after[i]);
  }
  for (; next < changes.back().a_end + trail; ++next) append_line(out, ' ', before[next]);
}

// git quotes names as C strings when they hold quotes, backslashes or control characters, and ends names with blanks
// by a tab, so that what follows a name is never taken for part of it.
std::string diff_path(std::string_view side, std::string_view path) {
  std::string quoted;
  bool needs_quotes = false;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
      needs_quotes = true;
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\{:03o}", byte);
      needs_quotes = true;
    } else {
      quoted += c;
    }
  }
  if (needs_quotes) return fmt::format("\"{}{}\"", side, quoted);
  return fmt::format("{}{}{}", side, path, path.find(' ') == std::string_view::npos ? "" : "\t");
}

}  // namespace

std::string unified_diff(std::string_view path, std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<std::string_view> old_lines = split_lines(before);
  const std::vector<std::string_view> new_lines = split_lines(after);
  const std::vector<Change> changes = changes_of(LineDiff(old_lines, new_lines));
  std::string out = fmt::format("--- {}\n+++ {}\n", diff_path("a/", path), diff_path("b/", path));
  for (std::size_t first = 0; first < changes.size();) {
    std::size_t last = first;
    while (last + 1 < changes.size() && changes[last + 1].a - changes[last].a_end <= 2 * kContext) ++last;
    append_hunk(out, std::span(changes).subspan(first, last + 1 - first), old_lines, new_lines);
    first = last + 1;
  }
  return out;
}

}  // namespace vlint
