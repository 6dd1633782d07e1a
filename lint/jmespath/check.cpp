#include "lint/jmespath/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "lint/jmespath/arguments.h"

namespace vlint::jmespath {
namespace {

// What a literal is, in words.
std::string_view type_name(const Json& value) {
  switch (value.type()) {
    case Json::Type::null:
      return "null";
    case Json::Type::boolean:
      return "a boolean";
    case Json::Type::number:
      return "a number";
    case Json::Type::string:
      return "a string";
    case Json::Type::array:
      return "an array";
    case Json::Type::object:
      return "an object";
    case Json::Type::unknown:
      break;
  }
  return "a value";
}

class Checker {
 public:
  explicit Checker(const Expression& expression) : expression_(expression) {}

  Checked run() {
    std::vector<NodeId> open = {expression_.root()};
    while (!open.empty()) {
      const NodeId id = open.back();
      open.pop_back();
      const Node& node = expression_.node(id);
      if (node.type == NodeType::function) check_call(id, node);
      const auto children = expression_.children(node);
      open.insert(open.end(), children.begin(), children.end());
    }
    const auto by_place = [](const auto& a, const auto& b) {
      return std::pair(a.where.begin, a.where.end) < std::pair(b.where.begin, b.where.end);
    };
    std::stable_sort(checked_.calls.begin(), checked_.calls.end(), by_place);
    std::stable_sort(checked_.faults.begin(), checked_.faults.end(), by_place);
    return std::move(checked_);
  }

 private:
  void add(FailureKind kind, NodeId id, ByteRange where, std::string message, std::size_t argument = 0) {
    const Node& node = expression_.node(id);
    CheckFault fault;
    fault.kind = kind;
    fault.message = std::move(message);
    fault.where = where;
    fault.call = id;
    fault.function = node.text;
    fault.count = node.child_count;
    fault.argument = argument;
    checked_.faults.push_back(std::move(fault));
  }

  void check_call(NodeId id, const Node& node) {
    if (!node.callable) {
      add(FailureKind::panic, id, node.name, "only a name can be called");
      return;
    }
    const Function* function = find_function(node.text);
    checked_.calls.push_back({node.text, node.name, id, function});
    if (function == nullptr) {
      add(FailureKind::unknown_function, id, node.name, fmt::format("there is no function {}", node.text));
      return;
    }
    if (!arity_fits(*function, node.child_count)) {
      add(FailureKind::arity, id, node.name,
          fmt::format("{} takes {}, here {} {}", node.text, describe_arity(*function),
                      node.child_count == 1 ? "is" : "are", node.child_count));
      return;
    }
    const auto written = expression_.children(node);
    for (std::size_t i = 0; i < written.size(); ++i) check_argument(id, *function, i, expression_.node(written[i]));
  }

  // Literals and &expressions only: of everything else the type depends on the input.
  void check_argument(NodeId id, const Function& function, std::size_t index, const Node& written) {
    const std::function<Outcome(const Json&)> never = [](const Json&) { return Outcome(Json()); };
    Argument argument;
    if (written.type == NodeType::literal) {
      argument.value = expression_.literal(written);
    } else if (written.type == NodeType::expression) {
      argument.apply = &never;
    } else {
      return;
    }
    if (function.ignores_extra && index >= function.parameters.size()) return;
    const Types types = types_at(function, index);
    if (fits(types, argument) != Known::no) return;
    const std::string_view is = argument.apply != nullptr ? "an &expression" : type_name(argument.value);
    add(FailureKind::type, id, written.span,
        fmt::format("argument {} of {} must be {}, here is {}", index + 1, function.name, describe(types), is), index);
  }

  const Expression& expression_;
  Checked checked_;
};

}  // namespace

Checked check(const Expression& expression) { return Checker(expression).run(); }

std::vector<bool> nodes_at_root(const Expression& expression) {
  std::vector<bool> at_root(expression.node_count());
  std::vector<NodeId> open = {expression.root()};
  while (!open.empty()) {
    const NodeId id = open.back();
    open.pop_back();
    at_root[id] = true;
    const Node& node = expression.node(id);
    const auto children = expression.children(node);
    switch (node.type) {
      case NodeType::comparator:
      case NodeType::function:
      case NodeType::key_value:
      case NodeType::multiselect_hash:
      case NodeType::multiselect_list:
      case NodeType::disjunction:
      case NodeType::conjunction:
      case NodeType::negation:
        open.insert(open.end(), children.begin(), children.end());
        break;
      case NodeType::expression:
        break;
      default:
        if (!children.empty()) open.push_back(children.front());
    }
  }
  return at_root;
}

std::vector<bool> nodes_handing_on_not_found(const Expression& expression) {
  std::vector<bool> handing_on(expression.node_count());
  for (NodeId id = expression.root();;) {
    handing_on[id] = true;
    const Node& node = expression.node(id);
    const auto children = expression.children(node);
    if (node.type == NodeType::conjunction) {
      id = children[1];
    } else if (node.type == NodeType::subexpression || node.type == NodeType::index_expression) {
      id = children[0];
    } else {
      return handing_on;
    }
  }
}

std::string describe_arity(const Function& function) {
  const std::size_t count = function.parameters.size();
  if (count == 0) return "no arguments";
  return fmt::format("{}{} argument{}", function.variadic ? "at least " : "", count, count == 1 ? "" : "s");
}

}  // namespace vlint::jmespath
