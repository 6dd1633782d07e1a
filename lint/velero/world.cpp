#include "lint/velero/world.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "lint/kube/resource.h"
#include "lint/yaml/parse.h"

namespace vlint::velero {
namespace {

FileSet one_file(const std::string& text) {
  std::vector<SourceFile> files;
  files.push_back({"cluster.yaml", text});
  return FileSet(std::move(files));
}

std::vector<Incomplete> incomplete(bool is_complete) {
  if (is_complete) return {};
  return {{"elsewhere", "it was not read", {}}};
}

}  // namespace

World::World(const std::string& manifests, bool is_complete)
    : files_(one_file(manifests)),
      tree_(std::make_unique<const yaml::Tree>(yaml::parse(files_, files_.id_at(0)))),
      cluster_("default", kube::read_resources(*tree_), incomplete(is_complete)) {}

std::string_view World::text(Span place) const {
  return place.valid() ? tree_->slice(place.begin, place.end) : std::string_view{};
}

std::string install_manifests(std::string_view version, bool node_agent, std::string_view flags) {
  std::string text = fmt::format(R"(---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: velero, namespace: velero}}
spec:
  template:
    spec:
      containers:
      - name: velero
        image: velero/velero:{}
        command: [/velero]
        args: [server{}]
        env: [{{name: VELERO_NAMESPACE, valueFrom: {{fieldRef: {{fieldPath: metadata.namespace}}}}}}]
)",
                                 version, flags);
  if (!node_agent) return text;
  return text + R"(---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: node-agent, namespace: velero}
spec:
  template:
    metadata: {labels: {name: node-agent, role: node-agent}}
    spec:
      containers: [{name: node-agent, image: velero/velero, command: [/velero], args: [node-agent, server]}]
)";
}

}  // namespace vlint::velero
