#include "lint/kyverno/expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lint/base/text.h"
#include "lint/jmespath/parser.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/json_path.h"
#include "lint/yaml/scalar_part.h"

namespace vlint::kyverno {
namespace {

using yaml::Value;

// As deep as parsing lets manifests be nested, and some more for aliases.
constexpr std::size_t kMaxDepth = 500;
// A policy in which aliases make more texts than this is not read to its end.
constexpr std::size_t kMaxTexts = 200'000;
// To find the place of an expression takes as long as the text that it stands in: the sum over all expressions. A real
// policy needs a few million.
constexpr std::size_t kMaxTextBytes = 300'000'000;

// What holds for a part of the policy.
struct Part {
  Section section = Section::other;
  bool has_element = false;
  bool has_target = false;
};

class Finder {
 public:
  explicit Finder(PolicyExpressions& found) : found_(found) {}

  void rule(Value rule, std::uint32_t index) {
    rule_ = index;
    last_name_ = kNoName;
    found_.rules.emplace_back();
    found_.rules.back().has_targets = rule["mutate"]["targets"].size() > 0;
    context(rule["context"], {}, "context");
    for (const yaml::Entry& entry : rule.entries()) {
      const std::string_view key = entry.key.text();
      if (key == "context") continue;
      step(key, [&] { rule_part(key, entry.value); });
    }
  }

  void cleanup(Value spec) {
    found_.rules.emplace_back();
    context(spec["context"], {Section::context, false, true}, "context");
    const Part target{Section::conditions, false, true};
    step("match", [&] { walk(spec["match"], {Section::match, false, true}); });
    step("exclude", [&] { walk(spec["exclude"], {Section::exclude, false, true}); });
    step("conditions", [&] { walk(spec["conditions"], target); });
  }

 private:
  template <typename Function>
  void step(std::string_view key, Function&& inside) {
    path_.emplace_back(key);
    inside();
    path_.pop_back();
  }

  void rule_part(std::string_view key, Value value) {
    Part part;
    if (key == "match") part.section = Section::match;
    if (key == "exclude") part.section = Section::exclude;
    if (key == "preconditions") part.section = Section::preconditions;
    if (key == "imageExtractors") return extractors(value);
    if (key == "generate") return action(value, Section::generate_data, {});
    if (key == "validate") return action(value, Section::validate, {});
    if (key == "mutate") return mutate(value);
    if (key == "verifyImages") part.section = Section::verify_images;
    walk(value, part);
  }

  void mutate(Value value) {
    Part part;
    part.has_target = found_.rules.back().has_targets;
    step("targets", [&] {
      for_each(value["targets"], [&](Value target) {
        const std::uint32_t before = last_name_;
        context(target["context"], {Section::context, false, true}, "context");
        fields(target, [&](std::string_view key, Value field) {
          if (key == "context") return;
          walk(field, {key == "preconditions" ? Section::preconditions : Section::mutate_target, false, true});
        });
        last_name_ = before;
      });
    });
    action(value, Section::mutate, part);
  }

  // What a rule or an entry of foreach does.
  void action(Value value, Section section, Part part) {
    fields(value, [&](std::string_view key, Value field) {
      if (key == "foreach") return foreach (field, section, part);
      if (key == "targets" && section == Section::mutate) return;
      part.section = section_of(key, section);
      walk(field, part);
    });
  }

  static Section section_of(std::string_view key, Section section) {
    if (key == "preconditions") return Section::preconditions;
    if (key == "message") return Section::message;
    if (section != Section::generate_data || key == "data") return section;
    return key == "clone" || key == "cloneList" ? Section::generate_clone : Section::generate_target;
  }

  void foreach (Value list, Section section, Part part) {
    part.has_element = true;
    for_each(list, [&](Value entry) {
      const std::uint32_t before = last_name_;
      // The list is worked out before element is there, its context once for each element.
      Part outer = part;
      outer.has_element = foreach_depth_ > 0;
      outer.section = Section::foreach_list;
      step("list", [&] { bare(entry["list"], ExpressionKind::foreach_list, outer); });
      ++foreach_depth_;
      Part inner = part;
      inner.section = Section::context;
      context(entry["context"], inner, "context");
      fields(entry, [&](std::string_view key, Value field) {
        if (key == "list" || key == "context") return;
        if (key == "foreach") return foreach (field, section, part);
        inner.section = section_of(key, section);
        walk(field, inner);
      });
      --foreach_depth_;
      last_name_ = before;
    });
  }

  void context(Value entries, Part part, std::string_view key) {
    part.section = Section::context;
    step(key, [&] {
      for_each(entries, [&](Value entry) {
        fields(entry, [&](std::string_view, Value value) {
          if (!value.is_mapping()) return walk(value, part);
          fields(value, [&](std::string_view field, Value content) {
            if (field == "jmesPath") return bare(content, ExpressionKind::context_jmespath, part);
            walk(content, part);
          });
        });
        const Value name = entry["name"];
        if (name.text().empty()) return;
        const auto index = static_cast<std::uint32_t>(found_.names.size());
        found_.names.push_back({name.text(), name, entry, entry["configMap"].is_set(), last_name_});
        found_.rules.back().names.push_back(index);
        last_name_ = index;
      });
    });
  }

  void extractors(Value kinds) {
    fields(kinds, [&](std::string_view, Value list) {
      for_each(list, [&](Value extractor) {
        fields(extractor, [&](std::string_view key, Value field) {
          if (key == "jmesPath") return bare(field, ExpressionKind::extractor_jmespath, {});
          walk(field, {});
        });
      });
    });
  }

  template <typename Function>
  void for_each(Value list, Function&& visit) {
    std::size_t index = 0;
    for (const Value item : list.items()) step(std::to_string(index++), [&] { visit(item); });
  }

  template <typename Function>
  void fields(Value mapping, Function&& visit) {
    for (const yaml::Entry& entry : mapping.entries()) {
      const std::string_view key = entry.key.text();
      step(key, [&] { visit(key, entry.value); });
    }
  }

  void walk(Value value, Part part) {
    found_.is_complete = found_.is_complete && path_.size() <= kMaxDepth && texts_ <= kMaxTexts;
    if (!found_.is_complete) return;
    if (value.is_scalar()) return text(value, false, part);
    for_each(value, [&](Value item) { walk(item, part); });
    if (!value.is_mapping()) return;
    for (const yaml::Entry& entry : value.entries()) {
      text(entry.key, true, part);
      Part inner = part;
      if (entry.key.text() == "attestations" && part.section == Section::verify_images)
        inner.section = Section::attestation;
      if (entry.key.text() == "message" && part.section == Section::validate) inner.section = Section::message;
      step(entry.key.text(), [&] { walk(entry.value, inner); });
    }
  }

  void text(Value scalar, bool is_key, Part part) {
    ++texts_;
    const std::string_view whole = scalar.text();
    const bool has_braces = whole.find("{{") != std::string_view::npos || whole.find("}}") != std::string_view::npos;
    const bool has_reference = whole.find("$(") != std::string_view::npos;
    if (!has_braces && !has_reference) return;
    const std::string path = pointer(path_);
    if (has_reference) {
      for (const Reference& reference : find_references(whole)) {
        found_.references.push_back({reference, part.section, rule_, scalar, is_key, path});
      }
    }
    if (!has_braces) return;
    for (NestedVariable& nested : find_all_variables(whole)) {
      PolicyExpression expression = made(ExpressionKind::variable, scalar, part);
      expression.is_key = is_key;
      expression.variable = nested.variable;
      expression.text = expression_with(whole, nested, "null");
      expression.inner = std::move(nested.inner);
      add(std::move(expression));
    }
    for (const Unseen& unseen : find_unseen(whole)) {
      found_.unseen.push_back({unseen, part.section, rule_, scalar, is_key, path});
    }
  }

  // With variables inside, nothing is compiled before they have values.
  void bare(Value scalar, ExpressionKind kind, Part part) {
    if (!scalar.is_scalar()) return walk(scalar, part);
    const std::string_view whole = scalar.text();
    if (kind == ExpressionKind::context_jmespath) {
      text(scalar, false, part);
      if (!find_variables(whole).empty()) return;
    }
    const TextRange trimmed = trim_space(whole, {0, whole.size()});
    if (trimmed.size() == 0 && kind != ExpressionKind::foreach_list) return;
    PolicyExpression expression = made(kind, scalar, part);
    expression.variable.range = {0, whole.size()};
    expression.variable.expression = trimmed;
    expression.text = whole.substr(trimmed.begin, trimmed.size());
    add(std::move(expression));
  }

  PolicyExpression made(ExpressionKind kind, Value scalar, Part part) const {
    PolicyExpression expression;
    expression.kind = kind;
    expression.section = part.section;
    expression.rule = rule_;
    expression.scalar = scalar;
    expression.path = pointer(path_);
    expression.last_name = last_name_;
    expression.has_element = part.has_element;
    expression.has_target = part.has_target;
    return expression;
  }

  void add(PolicyExpression expression) {
    text_bytes_ += expression.scalar.text().size();
    found_.is_complete = found_.is_complete && text_bytes_ <= kMaxTextBytes;
    if (!found_.is_complete) return;
    expression.is_known = expression.text.find("${") == std::string::npos;
    found_.expressions.push_back(std::move(expression));
  }

  PolicyExpressions& found_;
  std::uint32_t rule_ = 0;
  std::uint32_t last_name_ = kNoName;
  std::vector<std::string> path_;
  std::size_t foreach_depth_ = 0;
  std::size_t texts_ = 0;
  std::size_t text_bytes_ = 0;
};

bool is_exact(const PolicyExpression& expression) { return expression.inner.empty() && expression.variable.stray == 0; }

// `([a-z_0-9]+\()[^{}]`
bool has_call(std::string_view text) {
  for (std::size_t at = text.find('('); at != std::string_view::npos; at = text.find('(', at + 1)) {
    if (at == 0 || at + 1 >= text.size()) continue;
    const char before = text[at - 1];
    const bool is_name = (before >= 'a' && before <= 'z') || before == '_' || (before >= '0' && before <= '9');
    if (is_name && text[at + 1] != '{' && text[at + 1] != '}') return true;
  }
  return false;
}

// The words of validate.go's regular expressions, `\.` as a dot; and how those are printed.
struct AllowList {
  std::vector<std::string_view> words;
  std::string_view pattern;
};

AllowList allow_list(const AdmissionScope& scope) {
  if (scope.has_targets && scope.background) {
    return {{"request.", "element", "@", "images", "image.", "target."},
            "request\\.|element|elementIndex|@|images|images\\.|image\\.|target\\.|([a-z_0-9]+\\()[^{}]"};
  }
  if (scope.has_targets) {
    return {
        {"request.", "serviceAccountName", "serviceAccountNamespace", "element", "@", "images", "image.", "target."},
        "request\\.|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|images\\.|image\\.|"
        "target\\.|"
        "([a-z_0-9]+\\()[^{}]"};
  }
  if (scope.background) {
    return {{"request.", "element", "@", "images", "image."},
            "request\\.|element|elementIndex|@|images|images\\.|image\\.|([a-z_0-9]+\\()[^{}]"};
  }
  return {
      {"request", "serviceAccountName", "serviceAccountNamespace", "element", "@", "image"},
      "request|serviceAccountName|serviceAccountNamespace|element|elementIndex|@|images|image|([a-z_0-9]+\\()[^{}]"};
}

}  // namespace

PolicyExpressions find_expressions(const kube::Resource& policy) {
  PolicyExpressions found;
  if (policy.group != "kyverno.io") return found;
  const Value spec = policy["spec"];
  Finder finder(found);
  if (policy.kind == "ClusterPolicy" || policy.kind == "Policy") {
    found.background = spec["background"].as_bool().value_or(true);
    std::uint32_t index = 0;
    for (const Value rule : spec["rules"].items()) finder.rule(rule, index++);
  } else if (policy.kind == "ClusterCleanupPolicy" || policy.kind == "CleanupPolicy") {
    finder.cleanup(spec);
  }
  return found;
}

std::vector<const DefinedName*> names_of(const PolicyExpressions& policy, const PolicyExpression& expression) {
  std::vector<const DefinedName*> names;
  for (std::uint32_t at = expression.last_name; at != kNoName; at = policy.names[at].previous) {
    names.push_back(&policy.names[at]);
  }
  std::reverse(names.begin(), names.end());
  return names;
}

Span place_of(const PolicyExpression& expression, std::size_t offset, std::size_t length) {
  const TextRange& range = expression.variable.expression;
  if (!is_exact(expression) || offset + length > range.size()) return place_of_variable(expression);
  return yaml::part_span(expression.scalar, range.begin + offset, length);
}

Span place_of(const PolicyExpression& expression) {
  const TextRange& range = expression.variable.expression;
  return range.size() == 0 ? place_of_variable(expression)
                           : yaml::part_span(expression.scalar, range.begin, range.size());
}

Span place_of_variable(const PolicyExpression& expression) {
  return yaml::part_span(expression.scalar, expression.variable.range.begin, expression.variable.range.size());
}

AdmissionScope admission_scope(const PolicyExpressions& policy, std::uint32_t rule) {
  AdmissionScope scope;
  scope.background = policy.background;
  if (rule >= policy.rules.size()) return scope;
  scope.has_targets = policy.rules[rule].has_targets;
  for (const std::uint32_t index : policy.rules[rule].names) {
    const DefinedName& defined = policy.names[index];
    const std::string name(defined.name);
    if (!defined.is_config_map) {
      scope.patterns.push_back(name + "*");
    } else {
      for (const std::string_view end : {".data", ".metadata", ".data.*", ".metadata.*"}) {
        scope.patterns.push_back(name + std::string(end));
      }
    }
  }
  return scope;
}

Admission check_variable(std::string_view expression, const AdmissionScope& scope) {
  using Verdict = Admission::Verdict;
  const TextRange trimmed = trim_space(expression, {0, expression.size()});
  std::string query(expression.substr(trimmed.begin, trimmed.size()));
  if (query.empty()) return {Verdict::not_compiled, "invalid query (nil)"};
  const jmespath::ParseResult parsed = jmespath::parse(query);
  if (!parsed.ok() && parsed.fault().is_limit) return {};
  if (!parsed.ok()) {
    return {Verdict::not_compiled, fmt::format("invalid JMESPath query {}: {}", query, parsed.fault().message)};
  }
  query.erase(std::remove(query.begin(), query.end(), '"'), query.end());
  const AllowList allowed = allow_list(scope);
  const auto is_in_query = [&](std::string_view word) { return query.find(word) != std::string::npos; };
  if (has_call(query) || std::any_of(allowed.words.begin(), allowed.words.end(), is_in_query)) return {};
  const auto is_match = [&](const std::string& pattern) { return jmespath::matches_wildcard(pattern, query); };
  if (std::any_of(scope.patterns.begin(), scope.patterns.end(), is_match)) return {};
  return {Verdict::not_allowed, fmt::format("variable {} must match regex \"{}\" or patterns [{}]", query,
                                            allowed.pattern, join(scope.patterns, " "))};
}

}  // namespace vlint::kyverno
