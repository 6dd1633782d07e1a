#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using volsync::Replication;

// The fork that has kopia has other fields for the last snapshots.
bool is_count(std::string_view what) { return what != "within" && what != "last"; }

bool is_whole_number(std::string_view text) {
  std::int32_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
}

void report_value(const model::Cluster& cluster, const Replication& source, const volsync::Retain::Keep& keep,
                  Report& report) {
  const std::string_view text = keep.value.text();
  const bool wants_number = is_count(keep.what);
  const std::string written = !keep.value.is_scalar()  ? std::string("a list or mapping")
                              : keep.value.as_string() ? quoted(text)
                                                       : std::string(text);
  Draft draft = report.at(
      keep.value.span(),
      fmt::format("{} has retain.{} as {}, which is no {}: the API server refuses the object, and no backup is made",
                  source.title(), keep.what, written, wants_number ? "integer" : "string"));
  draft.label(wants_number ? "must be an integer" : "must be a string").about(cluster, *source.resource, keep.value);
  if (wants_number && is_whole_number(text)) {
    draft.fix(fmt::format("write {} without quotes", text), Safety::safe, *source.resource,
              yaml::set_scalar(keep.value, text, yaml::WriteAs::typed));
  } else if (keep.what == "last" && is_whole_number(text)) {
    draft.fix(fmt::format("write \"{}\" in quotes", text), Safety::safe, *source.resource,
              yaml::set_scalar(keep.value, text, yaml::WriteAs::string));
  } else {
    draft.help(wants_number          ? "write a whole number"
               : keep.what == "last" ? "write a whole number in quotes, as in `last: \"3\"`"
                                     : "write a duration of restic in quotes, as in `within: \"3d5h\"`");
  }
}

void check(const Model& model, Report& report) {
  for_each_source(model, [&](const ClusterModel& member, const Replication& source) {
    if (!source.is(volsync::Mover::restic) && !source.is(volsync::Mover::kopia)) return;
    for (const volsync::Retain::Keep& keep : source.retain.keeps) {
      const auto& wrong = source.retain.wrong_types;
      const bool is_wrong = std::find(wrong.begin(), wrong.end(), keep.value) != wrong.end();
      if (is_wrong && (is_count(keep.what) || source.is(volsync::Mover::restic))) {
        report_value(member.cluster, source, keep, report);
      }
    }
  });
}

}  // namespace

VLINT_RULE(volsync_retain_type) = checked({
    .summary = "a value of retain has a type that the API server refuses",
    .explanation = R"md(
## What it finds
`hourly`, `daily`, `weekly`, `monthly` or `yearly` of `retain` that is no integer, as `daily: "7"`, and `last` or
`within` that is no string, as `last: 3`.

## Why it matters
The custom resource definition has the counts as integers and `last` and `within` as strings. The API server refuses
the whole object: the apply fails, and the ReplicationSource never exists or keeps its old state.

## How to fix it
Take the quotes away from counts and put them around `last`. `vlint --fix` does both.

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync api/v1alpha1/replicationsource_types.go ResticRetainPolicy",
    .check = check,
});

}  // namespace vlint::rules
