// The table of Kyverno's own functions. Source: kyverno v1.19 pkg/engine/jmespath/functions.go (arguments), the
// releases' histories (since).
#include "lint/jmespath/kyverno_functions.h"

#include <fmt/format.h>

namespace vlint::jmespath {
namespace functions {

Failure function_failure(FailureKind kind, std::string_view function, std::string_view what) {
  return {kind, fmt::format("JMESPath function '{}': {}", function, what)};
}

Outcome text_result(std::string_view function, std::string text) {
  if (text.size() > kLargestText) return function_failure(FailureKind::limit, function, "the result is too large");
  return Json::string(std::move(text));
}

}  // namespace functions

namespace {

constexpr Types kText = kString | kNumber;

constexpr Types kAnyTwo[] = {kAny, kAny};
constexpr Types kOneArray[] = {kArray};
constexpr Types kTwoArrays[] = {kArray, kArray};
constexpr Types kTwoObjects[] = {kObject, kObject};
constexpr Types kOneString[] = {kString};
constexpr Types kTwoStrings[] = {kString, kString};
constexpr Types kThreeStrings[] = {kString, kString, kString};
constexpr Types kTwoNumbers[] = {kNumber, kNumber};
constexpr Types kStringNumber[] = {kString, kNumber};
constexpr Types kStringText[] = {kString, kText};
constexpr Types kStringTwoTexts[] = {kString, kText, kText};
constexpr Types kReplace[] = {kString, kString, kString, kNumber};
constexpr Types kItems[] = {kObject | kArray, kString, kString};
constexpr Types kLookup[] = {kObject | kArray, kString | kNumber};

constexpr Function plain(std::string_view name, std::span<const Types> parameters, std::string_view since,
                         Implementation run, std::string_view result) {
  Function function;
  function.name = name;
  function.parameters = parameters;
  function.since = since;
  function.run = run;
  function.result = result;
  return function;
}

// It looks at its arguments' unknown parts itself.
constexpr Function careful(std::string_view name, std::span<const Types> parameters, std::string_view since,
                           Implementation run, std::string_view result) {
  Function function = plain(name, parameters, since, run, result);
  function.takes_unknown = true;
  return function;
}

constexpr Function changing(std::string_view name, std::span<const Types> parameters, std::string_view since,
                            Implementation run) {
  Function function = plain(name, parameters, since, run, "string");
  function.is_nondeterministic = true;
  function.ignores_extra = parameters.empty();
  return function;
}

constexpr Function kFunctions[] = {
    plain("add", kAnyTwo, "1.5", functions::add, {}),
    plain("base64_decode", kOneString, "1.5", functions::base64_decode, "string"),
    plain("base64_encode", kOneString, "1.5", functions::base64_encode, "string"),
    plain("compare", kTwoStrings, "1.4.2", functions::compare, {}),
    plain("divide", kAnyTwo, "1.5", functions::divide, {}),
    plain("equal_fold", kTwoStrings, "1.4.2", functions::equal_fold, "boolean"),
    plain("image_normalize", kOneString, "1.10", functions::image_normalize, "string"),
    plain("is_external_url", kOneString, "1.12", functions::is_external_url, "boolean"),
    careful("items", kItems, "1.7", functions::items, "array"),
    careful("label_match", kTwoObjects, "1.4.2", functions::label_match, "boolean"),
    careful("lookup", kLookup, "1.11", functions::lookup, {}),
    plain("md5", kOneString, "1.14", functions::md5, "string"),
    plain("modulo", kAnyTwo, "1.5", functions::modulo, {}),
    plain("multiply", kAnyTwo, "1.5", functions::multiply, {}),
    careful("object_from_lists", kTwoArrays, "1.7", functions::object_from_lists, "object"),
    plain("parse_json", kOneString, "1.6", functions::parse_json, {}),
    plain("parse_yaml", kOneString, "1.6", functions::parse_yaml, {}),
    plain("path_canonicalize", kOneString, "1.6", functions::path_canonicalize, "string"),
    plain("pattern_match", kStringText, "1.6", functions::pattern_match, "boolean"),
    changing("random", kOneString, "1.8", functions::random),
    plain("regex_match", kStringText, "1.4.2", functions::regex_match, "boolean"),
    plain("regex_replace_all", kStringTwoTexts, "1.4.2", functions::regex_replace_all, "string"),
    plain("regex_replace_all_literal", kStringTwoTexts, "1.4.2", functions::regex_replace_all_literal, "string"),
    plain("replace", kReplace, "1.4.2", functions::replace, "string"),
    plain("replace_all", kThreeStrings, "1.4.2", functions::replace_all, "string"),
    plain("round", kTwoNumbers, "1.11", functions::round, "number"),
    plain("semver_compare", kTwoStrings, "1.6", functions::semver_compare, "boolean"),
    plain("sha1", kOneString, "1.14", functions::sha1, "string"),
    plain("sha256", kOneString, "1.12", functions::sha256, "string"),
    plain("split", kTwoStrings, "1.4.2", functions::split, "array"),
    plain("subtract", kAnyTwo, "1.5", functions::subtract, {}),
    plain("sum", kOneArray, {}, functions::sum, {}),
    plain("time_add", kTwoStrings, "1.9", functions::time_add, "string"),
    plain("time_after", kTwoStrings, "1.9", functions::time_after, "boolean"),
    plain("time_before", kTwoStrings, "1.9", functions::time_before, "boolean"),
    plain("time_between", kThreeStrings, "1.9", functions::time_between, "boolean"),
    plain("time_diff", kTwoStrings, "1.9", functions::time_diff, "string"),
    changing("time_now", {}, "1.9", functions::time_now),
    changing("time_now_utc", {}, "1.9", functions::time_now),
    plain("time_parse", kTwoStrings, "1.9", functions::time_parse, "string"),
    plain("time_since", kThreeStrings, "1.6", functions::time_since, "string"),
    plain("time_to_cron", kOneString, "1.9", functions::time_to_cron, "string"),
    plain("time_truncate", kTwoStrings, "1.9", functions::time_truncate, "string"),
    plain("time_utc", kOneString, "1.9", functions::time_utc, "string"),
    plain("to_boolean", kOneString, "1.10", functions::to_boolean, "boolean"),
    plain("to_lower", kOneString, "1.4.2", functions::to_lower, "string"),
    plain("to_upper", kOneString, "1.4.2", functions::to_upper, "string"),
    plain("trim", kTwoStrings, "1.4.2", functions::trim, "string"),
    plain("trim_prefix", kTwoStrings, "1.10", functions::trim_prefix, "string"),
    plain("truncate", kStringNumber, "1.6", functions::truncate, "string"),
    plain("x509_decode", kOneString, "1.8", functions::x509_decode, "object"),
};

}  // namespace

std::span<const Function> kyverno_functions() { return kFunctions; }

}  // namespace vlint::jmespath
