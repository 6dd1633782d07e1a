#include "lint/output/sarif_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "lint/base/sha256.h"
#include "lint/base/text.h"
#include "lint/output/places.h"
#include "lint/output/uri.h"

namespace vlint {
namespace {

using Json = nlohmann::ordered_json;

// Bytes [begin, end) of a file.
struct Bytes {
  std::size_t begin;
  std::size_t end;
};

// A file as SARIF counts it: lines end with CR LF or LF, columns are UTF-16 units, a byte-order mark has no column.
class CountedText {
 public:
  explicit CountedText(std::string_view text) : text_(text) {
    std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    for (;;) {
      const std::size_t newline = text.find('\n', at);
      if (newline == std::string_view::npos) {
        lines_.push_back({at, text.size()});
        return;
      }
      lines_.push_back({at, newline > at && text[newline - 1] == '\r' ? newline - 1 : newline});
      at = newline + 1;
    }
  }

  // The byte of a place; nothing when there is no such line or column, or when it is half a character.
  std::optional<std::size_t> offset(std::size_t line, std::size_t column) const {
    if (line < 1 || line > lines_.size() || column < 1) return std::nullopt;
    std::size_t at = lines_[line - 1].begin;
    for (std::size_t units = column - 1; units > 0;) {
      if (at >= lines_[line - 1].end) return std::nullopt;
      const CodePoint point = code_point_at(text_, at);
      const std::size_t width = point.value >= 0x10000 ? 2 : 1;
      if (width > units) return std::nullopt;
      units -= width;
      at += point.size;
    }
    return at;
  }

  // Blanks at the begin of a line, none if there is nothing else.
  std::size_t indentation(std::size_t line) const {
    const std::string_view text = text_.substr(lines_[line - 1].begin, lines_[line - 1].end - lines_[line - 1].begin);
    return std::min(text.find_first_not_of(" \t"), text.size());
  }

  std::size_t line_begin(std::size_t line) const { return lines_[line - 1].begin; }
  std::size_t line_end(std::size_t line) const { return lines_[line - 1].end; }

 private:
  std::string_view text_;
  std::vector<Bytes> lines_;  // without line ends
};

class Checker {
 public:
  explicit Checker(const Results& results) : results_(results), places_(*results.files) {}

  std::vector<std::string> check(std::string_view log) {
    const Json json = Json::parse(log, nullptr, false);
    if (json.is_discarded()) return {"the log is not JSON"};
    expect(log.ends_with("}\n"), "the log does not end with a newline");
    try {
      check_log(json);
    } catch (const Json::exception& error) {
      fault(fmt::format("a property is missing or of another type: {}", error.what()));
    }
    return std::move(faults_);
  }

 private:
  void fault(std::string_view text) {
    faults_.push_back(context_.empty() ? std::string(text) : fmt::format("{}: {}", context_, text));
  }
  void expect(bool holds, std::string_view text) {
    if (!holds) fault(text);
  }

  const CountedText& counted(FileId file) {
    return counted_.try_emplace(file, CountedText((*results_.files)[file].text)).first->second;
  }

  // --- the log and its run

  void check_log(const Json& log) {
    expect(log.begin().key() == "$schema" && (++log.begin()).key() == "version", "$schema and version do not lead");
    expect(log.at("version") == "2.1.0", "the version is not 2.1.0");
    expect(log.at("runs").size() == 1, "there is not exactly one run");
    check_no_null(log);
    const Json& run = log.at("runs").at(0);
    expect(run.at("columnKind") == "utf16CodeUnits", "columns are not declared as UTF-16 units");
    expect(run.at("newlineSequences") == Json::array({"\r\n", "\n"}), "line ends are not declared as CR LF and LF");
    expect(!run.contains("automationDetails"), "automationDetails would override the category of the upload");
    const Json& root = run.at("originalUriBaseIds").at("%SRCROOT%");
    expect(!root.contains("uri"), "the root has a URI, which tells of the machine");
    artifacts_ = run.value("artifacts", Json::array());
    check_artifacts();
    rules_ = run.at("tool").at("driver").at("rules");
    notifications_ = run.at("tool").at("driver").at("notifications");
    check_descriptors();
    check_invocation(run.at("invocations").at(0));
    check_results(run.at("results"));
  }

  void check_no_null(const Json& json) {
    if (json.is_null()) fault("there is a null, which the schema allows nowhere");
    if (json.is_structured()) {
      for (const Json& part : json) check_no_null(part);
    }
  }

  void check_artifacts() {
    std::string last;
    for (const Json& artifact : artifacts_) {
      const std::string uri = artifact.at("location").at("uri");
      context_ = fmt::format("artifact {}", uri);
      expect(last < uri, "artifacts are not sorted");
      last = uri;
      const std::optional<FileId> file = file_of(uri);
      if (!file) continue;
      const std::string& text = (*results_.files)[*file].text;
      expect(artifact.at("length") == text.size(), "the length is wrong");
      expect(artifact.at("hashes").at("sha-256") == sha256_hex(text), "the hash is wrong");
      expect(!artifact.contains("contents"), "the contents are embedded");
    }
    context_.clear();
  }

  std::optional<FileId> file_of(std::string_view uri) {
    const std::optional<std::string> path = path_of_uri(uri);
    const bool is_relative = !uri.empty() && uri.front() != '/' && uri.find(':') == std::string_view::npos &&
                             uri.find("..") == std::string_view::npos;
    if (!path || !is_relative) {
      fault(fmt::format("'{}' is no relative URI", uri));
      return std::nullopt;
    }
    const std::optional<FileId> file = results_.files->find(*path);
    if (!file) fault(fmt::format("'{}' names no file", uri));
    return file;
  }

  void check_descriptors() {
    for (const Json* list : {&rules_, &notifications_}) {
      std::string last;
      for (const Json& descriptor : *list) {
        context_ = descriptor.at("id");
        expect(last < context_, "descriptors are not sorted by id");
        last = context_;
        check_descriptor(descriptor);
      }
    }
    for (const Json& rule : rules_) {
      context_ = rule.at("id");
      expect(rule.at("helpUri").get<std::string>().starts_with("https://"), "the help has no link");
      expect(!rule.at("help").at("markdown").get<std::string>().empty(), "the help has no Markdown");
      const Json& properties = rule.at("properties");
      const auto& tags = properties.at("tags");
      expect(std::set<std::string>(tags.begin(), tags.end()).size() == tags.size(), "a tag stands twice");
      expect(!properties.at("tags").empty() && properties.at("tags").size() <= 10, "there are no tags or more than 10");
      expect(properties.contains("precision") && properties.contains("problem.severity"), "properties are missing");
    }
    context_.clear();
  }

  void check_descriptor(const Json& descriptor) {
    for (const char* const part : {"shortDescription", "fullDescription", "help"}) {
      const std::string text = descriptor.at(part).at("text");
      expect(!text.empty(), fmt::format("{} is empty", part));
      const bool is_short = std::string_view(part) == "help" || count_code_points(text) <= 1024;
      expect(is_short, fmt::format("{} has more than 1024 characters", part));
    }
    const std::string name = descriptor.at("name");
    expect(!name.empty() && name.size() <= 255 && name != context_, "the name is empty, too long or the id");
    expect(is_level(descriptor.at("defaultConfiguration").at("level")), "the default level is none");
  }

  static bool is_level(const Json& level) { return level == "error" || level == "warning" || level == "note"; }

  void check_invocation(const Json& invocation) {
    context_ = "invocation";
    expect(invocation.at("exitCode") == results_.exit_code, "the exit code is not that of the process");
    const bool is_successful = invocation.at("executionSuccessful");
    for (const Json& notification : invocation.at("toolExecutionNotifications")) {
      check_reference(notification.at("descriptor"), notifications_);
      if (notification.contains("associatedRule")) check_reference(notification.at("associatedRule"), rules_);
      expect(!is_successful || notification.at("level") != "error", "an error is reported by a successful run");
      for (const Json& location : notification.value("locations", Json::array())) {
        check_place(location.at("physicalLocation"));
      }
    }
    context_.clear();
  }

  void check_reference(const Json& reference, const Json& list) {
    if (!reference.contains("index")) return;
    const std::size_t index = reference.at("index");
    expect(index < list.size() && list.at(index).at("id") == reference.at("id"), "an index names another descriptor");
  }

  // --- results

  void check_results(const Json& results) {
    const auto suppressed =
        static_cast<std::size_t>(std::count_if(results_.findings.begin(), results_.findings.end(),
                                               [](const Finding& finding) { return finding.suppressed.has_value(); }));
    const bool has_all = results.size() == results_.findings.size();
    expect(has_all || results.size() == results_.findings.size() - suppressed,
           "there is not a result for each finding");
    const bool has_suppressions = has_all && suppressed > 0;
    auto finding = results_.findings.begin();
    for (const Json& result : results) {
      while (!has_all && finding != results_.findings.end() && finding->suppressed) ++finding;
      if (finding == results_.findings.end()) break;
      context_ = fmt::format("{} ({})", finding->rule, finding->message);
      expect(result.contains("suppressions") == has_suppressions,
             "suppressions are neither on all results nor on none");
      check_result(result, *finding++);
    }
    context_.clear();
  }

  void check_result(const Json& result, const Finding& finding) {
    expect(result.at("ruleId") == finding.rule, "the result is that of another rule");
    if (result.contains("ruleIndex")) {
      check_reference({{"id", result.at("ruleId")}, {"index", result.at("ruleIndex")}}, rules_);
    }
    expect(result.at("level") == to_string(finding.severity), "the level is not the severity");
    expect(!result.contains("kind"), "a kind other than fail would contradict the level");
    expect(result.at("locations").size() == 1, "there is not exactly one location");
    const Json& place = result.at("locations").at(0).at("physicalLocation");
    check_place(place);
    check_fingerprints(result, place, finding);
    check_related(result);
    if (result.contains("suppressions")) {
      expect(result.at("suppressions").empty() != finding.suppressed.has_value(),
             "the suppression is not the finding's");
    }
    check_fixes(result, finding);
  }

  void check_fingerprints(const Json& result, const Json& place, const Finding& finding) {
    const Json& prints = result.at("partialFingerprints");
    const std::optional<FileId> file = file_of(place.at("artifactLocation").at("uri").get<std::string>());
    if (!file) return;
    const std::vector<std::string>& hashes = places_.line_hashes(*file);
    const std::size_t line = place.at("region").at("startLine");
    expect(line <= hashes.size() && prints.at("primaryLocationLineHash") == hashes[line - 1], "the line hash is wrong");
    expect(finding.fingerprint.empty() || prints.at("vlintFinding/v1") == finding.fingerprint,
           "the fingerprint is wrong");
  }

  void check_related(const Json& result) {
    std::set<std::size_t> ids;
    for (const Json& related : result.value("relatedLocations", Json::array())) {
      expect(ids.insert(related.at("id").get<std::size_t>()).second, "two related locations have one id");
      expect(!related.at("message").at("text").get<std::string>().empty(), "a related location has no message");
      check_place(related.at("physicalLocation"));
    }
    check_links(result.at("message").at("text").get<std::string>(), ids);
    for (const Json& flow : result.value("codeFlows", Json::array())) {
      for (const Json& step : flow.at("threadFlows").at(0).at("locations")) {
        check_place(step.at("location").at("physicalLocation"));
      }
    }
  }

  void check_links(std::string_view message, const std::set<std::size_t>& ids) {
    expect(!message.empty() && std::string_view(".?!:").find(message.back()) != std::string_view::npos,
           "the message is no sentence");
    for (std::size_t at = message.find("]("); at != std::string_view::npos; at = message.find("](", at + 1)) {
      const std::string target(message.substr(at + 2, message.find(')', at) - at - 2));
      const bool is_number = !target.empty() && target.find_first_not_of("0123456789") == std::string::npos;
      expect(is_number && ids.count(std::stoul(target)) == 1, fmt::format("the link to '{}' leads nowhere", target));
    }
  }

  // --- places

  // A physicalLocation: the file exists, the region and its context are inside it, texts are the file's own and no
  // secret is among them.
  void check_place(const Json& place) {
    const Json& artifact = place.at("artifactLocation");
    const std::optional<FileId> file = file_of(artifact.at("uri").get<std::string>());
    expect(artifact.at("uriBaseId") == "%SRCROOT%", "a path is not relative to the root");
    const std::size_t index = artifact.at("index");
    expect(index < artifacts_.size() && artifacts_.at(index).at("location").at("uri") == artifact.at("uri"),
           "an artifact's index names another file");
    if (!file) return;
    const std::optional<Bytes> region = check_region(place.at("region"), *file);
    if (!region || !place.contains("contextRegion")) return;
    const std::optional<Bytes> around = check_region(place.at("contextRegion"), *file);
    if (!around) return;
    expect(around->begin <= region->begin && region->end <= around->end &&
               around->end - around->begin > region->end - region->begin,
           "the context is not larger than the region");
  }

  std::optional<Bytes> bytes_of(const Json& region, FileId file) {
    const CountedText& text = counted(file);
    const auto begin = text.offset(region.at("startLine"), region.at("startColumn"));
    const auto end = text.offset(region.at("endLine"), region.at("endColumn"));
    if (!begin || !end || *end < *begin) return std::nullopt;
    return Bytes{*begin, *end};
  }

  std::optional<Bytes> check_region(const Json& region, FileId file) {
    expect(!region.contains("byteOffset") && !region.contains("charOffset"), "a region is given as an offset");
    const std::optional<Bytes> bytes = bytes_of(region, file);
    if (!bytes) {
      fault(fmt::format("region {} is outside of {}", region.dump(), (*results_.files)[file].path));
    } else if (region.contains("snippet")) {
      const Span span = {file, static_cast<std::uint32_t>(bytes->begin), static_cast<std::uint32_t>(bytes->end)};
      expect(region.at("snippet").at("text") == results_.files->text(span), "a snippet is not the region's text");
      expect(!places_.hides(span), "a snippet shows what must be hidden");
    }
    return bytes;
  }

  // --- fixes

  void check_fixes(const Json& result, const Finding& finding) {
    auto meant = finding.fixes.begin();
    for (const Json& fix : result.value("fixes", Json::array())) {
      const std::string safety = fix.at("properties").at("vlint/safety");
      expect(!fix.at("description").at("text").get<std::string>().empty(), "a fix has no description");
      const std::map<FileId, std::string> fixed = apply(fix);
      // Fixes that SARIF cannot express are left out; the others come in order.
      while (meant != finding.fixes.end() && (to_string(meant->safety) != safety || apply(*meant) != fixed)) ++meant;
      expect(meant != finding.fixes.end(), "a fix does something else than the finding's");
      expect(safety != "suggestion", "a suggestion is offered as a fix");
      if (meant != finding.fixes.end()) ++meant;
    }
  }

  // The changed files, by the finding's edits.
  std::map<FileId, std::string> apply(const Fix& fix) const {
    std::map<FileId, std::vector<TextEdit>> edits;
    for (const TextEdit& edit : fix.edits) edits[edit.where.file].push_back(edit);
    std::map<FileId, std::string> fixed;
    for (auto& entry : edits) {
      const std::string& text = (*results_.files)[entry.first].text;
      Result<std::string> changed = apply_edits(text, std::move(entry.second));
      if (changed && *changed != text) fixed[entry.first] = std::move(changed).value();
    }
    return fixed;
  }

  // The changed files, by the log: from the last replacement to the first, since regions are those of the unchanged
  // file.
  std::map<FileId, std::string> apply(const Json& fix) {
    std::map<FileId, std::string> fixed;
    for (const Json& change : fix.at("artifactChanges")) {
      const std::optional<FileId> file = file_of(change.at("artifactLocation").at("uri").get<std::string>());
      if (!file) continue;
      expect(fixed.count(*file) == 0, "a fix has two changes of one file");
      std::string text = (*results_.files)[*file].text;
      std::optional<std::size_t> next;
      const Json& replacements = change.at("replacements");
      for (auto replacement = replacements.rbegin(); replacement != replacements.rend(); ++replacement) {
        const std::optional<Bytes> bytes = check_replacement(*replacement, *file);
        if (!bytes) continue;
        expect(!next || bytes->end < *next, "replacements touch or are not sorted");
        next = bytes->begin;
        text.replace(bytes->begin, bytes->end - bytes->begin, inserted(*replacement));
      }
      fixed[*file] = std::move(text);
    }
    return fixed;
  }

  static std::string inserted(const Json& replacement) {
    return replacement.contains("insertedContent") ? replacement.at("insertedContent").at("text").get<std::string>()
                                                   : std::string();
  }

  std::optional<Bytes> check_replacement(const Json& replacement, FileId file) {
    const Json& region = replacement.at("deletedRegion");
    const std::optional<Bytes> bytes = check_region(region, file);
    if (!bytes) return bytes;
    const CountedText& text = counted(file);
    const std::size_t line = region.at("startLine");
    const std::size_t column = region.at("startColumn");
    expect(line == 1 || column > text.indentation(line) || bytes->begin == text.line_end(line),
           "a replacement starts in the indentation of a line");
    const std::string added = inserted(replacement);
    const bool is_whole_line = bytes->begin == bytes->end && added.ends_with('\n') && column == 1;
    expect(line == 1 || !is_whole_line, "a line is inserted from the line after it");
    expect(bytes->begin != bytes->end || !added.empty(), "a replacement changes nothing");
    return bytes;
  }

  const Results& results_;
  Places places_;
  std::map<FileId, CountedText> counted_;
  Json artifacts_;
  Json rules_;
  Json notifications_;
  std::string context_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> check_sarif(std::string_view log, const Results& results) {
  return Checker(results).check(log);
}

}  // namespace vlint
