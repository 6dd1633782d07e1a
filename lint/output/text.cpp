#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "lint/output/display.h"
#include "lint/output/fix_preview.h"
#include "lint/output/frame.h"
#include "lint/output/places.h"
#include "lint/output/printer.h"
#include "lint/output/style.h"

namespace vlint {
namespace {

constexpr std::size_t kMaxRelated = 10;   // related places shown of one finding
constexpr std::size_t kMaxChainEnds = 6;  // steps of a chain shown at either end

// Prints one run.
class TextReport {
 public:
  TextReport(const Results& results, const PrintOptions& options)
      : results_(results), options_(options), style_(options.colour), places_(*results.files) {}

  std::string print() {
    for (const Finding& finding : results_.findings) {
      if (finding.suppressed) {
        ++suppressed_;
      } else {
        print(finding);
      }
    }
    if (options_.verbose) print_incomplete();
    if (!options_.quiet) print_summary();
    return std::move(out_);
  }

 private:
  void print(const Finding& finding) {
    const std::string head = fmt::format("{}[{}]", to_string(finding.severity), printable(finding.rule));
    out_ += style_.severity(finding.severity, head);
    out_ += style_.strong(": " + printable(finding.message));
    out_ += '\n';
    const std::vector<Mark> marks = marks_of(finding);
    layout_ = {gutter_for(marks, places_), options_.width};
    out_ += draw_frames(marks, places_, finding.severity, style_, layout_);
    const std::size_t before_notes = out_.size();
    print_notes(finding);
    if (out_.size() > before_notes && !marks.empty()) {
      out_.insert(before_notes, style_.frame(std::string(layout_.gutter, ' ') + " |") + '\n');
    }
    out_ += '\n';
  }

  static std::vector<Mark> marks_of(const Finding& finding) {
    std::vector<Mark> marks;
    if (finding.primary.where.valid()) marks.push_back({finding.primary.where, finding.primary.message, true});
    for (std::size_t i = 0; i < finding.related.size() && i < kMaxRelated; ++i) {
      if (finding.related[i].where.valid())
        marks.push_back({finding.related[i].where, finding.related[i].message, false});
    }
    return marks;
  }

  // "   = word: ", then lines of text; those after the first are indented by `hang` columns more than the `=`.
  void note(std::string_view word, const std::vector<std::string>& lines, std::size_t hang) {
    const std::string margin(layout_.gutter + 1, ' ');
    out_ += fmt::format("{}{} {}: {}\n", margin, style_.frame("="), style_.strong(word), lines.front());
    for (std::size_t i = 1; i < lines.size(); ++i) {
      if (!lines[i].empty()) out_ += fmt::format("{}{}{}", margin, std::string(hang, ' '), lines[i]);
      out_ += '\n';
    }
  }

  void wrapped_note(std::string_view word, std::string_view text) {
    const std::size_t hang = word.size() + 4;
    const std::size_t used = layout_.gutter + 1 + hang;
    note(word, wrap(text, static_cast<unsigned>(std::max<std::size_t>(options_.width, used + 20) - used)), hang);
  }

  void print_notes(const Finding& finding) {
    for (std::size_t i = 0; i < finding.related.size() && i < kMaxRelated; ++i) {
      if (!finding.related[i].where.valid()) wrapped_note("note", finding.related[i].message);
    }
    if (finding.related.size() > kMaxRelated) {
      wrapped_note("note", counted(finding.related.size() - kMaxRelated, "more related place"));
    }
    if (!finding.chain.empty()) print_chain(finding.chain);
    if (!finding.help.empty()) wrapped_note("help", finding.help);
    for (std::size_t i = 0; i < finding.fixes.size(); ++i) {
      const Fix& fix = finding.fixes[i];
      wrapped_note(fmt::format("{} ({})", i == 0 ? "fix" : "or", to_string(fix.safety)), fix.title);
      if (i == 0) out_ += preview_fix(fix, places_, style_, options_.width);
    }
  }

  void print_chain(const std::vector<Label>& chain) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      if (i == kMaxChainEnds && chain.size() > 2 * kMaxChainEnds) {
        i = chain.size() - kMaxChainEnds;
        lines.push_back("-> ...");
      }
      std::string step = i == 0 ? "" : "-> ";
      if (chain[i].where.valid()) step += places_.name(chain[i].where);
      if (chain[i].where.valid() && !chain[i].message.empty()) step += ": ";
      lines.push_back(step + printable(chain[i].message));
    }
    constexpr std::size_t kUnderText = 6;  // arrows end where the text of the first step begins
    note("chain", lines, kUnderText);
  }

  void print_incomplete() {
    for (const Incomplete& missing : results_.incomplete) {
      out_ += fmt::format("not seen: {}: {}", printable(missing.unit), printable(missing.reason));
      if (missing.where.valid()) out_ += fmt::format(" ({})", places_.name(missing.where));
      out_ += '\n';
    }
    if (!results_.incomplete.empty()) out_ += '\n';
  }

  void print_summary() {
    const Summary& summary = results_.summary;
    std::vector<std::string> counts;
    if (summary.errors > 0) counts.push_back(style_.severity(Severity::error, counted(summary.errors, "error")));
    if (summary.warnings > 0)
      counts.push_back(style_.severity(Severity::warning, counted(summary.warnings, "warning")));
    if (summary.notes > 0) counts.push_back(style_.severity(Severity::note, counted(summary.notes, "note")));
    if (counts.empty()) counts.push_back("no findings");
    out_ += fmt::format("{} in {} ({}, {})", fmt::join(counts, ", "), counted(summary.files, "file"),
                        counted(summary.documents, "document"), counted(summary.resources, "resource"));
    if (summary.fixable > 0) out_ += fmt::format("; {} fixable with --fix", summary.fixable);
    if (suppressed_ > 0) out_ += fmt::format("; {} suppressed", suppressed_);
    out_ += '\n';
    if (results_.nothing_analysed) out_ += "nothing was analysed: no file could be read\n";
    const std::size_t unseen = results_.incomplete.size();
    if (unseen > 0 && !options_.verbose) {
      out_ +=
          fmt::format("{} not seen (--verbose lists {})\n",
                      unseen == 1 ? "1 thing was" : counted(unseen, "thing") + " were", unseen == 1 ? "it" : "them");
    }
  }

  const Results& results_;
  const PrintOptions& options_;
  Style style_;
  Places places_;
  Layout layout_;
  std::size_t suppressed_ = 0;
  std::string out_;
};

}  // namespace

std::string print_text(const Results& results, const PrintOptions& options) {
  return TextReport(results, options).print();
}

}  // namespace vlint
