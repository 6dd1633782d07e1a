#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kKey = "volsync.backube/privileged-movers";
constexpr std::string_view kMeantAsYes[] = {"1", "allow", "allowed", "enable", "enabled", "on", "t", "y", "yes"};

bool is_meant_as_yes(std::string_view text) {
  const std::string lower = to_lower_ascii(trim(text));
  return lower == "true" || std::find(std::begin(kMeantAsYes), std::end(kMeantAsYes), lower) != std::end(kMeantAsYes);
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource* name_space : member.cluster.of_kind("", "Namespace")) {
      const yaml::Value value = name_space->metadata["annotations"][kKey];
      if (!value.is_set() || !value.is_scalar() || !kube::has_known_text(value)) continue;
      const bool is_string = value.as_string().has_value();
      const bool is_yes = to_lower_ascii(value.text()) == "true";
      if (is_string && (is_yes || !is_meant_as_yes(value.text()))) continue;
      Draft draft = report.at(
          value.span(),
          is_string
              ? fmt::format("namespace {} has the annotation {} as {}, and VolSync takes only \"true\" for a yes: "
                            "movers there are unprivileged",
                            name_space->name, kKey, quoted(value.text()))
              : fmt::format("namespace {} has the annotation {} as {} without quotes, which is no string: the API "
                            "server refuses the Namespace",
                            name_space->name, kKey, value.text()));
      draft.severity(is_string ? Severity::warning : Severity::error)
          .label(is_string ? "counts as false" : "must be a string")
          .about(member.cluster, *name_space, value);
      if (is_meant_as_yes(value.text())) {
        draft.fix("write \"true\"", Safety::safe, *name_space, yaml::set_scalar(value, "true", yaml::WriteAs::string));
      } else {
        draft.fix("put it in quotes", Safety::safe, *name_space,
                  yaml::set_scalar(value, value.text(), yaml::WriteAs::string));
      }
    }
  }
}

}  // namespace

VLINT_RULE(volsync_privileged_movers_value) = checked({
    .summary = "the annotation that allows privileged movers has a value that counts as false",
    .explanation = R"md(
## What it finds
A Namespace whose annotation `volsync.backube/privileged-movers` is meant as a yes and is none: `"yes"`, `"1"`,
`"enabled"`, a blank behind `true`. And one whose value is no string: `true` without quotes.

## Why it matters
VolSync takes the text `true`, in any letter case, for a yes, and everything else for a no, without a word: the mover
runs without root's powers, and files that it can't read make each backup fail. A value that is no string is worse: the
API server refuses the whole Namespace, and a server-side apply or Argo CD reports a conversion error.

## How to fix it
Write `"true"`, which `vlint --fix` does.

## When to ignore it
Never.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/utils/namespace.go PrivilegedMoversOk",
    .check = check,
});

}  // namespace vlint::rules
