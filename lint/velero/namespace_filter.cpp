#include "lint/velero/namespace_filter.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/names.h"

namespace vlint::velero {
namespace {

NameList list_of(const std::vector<std::string>& names) {
  NameList list;
  for (const std::string& name : names) list.names.push_back({name, {}, true});
  return list;
}

const LabelledNamespace* find_labelled(std::span<const LabelledNamespace> labelled, std::string_view name) {
  const auto at = std::lower_bound(labelled.begin(), labelled.end(), name,
                                   [](const LabelledNamespace& a, std::string_view b) { return a.name < b; });
  return at != labelled.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

std::vector<LabelledNamespace> labelled_namespaces(const model::Cluster& cluster) {
  std::vector<LabelledNamespace> found;
  for (const kube::Resource* resource : cluster.of_kind("", "Namespace")) {
    const yaml::Entry label = resource->metadata["labels"].find(kExcludeLabel);
    if (!label) continue;  // mutant: a shortcut, a missing label is not "true"
    const bool is_known = kube::has_known_text(label.value);
    if (is_known && label.value.text() != "true") continue;
    found.push_back({resource->name, is_known ? Known::yes : Known::unknown, label.key.span()});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const LabelledNamespace& a, const LabelledNamespace& b) { return a.name < b.name; });
  return found;
}

std::vector<std::string> namespaces_in_force(const BackupSpec& spec, const Version& version) {
  std::vector<std::string> names;
  for (const NameList::Name& name : spec.included_namespaces.names) names.emplace_back(name.text);
  if (names.empty() && at_least(version, 1, 18, 1)) names.emplace_back("*");
  return names;
}

NamespaceFilter::NamespaceFilter(const std::vector<std::string>& included, const std::vector<std::string>& excluded,
                                 const Version& version)
    : included_(make_list(list_of(included))), excluded_(make_list(list_of(excluded))) {
  prepare(version);
}

NamespaceFilter::NamespaceFilter(const BackupSpec& spec, std::span<const LabelledNamespace> labelled,
                                 const Version& version)
    : included_(make_list(spec.included_namespaces)), excluded_(make_list(spec.excluded_namespaces)) {
  // Velero pkg/controller/backup_controller.go, 1.10: prepareBackupRequest appends labelled namespaces to the excluded.
  if (at_least(version, 1, 10)) labelled_ = labelled;
  prepare(version);
}

NamespaceFilter::List NamespaceFilter::make_list(const NameList& list) {
  List made;
  made.where = list.field.span();
  std::vector<std::string> texts;
  for (const NameList::Name& name : list.names) {
    if (!name.known) {
      made.has_unknown = true;
      continue;
    }
    made.entries.push_back({std::string(name.text), name.value.span()});
    texts.emplace_back(name.text);
  }
  made.names = NameSet(std::move(texts));
  return made;
}

void NamespaceFilter::compile(List& list, bool globs_count) {
  if (!globs_count) return;
  for (const Entry& entry : list.entries) {
    if (!is_namespace_pattern(entry.text)) continue;
    Result<Glob> glob = Glob::compile(entry.text);
    if (!glob) {
      if (error_.empty()) error_ = fmt::format("the pattern {} does not compile: {}", quoted(entry.text), glob.error());
      continue;
    }
    list.globs.push_back(std::move(glob).value());
    list.glob_entries.push_back(entry);
  }
}

void NamespaceFilter::prepare(const Version& version) {
  const auto& in = included_.names.names();
  const auto& out = excluded_.names.names();
  // 1.18.1 makes an empty list `*` before it looks for patterns; 1.18.0 expands an empty list into nothing.
  const bool is_1_18_0 = at_least(version, 1, 18) && !at_least(version, 1, 18, 1);
  const bool nothing_listed = included_.empty();
  expanded_ = expands_namespaces(nothing_listed && !is_1_18_0 ? std::vector<std::string>{"*"} : in, out, version);
  compares_with_existing_ = at_least(version, 1, 18, 1);
  includes_all_ = nothing_listed || included_.names.has("*");
  includes_nothing_ = is_1_18_0 && nothing_listed && expanded_;
  // Up to 1.17 an included pattern other than `*` is taken for the name of a namespace, which lists nothing; among the
  // excluded patterns always count.
  compile(included_, expanded_);
  compile(excluded_, true);
  if (!expanded_) error_.clear();
}

const NamespaceFilter::Entry* NamespaceFilter::List::find(std::string_view name_space) const {
  for (const Entry& entry : entries) {
    if (entry.text == name_space) return &entry;
  }
  for (std::size_t i = 0; i < globs.size(); ++i) {
    if (globs[i].matches(name_space)) return &glob_entries[i];
  }
  return nullptr;
}

// Velero pkg/util/collections/includes_excludes.go: NamespaceIncludesExcludes.ShouldInclude; pkg/backup/
// item_collector.go: getNamespacesToList.
NamespaceFilter::Answer NamespaceFilter::ask(std::string_view name_space) const {
  Answer answer;
  if (const Entry* entry = excluded_.find(name_space)) {
    answer.included = Known::no;
    answer.evidence.push_back({fmt::format("excludedNamespaces names {}", quoted(entry->text)), entry->where});
    return answer;
  }
  const LabelledNamespace* label = find_labelled(labelled_, name_space);
  if (label != nullptr && label->excluded == Known::yes) {
    answer.included = Known::no;
    answer.by_label = true;
    answer.evidence.push_back(
        {fmt::format("the Namespace {} is labelled {}: \"true\"", name_space, kExcludeLabel), label->where});
    return answer;
  }
  if (includes_nothing_) {
    answer.included = Known::no;
    answer.evidence.push_back(
        {"Velero 1.18.0 takes no namespace when includedNamespaces is empty and excludedNamespaces has a pattern",
         excluded_.where});
    return answer;
  }
  const Entry* entry = included_.find(name_space);
  answer.included = includes_all_ || entry != nullptr ? Known::yes : known(included_.has_unknown) && Known::unknown;
  if (answer.included == Known::no) {
    answer.evidence.push_back({fmt::format("includedNamespaces does not name {}", name_space), included_.where});
  } else if (entry != nullptr && entry->text != "*") {
    answer.evidence.push_back({fmt::format("includedNamespaces names {}", quoted(entry->text)), entry->where});
  }
  if (answer.included != Known::no && (excluded_.has_unknown || label != nullptr)) answer.included = Known::unknown;
  if (answer.included == Known::unknown) {
    const Span where = excluded_.has_unknown ? excluded_.where : label != nullptr ? label->where : included_.where;
    answer.evidence.push_back({"the namespaces of the Schedule are not known here: a value is templated", where});
  }
  return answer;
}

Known NamespaceFilter::includes_every_namespace() const {
  if (includes_nothing_) return Known::no;
  return includes_all_ && excluded_.empty() && labelled_.empty() ? Known::yes : Known::unknown;
}

// Patterns are replaced by the namespaces that they take, and may leave nothing.
bool NamespaceFilter::excludes_nothing(std::span<const std::string> existing) const {
  if (excluded_.empty() || !expanded_ || existing.empty()) return excluded_.empty();
  if (excluded_.has_unknown || excluded_.entries.size() != excluded_.glob_entries.size()) return false;
  return std::none_of(existing.begin(), existing.end(),
                      [this](const std::string& name) { return excluded_.find(name) != nullptr; });
}

bool NamespaceFilter::admits(std::string_view name_space) const {
  if (expanded_) return includes(name_space) == Known::yes;
  return should_include(included_.names, excluded_.names, name_space) && !ask(name_space).by_label;
}

bool NamespaceFilter::has_patterns() const {
  const auto is_pattern = [](const Entry& entry) { return entry.text != "*" && is_namespace_pattern(entry.text); };
  return std::any_of(included_.entries.begin(), included_.entries.end(), is_pattern) ||
         std::any_of(excluded_.entries.begin(), excluded_.entries.end(), is_pattern);
}

bool NamespaceFilter::has_missing(std::span<const std::string> existing) const {
  return std::any_of(included_.entries.begin(), included_.entries.end(), [&](const Entry& entry) {
    if (entry.text == "*" || (expanded_ && is_namespace_pattern(entry.text))) return false;
    return !std::binary_search(existing.begin(), existing.end(), entry.text);
  });
}

bool NamespaceFilter::is_everything(std::span<const std::string> existing) const {
  if (!excludes_nothing(existing) || !labelled_.empty()) return false;
  if (included_.empty() || (included_.names.names().size() == 1 && included_.names.has("*"))) return true;
  if (!compares_with_existing_ || existing.empty()) return false;
  if (!expanded_) {  // mutant: a shortcut, without patterns the answer is the same
    const auto& names = included_.names.names();
    return std::equal(names.begin(), names.end(), existing.begin(), existing.end());
  }
  return std::all_of(existing.begin(), existing.end(),
                     [this](const std::string& name) { return included_.find(name) != nullptr; }) &&
         std::all_of(included_.entries.begin(), included_.entries.end(), [&](const Entry& entry) {
           return is_namespace_pattern(entry.text) || std::binary_search(existing.begin(), existing.end(), entry.text);
         });
}

}  // namespace vlint::velero
