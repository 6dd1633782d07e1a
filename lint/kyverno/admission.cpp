#include "lint/kyverno/admission.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "lint/base/text.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/variables.h"

namespace vlint::kyverno {
namespace {

using yaml::Value;

Span place_of(Value value, Value otherwise) { return value ? value.span() : otherwise.span(); }

// Calls fn(text scalar) for keys and values, as deep as the document is nested. Stops when fn returns true.
template <typename Fn>
bool any_text(Value value, const Fn& fn) {
  if (value.is_scalar()) return fn(value);
  for (const yaml::Entry& entry : value.entries()) {
    if (fn(entry.key) || any_text(entry.value, fn)) return true;
  }
  for (const Value item : value.items()) {
    if (any_text(item, fn)) return true;
  }
  return false;
}

// kyverno pkg/engine/anchor: Parse. `(key)`, `+(key)`, `X(key)`, `=(key)`, `^(key)`, `<(key)`.
bool is_anchor(std::string_view key) {
  key = trim(key);
  if (key.size() < 3 || key.back() != ')') return false;
  const std::size_t open = key.find('(');
  if (open == 0) return true;
  return open == 1 && std::string_view("+X=^<").find(key[0]) != std::string_view::npos;
}

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// kyverno pkg/validation/policy/background.go: `[^\.](name)\b`, where the dot inside a name stands for any character.
bool reads_user_info(std::string_view variable) {
  constexpr std::array<std::string_view, 5> kForbidden = {"serviceAccountName", "serviceAccountNamespace",
                                                          "request.userInfo", "request.roles", "request.clusterRoles"};
  for (const std::string_view name : kForbidden) {
    for (std::size_t at = variable.find(name); at != std::string_view::npos; at = variable.find(name, at + 1)) {
      const std::size_t after = at + name.size();
      const bool ends = after == variable.size() || !is_word(variable[after]);
      if (at > 0 && variable[at - 1] != '.' && ends) return true;
    }
  }
  return false;
}

class Judge {
 public:
  Judge(const Scopes& scopes, Policy& policy) : scopes_(scopes), policy_(policy), spec_((*policy.object)["spec"]) {}

  void judge() {
    // That a ClusterPolicy has a namespace is checked upstream too, but never seen: the API server takes it away first.
    check_user_info();
    each_rule([this](const Rule& rule) { check_variables_in_match(rule); });
    check_spec();
    check_rule_names();
    each_rule([this](const Rule& rule) { check_rule(rule); });
    if (policy_.admission == Known::no) check_disabled_admission();
    // From here on Kyverno stops without a fault at the first kind that the API server doesn't know.
    needs_known_kinds_ = true;
    each_rule([this](const Rule& rule) { check_wildcard_kinds(rule); });
    each_rule([this](const Rule& rule) { check_rule_parts(rule); });
    rule_ = kNoIndex;
    settle();
  }

 private:
  void add(AdmissionFault kind, std::string message, Span where) {
    policy_.faults.push_back({kind, std::move(message), where, rule_, needs_known_kinds_});
  }

  template <typename Fn>
  void each_rule(const Fn& fn) {
    for (std::uint32_t r = 0; r < policy_.rules.size(); ++r) {
      rule_ = r;
      fn(policy_.rules[r]);
    }
    rule_ = kNoIndex;
  }

  template <typename Fn>
  static void each_filter(const MatchBlock& block, const Fn& fn) {
    for (const Filter& filter : block.any) fn(filter);
    for (const Filter& filter : block.all) fn(filter);
    fn(block.legacy);
  }

  void check_user_info() {
    if (policy_.background != Known::yes) return;
    const std::string message = "only select variables are allowed in background mode: set background to false";
    each_rule([&](const Rule& rule) {
      for (const MatchBlock* block : {&rule.match, &rule.exclude}) {
        each_filter(*block, [&](const Filter& filter) {
          if (filter.user_info) {
            add(AdmissionFault::user_info_in_background, message, filter.user_info.span());
          }
        });
      }
    });
    const bool mutates =
        std::any_of(policy_.rules.begin(), policy_.rules.end(), [](const Rule& rule) { return rule.mutates_existing; });
    if (mutates) return;
    each_rule([&](const Rule& rule) {
      any_text(rule.where, [&](Value text) {
        for (const Variable& variable : find_variables(text.text())) {
          const std::string_view written = text.text().substr(variable.range.begin, variable.range.size());
          if (!reads_user_info(written)) continue;
          add(AdmissionFault::user_info_in_background, message, text.span());
          break;
        }
        return false;
      });
    });
  }

  // pkg/validation/policy/validate.go: objectHasVariables, `\{\{[^{}]*\}\}`.
  void check_variables_in_match(const Rule& rule) {
    const auto has_variable = [](Value text) {
      const std::string_view all = text.text();
      for (std::size_t at = all.find("{{"); at != std::string_view::npos; at = all.find("{{", at + 1)) {
        const std::size_t end = all.find_first_of("{}", at + 2);
        if (end != std::string_view::npos && all.substr(end, 2) == "}}") return true;
      }
      return false;
    };
    for (const auto& [block, name] : {std::pair(&rule.match, "match"), std::pair(&rule.exclude, "exclude")}) {
      any_text(block->where, [&, section = name](Value text) {
        if (!has_variable(text)) return false;
        add(AdmissionFault::variable_in_match,
            fmt::format("a rule should not have variables in its {} section", section), text.span());
        return true;
      });
    }
  }

  void check_spec() {
    const Value configuration = spec_["webhookConfiguration"];
    const auto replaced = [&](std::string_view old, std::string_view now) {
      if (!spec_[old].is_set() || !configuration[now].is_set()) return;
      add(AdmissionFault::removed_field,
          fmt::format("remove the deprecated field and use spec.webhookConfiguration.{} instead", now),
          spec_.find(old).key.span());
    };
    replaced("webhookTimeoutSeconds", "timeoutSeconds");
    replaced("failurePolicy", "failurePolicy");
    if (spec_["generateExistingOnPolicyUpdate"].is_set()) {
      add(AdmissionFault::removed_field,
          "remove the deprecated field and use the rule's generate.generateExisting instead",
          spec_.find("generateExistingOnPolicyUpdate").key.span());
    }
    for (const Value timeout : {spec_["webhookTimeoutSeconds"], configuration["timeoutSeconds"]}) {
      const std::optional<std::int64_t> seconds = timeout.as_int();
      if (!seconds || (*seconds >= 1 && *seconds <= 30)) continue;
      add(AdmissionFault::timeout, "the timeout value must be between 1 and 30 seconds", timeout.span());
    }
  }

  void check_rule_names() {
    std::set<std::string_view> names;
    each_rule([&](const Rule& rule) {
      const Value name = rule.where["name"];
      if (!kube::has_known_text(name)) return;
      if (!names.insert(rule.name).second) {
        add(AdmissionFault::duplicate_rule_name, fmt::format("duplicate rule name: '{}'", rule.name),
            place_of(name, rule.where));
      }
      if (rule.name.size() > 63) {
        add(AdmissionFault::rule_name_too_long, "the name of a rule has at most 63 characters", name.span());
      }
    });
  }

  void check_rule(const Rule& rule) {
    check_operations(rule);
    check_empty_set(rule);
    for (const MatchBlock* block : {&rule.match, &rule.exclude}) {
      if (!block->any.empty() && !block->all.empty()) {
        add(AdmissionFault::any_and_all, "can't specify any and all together", block->where.find("all").key.span());
      }
      each_filter(*block, [this](const Filter& filter) { check_filter(filter); });
    }
    if (rule.generate) check_generate(*rule.generate);
  }

  void check_operations(const Rule& rule) {
    std::size_t count = 0;
    for (const std::string_view operation : {"mutate", "validate", "generate", "verifyImages"}) {
      if (rule.where[operation].size() > 0) ++count;
    }
    const Span where = place_of(rule.where["name"], rule.where);
    if (count == 0) {
      add(AdmissionFault::no_operation,
          "no operation defined in the rule (supported operations: mutate, validate, generate, verifyImages)", where);
    } else if (count > 1) {
      add(AdmissionFault::several_operations,
          "multiple operations defined in the rule, only one operation (mutate, validate, generate, verifyImages) is "
          "allowed per rule",
          where);
    }
  }

  // api/kyverno/v1/rule_types.go: ValidateMatchExcludeConflict, of lists of filters.
  void check_empty_set(const Rule& rule) {
    for (const Filter& match : rule.match.any) {
      for (const Filter& exclude : rule.exclude.any) {
        if (!rule.match.all.empty() || !rule.exclude.all.empty() || !yaml::equal(match.where, exclude.where)) continue;
        add(AdmissionFault::empty_set, "the rule is matching an empty set", exclude.where.span());
        return;
      }
    }
  }

  void check_selector(const Selector& selector) {
    if (!selector || !selector.wildcards.empty() || !selector.plain.known) return;
    if (!selector.plain.faults.empty()) {
      add(AdmissionFault::selector, selector.plain.faults.front().message, selector.plain.faults.front().where);
    } else if (selector.plain.selector.requirements.empty()) {
      add(AdmissionFault::selector, "the requirements are not specified in selector", selector.where.span());
    }
  }

  void check_filter(const Filter& filter) {
    if (filter.name && !filter.names.empty()) {
      add(AdmissionFault::name_and_names, "both name and names can not be specified together", filter.name.span());
    }
    check_selector(filter.selector);
    check_subjects(filter);
    if (!policy_.namespaced) return;
    if (!filter.namespaces.empty()) {
      add(AdmissionFault::namespaces_in_policy, "filtering namespaces not allowed in namespaced policies",
          filter.resources["namespaces"].span());
    }
    for (const Kind& kind : filter.kinds) {
      // The API server's list has "Node" and "v1/Node", and nothing else of the kind.
      const VersionAndKind split = parse_version_and_kind(kind.where.text());
      const bool is_plain = kind.where.text().find('/') == std::string_view::npos;
      const KindSelector& s = kind.selector;
      const bool cluster_wide =
          is_plain ? is_cluster_wide_name(s.kind) : scopes_.find(split.api_version, split.kind) == kube::Scope::cluster;
      if (!cluster_wide) continue;
      add(AdmissionFault::namespaces_in_policy,
          fmt::format("cluster wide resource '{}' not allowed in namespaced policy", kind.where.text()),
          kind.where.span());
    }
  }

  static bool is_cluster_wide_name(std::string_view kind) {
    const auto all = kube::kinds();
    return std::any_of(all.begin(), all.end(), [&](const kube::KindInfo& info) {
      return info.kind == kind && info.scope == kube::Scope::cluster;
    });
  }

  void check_subjects(const Filter& filter) {
    for (const Value subject : filter.where["subjects"].items()) {
      const std::string_view kind = subject["kind"].text();
      if (kind != "User" && kind != "Group" && kind != "ServiceAccount") {
        add(AdmissionFault::subject, "kind must be 'User', 'Group', or 'ServiceAccount'",
            place_of(subject["kind"], subject));
      } else if (kind == "ServiceAccount" && subject["namespace"].text().empty()) {
        add(AdmissionFault::subject, "namespace is required when Kind is ServiceAccount", subject.span());
      } else if (subject["name"].text().empty()) {
        add(AdmissionFault::subject, "a subject needs a name", subject.span());
      }
    }
    for (const Value role : filter.where["roles"].items()) {
      const std::string_view text = role.text();
      if (std::count(text.begin(), text.end(), ':') == 1) continue;
      add(AdmissionFault::subject, "a role is expected to be in namespace:name format", role.span());
    }
  }

  // api/kyverno/v1/common_types.go: Generation.Validate.
  void check_generate(const Generate& generate) {
    const GeneratePattern& pattern = generate.pattern;
    const int count = (pattern.data ? 1 : 0) + (pattern.has_clone() ? 1 : 0) +
                      (pattern.clone_list["kinds"].is_set() ? 1 : 0) + (generate.has_for_each ? 1 : 0);
    if (count > 1) {
      add(AdmissionFault::several_patterns,
          "only one of generate patterns(data, clone, cloneList and foreach) can be specified", generate.where.span());
      return;
    }
    if (!generate.has_for_each) return check_pattern(pattern);
    for (const ForEach& each : generate.for_each) check_pattern(each.pattern);
  }

  // GeneratePattern.Validate. A kind that may be defined elsewhere proves nothing about its scope.
  void check_pattern(const GeneratePattern& pattern) {
    const auto scope = scopes_.find(pattern.api_version.text(), pattern.kind.text());
    const bool has_namespace = pattern.name_space.is_set() && !pattern.name_space.text().empty();
    if (policy_.namespaced) check_target_scope(pattern, scope);
    const bool has_variable = pattern.kind.is_templated() || pattern.api_version.is_templated();
    if (!pattern.kind.text().empty()) {
      const Span where = place_of(pattern.name_space, pattern.kind);
      const bool is_namespaced = scope == kube::Scope::namespaced || has_variable;
      if (!has_namespace && is_namespaced) {
        add(AdmissionFault::target_namespace, "target namespace must be set for a namespaced resource", where);
      } else if (has_namespace && scope == kube::Scope::cluster) {
        add(AdmissionFault::target_namespace, "target namespace must not be set for a cluster-wide resource", where);
      }
    }
    if (pattern.has_clone_list()) return check_clone_list(pattern);
    for (const auto& [field, name] : {std::pair(pattern.kind, "kind"), std::pair(pattern.name, "name"),
                                      std::pair(pattern.api_version, "apiVersion")}) {
      if (field.is_set() && !field.text().empty()) continue;
      add(AdmissionFault::target_incomplete, fmt::format("{} can not be empty", name), place_of(field, pattern.where));
    }
  }

  bool knows_own_namespace() const {
    return !policy_.name_space.empty() && kube::has_known_text(policy_.object->metadata["namespace"]);
  }

  void check_target_scope(const GeneratePattern& pattern, std::optional<kube::Scope> scope) {
    const auto refuse = [&](std::string_view why, Value where) {
      add(AdmissionFault::target_scope, fmt::format("target resource scope mismatched: {}", why),
          place_of(where, pattern.where));
    };
    if (scope == kube::Scope::cluster) return refuse("the target must be a namespaced resource", pattern.kind);
    if (!knows_own_namespace()) return;
    const auto is_elsewhere = [&](Value name_space) {
      // A variable is compared as the text it is written as.
      const bool from_flux = name_space.text().find("${") != std::string_view::npos;
      return !from_flux && name_space.text() != policy_.name_space;
    };
    if (is_elsewhere(pattern.name_space)) {
      return refuse("a namespaced policy cannot generate resources in other namespaces", pattern.name_space);
    }
    if (pattern.clone["name"].is_set() && is_elsewhere(pattern.clone["namespace"])) {
      refuse("a namespaced policy cannot clone resources from other namespaces", pattern.clone["namespace"]);
    }
  }

  // GeneratePattern.ValidateCloneList.
  void check_clone_list(const GeneratePattern& pattern) {
    const Value list = pattern.clone_list;
    const Value name_space = list["namespace"];
    const auto refuse = [&](std::string message, Value where) {
      add(AdmissionFault::clone_list_scope, std::move(message), place_of(where, list));
    };
    bool any_cluster = false;
    bool any_namespaced = false;
    bool all_known = true;
    for (const Value kind : list["kinds"].items()) {
      const VersionAndKind split = parse_version_and_kind(kind.text());
      const auto scope = scopes_.find(split.api_version, split.kind);
      if (!scope) all_known = false;
      if (scope == kube::Scope::cluster) any_cluster = true;
      if (scope == kube::Scope::namespaced) any_namespaced = true;
      if (policy_.namespaced && scope == kube::Scope::cluster) {
        refuse(fmt::format("the source in cloneList must be a namespaced resource: {}", kind.text()), kind);
      }
    }
    if (policy_.namespaced && knows_own_namespace() && name_space.text() != policy_.name_space) {
      refuse("a namespaced policy cannot clone resources from other namespace", name_space);
    }
    const bool has_namespace = name_space.is_set() && !name_space.text().empty();
    if (any_cluster && any_namespaced) return refuse("mixed scope of target resources is forbidden", list["kinds"]);
    if (!all_known) return;
    if (any_namespaced && !has_namespace) refuse("namespace is required for namespaced target resources", name_space);
    if (any_cluster && has_namespace && !policy_.namespaced) {
      refuse("namespace is forbidden for cluster-wide target resources", name_space);
    }
  }

  void check_disabled_admission() {
    const Span where = spec_["admission"].span();
    if (policy_.background == Known::no) {
      add(AdmissionFault::admission_disabled, "disabling both admission and background processing is not allowed",
          where);
    } else if (policy_.has_generate()) {
      add(AdmissionFault::admission_disabled, "disabling admission processing is only allowed with validation policies",
          where);
    }
  }

  // pkg/validation/policy/validate.go: validateWildcard.
  void check_wildcard_kinds(const Rule& rule) {
    for (const MatchBlock* block : {&rule.match, &rule.exclude}) {
      each_filter(*block, [&](const Filter& filter) {
        for (const Kind& kind : filter.kinds) {
          if (kind.where.text() != "*") continue;
          std::string_view message;
          if (policy_.background == Known::yes) {
            message = "wildcard policy not allowed in background mode: set background to false";
          } else if (filter.kinds.size() > 1) {
            message = "wildcard policy can not deal with more than one kind";
          } else if (rule.generate) {
            message = "wildcard policy does not support rule type";
          } else {
            continue;
          }
          add(AdmissionFault::wildcard_kind, std::string(message), kind.where.span());
        }
      });
    }
  }

  void check_rule_parts(const Rule& rule) {
    for (const MatchBlock* block : {&rule.match, &rule.exclude}) {
      if (block->listed() == nullptr || block->legacy.takes_no_resources()) continue;
      add(AdmissionFault::any_and_all, "can't specify any or all together with resources",
          block->where.find("resources").key.span());
    }
    check_match_given(rule);
    check_context(rule);
    if (rule.generate) check_generate_parts(rule, *rule.generate);
  }

  void check_match_given(const Rule& rule) {
    const auto check = [&](const Filter& filter) {
      if (filter.takes_no_resources()) {
        add(AdmissionFault::match_not_specified, "match resources not specified", place_of(filter.where, rule.where));
      } else if (filter.kinds.empty()) {
        add(AdmissionFault::match_not_specified,
            "at least one element must be specified in a kind block, the kind attribute is mandatory when working with "
            "the resources element",
            filter.resources.span());
      }
    };
    if (const std::vector<Filter>* filters = rule.match.listed()) {
      for (const Filter& filter : *filters) check(filter);
    } else {
      check(rule.match.legacy);
    }
  }

  // pkg/validation/policy/validate.go: validateRuleContext. What stands inside a source is not looked at.
  void check_context(const Rule& rule) {
    constexpr std::array<std::string_view, 6> kReserved = {
        "images", "request", "serviceAccountName", "serviceAccountNamespace", "element", "elementIndex"};
    for (const Value entry : rule.context.items()) {
      const Value name = entry["name"];
      const std::string_view text = name.text();
      std::size_t sources = 0;
      for (const std::string_view source : {"configMap", "apiCall", "globalReference", "imageRegistry", "variable"}) {
        if (entry[source].is_set()) ++sources;
      }
      const auto is_reserved = [&](std::string_view word) {
        return text.substr(0, word.size()) == word && (text.size() == word.size() || text[word.size()] == '.');
      };
      if (text.empty()) {
        add(AdmissionFault::context, "a name is required for context entries", entry.span());
      } else if (std::any_of(kReserved.begin(), kReserved.end(), is_reserved)) {
        add(AdmissionFault::context,
            fmt::format("entry name {} is invalid as it conflicts with a pre-defined variable", text), name.span());
      } else if (sources != 1) {
        add(AdmissionFault::context,
            "exactly one of configMap or apiCall or imageRegistry or variable is required for context entries",
            entry.span());
      }
    }
  }

  // pkg/policy/generate/validate.go.
  void check_generate_parts(const Rule& rule, const Generate& generate) {
    const GeneratePattern& pattern = generate.pattern;
    const Value selector = pattern.clone_list["selector"];
    any_text(selector, [&](Value text) {
      if (!jmespath::has_wildcard(text.text())) return false;
      add(AdmissionFault::clone_list_selector, "wildcard characters `*/?` not supported", text.span());
      return true;
    });
    if (rule.where["celPreconditions"].size() > 0) {
      add(AdmissionFault::cel_preconditions, "celPrecondition can only be used with validate.cel",
          rule.where["celPreconditions"].span());
    }
    check_anchors(pattern.data);
    for (const Kind& kind : rule.match.legacy.kinds) {
      if (kind.where.text() != pattern.kind.text() || pattern.kind.text().empty()) continue;
      add(AdmissionFault::same_kind, "generation kind and match resource kind should not be the same",
          kind.where.span());
    }
  }

  void check_anchors(Value value) {
    for (const yaml::Entry& entry : value.entries()) {
      if (is_anchor(entry.key.text())) {
        add(AdmissionFault::anchor_in_data,
            fmt::format("anchors not supported on generate resources: unsupported anchor {}", entry.key.text()),
            entry.key.span());
      }
      check_anchors(entry.value);
    }
    for (const Value item : value.items()) check_anchors(item);
  }

  void settle() {
    Known all_kinds = Known::yes;
    for (const Rule& rule : policy_.rules) {
      for (const MatchBlock* block : {&rule.match, &rule.exclude}) {
        each_filter(*block, [&](const Filter& filter) {
          for (const Kind& kind : filter.kinds) all_kinds = all_kinds && scopes_.exists(kind.selector);
        });
      }
    }
    for (const Fault& fault : policy_.faults) {
      policy_.refused = policy_.refused || (fault.needs_known_kinds ? all_kinds : Known::yes);
    }
  }

  const Scopes& scopes_;
  Policy& policy_;
  Value spec_;
  std::uint32_t rule_ = kNoIndex;
  bool needs_known_kinds_ = false;
};

}  // namespace

Scopes::Scopes(const model::Cluster& cluster) {
  for (const kube::Resource* definition : cluster.of_kind("apiextensions.k8s.io", "CustomResourceDefinition")) {
    const Value spec = (*definition)["spec"];
    const std::string_view scope = spec["scope"].text();
    if (scope != "Cluster" && scope != "Namespaced") continue;
    custom_[{spec["group"].text(), spec["names"]["kind"].text()}] =
        scope == "Cluster" ? kube::Scope::cluster : kube::Scope::namespaced;
  }
}

std::optional<kube::Scope> Scopes::find(std::string_view api_version, std::string_view kind) const {
  const std::string_view group = group_of(api_version);
  if (const kube::KindInfo* info = kube::find_kind(group, kind)) return info->scope;
  const auto at = custom_.find({group, kind});
  if (at == custom_.end()) return std::nullopt;
  return at->second;
}

Known Scopes::exists(const KindSelector& selector) const {
  const auto fits = [&](std::string_view group, std::string_view kind) {
    return jmespath::matches_wildcard(selector.group, group) && jmespath::matches_wildcard(selector.kind, kind);
  };
  for (const kube::KindInfo& info : kube::kinds()) {
    if (fits(info.group, info.kind)) return Known::yes;
  }
  for (const auto& [key, scope] : custom_) {
    if (fits(key.first, key.second)) return Known::yes;
  }
  return Known::unknown;
}

void judge_admission(const Scopes& scopes, Policy& policy) { Judge(scopes, policy).judge(); }

}  // namespace vlint::kyverno
