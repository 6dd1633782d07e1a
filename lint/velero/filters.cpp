#include "lint/velero/filters.h"

#include <fmt/format.h>

#include <utility>

namespace vlint::velero {
namespace {

using yaml::Value;

const IncludeExcludePolicy* policy_of(const Schedule& schedule) {
  return schedule.volume_policies && schedule.volume_policies->include_exclude
             ? &*schedule.volume_policies->include_exclude
             : nullptr;
}

// The list that a person would look at for a namespaced type.
Value list_place(const BackupSpec& spec, bool is_old_family) {
  const NameList& included = is_old_family ? spec.included_resources : spec.included_namespace_scoped_resources;
  const NameList& excluded = is_old_family ? spec.excluded_resources : spec.excluded_namespace_scoped_resources;
  return included.is_set() ? included.field : excluded.field;
}

}  // namespace

SelectorFilter::SelectorFilter(const BackupSpec& spec) {
  std::vector<Value> values;
  if (spec.or_label_selectors.is_set()) {
    values = spec.or_label_selectors.items();
    where_ = spec.or_label_selectors.span();
  }
  if (values.empty() && spec.label_selector.is_set()) {
    values.push_back(spec.label_selector);
    where_ = spec.label_selector.span();
  }
  misses_ = {{"its labels are not those that the label selector asks for", where_}};
  undecided_ = {{"whether the label selector takes it is not known", where_}};
  for (const Value value : values) {
    kube::SelectorValue selector = kube::read_label_selector(value);
    // metav1.FormatLabelSelector turns a selector without requirements into the text "<none>", and one with a fault
    // into "<error>"; the API server refuses both (Velero issue 2083).
    if (!selector.faults.empty()) {
      failure_ = {
          {fmt::format("every listing fails: {}", selector.faults.front().message), selector.faults.front().where}};
    } else if (selector.known && selector.selector.requirements.empty()) {
      failure_ = {{"every listing fails: Velero can't send a label selector without requirements", value.span()}};
    }
    selectors_.push_back(std::move(selector));
  }
}

Known SelectorFilter::takes(const kube::KnownLabels& labels) const {
  if (selectors_.empty()) return Known::yes;
  if (!failure_.empty()) return Known::no;
  Known any = Known::no;
  for (const kube::SelectorValue& selector : selectors_) any = any || kube::matches(selector, labels);
  return any;
}

Filters::Filters(const Schedule& schedule, const Install& install, std::span<const LabelledNamespace> labelled,
                 std::span<const std::string> existing)
    : namespaces_(schedule.backup, labelled, install.version),
      resources_(schedule.backup, install.version, policy_of(schedule)),
      selectors_(schedule.backup),
      pods_(check_type(kPods, schedule.backup)),
      claims_(check_type(kPersistentVolumeClaims, schedule.backup)),
      is_everything_(namespaces_.is_everything(existing)),
      pulls_in_pods_(install.is_at_least(1, 15)) {
  const ResourceType type{std::string(kPersistentVolumes), kube::Scope::cluster};
  lists_volumes_ = resources_.includes(type, is_everything_);
  volumes_.selected = !resources_.excludes(type);
  if (volumes_.selected == Known::yes) return;  // mutant: a shortcut, nobody asks why
  volumes_.reason = volumes_.selected == Known::no ? Reason::resource_not_selected : Reason::unknown_value;
  volumes_.evidence = {{"the resource filters leave out persistentvolumes", schedule.backup.root.span()}};
}

Selected Filters::check_namespace(std::string_view name) const {
  NamespaceFilter::Answer answer = namespaces_.ask(name);
  Selected selected;
  selected.selected = answer.included;
  if (answer.included == Known::no) {
    selected.reason = answer.by_label ? Reason::excluded_by_label : Reason::namespace_not_selected;
  }
  if (answer.included != Known::yes) selected.evidence = EvidenceList(std::move(answer.evidence));
  return selected;
}

Selected Filters::check_unknown_namespace(Span object) const {
  Selected selected;
  selected.selected = namespaces_.includes_every_namespace();
  if (selected.selected == Known::yes) return selected;  // mutant: a shortcut, nobody asks why
  selected.reason = selected.selected == Known::no ? Reason::namespace_not_selected : Reason::unknown_namespace;
  selected.evidence = {{"the manifest does not say its namespace", object}};
  return selected;
}

Selected Filters::check_type(std::string_view type, const BackupSpec& spec) const {
  Selected selected;
  // Namespaced types do not depend on whether all namespaces are taken.
  selected.selected = resources_.includes({std::string(type), kube::Scope::namespaced}, false);
  if (selected.selected == Known::yes) return selected;  // mutant: a shortcut, nobody asks why
  const Value list = list_place(spec, resources_.is_old_family());
  if (selected.selected == Known::no) selected.reason = Reason::resource_not_selected;
  selected.evidence = {{selected.selected == Known::no
                            ? fmt::format("the resource filters leave out {}", type)
                            : fmt::format("whether {} are selected is not known: a resource filter is templated", type),
                        list ? list.span() : spec.root.span()}};
  return selected;
}

}  // namespace vlint::velero
