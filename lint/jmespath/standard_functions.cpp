// The functions of go-jmespath functions.go.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/function.h"
#include "lint/jmespath/go_number.h"

namespace vlint::jmespath {
namespace {

using Arguments = std::span<const Argument>;

const Json& first(Arguments arguments) { return arguments[0].value; }

bool is_number(const Json& value) { return value.is_number() && !value.is_go_int(); }

Failure panic(std::string message) { return {FailureKind::panic, std::move(message)}; }
Failure type_failure(std::string message) { return {FailureKind::type, std::move(message)}; }

constexpr std::string_view kListOfMaps =
    "interface conversion: interface {} is []map[string]interface {}, not []interface {}";

Outcome abs(Arguments arguments) { return Json::number(std::fabs(first(arguments).as_number())); }
Outcome ceil(Arguments arguments) { return Json::number(std::ceil(first(arguments).as_number())); }
Outcome floor(Arguments arguments) { return Json::number(std::floor(first(arguments).as_number())); }

Outcome avg(Arguments arguments) {
  double sum = 0;
  for (const Json& item : first(arguments).items()) sum += item.as_number();
  return Json::number(sum / static_cast<double>(first(arguments).items().size()));
}

// `==` on Go interfaces: lists and maps can't be compared with their like.
bool is_comparable(const Json& a, const Json& b) {
  return a.type() != b.type() || a.is_go_list_of_maps() != b.is_go_list_of_maps() || !(a.is_array() || a.is_object());
}

Outcome contains(Arguments arguments) {
  const Json& searched = first(arguments);
  const Json& wanted = arguments[1].value;
  if (searched.is_unknown()) return Json::unknown();
  if (searched.is_string()) {
    if (wanted.is_unknown()) return Json::unknown();
    const bool is_string = wanted.is_string() && arguments[1].apply == nullptr;
    return Json::boolean(is_string && searched.as_string().find(wanted.as_string()) != std::string::npos);
  }
  if (searched.is_go_list_of_maps()) return panic(std::string(kListOfMaps));
  Known found = Known::no;
  for (const Json& item : searched.items()) {
    if (arguments[1].apply != nullptr) break;
    if (item.is_unknown() || wanted.is_unknown()) {
      found = found || Known::unknown;
      continue;
    }
    if (!is_comparable(item, wanted)) {
      // An unknown item before it might have been the one that ends the search.
      if (found == Known::unknown) return Json::unknown();
      return panic(item.is_object() ? "runtime error: comparing uncomparable type map[string]interface {}"
                                    : "runtime error: comparing uncomparable type []interface {}");
    }
    found = found || equal(item, wanted);
    if (found == Known::yes) return Json::boolean(true);
  }
  return found == Known::unknown ? Json::unknown() : Json::boolean(false);
}

Outcome ends_with(Arguments arguments) {
  return Json::boolean(first(arguments).as_string().ends_with(arguments[1].value.as_string()));
}

Outcome starts_with(Arguments arguments) {
  return Json::boolean(first(arguments).as_string().starts_with(arguments[1].value.as_string()));
}

Outcome join(Arguments arguments) {
  std::string text;
  for (const Json& item : arguments[1].value.items()) {
    if (&item != &arguments[1].value.items().front()) text += first(arguments).as_string();
    text += item.as_string();
  }
  return Json::string(std::move(text));
}

Outcome length(Arguments arguments) {
  const Json& value = first(arguments);
  if (value.is_unknown()) return Json::unknown();
  const std::size_t size = value.is_string()  ? count_code_points(value.as_string())
                           : value.is_array() ? value.items().size()
                                              : value.members().size();
  return Json::number(static_cast<double>(size));
}

Outcome keys(Arguments arguments) {
  if (first(arguments).is_unknown()) return Json::unknown();
  Json::Array names;
  for (const auto& member : first(arguments).members()) names.push_back(Json::string(member.first));
  return Json::array(std::move(names));
}

Outcome values(Arguments arguments) {
  if (first(arguments).is_unknown()) return Json::unknown();
  Json::Array items;
  for (const auto& member : first(arguments).members()) items.push_back(member.second);
  return Json::array(std::move(items));
}

// An expression's value for an item; a missing key is null.
Outcome apply(const Argument& expression, const Json& item) {
  Outcome outcome = (*expression.apply)(item);
  if (!outcome.ok() && outcome.failure().kind == FailureKind::not_found) return Json();
  return outcome;
}

Outcome map(Arguments arguments) {
  const Json& list = arguments[1].value;
  if (list.is_unknown()) return Json::unknown();
  if (list.is_go_list_of_maps()) return panic(std::string(kListOfMaps));
  Json::Array items;
  for (const Json& item : list.items()) {
    Outcome mapped = apply(arguments[0], item);
    if (!mapped.ok()) return mapped;
    items.push_back(mapped.value());
  }
  return Json::array(std::move(items));
}

bool is_less(const Json& a, const Json& b) {
  return a.is_string() ? a.as_string() < b.as_string() : a.as_number() < b.as_number();
}

// The best of a list of numbers or strings; the first of equal ones.
Outcome best(Arguments arguments, bool greatest) {
  const Json::Array& items = first(arguments).items();
  if (items.empty()) return Json();
  const Json* found = &items.front();
  for (const Json& item : items) {
    if (greatest ? is_less(*found, item) : is_less(item, *found)) found = &item;
  }
  return *found;
}

Outcome max(Arguments arguments) { return best(arguments, true); }
Outcome min(Arguments arguments) { return best(arguments, false); }

Outcome best_by(Arguments arguments, bool greatest) {
  const Json& list = first(arguments);
  if (list.is_go_list_of_maps()) return panic(std::string(kListOfMaps));
  if (list.items().empty()) return Json();
  if (list.items().size() == 1) return list.items().front();
  const Json* found = nullptr;
  Json best_key;
  for (const Json& item : list.items()) {
    const Outcome outcome = apply(arguments[1], item);
    if (!outcome.ok()) return outcome;
    const Json& key = outcome.value();
    if (found == nullptr && !is_number(key) && !key.is_string()) {
      return type_failure("invalid type, must be number of string");
    }
    if (found != nullptr && (key.type() != best_key.type() || key.is_go_int())) {
      return type_failure(best_key.is_string() ? "invalid type, must be string" : "invalid type, must be number");
    }
    if (found != nullptr && !(greatest ? is_less(best_key, key) : is_less(key, best_key))) continue;
    found = &item;
    best_key = key;
  }
  return *found;
}

Outcome max_by(Arguments arguments) { return best_by(arguments, true); }
Outcome min_by(Arguments arguments) { return best_by(arguments, false); }

Outcome merge(Arguments arguments) {
  Json::Object members;
  bool has_unknown = false;
  for (const Argument& argument : arguments) {
    if (argument.value.is_unknown()) {
      has_unknown = true;
      continue;
    }
    // The arguments of a variadic function are not checked.
    if (!argument.value.is_object()) return panic("interface conversion: interface {} is not map[string]interface {}");
    members.insert(members.end(), argument.value.members().begin(), argument.value.members().end());
  }
  return has_unknown ? Json::unknown() : Json::object(std::move(members));
}

Outcome not_null(Arguments arguments) {
  for (const Argument& argument : arguments) {
    if (argument.apply != nullptr) return type_failure("not_null() of an &expression is no value");
    if (!argument.value.is_null()) return argument.value;
  }
  return Json();
}

Outcome reverse(Arguments arguments) {
  const Json& value = first(arguments);
  if (value.is_unknown()) return Json::unknown();
  if (value.is_go_list_of_maps()) return panic(std::string(kListOfMaps));
  if (value.is_array()) return Json::array({value.items().rbegin(), value.items().rend()});
  const std::string& text = value.as_string();
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint character = code_point_at(text, at);
    // A string of runes has U+FFFD for what is not UTF-8.
    characters.push_back(character.valid ? std::string_view(text).substr(at, character.size) : "\xEF\xBF\xBD");
    at += character.size;
  }
  std::string reversed;
  for (auto character = characters.rbegin(); character != characters.rend(); ++character) reversed += *character;
  return Json::string(std::move(reversed));
}

// sort.Float64Slice puts NaN first.
bool sorts_before(const Json& a, const Json& b) {
  if (a.is_number() && std::isnan(a.as_number())) return !std::isnan(b.as_number());
  return is_less(a, b);
}

Outcome sort(Arguments arguments) {
  Json::Array items = first(arguments).items();
  std::stable_sort(items.begin(), items.end(), sorts_before);
  return Json::array(std::move(items));
}

Outcome sort_by(Arguments arguments) {
  const Json& list = first(arguments);
  if (list.is_go_list_of_maps()) return panic(std::string(kListOfMaps));
  if (list.items().size() < 2) return list;
  std::vector<std::pair<Json, Json>> keyed;
  for (const Json& item : list.items()) {
    Outcome key = apply(arguments[1], item);
    const bool is_first = keyed.empty();
    if (!key.ok() && (is_first || key.failure().kind == FailureKind::limit)) return key;
    if (is_first && !is_number(key.value()) && !key.value().is_string()) {
      return type_failure("invalid type, must be number of string");
    }
    if (!is_first && (!key.ok() || key.value().type() != keyed.front().first.type() || key.value().is_go_int())) {
      return type_failure("error in sort_by comparison");
    }
    keyed.emplace_back(key.value(), item);
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const auto& a, const auto& b) { return sorts_before(a.first, b.first); });
  Json::Array items;
  for (auto& pair : keyed) items.push_back(std::move(pair.second));
  return Json::array(std::move(items));
}

Outcome sum(Arguments arguments) {
  double total = 0;
  for (const Json& item : first(arguments).items()) total += item.as_number();
  return Json::number(total);
}

Outcome to_array(Arguments arguments) {
  const Json& value = first(arguments);
  if (arguments[0].apply != nullptr) return type_failure("to_array() of an &expression is no value");
  if (value.is_unknown()) return Json::unknown();
  if (value.is_array() && !value.is_go_list_of_maps()) return value;
  return Json::array({value});
}

Outcome to_number(Arguments arguments) {
  const Json& value = first(arguments);
  if (arguments[0].apply != nullptr || value.is_go_int() || value.is_go_list_of_maps()) {
    return Failure{FailureKind::value, "unknown type"};
  }
  if (value.is_number()) return value;
  if (!value.is_string()) return Json();
  const auto number = go_parse_float(value.as_string());
  return number ? Json::number(*number) : Json();
}

Outcome to_string(Arguments arguments) {
  if (arguments[0].apply != nullptr) return Json::string("{}");
  if (first(arguments).is_string()) return first(arguments);
  const Result<std::string> text = to_json(first(arguments));
  if (!text) return Failure{FailureKind::value, text.error()};
  return Json::string(text.value());
}

Outcome type(Arguments arguments) {
  const Json& value = first(arguments);
  if (arguments[0].apply != nullptr || value.is_go_int() || value.is_go_list_of_maps()) {
    return Failure{FailureKind::value, "unknown type"};
  }
  switch (value.type()) {
    case Json::Type::null:
      return Json::string("null");
    case Json::Type::boolean:
      return Json::string("boolean");
    case Json::Type::number:
      return Json::string("number");
    case Json::Type::string:
      return Json::string("string");
    case Json::Type::array:
      return Json::string("array");
    case Json::Type::object:
      return Json::string("object");
    case Json::Type::unknown:
      break;
  }
  return Json::unknown();
}

constexpr std::array kAnything = {kAny};
constexpr std::array kOneNumber = {kNumber};
constexpr std::array kOneObject = {kObject};
constexpr std::array kNumbers = {kArrayOfNumbers};
constexpr std::array kSortable = {static_cast<Types>(kArrayOfNumbers | kArrayOfStrings)};
constexpr std::array kListAndExpression = {kArray, kExpression};
constexpr std::array kExpressionAndList = {kExpression, kArray};
constexpr std::array kTwoStrings = {kString, kString};
constexpr std::array kStringAndStrings = {kString, kArrayOfStrings};
constexpr std::array kSearched = {static_cast<Types>(kArray | kString), kAny};
constexpr std::array kReversible = {static_cast<Types>(kArray | kString)};
constexpr std::array kSized = {static_cast<Types>(kArray | kString | kObject)};

constexpr Function entry(std::string_view name, std::span<const Types> parameters, Implementation run,
                         std::string_view result = {}) {
  Function function;
  function.name = name;
  function.parameters = parameters;
  function.run = run;
  function.result = result;
  return function;
}

constexpr Function with_unknown(Function function) {
  function.takes_unknown = true;
  return function;
}

constexpr Function with_repeats(Function function) {
  function.variadic = true;
  return function;
}

constexpr Function in_no_order(Function function) {
  function.is_nondeterministic = true;
  return function;
}

constexpr std::array kFunctions = {
    entry("abs", kOneNumber, abs, "number"),
    entry("avg", kNumbers, avg, "number"),
    entry("ceil", kOneNumber, ceil, "number"),
    with_unknown(entry("contains", kSearched, contains, "boolean")),
    entry("ends_with", kTwoStrings, ends_with, "boolean"),
    entry("floor", kOneNumber, floor, "number"),
    entry("join", kStringAndStrings, join, "string"),
    with_unknown(in_no_order(entry("keys", kOneObject, keys, "array"))),
    with_unknown(entry("length", kSized, length, "number")),
    with_unknown(entry("map", kExpressionAndList, map, "array")),
    entry("max", kSortable, max),
    entry("max_by", kListAndExpression, max_by),
    with_unknown(with_repeats(entry("merge", kOneObject, merge, "object"))),
    entry("min", kSortable, min),
    entry("min_by", kListAndExpression, min_by),
    with_unknown(with_repeats(entry("not_null", kAnything, not_null))),
    with_unknown(entry("reverse", kReversible, reverse)),
    entry("sort", kSortable, sort, "array"),
    entry("sort_by", kListAndExpression, sort_by, "array"),
    entry("starts_with", kTwoStrings, starts_with, "boolean"),
    entry("sum", kNumbers, sum, "number"),
    with_unknown(entry("to_array", kAnything, to_array, "array")),
    entry("to_number", kAnything, to_number),
    entry("to_string", kAnything, to_string, "string"),
    with_unknown(entry("type", kAnything, type, "string")),
    with_unknown(in_no_order(entry("values", kOneObject, values, "array"))),
};

const Function* find_in(std::span<const Function> functions, std::string_view name) {
  const auto found =
      std::lower_bound(functions.begin(), functions.end(), name,
                       [](const Function& function, std::string_view wanted) { return function.name < wanted; });
  return found != functions.end() && found->name == name ? &*found : nullptr;
}

}  // namespace

std::span<const Function> standard_functions() { return kFunctions; }

// kyverno pkg/engine/jmespath/new.go registers its own after the standard ones, so they win.
const Function* find_function(std::string_view name) {
  const Function* function = find_in(kyverno_functions(), name);
  return function != nullptr ? function : find_in(standard_functions(), name);
}

}  // namespace vlint::jmespath
