#include "lint/jmespath/arguments.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/go_number.h"

namespace vlint::jmespath {
namespace {

constexpr std::array<std::pair<Types, std::string_view>, 9> kNames = {{{kArray, "array"},
                                                                       {kString, "string"},
                                                                       {kNumber, "number"},
                                                                       {kBoolean, "boolean"},
                                                                       {kObject, "object"},
                                                                       {kArrayOfNumbers, "array[number]"},
                                                                       {kArrayOfStrings, "array[string]"},
                                                                       {kExpression, "expref"},
                                                                       {kAny, "any"}}};

std::vector<std::string> names_of(Types types) {
  std::vector<std::string> names;
  for (const auto& [type, name] : kNames) {
    if ((types & type) != 0) names.emplace_back(name);
  }
  return names;
}

bool is_number(const Json& value) { return value.is_number() && !value.is_go_int(); }

// A list whose every item passes; upstream takes only lists of the one Go type.
template <typename Test>
Known all_items(const Json& value, Test test) {
  if (value.is_go_list_of_maps()) return Known::no;
  Known result = Known::yes;
  for (const Json& item : value.items()) result = result && (item.is_unknown() ? Known::unknown : known(test(item)));
  return result;
}

// As fmt prints it, cut: the value can be a whole manifest.
std::string shown(const Argument& argument) {
  constexpr std::size_t kMaxBytes = 200;
  if (argument.apply != nullptr) return "&expression";
  if (argument.value.has_unknown()) return "a value that Git doesn't tell";
  std::string text = go_sprint(argument.value);
  if (text.size() <= kMaxBytes) return text;
  std::size_t end = kMaxBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

Failure wrong_type(Types types, const Argument& argument) {
  std::vector<std::string> names = names_of(types);
  for (std::string& name : names) name = "\"" + name + "\"";
  return {FailureKind::type,
          fmt::format("Invalid type for: {}, expected: []jmespath.JpType{{{}}}", shown(argument), join(names, ", "))};
}

// What the function makes of these arguments is always the same, though Git doesn't tell what.
Json unknown_result(const Function& function, std::span<const Argument> arguments) {
  if (function.is_nondeterministic) return Json::unknown();
  std::string identity = fmt::format("{}(", function.name);
  for (const Argument& argument : arguments) {
    const std::string part = argument.apply != nullptr ? std::string() : identity_of(argument.value);
    if (part.empty()) return Json::unknown();
    identity += part + ",";
  }
  return Json::unknown(identity);
}

}  // namespace

Known fits(Types types, const Argument& argument) {
  if ((types & kAny) != 0) return Known::yes;
  if (argument.apply != nullptr) return known((types & kExpression) != 0);
  const Json& value = argument.value;
  if (value.is_unknown()) return known((types & ~kExpression) != 0) && Known::unknown;
  Known result = Known::no;
  if ((types & kNumber) != 0) result = result || known(is_number(value));
  if ((types & kString) != 0) result = result || known(value.is_string());
  if ((types & kBoolean) != 0) result = result || known(value.is_boolean());
  if ((types & kObject) != 0) result = result || known(value.is_object());
  if (!value.is_array()) return result;
  if ((types & kArray) != 0) return Known::yes;
  if ((types & kArrayOfNumbers) != 0) result = result || all_items(value, is_number);
  if ((types & kArrayOfStrings) != 0)
    result = result || all_items(value, [](const Json& item) { return item.is_string(); });
  return result;
}

Types types_at(const Function& function, std::size_t index) {
  if (function.parameters.empty()) return kAny;
  return function.parameters[std::min(index, function.parameters.size() - 1)];
}

bool arity_fits(const Function& function, std::size_t count) {
  const std::size_t declared = function.parameters.size();
  if (function.variadic || function.ignores_extra) return count >= declared;
  return count == declared;
}

std::string describe(Types types) { return join(names_of(types), " or "); }

Outcome call_function(std::string_view name, std::span<const Argument> arguments) {
  const Function* function = find_function(name);
  if (function == nullptr) return Failure{FailureKind::unknown_function, fmt::format("unknown function: {}", name)};
  if (!arity_fits(*function, arguments.size())) {
    return Failure{FailureKind::arity, function->variadic ? "Invalid arity." : "incorrect number of args"};
  }
  bool has_unknown = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    // Upstream checks no types of a variadic function; it panics when it meets a wrong one.
    const Types types = function->variadic ? kAny : types_at(*function, i);
    if (fits(types, arguments[i]) == Known::no) return wrong_type(types, arguments[i]);
    has_unknown = has_unknown || arguments[i].value.has_unknown();
  }
  if (has_unknown && !function->takes_unknown) return unknown_result(*function, arguments);
  return function->run(arguments);
}

}  // namespace vlint::jmespath
