#include "lint/velero/native_snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace vlint::velero {
namespace {

// velero-plugin-for-aws, -gcp and -microsoft-azure: volume_snapshotter.go: GetVolumeID.
struct Plugin {
  std::string_view provider;
  std::string_view csi_driver;
  std::string_view source;  // the type of a volume in its PersistentVolume
};
constexpr auto kPlugins = std::to_array<Plugin>({
    {"aws", "ebs.csi.aws.com", "awsElasticBlockStore"},
    {"gcp", "pd.csi.storage.gke.io", "gcePersistentDisk"},
    {"azure", "disk.csi.azure.com", "azureDisk"},
});

constexpr std::string_view kPrefix = "velero.io/";

std::string_view without_prefix(std::string_view provider) {
  return provider.substr(0, kPrefix.size()) == kPrefix ? provider.substr(kPrefix.size()) : provider;
}

Known is_served_by(const Plugin& plugin, const VolumeAttributes& volume) {
  const Known by_driver =
      volume.is_csi && (volume.csi_driver ? known(*volume.csi_driver == plugin.csi_driver) : Known::unknown);
  return by_driver || (volume.type ? known(*volume.type == plugin.source) : Known::unknown);
}

NativeDecision nothing(Reason reason, EvidenceList evidence) {
  NativeDecision decision;
  decision.reason = reason;
  decision.evidence = std::move(evidence);
  return decision;
}

}  // namespace

Known NativeSnapshots::recognises(std::string_view provider, const PvFacts& volume) const {
  const auto told = install_.native_volumes.find(std::string(provider));
  if (told != install_.native_volumes.end()) {
    return known(std::find(told->second.begin(), told->second.end(), volume.name) != told->second.end());
  }
  for (const Plugin& plugin : kPlugins) {
    if (plugin.provider == without_prefix(provider)) return is_served_by(plugin, volume.attributes);
  }
  return Known::unknown;
}

// The first location whose plugin knows the volume takes the snapshot; where none does there is only a line in the log.
NativeDecision NativeSnapshots::ask_plugins(const PvFacts& volume) const {
  NativeDecision decision;
  Known earlier = Known::no;
  for (const VolumeSnapshotLocation& location : schedule_.snapshot_locations) {
    if (location.provider.empty()) {
      decision.logged_error = Known::yes;  // no plugin can be found
      continue;
    }
    const Known here = recognises(location.provider, volume);
    if (here == Known::no) continue;
    if (decision.evidence.empty()) {
      decision.location = location.name;
      const bool is_sure = here == Known::yes;
      decision.evidence = {{is_sure ? fmt::format("the plugin of the VolumeSnapshotLocation {} takes it", location.name)
                                    : fmt::format("whether the plugin of the VolumeSnapshotLocation {} takes it is not "
                                                  "known",
                                                  location.name),
                            location.resource->place()}};
    }
    earlier = here;
    if (here == Known::yes) break;
  }
  decision.taken = earlier;
  if (decision.taken != Known::no) {
    decision.reason = decision.taken == Known::yes ? Reason::native_snapshot : Reason::unknown_value;
    return decision;
  }
  // Locations may stand elsewhere where the server does, too.
  const bool all_seen = facts_.is_dump || (facts_.is_complete && !install_.servers.empty());
  const Known any =
      std::any_of(kPlugins.begin(), kPlugins.end(),
                  [&](const Plugin& plugin) { return is_served_by(plugin, volume.attributes) != Known::no; })
          ? Known::unknown
          : Known::no;
  if (!all_seen && schedule_.snapshot_locations.empty() && any == Known::unknown) {
    decision.taken = Known::unknown;
    decision.reason = Reason::unknown_value;
    decision.evidence = {{"VolumeSnapshotLocations are not in the repository", {}}};
  }
  return decision;
}

// features.IsEnabled(CSIFeatureFlag) && pv.Spec.CSI != nil
bool NativeSnapshots::is_left_to_csi(const PvFacts& volume) const {
  return volume.attributes.is_csi == Known::yes && install_.flags.features.contains("EnableCSI") == Known::yes;
}

NativeDecision NativeSnapshots::decide(std::uint32_t pv, bool tracked) const {
  const PvFacts& volume = facts_.pvs[pv];
  SnapshotWish wish = wishes_.of_volume(pv, tracked);
  if (wish.wanted == Known::no) {
    NativeDecision refused = nothing(wish.reason, std::move(wish.evidence));
    refused.suppressor = wish.suppressor;
    return refused;
  }
  if (is_left_to_csi(volume)) return nothing(Reason::csi_snapshot, {});
  const std::optional<PolicyMatch> policies = wishes_.match(volume.attributes);
  if (policies && install_.is_at_least(1, 11)) {
    // The policies once more, with the claim as it is.
    const bool is_missing = volume.claim != kNoIndex && !facts_.claims[volume.claim].exists;
    if (is_missing || (volume.claim == kNoIndex && volume.has_claim_ref && facts_.is_dump)) {
      NativeDecision failed = nothing(Reason::claim_missing, {{"the claim of the volume does not exist", {}}});
      failed.error = Known::yes;
      return failed;
    }
    if (volume.claim != kNoIndex) {
      const std::optional<PolicyMatch> again = wishes_.match(facts_.claims[volume.claim].attributes);
      if (again->known && again->action == PolicyAction::skip) {
        return nothing(Reason::policy_skip, schedule_.volume_policies->evidence(*again));
      }
    }
  }
  NativeDecision decision = ask_plugins(volume);
  if (decision.taken == Known::no) return decision;
  const bool is_open =
      wish.wanted == Known::unknown ||
      (volume.attributes.is_csi != Known::no && install_.flags.features.contains("EnableCSI") == Known::unknown);
  if (is_open) {
    decision.taken = Known::unknown;
    decision.reason = Reason::unknown_value;
    decision.evidence = concat(wish.evidence, decision.evidence);
    return decision;
  }
  decision.evidence = concat(wish.evidence, decision.evidence);
  return decision;
}

}  // namespace vlint::velero
