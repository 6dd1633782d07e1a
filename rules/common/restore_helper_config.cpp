#include "rules/common/restore_helper_config.h"

namespace vlint::rules {

void for_each_restore_helper_config(const Model& model, const RestoreHelperVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource* config : member.cluster.of_kind("", "ConfigMap")) {
      const yaml::Value labels = config->metadata["labels"];
      const bool is_labelled = labels[kPodVolumeRestoreLabel] || (labels[kResticLabel] && labels[kPluginConfigLabel]);
      if (is_labelled && !config->encrypted) visit(member, *config);
    }
  }
}

}  // namespace vlint::rules
