#include "lint/output/why.h"

#include <doctest/doctest.h>

using namespace vlint;

namespace {

Analysis analyze_files(std::vector<SourceFile> files) {
  const Workers workers(1);
  return analyze(parse_sources(FileSet(std::move(files)), {}, workers), {}, workers);
}

// A base with an annotation, and an overlay that takes it out again.
std::vector<SourceFile> repository() {
  return {{"base/kustomization.yaml", "resources: [app.yaml]\n"},
          {"base/app.yaml", R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    metadata:
      annotations: {backup.velero.io/backup-volumes: data, other: x}
    spec:
      containers: [{name: c, volumeMounts: [{name: data, mountPath: /d}]}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
)"},
          {"prod/kustomization.yaml", "namespace: prod\nresources: [../base]\npatches: [{path: patch.yaml}]\n"},
          {"prod/patch.yaml", R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
spec:
  template:
    metadata:
      annotations: {backup.velero.io/backup-volumes: null}
)"},
          {"velero.yaml", R"(apiVersion: velero.io/v1
kind: Schedule
metadata: {name: daily, namespace: velero}
spec: {schedule: 0 3 * * *, template: {defaultVolumesToFsBackup: false, snapshotVolumes: false}}
)"}};
}

std::string why(const Analysis& analysis, std::string_view target) {
  const Result<std::string> text = explain_why(analysis, target, {.width = 120});
  return text.ok() ? *text : text.error();
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a volume is explained from its base line over the patch to the verdict") {
  const std::string text = why(analyze_files(repository()), "prod/app:data");
  CHECK(has(text, "volume data of Deployment prod/app (PersistentVolumeClaim data)"));
  CHECK(has(text, "base/app.yaml:10:17"));
  CHECK(has(text, "built by prod"));
  CHECK(has(text, "`backup.velero.io/backup-volumes` was taken out by patch  prod/patch.yaml:7:54"));
  CHECK(has(text, "Schedule velero/daily: not-protected"));
  CHECK(has(text, "so: "));
}

TEST_CASE("a claim names what mounts it, although no manifest makes it") {
  const std::string text = why(analyze_files(repository()), "prod/data");
  CHECK(has(text, "PersistentVolumeClaim prod/data"));
  CHECK(has(text, "mounted by Deployment prod/app as volume data"));
}

TEST_CASE("a name that nothing has is answered with the nearest") {
  const Analysis analysis = analyze_files(repository());
  CHECK(why(analysis, "app") == "no claim and no workload with a volume is named \"app\"; did you mean prod/app?");
  CHECK(has(why(analysis, "prod/ap"), "did you mean prod/app?"));
  CHECK(has(why(analysis, "prod/app:logs"), "no claim and no workload with a volume is named"));
}
