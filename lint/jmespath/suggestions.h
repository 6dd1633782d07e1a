// What to write instead of a function that does not exist, and the edits that write it.
//
// The names are those that people bring from other languages (Helm's Sprig, CEL, Terraform, newer JMESPath). A rewrite
// is offered only where the new call means what the old one must have meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/ast.h"

namespace vlint::jmespath {

struct Suggestion {
  std::string_view name;         // that does not exist
  std::string_view instead;      // for people: "join('', [a, b])"
  std::string_view replacement;  // the function of the same meaning and arguments; empty: the call changes its shape
};

// All of them, sorted by name.
std::span<const Suggestion> suggestions();

// Null for names without one.
const Suggestion* find_suggestion(std::string_view name);

// The existing function that is spelt most like the name, "" when none is near or several are; and that the name is
// right but for its capitals.
std::string_view nearest_function(std::string_view name);

// What to tell about a call of a name that does not exist: "write join('', [a, b])", "did you mean to_upper?"; empty
// when nothing is known.
std::string advice_for(std::string_view name);

// Replaces the bytes of `range` in the expression's text.
struct ExpressionEdit {
  ByteRange range;
  std::string text;
};

// Paths of the input whose values are strings wherever they are: "request.object.metadata.name".
using StringPaths = std::span<const std::string_view>;

// The edits that make a call of a missing function one of an existing function with the same meaning; nothing where
// that can't be proven: a new name must take as many arguments, and `concat` becomes `join` only when every argument is
// certain to be a string.
std::optional<std::vector<ExpressionEdit>> rewrite_call(const Expression& expression, NodeId call,
                                                        StringPaths string_paths = {});

// `concat(a, b)` to `join('', [a, b])`, whatever the arguments are; nothing for calls of other names.
std::optional<std::vector<ExpressionEdit>> rewrite_as_join(const Expression& expression, NodeId call);

// Whether the value is a string whatever the input is: string literals, functions whose result is one, `string_paths`,
// and `||` and `&&` of such. A function that fails has no value, so it doesn't count against it.
bool is_certainly_string(const Expression& expression, NodeId node, StringPaths string_paths = {});

}  // namespace vlint::jmespath
