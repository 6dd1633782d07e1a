// What rules about the expressions of Kyverno's policies share: going through them, their places and edits in the file,
// and what becomes of a rule whose expression fails.
//
// Finding expressions is lint/kyverno/expressions.h, reading them lint/jmespath; nothing is judged here.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/ast.h"
#include "lint/jmespath/suggestions.h"
#include "lint/kyverno/expressions.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {

// A ClusterPolicy, Policy, ClusterCleanupPolicy or CleanupPolicy with its expressions.
struct PolicyText {
  const ClusterModel& member;
  const kube::Resource& policy;
  const kyverno::PolicyExpressions& found;

  // The mapping of a rule; of a cleanup policy its `spec`.
  yaml::Value rule(std::uint32_t index) const;
  // "rule backup of ClusterPolicy volsync", "ClusterCleanupPolicy jobs".
  std::string title(std::uint32_t rule) const;
};
void for_each_policy(const Model& model, const std::function<void(const PolicyText&)>& visit);

// An expression of it that compiles, and no `${VAR}` of Flux is in it.
struct ReadExpression {
  const PolicyText& in;
  const kyverno::PolicyExpression& written;
  const jmespath::Expression& expression;

  // Nothing was left out of the text: no variables inside it.
  bool is_whole() const { return written.inner.empty(); }
  Span place(jmespath::ByteRange range) const;
  yaml::Edits edits(const std::vector<jmespath::ExpressionEdit>& edits) const;
  std::string title() const { return in.title(written.rule); }
};
void for_each_expression(const PolicyText& in, const std::function<void(const ReadExpression&)>& visit);
void for_each_expression(const Model& model, const std::function<void(const ReadExpression&)>& visit);

// The edits of an expression's text as edits of the file; refuses where the text isn't what the file says.
yaml::Edits edits_of(const kyverno::PolicyExpression& written, const std::vector<jmespath::ExpressionEdit>& edits);

// "it generates nothing", "the policy deletes nothing": what becomes of a rule when one of its expressions fails.
std::string_view outcome_of_failure(const PolicyText& in, const kyverno::PolicyExpression& written);

// The same with what comes first: admission looks at `{{ }}` and at most of the others before any object comes.
bool is_compiled_at_admission(const kyverno::PolicyExpression& written);

// Whether a node is made of values, each of which is meant for itself: operands, arguments, items.
bool holds_values(jmespath::NodeType type);

// `[]` as such a value: meant for an empty list, and it flattens the whole context.
std::vector<jmespath::NodeId> empty_brackets(const jmespath::Expression& expression);

// Paths of the context that are strings of every object: "request.object.metadata.name".
jmespath::StringPaths string_paths();

// Whether the expression is worked out of the whole context, so that its first names are `request`, entries and so on.
// Not so a jmesPath that is applied to what its entry read.
bool sees_context(const kyverno::PolicyExpression& written, const PolicyText& in);

// Whether Kyverno gives the name a value where the expression stands: request, images, entries before it, and so on.
bool is_defined(const PolicyText& in, const kyverno::PolicyExpression& written, std::string_view name);

// The names of entries that can be used where the expression stands, and those that Kyverno gives.
std::vector<std::string_view> defined_names(const PolicyText& in, const kyverno::PolicyExpression& written);

// `{{ }}` of another template engine in what becomes a part of an object: of Go templates (`{{ .password }}`, `{{ range
// .items }}`), Helm, Handlebars.
bool is_foreign_template(const PolicyText& in, const kyverno::PolicyExpression& written);

}  // namespace vlint::rules
