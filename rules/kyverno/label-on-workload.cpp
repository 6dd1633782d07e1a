#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"
#include "rules/common/claims.h"

namespace vlint::rules {
namespace {

// A claim that the workload mounts and that a manifest describes.
struct Mounted {
  std::string title;
  yaml::Value metadata;
  bool is_template = false;  // of the workload itself
};

std::vector<Mounted> mounted_claims(const ClusterModel& member, std::size_t workload) {
  const velero::Plan& plan = member.plan;
  std::vector<Mounted> mounted;
  for (const velero::Claim& claim : plan.claims) {
    const bool is_mounted = std::any_of(claim.mounted_by.begin(), claim.mounted_by.end(),
                                        [&](std::uint32_t use) { return plan.volumes[use].workload == workload; });
    if (!is_mounted || claim.resource == nullptr || !claim.resource->is("", "PersistentVolumeClaim")) continue;
    mounted.push_back({title_of(claim), claim.resource->metadata, false});
  }
  for (const yaml::Value one : (*plan.workloads[workload].resource)["spec"]["volumeClaimTemplates"].items()) {
    mounted.push_back({fmt::format("claim template {}", one["metadata"]["name"].text()), one["metadata"], true});
  }
  return mounted;
}

// The label on the workload itself, else on its pods.
yaml::Value label_of(const kube::Resource& workload, const WantedLabel& wanted) {
  const auto fits = [&](yaml::Value value) {
    return value.is_scalar() && kube::has_known_text(value) && value.text() == wanted.value;
  };
  if (const yaml::Value own = workload.metadata["labels"][wanted.key]; fits(own)) return own;
  const std::optional<kube::PodTemplate> pods = kube::pod_template(workload);
  const yaml::Value of_pods = pods ? pods->metadata["labels"][wanted.key] : yaml::Value{};
  return fits(of_pods) ? of_pods : yaml::Value{};
}

class Check {
 public:
  Check(const ClusterModel& member, Report& report) : member_(member), report_(report), rules_(member) {}

  void run() {
    if (rules_.labels().empty()) return;
    const velero::Plan& plan = member_.plan;
    for (std::size_t i = 0; i < plan.workloads.size(); ++i) {
      const kube::Resource& workload = *plan.workloads[i].resource;
      if (workload.encrypted || workload.generation != kube::kNotGenerated) continue;
      for (const WantedLabel& wanted : rules_.labels()) {
        const yaml::Value written =
            makes_backups(rules_.rule(wanted.rule)) ? label_of(workload, wanted) : yaml::Value{};
        if (written && check_label(i, wanted, written)) break;
      }
    }
  }

 private:
  bool check_label(std::size_t index, const WantedLabel& wanted, yaml::Value written) {
    const kube::Resource& workload = *member_.plan.workloads[index].resource;
    std::vector<Mounted> claims = mounted_claims(member_, index);
    const bool has_one = std::any_of(claims.begin(), claims.end(), [&](const Mounted& claim) {
      return static_cast<bool>(claim.metadata["labels"][wanted.key]);
    });
    if (claims.empty() || has_one || is_read_elsewhere(wanted.key) || is_saved(index)) return false;
    std::vector<std::string> titles;
    for (const Mounted& claim : claims) titles.push_back(claim.title);
    Draft draft = report_.at(
        written.span(),
        fmt::format("{} has the label {}: {}, but {} reads it on claims only: {} without it, so no {} is made",
                    workload.title(), wanted.key, wanted.value, rules_.title(wanted.rule),
                    titles.size() == 1 ? titles.front() + " is" : join(titles, " and ") + " are",
                    made_kind(rules_.rule(wanted.rule))));
    draft.label("no claim gets this label").about(member_.cluster, workload, written);
    draft.related(wanted.where, "the rule asks the claim for it");
    for (const Mounted& claim : claims) draft.related(claim.metadata["name"].span(), "this claim needs the label");
    const auto own = std::find_if(claims.begin(), claims.end(), [](const Mounted& claim) { return claim.is_template; });
    if (own != claims.end() && claims.size() == 1) {
      const std::string_view path[] = {"labels"};
      draft.help("the claim templates of a StatefulSet that runs can't be changed: label its claims by hand as well");
      draft.fix("label the claim template too", Safety::unsafe, workload,
                yaml::ensure_path(own->metadata, path, wanted.key, yaml::NewValue::string(wanted.value)));
    } else {
      draft.help(fmt::format("write {}: {} into metadata.labels of the claim", wanted.key, wanted.value));
    }
    return true;
  }

  // Something besides the rules for claims knows the label.
  bool is_read_elsewhere(const std::string& key) {
    if (!words_) {
      std::set<const kube::Resource*> policies;
      for (const WantedLabel& wanted : rules_.labels()) policies.insert(rules_.policy(wanted.rule).object);
      words_.emplace(member_.cluster, policies);
    }
    if (words_->has(key)) return true;
    for (const kyverno::Policy& policy : member_.kyverno.policies) {
      for (const kyverno::Rule& rule : policy.rules) {
        if (!(rule.generate && names_claims(rule.match)) && mentions_word(rule.where, key)) return true;
      }
    }
    return false;
  }

  // All claims of the workload have a backup by something besides Velero.
  bool is_saved(std::size_t workload) const {
    const velero::Plan& plan = member_.plan;
    return std::any_of(plan.claims.begin(), plan.claims.end(), [&](const velero::Claim& claim) {
      const bool is_mounted = std::any_of(claim.mounted_by.begin(), claim.mounted_by.end(),
                                          [&](std::uint32_t use) { return plan.volumes[use].workload == workload; });
      return is_mounted && saved_by_others(member_, claim) == Known::yes;
    });
  }

  const ClusterModel& member_;
  Report& report_;
  ClaimRules rules_;
  std::optional<SelectingWords> words_;
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) Check(member, report).run();
}

}  // namespace

VLINT_RULE(kyverno_label_on_workload) = checked({
    .summary = "the label that a Kyverno rule wants on a claim is on the workload instead",
    .explanation = R"md(
## What it finds
A Deployment, StatefulSet or other workload (or its pod template) with a label that a rule which makes backups takes on
PersistentVolumeClaims, while none of the claims it mounts has a label of that key. The label of a StatefulSet does not
reach the claims that it makes either: those get the labels of the claim template. It is silent where anything else reads
the label: a Schedule of Velero, a rule for workloads, a rule that copies labels.

## Why it matters
The rule is never asked about the workload. The application looks labelled for backup and its volumes have none.

## How to fix it
Write the label into `metadata.labels` of the claim, or of the claim template. `vlint --fix --unsafe-fixes` adds it to a
StatefulSet's claim template. Templates of a StatefulSet that exists can't be changed: recreate it with
`kubectl delete --cascade=orphan`, and label the claims that exist with `kubectl label`.

## When to ignore it
When the claims get the label from something that the repository does not show.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/utils/match.go; kubernetes pkg/controller/statefulset/stateful_set_utils.go "
               "getPersistentVolumeClaims",
    .check = check,
});

}  // namespace vlint::rules
