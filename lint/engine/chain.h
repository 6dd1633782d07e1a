// The chain by which policies are to back up a claim, and where it breaks first: the claim's labels, the rule's match,
// the labels of the namespace, the preconditions, what the rule reads, what it makes. Behind that the chain is the
// ReplicationSource's own (lint/volsync/verdict.h).
//
// Only rules of Kyverno that make ReplicationSources are looked at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/kyverno/simulation.h"
#include "lint/model/cluster.h"

namespace vlint {

struct BrokenLink {
  std::string_view policy;
  std::string_view rule;
  Span rule_where;
  std::string message;  // one sentence, lower case, no full stop
  Span where;           // in the policy; may be invalid
  Span object;          // in the claim or its namespace; may be invalid
  bool is_sure = true;  // false: Git doesn't tell whether it breaks here
};

// Of each rule that could make a ReplicationSource for the claim and makes none, in the order of the policies. None for
// a claim that no manifest and no StatefulSet describes.
std::vector<BrokenLink> broken_links(const model::Cluster& cluster, const kyverno::Simulation& kyverno,
                                     std::string_view name_space, std::string_view claim);

}  // namespace vlint
