#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

constexpr std::size_t kHerd = 5;

bool has_text(yaml::Value value, bool (*is_wanted)(std::string_view)) {
  if (value.is_scalar()) return is_wanted(value.text());
  const std::vector<yaml::Value> items = value.items();
  const std::vector<yaml::Entry> entries = value.entries();
  return std::any_of(items.begin(), items.end(), [&](const yaml::Value& one) { return has_text(one, is_wanted); }) ||
         std::any_of(entries.begin(), entries.end(),
                     [&](const yaml::Entry& one) { return has_text(one.value, is_wanted); });
}

bool is_job_kind(std::string_view text) { return text == "*" || text.ends_with("Job") || text.ends_with("Pod"); }
bool is_job_plural(std::string_view text) { return text == "*" || text == "jobs" || text == "pods"; }

// A policy changes Jobs or pods before they start: it may let each mover wait for a while of its own.
bool may_delay_movers(const model::Cluster& cluster) {
  for (const kube::Resource& resource : cluster.resources()) {
    const yaml::Value spec = resource["spec"];
    if (resource.kind == "MutatingPolicy" || resource.kind == "MutatingAdmissionPolicy") {
      if (has_text(spec["matchConstraints"], is_job_plural)) return true;
    }
    if (resource.group != "kyverno.io") continue;
    for (const yaml::Value rule : spec["rules"].items()) {
      if (rule["mutate"].is_set() && has_text(rule["match"], is_job_kind)) return true;
    }
  }
  return false;
}

// "0 * * * *" with another minute; nothing where the minute is no plain number.
std::optional<std::string> with_other_minute(std::string_view schedule, const Replication& source) {
  const std::size_t blank = schedule.find(' ');
  if (blank == std::string_view::npos || blank == 0 || blank > 2) return std::nullopt;
  const std::string_view minute = schedule.substr(0, blank);
  if (minute.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const std::string other = daily_schedule_for(source);
  const std::string spread = other.substr(0, other.find(' ')) + std::string(schedule.substr(blank));
  return spread == schedule ? std::nullopt : std::optional(spread);
}

using Herd = std::vector<const Replication*>;

// Several sources have the schedule from one text: a base, a component, a policy.
bool is_shared_text(const Herd& herd, const Replication& source) {
  const Span where = source.trigger.schedule.where();
  return std::count_if(herd.begin(), herd.end(),
                       [&](const Replication* other) { return other->trigger.schedule.where() == where; }) > 1;
}

void report_source(const model::Cluster& cluster, const Herd& herd, const Replication& source, Report& report) {
  const yaml::Value field = source.trigger.schedule.field;
  Draft draft = report.at(
      field.span(), fmt::format("{} has the schedule {} like {} others of this cluster: as many Jobs, snapshots and "
                                "temporary volumes begin in the same second",
                                source.title(), quoted(field.text()), herd.size() - 1));
  draft.label(fmt::format("shared by {}", herd.size())).about(cluster, *source.resource, field);
  constexpr std::size_t kShown = 3;
  std::size_t shown = 0;
  for (const Replication* other : herd) {
    if (other == &source || other->trigger.schedule.where() == field.span() || shown++ >= kShown) continue;
    draft.related(other->trigger.schedule.where(), "the same schedule");
  }
  const bool is_shared = is_shared_text(herd, source);
  const std::optional<std::string> spread = is_shared ? std::nullopt : with_other_minute(field.text(), source);
  if (spread) {
    draft.fix(fmt::format("write {}", *spread), Safety::unsafe, *source.resource,
              yaml::set_scalar(field, *spread, yaml::WriteAs::string));
  } else {
    draft.help(is_shared ? "let each of them bring a minute of its own, by a label, an annotation or a variable"
                         : "give each source another minute");
  }
}

void check(const Model& model, Report& report) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    if (plan.sources.size() < kHerd || may_delay_movers(member.cluster)) return;
    std::map<std::string_view, Herd> herds;
    for (const volsync::Source& one : plan.sources) {
      const Replication& source = one.replication;
      const volsync::Trigger& trigger = source.trigger;
      // One that is paused or waits for a manual run joins the others as soon as somebody lets it.
      if (copies_volume(source) && trigger.cron) herds[trim(trigger.schedule.text())].push_back(&source);
    }
    for (const auto& one : herds) {
      if (one.second.size() < kHerd) continue;
      for (const Replication* source : one.second) report_source(member.cluster, one.second, *source, report);
    }
  });
}

}  // namespace

VLINT_RULE(volsync_thundering_herd) = checked({
    .summary = "many ReplicationSources have the same schedule and start in the same second",
    .explanation = R"md(
## What it finds
Five or more ReplicationSources of one cluster with the same `trigger.schedule`. It is silent where a policy of the
repository changes Jobs or pods before they start, since that is how a random delay is added.

## Why it matters
VolSync adds no jitter. All of them start in the same second: as many VolumeSnapshots, temporary claims, Jobs and
uploads at once. Storage drivers queue up, snapshots time out, nodes run out of volume attachments, and the object
store throttles.

## How to fix it
Give each source a minute of its own. `vlint --fix --unsafe-fixes` writes one that is made from namespace and name,
where the minute is a plain number and each source has its own text. In a Kyverno rule or a component let the object
bring the minute, by a label or a variable.

## When to ignore it
When the storage takes it.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/statemachine/machine.go; adampetrovic/home-ops issues 720 and 1550",
    .check = check,
});

}  // namespace vlint::rules
