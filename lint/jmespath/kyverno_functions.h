// What Kyverno's own functions do, by topic; the table that names them is kyverno_functions.cpp. Internal to this
// folder.
//
// Each takes arguments that the evaluator has checked against the table. Source: kyverno v1.19
// pkg/engine/jmespath/functions.go, time.go, arithmetic.go.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "lint/jmespath/function.h"

namespace vlint::jmespath::functions {

using Arguments = std::span<const Argument>;

// No function makes a text larger than this: expressions that double a text again and again end here.
inline constexpr std::size_t kLargestText = std::size_t{16} << 20;

inline const std::string& text(Arguments arguments, std::size_t at) { return arguments[at].value.as_string(); }
inline Failure value_failure(std::string message) { return {FailureKind::value, std::move(message)}; }
Failure function_failure(FailureKind kind, std::string_view function, std::string_view what);
// A string of the result, or a failure when it is too large.
Outcome text_result(std::string_view function, std::string text);

// Texts.
Outcome compare(Arguments arguments);
Outcome equal_fold(Arguments arguments);
Outcome replace(Arguments arguments);
Outcome replace_all(Arguments arguments);
Outcome to_upper(Arguments arguments);
Outcome to_lower(Arguments arguments);
Outcome trim(Arguments arguments);
Outcome trim_prefix(Arguments arguments);
Outcome split(Arguments arguments);
Outcome truncate(Arguments arguments);
Outcome to_boolean(Arguments arguments);
Outcome path_canonicalize(Arguments arguments);
Outcome pattern_match(Arguments arguments);
Outcome regex_match(Arguments arguments);
Outcome regex_replace_all(Arguments arguments);
Outcome regex_replace_all_literal(Arguments arguments);
Outcome random(Arguments arguments);

// Numbers, quantities, durations, versions.
Outcome add(Arguments arguments);
Outcome subtract(Arguments arguments);
Outcome multiply(Arguments arguments);
Outcome divide(Arguments arguments);
Outcome modulo(Arguments arguments);
Outcome sum(Arguments arguments);
Outcome round(Arguments arguments);
Outcome semver_compare(Arguments arguments);

// Codes and formats.
Outcome base64_decode(Arguments arguments);
Outcome base64_encode(Arguments arguments);
Outcome md5(Arguments arguments);
Outcome sha1(Arguments arguments);
Outcome sha256(Arguments arguments);
Outcome parse_json(Arguments arguments);
Outcome parse_yaml(Arguments arguments);
Outcome image_normalize(Arguments arguments);
// Unknown but for hosts that are an address, or localhost: the others need DNS.
Outcome is_external_url(Arguments arguments);
// Always unknown: certificates are not read here.
Outcome x509_decode(Arguments arguments);

// Objects and lists. They look at unknown parts themselves.
Outcome items(Arguments arguments);
Outcome label_match(Arguments arguments);
Outcome lookup(Arguments arguments);
Outcome object_from_lists(Arguments arguments);

// Times.
Outcome time_add(Arguments arguments);
Outcome time_after(Arguments arguments);
Outcome time_before(Arguments arguments);
Outcome time_between(Arguments arguments);
Outcome time_diff(Arguments arguments);
Outcome time_now(Arguments arguments);  // also time_now_utc
Outcome time_parse(Arguments arguments);
Outcome time_since(Arguments arguments);
Outcome time_to_cron(Arguments arguments);
Outcome time_truncate(Arguments arguments);
Outcome time_utc(Arguments arguments);

}  // namespace vlint::jmespath::functions
