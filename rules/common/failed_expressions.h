// Expressions of generate rules that fail for objects of the repository, as the simulation found them: one entry for
// each expression, with the objects it fails for.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kyverno/simulation.h"

namespace vlint::rules {

struct FailedForObjects {
  const ClusterModel& member;
  const kube::Resource& policy;
  const kyverno::Rule& rule;
  kyverno::Stage stage;
  kyverno::FailedExpression failed;            // of the first object
  std::vector<const kube::Resource*> objects;  // in the order of the simulation, each once
  std::string outcome;                         // "it makes nothing for PersistentVolumeClaim apps/data and 2 more"

  std::string title() const;  // "rule backup of ClusterPolicy volsync"
};

// Those whose failure is of that kind. Expressions that fail whatever the object is are left out: what does not
// compile, names that nothing defines.
void for_each_failed_expression(const Model& model, jmespath::FailureKind kind,
                                const std::function<void(const FailedForObjects&)>& visit);

// Whether something that changes objects before rules generate speaks of the key: Kyverno's own mutate rules, or a
// MutatingAdmissionPolicy. Then objects may have what their manifests don't.
bool may_be_added_at_admission(const model::Cluster& cluster, std::string_view key);

// The place of a name in the expression, where it stands there once; else of the whole expression.
Span place_of_name(const kyverno::FailedExpression& failed, std::string_view name);

}  // namespace vlint::rules
