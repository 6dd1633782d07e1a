#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "rules/common/claims.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

// "Read/Write Single Pod" alone, by the table of kubernetes-csi.github.io/docs/drivers.html.
constexpr std::string_view kSinglePod[] = {
    "block.csi.vultr.com", "csi.hetzner.cloud",       "dobs.csi.digitalocean.com",
    "ebs.csi.aws.com",     "linodebs.csi.linode.com", "local.csi.openebs.io",
    "topolvm.io",          "zfs.csi.openebs.io",
};

// The driver that makes the copy: of the class that is named, else that of the claim.
std::optional<std::string> driver_of(const SourceOfClaim& one) {
  const volsync::Text& name = one.source.storage_class;
  if (name.given() == Known::unknown) return std::nullopt;
  if (name.given() == Known::no) return one.facts.provisioner;
  const kube::Resource* found = one.member.cluster.find("storage.k8s.io", "StorageClass", "", name.text());
  if (found == nullptr || !kube::has_known_text((*found)["provisioner"])) return std::nullopt;
  return std::string((*found)["provisioner"].text());
}

void check(const Model& model, Report& report) {
  for_each_source_of_claim(model, [&](const SourceOfClaim& one) {
    const volsync::CopyMethod method = one.source.copy_method;
    const bool is_copy = method == volsync::CopyMethod::snapshot || method == volsync::CopyMethod::clone;
    if (!is_copy || one.facts.provisioner_is_assumed) return;
    const std::vector<yaml::Value> modes = one.source.access_modes.items();
    const auto read_only =
        std::find_if(modes.begin(), modes.end(), [](const yaml::Value& mode) { return mode.text() == "ReadOnlyMany"; });
    const std::optional<std::string> driver = driver_of(one);
    if (read_only == modes.end() || !driver) return;
    if (std::find(std::begin(kSinglePod), std::end(kSinglePod), *driver) == std::end(kSinglePod)) return;
    report
        .at(read_only->span(),
            fmt::format(
                "{} wants its copy ReadOnlyMany, which the driver {} has not: the copy stays Pending and no backup "
                "is made",
                one.source.title(), *driver))
        .label("not possible with this driver")
        .about(one.member.cluster, *one.source.resource, *read_only)
        .related(one.source.storage_class.field ? one.source.storage_class.where() : one.facts.class_where, "its class")
        .help("remove `accessModes`: the copy then has those of the claim");
  });
}

}  // namespace

VLINT_RULE(volsync_read_only_copy_unsupported) = checked({
    .summary = "a copy is to be ReadOnlyMany, and its driver can't do that",
    .explanation = R"md(
## What it finds
A ReplicationSource with `accessModes: [ReadOnlyMany]` for its snapshot or clone, in a StorageClass whose CSI driver
serves single pods only, as those of AWS EBS, Hetzner, DigitalOcean and the local volumes of OpenEBS do.

## Why it matters
ReadOnlyMany is there for file systems that show a snapshot without copying it, as CephFS. A driver of block volumes
refuses the claim, the copy stays Pending, and no backup is made.

## How to fix it
Remove `accessModes`: the copy then has those of the claim.

## When to ignore it
When the driver has learned it since.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .since = "0.1.0",
    .sources = "volsync issue 412; kubernetes-csi.github.io/docs/drivers.html",
    .check = check,
});

}  // namespace vlint::rules
