// What an expression gives, as Kyverno's fork of JMESPath evaluates it.
//
// Source: go-jmespath interpreter.go. A key that a map doesn't have is a failure (not_found), which field chains and
// the right side of `&&` hand on and everything else turns into null. An unknown input gives an unknown result unless
// the result doesn't depend on it; a failure is reported only where it is certain.
#pragma once

#include "lint/base/known.h"
#include "lint/jmespath/ast.h"
#include "lint/jmespath/function.h"
#include "lint/jmespath/json.h"

namespace vlint::jmespath {

struct Evaluation {
  Outcome outcome;
  ByteRange where;  // of a failure: the key or the function's name; else the whole expression
};

// Values that the expression only selects keep their origin. The work is bounded: more than about five million steps,
// 16 MiB of text or 1000 levels are a failure of kind `limit`.
Evaluation evaluate(const Expression& expression, const Json& root);

// What `||`, `&&`, `!` and filters ask: null, false, "", [] and {} are false, everything else is true (0 too).
Known is_true(const Json& value);

}  // namespace vlint::jmespath
