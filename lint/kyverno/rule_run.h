// One rule for one object that it takes: its conditions, its lists, and the texts of what it generates.
//
// Puts the parts together that expressions need (context.h, condition.h, substitution.h) and says what became of each:
// a value, a failure with its place, or not known.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "lint/base/known.h"
#include "lint/kyverno/context.h"
#include "lint/kyverno/match.h"
#include "lint/kyverno/policy.h"

namespace vlint::kyverno {

// The expression that could not be worked out: one of the rule, or of the entry of `context` that the rule's names.
struct FailedExpression {
  yaml::Value scalar;      // the text that it stands in; may be missing
  TextRange variable;      // in that text, with its braces; all of it for a bare expression
  std::string expression;  // as it was evaluated
  jmespath::Failure failure;
  yaml::Value entry;  // of `context`; missing where the rule's own text fails
};

struct RunFailure {
  jmespath::Failure failure;
  std::string message;  // one sentence
  yaml::Value scalar;   // the policy's text that fails; may be missing
  // Nothing where no expression is to blame: an object that isn't there, a result of the wrong type.
  std::optional<FailedExpression> expression = {};
};

// What conditions come to.
struct Checked {
  Known met = Known::yes;
  std::optional<RunFailure> failure;

  bool is_met() const { return met == Known::yes && !failure; }
};

// A part of the policy with its variables replaced.
struct Filled {
  jmespath::Json value;
  std::optional<RunFailure> failure;
};

// The elements of a `foreach`.
struct Elements {
  std::vector<jmespath::Json> items;
  bool is_unknown = false;
  std::optional<RunFailure> failure;
};

class RuleRun {
 public:
  // `object` is live_object() of the trigger's; `context` the rule's, as jmespath::from_yaml reads it.
  RuleRun(ExpressionCache& cache, const Source& source, const Policy& policy, const Trigger& trigger,
          const jmespath::Json& object, const jmespath::Json& context);

  Checked check(const jmespath::Json& preconditions);
  Filled fill(const jmespath::Json& document);
  // kyverno pkg/engine/utils/foreach.go: EvaluateList. Anything but a list is a list of one.
  Elements elements(yaml::Value list);

  // Between these, `element` and the entries are there.
  void begin_element(const jmespath::Json& element, std::size_t index, const jmespath::Json& context);
  void end_element();

 private:
  RunFailure failed(const SubstitutionFailure& failure) const;
  std::optional<FailedExpression> failed_expression(const SubstitutionFailure& failure) const;

  Context context_;
  std::shared_ptr<const Context::Saved> saved_;
};

}  // namespace vlint::kyverno
