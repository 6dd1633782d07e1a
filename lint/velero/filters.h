// What one Backup selects: pods and claims by namespace, type, exclude label and label selectors.
//
// How selected objects pull in others is decided in selection.h, which knows them all.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/install.h"
#include "lint/velero/namespace_filter.h"
#include "lint/velero/resource_filter.h"
#include "lint/velero/schedule.h"
#include "lint/velero/verdict.h"

namespace vlint::velero {

// Whether something is selected; the reason and its evidence say why not, or why that isn't known.
struct Selected {
  Known selected = Known::yes;
  Reason reason = Reason::unknown_value;
  EvidenceList evidence;
};

// The objects that the selectors of a Backup take. Only listing asks them (Velero pkg/backup/item_collector.go:
// listResourceByLabelsPerNamespace).
class SelectorFilter {
 public:
  explicit SelectorFilter(const BackupSpec& spec);

  bool takes_everything() const { return selectors_.empty(); }
  // Why every listing of the Backup fails, so that nothing is selected; empty otherwise.
  const EvidenceList& failure() const { return failure_; }
  Known takes(const kube::KnownLabels& labels) const;
  Span where() const { return where_; }
  // Why an object is not taken, and why that is not known.
  const EvidenceList& misses() const { return misses_; }
  const EvidenceList& undecided() const { return undecided_; }

 private:
  std::vector<kube::SelectorValue> selectors_;  // one of them is enough
  EvidenceList failure_;
  EvidenceList misses_;
  EvidenceList undecided_;
  Span where_;
};

class Filters {
 public:
  // `schedule`, `labelled` and what they refer to must outlive the filters.
  // `existing`: the names of all namespaces, sorted.
  Filters(const Schedule& schedule, const Install& install, std::span<const LabelledNamespace> labelled,
          std::span<const std::string> existing = {});

  Selected check_namespace(std::string_view name) const;
  // For an object whose manifest doesn't say its namespace.
  Selected check_unknown_namespace(Span object) const;

  const Selected& pods() const { return pods_; }  // whether the type is taken
  const Selected& claims() const { return claims_; }
  // Whether PersistentVolumes pass that are reached through their claims, and whether they are listed.
  const Selected& excluded_volumes() const { return volumes_; }
  Known lists_volumes() const { return lists_volumes_; }
  const NamespaceFilter& namespaces() const { return namespaces_; }
  const ResourceFilter& resources() const { return resources_; }
  bool is_everything() const { return is_everything_; }
  const SelectorFilter& selectors() const { return selectors_; }
  // Whether a selected claim brings the pods that mount it (item blocks, from Velero 1.15).
  bool pulls_in_pods() const { return pulls_in_pods_; }

 private:
  Selected check_type(std::string_view type, const BackupSpec& spec) const;

  NamespaceFilter namespaces_;
  ResourceFilter resources_;
  SelectorFilter selectors_;
  Selected pods_;
  Selected claims_;
  Selected volumes_;
  bool is_everything_ = false;
  Known lists_volumes_ = Known::no;
  bool pulls_in_pods_ = true;
};

}  // namespace vlint::velero
