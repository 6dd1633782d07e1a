#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

// Traffic to a service of the cluster, or of the same pod, stays on its own network.
bool stays_inside(std::string_view host) {
  return is_in_cluster(host) || host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value url = setting_of(location, "s3Url");
    if (!is_aws(location) || !url) return;
    const Endpoint endpoint = endpoint_of(url.text());
    if (to_lower_ascii(endpoint.scheme) != "http" || stays_inside(endpoint.host)) return;
    report
        .at(url.span(),
            fmt::format("{} sends backups to {} without encryption: everybody on the way can read them, with "
                        "every Secret they hold",
                        location.resource->title(), endpoint.host))
        .label("http, not https")
        .about(member.cluster, *location.resource, url)
        .help("give the server a certificate and write https; a private CA goes into `objectStorage.caCert`");
  });
}

}  // namespace

VLINT_RULE(velero_location_plain_http) = checked({
    .summary = "a BackupStorageLocation sends backups over plain http",
    .explanation = R"md(
## What it finds
An `s3Url` that begins with `http://`, in a BackupStorageLocation of the provider `aws`. Services of the cluster itself
(`minio.storage.svc`) are left out.

## Why it matters
Requests are signed, so the key is not sent, but the content is: the manifests of each backup, the cluster's Secrets in
plain text among them. Who can read along on the network reads all of it, and can change what a restore gets.

## How to fix it
Let the object storage speak https. A certificate of a private CA goes into `objectStorage.caCert`.

## When to ignore it
When the way to the server is encrypted by itself, by a VPN or WireGuard.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero-plugin-for-aws velero-plugin-for-aws/object_store.go, config.go",
    .check = check,
});

}  // namespace vlint::rules
