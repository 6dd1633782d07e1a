#include "lint/kyverno/set_claims.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/kyverno/virtual_objects.h"

namespace vlint::kyverno {
namespace {

using kube::Resource;
using yaml::Value;

constexpr std::int64_t kMostOrdinals = 32;
constexpr std::int64_t kHighestFirstOrdinal = 1'000'000'000;

// kubernetes pkg/controller/statefulset/stateful_set_utils.go: the labels of the selector win.
void write_labels(ObjectBuilder& builder, const Resource& set, Value claim_template) {
  const Value own = claim_template["metadata"]["labels"];
  const Value selected = set["spec"]["selector"]["matchLabels"];
  if (!own && !selected) return;
  const NodeOrigin origin = origin_of(own ? own : selected);
  builder.text("labels", origin);
  const yaml::NodeId labels = builder.begin_mapping(origin);
  for (const yaml::Entry& entry : own.entries()) {
    if (selected[entry.key.text()]) continue;
    builder.link(entry.key);
    builder.link(entry.value);
  }
  for (const yaml::Entry& entry : selected.entries()) {
    builder.link(entry.key);
    builder.link(entry.value);
  }
  builder.end(labels);
}

void write_metadata(ObjectBuilder& builder, const Resource& set, Value claim_template, std::int64_t ordinal) {
  const Value written = claim_template["metadata"];
  const Value name = written["name"];
  const NodeOrigin origin = origin_of(written);
  builder.text("metadata", origin);
  const yaml::NodeId metadata = builder.begin_mapping(origin);
  builder.text("name", origin_of(name));
  builder.text(fmt::format("{}-{}-{}", name.text(), set.name, ordinal), origin_of(name));
  if (const yaml::Entry name_space = set.metadata.find("namespace")) {
    builder.link(name_space.key);
    builder.link(name_space.value);
  }
  write_labels(builder, set, claim_template);
  for (const yaml::Entry& entry : written.entries()) {
    const std::string_view key = entry.key.text();
    if (key == "name" || key == "namespace" || key == "labels") continue;
    builder.link(entry.key);
    builder.link(entry.value);
  }
  builder.end(metadata);
}

yaml::NodeId write_claim(ObjectBuilder& builder, const Resource& set, Value claim_template, std::int64_t ordinal) {
  const NodeOrigin origin = origin_of(claim_template);
  const yaml::NodeId root = builder.begin_mapping(origin);
  builder.text("apiVersion", origin);
  builder.text("v1", origin);
  builder.text("kind", origin);
  builder.text("PersistentVolumeClaim", origin);
  write_metadata(builder, set, claim_template, ordinal);
  if (const yaml::Entry spec = claim_template.find("spec")) {
    builder.link(spec.key);
    builder.link(spec.value);
  }
  builder.end(root);
  builder.finish(root);
  return root;
}

}  // namespace

SetClaims find_set_claims(const model::Cluster& cluster) {
  SetClaims result;
  const auto tree = std::make_shared<yaml::Tree>();
  ObjectBuilder builder(*tree);
  std::vector<yaml::NodeId> roots;
  const std::vector<Resource>& resources = cluster.resources();
  for (std::size_t i = 0; i < resources.size(); ++i) {
    const Resource& set = resources[i];
    if (set.info == nullptr || set.info->claim_templates.data() == nullptr || set.name.empty()) continue;
    const std::int64_t first =
        std::clamp<std::int64_t>(set["spec"]["ordinals"]["start"].as_int().value_or(0), 0, kHighestFirstOrdinal);
    const std::int64_t count = std::clamp<std::int64_t>(set["spec"]["replicas"].as_int().value_or(1), 0, kMostOrdinals);
    for (const Value claim_template : kube::follow(set.root, set.info->claim_templates).items()) {
      if (!claim_template["metadata"]["name"].is_set()) continue;
      for (std::int64_t ordinal = first; ordinal < first + count && !builder.is_full(); ++ordinal) {
        roots.push_back(write_claim(builder, set, claim_template, ordinal));
        result.claims.push_back({static_cast<std::uint32_t>(i), claim_template, ordinal, {}});
      }
    }
  }
  // Names are views into the tree's texts, which stay where they are from here on.
  for (std::size_t i = 0; i < roots.size(); ++i) {
    const Resource& set = resources[result.claims[i].stateful_set];
    const std::vector<Resource> read = kube::read_resources(Value(*tree, roots[i]), set.author);
    result.claims[i].object = read.front();
    result.claims[i].object.unit = set.unit;
  }
  result.tree = tree;
  return result;
}

}  // namespace vlint::kyverno
