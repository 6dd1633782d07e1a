// The functions of Kyverno's JMESPath: their names, arguments, versions, and what they do.
//
// Sources: go-jmespath functions.go (the fork of Kyverno), kyverno pkg/engine/jmespath/functions.go. The parser knows
// nothing of them, as upstream: a name that does not exist is an error of evaluation only.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "lint/jmespath/json.h"

namespace vlint::jmespath {

enum class FailureKind : std::uint8_t {
  not_found,         // a key that a map doesn't have
  unknown_function,  // no function of that name
  arity,             // a wrong number of arguments
  type,              // an argument of a type that the function refuses
  value,             // a value that it can't work with (a duration that doesn't parse)
  panic,             // upstream crashes
  limit,             // the expression nests too deep, or makes too much
};

struct Failure {
  FailureKind kind = FailureKind::value;
  std::string message;  // as upstream words it where people search for it
};

// A value or why there is none.
class Outcome {
 public:
  Outcome(Json value) : content_(std::move(value)) {}         // NOLINT(google-explicit-constructor)
  Outcome(Failure failure) : content_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return std::holds_alternative<Json>(content_); }
  const Json& value() const { return std::get<Json>(content_); }
  const Failure& failure() const { return std::get<Failure>(content_); }

 private:
  std::variant<Json, Failure> content_;
};

// What an argument may be: a set of these.
using Types = std::uint16_t;
inline constexpr Types kNumber = 1;
inline constexpr Types kString = 2;
inline constexpr Types kBoolean = 4;
inline constexpr Types kObject = 8;
inline constexpr Types kArray = 16;
inline constexpr Types kArrayOfNumbers = 32;
inline constexpr Types kArrayOfStrings = 64;
inline constexpr Types kExpression = 128;  // &expression
inline constexpr Types kAny = 256;         // everything, null included

struct Argument {
  Json value;                                                  // null for &expression
  const std::function<Outcome(const Json&)>* apply = nullptr;  // set for &expression only
};

// `arguments` have the types and the number that the function declares, and none of them has an unknown part, unless
// the function takes_unknown.
using Implementation = Outcome (*)(std::span<const Argument> arguments);

struct Function {
  std::string_view name;
  std::span<const Types> parameters;  // of a variadic function the last one repeats, at least once
  bool variadic = false;
  std::string_view since;  // the Kyverno release that brought it ("1.9"); empty: all have it
  Implementation run = nullptr;
  bool takes_unknown = false;        // it looks at its arguments' unknown parts itself
  bool ignores_extra = false;        // more arguments than declared are no error (time_now)
  bool is_nondeterministic = false;  // another result each time, or in no order: random(), time_now(), keys()
  std::string_view result = {};      // of a fixed type: "string", "number", "boolean", "array", "object"; else empty
};

// Those of go-jmespath and those of Kyverno, each sorted by name. Kyverno's sum replaces the standard one.
std::span<const Function> standard_functions();
std::span<const Function> kyverno_functions();

// Null when there is no such function. Names are case-sensitive.
const Function* find_function(std::string_view name);

}  // namespace vlint::jmespath
