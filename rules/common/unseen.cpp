#include "rules/common/unseen.h"

#include <algorithm>

#include "lint/model/deployers.h"

namespace vlint::rules {
namespace {

bool has_templates(const Sources& sources) {
  const auto is_template = [](gitops::FileRole role) {
    return role == gitops::FileRole::chart_template || role == gitops::FileRole::template_text;
  };
  return std::any_of(sources.roles.begin(), sources.roles.end(), is_template);
}

}  // namespace

bool may_hold_unseen_objects(const Model& model, const model::Cluster& cluster) {
  return !cluster.is_complete() || has_templates(model.sources) || model::has_deployers(cluster);
}

}  // namespace vlint::rules
