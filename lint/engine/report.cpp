#include "lint/engine/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "lint/base/sha256.h"
#include "lint/engine/history.h"

namespace vlint {
namespace {

std::string_view why_not_editable(const kube::Resource& resource) {
  if (resource.encrypted) return "the object is encrypted by SOPS, and an edit would break its checksum";
  switch (resource.author) {
    case kube::Author::helm:
      return "Helm rendered this text; set it in the chart's values and render again";
    case kube::Author::tool:
      return "a tool generated this text; change what it was generated from";
    case kube::Author::person:
      return {};
  }
  return {};
}

}  // namespace

Draft& Draft::severity(Severity severity) {
  finding_.severity = severity;
  return *this;
}

Draft& Draft::label(std::string text) {
  finding_.primary.message = std::move(text);
  return *this;
}

Draft& Draft::about(const model::Cluster& cluster, const kube::Resource& resource, yaml::Value field) {
  finding_.subject.cluster = cluster.name();
  finding_.subject.kind = std::string(resource.kind);
  finding_.subject.name_space = std::string(resource.name_space);
  finding_.subject.name = std::string(resource.name);
  if (field) finding_.subject.field = kube::field_of(resource, field);
  const bool generated = resource.generation != kube::kNotGenerated;
  finding_.seen = {resource.unit, resource.root.source().span(), generated};
  if (units_ == nullptr) return *this;
  const gitops::Unit& unit = units_->all[resource.unit];
  // What a generator or a transformer made of nothing is shown where its object is, or its build.
  if (!finding_.primary.where.valid()) finding_.primary.where = resource.place();
  if (!finding_.primary.where.valid()) finding_.primary.where = {unit.declared_in, 0, 0};
  for (Label& step : history_of(*units_, resource, field, finding_.primary.where)) {
    finding_.chain.push_back(std::move(step));
  }
  return *this;
}

Draft& Draft::about(const gitops::Unit& unit) {
  finding_.subject.kind = kUnitKind;
  finding_.subject.name = gitops::display_name(unit);
  finding_.seen.unit = static_cast<std::uint32_t>(&unit - units_->all.data());
  if (!finding_.primary.where.valid()) finding_.primary.where = {unit.declared_in, 0, 0};
  return *this;
}

Draft& Draft::related(Span where, std::string text) {
  if (where.valid()) finding_.related.push_back({where, std::move(text)});
  return *this;
}

Draft& Draft::chain(Span where, std::string text) {
  if (where.valid()) finding_.chain.push_back({where, std::move(text)});
  return *this;
}

Draft& Draft::help(std::string text) {
  if (!finding_.help.empty()) finding_.help += "; ";
  finding_.help += text;
  return *this;
}

Draft& Draft::fix(std::string title, Safety safety, const kube::Resource& resource,
                  Result<std::vector<TextEdit>> edits) {
  const std::string_view obstacle = why_not_editable(resource);
  if (!obstacle.empty()) return help(std::string(obstacle));
  if (!edits.ok()) return help(fmt::format("no fix is offered: {}", edits.error()));
  return fix(std::move(title), safety, std::move(edits).value());
}

Draft& Draft::fix_in_overlay(std::string title, Safety safety, const kube::Resource& resource,
                             Result<std::vector<TextEdit>> edits) {
  if (!why_not_editable(resource).empty() || !edits.ok()) return *this;
  fix(std::move(title), safety, std::move(edits).value());
  finding_.fixes.back().in_overlay = true;
  return *this;
}

Draft& Draft::fix_elsewhere(std::string title, Safety safety, const std::vector<const kube::Resource*>& changed,
                            std::vector<Subject> added, Result<std::vector<TextEdit>> edits) {
  const bool is_editable = std::all_of(changed.begin(), changed.end(), [](const kube::Resource* resource) {
    return why_not_editable(*resource).empty();
  });
  if (!is_editable || !edits.ok()) return *this;
  fix(std::move(title), safety, std::move(edits).value());
  Fix& made = finding_.fixes.back();
  for (const kube::Resource* resource : changed) {
    made.also_changes.push_back({finding_.subject.cluster,
                                 std::string(resource->kind),
                                 std::string(resource->name_space),
                                 std::string(resource->name),
                                 {}});
  }
  made.adds = std::move(added);
  return *this;
}

Draft& Draft::fix(std::string title, Safety safety, std::vector<TextEdit> edits) {
  std::sort(edits.begin(), edits.end());
  finding_.fixes.push_back({std::move(title), safety, std::move(edits), false});
  return *this;
}

Draft Report::at(Span where, std::string message) {
  Finding& finding = findings_.emplace_back();
  finding.rule = rule_.id;
  finding.severity = rule_.rule->severity;
  finding.precision = rule_.rule->precision;
  finding.message = std::move(message);
  finding.primary.where = where;
  return Draft(finding, units_);
}

std::vector<Finding> Report::take() && {
  return {std::make_move_iterator(findings_.begin()), std::make_move_iterator(findings_.end())};
}

std::string identity(const FileSet& files, const Finding& finding, bool with_field) {
  const Subject& s = finding.subject;
  if (s.kind.empty()) {  // about a file: a syntax error, a comment
    return fmt::format("{}\n{}\n{}", finding.rule, files[finding.primary.where.file].path,
                       with_field ? finding.message : "");
  }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", finding.rule, s.cluster, s.kind, s.name_space, s.name,
                     with_field ? s.field : "");
}

void fingerprint(const FileSet& files, std::vector<Finding>& findings) {
  std::unordered_map<std::string, unsigned> seen;  // looked up only
  for (Finding& finding : findings) {
    const std::string key = identity(files, finding, true);
    const unsigned ordinal = seen[key]++;
    constexpr std::size_t kLength = 32;
    finding.fingerprint = sha256_hex(fmt::format("{}\n{}", key, ordinal)).substr(0, kLength);
  }
}

}  // namespace vlint
