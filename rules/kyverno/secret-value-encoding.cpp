#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/yaml/edit.h"
#include "rules/common/policy_conditions.h"
#include "rules/common/policy_expressions.h"

namespace vlint::rules {
namespace {

using jmespath::Expression;
using jmespath::Node;
using jmespath::NodeId;
using jmespath::NodeType;

std::vector<std::string_view> path_of(const Expression& expression, NodeId id) {
  const Node& node = expression.node(id);
  if (node.type == NodeType::field) return {node.text};
  if (node.type != NodeType::subexpression) return {};
  const auto parts = expression.children(node);
  std::vector<std::string_view> path = path_of(expression, parts[0]);
  const std::vector<std::string_view> rest = path_of(expression, parts[1]);
  if (path.empty() || rest.empty()) return {};
  path.insert(path.end(), rest.begin(), rest.end());
  return path;
}

// How many names of a path below a context entry lead to a value of a Secret's data: 2 for a whole Secret
// (`base.data.KEY`), 1 where jmesPath is `data`. Nothing for entries that read no single Secret.
std::optional<std::size_t> steps_to_value(yaml::Value entry) {
  const yaml::Value call = entry["apiCall"];
  if (!call["urlPath"].is_scalar()) return std::nullopt;
  const std::optional<kyverno::ApiPath> path = kyverno::parse_api_path(call["urlPath"].text());
  const bool is_secret = path && path->group.empty() && path->plural == "secrets" && !path->name.empty();
  if (!is_secret || path->has_rest) return std::nullopt;
  const yaml::Value read = call["jmesPath"];
  if (!read.is_set() || read.text().empty()) return 2;
  return read.text() == "data" ? std::optional<std::size_t>(1) : std::nullopt;
}

// A value of a Secret's data, as the API server gives it: in base64.
bool is_encoded_value(const ReadExpression& read, NodeId id) {
  const std::vector<std::string_view> path = path_of(read.expression, id);
  if (path.size() < 2) return false;
  for (const kyverno::DefinedName* const defined : kyverno::names_of(read.in.found, read.written)) {
    if (defined->name != path.front()) continue;
    const std::optional<std::size_t> steps = steps_to_value(defined->entry);
    return steps && path.size() == *steps + 1 && (*steps == 1 || path[1] == "data");
  }
  return false;
}

bool is_call(const Expression& expression, NodeId id, std::string_view name) {
  const Node& node = expression.node(id);
  return node.type == NodeType::function && node.text == name && node.child_count == 1;
}

// Where the expression stands: in the values of `data` or `stringData` of a Secret that the rule makes.
enum class Target : std::uint8_t { other, data, string_data };
Target target_of(const ReadExpression& read) {
  const yaml::Value generate = read.in.rule(read.written.rule)["generate"];
  const std::string& path = read.written.path;
  if (read.written.is_key || read.written.section != kyverno::Section::generate_data) return Target::other;
  yaml::Value pattern = generate;
  std::string_view rest = path;
  constexpr std::string_view kGenerate = "/generate/";
  constexpr std::string_view kEach = "foreach/";
  if (rest.rfind(kGenerate, 0) != 0) return Target::other;
  rest.remove_prefix(kGenerate.size());
  if (rest.rfind(kEach, 0) == 0) {
    rest.remove_prefix(kEach.size());
    std::size_t index = 0;
    while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9' && index < 100'000) {
      index = index * 10 + static_cast<std::size_t>(rest.front() - '0');
      rest.remove_prefix(1);
    }
    if (rest.empty()) return Target::other;
    rest.remove_prefix(1);
    pattern = generate["foreach"].at(index);
  }
  if (pattern["kind"].text() != "Secret" || pattern["apiVersion"].text() != "v1") return Target::other;
  if (rest.rfind("data/data/", 0) == 0) return Target::data;
  return rest.rfind("data/stringData/", 0) == 0 ? Target::string_data : Target::other;
}

void report_value(const ReadExpression& read, jmespath::ByteRange where, const std::string& what,
                  const std::string& label, std::vector<jmespath::ExpressionEdit> edits, const std::string& title,
                  Report& report) {
  report.at(read.place(where), fmt::format("{} makes a Secret that nobody can read: {}", read.title(), what))
      .label(label)
      .about(read.in.member.cluster, read.in.policy, read.written.scalar)
      .fix(title, Safety::safe, read.in.policy, read.edits(edits));
}

// Each value that nothing decodes, and that is not only compared.
void check_string_data(const ReadExpression& read, NodeId id, Report& report) {
  const Expression& expression = read.expression;
  const Node& node = expression.node(id);
  if (is_call(expression, id, "base64_decode") || node.type == NodeType::comparator) return;
  if (node.type != NodeType::subexpression) {
    for (const NodeId part : expression.children(node)) check_string_data(read, part, report);
    return;
  }
  if (!is_encoded_value(read, id)) return;
  report_value(read, node.span, "a value of another Secret is base64, and stringData is encoded once more",
               "not decoded", {{node.span, fmt::format("base64_decode({})", expression.slice_text(node.span))}},
               "decode it", report);
}

void check_data(const ReadExpression& read, Report& report) {
  const Expression& expression = read.expression;
  const NodeId root = expression.root();
  const Node& node = expression.node(root);
  // base64_encode(base.data.KEY): encoded twice.
  if (is_call(expression, root, "base64_encode") && is_encoded_value(read, expression.children(node)[0])) {
    const Node& inner = expression.node(expression.children(node)[0]);
    report_value(read, node.span, "a value of another Secret is base64 already, and is encoded once more",
                 "encoded twice", {{node.span, std::string(expression.slice_text(inner.span))}}, "take it as it is",
                 report);
    return;
  }
  const bool is_all = read.written.variable.range == kyverno::TextRange{0, read.written.scalar.text().size()};
  if (!is_all || !is_call(expression, root, "base64_decode")) return;
  if (is_encoded_value(read, expression.children(node)[0])) {
    const Node& inner = expression.node(expression.children(node)[0]);
    report_value(read, node.span, "data takes base64, and this is decoded", "plain text",
                 {{node.span, std::string(expression.slice_text(inner.span))}}, "take it as it is", report);
  }
}

void check(const Model& model, Report& report) {
  for_each_expression(model, [&](const ReadExpression& read) {
    if (!read.is_whole() || read.written.kind != kyverno::ExpressionKind::variable) return;
    const Target target = target_of(read);
    if (target == Target::string_data) check_string_data(read, read.expression.root(), report);
    if (target == Target::data) check_data(read, report);
  });
}

}  // namespace

VLINT_RULE(kyverno_secret_value_encoding) = checked({
    .summary = "a policy copies a Secret's value with base64 once too often or too rarely",
    .explanation = R"md(
## What it finds
A generated Secret whose values come from another Secret that the rule reads by `apiCall`:

- under `stringData` a value of its `data` that does not go through `base64_decode`,
- under `data` one that goes through `base64_decode` or through `base64_encode`.

## Why it matters
The API server gives a Secret's `data` in base64. `stringData` is encoded when it is stored, so the copy is encoded
twice; under `data`, plain text is refused, or decoded into rubbish. The object is there with all its keys, and restic
stops with "Fatal: unable to open repository" or a wrong password at the first backup.

## How to fix it
Write `{{ base64_decode(base.data.KEY) }}` under `stringData`, or `{{ base.data.KEY }}` under `data`. `vlint --fix`
does. Text that is put together of several parts belongs under `stringData`.

## When to ignore it
When the Secret that is read holds base64 inside of its values.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kyverno pkg/engine/context/loaders/apicall.go, pkg/background/generate; kubernetes core/v1 Secret",
    .check = check,
});

}  // namespace vlint::rules
