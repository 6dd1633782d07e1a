#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/check.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Expression;
using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;
using kyverno::PolicyExpression;
using kyverno::Section;

// What gives the same for every order of a list.
bool minds_no_order(std::string_view name) {
  constexpr std::array<std::string_view, 8> kFunctions = {"avg", "contains", "length", "max",
                                                          "min", "not_null", "sort",   "sum"};
  return std::find(kFunctions.begin(), kFunctions.end(), name) != kFunctions.end();
}

bool is_in_no_order(std::string_view name) { return name == "keys" || name == "values"; }

// The calls whose result is another one each time.
std::vector<const Node*> changing_calls(const Expression& expression) {
  std::vector<bool> is_ordered(expression.node_count());
  for (NodeId id = 0; id < expression.node_count(); ++id) {
    const Node& node = expression.node(id);
    if (node.type != NodeType::function || !minds_no_order(node.text)) continue;
    for (const NodeId child : expression.children(node)) is_ordered[child] = true;
  }
  std::vector<const Node*> calls;
  for (NodeId id = 0; id < expression.node_count(); ++id) {
    const Node& node = expression.node(id);
    if (node.type != NodeType::function || !node.callable) continue;
    const jmespath::Function* function = jmespath::find_function(node.text);
    if (function == nullptr || !function->is_nondeterministic) continue;
    if (!is_in_no_order(node.text) || !is_ordered[id]) calls.push_back(&node);
  }
  return calls;
}

bool makes_the_object(Section section) {
  return section == Section::generate_target || section == Section::generate_data;
}

// The names in the expressions that make the objects of a rule: whole words.
using Words = std::set<std::pair<std::uint32_t, std::string>>;
Words words_of_objects(const kyverno::PolicyExpressions& found) {
  Words words;
  for (const PolicyExpression& written : found.expressions) {
    if (!makes_the_object(written.section)) continue;
    std::string word;
    for (const char c : written.text + " ") {
      const bool is_part = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      if (is_part) {
        word += c;
      } else if (!word.empty()) {
        words.emplace(written.rule, std::exchange(word, {}));
      }
    }
  }
  return words;
}

// Whether what is generated uses the entry of context that the expression belongs to.
bool is_used(const ReadExpression& read, const Words& words) {
  // "/context/0/variable/jmesPath"
  constexpr std::string_view kContext = "/context/";
  const std::string_view path = read.written.path;
  if (!path.starts_with(kContext)) return false;
  std::size_t index = 0;
  std::from_chars(path.data() + kContext.size(), path.data() + path.size(), index);
  const yaml::Value name = read.in.rule(read.written.rule)["context"].at(index)["name"];
  return words.count({read.written.rule, std::string(name.text())}) != 0;
}

void check_expression(const ReadExpression& read, const Words& words, Report& report) {
  const yaml::Value generate = read.in.rule(read.written.rule)["generate"];
  if (!generate.is_set() || !generate["synchronize"].as_bool().value_or(false)) return;
  const bool is_entry = read.written.section == Section::context;
  if (!is_entry && !makes_the_object(read.written.section)) return;
  const std::vector<const Node*> calls = changing_calls(read.expression);
  if (calls.empty() || (is_entry && !is_used(read, words))) return;
  for (const Node* call : calls) {
    const std::string_view how =
        is_in_no_order(call->text) ? "gives its list in another order each time" : "gives another result each time";
    const bool is_name = read.written.section == Section::generate_target;
    report
        .at(read.place(call->name),
            fmt::format("{} generates with synchronize and calls {}, which {}: {}", read.title(), call->text, how,
                        is_name ? "each event makes one more object, and the one before is left or deleted"
                                : "each event writes the object anew with another value"))
        .label("never the same")
        .about(read.in.member.cluster, read.in.policy, read.written.scalar)
        .help(is_in_no_order(call->text)
                  ? "sort the list: `sort(keys(a))`"
                  : "write `synchronize: false`, or take the value from an object that is made once");
  }
}

void check(const Model& model, Report& report) {
  for_each_policy(model, [&](const PolicyText& in) {
    const Words words = words_of_objects(in.found);
    for_each_expression(in, [&](const ReadExpression& read) { check_expression(read, words, report); });
  });
}

}  // namespace

VLINT_RULE(kyverno_nondeterministic_generate) = checked({
    .summary = "a synchronized generate rule makes its object of values that change each time",
    .explanation = R"md(
## What it finds
A call of `random`, `time_now`, `time_now_utc`, or of `keys` or `values` whose order matters, in the name or data of a generate
rule with `synchronize: true`, or in an entry of context that these use.

## Why it matters
With `synchronize` Kyverno generates the object again at each event of the trigger and of the object itself. A value that is
never the same rewrites the object each time; in its name it makes a new object each time. A random `RESTIC_PASSWORD` that is
rewritten makes the repository unreadable: all backups in it are lost.

## How to fix it
Derive the value from the trigger (its name, its UID, `sha256` of these), sort lists (`sort(keys(a))`), or write
`synchronize: false`.

## When to ignore it
When the object is meant to change at each event.
)md",
    .severity = Severity::warning,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "kyverno pkg/background/generate; go-jmespath functions.go jpfKeys; volsync issues 1004 and 1138",
    .check = check,
});

}  // namespace vlint::rules
