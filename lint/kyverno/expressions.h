// Every expression of a policy with its place: what stands in `{{ }}`, and what is a bare JMESPath (the jmesPath of a
// context entry, the list of a foreach). Texts and names only; what they give is context.h's business.
//
// Also what admission says of a variable: it looks for a known word in the text and compiles it, no more.
// Source: kyverno v1.19 pkg/validation/policy/validate.go (buildContext), pkg/engine/context/mock_context.go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/span.h"
#include "lint/kube/resource.h"
#include "lint/kyverno/variables.h"
#include "lint/yaml/value.h"

namespace vlint::kyverno {

enum class ExpressionKind : std::uint8_t {
  variable,          // in `{{ }}`
  context_jmespath,  // of an entry of context: applied to the whole context, or to what the entry read
  foreach_list,
  extractor_jmespath,  // of imageExtractors: applied to the image's name
};

enum class Section : std::uint8_t {
  match,
  exclude,
  context,
  preconditions,
  generate_target,  // kind, apiVersion, name, namespace
  generate_data,
  generate_clone,  // clone, cloneList
  foreach_list,
  validate,
  message,
  mutate,
  mutate_target,
  verify_images,
  attestation,  // conditions on attestations: their variables come from the image, and admission leaves them alone
  conditions,   // of a cleanup policy
  other,
};

inline constexpr std::uint32_t kNoName = 0xFFFFFFFFU;

// A name that an entry of `context` defines.
struct DefinedName {
  std::string_view name;
  yaml::Value where;  // the name's text
  yaml::Value entry;
  bool is_config_map = false;
  std::uint32_t previous = kNoName;  // the one that is defined before it where it is
};

struct PolicyExpression {
  ExpressionKind kind = ExpressionKind::variable;
  Section section = Section::other;
  std::uint32_t rule = 0;  // of `spec.rules`; 0 in a cleanup policy
  yaml::Value scalar;      // the text, or the key, that holds it
  bool is_key = false;
  std::string path;              // of the scalar in its rule: "/generate/data/spec/schedule"
  Variable variable;             // of a bare expression the whole text, without blanks around it, is its `expression`
  std::vector<TextRange> inner;  // variables inside it
  // What admission compiles: variables inside count as `null`.
  std::string text;
  bool is_known = true;               // false: a `${VAR}` of Flux is in it
  std::uint32_t last_name = kNoName;  // of PolicyExpressions::names: see names_of
  bool has_element = false;           // in a foreach
  bool has_target = false;            // in mutate-existing, and in a cleanup policy
};

// Text that looks like a variable and isn't seen by the scanner.
struct UnseenVariable {
  Unseen unseen;
  Section section = Section::other;
  std::uint32_t rule = 0;
  yaml::Value scalar;
  bool is_key = false;
  std::string path;
};

// A `$( )`, which admission and the engine take for a path of the rule.
struct PolicyReference {
  Reference reference;
  Section section = Section::other;
  std::uint32_t rule = 0;
  yaml::Value scalar;
  bool is_key = false;
  std::string path;
};

struct RuleNames {
  std::vector<std::uint32_t>
      names;  // of PolicyExpressions::names: all of the rule, its foreach entries and its targets
  bool has_targets = false;
};

struct PolicyExpressions {
  // In the order of the text; the entries of context come first.
  std::vector<PolicyExpression> expressions;
  std::vector<UnseenVariable> unseen;
  std::vector<PolicyReference> references;
  std::vector<DefinedName> names;
  std::vector<RuleNames> rules;  // by index
  bool background = true;
  bool is_complete = true;  // false: the policy is larger than any that a person writes, and its end was not read
};

// Of a ClusterPolicy, Policy, ClusterCleanupPolicy or CleanupPolicy; empty for other kinds.
PolicyExpressions find_expressions(const kube::Resource& policy);

// The entries of context that can be worked out where the expression stands, the first one first.
std::vector<const DefinedName*> names_of(const PolicyExpressions& policy, const PolicyExpression& expression);

// Where `length` bytes of the expression's text stand in the file. The whole variable where the text isn't what the
// file says (variables inside it), the whole scalar where nothing better can be told.
Span place_of(const PolicyExpression& expression, std::size_t offset, std::size_t length);
// The expression itself, and with its braces.
Span place_of(const PolicyExpression& expression);
Span place_of_variable(const PolicyExpression& expression);

// What admission says of a variable.
struct Admission {
  enum class Verdict : std::uint8_t {
    accepted,
    not_compiled,  // no JMESPath, or empty
    not_allowed,   // no word that admission looks for is in it
  };
  Verdict verdict = Verdict::accepted;
  std::string message;  // upstream's, without the name of the rule

  bool accepted() const { return verdict == Verdict::accepted; }
};

struct AdmissionScope {
  bool background = true;
  bool has_targets = false;           // the rule has mutate.targets
  std::vector<std::string> patterns;  // of names in context, with wildcards
};
AdmissionScope admission_scope(const PolicyExpressions& policy, std::uint32_t rule);

Admission check_variable(std::string_view expression, const AdmissionScope& scope);

}  // namespace vlint::kyverno
