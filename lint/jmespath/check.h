// What is wrong with an expression whatever it is applied to: functions that do not exist, wrong numbers of arguments,
// literal arguments of types that the function refuses. Also in parts that evaluation might never reach.
//
// Upstream finds these only when it evaluates (go-jmespath functions.go: CallFunction, resolveArgs, typeCheck).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/ast.h"
#include "lint/jmespath/function.h"

namespace vlint::jmespath {

struct CheckFault {
  FailureKind kind = FailureKind::unknown_function;  // or arity, type, panic (what is called is no name)
  std::string message;  // one sentence, lower case, no full stop: "join takes 2 arguments, here are 3"
  ByteRange where;      // the function's name; of a type fault the argument
  NodeId call = 0;
  std::string function;
  std::size_t count = 0;     // arguments as written
  std::size_t argument = 0;  // of a type fault: which one, from 0
};

struct Call {
  std::string name;
  ByteRange where;  // the name
  NodeId call = 0;
  const Function* function = nullptr;  // null when there is none of that name
};

struct Checked {
  std::vector<CheckFault> faults;  // in the order of the text
  std::vector<Call> calls;         // likewise
};

Checked check(const Expression& expression);

// By NodeId: whether the node is worked out of the whole input, so that a field of it is one of the input's. Not so
// what follows a dot, a pipe, a bracket or `&`.
std::vector<bool> nodes_at_root(const Expression& expression);

// By NodeId: whether a key that is missing at the node makes the whole expression fail. Field chains, indexes and the
// right side of `&&` hand that on; everything else makes null of it.
std::vector<bool> nodes_handing_on_not_found(const Expression& expression);

// "2 arguments", "at least 1 argument", "no arguments".
std::string describe_arity(const Function& function);

}  // namespace vlint::jmespath
