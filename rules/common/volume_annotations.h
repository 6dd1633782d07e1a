// Velero's two volume annotations: reading their lists as Velero does, and editing them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/text_edit.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/resource.h"

namespace vlint::rules {

inline constexpr std::string_view kOptIn = "backup.velero.io/backup-volumes";
inline constexpr std::string_view kOptOut = "backup.velero.io/backup-volumes-excludes";
inline constexpr std::string_view kVolumeAnnotations[] = {kOptIn, kOptOut};

// One part of a list, split at commas and not trimmed (velero pkg/util/podvolume: strings.Split).
struct ListedName {
  std::string_view text;
  std::size_t offset;  // into the annotation's text
};
std::vector<ListedName> listed_names(yaml::Value annotation);

// Where a part stands; the whole value when its text is not written verbatim (escapes, several lines, an alias).
Span place_of(yaml::Value annotation, const ListedName& name);

// What the list of the pod template says with the names added: none twice, no blanks, no empty parts.
std::string list_with(const kube::PodTemplate& pod, std::string_view annotation,
                      std::span<const std::string_view> names);

// Writes list_with(), creating what is missing.
Result<std::vector<TextEdit>> add_to_list(const kube::PodTemplate& pod, std::string_view annotation,
                                          std::span<const std::string_view> names);

// Writes it where an entry of the same object stands now that is to be replaced: in the patch, if a patch brings it,
// else in the manifest.
Result<std::vector<TextEdit>> add_to_list_beside(const velero::Workload& workload, yaml::Value present,
                                                 std::string_view annotation, std::span<const std::string_view> names);

// Writes it into a document that is merged into the workload: a patch of it.
Result<std::vector<TextEdit>> add_to_list_in(yaml::Value document, const kube::Resource& workload,
                                             std::string_view annotation, std::span<const std::string_view> names);

// Offers to write the list where the workload's text is, and for a built one also in a patch that its overlay has.
void offer_list(const Model& model, const kube::Resource& workload, std::string_view annotation,
                std::span<const std::string_view> names, const std::string& title, Draft& draft,
                Safety safety = Safety::safe);

// Takes an annotation (or a label) out of an object's or template's metadata, and the maps that it leaves empty.
struct RemovedAnnotation {
  std::vector<TextEdit> edits;
  // What goes with it: comments on lines of their own above it, and the one at the end of its line.
  std::vector<std::string_view> comments_above;
  std::string_view comment_behind;

  bool has_comments() const { return !comments_above.empty() || !comment_behind.empty(); }
};
Result<RemovedAnnotation> remove_annotation(yaml::Value metadata, std::string_view annotation,
                                            std::string_view map = "annotations");

// Writes the comments of a removed annotation beside the new entry of that key, which one of `added` writes on a line
// of its own. False when there is no such line: then they are lost.
bool carry_comments(const RemovedAnnotation& removed, std::string_view annotation, std::vector<TextEdit>& added);

// The volumes of a workload, in the pod's order.
std::span<const velero::VolumeUse> volumes_of(const velero::Plan& plan, std::size_t workload);

// The Schedules that select a workload's pods and agree on whether file system backup is the default; empty when one
// might select them, when its default is not known, or when they disagree.
std::vector<const velero::Schedule*> agreeing_schedules(const velero::Plan& plan, std::size_t workload,
                                                        Known fs_backup_is_default);

// Whether the list would do what it says: it names volumes of the pod that Velero can copy, and some Schedule may read
// it. Only then is it written anew without a second thought.
bool is_sound_list(const velero::Plan& plan, std::size_t workload, std::string_view annotation,
                   std::span<const std::string_view> names);

// Where a volume's name is written; for a claim template that of the template.
yaml::Value name_of(const velero::VolumeUse& use);

// Whether a hook that Velero runs before the backup writes into the volume: a command in the pod's hook annotations, or
// in the hooks of the Schedule, that names one of the volume's mount paths.
bool is_filled_by_hook(const velero::Workload& workload, std::string_view volume,
                       const std::vector<velero::Schedule>& schedules);

// "logs", "logs and tmp", "a, b and c"; more than `shown` names end in "and 4 more".
std::string enumerate(std::span<const std::string> names, std::size_t shown = 6);

// "Schedule velero/daily", "Schedules velero/a and velero/b", "Backup velero/once"; both kinds are named one by one.
std::string enumerate(std::span<const velero::Schedule* const> schedules);

}  // namespace vlint::rules
