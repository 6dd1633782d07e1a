// The ConfigMap with the settings of the init container that restores copied volumes; Velero finds it by two labels.
#pragma once

#include <functional>
#include <string_view>

#include "lint/engine/model.h"

namespace vlint::rules {

// velero pkg/plugin/framework/common/plugin_config.go: GetPluginConfig;
// pkg/restore/actions/pod_volume_restore_action.go.
inline constexpr std::string_view kPluginConfigLabel = "velero.io/plugin-config";
inline constexpr std::string_view kPodVolumeRestoreLabel = "velero.io/pod-volume-restore";
inline constexpr std::string_view kResticLabel = "velero.io/restic";  // up to Velero 1.9
inline constexpr std::string_view kRestoreItemAction = "RestoreItemAction";
inline constexpr std::string_view kRestoreHelperKeys[] = {
    "image",           "cpuRequest",       "memRequest",
    "cpuLimit",        "memLimit",         "secCtx",
    "secCtxRunAsUser", "secCtxRunAsGroup", "secCtxAllowPrivilegeEscalation",
    "command"};

// ConfigMaps that are labelled for it, rightly or not; encrypted ones are left out.
using RestoreHelperVisitor = std::function<void(const ClusterModel&, const kube::Resource&)>;
void for_each_restore_helper_config(const Model& model, const RestoreHelperVisitor& visit);

}  // namespace vlint::rules
