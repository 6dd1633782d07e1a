#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lint/base/sha256.h"
#include "lint/base/text.h"
#include "lint/output/json_list.h"
#include "lint/output/places.h"
#include "lint/output/printer.h"
#include "lint/output/sarif_fix.h"
#include "lint/output/sarif_rules.h"
#include "lint/output/sarif_text.h"
#include "lint/output/uri.h"

namespace vlint {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kSchema =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
constexpr std::string_view kRoot = "%SRCROOT%";
constexpr std::string_view kSyntaxError = "yaml/syntax-error";

// Code scanning refuses files with more (docs.github.com, "SARIF support for code scanning").
constexpr std::size_t kMaxResults = 25'000;
constexpr std::size_t kMaxSteps = 1'000;    // of a code flow: what it keeps
constexpr std::size_t kMaxRelated = 100;    // locations of one result: what it keeps
constexpr std::size_t kMaxLinks = 5;        // related places that the message links to
constexpr std::size_t kMaxNotSeen = 1'000;  // notifications

constexpr std::size_t kMaxSnippet = 1'000;  // bytes; a manifest may be one line of megabytes

std::string dumped(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json text_json(std::string text) { return {{"text", std::move(text)}}; }

// Braces around one element mean a copy to one compiler and an array to the other.
ordered_json list_of(ordered_json element) {
  ordered_json list = ordered_json::array();
  list.push_back(std::move(element));
  return list;
}

// Text inside the brackets of a link: SARIF 2.1.0, 3.11.6.
std::string link_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

class SarifPrinter {
 public:
  SarifPrinter(const Results& results, const SarifOptions& options)
      : results_(results), places_(*results.files), index_(results.files->size(), kUnused) {
    select(options);
    for (const Finding* finding : selected_) collect(*finding);
    for (std::size_t i = 0; i < results.incomplete.size() && i < kMaxNotSeen; ++i) use(results.incomplete[i].where);
    int next = 0;
    for (int& index : index_) {
      if (index != kUnused) index = next++;
    }
  }

  std::string print() {
    const ordered_json log = {{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", list_of(run())}};
    // `results` is the last property of the log, so nothing that a user wrote stands behind it.
    JsonList list(dumped(log), "results", JsonList::Which::last);
    for (const Finding* finding : selected_) list.add(dumped(result(*finding)));
    return list.finish();
  }

 private:
  static constexpr int kUnused = -1;
  static constexpr int kUsed = 0;

  // The most severe findings when there are too many, in the order of all.
  void select(const SarifOptions& options) {
    for (const Finding& finding : results_.findings) {
      if (!finding.suppressed || options.include_suppressed) selected_.push_back(&finding);
      has_suppressed_ |= finding.suppressed && options.include_suppressed;
    }
    if (selected_.size() <= kMaxResults) return;
    const auto weight = [](const Finding* f) { return f->suppressed ? -1 : static_cast<int>(f->severity); };
    std::stable_sort(selected_.begin(), selected_.end(),
                     [&](const Finding* a, const Finding* b) { return weight(a) > weight(b); });
    left_out_ = selected_.size() - kMaxResults;
    selected_.resize(kMaxResults);
    std::sort(selected_.begin(), selected_.end());  // all point into one vector, which is sorted
  }

  void use(const Span& span) {
    if (span.valid()) index_[static_cast<std::size_t>(span.file)] = kUsed;
  }

  void collect(const Finding& finding) {
    use(finding.primary.where);
    for (const Label& label : finding.related) use(label.where);
    for (const Label& label : finding.chain) use(label.where);
    if (finding.suppressed) use(finding.suppressed->where);
    for (const Fix& fix : finding.fixes) {
      if (fix.safety == Safety::suggestion) continue;
      for (const TextEdit& edit : fix.edits) use(edit.where);
    }
  }

  ordered_json run() {
    ordered_json rules = ordered_json::array();
    for (const RuleEntry& entry : results_.rules) rules.push_back(rule_descriptor(entry));
    ordered_json driver = {{"name", "vlint"},           {"fullName", "vlint, the type checker for Kubernetes backups"},
                           {"organization", "vlint"},   {"semanticVersion", VLINT_VERSION},
                           {"version", VLINT_VERSION},  {"informationUri", kProjectUri},
                           {"rules", std::move(rules)}, {"notifications", notification_descriptors()}};
    ordered_json run;
    run["tool"] = {{"driver", std::move(driver)}};
    run["invocations"] = list_of(invocation());
    run["originalUriBaseIds"] = {{std::string(kRoot), {{"description", text_json("The root of the repository.")}}}};
    run["columnKind"] = "utf16CodeUnits";
    run["newlineSequences"] = {"\r\n", "\n"};
    run["defaultEncoding"] = "UTF-8";
    run["defaultSourceLanguage"] = "yaml";
    ordered_json artifacts = this->artifacts();
    if (!artifacts.empty()) run["artifacts"] = std::move(artifacts);
    run["results"] = ordered_json::array();
    return run;
  }

  // --- the run itself

  ordered_json invocation() {
    const char* const meaning[] = {"No finding at or above the failure threshold.",
                                   "At least one finding at or above the failure threshold.",
                                   "The analysis could not be done."};
    ordered_json invocation;
    // False means "ignore this log" to code scanning, so findings alone never make it so.
    invocation["executionSuccessful"] = results_.exit_code < 2 && !results_.nothing_analysed;
    invocation["exitCode"] = results_.exit_code;
    invocation["exitCodeDescription"] = meaning[std::clamp(results_.exit_code, 0, 2)];
    invocation["toolExecutionNotifications"] = notifications();
    return invocation;
  }

  ordered_json notifications() {
    ordered_json list = ordered_json::array();
    for (const Finding* finding : selected_) {
      if (finding->rule == kSyntaxError && finding->primary.where.valid()) list.push_back(not_analysed(*finding));
    }
    if (results_.nothing_analysed) {
      list.push_back(notification(Notification::nothing_analysed, "error", "No file could be read."));
    }
    for (std::size_t i = 0; i < results_.incomplete.size() && i < kMaxNotSeen; ++i) {
      const Incomplete& missing = results_.incomplete[i];
      ordered_json entry = notification(Notification::not_seen, "note",
                                        fmt::format("'{}' was not seen: {}", missing.unit, sentence(missing.reason)));
      if (missing.where.valid()) entry["locations"] = list_of({{"physicalLocation", place(missing.where)}});
      list.push_back(std::move(entry));
    }
    if (left_out_ > 0) {
      list.push_back(notification(Notification::results_left_out, "warning",
                                  fmt::format("{} results are not in this log.", left_out_)));
    }
    return list;
  }

  static ordered_json notification(Notification kind, std::string_view level, std::string text) {
    return {{"descriptor", {{"id", id_of(kind)}, {"index", static_cast<unsigned>(kind)}}},
            {"level", level},
            {"message", text_json(std::move(text))}};
  }

  ordered_json not_analysed(const Finding& finding) {
    const std::string text = fmt::format("A document of '{}' was not analysed because it is not valid YAML.",
                                         places_.path(finding.primary.where.file));
    ordered_json entry = notification(Notification::file_not_analysed, "warning", text);
    entry["associatedRule"] = rule_reference(finding.rule);
    entry["locations"] = list_of({{"physicalLocation", place(finding.primary.where)}});
    return entry;
  }

  ordered_json artifacts() {
    ordered_json list = ordered_json::array();
    for (std::size_t i = 0; i < index_.size(); ++i) {
      if (index_[i] == kUnused) continue;
      const SourceFile& file = (*results_.files)[results_.files->id_at(i)];
      ordered_json artifact = {{"location", {{"uri", uri_of_path(file.path)}, {"uriBaseId", kRoot}}},
                               {"length", file.text.size()},
                               {"roles", list_of("analysisTarget")}};
      if (file.path.ends_with(".yaml") || file.path.ends_with(".yml")) artifact["mimeType"] = "application/yaml";
      if (file.path.ends_with(".json")) artifact["mimeType"] = "application/json";
      artifact["hashes"] = {{"sha-256", sha256_hex(file.text)}};
      list.push_back(std::move(artifact));
    }
    return list;
  }

  // --- places

  ordered_json artifact_location(FileId file) const {
    return {{"uri", uri_of_path(places_.path(file))},
            {"uriBaseId", kRoot},
            {"index", index_[static_cast<std::size_t>(file)]}};
  }

  // Without a line end at the end, and never inside of a character or between CR and LF: a region of one line stays
  // one. What stands behind the last line end stands at the end of the last line: the empty line after it is no line to
  // most readers.
  Span shown(Span span) {
    const std::string_view text = places_.text(span.file);
    const auto is_inside = [&](std::uint32_t at) {
      if (at == 0 || at >= text.size()) return false;
      const bool splits_character = (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
      return splits_character || (text[at] == '\n' && text[at - 1] == '\r');
    };
    if (span.begin == text.size() && text.ends_with('\n')) --span.begin;
    if (span.end > span.begin && text[span.end - 1] == '\n') --span.end;
    while (is_inside(span.end)) --span.end;
    while (is_inside(span.begin)) --span.begin;
    span.begin = std::max(span.begin, places_.lines(span.file).line_begin(1));  // a byte-order mark has no column
    span.end = std::max(span.begin, span.end);
    return span;
  }

  ordered_json region(const Span& span) {
    const Position begin = places_.begin(span);
    const Position end = places_.end(span);
    return {{"startLine", begin.line},
            {"startColumn", begin.utf16_column},
            {"endLine", end.line},
            {"endColumn", end.utf16_column}};
  }

  // A physicalLocation without text.
  ordered_json place(const Span& span) {
    return {{"artifactLocation", artifact_location(span.file)}, {"region", region(shown(span))}};
  }

  // The text of a span, when it may be shown and is not too long.
  std::optional<std::string_view> snippet(const Span& span) {
    const std::string_view text = results_.files->text(span);
    if (text.empty() || text.size() > kMaxSnippet || !places_.is_utf8(span.file) || places_.hides(span)) {
      return std::nullopt;
    }
    return text;
  }

  // The lines of a span with one line on either side.
  Span context(const Span& span) {
    const std::uint32_t first = std::max(places_.begin(span).line, 2U) - 1;
    const std::uint32_t last = std::min(places_.end(span).line + 1, places_.lines(span.file).line_count());
    return {span.file, places_.lines(span.file).line_begin(first), places_.line_end(span.file, last)};
  }

  // With the text of the region and of the lines around it.
  ordered_json place_with_text(const Span& where) {
    const Span span = shown(where);
    ordered_json json = {{"artifactLocation", artifact_location(span.file)}, {"region", region(span)}};
    if (const auto text = snippet(span)) json["region"]["snippet"] = text_json(std::string(*text));
    const Span around = context(span);
    const auto text = snippet(around);
    if (text && around != span) {  // a context must be larger than its region
      json["contextRegion"] = region(around);
      json["contextRegion"]["snippet"] = text_json(std::string(*text));
    }
    return json;
  }

  // --- results

  ordered_json rule_reference(std::string_view id) const {
    ordered_json reference = {{"id", id}};
    if (const auto index = rule_index(id)) reference["index"] = *index;
    return reference;
  }

  std::optional<std::size_t> rule_index(std::string_view id) const {
    const auto at = std::lower_bound(results_.rules.begin(), results_.rules.end(), id,
                                     [](const RuleEntry& entry, std::string_view wanted) { return entry.id < wanted; });
    if (at == results_.rules.end() || at->id != id) return std::nullopt;
    return static_cast<std::size_t>(at - results_.rules.begin());
  }

  ordered_json result(const Finding& finding) {
    ordered_json result;
    result["ruleId"] = finding.rule;
    if (const auto index = rule_index(finding.rule)) result["ruleIndex"] = *index;
    result["level"] = to_string(finding.severity);
    result["message"] = text_json(message(finding));
    const Span& where = finding.primary.where;
    if (where.valid()) result["locations"] = list_of(location(finding));
    ordered_json related = related_locations(finding);
    if (!related.empty()) result["relatedLocations"] = std::move(related);
    if (where.valid()) {
      const std::uint32_t line = places_.begin(shown(where)).line;
      result["partialFingerprints"]["primaryLocationLineHash"] = places_.line_hashes(where.file)[line - 1];
    }
    if (!finding.fingerprint.empty()) result["partialFingerprints"]["vlintFinding/v1"] = finding.fingerprint;
    ordered_json steps = chain(finding);
    if (steps.size() > 1) {
      ordered_json flow = {{"locations", std::move(steps)}};
      result["codeFlows"] = list_of({{"threadFlows", list_of(std::move(flow))}});
    }
    ordered_json fixes = this->fixes(finding);
    if (!fixes.empty()) result["fixes"] = std::move(fixes);
    if (has_suppressed_) result["suppressions"] = suppressions(finding);
    return result;
  }

  // The whole of what is to be known, as only the message is shown everywhere.
  std::string message(const Finding& finding) const {
    std::string text = sentence(finding.message);
    std::vector<std::string> links;
    std::size_t id = 0;
    for (const Label& label : finding.related) {
      if (!label.where.valid()) {
        if (!trim(label.message).empty()) text += ' ' + sentence(label.message);
        continue;
      }
      ++id;
      if (links.size() < kMaxLinks && id <= kMaxRelated) {
        links.push_back(fmt::format("[{}]({})", link_text(related_text(label)), id));
      }
    }
    if (!links.empty()) text += fmt::format(" See {}.", fmt::join(links, ", "));
    if (!trim(finding.help).empty()) text += ' ' + sentence(finding.help);
    for (const Fix& fix : finding.fixes) {
      if (fix.safety == Safety::suggestion) text += fmt::format(" Suggestion: {}", sentence(fix.title));
    }
    return text;
  }

  std::string related_text(const Label& label) const {
    return trim(label.message).empty() ? fmt::format("'{}'", places_.path(label.where.file)) : label.message;
  }

  ordered_json location(const Finding& finding) {
    ordered_json location = {{"physicalLocation", place_with_text(finding.primary.where)}};
    const Subject& subject = finding.subject;
    if (!subject.name.empty()) location["logicalLocations"] = list_of(logical_location(subject));
    if (!trim(finding.primary.message).empty()) location["message"] = text_json(sentence(finding.primary.message));
    return location;
  }

  // "cluster/Kind/namespace/name#field": not shown by many, but the same when lines move.
  static ordered_json logical_location(const Subject& subject) {
    std::string name;
    for (const std::string* part : {&subject.cluster, &subject.kind, &subject.name_space}) {
      if (!part->empty()) name += *part + '/';
    }
    name += subject.name;
    if (subject.field.empty()) {
      return {{"name", subject.name}, {"fullyQualifiedName", std::move(name)}, {"kind", "object"}};
    }
    return {{"fullyQualifiedName", name + '#' + subject.field}, {"kind", "member"}};
  }

  ordered_json related_locations(const Finding& finding) {
    ordered_json list = ordered_json::array();
    for (const Label& label : finding.related) {
      if (!label.where.valid()) continue;
      if (list.size() == kMaxRelated) break;
      list.push_back({{"id", list.size() + 1},
                      {"physicalLocation", place(label.where)},
                      {"message", text_json(sentence(related_text(label)))}});
    }
    return list;
  }

  // The way of a value: oldest first, the finding's own place last.
  ordered_json chain(const Finding& finding) {
    ordered_json list = ordered_json::array();
    for (const Label& step : finding.chain) {
      if (!step.where.valid() || list.size() + 1 == kMaxSteps) continue;
      list.push_back(flow_step(step.where, step.message));
    }
    if (!list.empty() && finding.primary.where.valid()) {
      list.push_back(flow_step(finding.primary.where, finding.primary.message));
    }
    return list;
  }

  ordered_json flow_step(const Span& where, std::string_view message) {
    ordered_json step = {{"physicalLocation", place(where)}};
    step["message"] = text_json(trim(message).empty() ? "The place of the finding." : sentence(message));
    return {{"location", std::move(step)}};
  }

  ordered_json suppressions(const Finding& finding) {
    ordered_json list = ordered_json::array();
    if (!finding.suppressed) return list;
    const Suppression& suppression = *finding.suppressed;
    ordered_json entry = {{"kind", suppression.kind == SuppressionKind::in_source ? "inSource" : "external"},
                          {"status", "accepted"}};
    if (!suppression.reason.empty()) entry["justification"] = suppression.reason;
    if (suppression.where.valid()) entry["location"] = {{"physicalLocation", place(suppression.where)}};
    list.push_back(std::move(entry));
    return list;
  }

  // --- fixes

  ordered_json fixes(const Finding& finding) {
    ordered_json list = ordered_json::array();
    for (const Fix& fix : finding.fixes) {
      if (fix.safety == Safety::suggestion) continue;
      ordered_json changes = artifact_changes(fix);
      if (changes.empty()) continue;
      const std::string_view remark =
          fix.safety == Safety::unsafe ? " It may change more than this: read it first." : "";
      list.push_back({{"description", text_json(fmt::format("{}{}", sentence(fix.title), remark))},
                      {"artifactChanges", std::move(changes)},
                      {"properties", {{"vlint/safety", to_string(fix.safety)}}}});
    }
    return list;
  }

  // Empty when the fix cannot be written whole.
  ordered_json artifact_changes(const Fix& fix) {
    std::map<FileId, std::vector<TextEdit>> by_file;
    for (const TextEdit& edit : fix.edits) by_file[edit.where.file].push_back(edit);
    ordered_json changes = ordered_json::array();
    for (auto& [file, edits] : by_file) {
      const auto canonical = canonical_edits(file, std::move(edits), places_);
      if (!canonical) return ordered_json::array();
      if (canonical->empty()) continue;
      ordered_json replacements = ordered_json::array();
      for (const TextEdit& edit : *canonical) {
        ordered_json replacement = {{"deletedRegion", region(edit.where)}};
        if (!edit.text.empty()) replacement["insertedContent"] = text_json(edit.text);
        replacements.push_back(std::move(replacement));
      }
      changes.push_back({{"artifactLocation", artifact_location(file)}, {"replacements", std::move(replacements)}});
    }
    return changes;
  }

  const Results& results_;
  Places places_;
  std::vector<const Finding*> selected_;
  std::vector<int> index_;  // by FileId: of the artifact, or kUnused
  std::size_t left_out_ = 0;
  bool has_suppressed_ = false;
};

}  // namespace

std::string print_sarif(const Results& results, const SarifOptions& options) {
  return SarifPrinter(results, options).print();
}

}  // namespace vlint
