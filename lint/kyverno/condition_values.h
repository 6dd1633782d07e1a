// How Kyverno's operators read and compare single values: durations, quantities, numbers, ranges. Internal to the
// conditions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lint/jmespath/json.h"

namespace vlint::kyverno {

// Both in seconds, when one of the two is a Go duration and the other one too or a number of seconds. "0" alone is no
// duration. Source: pkg/engine/variables/operator/operator.go, parseDuration.
struct DurationPair {
  double key = 0;
  double value = 0;
};
std::optional<DurationPair> read_durations(const jmespath::Json& key, const jmespath::Json& value);

// A text as a Go duration, a number as whole seconds; in nanoseconds. ("0" is one here.)
std::optional<std::int64_t> read_duration(const jmespath::Json& value);

// How two texts compare as Kubernetes quantities; nothing when one of them is none.
std::optional<std::strong_ordering> compare_quantities(std::string_view key, std::string_view value);

// strconv.ParseFloat and ParseInt: the whole text, no blanks. Nothing when it is none or doesn't fit.
std::optional<double> read_float(std::string_view text);
std::optional<std::int64_t> read_integer(std::string_view text);

// "1-10", "1Gi-2Gi", "-5-5", "10m-1h", and nothing else. Source: pkg/engine/operator, InRangeRegex.
bool is_range(std::string_view text);

// Whether a text matches a pattern of validate rules: alternatives with `|`, parts with `&`, in front of each `>=`, `<`
// or `!`, a range `a-b` or `a!-b`, wildcards. Source: pkg/engine/pattern, validateStringPatterns.
bool matches_pattern(std::string_view text, std::string_view pattern);

}  // namespace vlint::kyverno
