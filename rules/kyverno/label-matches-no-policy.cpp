#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/claim_labels.h"
#include "rules/common/unseen.h"

namespace vlint::rules {
namespace {

using Wanted = std::vector<const WantedLabel*>;

// What is so short has neighbours everywhere.
constexpr std::size_t kShortest = 4;

// Labels that say which application an object belongs to: each application has its own value.
bool names_application(std::string_view key) {
  constexpr std::string_view kKeys[] = {"app", "component", "instance", "k8s-app", "name", "release", "version"};
  return key.starts_with("app.kubernetes.io/") || key.starts_with("helm.sh/") ||
         std::find(std::begin(kKeys), std::end(kKeys), key) != std::end(kKeys);
}

// Values by which people say that they want no backup.
bool says_no(std::string_view value) {
  constexpr std::string_view kWords[] = {"",         "disable", "disabled", "exclude", "excluded",
                                         "external", "false",   "ignore",   "manual",  "never",
                                         "no",       "none",    "off",      "skip",    "skipped"};
  return std::find(std::begin(kWords), std::end(kWords), to_lower_ascii(value)) != std::end(kWords);
}

std::string without_digits(std::string_view text) {
  std::string kept;
  std::copy_if(text.begin(), text.end(), std::back_inserter(kept), [](char c) { return c < '0' || c > '9'; });
  return kept;
}

// One letter apart, or only in capitals; never only in a number.
bool is_near(std::string_view written, std::string_view accepted) {
  if (accepted.size() < kShortest || written == accepted) return false;
  if (without_digits(written) == without_digits(accepted)) return false;
  return to_lower_ascii(written) == to_lower_ascii(accepted) || edit_distance(written, accepted, 1).has_value();
}

// Rules that make backups first.
Wanted with_key(const ClaimRules& rules, std::string_view key) {
  Wanted wanted;
  for (const WantedLabel& one : rules.labels()) {
    if (one.key == key) wanted.push_back(&one);
  }
  std::stable_partition(wanted.begin(), wanted.end(),
                        [&](const WantedLabel* one) { return makes_backups(rules.rule(one->rule)); });
  return wanted;
}

std::vector<std::string> values_of(const Wanted& wanted) {
  std::vector<std::string> values;
  for (const WantedLabel* one : wanted) {
    if (std::find(values.begin(), values.end(), one->value) == values.end()) values.push_back(one->value);
  }
  return values;
}

// Labels of the claim with another key or value in one place.
kube::StringMap changed(const TriggerClaim& claim, std::string_view old_key, const WantedLabel& label) {
  kube::StringMap labels = kube::string_map(claim.object->metadata["labels"]);
  labels.erase(
      std::remove_if(labels.begin(), labels.end(), [&](const kube::Label& one) { return one.first == old_key; }),
      labels.end());
  labels.emplace_back(label.key, label.value);
  std::sort(labels.begin(), labels.end());
  return labels;
}

// The labels that are near, as long as all have one text, and that the rule would take.
const WantedLabel* only_near(const ClaimRules& rules, const TriggerClaim& claim, std::string_view old_key,
                             const Wanted& near) {
  if (near.empty()) return nullptr;
  for (const WantedLabel* one : near) {
    if (one->key != near.front()->key || one->value != near.front()->value) return nullptr;
  }
  const auto takes = [&](const WantedLabel* one) {
    return rules.takes_with(one->rule, claim, changed(claim, old_key, *one)) != Known::no;
  };
  const auto fits = std::find_if(near.begin(), near.end(), takes);
  return fits == near.end() ? nullptr : *fits;
}

class Check {
 public:
  Check(const Model& model, const ClusterModel& member, Report& report)
      : model_(model), member_(member), report_(report), rules_(member) {}

  void run() {
    if (rules_.labels().empty()) return;
    for (const TriggerClaim& claim : trigger_claims(member_)) {
      for (const yaml::Entry& label : claim.labels().entries()) {
        const bool is_read = kube::has_known_text(label.key) && kube::has_known_text(label.value) &&
                             label.value.is_scalar() && !names_application(label.key.text());
        if (is_read) check_label(claim, label);
      }
    }
  }

 private:
  void check_label(const TriggerClaim& claim, const yaml::Entry& label) {
    const Wanted wanted = with_key(rules_, label.key.text());
    if (wanted.empty()) return check_key(claim, label);
    const bool is_taken = std::any_of(wanted.begin(), wanted.end(), [&](const WantedLabel* one) {
      return one->value == label.value.text() || rules_.takes(one->rule, claim) != Known::no;
    });
    if (is_taken || says_no(label.value.text()) || is_known(label.value.text())) return;
    Wanted near;
    std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(near),
                 [&](const WantedLabel* one) { return is_near(label.value.text(), one->value); });
    if (near.empty()) return check_far(claim, label, wanted);
    const WantedLabel* meant = only_near(rules_, claim, label.key.text(), near);
    Draft draft = report_value(claim, label, wanted);
    if (meant == nullptr) {
      draft.help(fmt::format("write {}", choice(wanted)));
      return;
    }
    draft.label(fmt::format("did you mean {}?", meant->value));
    draft.fix(fmt::format("write {}", meant->value), Safety::safe, *claim.owner,
              yaml::set_scalar(label.value, meant->value, yaml::WriteAs::string));
  }

  // A value that is like none: a fault only where everything is seen and nothing but the rules can ask for it.
  void check_far(const TriggerClaim& claim, const yaml::Entry& label, const Wanted& wanted) {
    const bool asks_for_backup = std::any_of(
        wanted.begin(), wanted.end(), [&](const WantedLabel* one) { return makes_backups(rules_.rule(one->rule)); });
    if (!asks_for_backup || may_hold_unseen_objects(model_, member_.cluster) || !member_.kyverno.cel_policies.empty())
      return;
    report_value(claim, label, wanted).severity(Severity::warning).help(fmt::format("write {}", choice(wanted)));
  }

  Draft report_value(const TriggerClaim& claim, const yaml::Entry& label, const Wanted& wanted) {
    const WantedLabel& first = *wanted.front();
    Draft draft =
        report_.at(label.value.span(),
                   fmt::format("the label {}: {} of {} fits no rule of Kyverno, so no {} is made for it: {} {} {}",
                               label.key.text(), label.value.text(), claim.title, made_kind(rules_.rule(first.rule)),
                               rules_.policy(first.rule).object->title(),
                               values_of(wanted).size() == 1 ? "takes only" : "takes", choice(wanted)));
    draft.label("no rule takes this value").about(member_.cluster, *claim.owner, label.value);
    relate(draft, wanted);
    return draft;
  }

  void check_key(const TriggerClaim& claim, const yaml::Entry& label) {
    const std::string_view key = label.key.text();
    Wanted near;
    for (const WantedLabel& one : rules_.labels()) {
      const bool fits = is_near(key, one.key) && one.value == label.value.text() && !names_application(one.key);
      if (fits && !claim.object->metadata["labels"][one.key]) near.push_back(&one);
    }
    const WantedLabel* meant = near.empty() || is_known(key) ? nullptr : only_near(rules_, claim, key, near);
    if (meant == nullptr) return;
    Draft draft = report_.at(
        label.key.span(),
        fmt::format(
            "the label {}: {} of {} fits no rule of Kyverno, so no {} is made for it: the key that {} asks for is {}",
            key, label.value.text(), claim.title, made_kind(rules_.rule(meant->rule)), rules_.title(meant->rule),
            meant->key));
    draft.label(fmt::format("did you mean {}?", meant->key)).about(member_.cluster, *claim.owner, label.value);
    draft.related(meant->where, "the rule takes this value of the other key");
    draft.fix(fmt::format("rename it to {}", meant->key), Safety::unsafe, *claim.owner,
              yaml::rename_key(label.key, meant->key));
  }

  // Each accepted value once.
  void relate(Draft& draft, const Wanted& wanted) {
    std::vector<std::string> told;
    for (const WantedLabel* one : wanted) {
      if (std::find(told.begin(), told.end(), one->value) != told.end()) continue;
      told.push_back(one->value);
      draft.related(one->where, fmt::format("{} takes {}", rules_.title(one->rule), one->value));
    }
  }

  // "hourly", "hourly or daily", "a, b or c".
  static std::string choice(const Wanted& wanted) {
    const std::vector<std::string> values = values_of(wanted);
    if (values.size() == 1) return values.front();
    std::string text = join(std::vector<std::string>(values.begin(), values.end() - 1), ", ");
    return text + " or " + values.back();
  }

  bool is_known(std::string_view word) {
    if (!words_) words_.emplace(member_.cluster);
    return words_->has(word);
  }

  const Model& model_;
  const ClusterModel& member_;
  Report& report_;
  ClaimRules rules_;
  std::optional<SelectingWords> words_;  // of the cluster, read when they are first asked for
};

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) Check(model, member, report).run();
}

}  // namespace

VLINT_RULE(kyverno_label_matches_no_policy) = checked({
    .summary = "a claim's label is almost one that a Kyverno rule takes, so nothing is generated for it",
    .explanation = R"md(
## What it finds
A PersistentVolumeClaim, or a claim template of a StatefulSet, whose label is one letter, or only its capitals, away from
what a `generate` rule asks for: the value (`backup: hourl` where rules take `hourly` and `daily`) or the key
(`backups: hourly`). The rule's values are those of `matchLabels`, of `matchExpressions` with `In`, and of preconditions
that compare `request.object.metadata.labels`.

A value that is like none of them (`backup: weekly`) is reported as a warning where the rules make ReplicationSources or
other backups and the repository shows everything that the cluster runs. Values such as `none`, `off` and `manual`, words
that a selector or a policy anywhere in the cluster mentions, and labels that name an application are left alone.

## Why it matters
Selectors compare letter by letter, also capitals. The rule passes the claim by, no event and no log says so, and the
volume that somebody labelled for backup has none.

## How to fix it
Write a value that a rule takes. Where exactly one is near, `vlint --fix` writes it; a key is renamed by
`vlint --fix --unsafe-fixes`.

## When to ignore it
When something outside of the repository reads the label.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources =
        "kyverno pkg/engine/utils/match.go, pkg/utils/match/labels.go; k8s.io/apimachinery pkg/labels/selector.go",
    .check = check,
});

}  // namespace vlint::rules
