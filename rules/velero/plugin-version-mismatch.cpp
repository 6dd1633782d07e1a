#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

// The plugins whose 1.N belongs to Velero 1.(N+4), by their READMEs from 1.9 to 1.13.
constexpr std::string_view kPlugins[] = {"velero-plugin-for-aws", "velero-plugin-for-gcp",
                                         "velero-plugin-for-microsoft-azure"};
constexpr int kOffset = 4;
constexpr int kFirst = 9;
constexpr int kLast = 13;

std::string_view plugin_of(std::string_view image) {
  const std::string_view path = image_without_tag(image);
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return std::find(std::begin(kPlugins), std::end(kPlugins), name) != std::end(kPlugins) ? name : std::string_view{};
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    const velero::Install& install = member.plan.install;
    const velero::Version& server = install.version;
    const bool is_paired = server.major == 1 && server.minor >= kFirst + kOffset && server.minor <= kLast + kOffset;
    if (install.version_from != velero::VersionFrom::image_tag || !is_paired) continue;
    for (const VeleroContainer& container : server_containers(install)) {
      for (const yaml::Value init : container.pod.spec["initContainers"].items()) {
        const yaml::Value image = init["image"];
        const std::string_view plugin = plugin_of(image.text());
        if (plugin.empty() || image.is_templated()) continue;
        const std::optional<velero::Version> version = velero::parse_version(tag_of(image.text()));
        const int wanted = server.minor - kOffset;
        if (!version || version->major != 1 || version->minor == wanted) continue;
        report
            .at(image.span(),
                fmt::format("{} runs {} {} beside Velero {}, which is tested with 1.{}: what works is chance",
                            container.resource->title(), plugin, velero::to_string(*version), velero::to_string(server),
                            wanted))
            .label(fmt::format("1.{} belongs to this Velero", wanted))
            .about(member.cluster, *container.resource, image)
            .related(install.version_where, "the version of Velero")
            .help(fmt::format("take {}:v1.{} in its newest patch", plugin, wanted));
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_plugin_version_mismatch) = checked({
    .summary = "a plugin is of another version than the one that belongs to this Velero",
    .explanation = R"md(
## What it finds
The plugins for AWS, GCP and Azure in a version that their READMEs do not pair with the server's: 1.9 belongs to Velero
1.13, 1.10 to 1.14, 1.11 to 1.15, 1.12 to 1.16, 1.13 to 1.17. It looks only at these versions, and only where both are
written as image tags.

## Why it matters
Other pairs often work, but nobody tests them. A newer plugin brings a newer SDK, which may send what the object storage
does not take; an older one may lack what the server asks for. It shows as a location that is Unavailable after an
upgrade.

## How to fix it
Upgrade plugin and server together.

## When to ignore it
When a fault of the right version made you choose another one.
)md",
    .severity = Severity::note,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "README.md (Compatibility) of velero-plugin-for-aws, velero-plugin-for-gcp, "
               "velero-plugin-for-microsoft-azure",
    .check = check,
});

}  // namespace vlint::rules
