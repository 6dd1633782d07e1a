#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// Plugins and the provider whose object storage they serve; empty for those that serve none.
struct Plugin {
  std::string_view image;
  std::string_view provider;
};
constexpr Plugin kPlugins[] = {
    {"velero-plugin-for-aws", "aws"},
    {"velero-plugin-for-csi", ""},
    {"velero-plugin-for-gcp", "gcp"},
    {"velero-plugin-for-microsoft-azure", "azure"},
};

std::string_view bare(std::string_view provider) {
  constexpr std::string_view kPrefix = "velero.io/";
  return provider.substr(0, kPrefix.size()) == kPrefix ? provider.substr(kPrefix.size()) : provider;
}

const Plugin* plugin_of(std::string_view image) {
  const std::string_view path = image_without_tag(image);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const auto* plugin =
      std::find_if(std::begin(kPlugins), std::end(kPlugins), [&](const Plugin& known) { return known.image == name; });
  return plugin == std::end(kPlugins) ? nullptr : plugin;
}

// The plugins of the server; nothing when one of its init containers is not known, or when there is none at all: then
// the image may have its plugins built in.
std::optional<std::vector<const Plugin*>> plugins_of(const velero::Install& install) {
  std::vector<const Plugin*> plugins;
  const std::vector<VeleroContainer> servers = server_containers(install);
  if (servers.size() != 1) return std::nullopt;
  for (const yaml::Value init : servers.front().pod.spec["initContainers"].items()) {
    const Plugin* plugin = plugin_of(init["image"].text());
    if (plugin == nullptr || init["image"].is_templated()) return std::nullopt;
    plugins.push_back(plugin);
  }
  if (plugins.empty()) return std::nullopt;
  return plugins;
}

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value provider = (*location.resource)["spec"]["provider"];
    const std::string_view wanted = bare(provider.text());
    const auto* known = std::find_if(std::begin(kPlugins), std::end(kPlugins),
                                     [&](const Plugin& plugin) { return plugin.provider == wanted; });
    const auto plugins = plugins_of(member.plan.install);
    if (wanted.empty() || provider.is_templated() || known == std::end(kPlugins) || !plugins) return;
    const auto serves = [&](const Plugin* plugin) { return plugin->provider == wanted; };
    if (std::any_of(plugins->begin(), plugins->end(), serves)) return;
    const kube::Resource& server = *member.plan.install.servers.front();
    report
        .at(provider.span(), fmt::format("{} needs a plugin for the provider {}, and {} has none: the location becomes "
                                         "Unavailable, and nothing is backed up to it",
                                         location.resource->title(), wanted, server.title()))
        .label("no plugin for it")
        .about(member.cluster, *location.resource, provider)
        .related(server.place(), "the server, with its plugins as init containers")
        .help(fmt::format("add velero/{} to the server's init containers", known->image));
  });
}

}  // namespace

VLINT_RULE(velero_location_provider_without_plugin) = checked({
    .summary = "a BackupStorageLocation needs a plugin that the server does not have",
    .explanation = R"md(
## What it finds
A BackupStorageLocation of the provider `aws`, `gcp` or `azure` where the server's init containers bring other plugins,
but not the one for it. It is silent when the server has no init containers at all, or one that vlint does not know.

## Why it matters
The server itself speaks to no object storage. Without the plugin the location becomes Unavailable ("unable to locate
ObjectStore plugin named velero.io/aws"), and nothing is backed up to it. S3-compatible stores, MinIO and others, have
the provider `aws`.

## How to fix it
```yaml
initContainers:
  - name: velero-plugin-for-aws
    image: velero/velero-plugin-for-aws:v1.13.0
    volumeMounts:
      - name: plugins
        mountPath: /target
```

## When to ignore it
When the server's image has the plugin built in.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "velero pkg/plugin/clientmgmt/process/registry.go, pkg/persistence/object_store.go",
    .check = check,
});

}  // namespace vlint::rules
