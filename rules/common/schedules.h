// What rules about Schedules and their filters share: how messages name them, and when a fault of theirs counts.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {

// "Schedule velero/daily", "Backup velero/once".
std::string title_of(const velero::Schedule& schedule);

// "each of its backups ends in FailedValidation"; for a one-off Backup "it ends in FailedValidation".
std::string_view fails_validation(const velero::Schedule& schedule);

// It was told to rest: what is wrong with it has no effect until somebody wakes it. velero 1.10 and later.
bool is_paused(const velero::Schedule& schedule, const velero::Install& install);

// The version of Velero was read somewhere; else the newest one is assumed.
bool knows_version(const velero::Install& install);

// All Schedules and one-off Backups but those that rest.
using ScheduleVisitor = std::function<void(const ClusterModel&, const velero::Schedule&)>;
void for_each_schedule(const Model& model, const ScheduleVisitor& visit);

// A list of a backup with the name of its field.
struct NamedList {
  std::string_view field;  // "includedResources"
  const velero::NameList& list;

  // The list is written as a list, so that its length is known.
  bool is_set() const { return list.field.is_sequence() && list.is_set(); }
};

// The first item that is known to be `text`; null when there is none.
const velero::NameList::Name* find_name(const velero::NameList& list, std::string_view text);

// Two lists of which Velero refuses some combinations.
struct ListPair {
  NamedList included;
  NamedList excluded;
  std::string_view what;               // "namespaces"
  bool star_excludes = false;          // "*" is allowed among the excluded, when nothing else is said
  Safety star_alone = Safety::unsafe;  // how far the fix may be trusted that leaves "*" alone in a list
};
// Reports what Velero refuses: "*" beside other items, "*" among the excluded, an item on both sides. velero
// pkg/util/collections/includes_excludes.go.
void report_contradictions(const model::Cluster& cluster, const velero::Schedule& schedule, const ListPair& lists,
                           Report& report);

// One edit of several: insertions at one point follow each other in their order, and the first refusal wins.
yaml::Edits together(const std::vector<yaml::Edits>& parts);

}  // namespace vlint::rules
