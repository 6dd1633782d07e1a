#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

// The names `volsync-<name>-dest` that stand anywhere in the repository; all of them may where a template makes one.
class MentionedTargets {
 public:
  explicit MentionedTargets(const Model& model) {
    const FileSet& files = model.sources.files;
    for (std::size_t i = 0; i < files.size(); ++i) add(files[files.id_at(i)].text);
  }
  bool has(std::string_view name) const { return has_template_ || names_.count(name) != 0; }

 private:
  void add(std::string_view text) {
    constexpr std::string_view kPrefix = "volsync-";
    for (std::size_t at = text.find(kPrefix); at != std::string_view::npos; at = text.find(kPrefix, at + 1)) {
      std::size_t end = at;
      while (end < text.size() && is_name(text[end])) ++end;
      const std::string_view word = text.substr(at, end - at);
      if (word.ends_with("-dest")) names_.insert(word);
      const bool opens = end < text.size() && (text[end] == '{' || text[end] == '$');
      const std::string_view line = text.substr(end, text.find('\n', end) - end);
      if (opens && line.find("-dest") != std::string_view::npos) has_template_ = true;
    }
  }

  std::set<std::string_view> names_;
  bool has_template_ = false;
};

void check(const Model& model, Report& report) {
  std::optional<MentionedTargets> mentioned;
  for_each_active_destination(model, [&](const ClusterModel& member, const volsync::Destination& one) {
    const volsync::Replication& destination = one.replication;
    const bool is_left = copies_volume(destination) && destination.copy_method == volsync::CopyMethod::direct &&
                         destination.claim.given() == Known::no && one.consumers.empty();
    if (!is_left) return;
    if (!mentioned) mentioned.emplace(model);
    const std::string target = fmt::format("volsync-{}-dest", destination.resource->name);
    if (mentioned->has(target)) return;
    Draft draft = report.at(
        destination.copy_method_text.where(),
        fmt::format("{} restores into the claim {}, which nothing mounts, since it has copyMethod Direct and no "
                    "destinationPVC: no application sees the restored data",
                    destination.title(), target));
    draft.label("into a claim of its own")
        .about(member.cluster, *destination.resource, destination.copy_method_text.field);
    draft.help(
        "write `copyMethod: Snapshot` and let the application's claim have a `dataSourceRef` to the "
        "ReplicationDestination, or name the claim as `destinationPVC` and restore while the application is down");
  });
}

}  // namespace

VLINT_RULE(volsync_restore_target_unused) = checked({
    .summary = "a ReplicationDestination restores into a claim that nothing uses",
    .explanation = R"md(
## What it finds
A ReplicationDestination with `copyMethod: Direct` and without `destinationPVC`, while nothing in the repository names
the claim that VolSync makes for it, `volsync-<name>-dest`.

## Why it matters
The restore succeeds, into a volume of its own. The application starts with its own, empty one, and the backup that
follows stores that. On the day of the disaster everything is green and the data is somewhere else.

## How to fix it
Let the application's claim be filled by it:

```yaml
# ReplicationDestination
restic:
  copyMethod: Snapshot
# PersistentVolumeClaim
dataSourceRef:
  apiGroup: volsync.backube
  kind: ReplicationDestination
  name: wiki
```

A claim takes a `dataSourceRef` only when it is made. Without snapshots name the claim as `destinationPVC` and scale the
application down for the restore.

## When to ignore it
When the restored volume is only looked at by hand.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync internal/controller/volumehandler/volumehandler.go EnsureNewPVC",
    .check = check,
});

}  // namespace vlint::rules
