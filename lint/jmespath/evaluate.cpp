#include "lint/jmespath/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "lint/jmespath/arguments.h"

namespace vlint::jmespath {
namespace {

constexpr std::int64_t kMaxSteps = 5'000'000;
constexpr std::size_t kMaxWeight = std::size_t{16} << 20;
constexpr std::size_t kMaxDepth = 1000;
constexpr std::size_t kMaxItems = 1'000'000;
// Bytes of an argument that count as one step of the function that reads them.
constexpr std::size_t kBytesPerStep = 64;

// Whether the left child is evaluated first, on the node's own input. Long chains (`a.b.c`, `a || b || c`) lean left,
// so these are walked in a loop.
bool leans_left(NodeType type) {
  switch (type) {
    case NodeType::comparator:
    case NodeType::filter_projection:
    case NodeType::flatten:
    case NodeType::index_expression:
    case NodeType::disjunction:
    case NodeType::conjunction:
    case NodeType::negation:
    case NodeType::pipe:
    case NodeType::projection:
    case NodeType::subexpression:
    case NodeType::value_projection:
      return true;
    default:
      return false;
  }
}

bool is_not_found(const Outcome& outcome) { return !outcome.ok() && outcome.failure().kind == FailureKind::not_found; }

// A key that is missing is null to whoever asks so.
Outcome swallowed(Outcome outcome) { return is_not_found(outcome) ? Outcome(Json()) : std::move(outcome); }

// The same for every failure but that of a limit, which is not upstream's.
Outcome dropped(Outcome outcome) {
  return outcome.ok() || outcome.failure().kind != FailureKind::limit ? Outcome(Json()) : std::move(outcome);
}

// util.go capSlice.
std::int64_t cap(std::int64_t length, std::int64_t actual, bool backwards) {
  if (actual < 0) {
    actual += length;
    return actual < 0 ? (backwards ? -1 : 0) : actual;
  }
  if (actual >= length) return backwards ? length - 1 : length;
  return actual;
}

class Evaluator {
 public:
  Evaluator(const Expression& expression) : expression_(expression) {}

  Evaluation run(const Json& root) {
    Outcome outcome = evaluate(expression_.root(), root);
    const ByteRange where = outcome.ok() ? expression_.node(expression_.root()).span : where_;
    return {std::move(outcome), where};
  }

 private:
  // The last failure made is the one that is handed out: those before it were swallowed.
  Outcome fail(ByteRange where, FailureKind kind, std::string message) {
    where_ = where;
    return Failure{kind, std::move(message)};
  }

  bool spend(std::size_t steps) {
    steps_left_ -= static_cast<std::int64_t>(std::min<std::size_t>(steps, kMaxSteps));
    return steps_left_ > 0;
  }

  Outcome out_of_steps(const Node& node) {
    steps_left_ = 0;
    return fail(node.span, FailureKind::limit, fmt::format("the expression takes more than {} steps", kMaxSteps));
  }

  // Every value that is made passes here, so that none outgrows what can be printed, compared and freed.
  Outcome made(const Node& node, Json value) {
    return value.depth() > kMaxDepth || value.weight() > kMaxWeight ? too_big(node) : Outcome(std::move(value));
  }

  Outcome too_big(const Node& node) {
    return fail(node.span, FailureKind::limit, "the expression makes a value that is too big");
  }

  NodeId child(const Node& node, std::size_t index) const { return expression_.children(node)[index]; }

  Outcome evaluate(NodeId id, const Json& value) {
    const std::size_t base = chain_.size();
    while (leans_left(expression_.node(id).type)) {
      chain_.push_back(id);
      id = child(expression_.node(id), 0);
    }
    if (!spend(chain_.size() - base + 1)) {
      chain_.resize(base);
      return out_of_steps(expression_.node(id));
    }
    Outcome result = evaluate_leaf(expression_.node(id), value);
    while (chain_.size() > base) {
      const NodeId next = chain_.back();
      chain_.pop_back();
      result = go_on(expression_.node(next), std::move(result), value);
    }
    return result;
  }

  Outcome evaluate_leaf(const Node& node, const Json& value) {
    switch (node.type) {
      case NodeType::current:
      case NodeType::identity:
        return value;
      case NodeType::field:
        return field(node, value);
      case NodeType::literal:
        return expression_.literal(node);
      case NodeType::index:
        return index(node, value);
      case NodeType::slice:
        return slice(node, value);
      case NodeType::function:
        return call(node, value);
      case NodeType::key_value:
        return evaluate(child(node, 0), value);
      case NodeType::multiselect_hash:
        return multiselect_hash(node, value);
      case NodeType::multiselect_list:
        return multiselect_list(node, value);
      case NodeType::expression:
        return fail(node.span, FailureKind::type, "&expression stands where only a function's argument may");
      default:
        return fail(node.span, FailureKind::value, "Unknown AST node: ASTEmpty");
    }
  }

  // `left` is what the first child gave for `value`.
  Outcome go_on(const Node& node, Outcome left, const Json& value) {
    switch (node.type) {
      case NodeType::subexpression:
      case NodeType::index_expression:
        return left.ok() ? evaluate(child(node, 1), left.value()) : left;
      // Upstream drops every failure of their left side.
      case NodeType::flatten:
        return left.ok() ? flatten(node, left.value()) : dropped(std::move(left));
      case NodeType::filter_projection:
        return left.ok() ? filter(node, left.value()) : dropped(std::move(left));
      case NodeType::value_projection:
        return left.ok() ? project_values(node, left.value()) : dropped(std::move(left));
      default:
        break;
    }
    left = swallowed(std::move(left));
    if (!left.ok()) return left;
    switch (node.type) {
      case NodeType::pipe:
        return swallowed(evaluate(child(node, 1), left.value()));
      case NodeType::projection:
        return project(node, left.value());
      case NodeType::comparator:
        return compare(node, left.value(), value);
      case NodeType::negation:
        return from_known(!is_true(left.value()));
      case NodeType::disjunction:
        if (is_true(left.value()) == Known::no) return swallowed(evaluate(child(node, 1), value));
        break;
      default:  // conjunction
        if (is_true(left.value()) == Known::no) return left;
        if (is_true(left.value()) == Known::yes) return evaluate(child(node, 1), value);
        return Json::unknown();
    }
    return left;
  }

  static Outcome from_known(Known known) {
    return known == Known::unknown ? Json::unknown() : Json::boolean(known == Known::yes);
  }

  Outcome field(const Node& node, const Json& value) {
    if (value.is_unknown()) {
      return value.identity().empty() ? Json::unknown() : Json::unknown(value.identity() + "." + node.text);
    }
    if (!value.is_object()) return Json();
    if (const Json* found = value.find(node.text)) return *found;
    return fail(node.name, FailureKind::not_found, fmt::format("Unknown key \"{}\" in path", node.text));
  }

  static Outcome index(const Node& node, const Json& value) {
    if (value.is_unknown()) return Json::unknown();
    const auto size = static_cast<std::int64_t>(value.items().size());
    const std::int64_t at = node.index < 0 ? node.index + size : node.index;
    return at >= 0 && at < size ? value.items()[static_cast<std::size_t>(at)] : Json();
  }

  // util.go computeSliceParams, slice.
  Outcome slice(const Node& node, const Json& value) {
    if (value.is_unknown()) return Json::unknown();
    if (!value.is_array()) return Json();
    const Slice& parts = expression_.slice(node);
    const std::int64_t step = parts.step.value_or(1);
    if (step == 0) return fail(node.span, FailureKind::value, "Invalid slice, step cannot be 0");
    const bool backwards = step < 0;
    const auto length = static_cast<std::int64_t>(value.items().size());
    const std::int64_t start = parts.start ? cap(length, *parts.start, backwards) : backwards ? length - 1 : 0;
    const std::int64_t stop = parts.stop ? cap(length, *parts.stop, backwards) : backwards ? -1 : length;
    Json::Array items;
    for (std::int64_t at = start; backwards ? at > stop : at < stop;) {
      items.push_back(value.items()[static_cast<std::size_t>(at)]);
      // What is left to go tells whether the next step stays inside, without adding what may overflow.
      if (backwards ? step <= stop - at : step >= stop - at) break;
      at += step;
    }
    if (!spend(items.size())) return out_of_steps(node);
    return Json::array(std::move(items));
  }

  Outcome multiselect_hash(const Node& node, const Json& value) {
    if (value.is_null() || value.is_unknown()) return value.is_null() ? Json() : Json::unknown();
    Json::Object members;
    for (const NodeId id : expression_.children(node)) {
      Outcome member = swallowed(evaluate(id, value));
      if (!member.ok()) return member;
      members.emplace_back(expression_.node(id).text, member.value());
    }
    return made(node, Json::object(std::move(members)));
  }

  Outcome multiselect_list(const Node& node, const Json& value) {
    if (value.is_null() || value.is_unknown()) return value.is_null() ? Json() : Json::unknown();
    Json::Array items;
    for (const NodeId id : expression_.children(node)) {
      Outcome item = swallowed(evaluate(id, value));
      if (!item.ok()) return item;
      items.push_back(item.value());
    }
    return made(node, Json::array(std::move(items)));
  }

  Outcome compare(const Node& node, const Json& left, const Json& value) {
    const Outcome other = swallowed(evaluate(child(node, 1), value));
    if (!other.ok()) return other;
    const Json& right = other.value();
    if (node.comparison == Comparison::equal || node.comparison == Comparison::not_equal) {
      if (!spend(std::min(left.weight(), right.weight()) / kBytesPerStep)) return out_of_steps(node);
      const Known same = equal(left, right);
      return from_known(node.comparison == Comparison::equal ? same : !same);
    }
    const auto can_be_number = [](const Json& side) {
      return side.is_unknown() || (side.is_number() && !side.is_go_int());
    };
    if (!can_be_number(left) || !can_be_number(right)) return Json();
    if (left.is_unknown() || right.is_unknown()) return Json::unknown();
    const double a = left.as_number();
    const double b = right.as_number();
    switch (node.comparison) {
      case Comparison::less:
        return Json::boolean(a < b);
      case Comparison::less_or_equal:
        return Json::boolean(a <= b);
      case Comparison::greater:
        return Json::boolean(a > b);
      default:
        return Json::boolean(a >= b);
    }
  }

  // One element of a projection. False: the whole has an answer already, in `result`. What is null is left out, so with
  // an element unknown the list's length is too.
  bool add_projected(const Node& node, const Json& element, Json::Array& items, Outcome& result) {
    Outcome projected = swallowed(evaluate(child(node, 1), element));
    if (!projected.ok() || projected.value().is_unknown()) {
      result = std::move(projected);
      return false;
    }
    if (!projected.value().is_null()) items.push_back(projected.value());
    return true;
  }

  Outcome project(const Node& node, const Json& left) {
    if (left.is_unknown()) return Json::unknown();
    if (!left.is_array()) return Json();
    Json::Array items;
    Outcome result = Json();
    for (const Json& element : left.items()) {
      if (!add_projected(node, element, items, result)) return result;
    }
    return made(node, Json::array(std::move(items)));
  }

  Outcome filter(const Node& node, const Json& left) {
    if (left.is_unknown()) return Json::unknown();
    if (!left.is_array()) return Json();
    Json::Array items;
    Outcome result = Json();
    for (const Json& element : left.items()) {
      const Outcome condition = swallowed(evaluate(child(node, 2), element));
      if (!condition.ok()) return condition;
      const Known wanted = is_true(condition.value());
      if (wanted == Known::unknown) return Json::unknown();
      if (wanted == Known::yes && !add_projected(node, element, items, result)) return result;
    }
    return made(node, Json::array(std::move(items)));
  }

  // Upstream makes the list of a map's values with as many nulls before them as there are values, and projects these
  // too. The values come in no order there.
  Outcome project_values(const Node& node, const Json& left) {
    if (left.is_unknown()) return Json::unknown();
    if (!left.is_object()) return Json();
    Json::Array items;
    Outcome result = Json();
    for (std::size_t i = 0; i < left.members().size(); ++i) {
      if (!add_projected(node, Json(), items, result)) return result;
      if (items.empty()) break;
    }
    for (const auto& member : left.members()) {
      if (!add_projected(node, member.second, items, result)) return result;
    }
    return made(node, Json::array(std::move(items)));
  }

  Outcome flatten(const Node& node, const Json& left) {
    if (left.is_unknown()) return Json::unknown();
    if (!left.is_array()) return Json();
    std::size_t count = 0;
    for (const Json& element : left.items()) count += std::max<std::size_t>(1, element.items().size());
    if (count > kMaxItems) return too_big(node);
    if (!spend(count)) return out_of_steps(node);
    Json::Array items;
    items.reserve(count);
    for (const Json& element : left.items()) {
      if (element.is_unknown()) return Json::unknown();  // a list of how many?
      if (element.is_array()) {
        items.insert(items.end(), element.items().begin(), element.items().end());
      } else {
        items.push_back(element);
      }
    }
    return made(node, Json::array(std::move(items)));
  }

  Outcome call(const Node& node, const Json& value) {
    const std::span<const NodeId> written = expression_.children(node);
    std::vector<Argument> arguments(written.size());
    std::vector<std::function<Outcome(const Json&)>> applied(written.size());
    std::size_t weight = 0;
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (expression_.node(written[i]).type == NodeType::expression) {
        const NodeId inner = child(expression_.node(written[i]), 0);
        applied[i] = [this, inner](const Json& element) { return evaluate(inner, element); };
        arguments[i].apply = &applied[i];
        continue;
      }
      Outcome argument = swallowed(evaluate(written[i], value));
      if (!argument.ok()) return argument;
      arguments[i].value = argument.value();
      weight += argument.value().weight();
    }
    if (!node.callable) return fail(node.name, FailureKind::panic, "interface conversion: the name is no string");
    if (!spend(weight / kBytesPerStep)) return out_of_steps(node);
    Outcome result = call_function(node.text, arguments);
    if (result.ok()) return made(node, result.value());
    // An argument's own limit or fault has its place already.
    if (result.failure().kind != FailureKind::limit) where_ = node.name;
    return result;
  }

  const Expression& expression_;
  std::int64_t steps_left_ = kMaxSteps;
  ByteRange where_;
  std::vector<NodeId> chain_;  // the nodes whose left child is being evaluated, innermost last
};

}  // namespace

Evaluation evaluate(const Expression& expression, const Json& root) { return Evaluator(expression).run(root); }

// util.go isFalse.
Known is_true(const Json& value) {
  switch (value.type()) {
    case Json::Type::null:
      return Known::no;
    case Json::Type::boolean:
      return known(value.as_boolean());
    case Json::Type::number:
      return Known::yes;
    case Json::Type::string:
      return known(!value.as_string().empty());
    case Json::Type::array:
      return known(!value.items().empty());
    case Json::Type::object:
      return known(!value.members().empty());
    case Json::Type::unknown:
      break;
  }
  return Known::unknown;
}

}  // namespace vlint::jmespath
