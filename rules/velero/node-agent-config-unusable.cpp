#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/schedules.h"
#include "rules/common/unseen.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

using yaml::Value;

constexpr std::string_view kFlag = "--node-agent-configmap";

struct Named {
  Value argument;
  std::string_view name;
};

// The ConfigMap that the agent is told to read; nothing when that is not known.
std::optional<Named> config_of(const VeleroContainer& agent) {
  std::optional<Named> named;
  for (const Value list : {agent.container["command"], agent.container["args"]}) {
    const std::vector<Value> items = list.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::string_view text = items[i].text();
      if (text == kFlag && i + 1 < items.size()) named = Named{items[i + 1], items[i + 1].text()};
      const bool has_value = text.size() > kFlag.size() && text[kFlag.size()] == '=';
      if (text.substr(0, kFlag.size()) == kFlag && has_value) named = Named{items[i], text.substr(kFlag.size() + 1)};
    }
  }
  const bool is_known = named && kube::has_known_text(named->argument) && !named->name.empty() &&
                        named->name.find("$(") == std::string_view::npos;
  return is_known ? named : std::nullopt;
}

// Why the agent can't read it (pkg/nodeagent/node_agent.go: GetConfigs).
struct Unusable {
  std::string why;
  Span where;
};
std::optional<Unusable> fault_of(const kube::Resource& config, const velero::Install& install) {
  const std::vector<yaml::Entry> data = config["data"].entries();
  if (config.encrypted || config["data"].is_templated()) return std::nullopt;
  if (data.empty()) return Unusable{"has no data", config.place()};
  if (data.size() > 1) {
    const bool is_refused = knows_version(install) && install.is_at_least(1, 18);
    return is_refused ? std::optional(Unusable{"has several keys, where one is taken", data[1].key.span()})
                      : std::nullopt;
  }
  const Value text = data.front().value;
  if (!text.is_scalar() || !kube::has_known_text(text)) return std::nullopt;
  const std::string_view content = trim(text.text());
  if (!content.empty() && content.front() == '{') return std::nullopt;
  return Unusable{content.empty() ? "is empty" : "is no JSON", data.front().key.span()};
}

void check_agent(const Model& model, const ClusterModel& member, const VeleroContainer& agent, Report& report) {
  const std::optional<Named> named = config_of(agent);
  if (!named) return;
  const kube::Resource* config = member.cluster.find("", "ConfigMap", agent.resource->name_space, named->name);
  const std::optional<Unusable> fault = config == nullptr ? std::nullopt : fault_of(*config, member.plan.install);
  if (config == nullptr && may_hold_unseen_objects(model, member.cluster)) return;
  if (config != nullptr && !fault) return;
  Draft draft = report.at(
      named->argument.span(),
      fmt::format("{} takes its settings from the ConfigMap {}, which {}: it exits at its start, and no volume is "
                  "copied or moved",
                  agent.resource->title(), named->name, fault ? fault->why : "does not exist"));
  draft.label(fault ? "can't be read" : "no such ConfigMap").about(member.cluster, *agent.resource, named->argument);
  if (fault) draft.related(fault->where, "what it reads");
  draft.help(fault ? "write one key with a JSON object, such as `{\"loadConcurrency\": {\"globalConfig\": 2}}`"
                   : "add the ConfigMap to Velero's namespace, or take the flag away");
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const VeleroContainer& agent : node_agent_containers(member.plan.install)) {
      check_agent(model, member, agent, report);
    }
  }
}

}  // namespace

VLINT_RULE(velero_node_agent_config_unusable) = checked({
    .summary = "the node-agent is told to read a ConfigMap that it can't use, and does not start",
    .explanation = R"md(
## What it finds
A node-agent with `--node-agent-configmap` whose ConfigMap is not in Velero's namespace, has no data, has (from 1.18 on)
several keys, or a text that is no JSON object: YAML is not taken there. That the ConfigMap is missing is reported only
where the repository shows everything the cluster runs.

## Why it matters
The node-agent reads its settings first and exits when it can't: its pods crash on every node, file system backups fail,
and data movements wait until they are cancelled.

## How to fix it
```yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: node-agent-config
  namespace: velero
data:
  config.json: |
    {"loadConcurrency": {"globalConfig": 2}}
```

## When to ignore it
When something writes the ConfigMap in the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/nodeagent/node_agent.go GetConfigs, pkg/cmd/cli/nodeagent/server.go getDataPathConfigs",
    .check = check,
});

}  // namespace vlint::rules
