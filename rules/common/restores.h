// ReplicationDestinations and the claims that take what they restore.
//
// Who takes what is worked out in lint/volsync/plan.h; nothing is judged here.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "rules/common/replications.h"

namespace vlint::rules {

// Those of clusters in which no policy changes them, and that are not paused.
using DestinationVisitor = std::function<void(const ClusterModel&, const volsync::Destination&)>;
void for_each_active_destination(const Model& model, const DestinationVisitor& visit);

// The `spec` of a consumer that is a claim or a claim template; missing for others.
yaml::Value spec_of(const volsync::Consumer& consumer);
// "claim apps/data", "claim template data of StatefulSet apps/db", "Deployment apps/web".
std::string title_of(const volsync::Consumer& consumer);

// The claims, by their specs, for which a destination most likely restores: those that take it as their source, else
// the claims that sources of its namespace copy to the same Secret.
struct RestoredClaim {
  yaml::Value spec;
  std::string title;
};
std::vector<RestoredClaim> restored_claims(const ClusterModel& member, const volsync::Destination& destination);

// A reference of a claim to what fills it: `dataSourceRef` or `dataSource` of a claim's manifest or a template.
struct FillReference {
  const ClusterModel& member;
  const kube::Resource& owner;
  std::string claim;  // its title
  yaml::Value spec;
  std::string_view field;
  yaml::Value reference;
};
using FillVisitor = std::function<void(const FillReference&)>;
void for_each_fill_reference(const Model& model, const FillVisitor& visit);

// Adds edits to others; of insertions at one place one is made, the later text behind.
void add_edits(std::vector<TextEdit>& edits, const std::vector<TextEdit>& more);

}  // namespace vlint::rules
