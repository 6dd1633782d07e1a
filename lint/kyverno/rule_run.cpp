#include "lint/kyverno/rule_run.h"

#include "lint/kyverno/condition.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;
using jmespath::Outcome;

Request request_of(const Trigger& trigger, const Json& object) {
  const kube::Resource& resource = *trigger.object;
  Request request;
  request.object = object;
  request.group = resource.group;
  request.version = resource.version;
  request.kind = resource.kind;
  if (trigger.name_known) request.name = trigger.name;
  if (trigger.is_namespace()) {
    request.name_space = request.name;
  } else if (!trigger.name_space_known) {
    request.name_space = "";
  } else if (!trigger.name_space.empty()) {
    request.name_space = std::string(trigger.name_space);
  }
  return request;
}

}  // namespace

RuleRun::RuleRun(ExpressionCache& cache, const Source& source, const Policy& policy, const Trigger& trigger,
                 const Json& object, const Json& context)
    : context_(cache, source, request_of(trigger, object), std::string(policy.name_space)) {
  context_.add_entries(context);
}

// Entries are recorded from the innermost outwards, and a text that fails because of one has its failure.
std::optional<FailedExpression> RuleRun::failed_expression(const SubstitutionFailure& failure) const {
  FailedExpression failed{failure.scalar, failure.variable, failure.expression, failure.failure, {}};
  const std::vector<LoadedEntry>& loaded = context_.loaded();
  for (auto entry = loaded.rbegin(); entry != loaded.rend(); ++entry) {
    if (!entry->failure || entry->failure->message != failed.failure.message) break;
    if (!entry->substitution) return std::nullopt;
    const SubstitutionFailure& inner = *entry->substitution;
    failed = {inner.scalar, inner.variable, inner.expression, inner.failure, entry->where};
  }
  return failed;
}

RunFailure RuleRun::failed(const SubstitutionFailure& failure) const {
  return {failure.failure, failure.message, failure.scalar, failed_expression(failure)};
}

Checked RuleRun::check(const Json& preconditions) {
  Checked checked;
  std::optional<SubstitutionFailure> last;
  const Substitute substitute = [&](const Json& part) -> Outcome {
    const Substituted result = context_.substitute(part);
    if (result.ok()) return result.value;
    last = result.failure;
    return result.failure->failure;
  };
  const ConditionOutcome outcome = judge_conditions(preconditions, substitute);
  checked.met = outcome.holds;
  if (!outcome.failure) return checked;
  checked.met = Known::no;
  checked.failure = last ? failed(*last) : RunFailure{*outcome.failure, outcome.failure->message, {}};
  checked.failure->failure = *outcome.failure;
  return checked;
}

Filled RuleRun::fill(const Json& document) {
  Substituted result = context_.substitute(document);
  Filled filled{std::move(result.value), std::nullopt};
  if (result.failure) filled.failure = failed(*result.failure);
  return filled;
}

Elements RuleRun::elements(yaml::Value list) {
  Elements elements;
  const Outcome outcome = context_.query(list.text());
  if (!outcome.ok()) {
    const jmespath::Failure& failure = outcome.failure();
    elements.failure = failed({list, {0, list.text().size()}, {}, std::string(list.text()), failure, failure.message});
  } else if (outcome.value().is_unknown()) {
    elements.is_unknown = true;
  } else if (outcome.value().is_array()) {
    elements.items = outcome.value().items();
  } else {
    elements.items = {outcome.value()};
  }
  return elements;
}

void RuleRun::begin_element(const Json& element, std::size_t index, const Json& context) {
  saved_ = context_.save();
  context_.set_element(element, index, 0);
  context_.add_entries(context);
}

void RuleRun::end_element() {
  if (saved_ != nullptr) context_.restore(*saved_);
  saved_.reset();
}

}  // namespace vlint::kyverno
