// Variables and references of a JSON document replaced by their values, as Kyverno does it before it uses any part of a
// policy. Knows nothing of where values come from: that is the resolver's business (context.h has one).
//
// Source: kyverno v1.19 pkg/engine/variables/vars.go (substituteAll), pkg/engine/jsonutils/traverse.go.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/function.h"
#include "lint/jmespath/json.h"
#include "lint/kyverno/variables.h"
#include "lint/yaml/value.h"

namespace vlint::kyverno {

// What an expression is, or why it is nothing. The expression is trimmed; an empty one is asked for too.
using Resolver = std::function<jmespath::Outcome(std::string_view expression)>;

// One variable that was replaced: which place of the policy got a value from where.
struct Supply {
  yaml::Value scalar;      // of the policy: the text or the key that the variable stands in; missing without a manifest
  TextRange variable;      // in the scalar's text, with its braces
  std::string path;        // of that text in the document: "/data/spec/schedule"
  std::string expression;  // as it was evaluated
  jmespath::Json value;    // its origin() is the place that supplied it, where a manifest holds it as it is
};

struct SubstitutionFailure {
  yaml::Value scalar;      // as above
  TextRange variable;      // the variable or reference that failed; the whole text where it isn't one of them
  std::string path;        // as above
  std::string expression;  // as it was evaluated; of a reference its text
  jmespath::Failure failure;
  std::string message;  // upstream's whole sentence
};

struct Substituted {
  jmespath::Json value;
  // Every variable in the order in which they were replaced; complete only without a failure.
  std::vector<Supply> supplies;
  std::optional<SubstitutionFailure> failure;  // then `value` is null

  bool ok() const { return !failure.has_value(); }
  // The variables of one text of the policy, in order.
  std::vector<const Supply*> supplies_of(yaml::Value scalar) const;
};

struct SubstitutionOptions {
  // On DELETE `request.object` in every expression becomes `request.oldObject`.
  bool is_delete = false;
};

// Every text and every key: first `$( )`, then `{{ }}`, from the innermost outwards. A text that is one variable
// becomes its value with its type, and what that value holds is substituted too; else the value is inserted as text.
// Every value that was computed has the policy's scalar as its origin(); the parts of an object that came in whole keep
// theirs. An unknown value makes the text that it is inserted into unknown, and is no failure.
Substituted substitute(const jmespath::Json& document, const Resolver& resolve,
                       const SubstitutionOptions& options = {});

}  // namespace vlint::kyverno
