#include "rules/common/skip_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "lint/base/text.h"
#include "lint/velero/embedded_yaml.h"
#include "rules/common/schedules.h"
#include "rules/common/volume_annotations.h"
#include "rules/common/volume_policies.h"

namespace vlint::rules {
namespace {

using velero::Schedule;
using yaml::Value;

// velero internal/resourcepolicies: volumeTypes from 1.13 on; 1.14.0 takes every volume for a claim once there is a
// policy.
bool knows_types(const velero::Install& install) {
  const bool is_broken = install.is_at_least(1, 14) && !install.is_at_least(1, 14, 1);
  return install.is_at_least(1, 13) && !is_broken;
}

bool is_edited_by_hand(const kube::Resource& resource) {
  return resource.author == kube::Author::person && !resource.encrypted;
}

// Its document is deployed as it stands, once: what is written behind it is, too.
bool is_deployed_as_written(const Model& model, const kube::Resource& resource) {
  const Value source = resource.root.source();
  if (!source || !is_edited_by_hand(resource)) return false;
  const Value metadata = source["metadata"];
  const bool is_same = metadata["name"].text() == resource.name && metadata["namespace"].text() == resource.name_space;
  const FileId file = source.span().file;
  const auto readers = std::count_if(model.units.all.begin(), model.units.all.end(), [&](const gitops::Unit& unit) {
    return std::binary_search(unit.files.begin(), unit.files.end(), file);
  });
  return is_same && !resource.name_space.empty() && readers == 1;
}

std::string policy_item(std::string_view indent, std::string_view type) {
  return fmt::format("{0}- conditions:\n{0}    volumeTypes: [{1}]\n{0}  action:\n{0}    type: skip\n", indent, type);
}

std::string unused_name(const Model& model, std::string_view name_space, std::string_view type) {
  const std::string lower = fmt::format("skip-{}", to_lower_ascii(type));
  for (const ClusterModel& member : model.clusters) {
    if (member.cluster.find("", "ConfigMap", name_space, lower) != nullptr) return {};
  }
  return lower;
}

// A document behind the last one of the file.
TextEdit append_document(const SourceFile& file, FileId id, std::string document) {
  const bool has_line_end = file.text.empty() || file.text.back() == '\n';
  document = fmt::format("{}---\n{}", has_line_end ? "" : "\n", document);
  if (file.text.find("\r\n") != std::string::npos) {
    std::string lines;
    for (const char c : document) lines += c == '\n' ? "\r\n" : std::string(1, c);
    document = std::move(lines);
  }
  const auto end = static_cast<std::uint32_t>(file.text.size());
  return {{id, end, end}, std::move(document)};
}

// The Schedules that have no policy get a ConfigMap of their own.
Status write_new(const Model& model, const std::vector<const Schedule*>& schedules, std::string_view type,
                 SkipPolicy& policy, std::vector<yaml::Edits>& parts) {
  if (schedules.empty()) return Done{};
  const kube::Resource& first = *schedules.front()->resource;
  const std::string name = unused_name(model, first.name_space, type);
  if (name.empty()) return Error{"the name is taken"};
  for (const Schedule* schedule : schedules) {
    const kube::Resource& resource = *schedule->resource;
    if (resource.name_space != first.name_space || !is_edited_by_hand(resource)) return Error{"can't be edited"};
    policy.changed.push_back(&resource);
    parts.push_back(yaml::add_entry(schedule->backup.root, "resourcePolicy",
                                    yaml::NewValue::mapping({{"kind", yaml::NewValue::string("configmap")},
                                                             {"name", yaml::NewValue::string(name)}})));
  }
  if (!is_deployed_as_written(model, first)) return Error{"what stands behind it is not deployed as it is"};
  const FileId file = first.root.source().span().file;
  policy.added.push_back({{}, "ConfigMap", std::string(first.name_space), name, {}});
  parts.emplace_back(std::vector<TextEdit>{append_document(
      model.sources.files[file], file,
      fmt::format("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n  namespace: {}\ndata:\n  policy.yaml: |\n"
                  "    version: v1\n    volumePolicies:\n{}",
                  name, first.name_space, policy_item("      ", type)))});
  return Done{};
}

// Where the line begins that has a byte.
std::size_t line_of(std::string_view text, std::size_t offset) {
  return offset == 0 ? 0 : text.rfind('\n', offset - 1) + 1;  // npos + 1 is the first line
}

// Comments right above a line belong to it.
std::size_t above_comments(std::string_view text, std::size_t line) {
  while (line > 0) {
    const std::size_t previous = line_of(text, line - 1);
    if (!trim(text.substr(previous, line - previous)).starts_with('#')) break;
    line = previous;
  }
  return line;
}

// Writes the item before the others: the first that matches decides.
yaml::Edits extend(const kube::Resource& config_map, std::string_view type) {
  const std::vector<yaml::Entry> data = config_map["data"].entries();
  if (data.size() != 1 || !data.front().value.is_scalar() || !is_edited_by_hand(config_map)) return Error{"no text"};
  const Value text = data.front().value;
  const velero::EmbeddedYaml embedded(text);
  const std::vector<Value> items = policies_of(embedded);
  if (items.empty()) return Error{"no policies"};
  const std::string_view inner = text.text();
  const std::size_t begin = items.front().span().begin;
  const std::size_t line = line_of(inner, begin);
  const std::string_view before = inner.substr(line, begin - line);
  const std::size_t dash = before.find_first_not_of(' ');
  const bool is_item = dash != std::string_view::npos && before[dash] == '-' &&
                       before.find_first_not_of(' ', dash + 1) == std::string_view::npos;
  if (!is_item) return Error{"not a list in block style"};
  const std::size_t at = above_comments(inner, line);
  return yaml::set_scalar(
      text, fmt::format("{}{}{}", inner.substr(0, at), policy_item(before.substr(0, dash), type), inner.substr(at)));
}

Schedule with_policy(const Schedule& schedule, std::string_view type) {
  Schedule changed = schedule;
  auto policies = schedule.volume_policies ? std::make_shared<velero::VolumePolicies>(*schedule.volume_policies)
                                           : std::make_shared<velero::VolumePolicies>();
  velero::VolumePolicy skip;
  skip.conditions.volume_types = {std::string(type)};
  policies->policies.insert(policies->policies.begin(), std::move(skip));
  changed.volume_policies = std::move(policies);
  changed.has_volume_policies = Known::yes;
  return changed;
}

bool is_same(const velero::Verdict& a, const velero::Verdict& b) {
  return a.selected == b.selected && a.method == b.method && a.outcome == b.outcome && a.also == b.also;
}

// Whether nothing changes but that volumes of the type are left out that may be.
bool is_contained(const ClusterModel& member, const WhatIf& simulation, const Schedule& schedule, std::string_view type,
                  const MaySkip& may_skip) {
  const velero::Plan& plan = member.plan;
  const auto index = static_cast<std::size_t>(&schedule - plan.schedules.data());
  const velero::Verdicts changed = simulation.judge(with_policy(schedule, type));
  if (changed.claims.size() != plan.claims.size() || changed.volumes.size() != plan.volumes.size()) return false;
  for (std::size_t i = 0; i < plan.claims.size(); ++i) {
    if (!is_same(plan.claims[i].verdicts[index], changed.claims[i])) return false;
  }
  for (std::size_t i = 0; i < plan.volumes.size(); ++i) {
    const velero::VolumeUse& use = plan.volumes[i];
    const velero::Verdict& now = use.verdicts[index];
    if (is_same(now, changed.volumes[i])) continue;
    const bool is_saved = now.outcome == velero::Outcome::is_protected;
    const bool is_left_out = use.source == type && changed.volumes[i].reason == velero::Reason::policy_skip;
    if (!is_left_out || (is_saved && !may_skip(use, now))) return false;
  }
  return true;
}

// The ConfigMap of each Schedule's policies; null for one without any. Nothing when that is not known.
using PolicyMaps = std::vector<const kube::Resource*>;
std::optional<PolicyMaps> maps_of(const ClusterModel& member, const std::vector<const Schedule*>& schedules) {
  PolicyMaps maps;
  for (const Schedule* schedule : schedules) {
    const bool has_none = schedule->has_volume_policies == Known::no && !schedule->backup.resource_policy.is_set();
    const kube::Resource* map = has_none ? nullptr : find_policy_map(member.cluster, *schedule);
    // A Backup is made once, when it is applied: what is changed later has no effect.
    if (schedule->one_off || (!has_none && (map == nullptr || !schedule->volume_policies))) return std::nullopt;
    maps.push_back(map);
  }
  return maps;
}

// All Schedules that would change: those asked for, and those that share a ConfigMap with one of them.
std::vector<const Schedule*> affected(const ClusterModel& member, const std::vector<const Schedule*>& schedules,
                                      const PolicyMaps& maps) {
  std::vector<const Schedule*> all = schedules;
  for (const Schedule& other : member.plan.schedules) {
    const kube::Resource* map = find_policy_map(member.cluster, other);
    const bool shares = map != nullptr && std::find(maps.begin(), maps.end(), map) != maps.end();
    if (shares && std::find(all.begin(), all.end(), &other) == all.end()) all.push_back(&other);
  }
  return all;
}

}  // namespace

std::optional<SkipPolicy> skip_by_policy(const Model& model, const ClusterModel& member, const WhatIf& simulation,
                                         const std::vector<const Schedule*>& schedules, std::string_view type,
                                         const MaySkip& may_skip) {
  if (schedules.empty() || !knows_types(member.plan.install)) return std::nullopt;
  const std::optional<PolicyMaps> maps = maps_of(member, schedules);
  if (!maps) return std::nullopt;
  for (const Schedule* schedule : affected(member, schedules, *maps)) {
    if (!is_contained(member, simulation, *schedule, type, may_skip)) return std::nullopt;
  }
  SkipPolicy policy;
  std::vector<yaml::Edits> parts;
  std::vector<const Schedule*> without;
  for (std::size_t i = 0; i < schedules.size(); ++i) {
    const kube::Resource* map = (*maps)[i];
    if (map == nullptr) without.push_back(schedules[i]);
    if (map == nullptr || std::find(policy.changed.begin(), policy.changed.end(), map) != policy.changed.end())
      continue;
    policy.changed.push_back(map);
    parts.push_back(extend(*map, type));
  }
  if (!write_new(model, without, type, policy, parts).ok()) return std::nullopt;
  yaml::Edits edits = together(parts);
  if (!edits.ok()) return std::nullopt;
  policy.edits = std::move(edits).value();
  policy.title =
      fmt::format("skip {}s in {} by one volume policy, whatever workload they belong to", type, enumerate(schedules));
  return policy;
}

}  // namespace vlint::rules
