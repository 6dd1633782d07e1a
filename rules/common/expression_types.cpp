#include "rules/common/expression_types.h"

#include <string_view>
#include <utility>

#include "lint/jmespath/function.h"

namespace vlint::rules {
namespace {

using jmespath::Expression;
using jmespath::Json;
using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

// Names of a chain of fields, from the left; false when it is none. `names` has room for the deepest path of interest.
bool read_path(const Expression& expression, NodeId id, std::vector<std::string_view>& names) {
  const Node& node = expression.node(id);
  if (node.type == NodeType::field) {
    names.push_back(node.text);
    return true;
  }
  if (node.type != NodeType::subexpression) return false;
  const auto parts = expression.children(node);
  return read_path(expression, parts[0], names) && read_path(expression, parts[1], names);
}

// api machinery: metav1.ObjectMeta, and what Kyverno puts into `request`.
ResultTypes types_of_path(const std::vector<std::string_view>& path) {
  if (path.size() == 2 && path[0] == "request") {
    const bool is_text = path[1] == "operation" || path[1] == "namespace" || path[1] == "name";
    if (is_text) return kIsString;
    return path[1] == "object" ? kIsObject : kIsAnything;
  }
  std::size_t at = 0;
  if (path.size() > 2 && path[0] == "request" && (path[1] == "object" || path[1] == "oldObject")) at = 2;
  if (path.size() > 1 && path[0] == "target") at = 1;
  if (at == 0) return kIsAnything;
  const std::size_t rest = path.size() - at;
  if (rest == 1) {
    if (path[at] == "kind" || path[at] == "apiVersion") return kIsString;
    return path[at] == "metadata" ? kIsObject : kIsAnything;
  }
  if (path[at] != "metadata") return kIsAnything;
  const std::string_view field = path[at + 1];
  const bool is_map = field == "labels" || field == "annotations";
  if (rest == 2) {
    if (is_map) return kIsObject;
    return field == "name" || field == "namespace" || field == "creationTimestamp" ? kIsString : kIsAnything;
  }
  return rest == 3 && is_map ? kIsString : kIsAnything;
}

ResultTypes type_of(const Json& value) {
  switch (value.type()) {
    case Json::Type::null:
      return kIsNull;
    case Json::Type::boolean:
      return kIsBoolean;
    case Json::Type::number:
      return kIsNumber;
    case Json::Type::string:
      return kIsString;
    case Json::Type::array:
      return kIsArray;
    case Json::Type::object:
      return kIsObject;
    case Json::Type::unknown:
      break;
  }
  return kIsAnything;
}

ResultTypes type_named(std::string_view name) {
  if (name == "string") return kIsString;
  if (name == "number") return kIsNumber;
  if (name == "boolean") return kIsBoolean;
  if (name == "array") return kIsArray;
  return name == "object" ? kIsObject : kIsAnything;
}

bool is_path(const Node& node) { return node.type == NodeType::field || node.type == NodeType::subexpression; }

}  // namespace

ResultTypes result_types(const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  const auto parts = expression.children(node);
  // A key that is missing is null in an operand of `||` and `&&`.
  const auto of_operand = [&](NodeId part) {
    const ResultTypes types = result_types(expression, part);
    return static_cast<ResultTypes>(is_path(expression.node(part)) ? types | kIsNull : types);
  };
  switch (node.type) {
    case NodeType::literal:
      return type_of(expression.literal(node));
    case NodeType::negation:
      return kIsBoolean;
    case NodeType::comparator: {
      const bool is_equality =
          node.comparison == jmespath::Comparison::equal || node.comparison == jmespath::Comparison::not_equal;
      return static_cast<ResultTypes>(is_equality ? kIsBoolean : kIsBoolean | kIsNull);
    }
    case NodeType::function: {
      const jmespath::Function* const function = jmespath::find_function(node.text);
      return function != nullptr ? type_named(function->result) : kIsAnything;
    }
    case NodeType::disjunction: {
      // Null on the left is never the result.
      const auto left = static_cast<ResultTypes>(result_types(expression, parts[0]) & ~kIsNull);
      return static_cast<ResultTypes>(left | of_operand(parts[1]));
    }
    case NodeType::conjunction:
      return static_cast<ResultTypes>(of_operand(parts[0]) | of_operand(parts[1]));
    case NodeType::multiselect_list:
      return kIsArray | kIsNull;
    case NodeType::multiselect_hash:
      return kIsObject | kIsNull;
    case NodeType::field:
    case NodeType::subexpression: {
      std::vector<std::string_view> names;
      return read_path(expression, id, names) ? types_of_path(names) : kIsAnything;
    }
    default:
      return kIsAnything;
  }
}

}  // namespace vlint::rules
