// Conformance suites on what a Backup selects.
#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/conformance_cases.h"
#include "lint/velero/filters.h"
#include "lint/velero/include_exclude.h"
#include "lint/velero/namespace_filter.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr Version kTested{1, 18, 1};

CaseResult expect_errors(const std::vector<std::string>& found, Value expected) {
  if (expected["errors"]) return expect(join(found, "; "), join(strings(expected["errors"]), "; "), "errors");
  return expect(!found.empty(), is_true(expected["error"]), "error");
}

CaseResult validate_resources(Value input, Value expected) {
  return expect_errors(check_includes_excludes(strings(input["includes"]), strings(input["excludes"])), expected);
}

CaseResult validate_namespaces(Value input, Value expected) {
  return expect_errors(check_namespaces(strings(input["includes"]), strings(input["excludes"]), kTested), expected);
}

CaseResult validate_scoped(Value input, Value expected) {
  return expect_errors(check_scoped_includes_excludes(strings(input["includes"]), strings(input["excludes"])),
                       expected);
}

CaseResult include_exclude(Value input, Value expected) {
  const NameSet included(strings(input["includes"]));
  const NameSet excluded(strings(input["excludes"]));
  return expect(should_include(included, excluded, input["item"].text()), is_true(expected["included"]), "included");
}

// Discovery with nothing but the case's own resources.
ResourceResolver resolver(Value resources) {
  return [resources](std::string_view name) -> std::optional<ResourceType> {
    const std::string wanted = to_lower_ascii(name);
    for (const Value resource : resources.items()) {
      const std::string_view full = resource["resource"].text();
      const bool matches = wanted == full || wanted == full.substr(0, full.find('.')) ||
                           wanted == to_lower_ascii(resource["kind"].text()) || wanted == resource["shortName"].text();
      if (!matches) continue;
      return ResourceType{std::string(full),
                          is_true(resource["namespaced"]) ? kube::Scope::namespaced : kube::Scope::cluster};
    }
    return std::nullopt;
  };
}

ResourceLists scoped_lists(Value input) {
  ResourceLists lists;
  lists.included_namespaced = strings(input["includedNamespaceScopedResources"]);
  lists.excluded_namespaced = strings(input["excludedNamespaceScopedResources"]);
  lists.included_cluster = strings(input["includedClusterScopedResources"]);
  lists.excluded_cluster = strings(input["excludedClusterScopedResources"]);
  return lists;
}

CaseResult scoped_filter(Value input, Value expected) {
  const ResourceResolver resolve = resolver(input["apiResources"]);
  const ResourceFilter filter(scoped_lists(input), false, nullptr, resolve);
  const NamespaceFilter namespaces(strings(input["includedNamespaces"]), {}, kTested);
  const std::optional<ResourceType> type = resolve(input["item"].text());
  const bool included = type && filter.includes(*type, namespaces.is_everything({})) == Known::yes;
  return expect(included, is_true(expected["included"]), "included");
}

CaseResult scoped_normalise(Value input, Value expected) {
  const ResourceFilter filter(scoped_lists(input), false, nullptr, resolver(input["apiResources"]));
  const auto all = [](const ResourceFilter::Sets& namespaced, const ResourceFilter::Sets& cluster) {
    return fmt::format("{};{};{};{}", join(namespaced.included.names(), ","), join(namespaced.excluded.names(), ","),
                       join(cluster.included.names(), ","), join(cluster.excluded.names(), ","));
  };
  const std::string wanted = fmt::format("{};{};{};{}", join(strings(expected["namespaceScopedIncludes"]), ","),
                                         join(strings(expected["namespaceScopedExcludes"]), ","),
                                         join(strings(expected["clusterScopedIncludes"]), ","),
                                         join(strings(expected["clusterScopedExcludes"]), ","));
  return expect(all(filter.namespaced(), filter.cluster()), wanted, "lists");
}

CaseResult resource_excluded(Value input, Value expected) {
  const ResourceResolver resolve = resolver(input["apiResources"]);
  const bool is_old = input["filterStyle"].text() == "old";
  ResourceLists lists;
  if (is_old) {
    lists.included = strings(input["includes"]);
    lists.excluded = strings(input["excludes"]);
    lists.include_cluster_resources = input["includeClusterResources"].as_bool();
  } else {
    lists.included_cluster = strings(input["includes"]);
    lists.excluded_cluster = strings(input["excludes"]);
  }
  const std::optional<ResourceType> type = resolve(input["resource"].text());
  if (!type) return skip();
  const ResourceFilter filter(lists, is_old, nullptr, resolve);
  return expect(filter.excludes(*type) == Known::yes, is_true(expected["excluded"]), "excluded");
}

CaseResult old_filters(Value input, Value expected) {
  const World world(install_manifests("v1.18.1", true) + document(input["backup"]));
  const Install install = find_install(world.cluster(), {});
  const std::vector<Schedule> schedules = read_schedules(world.cluster(), install);
  return expect(uses_old_filters(schedules.front().backup, kTested), is_true(expected["old"]), "old");
}

CaseResult needs_expansion(Value input, Value expected) {
  return expect(expands_namespaces(strings(input["includes"]), strings(input["excludes"]), kTested),
                is_true(expected["expand"]), "expand");
}

// The names that a list stands for: literals as they are, patterns by the namespaces that they take.
std::optional<std::vector<std::string>> expand(const std::vector<std::string>& patterns,
                                               const std::vector<std::string>& existing) {
  for (const std::string& pattern : patterns) {
    if (check_namespace_pattern(pattern)) return std::nullopt;
  }
  const NamespaceFilter filter(patterns, {}, kTested);
  if (!filter.error().empty()) return std::nullopt;
  std::vector<std::string> names;
  if (patterns.empty()) return names;
  for (const std::string& name : existing) {
    if (filter.includes(name) == Known::yes) names.push_back(name);
  }
  for (const std::string& pattern : patterns) {
    const bool is_new = std::find(names.begin(), names.end(), pattern) == names.end();
    if (!is_namespace_pattern(pattern) && is_new) names.push_back(pattern);
  }
  return names;
}

CaseResult expand_list(Value input, Value expected) {
  const auto names = expand(strings(input["patterns"]), strings(input["activeNamespaces"]));
  if (!expected["namespaces"]) return expect(!names.has_value(), is_true(expected["error"]), "error");
  if (!names) return {false, "the patterns are refused"};
  return expect_names(*names, strings(expected["namespaces"]), "namespaces");
}

CaseResult expand_lists(Value input, Value expected) {
  if (input["caller"] && input["caller"].text() != "backup") return skip();
  const std::vector<std::string> existing = strings(input["activeNamespaces"]);
  const auto included = expand(strings(input["includes"]), existing);
  const auto excluded = expand(strings(input["excludes"]), existing);
  if (is_true(expected["error"])) return expect(included && excluded, false, "accepted");
  if (!included || !excluded) return {false, "the patterns are refused"};
  const CaseResult result = expect_names(*included, strings(expected["includes"]), "includes");
  return result.failure.empty() ? expect_names(*excluded, strings(expected["excludes"]), "excludes") : result;
}

CaseResult resolve_namespaces(Value input, Value expected) {
  const std::vector<std::string> included = strings(input["includes"]);
  const std::vector<std::string> excluded = strings(input["excludes"]);
  const bool refused = !check_namespaces(included, excluded, kTested).empty();
  if (is_true(expected["error"])) return expect(refused, true, "refused");
  const NamespaceFilter filter(included, excluded, kTested);
  if (const Value one = input["namespace"]) {
    return expect(filter.includes(one.text()) == Known::yes, is_true(expected["included"]), "included");
  }
  std::vector<std::string> names;
  for (const std::string& name : strings(input["activeNamespaces"])) {
    if (filter.includes(name) == Known::yes) names.push_back(name);
  }
  return expect_names(names, strings(expected["namespaces"]), "namespaces");
}

CaseResult brackets(Value input, Value expected) {
  const std::optional<std::string> error = check_namespace_pattern(input["pattern"].text());
  const std::string_view wanted = expected["errorContains"].text();
  if (error && error->find(wanted) == std::string::npos) return {false, fmt::format("the error is {}", *error)};
  return expect(error.has_value(), is_true(expected["error"]), "error");
}

}  // namespace

std::vector<Suite> filter_suites() {
  return {
      {"validate-resources-ie", validate_resources},
      {"validate-namespaces-ie", validate_namespaces},
      {"validate-scoped-ie", validate_scoped},
      {"include-exclude", include_exclude},
      {"scoped-filter-namespaced", scoped_filter},
      {"scoped-filter-cluster", scoped_filter},
      {"scoped-filter-normalise", scoped_normalise},
      {"resource-excluded", resource_excluded},
      {"uses-old-filters", old_filters},
      {"namespace-patterns-need-expansion", needs_expansion},
      {"namespace-glob", expand_lists},
      {"namespace-glob-list", expand_list},
      {"namespace-patterns-expand", expand_lists},
      {"namespace-resolve", resolve_namespaces},
      {"namespace-included-after-expand", resolve_namespaces},
      {"namespace-glob-brackets", brackets},
  };
}

}  // namespace vlint::velero
