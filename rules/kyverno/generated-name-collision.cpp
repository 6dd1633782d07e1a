#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/generate.h"
#include "lint/kyverno/rule_run.h"
#include "rules/common/claim_labels.h"

namespace vlint::rules {
namespace {

using kyverno::Cause;
using kyverno::Generation;

// Everything that comes to be one object.
using Rivals = std::vector<const Generation*>;

bool is_same_pattern(const Generation& a, const Generation& b) {
  return std::tie(a.cause.policy, a.cause.rule, a.cause.for_each) ==
         std::tie(b.cause.policy, b.cause.rule, b.cause.for_each);
}
bool is_same_trigger(const Generation& a, const Generation& b) {
  return std::tie(a.cause.trigger, a.cause.claim) == std::tie(b.cause.trigger, b.cause.claim);
}

class Check {
 public:
  Check(const ClusterModel& member, Report& report) : member_(member), report_(report) {}

  void run() {
    std::map<std::uint32_t, Rivals> by_object;
    for (const Generation& made : member_.kyverno.generations) {
      if (made.presence != kyverno::Presence::in_git && is_in_cluster(made)) by_object[made.resource].push_back(&made);
    }
    for (const auto& one : by_object) {
      if (one.second.size() > 1) check_object(one.second);
    }
  }

 private:
  // Of several manifests of one policy the last one is in the cluster.
  bool is_in_cluster(const Generation& made) const {
    const kube::Resource& policy = *member_.kyverno.policy_of(made.cause).object;
    const kube::Resource* last = member_.cluster.find(policy.group, policy.kind, policy.name_space, policy.name);
    return last == nullptr || last->root == policy.root;
  }

  void check_object(const Rivals& rivals) {
    const Generation& first = *rivals.front();
    Rivals others;   // by the same pattern, of other triggers
    Rivals repeats;  // by the same pattern, of the same trigger
    for (const Generation* each : rivals) {
      if (each == &first) continue;
      if (!is_same_pattern(first, *each)) {
        check_rules(first, *each);
      } else {
        (is_same_trigger(first, *each) ? repeats : others).push_back(each);
      }
    }
    if (!others.empty()) check_triggers(first, others);
    if (others.empty() && !repeats.empty()) check_elements(first, repeats.size() + 1);
  }

  // One rule, several objects that trigger it.
  void check_triggers(const Generation& first, const Rivals& others) {
    const bool differs = std::any_of(others.begin(), others.end(),
                                     [&](const Generation* each) { return is_same(first, *each) == Known::no; });
    if (!differs && (first.synchronize != Known::yes || !is_all_same(first, others))) return;
    if (!told_.insert({first.cause.policy, first.cause.rule, first.cause.for_each}).second) return;
    std::vector<std::string> triggers;
    constexpr std::size_t kShown = 3;
    Rivals all{&first};
    all.insert(all.end(), others.begin(), others.end());
    for (const Generation* each : all) {
      if (triggers.size() < kShown) triggers.push_back(trigger_of(*each).title());
    }
    const std::string more = all.size() > kShown ? fmt::format(" and {} more", all.size() - kShown) : "";
    Draft draft =
        begin(first, fmt::format("{} makes the same {} for {}{}: {}", title(first), object_of(first).title(),
                                 join(triggers, all.size() == 2 ? " and " : ", "), more, consequence(first, differs)));
    draft.severity(differs ? Severity::error : Severity::warning);
    for (std::size_t i = 0; i < all.size() && i < kShown; ++i) {
      draft.related(trigger_of(*all[i]).place(), "makes this object");
    }
    draft.help(differs ? "write the name of the trigger into the name: \"{{ request.object.metadata.name }}\""
                       : "let the Namespace trigger the rule, or write the name of the trigger into the name");
  }

  static std::string_view consequence(const Generation& made, bool differs) {
    if (!differs) return "when one of them is deleted or loses its label, Kyverno deletes it for all";
    return made.synchronize == Known::yes ? "they overwrite each other, and only the last one's is left"
                                          : "only the first one gets it";
  }

  // One trigger, several elements of a list.
  void check_elements(const Generation& first, std::size_t count) {
    if (!reads_element(first.pattern["data"])) return;
    if (!told_.insert({first.cause.policy, first.cause.rule, first.cause.for_each}).second) return;
    begin(first,
          fmt::format("{} makes the same {} for {} elements of its list: they overwrite each other, and only the "
                      "last one's is left",
                      title(first), object_of(first).title(), count))
        .related(trigger_of(first).place(), "for this object")
        .help("write something of `element` into the name, or elementIndex");
  }

  static bool reads_element(yaml::Value part) {
    if (part.is_scalar()) return part.text().find("element") != std::string_view::npos;
    const std::vector<yaml::Entry> entries = part.entries();
    const std::vector<yaml::Value> items = part.items();
    return std::any_of(entries.begin(), entries.end(), [](const yaml::Entry& e) { return reads_element(e.value); }) ||
           std::any_of(items.begin(), items.end(), [](const yaml::Value item) { return reads_element(item); });
  }

  // Two rules.
  void check_rules(const Generation& first, const Generation& other) {
    if (is_same(first, other) != Known::no) return;
    if (!told_.insert({other.cause.policy, other.cause.rule, other.cause.for_each}).second) return;
    begin(other,
          fmt::format("{} and {} both make {}, with different content: {}", title(first), title(other),
                      object_of(first).title(),
                      other.synchronize == Known::yes ? "they overwrite each other" : "only the first one is made"))
        .related(name_of(first).span(), "the other rule makes it here")
        .related(trigger_of(other).place(), "for this object")
        .help("let only one of the rules take the object, or give the generated objects different names");
  }

  Draft begin(const Generation& made, std::string message) {
    const kyverno::Policy& policy = member_.kyverno.policy_of(made.cause);
    Draft draft = report_.at(name_of(made).span(), std::move(message));
    draft.label("not unique").about(member_.cluster, *policy.object, name_of(made));
    return draft;
  }

  bool is_all_same(const Generation& first, const Rivals& others) {
    return std::all_of(others.begin(), others.end(),
                       [&](const Generation* each) { return is_same(first, *each) == Known::yes; });
  }

  // Whether both come to the same object. Elements of lists are not worked out again.
  Known is_same(const Generation& a, const Generation& b) {
    if (a.clone_source != kyverno::kNoIndex || b.clone_source != kyverno::kNoIndex) {
      return known(a.clone_source == b.clone_source);
    }
    const std::optional<jmespath::Json> left = content(a);
    const std::optional<jmespath::Json> right = content(b);
    return left && right ? jmespath::equal(*left, *right) : Known::unknown;
  }

  std::optional<jmespath::Json> content(const Generation& made) {
    const kyverno::Policy& policy = member_.kyverno.policy_of(made.cause);
    const kyverno::Rule& rule = member_.kyverno.rule_of(made.cause);
    if (made.cause.for_each != kyverno::kNoIndex) return std::nullopt;
    const kube::Resource& object = trigger_of(made);
    kyverno::RuleRun run(cache_, kyverno::Source{&member_.cluster, nullptr}, policy, kyverno::make_trigger(object),
                         kyverno::live_object(object), jmespath::from_yaml(rule.context));
    const kyverno::Filled filled = run.fill(kyverno::prepare(rule.generate->pattern).document);
    const jmespath::Json* data = filled.failure ? nullptr : filled.value.find("data");
    return data != nullptr ? std::optional(*data) : std::nullopt;
  }

  static yaml::Value name_of(const Generation& made) {
    return made.pattern["name"] ? made.pattern["name"] : made.pattern;
  }
  const kube::Resource& object_of(const Generation& made) const { return member_.cluster.resources()[made.resource]; }
  const kube::Resource& trigger_of(const Generation& made) const {
    return kyverno::trigger_of(member_.cluster, member_.kyverno, made.cause);
  }
  std::string title(const Generation& made) const {
    return title_of(member_.kyverno.policy_of(made.cause), member_.kyverno.rule_of(made.cause));
  }

  const ClusterModel& member_;
  Report& report_;
  kyverno::ExpressionCache cache_;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> told_;  // patterns: each is told of once
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) Check(member, report).run();
}

}  // namespace

VLINT_RULE(kyverno_generated_name_collision) = checked({
    .summary = "several triggers of Kyverno rules make one and the same object",
    .explanation = R"md(
## What it finds
Objects of the repository for which `generate` rules make an object of one kind, namespace and name: the name does not
tell them apart. The content is worked out for each: where it differs the finding is an error, where it is the same it is
a warning, and only with `synchronize: true`. The same goes for the elements of a `foreach` with a constant name, and for
two rules that make one object with different content.

## Why it matters
With `synchronize` each trigger overwrites what the one before it wrote, and the last one wins: one ReplicationSource is
left, and it backs up one of the claims. Without it the first one wins. Also objects that are the same for all belong to
one trigger: when that is deleted or loses its label, Kyverno deletes the object, and the others lose it too.

## How to fix it
Write the trigger into the name: `name: "{{ request.object.metadata.name }}"`, and its namespace too when the target
namespace is fixed. Objects that a namespace needs once are best made by a rule that the Namespace triggers.

## When to ignore it
When the triggers are never deleted, and the content is the same.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::none,
    .since = "0.1.0",
    .sources = "kyverno pkg/background/generate/generator.go, pkg/background/generate/cleanup.go; kyverno issue 9430",
    .check = check,
});

}  // namespace vlint::rules
