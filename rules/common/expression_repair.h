// What was most likely meant by a text that is no JMESPath: keys that need quotes, brackets around a name, numbers
// without backticks. Edits only; what is wrong is the parser's business.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/jmespath/suggestions.h"

namespace vlint::rules {

struct ExpressionRepair {
  std::vector<jmespath::ExpressionEdit> edits;  // in the order of the text; the result compiles
  bool is_certain = true;                       // there is no other reading
};

// `is_key` says whether some object has a label or annotation of exactly that name: then dots belong to it.
std::optional<ExpressionRepair> repair_expression(std::string_view text,
                                                  const std::function<bool(std::string_view)>& is_key);

}  // namespace vlint::rules
