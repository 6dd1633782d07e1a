#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/restores.h"

namespace vlint::rules {
namespace {

// `0` stands for a digit.
bool has_form(std::string_view text, std::string_view form) {
  return text.size() == form.size() && std::equal(text.begin(), text.end(), form.begin(), [](char c, char wanted) {
           return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
         });
}

// Go's time.RFC3339, with which the API server reads a date-time.
bool is_rfc3339(std::string_view text) {
  constexpr std::string_view kSeconds = "0000-00-00T00:00:00";
  if (!has_form(text.substr(0, kSeconds.size()), kSeconds)) return false;
  std::string_view rest = text.substr(kSeconds.size());
  if (rest.starts_with('.')) {
    std::size_t digits = 1;
    while (digits < rest.size() && rest[digits] >= '0' && rest[digits] <= '9') ++digits;
    if (digits == 1) return false;
    rest.remove_prefix(digits);
  }
  return rest == "Z" || has_form(rest, "+00:00") || has_form(rest, "-00:00");
}

std::string meant_by(std::string_view text) {
  if (has_form(text, "0000-00-00")) return fmt::format("{}T00:00:00Z", text);
  if (has_form(text, "0000-00-00 00:00:00")) return fmt::format("{}T{}Z", text.substr(0, 10), text.substr(11));
  if (has_form(text, "0000-00-00T00:00:00")) return fmt::format("{}Z", text);
  return {};
}

void check(const Model& model, Report& report) {
  for_each_destination(model, [&](const ClusterModel& member, const volsync::Replication& destination) {
    const volsync::Text& time = destination.restore_as_of;
    if (time.given() != Known::yes || is_rfc3339(time.text())) return;
    Draft draft = report.at(time.where(), fmt::format("{} has restoreAsOf as {}, which is no time with date, clock and "
                                                      "zone: the API server refuses the object, and nothing is "
                                                      "restored",
                                                      destination.title(), quoted(time.text())));
    draft.label("not RFC 3339").about(member.cluster, *destination.resource, time.field);
    const std::string meant = meant_by(time.text());
    if (meant.empty()) {
      draft.help("write it as \"2025-01-31T06:00:00Z\"");
    } else {
      draft.fix(fmt::format("write {}", meant), Safety::unsafe, *destination.resource,
                yaml::set_scalar(time.field, meant, yaml::WriteAs::string));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_restore_as_of_format) = checked({
    .summary = "restoreAsOf is no time that the API server takes",
    .explanation = R"md(
## What it finds
A ReplicationDestination whose `restoreAsOf` is not written as RFC 3339 asks: date, `T`, time and zone.

## Why it matters
The custom resource definition wants a `date-time`. The API server refuses the object, in the middle of a restore.

## How to fix it
Write `"2025-01-31T06:00:00Z"`. The zone counts: restic restores the last snapshot before that moment. `vlint --fix
--unsafe-fixes` adds what is missing, with midnight and UTC.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "volsync api/v1alpha1/replicationdestination_types.go ReplicationDestinationResticSpec",
    .check = check,
});

}  // namespace vlint::rules
