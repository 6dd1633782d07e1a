// Kyverno's functions on objects and lists. A part that is unknown leaves the rest known.
#include <cmath>
#include <optional>

#include "lint/base/known.h"
#include "lint/jmespath/go_number.h"
#include "lint/jmespath/kyverno_functions.h"

namespace vlint::jmespath::functions {
namespace {

bool is_any_unknown(Arguments arguments) {
  for (const Argument& argument : arguments) {
    if (argument.value.is_unknown()) return true;
  }
  return false;
}

Json pair(const std::string& key_name, Json key, const std::string& value_name, Json value) {
  Json::Object members;
  members.emplace_back(key_name, std::move(key));
  members.emplace_back(value_name, std::move(value));  // of equal names the later one stays
  return Json::object(std::move(members));
}

Known are_equal(const Json& a, const Json& b) {
  if (a.has_unknown() || b.has_unknown()) return Known::unknown;
  return known(a == b);
}

Failure not_of_type(std::string_view function, int argument, std::string_view type) {
  return function_failure(FailureKind::type, function,
                          "argument #" + std::to_string(argument) + " is not of type " + std::string(type));
}

// ifaceToString. Nothing for objects, lists and null.
std::optional<std::string> key_text(const Json& key) {
  if (key.is_string()) return key.as_string();
  if (key.is_boolean() || key.is_go_int()) return go_sprint(key);
  if (key.is_number()) return go_fixed_float32(key.as_number());
  return std::nullopt;
}

// intNumber: a number without a fraction that fits 64 bits.
Outcome item_at(const Json& list, double index) {
  if (!std::isfinite(index) || std::trunc(index) != index) {
    return function_failure(FailureKind::value, "lookup",
                            "argument #2: expected an integer number but got: " + go_sprint(index));
  }
  if (std::abs(index) > 0x1p63) {
    return function_failure(FailureKind::value, "lookup",
                            "argument #2: number is outside the range of integer numbers: " + go_sprint(index));
  }
  if (index < 0 || index >= static_cast<double>(list.items().size())) return Json();
  return list.items()[static_cast<std::size_t>(index)];
}

}  // namespace

// The entries of an object (sorted by key) or the items of a list, each as an object of two. The result has a Go type
// that few functions can take.
Outcome items(Arguments arguments) {
  if (is_any_unknown(arguments)) return Json::unknown();
  const Json& source = arguments[0].value;
  const std::string& key_name = text(arguments, 1);
  const std::string& value_name = text(arguments, 2);
  Json::Array pairs;
  for (const auto& [key, value] : source.members()) {
    pairs.push_back(pair(key_name, Json::string(key), value_name, value));
  }
  double index = 0;
  for (const Json& value : source.items()) pairs.push_back(pair(key_name, Json::number(index++), value_name, value));
  return Json::array(std::move(pairs)).as_go_type();
}

// Whether all labels of the first are in the second.
Outcome label_match(Arguments arguments) {
  if (is_any_unknown(arguments)) return Json::unknown();
  Known matches = Known::yes;
  for (const auto& [key, value] : arguments[0].value.members()) {
    const Json* const actual = arguments[1].value.find(key);
    matches = matches && (actual == nullptr ? Known::no : are_equal(*actual, value));
  }
  return matches == Known::unknown ? Json::unknown() : Json::boolean(matches == Known::yes);
}

Outcome lookup(Arguments arguments) {
  if (is_any_unknown(arguments)) return Json::unknown();
  const Json& source = arguments[0].value;
  const Json& key = arguments[1].value;
  if (source.is_object()) {
    if (!key.is_string()) return not_of_type("lookup", 2, "String");
    const Json* const found = source.find(key.as_string());
    return found != nullptr ? *found : Json();
  }
  if (source.is_go_list_of_maps()) return not_of_type("lookup", 1, "Object or Array");
  if (!key.is_number() || key.is_go_int()) return not_of_type("lookup", 2, "Number");
  return item_at(source, key.as_number());
}

// Keys without a value get null, values without a key are left out.
Outcome object_from_lists(Arguments arguments) {
  if (is_any_unknown(arguments)) return Json::unknown();
  const Json& keys = arguments[0].value;
  const Json& values = arguments[1].value;
  if (keys.is_go_list_of_maps()) return not_of_type("object_from_lists", 1, "Array");
  if (values.is_go_list_of_maps()) return not_of_type("object_from_lists", 2, "Array");
  Json::Object members;
  for (std::size_t i = 0; i < keys.items().size(); ++i) {
    if (keys.items()[i].is_unknown()) return Json::unknown();
    const auto key = key_text(keys.items()[i]);
    if (!key) return not_of_type("object_from_lists", 1, "StringArray");
    members.emplace_back(*key, i < values.items().size() ? values.items()[i] : Json());
  }
  return Json::object(std::move(members));
}

}  // namespace vlint::jmespath::functions
