// Kyverno itself as the manifests of a cluster show it: its release, its namespace, and what its configuration keeps
// from every rule.
//
// Kyverno is known by the images it runs, else by the chart that a HelmRelease or an Argo CD Application installs. What
// no manifest tells is unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/span.h"
#include "lint/kube/selector_value.h"
#include "lint/kyverno/kind_selector.h"
#include "lint/model/cluster.h"

namespace vlint::kyverno {

struct Release {
  int major = 1;
  int minor = 0;

  bool is_at_least(int other_major, int other_minor) const {
    return major != other_major ? major > other_major : minor >= other_minor;
  }
  bool operator==(const Release&) const = default;
};

// "v1.12.3" or "1.9"; nothing for texts that begin with no version.
std::optional<Release> parse_release(std::string_view text);
// "1.12".
std::string to_string(const Release& release);

// `[kind,namespace,name]` of the ConfigMap's resourceFilters, with wildcards. kyverno pkg/config/types.go: parseKinds.
struct ResourceFilter {
  KindSelector kind;
  std::string name_space;
  std::string name;
};
std::vector<ResourceFilter> parse_resource_filters(std::string_view text);

struct Install {
  // Of the admission controller, by image tag, or by the version of the chart from 3.0 on; nothing: not known, or the
  // manifests disagree.
  std::optional<Release> release;
  Span release_where;

  std::optional<std::string> name_space;
  Span name_space_where;

  std::vector<ResourceFilter> filters;
  Span filters_where;  // of the ConfigMap's value; invalid for the chart's defaults
  // False: the values of the chart change the configuration, so a default filter may not be there.
  bool filters_known = true;
};

// The views in `filters` are into the cluster's trees.
Install find_install(const model::Cluster& cluster);

}  // namespace vlint::kyverno
