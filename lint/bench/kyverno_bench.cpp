#include "lint/bench/kyverno_bench.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

#include "lint/kyverno/simulation.h"
#include "lint/yaml/parse.h"

namespace vlint::bench {
namespace {

constexpr unsigned kClaimsPerNamespace = 20;

// The simulation works on one core.
double processor_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Every claim has one of as many labels as there are policies, so that one policy takes it and all others look at it.
std::string claim(unsigned i, unsigned policies) {
  return fmt::format(
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {{name: data{0}, namespace: ns{1}, labels: {{app: "
      "app{0}, backup: plan{2}}}}}\nspec: {{storageClassName: block, accessModes: [ReadWriteOnce], resources: "
      "{{requests: {{storage: 1Gi}}}}}}\n",
      i, i / kClaimsPerNamespace, i % policies);
}

std::string policy(unsigned i) {
  return fmt::format(R"(---
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {{name: backup{0}}}
spec:
  rules:
  - name: source
    match:
      any:
      - resources: {{kinds: [PersistentVolumeClaim], selector: {{matchLabels: {{backup: plan{0}}}}}}}
    exclude:
      any:
      - resources: {{namespaces: [kube-system, "test-*"]}}
    context:
    - name: size
      variable: {{jmesPath: request.object.spec.resources.requests.storage}}
    preconditions:
      all:
      - {{key: "{{{{ request.object.metadata.labels.skip || '' }}}}", operator: NotEquals, value: "yes"}}
    generate:
      apiVersion: volsync.backube/v1alpha1
      kind: ReplicationSource
      name: "{{{{ request.object.metadata.name }}}}-backup"
      namespace: "{{{{ request.namespace }}}}"
      synchronize: true
      data:
        metadata: {{labels: {{plan: plan{0}}}}}
        spec:
          sourcePVC: "{{{{ request.object.metadata.name }}}}"
          trigger: {{schedule: "{1} 2 * * *"}}
          restic:
            copyMethod: Snapshot
            pruneIntervalDays: 14
            repository: "{{{{ request.object.metadata.name }}}}-repository"
            cacheCapacity: "{{{{ size }}}}"
            retain: {{hourly: 24, daily: 7, weekly: 4}}
)",
                     i, i % 60);
}

}  // namespace

void measure_kyverno(unsigned claims, unsigned policies, unsigned rounds) {
  std::string text;
  for (unsigned i = 0; i < policies; ++i) text += policy(i);
  for (unsigned i = 0; i < claims; ++i) text += claim(i, policies);
  const FileSet files({{"cluster.yaml", std::move(text)}});
  const yaml::Tree tree = yaml::parse(files, files.id_at(0));
  const model::Cluster cluster("bench", kube::read_resources(tree), {});
  double best = std::numeric_limits<double>::infinity();
  std::size_t made = 0;
  for (unsigned round = 0; round < rounds; ++round) {
    const double start = processor_time();
    made = kyverno::simulate(cluster).simulation.generations.size();
    best = std::min(best, processor_time() - start);
  }
  fmt::print("{} claims, {} policies: {} objects in {:.0f} ms\n", claims, policies, made, best * 1e3);
}

}  // namespace vlint::bench
