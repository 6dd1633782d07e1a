#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/names.h"
#include "lint/velero/snapshot_class.h"
#include "lint/yaml/edit.h"
#include "rules/common/claims.h"

namespace vlint::rules {
namespace {

using velero::Plan;
using yaml::Value;

constexpr std::string_view kFeature = "EnableCSI";
constexpr std::string_view kFlag = "--features";

// Claims on CSI volumes that are stored without their data, since the plugin is never asked.
struct Lost {
  Claims claims;
  Schedules schedules;
  bool all_have_classes = true;  // so that turning the feature on is the whole repair
  bool is_wanted = false;        // something shows that CSI snapshots are meant to be taken
};

Lost find_lost(const ClusterModel& member) {
  const auto& [cluster, plan] = member;
  const velero::Storage storage(cluster, plan.install.is_dump);
  const velero::SnapshotClasses classes(cluster);
  const std::vector<JudgedClaim> disabled = claims_where(plan, [](const velero::Verdict& verdict) {
    return verdict.reason == velero::Reason::csi_disabled && verdict.outcome == velero::Outcome::not_protected;
  });
  Lost lost;
  for (const JudgedClaim& judged : disabled) {
    if (judged.claim->is_protected == Known::yes) continue;
    const std::optional<velero::ClaimFacts> facts = facts_of(storage, plan, *judged.claim);
    if (!facts || facts->attributes.is_csi != Known::yes || !facts->provisioner) continue;
    lost.claims.push_back(judged.claim);
    add_all(lost.schedules, judged.schedules);
    for (const velero::Schedule* schedule : judged.schedules) {
      const Value annotations = schedule->resource->metadata["annotations"];
      const bool has_class =
          classes.choose(*facts->provisioner, facts->metadata["annotations"], annotations, plan.install.version)
              .chosen != nullptr;
      const bool moves = schedule->snapshot_move_data.value == Known::yes;
      lost.all_have_classes &= has_class && (!moves || plan.install.node_agent == Known::yes);
      lost.is_wanted |= moves || !snapshot_classes_of(cluster, *facts->provisioner).empty();
    }
  }
  return lost;
}

// The list of arguments that starts the server: `args`, or `command` where that has them all.
Value server_arguments(const kube::Resource& server) {
  const std::optional<kube::PodTemplate> pod = kube::pod_template(server);
  if (!pod) return {};
  for (const Value container : pod->spec["containers"].items()) {
    for (const Value list : {container["args"], container["command"]}) {
      const std::vector<Value> items = list.items();
      const bool starts = std::any_of(items.begin(), items.end(), [](Value item) { return item.text() == "server"; });
      if (starts) return list;
    }
  }
  return {};
}

// The feature's name in other letters, or with what surrounds it in a list of YAML: "enableCSI", "[EnableCSI]".
bool is_misspelt(std::string_view name) {
  std::string letters;
  for (const char c : to_lower_ascii(name)) {
    if (c >= 'a' && c <= 'z') letters += c;
  }
  return name != kFeature && letters == to_lower_ascii(kFeature);
}

const std::string* misspelt_in(const velero::Install& install) {
  if (!install.flags.features.value) return nullptr;
  const std::vector<std::string>& names = *install.flags.features.value;
  const auto found = std::find_if(names.begin(), names.end(), is_misspelt);
  return found == names.end() ? nullptr : &*found;
}

// Without the brackets of a list, which a chart writes where its values have a list.
std::string_view without_brackets(std::string_view features) {
  features = trim(features);
  const bool is_list = features.size() >= 2 && features.front() == '[' && features.back() == ']';
  return is_list ? features.substr(1, features.size() - 2) : features;
}

// The list with the feature; where it only is misspelt, it is written right.
std::string with_feature(std::string_view features) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(without_brackets(features), ',')) {
    if (!trim(part).empty() && trim(part) != kFeature && !is_misspelt(part)) parts.emplace_back(trim(part));
  }
  parts.emplace_back(kFeature);
  return join(parts, ",");
}

yaml::Edits turn_on(const kube::Resource& server) {
  const Value list = server_arguments(server);
  if (!list) return Error{"the arguments of the server were not found"};
  const std::vector<Value> items = list.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string_view text = items[i].text();
    if (text == kFlag && i + 1 < items.size()) return yaml::set_scalar(items[i + 1], with_feature(items[i + 1].text()));
    if (text.substr(0, kFlag.size()) != kFlag || text.size() <= kFlag.size() || text[kFlag.size()] != '=') continue;
    return yaml::set_scalar(items[i], fmt::format("{}={}", kFlag, with_feature(text.substr(kFlag.size() + 1))));
  }
  return yaml::append_item(list, yaml::NewValue::string(fmt::format("{}={}", kFlag, kFeature)));
}

void report_lost(const ClusterModel& member, const Lost& lost, Report& report) {
  const velero::Install& install = member.plan.install;
  const kube::Resource& server = *install.servers.front();
  const Span flag = install.flags.features.where;
  Draft draft = report.at(
      flag.valid() ? flag : server.place(),
      fmt::format(
          "the Velero server runs without the feature EnableCSI, so {} stores {} without {} data: no snapshot is "
          "taken, and the backup is Completed all the same",
          backups_of(lost.schedules), enumerate(lost.claims), lost.claims.size() == 1 ? "its" : "their"));
  draft.label("without EnableCSI").about(member.cluster, server);
  draft.related(place_of(member.plan, *lost.claims.front()), "this claim is on a CSI volume");
  for (const velero::Schedule* schedule : lost.schedules) {
    if (schedule->snapshot_move_data.value == Known::yes) {
      draft.related(schedule->snapshot_move_data.where, "there is no snapshot whose data could be moved");
    }
  }
  if (lost.all_have_classes && install.servers.size() == 1) {
    draft.fix("turn EnableCSI on", Safety::safe, server, turn_on(server));
  } else {
    draft.help(
        "run the server with `--features=EnableCSI` (`configuration.features: EnableCSI` in the chart's values), and "
        "give "
        "each driver a VolumeSnapshotClass; data movement needs the node-agent, too");
  }
}

// Somebody asked for the feature, whether or not claims are seen that need it.
void report_misspelt(const ClusterModel& member, std::string_view written, Report& report) {
  const velero::Install& install = member.plan.install;
  const kube::Resource& server = *install.servers.front();
  Draft draft =
      report.at(install.flags.features.where,
                fmt::format("the Velero server is asked for the feature {}, which it does not know: EnableCSI "
                            "stays off, no CSI snapshot is taken, and backups are Completed all the same",
                            quoted(written)));
  draft.label("EnableCSI is written otherwise").about(member.cluster, server);
  draft.fix("write EnableCSI", Safety::unsafe, server, turn_on(server));
  draft.help("in the chart's values `configuration.features` is one string, `EnableCSI`, and no list");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    if (install.servers.empty() || install.flags.features.contains(kFeature) != Known::no) continue;
    const Lost lost = find_lost(member);
    const std::string* misspelt = misspelt_in(install);
    if (!lost.claims.empty() && (lost.is_wanted || misspelt != nullptr)) {
      report_lost(member, lost, report);
    } else if (misspelt != nullptr) {
      report_misspelt(member, *misspelt, report);
    }
  }
}

}  // namespace

VLINT_RULE(csi_feature_disabled) = checked({
    .summary = "CSI snapshots are wanted, and the Velero server runs without the feature EnableCSI",
    .explanation = R"md(
## What it finds
A Velero server without `EnableCSI` in `--features`, while a Schedule selects claims on CSI volumes that nothing else
saves, and the repository shows that snapshots are meant: a VolumeSnapshotClass for their driver, or `snapshotMoveData`.
Also a server that is asked for the feature in other letters or as a list (`--features=[EnableCSI]`), whatever there is to
save.

## Why it matters
The feature is off unless it is asked for, also with the defaults of the Helm chart. Without it Velero leaves CSI
volumes to native plugins, which mostly don't know them. Nothing is said: the claims are stored, their data is not, no
data is moved, and the backup is Completed.

## How to fix it
Run the server with `--features=EnableCSI`, in the chart's values `configuration.features: EnableCSI` (one string, no
list). `vlint --fix` writes the flag where every claim has a VolumeSnapshotClass and, for data movement, the node-agent
is there. Up to Velero 1.13 the plugin `velero-plugin-for-csi` is needed as well.

## When to ignore it
Never: the claims are in no backup.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/features/feature_flags.go, pkg/util/csi/util.go ShouldSkipAction, issues 8577 and 8499",
    .check = check,
});

}  // namespace vlint::rules
