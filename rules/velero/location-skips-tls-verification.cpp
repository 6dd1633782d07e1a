#include <fmt/format.h>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "rules/common/storage_locations.h"

namespace vlint::rules {
namespace {

void check(const Model& model, Report& report) {
  for_each_location(model, [&](const ClusterModel& member, const velero::BackupStorageLocation& location) {
    const yaml::Value flag = setting_of(location, "insecureSkipTLSVerify");
    if (!is_aws(location) || !flag || !is_true(flag.text())) return;
    // Without TLS there is nothing to skip.
    const yaml::Value url = setting_of(location, "s3Url");
    if (url && to_lower_ascii(endpoint_of(url.text()).scheme) == "http") return;
    Draft draft =
        report.at(flag.span(), fmt::format("{} does not verify the server it sends backups to: whoever answers "
                                           "in its place gets every Secret in them",
                                           location.resource->title()));
    draft.label("any certificate is taken").about(member.cluster, *location.resource, flag);
    if (url) draft.related(url.span(), "the server");
    draft.help(
        "take it out, and give the server's CA in `objectStorage.caCert` (PEM, base64) where it is not a public "
        "one");
  });
}

}  // namespace

VLINT_RULE(velero_location_skips_tls_verification) = checked({
    .summary = "a BackupStorageLocation does not verify the server it sends backups to",
    .explanation = R"md(
## What it finds
`insecureSkipTLSVerify: "true"` in a BackupStorageLocation of the provider `aws`.

## Why it matters
A backup holds the cluster's Secrets in plain text. Without verification anybody on the way can answer in the server's
place, read the backups, and choose what a restore gets back.

## How to fix it
For a private CA, write its certificate into the location:

```yaml
objectStorage:
  bucket: backups
  caCert: <base64 of the PEM file>
```

## When to ignore it
In a test environment whose data is worth nothing.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .since = "0.1.0",
    .sources = "velero-plugin-for-aws velero-plugin-for-aws/object_store.go, README.md",
    .check = check,
});

}  // namespace vlint::rules
