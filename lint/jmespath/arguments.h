// What functions take: whether arguments fit a function, and the call itself.
//
// Source: go-jmespath functions.go (resolveArgs, typeCheck, CallFunction).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "lint/base/known.h"
#include "lint/jmespath/function.h"

namespace vlint::jmespath {

// Whether the argument is of one of the types; unknown when that depends on what Git doesn't tell.
Known fits(Types types, const Argument& argument);

// The types of the i-th argument: those of a variadic function repeat.
Types types_at(const Function& function, std::size_t index);

bool arity_fits(const Function& function, std::size_t count);

// "number", "array[string] or array[number]".
std::string describe(Types types);

// Looks the function up and runs it; the failures of upstream's CallFunction are those of this one.
Outcome call_function(std::string_view name, std::span<const Argument> arguments);

}  // namespace vlint::jmespath
