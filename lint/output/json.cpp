#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "lint/output/json_list.h"
#include "lint/output/json_location.h"
#include "lint/output/printer.h"

namespace vlint {
namespace {

using nlohmann::ordered_json;

// Texts may hold bytes that are not UTF-8, which JSON cannot: they become U+FFFD.
std::string dumped(const ordered_json& json) {
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

ordered_json summary_json(const Summary& summary) {
  return {{"files", summary.files},     {"documents", summary.documents}, {"resources", summary.resources},
          {"errors", summary.errors},   {"warnings", summary.warnings},   {"notes", summary.notes},
          {"fixable", summary.fixable}, {"unknown", summary.unknown}};
}

ordered_json subject_json(const Subject& subject) {
  return {{"cluster", subject.cluster},
          {"kind", subject.kind},
          {"namespace", subject.name_space},
          {"name", subject.name},
          {"field", subject.field}};
}

// `word` is the name of the message: related places have messages, steps of a chain say what happened.
ordered_json labels_json(const std::vector<Label>& labels, std::string_view word, JsonLocations& locations) {
  ordered_json list = ordered_json::array();
  for (const Label& label : labels) {
    ordered_json entry;
    entry[std::string(word)] = label.message;
    entry["location"] = locations.json(label.where);
    list.push_back(std::move(entry));
  }
  return list;
}

ordered_json fix_json(const Fix& fix, JsonLocations& locations) {
  ordered_json edits = ordered_json::array();
  for (const TextEdit& edit : fix.edits) {
    ordered_json entry = locations.json(edit.where);
    entry["text"] = edit.text;
    edits.push_back(std::move(entry));
  }
  return {{"title", fix.title}, {"safety", to_string(fix.safety)}, {"edits", std::move(edits)}};
}

ordered_json suppression_json(const Suppression& suppression, JsonLocations& locations) {
  return {{"kind", suppression.kind == SuppressionKind::in_source ? "in-source" : "configuration"},
          {"reason", suppression.reason},
          {"location", locations.json(suppression.where)}};
}

ordered_json finding_json(const Finding& finding, JsonLocations& locations) {
  ordered_json fixes = ordered_json::array();
  for (const Fix& fix : finding.fixes) fixes.push_back(fix_json(fix, locations));
  return {{"rule", finding.rule},
          {"severity", to_string(finding.severity)},
          {"precision", to_string(finding.precision)},
          {"message", finding.message},
          {"location", locations.json(finding.primary.where)},
          {"subject", subject_json(finding.subject)},
          {"related", labels_json(finding.related, "message", locations)},
          {"chain", labels_json(finding.chain, "what", locations)},
          {"help", finding.help},
          {"fixes", std::move(fixes)},
          {"fingerprint", finding.fingerprint},
          {"suppressed", finding.suppressed ? suppression_json(*finding.suppressed, locations) : ordered_json()}};
}

}  // namespace

std::string print_json(const Results& results) {
  JsonLocations locations(*results.files);
  ordered_json incomplete = ordered_json::array();
  for (const Incomplete& missing : results.incomplete) {
    incomplete.push_back(
        {{"unit", missing.unit}, {"reason", missing.reason}, {"location", locations.json(missing.where)}});
  }
  const ordered_json document = {{"schema", "vlint/findings/1"},
                                 {"version", VLINT_VERSION},
                                 {"summary", summary_json(results.summary)},
                                 {"findings", ordered_json::array()},
                                 {"incomplete", std::move(incomplete)}};
  JsonList findings(dumped(document), "findings", JsonList::Which::first);
  for (const Finding& finding : results.findings) findings.add(dumped(finding_json(finding, locations)));
  return findings.finish();
}

}  // namespace vlint
