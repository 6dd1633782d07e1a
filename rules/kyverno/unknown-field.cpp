#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"

namespace vlint::rules {
namespace {

using Names = std::span<const std::string_view>;

// The fields of the custom resource definition, of kyverno.io/v1 and those that v1 once had.
constexpr std::string_view kSpec[] = {"admission",
                                      "applyRules",
                                      "background",
                                      "emitWarning",
                                      "failurePolicy",
                                      "generateExisting",
                                      "generateExistingOnPolicyUpdate",
                                      "mutateExistingOnPolicyUpdate",
                                      "rules",
                                      "schemaValidation",
                                      "useServerSideApply",
                                      "validationFailureAction",
                                      "validationFailureActionOverrides",
                                      "webhookConfiguration",
                                      "webhookTimeoutSeconds"};
constexpr std::string_view kRule[] = {
    "celPreconditions", "context", "exclude",       "generate",         "imageExtractors", "match",
    "mutate",           "name",    "preconditions", "reportProperties", "validate",        "skipBackgroundRequests",
    "verifyImages"};
constexpr std::string_view kBlock[] = {"all", "any", "clusterRoles", "resources", "roles", "subjects"};
constexpr std::string_view kFilter[] = {"clusterRoles", "resources", "roles", "subjects"};
constexpr std::string_view kResources[] = {"annotations",       "kinds",      "name",       "names",
                                           "namespaceSelector", "namespaces", "operations", "selector"};
constexpr std::string_view kGenerate[] = {
    "apiVersion", "clone", "cloneList", "data", "foreach",     "generateExisting",
    "kind",       "name",  "namespace", "uid",  "synchronize", "orphanDownstreamOnPolicyDelete"};
constexpr std::string_view kEach[] = {"apiVersion", "clone", "cloneList", "context",       "data", "kind",
                                      "list",       "name",  "namespace", "preconditions", "uid"};
constexpr std::string_view kClone[] = {"name", "namespace"};
constexpr std::string_view kCloneList[] = {"kinds", "namespace", "selector"};

// Fields that people look for where they are not.
struct Misplaced {
  std::string_view name;
  std::string_view at;  // what the mapping is called
  std::string_view advice;
};
constexpr Misplaced kMisplaced[] = {
    {"background", "rule", "`background` stands in `spec`"},
    {"failurePolicy", "rule", "`failurePolicy` stands in `spec`"},
    {"generateExisting", "rule", "`generateExisting` stands in the rule's `generate`"},
    {"synchronize", "rule", "`synchronize` stands in the rule's `generate`"},
    {"synchronize", "spec", "`synchronize` stands in `generate` of each rule"},
    {"synchronize", "entry of foreach", "`synchronize` stands beside `foreach`, for all entries"},
    {"skipBackgroundRequests", "spec", "`skipBackgroundRequests` stands in each rule"},
    {"skipBackgroundRequests", "generate", "`skipBackgroundRequests` stands in the rule, beside `generate`"},
    {"preconditions", "generate", "`preconditions` stands in the rule, beside `generate`"},
    {"context", "generate", "`context` stands in the rule, beside `generate`"},
    {"excludeResources", "match", "write `exclude`, beside `match`"},
    {"exclude", "match", "`exclude` stands in the rule, beside `match`"},
    {"labels", "match", "write `resources` with a `selector`"},
    {"matchLabels", "match", "write it in `selector`"},
    {"matchExpressions", "match", "write it in `selector`"},
};

bool contains(Names names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

class Checker {
 public:
  Checker(const FileSet& files, const model::Cluster& cluster, const kyverno::Policy& policy, Report& report)
      : files_(files), cluster_(cluster), object_(*policy.object), report_(report) {}

  void check(const kyverno::Policy& policy) {
    check_fields(object_["spec"], kSpec, "spec");
    for (const kyverno::Rule& rule : policy.rules) {
      rule_ = rule.where;
      check_fields(rule.where, kRule, "rule");
      check_block(rule.match);
      check_block(rule.exclude);
      if (!rule.generate) continue;
      check_fields(rule.generate->where, kGenerate, "generate");
      check_sources(rule.generate->pattern);
      for (const kyverno::ForEach& each : rule.generate->for_each) {
        check_fields(each.pattern.where, kEach, "entry of foreach");
        check_sources(each.pattern);
      }
    }
  }

 private:
  void check_sources(const kyverno::GeneratePattern& pattern) {
    check_fields(pattern.clone, kClone, "clone");
    check_fields(pattern.clone_list, kCloneList, "cloneList");
  }

  void check_block(const kyverno::MatchBlock& block) {
    check_fields(block.where, kBlock, "match");
    check_resources(block.legacy.resources);
    for (const std::vector<kyverno::Filter>* list : {&block.any, &block.all}) {
      for (const kyverno::Filter& filter : *list) {
        check_fields(filter.where, kFilter, "match");
        check_resources(filter.resources);
      }
    }
  }

  void check_resources(yaml::Value resources) { check_fields(resources, kResources, "match"); }

  void check_fields(yaml::Value mapping, Names names, std::string_view what) {
    for (const yaml::Entry& entry : mapping.entries()) {
      const std::string_view key = entry.key.text();
      if (contains(names, key) || key.empty() || entry.key.is_templated()) continue;
      report(mapping, entry, names, what);
    }
  }

  void report(yaml::Value mapping, const yaml::Entry& entry, Names names, std::string_view what) {
    const std::string_view key = entry.key.text();
    Draft draft = report_.at(
        entry.key.span(), fmt::format("{} has the field {}, which a policy does not have here: the API server drops it",
                                      title_of_rule(object_, rule_), quoted(key)));
    draft.about(cluster_, object_, entry.value);
    if (key == "labels" && names.data() == kResources) return offer_selector(mapping, entry, draft);
    for (const Misplaced& one : kMisplaced) {
      if (one.name != key || one.at != what) continue;
      draft.label("not here").help(std::string(one.advice));
      return;
    }
    constexpr std::size_t kFarthest = 2;
    const std::optional<std::string_view> near = closest(key, names, kFarthest);
    draft.label(near && !mapping[*near] ? fmt::format("did you mean {}?", *near) : "no such field");
    if (near && !mapping[*near]) {
      draft.fix(fmt::format("write {}", *near), Safety::unsafe, object_, yaml::rename_key(entry.key, *near));
    }
  }

  // `labels: {a: b}` can mean one thing only.
  void offer_selector(yaml::Value resources, const yaml::Entry& labels, Draft& draft) const {
    draft.label("write a selector with matchLabels");
    const Result<std::vector<TextEdit>> edits = as_selector(resources, labels);
    if (edits) {
      draft.fix("write a selector with matchLabels", Safety::safe, object_, edits);
    } else {
      draft.help("write `selector: {matchLabels: …}`");
    }
  }

  // The lines of the labels stay, two columns further in, so that their comments stay with them.
  Result<std::vector<TextEdit>> as_selector(yaml::Value resources, const yaml::Entry& labels) const {
    const Span key = labels.key.span();
    const yaml::Value value = labels.value;
    const bool is_plain = value.is_mapping() && value.size() > 0 && !value.is_alias() && !resources["selector"];
    if (!is_plain || !key.valid() || value.span().file != key.file) return Error{"no plain mapping"};
    const std::string_view text = files_[key.file].text;
    if (text[value.span().begin] == '{') {
      return std::vector<TextEdit>{{key, "selector"},
                                   {{key.file, value.span().begin, value.span().begin}, "{matchLabels: "},
                                   {{key.file, value.span().end, value.span().end}, "}"}};
    }
    const std::size_t line = text.rfind('\n', key.begin) + 1;
    const std::string_view before = text.substr(line, key.begin - line);
    if (before.find_first_not_of(' ') != std::string_view::npos) return Error{"something stands before it"};
    std::vector<TextEdit> edits{{key, fmt::format("selector:\n{}  matchLabels", before)}};
    for (const yaml::Entry& label : value.entries()) {
      const Span begin = label.key.span();
      const std::size_t own_line = text.rfind('\n', begin.begin) + 1;
      const std::string_view indent = text.substr(own_line, begin.begin - own_line);
      const bool is_on_own_line = begin.file == key.file && indent.find_first_not_of(' ') == std::string_view::npos;
      if (!is_on_own_line || indent.size() <= before.size()) return Error{"not one entry a line"};
      edits.push_back({{key.file, begin.begin, begin.begin}, "  "});
    }
    return edits;
  }

  const FileSet& files_;
  const model::Cluster& cluster_;
  const kube::Resource& object_;
  Report& report_;
  yaml::Value rule_;
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kyverno::Policy& policy : member.kyverno.policies) {
      if (!policy.object->encrypted) Checker(model.sources.files, member.cluster, policy, report).check(policy);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_unknown_field) = checked({
    .summary = "a policy has a field that its schema does not know",
    .explanation = R"md(
## What it finds
A field of a ClusterPolicy or Policy that the schema does not have where it stands: in `spec`, in a rule, in match and
exclude and their `resources`, and in `generate` with its `foreach`, `clone` and `cloneList`. Among them are fields at
the wrong level (`background` in a rule, `synchronize` in `spec`), and `labels` in match.

## Why it matters
The API server drops the field without a word, unless the client asks for strict validation, as `kubectl apply` does
and most GitOps tools do not. A filter that is dropped lets a rule take every object of its kinds; `synchronize` or
`generateExisting` at the wrong level has no effect.

## How to fix it
Write the field where it belongs, or by its right name. `vlint --fix` makes `selector.matchLabels` of `labels` in
match; `--unsafe-fixes` also corrects names that are nearly right.

## When to ignore it
When the cluster runs another release of Kyverno, whose schema has the field.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno v1.19 config/crds/kyverno/kyverno.io_clusterpolicies.yaml, issue 7971",
    .check = check,
});

}  // namespace vlint::rules
