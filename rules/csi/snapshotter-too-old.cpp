#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/velero/version.h"
#include "rules/common/velero_pods.h"

namespace vlint::rules {
namespace {

using yaml::Value;

constexpr std::string_view kDefinition = "volumesnapshotcontents.snapshot.storage.k8s.io";

struct Image {
  const kube::Resource* owner = nullptr;
  Value container;
  velero::Version version;
};

// Containers that run one of kubernetes-csi's images, whatever the registry, and whose tag tells the release.
std::vector<Image> containers_of(const model::Cluster& cluster, std::string_view name) {
  std::vector<Image> found;
  for (const kube::Resource& resource : cluster.resources()) {
    const std::optional<kube::PodTemplate> pod = kube::pod_template(resource);
    if (!pod) continue;
    for (const Value container : pod->spec["containers"].items()) {
      const std::string_view image = image_without_tag(container["image"].text());
      if (image.substr(image.rfind('/') + 1) != name) continue;
      const std::optional<velero::Version> version = velero::parse_version(tag_of(container["image"].text()));
      if (version) found.push_back({&resource, container, *version});
    }
  }
  return found;
}

// What refuses a VolumeSnapshotContent that loses its sourceVolumeMode.
struct Guard {
  const kube::Resource* resource = nullptr;
  Value place;
};

// From 8.0 on the definition itself: client/config/crd/snapshot.storage.k8s.io_volumesnapshotcontents.yaml.
std::optional<Guard> guard_in_definition(const model::Cluster& cluster) {
  const kube::Resource* definition = cluster.find("apiextensions.k8s.io", "CustomResourceDefinition", "", kDefinition);
  if (definition == nullptr) return std::nullopt;
  for (const Value version : (*definition)["spec"]["versions"].items()) {
    const Value spec = kube::follow(version, "schema.openAPIV3Schema.properties.spec");
    for (const Value rule : spec["x-kubernetes-validations"].items()) {
      if (rule["rule"].text().find("oldSelf.sourceVolumeMode") != std::string_view::npos) {
        return Guard{definition, rule["rule"]};
      }
    }
  }
  return std::nullopt;
}

// From 6.0 to 7.0 the webhook: pkg/validation-webhook/snapshot.go.
std::optional<Guard> guard_by_webhook(const model::Cluster& cluster) {
  for (const Image& webhook : containers_of(cluster, "snapshot-validation-webhook")) {
    if (webhook.version.major >= 6 && webhook.version.major < 8)
      return Guard{webhook.owner, webhook.container["image"]};
  }
  return std::nullopt;
}

// The controller writes the field from 7.0 on; before, only where a flag asks for it (cmd/snapshot-controller/main.go).
bool writes_mode(const Image& controller) {
  if (controller.version.major >= 7) return true;
  constexpr std::string_view kFlag = "--prevent-volume-mode-conversion";
  const std::vector<Value> arguments = controller.container["args"].items();
  return std::any_of(arguments.begin(), arguments.end(),
                     [&](Value argument) { return argument.text().substr(0, kFlag.size()) == kFlag; });
}

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    std::optional<Guard> guard = guard_in_definition(cluster);
    if (!guard) guard = guard_by_webhook(cluster);
    if (!guard) continue;
    const std::vector<Image> controllers = containers_of(cluster, "snapshot-controller");
    if (!controllers.empty() && std::none_of(controllers.begin(), controllers.end(), writes_mode)) continue;
    for (const Image& sidecar : containers_of(cluster, "csi-snapshotter")) {
      // The field is in the client that 6.0 and later are built with.
      if (sidecar.version.major >= 6) continue;
      const Value image = sidecar.container["image"];
      report
          .at(image.span(),
              fmt::format("the csi-snapshotter {} of {} drops the field sourceVolumeMode of VolumeSnapshotContents, "
                          "which {} forbids: no snapshot of its driver gets ready, and backups wait for them in vain",
                          tag_of(image.text()), sidecar.owner->title(), guard->resource->title()))
          .label("knows no sourceVolumeMode")
          .about(cluster, *sidecar.owner, image)
          .related(guard->place.span(), "refuses it")
          .help(
              "take a release of the driver with csi-snapshotter v6 or later, or pin the snapshot definitions, the "
              "webhook and the snapshot-controller to the release that the driver is made for");
    }
  }
}

}  // namespace

VLINT_RULE(csi_snapshotter_too_old) = checked({
    .summary =
        "a driver's csi-snapshotter is too old for the snapshot definitions, so none of its snapshots gets ready",
    .explanation = R"md(
## What it finds
A CSI driver with the sidecar `csi-snapshotter` up to version 5, in a repository whose definition of
VolumeSnapshotContents (external-snapshotter 8.0 and later) or whose snapshot-validation-webhook (6.0 to 7.0) refuses an
object that loses its `sourceVolumeMode`. It is silent when the snapshot-controller beside them is one that does not
write the field.

## Why it matters
The snapshot-controller writes the field, and the old sidecar, which does not know it, leaves it out whenever it updates
the object. The API server answers "sourceVolumeMode is required once set", the snapshot never gets ready, Velero waits
for `csiSnapshotTimeout` on each claim, and the backup ends PartiallyFailed. Releases of
the drivers of Synology and Huawei came with such sidecars.

## How to fix it
Take a release of the driver with csi-snapshotter v6 or later, or set the sidecar's image to one. Where the driver's
vendor supports no newer one, pin definitions and controller to external-snapshotter 6.3: its definitions have no such
rule, and its controller does not write the field.

## When to ignore it
When nobody takes snapshots of that driver's volumes.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "external-snapshotter client/config/crd, pkg/validation-webhook/snapshot.go, CHANGELOG-8.0; Synology "
               "csi issue 84, Huawei csi issue 146, external-snapshotter issue 1022, velero issues 7522 and 7771",
    .check = check,
});

}  // namespace vlint::rules
