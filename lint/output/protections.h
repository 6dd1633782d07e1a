// What protects a claim besides Velero, as the reports tell it: one line a ReplicationSource and one each other tool.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/kube/resource.h"
#include "lint/kyverno/simulation.h"
#include "lint/velero/evidence.h"
#include "lint/velero/verdict.h"
#include "lint/volsync/plan.h"

namespace vlint {

// The rule of a policy that makes an object.
struct GeneratedBy {
  std::string_view policy;
  std::string_view rule;
  Span where;  // of the rule
};

struct Protection {
  std::string by;  // "volsync:apps/data", "cnpg:apps/pg"
  const kube::Resource* resource = nullptr;
  std::string_view method;  // "restic", "cnpg"
  velero::Outcome outcome = velero::Outcome::unknown;
  std::string reason;
  Known keeps_history = Known::unknown;
  bool assumed = false;
  velero::EvidenceList evidence;
  std::optional<GeneratedBy> generated_by;  // of a ReplicationSource that stands in no manifest
};

std::vector<Protection> protections_of(const volsync::Plan& plan, const volsync::Claim& claim,
                                       const kyverno::Simulation& kyverno);

}  // namespace vlint
