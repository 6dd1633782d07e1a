#include "lint/kyverno/install.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "lint/base/text.h"

namespace vlint::kyverno {
namespace {

using kube::Resource;
using yaml::Value;

// charts/kyverno/values.yaml: config.resourceFilters, without the objects of the release itself.
constexpr std::string_view kDefaultFilters =
    "[Event,*,*][*/*,kube-system,*][*/*,kube-public,*][*/*,kube-node-lease,*][Node,*,*][Node/?*,*,*][APIService,*,*]"
    "[APIService/?*,*,*][TokenReview,*,*][SubjectAccessReview,*,*][SelfSubjectAccessReview,*,*][Binding,*,*]"
    "[Pod/binding,*,*][ReplicaSet,*,*][ReplicaSet/?*,*,*][EphemeralReport,*,*][ClusterEphemeralReport,*,*]";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

struct Image {
  std::string_view name;  // with registry and folders
  std::string_view tag;
};

Image parse_image(std::string_view text) {
  text = text.substr(0, text.find('@'));
  const std::size_t slash = text.rfind('/');
  const std::size_t colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  if (colon == std::string_view::npos) return {text, {}};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

// The admission controller's image is ".../kyverno/kyverno", the background controller's ".../background-controller".
bool is_controller(std::string_view image) {
  return ends_with(image, "/kyverno") || ends_with(image, "/background-controller");
}

// Chart 3.x goes with Kyverno 1.(10 + x).
std::optional<Release> release_of_chart(std::string_view version) {
  const std::optional<Release> chart = parse_release(version);
  if (!chart || chart->major != 3) return std::nullopt;
  return Release{1, 10 + chart->minor};
}

class Finder {
 public:
  explicit Finder(const model::Cluster& cluster) : cluster_(cluster) {}

  Install find() {
    for (const Resource* deployment : cluster_.of_kind("apps", "Deployment")) read_deployment(*deployment);
    for (const Resource* release : cluster_.of_kind("helm.toolkit.fluxcd.io", "HelmRelease"))
      read_helm_release(*release);
    for (const Resource* application : cluster_.of_kind("argoproj.io", "Application")) read_application(*application);
    if (disagree_) install_.release.reset();
    if (several_namespaces_) install_.name_space.reset();
    if (!install_.release) install_.release_where = {};
    if (!install_.name_space) install_.name_space_where = {};
    read_filters();
    return std::move(install_);
  }

 private:
  void settle(std::optional<Release> release, Span where) {
    if (!release) return;
    if (install_.release && *install_.release != *release) disagree_ = true;
    if (!install_.release) {
      install_.release = release;
      install_.release_where = where;
    }
  }

  void settle_namespace(Value written) {
    if (!written.is_set() || !kube::has_known_text(written)) return;
    if (install_.name_space && *install_.name_space != written.text()) several_namespaces_ = true;
    if (!install_.name_space) {
      install_.name_space = std::string(written.text());
      install_.name_space_where = written.span();
    }
  }

  void read_deployment(const Resource& deployment) {
    const std::optional<kube::PodTemplate> pod = kube::pod_template(deployment);
    if (!pod) return;
    for (const Value container : pod->spec["containers"].items()) {
      const Value written = container["image"];
      const Image image = parse_image(written.text());
      if (!is_controller(image.name)) continue;
      settle_namespace(deployment.metadata["namespace"]);
      settle(parse_release(image.tag), written.span());
    }
  }

  void read_helm_release(const Resource& release) {
    const Value spec = release["spec"];
    const Value chart = spec["chart"]["spec"];
    if (chart["chart"].text() != "kyverno") return;
    settle(release_of_chart(chart["version"].text()), chart["version"].span());
    const Value target = spec["targetNamespace"];
    settle_namespace(target.is_set() ? target : release.metadata["namespace"]);
    if (spec["values"]["config"].is_set() || spec["valuesFrom"].is_set()) install_.filters_known = false;
  }

  void read_source(const Resource& application, Value source) {
    if (source["chart"].text() != "kyverno") return;
    settle(release_of_chart(source["targetRevision"].text()), source["targetRevision"].span());
    settle_namespace(application["spec"]["destination"]["namespace"]);
    const Value helm = source["helm"];
    const bool has_other_values = helm["values"].is_set() || helm["valueFiles"].is_set() ||
                                  helm["parameters"].is_set() || helm["valuesObject"]["config"].is_set();
    if (has_other_values) install_.filters_known = false;
  }

  void read_application(const Resource& application) {
    const Value spec = application["spec"];
    read_source(application, spec["source"]);
    for (const Value source : spec["sources"].items()) read_source(application, source);
  }

  // The ConfigMap that Helm renders is named after the release, which is "kyverno" nearly everywhere.
  void read_filters() {
    for (const Resource* map : cluster_.of_kind("", "ConfigMap")) {
      const Value filters = (*map)["data"]["resourceFilters"];
      const bool is_kyverno =
          map->name == "kyverno" ||
          map->metadata["labels"]["app.kubernetes.io/part-of"].text().find("kyverno") != std::string_view::npos;
      if (!is_kyverno || !filters.is_set()) continue;
      install_.filters = parse_resource_filters(filters.text());
      install_.filters_where = filters.span();
      install_.filters_known = kube::has_known_text(filters);
      return;
    }
    install_.filters = parse_resource_filters(kDefaultFilters);
    if (install_.name_space) install_.filters.push_back({{"*", "*", "*", "*"}, *install_.name_space, "*"});
  }

  const model::Cluster& cluster_;
  Install install_;
  bool disagree_ = false;
  bool several_namespaces_ = false;
};

}  // namespace

std::optional<Release> parse_release(std::string_view text) {
  if (!text.empty() && text[0] == 'v') text.remove_prefix(1);
  Release release;
  const char* const end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, release.major);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  const auto minor = std::from_chars(major.ptr + 1, end, release.minor);
  if (minor.ec != std::errc{} || release.major < 0 || release.minor < 0) return std::nullopt;
  return release;
}

std::string to_string(const Release& release) { return fmt::format("{}.{}", release.major, release.minor); }

std::vector<ResourceFilter> parse_resource_filters(std::string_view text) {
  std::vector<ResourceFilter> filters;
  ResourceFilter filter;
  for (std::size_t begin = text.find('['); begin != std::string_view::npos; begin = text.find('[', begin)) {
    const std::size_t end = text.find_first_of("[]", begin + 1);
    if (end == std::string_view::npos) break;
    if (text[end] == '[') {
      begin = end;
      continue;
    }
    const std::vector<std::string_view> parts = split(text.substr(begin + 1, end - begin - 1), ',');
    begin = end + 1;
    // With more than three parts the filter before is taken again.
    if (parts.size() <= 3) {
      filter = {};
      if (!parts[0].empty()) {
        filter.kind = parse_kind_selector(parts[0]);
        if (parts.size() > 1) filter.name_space = parts[1];
        if (parts.size() > 2) filter.name = parts[2];
      }
    }
    filters.push_back(filter);
  }
  return filters;
}

Install find_install(const model::Cluster& cluster) { return Finder(cluster).find(); }

}  // namespace vlint::kyverno
