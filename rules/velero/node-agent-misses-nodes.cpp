#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/schedules.h"
#include "rules/common/scheduling.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;
using yaml::Value;

constexpr std::string_view kRole = "node-role.kubernetes.io/";

struct Agent {
  const kube::Resource* resource = nullptr;
  Value spec;
};
using Agents = std::vector<Agent>;
using Workloads = std::vector<const Workload*>;

// Nothing when it is not known where one of them runs.
std::optional<Agents> agents_of(const velero::Install& install) {
  Agents agents;
  for (const kube::Resource* resource : install.node_agents) {
    const std::optional<kube::PodTemplate> pod = kube::pod_template(*resource);
    if (!pod || resource->encrypted || is_placement_unknown(pod->spec) || has_required_affinity(pod->spec)) {
      return std::nullopt;
    }
    agents.push_back({resource, pod->spec});
  }
  return agents;
}

// Those of which a Schedule copies a volume.
Workloads copied_workloads(const velero::Plan& plan) {
  Workloads copied;
  for (const velero::VolumeUse& use : plan.volumes) {
    const Workload& workload = plan.workloads[use.workload];
    const bool is_copied = std::any_of(use.verdicts.begin(), use.verdicts.end(), [](const velero::Verdict& verdict) {
      return verdict.selected == Known::yes && verdict.method == velero::Method::fs_backup &&
             verdict.outcome == velero::Outcome::is_protected;
    });
    const bool is_listed = !copied.empty() && copied.back() == &workload;
    if (is_copied && !is_listed && !is_placement_unknown(workload.pod.spec)) copied.push_back(&workload);
  }
  return copied;
}

std::string titles_of(const Workloads& workloads) {
  std::vector<std::string> titles;
  for (const Workload* workload : workloads) titles.push_back(workload->resource->title());
  constexpr std::size_t kShown = 3;
  return enumerate(titles, kShown);
}

// The taint as people write it: "dedicated=db:NoSchedule".
std::string name_of_taint(Value toleration) {
  const std::string_view value = toleration["value"].text();
  const std::string_view effect = toleration["effect"].text();
  return fmt::format("{}{}{}{}{}", toleration["key"].text(), value.empty() ? "" : "=", value, effect.empty() ? "" : ":",
                     effect);
}

// From 1.17 on each copy has a pod of its own, which is not given this toleration.
bool is_enough(const velero::Install& install, Value toleration) {
  return !install.is_at_least(1, 17) || toleration["effect"].text() != "NoExecute";
}

yaml::Edits add_toleration(const Agent& agent, Value toleration) {
  std::vector<yaml::NewEntry> entries;
  for (const std::string_view key : {"key", "operator", "value", "effect"}) {
    const Value value = toleration[key];
    if (value.is_set()) entries.push_back({std::string(key), yaml::NewValue::string(value.text())});
  }
  const yaml::NewValue added = yaml::NewValue::mapping(std::move(entries));
  const Value list = agent.spec["tolerations"];
  if (list) return yaml::append_item(list, added);
  return yaml::add_entry(agent.spec, "tolerations", yaml::NewValue::sequence({added}));
}

struct Missed {
  Value toleration;
  Workloads workloads;
};

void report_taint(const ClusterModel& member, const Agent& agent, const Missed& missed, Report& report) {
  const Value list = agent.spec["tolerations"];
  const std::string taint = name_of_taint(missed.toleration);
  Draft draft = report.at(
      list ? list.span() : agent.resource->place(),
      fmt::format(
          "{} does not tolerate the taint {}, so it does not run on nodes that {} may run on: {} volumes are not "
          "copied there, and each such pod is an error of the backup",
          agent.resource->title(), taint, titles_of(missed.workloads), missed.workloads.size() == 1 ? "its" : "their"));
  draft.label("does not tolerate it").about(member.cluster, *agent.resource, list);
  draft.related(missed.toleration.span(), "tolerated here");
  if (!is_enough(member.plan.install, missed.toleration)) {
    draft.help(
        "use a taint with the effect NoSchedule and let the node-agent tolerate it: from Velero 1.17 on the pods that "
        "copy are not given tolerations of NoExecute");
    return;
  }
  draft.fix(fmt::format("tolerate {}", taint), Safety::safe, *agent.resource, add_toleration(agent, missed.toleration));
}

// No Nodes are known: taints are those that workloads name.
void check_tolerations(const ClusterModel& member, const Agents& agents, const Workloads& copied, Report& report) {
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, Missed> found;
  for (const Workload* workload : copied) {
    const Value spec = workload->pod.spec;
    for (const Value toleration : spec["tolerations"].items()) {
      const std::string_view key = toleration["key"].text();
      // Many tolerate the taint of a role that never run there.
      const bool is_placed = key.substr(0, kRole.size()) != kRole || selects_by(spec, key);
      const bool is_covered = std::any_of(agents.begin(), agents.end(),
                                          [&](const Agent& agent) { return tolerates_as(agent.spec, toleration); });
      if (!names_taint(toleration) || !is_placed || is_covered) continue;
      if (toleration["effect"].text() == "PreferNoSchedule") continue;
      Missed& missed = found[{key, toleration["value"].text(), toleration["effect"].text()}];
      if (missed.workloads.empty()) missed.toleration = toleration;
      if (missed.workloads.empty() || missed.workloads.back() != workload) missed.workloads.push_back(workload);
    }
  }
  for (const auto& [key, missed] : found) report_taint(member, agents.front(), missed, report);
}

// A label that both select, with different values.
struct Conflict {
  const Agent* agent = nullptr;
  yaml::Entry agent_label;
  yaml::Entry pod_label;
};
std::optional<Conflict> conflict_of(const Agents& agents, Value pod_spec) {
  std::optional<Conflict> first;
  for (const Agent& agent : agents) {
    bool conflicts = false;
    for (const yaml::Entry& label : agent.spec["nodeSelector"].entries()) {
      const yaml::Entry other = pod_spec["nodeSelector"].find(label.key.text());
      if (!other || other.value.text() == label.value.text()) continue;
      conflicts = true;
      if (!first) first = Conflict{&agent, label, other};
    }
    if (!conflicts) return std::nullopt;
  }
  return first;
}

void check_selectors(const ClusterModel& member, const Agents& agents, const Workloads& copied, Report& report) {
  for (const Workload* workload : copied) {
    const std::optional<Conflict> conflict = conflict_of(agents, workload->pod.spec);
    if (!conflict) continue;
    const std::string_view key = conflict->agent_label.key.text();
    report
        .at(conflict->pod_label.key.span(),
            fmt::format("{} runs on nodes with the label {}={}, and the node-agent only on those with {}={}: its "
                        "volumes are never copied, and each backup ends PartiallyFailed",
                        workload->resource->title(), key, conflict->pod_label.value.text(), key,
                        conflict->agent_label.value.text()))
        .severity(Severity::error)
        .label("no node-agent runs there")
        .about(member.cluster, *workload->resource, conflict->pod_label.value)
        .related(conflict->agent_label.key.span(), "where the node-agent runs")
        .help(
            fmt::format("take the label out of the nodeSelector of {}, or exclude the volumes from file system backup",
                        conflict->agent->resource->title()));
  }
}

// The Nodes are known.
void check_nodes(const ClusterModel& member, const Agents& agents, const Workloads& copied,
                 const std::vector<const kube::Resource*>& nodes, Report& report) {
  for (const Workload* workload : copied) {
    if (has_required_affinity(workload->pod.spec)) continue;
    std::vector<std::string> missed;
    std::size_t reachable = 0;
    for (const kube::Resource* node : nodes) {
      if (!fits(workload->pod.spec, *node)) continue;
      ++reachable;
      const bool is_covered =
          std::any_of(agents.begin(), agents.end(), [&](const Agent& agent) { return fits(agent.spec, *node); });
      if (!is_covered) missed.emplace_back(node->name);
    }
    if (missed.empty()) continue;
    const bool is_always = missed.size() == reachable;
    constexpr std::size_t kShown = 3;
    const std::string where = enumerate(missed, kShown);
    Draft draft = report.at(
        workload->resource->place(),
        fmt::format("{} {} node{} {}, where no node-agent runs: {}", workload->resource->title(),
                    is_always ? "runs only on" : "may run on", missed.size() == 1 ? "" : "s", where,
                    is_always ? "its volumes are never copied, and each backup ends PartiallyFailed"
                              : "its volumes are not copied from there, and the backup ends PartiallyFailed"));
    if (is_always) draft.severity(Severity::error);
    draft.label("no node-agent there").about(member.cluster, *workload->resource);
    for (const Agent& agent : agents) draft.related(agent.resource->place(), "the node-agent");
    draft.help("let the node-agent tolerate the taints of these nodes, and select them");
  }
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    // Where the pods of the agent are seen, the verdicts say what that means.
    if (install.node_agents.empty() || install.agent_nodes) continue;
    const std::optional<Agents> agents = agents_of(install);
    const Workloads copied = copied_workloads(member.plan);
    if (!agents || copied.empty()) continue;
    const std::vector<const kube::Resource*> nodes = nodes_of(member.cluster);
    if (!nodes.empty()) {
      check_nodes(member, *agents, copied, nodes, report);
      continue;
    }
    check_selectors(member, *agents, copied, report);
    check_tolerations(member, *agents, copied, report);
  }
}

}  // namespace

VLINT_RULE(velero_node_agent_misses_nodes) = checked({
    .summary = "the node-agent does not run on nodes from which volumes are to be copied",
    .explanation = R"md(
## What it finds
Workloads with a volume that a Schedule copies by file system backup and that can run where the node-agent can't:

- they tolerate a taint that the node-agent does not. Taints of `node.kubernetes.io/` and tolerations of everything are
  not meant, and the taint of a node's role counts only where the workload also selects these nodes;
- they select nodes by a label of which the node-agent selects another value;
- with Node objects among the facts of `.vlint.yaml`: one of the nodes that they fit on is none of the node-agent's.

It is silent where a node affinity of the node-agent, or a templated value, leaves that open.

## Why it matters
A volume is copied by the node-agent on its pod's node. Where none runs, each pod with such a volume is the error
"daemonset pod not found in running state in node": the pod is not stored, its volumes are not copied, and the backup
ends PartiallyFailed. Nodes with taints are often just those that databases run on.

## How to fix it
Give the node-agent the same toleration (in the chart's values `nodeAgent.tolerations`). `vlint --fix` copies it, except
for the effect `NoExecute` from Velero 1.17 on: there the pods that copy are not given it. Take labels out of the
node-agent's nodeSelector that keep it from nodes with data.

## When to ignore it
When no node has the taint any more; then remove the toleration.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "velero pkg/podvolume/backupper.go, pkg/nodeagent/node_agent.go IsRunningInNode, "
               "pkg/util/third_party.go; kubernetes pkg/apis/core/v1/helper ToleratesTaint",
    .check = check,
});

}  // namespace vlint::rules
