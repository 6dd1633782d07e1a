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
#include "lint/jmespath/wildcard.h"
#include "lint/yaml/edit.h"
#include "rules/common/unserved_claims.h"

namespace vlint::rules {
namespace {

// A label that the selector asks for by one value.
struct MissingLabel {
  std::string_view key;
  std::string_view value;
  Span where;
};

// The labels that a Namespace lacks; nothing where one is asked for in another way than by a key and a value, or where
// the Namespace has the key with a value of its own: that is a decision.
std::optional<std::vector<MissingLabel>> missing_labels(const kyverno::Selector& selector, yaml::Value labels) {
  std::vector<MissingLabel> missing;
  const auto add = [&](yaml::Value key, yaml::Value value) {
    const bool is_plain = kube::has_known_text(key) && kube::has_known_text(value) &&
                          !jmespath::has_wildcard(key.text()) && !jmespath::has_wildcard(value.text());
    const yaml::Value own = labels[key.text()];
    if (own && own.text() == value.text()) return true;
    missing.push_back({key.text(), value.text(), value.span()});
    return is_plain && !own;
  };
  for (const yaml::Entry& entry : selector.where["matchLabels"].entries()) {
    if (!add(entry.key, entry.value)) return std::nullopt;
  }
  for (const yaml::Value expression : selector.where["matchExpressions"].items()) {
    const yaml::Value values = expression["values"];
    if (expression["operator"].text() != "In" || values.size() != 1) return std::nullopt;
    if (!add(expression["key"], values.at(0))) return std::nullopt;
  }
  return missing;
}

// Argo CD puts labels of its Application on a namespace that it deploys into.
bool is_labelled_by_argo(const model::Cluster& cluster, std::string_view name_space) {
  const std::vector<const kube::Resource*> applications = cluster.of_kind("argoproj.io", "Application");
  const std::vector<const kube::Resource*> sets = cluster.of_kind("argoproj.io", "ApplicationSet");
  const auto labels = [&](yaml::Value spec) {
    const yaml::Value target = spec["destination"]["namespace"];
    return spec["syncPolicy"]["managedNamespaceMetadata"]["labels"].is_set() &&
           (target.text() == name_space || !kube::has_known_text(target));
  };
  return std::any_of(applications.begin(), applications.end(),
                     [&](const kube::Resource* one) { return labels((*one)["spec"]); }) ||
         std::any_of(sets.begin(), sets.end(),
                     [&](const kube::Resource* one) { return labels((*one)["spec"]["template"]["spec"]); });
}

// The only manifest of the namespace, or null.
const kube::Resource* only_manifest(const model::Cluster& cluster, std::string_view name_space) {
  const kube::Resource* found = nullptr;
  for (const kube::Resource* one : cluster.of_kind("", "Namespace")) {
    if (one->name != name_space) continue;
    if (found != nullptr) return nullptr;
    found = one;
  }
  return found;
}

struct Unserved {
  const ClusterModel* member = nullptr;
  const kube::Resource* name_space = nullptr;
  std::vector<MissingLabel> missing;
  std::string rule;  // its title
  std::string_view kind;
  std::vector<std::pair<std::string, Span>> claims;  // titles, and their labels
};

yaml::Edits add_labels(const Unserved& one) {
  std::vector<TextEdit> edits;
  for (const MissingLabel& label : one.missing) {
    const std::string_view path[] = {"metadata", "labels"};
    yaml::Edits edit = yaml::ensure_path(one.name_space->root, path, label.key, yaml::NewValue::string(label.value));
    if (!edit.ok()) return edit;
    edits.insert(edits.end(), edit->begin(), edit->end());
  }
  return edits;
}

void report_one(const Unserved& one, Report& report) {
  const MissingLabel& first = one.missing.front();
  std::vector<std::string> titles;
  constexpr std::size_t kShown = 3;
  for (const auto& claim : one.claims) {
    if (titles.size() < kShown) titles.push_back(claim.first);
  }
  const std::string more = one.claims.size() > kShown ? fmt::format(" and {} more", one.claims.size() - kShown) : "";
  const yaml::Value labels = one.name_space->metadata["labels"];
  Draft draft = report.at(
      one.name_space->place(),
      fmt::format("namespace {} lacks the label {}: {}, so {} makes no {} for what is labelled for it there: {}{}",
                  one.name_space->name, first.key, first.value, one.rule, one.kind,
                  join(titles, one.claims.size() == 2 ? " and " : ", "), more));
  draft.label("the namespaceSelector leaves it out").about(one.member->cluster, *one.name_space, labels);
  draft.related(first.where, "the rule asks the namespace for this");
  for (std::size_t i = 0; i < one.claims.size() && i < kShown; ++i) {
    draft.related(one.claims[i].second, "asks for a backup");
  }
  if (one.missing.size() == 1) {
    draft.fix(fmt::format("label the namespace {}: {}", first.key, first.value), Safety::unsafe, *one.name_space,
              add_labels(one));
  } else {
    draft.help("add the labels that the namespaceSelector asks for to the Namespace");
  }
}

void check(const Model& model, Report& report) {
  std::vector<Unserved> found;
  for_each_unserved_claim(model, [&](const ClusterModel& member, const ClaimRules& rules, const UnservedClaim& one) {
    if (one.reason.verdict.part != kyverno::MatchPart::namespace_selector || one.reason.verdict.filter == nullptr)
      return;
    const kube::Resource* name_space = only_manifest(member.cluster, one.claim.owner->name_space);
    if (name_space == nullptr || is_labelled_by_argo(member.cluster, name_space->name)) return;
    const std::optional<std::vector<MissingLabel>> missing =
        missing_labels(one.reason.verdict.filter->namespace_selector, name_space->metadata["labels"]);
    if (!missing || missing->empty()) return;
    const auto same = std::find_if(found.begin(), found.end(), [&](const Unserved& other) {
      return other.name_space == name_space && other.missing.front().key == missing->front().key &&
             other.missing.front().value == missing->front().value;
    });
    if (same != found.end()) {
      same->claims.emplace_back(one.claim.title, one.written.span());
      return;
    }
    found.push_back({&member,
                     name_space,
                     *missing,
                     rules.title(one.label.rule),
                     made_kind(rules.rule(one.label.rule)),
                     {{one.claim.title, one.written.span()}}});
  });
  for (const Unserved& one : found) report_one(one, report);
}

}  // namespace

VLINT_RULE(kyverno_namespace_label_missing) = checked({
    .summary = "claims ask for a backup in a namespace without the label that the rule of Kyverno wants",
    .explanation = R"md(
## What it finds
Claims with a label that a `generate` rule takes, in a namespace whose manifest lacks a label of the rule's
`namespaceSelector`. Claim and namespace must both be labelled; here only the claim is. It is silent when the Namespace
has the key with another value, when no manifest or more than one describes it, when Argo CD's
`managedNamespaceMetadata` may add labels, and when another rule makes the same kind of object for the claim.

## Why it matters
The rule passes the claims by, and nothing says so: they look protected and have no backup.

## How to fix it
Add the label to the Namespace; `vlint --fix --unsafe-fixes` does. Look first at what else selects it: the same label
often lets a ClusterExternalSecret copy credentials into the namespace.

## When to ignore it
When something that the repository does not show labels the namespace.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/utils/match.go doesResourceMatchConditionBlock, pkg/utils/match/labels.go",
    .check = check,
});

}  // namespace vlint::rules
