#include "rules/common/restores.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/velero/claim_description.h"

namespace vlint::rules {
namespace {

using volsync::Consumer;

// The template of a StatefulSet in which the place lies.
yaml::Value template_at(const kube::Resource& owner, Span where) {
  for (const yaml::Value one : owner["spec"]["volumeClaimTemplates"].items()) {
    for (const std::string_view field : {"dataSourceRef", "dataSource"}) {
      if (one["spec"][field] && one["spec"][field].span() == where) return one;
    }
  }
  return {};
}

std::string title_of_claim(const kube::Resource& claim) {
  return fmt::format("claim {}{}{}", claim.name_space, claim.name_space.empty() ? "" : "/", claim.name);
}

}  // namespace

void for_each_active_destination(const Model& model, const DestinationVisitor& visit) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    for (const volsync::Destination& one : plan.destinations) {
      if (one.replication.is_paused == Known::no) visit(member, one);
    }
  });
}

yaml::Value spec_of(const Consumer& consumer) {
  if (consumer.resource == nullptr || consumer.way == Consumer::Way::mount) return {};
  if (consumer.way == Consumer::Way::claim_template) return template_at(*consumer.resource, consumer.where)["spec"];
  return (*consumer.resource)["spec"];
}

std::string title_of(const Consumer& consumer) {
  if (consumer.resource == nullptr) return "a claim";
  if (consumer.way == Consumer::Way::mount) return consumer.resource->title();
  if (consumer.way != Consumer::Way::claim_template) return title_of_claim(*consumer.resource);
  const yaml::Value name = template_at(*consumer.resource, consumer.where)["metadata"]["name"];
  return fmt::format("claim template {} of {}", name.text(), consumer.resource->title());
}

std::vector<RestoredClaim> restored_claims(const ClusterModel& member, const volsync::Destination& destination) {
  std::vector<RestoredClaim> claims;
  for (const Consumer& consumer : destination.consumers) {
    const yaml::Value spec = spec_of(consumer);
    if (spec.is_mapping()) claims.push_back({spec, title_of(consumer)});
  }
  const volsync::SecretUse* wanted = destination.replication.repository();
  if (!claims.empty() || wanted == nullptr || wanted->name.given() != Known::yes) return claims;
  for (const volsync::Source& source : member.volsync.sources) {
    const volsync::SecretUse* use = source.replication.repository();
    const bool is_same = use != nullptr && use->name.given() == Known::yes && use->name.text() == wanted->name.text() &&
                         source.replication.resource->name_space == destination.replication.resource->name_space;
    const velero::Claim* claim = is_same ? claim_of(member, source.replication) : nullptr;
    if (claim == nullptr || claim->resource == nullptr || !claim->resource->is("", "PersistentVolumeClaim")) continue;
    claims.push_back({(*claim->resource)["spec"], title_of_claim(*claim->resource)});
  }
  return claims;
}

void for_each_fill_reference(const Model& model, const FillVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    const auto visit_spec = [&](const kube::Resource& owner, const std::string& title, yaml::Value spec) {
      for (const std::string_view field : {"dataSourceRef", "dataSource"}) {
        if (spec[field].is_mapping()) visit({member, owner, title, spec, field, spec[field]});
      }
    };
    for (const kube::Resource& resource : member.cluster.resources()) {
      if (resource.encrypted || resource.name.empty()) continue;
      if (resource.is("", "PersistentVolumeClaim")) {
        visit_spec(resource, title_of_claim(resource), resource["spec"]);
      } else if (resource.is("apps", "StatefulSet")) {
        for (const yaml::Value one : resource["spec"]["volumeClaimTemplates"].items()) {
          visit_spec(resource, fmt::format("claim template {} of {}", one["metadata"]["name"].text(), resource.title()),
                     one["spec"]);
        }
      }
    }
  }
}

void add_edits(std::vector<TextEdit>& edits, const std::vector<TextEdit>& more) {
  for (const TextEdit& edit : more) {
    const auto same = std::find_if(edits.begin(), edits.end(), [&](const TextEdit& one) {
      return one.where == edit.where && one.where.size() == 0;
    });
    if (same != edits.end()) {
      same->text += edit.text;
    } else {
      edits.push_back(edit);
    }
  }
}

}  // namespace vlint::rules
