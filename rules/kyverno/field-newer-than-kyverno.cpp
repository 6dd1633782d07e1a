#include <fmt/format.h>

#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

enum class At : std::uint8_t { spec, webhook, rule, entry, call, resources, generate, mutate, target, validate };

struct NewField {
  At at;
  std::string_view name;
  int minor;  // of Kyverno 1
};
// By the custom resource definitions of the releases.
constexpr NewField kFields[] = {
    {At::spec, "generateExisting", 10},
    {At::spec, "admission", 11},
    {At::spec, "useServerSideApply", 11},
    {At::spec, "webhookConfiguration", 12},
    {At::spec, "emitWarning", 13},
    {At::webhook, "failurePolicy", 13},
    {At::webhook, "timeoutSeconds", 13},
    {At::rule, "skipBackgroundRequests", 11},
    {At::rule, "celPreconditions", 11},
    {At::rule, "reportProperties", 13},
    {At::entry, "globalReference", 12},
    {At::call, "data", 10},
    {At::call, "method", 10},
    {At::call, "service", 10},
    {At::call, "default", 13},
    {At::resources, "operations", 10},
    {At::generate, "orphanDownstreamOnPolicyDelete", 12},
    {At::generate, "foreach", 13},
    {At::generate, "generateExisting", 13},
    {At::mutate, "mutateExistingOnPolicyUpdate", 13},
    {At::target, "selector", 13},
    {At::validate, "cel", 11},
    {At::validate, "allowExistingViolations", 13},
    {At::validate, "failureAction", 13},
    {At::validate, "failureActionOverrides", 13},
};

class Checker {
 public:
  Checker(const ClusterModel& member, const kyverno::Policy& policy, Report& report)
      : member_(member), object_(*policy.object), report_(report) {}

  void check(const kyverno::Policy& policy) {
    const yaml::Value spec = object_["spec"];
    look(spec, At::spec);
    if (is_at_least(12)) look(spec["webhookConfiguration"], At::webhook);
    for (const kyverno::Rule& rule : policy.rules) {
      rule_ = rule.where;
      look(rule.where, At::rule);
      for (const yaml::Value entry : rule.context.items()) {
        look(entry, At::entry);
        look(entry["apiCall"], At::call);
      }
      for (const kyverno::MatchBlock* block : {&rule.match, &rule.exclude}) {
        for (const kyverno::Filter& filter : block->any) look(filter.resources, At::resources);
        for (const kyverno::Filter& filter : block->all) look(filter.resources, At::resources);
        look(block->legacy.resources, At::resources);
      }
      look(rule.where["generate"], At::generate);
      look(rule.where["mutate"], At::mutate);
      for (const yaml::Value target : rule.where["mutate"]["targets"].items()) look(target, At::target);
      look(rule.where["validate"], At::validate);
    }
  }

 private:
  bool is_at_least(int minor) const { return member_.kyverno.install.release->is_at_least(1, minor); }

  void look(yaml::Value mapping, At at) {
    for (const NewField& field : kFields) {
      if (field.at != at || is_at_least(field.minor)) continue;
      const yaml::Entry entry = mapping.find(field.name);
      if (!entry || !entry.value.is_set()) continue;
      const kyverno::Install& install = member_.kyverno.install;
      report_
          .at(entry.key.span(),
              fmt::format("{} has the field {}, which Kyverno has from 1.{} on, and the cluster runs "
                          "{}: the API server drops it",
                          title_of_rule(object_, rule_), field.name, field.minor, kyverno::to_string(*install.release)))
          .label("no such field in this release")
          .about(member_.cluster, object_, entry.value)
          .related(install.release_where, "this release runs")
          .help(fmt::format("upgrade Kyverno to 1.{}, or do without {}", field.minor, field.name));
    }
  }

  const ClusterModel& member_;
  const kube::Resource& object_;
  Report& report_;
  yaml::Value rule_;
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    if (!member.kyverno.install.release) continue;
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (!policy.object->encrypted) Checker(member, policy, report).check(policy);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_field_newer_than_kyverno) = checked({
    .summary = "a policy has a field that the installed Kyverno does not have yet",
    .explanation = R"md(
## What it finds
A field of a ClusterPolicy or Policy that came with a later release of Kyverno than the one that the repository
installs, by its image tag or its chart's version. Among them: `generateExisting`, `foreach` in `generate` and
`failureAction` in `validate` came with 1.13, `webhookConfiguration`, `globalReference` and
`orphanDownstreamOnPolicyDelete` with 1.12, `skipBackgroundRequests` and `admission` with 1.11.

## Why it matters
The API server drops a field that the installed schema does not know, without a word unless the client asks for strict
validation. A rule without its `generateExisting` makes no backups of claims that are there already; one without its
`foreach` makes nothing.

## How to fix it
Upgrade Kyverno, or use what its release has: before 1.13 `generateExisting` stands in `spec`.

## When to ignore it
When the repository does not say what the cluster runs.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno config/crds/kyverno/kyverno.io_clusterpolicies.yaml of releases 1.8 to 1.19",
    .check = check,
});

}  // namespace vlint::rules
