// The coverage of a cluster as a table for people: as text in a given width, and as Markdown.
#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/output/coverage.h"
#include "lint/output/display.h"
#include "lint/output/protections.h"
#include "lint/output/style.h"

namespace vlint {
namespace {

using velero::Verdict;

struct Row {
  Coverage coverage = Coverage::unknown;
  std::string what;  // name, and what it is
  std::string by;    // the Schedule, or what else backs it up; empty: none
  std::string how;   // method
  std::string why;   // the reason
};

std::string describe(const ClusterCoverage& cluster, const CoverageEntry& entry) {
  const std::string name = name_of(cluster, entry);
  return entry.use == nullptr ? name
                              : fmt::format("{} ({})", name, entry.use->source.empty() ? "unknown" : entry.use->source);
}

// A verdict that says more than that the Schedule is about something else.
bool is_worth_a_row(const Verdict& verdict) { return verdict.selected != Known::no; }

// The rows of an entry: each Schedule that concerns it and everything else that protects it, or one that says that
// nothing does.
void add_rows(const ClusterCoverage& cluster, const CoverageEntry& entry, std::vector<Row>& rows) {
  const std::size_t first = rows.size();
  for (const Verdict& verdict : entry.verdicts()) {
    if (!is_worth_a_row(verdict)) continue;
    std::string why = velero::explain(verdict.reason);
    if (verdict.assumed) why += " (assumed)";
    rows.push_back({entry.coverage, rows.size() == first ? describe(cluster, entry) : std::string(),
                    cluster.plan->schedules[verdict.schedule].name, std::string(velero::to_string(verdict.method)),
                    std::move(why)});
  }
  const std::vector<Protection> others = entry.by_others == nullptr
                                             ? std::vector<Protection>()
                                             : protections_of(*cluster.volsync, *entry.by_others, *cluster.kyverno);
  for (const Protection& other : others) {
    std::string why = other.reason;
    if (other.generated_by) why += fmt::format(", by the policy {}", other.generated_by->policy);
    if (other.assumed) why += " (assumed)";
    rows.push_back({entry.coverage, rows.size() == first ? describe(cluster, entry) : std::string(), other.by,
                    std::string(other.method), std::move(why)});
  }
  if (rows.size() > first) return;
  const bool has_schedules = !cluster.plan->schedules.empty();
  rows.push_back({entry.coverage, describe(cluster, entry), "", "none",
                  has_schedules ? "no Schedule selects it" : "the cluster has no Schedule"});
}

std::vector<Row> rows_of(const ClusterCoverage& cluster) {
  std::vector<Row> rows;
  for (const CoverageEntry& entry : cluster.entries) add_rows(cluster, entry, rows);
  return rows;
}

std::string totals(const ClusterCoverage& cluster) {
  std::vector<std::string> parts;
  for (int i = 0; i <= static_cast<int>(Coverage::skipped); ++i) {
    const auto coverage = static_cast<Coverage>(i);
    if (cluster.count(coverage) > 0)
      parts.push_back(fmt::format("{} {}", cluster.count(coverage), to_string(coverage)));
  }
  std::string line = parts.empty() ? "no claims and no volumes" : join(parts, ", ");
  if (cluster.is_known()) {
    line += fmt::format(": {} % covered", cluster.percent());
  } else if (!parts.empty()) {
    line += ": how much is covered is not known";
  }
  if (cluster.scratch > 0) line += fmt::format("; {} with nothing to protect", counted(cluster.scratch, "volume"));
  return line;
}

std::string heading(const Analysis& analysis, const ClusterCoverage& cluster) {
  return analysis.clusters.size() == 1 ? std::string() : fmt::format("cluster {}", cluster.cluster->name());
}

// What the names in the third column are. Those of other tools have the tool in front, behind it a colon.
std::string_view heading_of_names(const std::vector<Row>& rows) {
  const bool has_others =
      std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.by.find(':') != std::string::npos; });
  return has_others ? "by" : "Schedule";
}

// The text in a column: cut with an ellipsis, or filled with blanks.
std::string cell(std::string_view text, unsigned width) {
  const std::string shown = printable(text);
  const unsigned columns = display_width(shown);
  if (columns <= width) return shown + std::string(width - columns, ' ');
  std::string cut;
  unsigned used = 0;
  for (std::size_t at = 0; at < shown.size();) {
    const Glyph glyph = glyph_at(shown, at);
    if (used + glyph.columns + 1 > width) break;
    cut += glyph.shown;
    used += glyph.columns;
    at += glyph.bytes;
  }
  return cut + "…" + std::string(width - used - 1, ' ');
}

struct Widths {
  unsigned coverage = 13;
  unsigned what = 15;
  unsigned by = 8;
  unsigned how = 4;
  unsigned why = 0;
  bool stacked = false;  // the claim on a line of its own, and what becomes of it below
};

// The last column gets what the others leave. Names of Schedules are cut only where it would be left with too little.
Widths widths_for(const std::vector<Row>& rows, unsigned width) {
  constexpr unsigned kLeastReason = 40;
  Widths widths;
  for (const Row& row : rows) {
    widths.what = std::max(widths.what, display_width(printable(row.what)));
    widths.by = std::max(widths.by, display_width(printable(row.by)));
    widths.how = std::max(widths.how, display_width(row.how));
  }
  constexpr unsigned kGap = 2;
  widths.stacked = widths.coverage + widths.what + widths.by + widths.how + 4 * kGap + kLeastReason > width;
  unsigned taken = widths.coverage + widths.how + 3 * kGap + (widths.stacked ? 0 : widths.what + kGap);
  if (taken + widths.by + kLeastReason > width) {
    widths.by = std::max(8U, width - std::min(width, taken + kLeastReason));
  }
  taken += widths.by;
  widths.why = std::max(kLeastReason / 2, width > taken ? width - taken : 0);
  return widths;
}

std::string coloured(const Style& style, Coverage coverage, const std::string& text) {
  if (coverage <= Coverage::silently_lost) return style.removed(text);
  if (coverage == Coverage::covered) return style.added(text);
  return coverage == Coverage::unprotected ? style.strong(text) : style.hidden(text);
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

void add_row(const Style& style, const Widths& widths, const Row& row, std::string& out) {
  const std::string word = row.what.empty() ? "" : std::string(to_string(row.coverage));
  std::string left = coloured(style, row.coverage, cell(word, widths.coverage)) + "  ";
  unsigned indent = widths.coverage + 2;
  if (widths.stacked && !row.what.empty()) {
    out += without_trailing_blanks(left + printable(row.what));
    left = std::string(indent, ' ');
  } else if (!widths.stacked) {
    left += cell(row.what, widths.what) + "  ";
    indent += widths.what + 2;
  }
  left += fmt::format("{}  {}  ", cell(row.by, widths.by), cell(row.how, widths.how));
  indent += widths.by + widths.how + 4;
  const std::vector<std::string> lines = wrap(row.why, widths.why);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += without_trailing_blanks((i == 0 ? left : std::string(indent, ' ')) + lines[i]);
  }
}

// A bar in a cell of a Markdown table would end it.
std::string markdown_cell(std::string_view text) {
  std::string escaped;
  for (const char c : printable(text)) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

}  // namespace

std::string print_coverage_text(const Analysis& analysis, unsigned width, bool colour) {
  const Style style(colour);
  std::string out;
  for (const ClusterCoverage& cluster : coverage_of(analysis)) {
    if (!out.empty()) out += "\n";
    const std::string title = heading(analysis, cluster);
    if (!title.empty()) out += style.strong(printable(title)) + "\n";
    const std::vector<Row> rows = rows_of(cluster);
    const Widths widths = widths_for(rows, width);
    if (!rows.empty()) {
      const std::string what = widths.stacked ? std::string() : cell("claim or volume", widths.what) + "  ";
      out += without_trailing_blanks(fmt::format("{}  {}{}  {}  why", cell("coverage", widths.coverage), what,
                                                 cell(heading_of_names(rows), widths.by), cell("how", widths.how)));
    }
    for (const Row& row : rows) add_row(style, widths, row, out);
    out += (rows.empty() ? "" : "\n") + totals(cluster) + "\n";
  }
  return out;
}

std::string print_coverage_markdown(const Analysis& analysis) {
  std::string out;
  for (const ClusterCoverage& cluster : coverage_of(analysis)) {
    const std::string title = heading(analysis, cluster);
    out += fmt::format("## Backup coverage{}\n\n{}\n", title.empty() ? "" : " of " + markdown_cell(title),
                       totals(cluster));
    const std::vector<Row> rows = rows_of(cluster);
    if (!rows.empty()) {
      out += fmt::format("\n| coverage | claim or volume | {} | how | why |\n| --- | --- | --- | --- | --- |\n",
                         heading_of_names(rows));
    }
    for (const Row& row : rows) {
      out += fmt::format("| {} | {} | {} | {} | {} |\n", row.what.empty() ? "" : to_string(row.coverage),
                         markdown_cell(row.what), markdown_cell(row.by), row.how, markdown_cell(row.why));
    }
    out += "\n";
  }
  if (!out.empty()) out.pop_back();
  return out;
}

}  // namespace vlint
