// Argo CD as the manifests of a cluster show it: by which label it knows what belongs to an Application, and which
// Applications delete what is not in Git.
#pragma once

#include <optional>
#include <string_view>

#include "lint/engine/model.h"

namespace vlint::rules {

// How Argo CD finds the objects of an Application where it does so by a label.
struct LabelTracking {
  std::string_view key;                      // of the label whose value is the Application's name
  std::string_view name_space;               // of Argo CD
  const kube::Resource* settings = nullptr;  // argocd-cm
};
// Nothing when Argo CD tracks by annotation (the default from 3.0), when it does not watch Velero's objects, and when
// that is not known. argo-cd util/settings/settings.go.
std::optional<LabelTracking> label_tracking(const model::Cluster& cluster);

// Deletes by itself what belongs to it and is not in Git, in the cluster in which Argo CD runs.
bool prunes_here(const kube::Resource& application);

// The Application that deploys the object: the one whose source is the folder of the object's unit, else the one that
// its tracking label names. Null for none.
const kube::Resource* application_of(const Model& model, const model::Cluster& cluster, const LabelTracking& tracking,
                                     const kube::Resource& object);

}  // namespace vlint::rules
