#include "lint/velero/snapshot_class.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

struct One {
  std::string name;
  std::string driver = "d.csi";
  std::string label = "";
  bool is_default = false;
};

std::string text(const One& one) {
  return fmt::format(
      "---\napiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\n"
      "metadata: {{name: {}, labels: {{{}}}, annotations: {{{}}}}}\ndriver: {}\n",
      one.name, one.label.empty() ? "" : "velero.io/csi-volumesnapshot-class: '" + one.label + "'",
      one.is_default ? "snapshot.storage.kubernetes.io/is-default-class: 'false'" : "", one.driver);
}

TEST_CASE("of many classes without a mark the first are named") {
  std::string manifests;
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) manifests += text({name});
  const World world(manifests);
  const ClassChoice choice = SnapshotClasses(world.cluster()).choose("d.csi", {}, {}, {1, 18, 1});
  CHECK(choice.chosen == nullptr);
  CHECK(choice.evidence.size() == 4);
}

TEST_CASE("the class of a snapshot is chosen by annotation, label, default and at last by being the only one") {
  struct Row {
    const char* what;
    std::vector<One> classes;
    std::string claim;   // annotations
    std::string backup;  // annotations
    Version version;
    std::string chosen;
  };
  const Version now{1, 18, 1};
  const std::string key = "velero.io/csi-volumesnapshot-class";
  for (const Row& row : {
           Row{"by the claim", {{"a", "d.csi", "true"}, {"b"}}, key + ": B", "{}", now, "b"},
           Row{"by the claim, of another driver",
               {{"a", "d.csi", "true"}, {"b", "e.csi"}},
               key + ": b",
               "{}",
               now,
               "a"},
           Row{"by the claim, absent", {{"a"}}, key + ": x", "{}", now, "a"},
           Row{"by the backup", {{"a", "d.csi", "true"}, {"b"}}, "", key + "_d.csi: b", now, "b"},
           Row{"by the backup, for another driver", {{"a", "d.csi", "true"}, {"b"}}, "", key + "_e.csi: b", now, "a"},
           Row{"the claim's comes first", {{"a"}, {"b"}}, key + ": a", key + "_d.csi: b", now, "a"},
           Row{"first by label", {{"b", "d.csi", "true"}, {"a", "d.csi", "false"}, {"c"}}, "", "", now, "a"},
           Row{"label of another driver", {{"a", "e.csi", "true"}, {"b"}}, "", "", now, "b"},
           Row{"default", {{"a"}, {"b", "d.csi", "", true}}, "", "", now, "b"},
           Row{"label before default", {{"a", "d.csi", "", true}, {"b", "d.csi", "x"}}, "", "", now, "b"},
           Row{"no default up to 1.16", {{"a"}, {"b", "d.csi", "", true}}, "", "", {1, 16, 2}, ""},
           Row{"the only one", {{"a"}, {"b", "e.csi"}}, "", "", now, "a"},
           Row{"two without a mark", {{"a"}, {"b"}}, "", "", now, ""},
           Row{"none", {{"a", "e.csi"}}, "", "", now, ""},
           Row{"by label alone up to 1.11", {{"a"}}, key + ": a", key + "_d.csi: a", {1, 11, 1}, ""},
           Row{"label up to 1.11", {{"a", "d.csi", "true"}}, "", "", {1, 11, 1}, "a"},
       }) {
    CAPTURE(row.what);
    std::string manifests;
    for (const One& one : row.classes) manifests += text(one);
    manifests += fmt::format("---\napiVersion: v1\nkind: X\nclaim: {{{}}}\nbackup: {{{}}}\n", row.claim,
                             row.backup == "{}" ? "" : row.backup);
    const World world(manifests);
    const kube::Resource& notes = world.cluster().resources().back();
    const SnapshotClasses classes(world.cluster());
    const ClassChoice choice = classes.choose("d.csi", notes["claim"], notes["backup"], row.version);
    CHECK(choice.name == row.chosen);
    CHECK((choice.chosen == nullptr) == row.chosen.empty());
    CHECK_FALSE(choice.evidence.empty());
  }
}

TEST_CASE("the class of a group is named, or the only one that is marked") {
  const auto group_class = [](const std::string& name, const std::string& mark) {
    return fmt::format(
        "---\napiVersion: groupsnapshot.storage.k8s.io/v1beta2\nkind: VolumeGroupSnapshotClass\n"
        "metadata: {{name: {}, labels: {{velero.io/csi-volumegroupsnapshot-class: '{}'}}}}\ndriver: d.csi\n",
        name, mark);
  };
  const auto chosen = [](const std::string& classes, const std::string& claim, const std::string& backup) {
    const World world(classes + fmt::format("---\napiVersion: v1\nkind: X\nc: {{{}}}\nb: {{{}}}\n", claim, backup));
    const kube::Resource& notes = world.cluster().resources().back();
    return std::string(SnapshotClasses(world.cluster()).choose_for_group("d.csi", notes["c"], notes["b"]).name);
  };
  const std::string by_claim = "velero.io/csi-volume-group-snapshot-class: x";
  const std::string by_backup = "velero.io/csi-volumegroupsnapshot-class_d.csi: y";
  CHECK(chosen("", by_claim, by_backup) == "x");
  CHECK(chosen(group_class("a", "true"), "", by_backup) == "y");
  CHECK(chosen(group_class("a", "true") + group_class("b", "false"), "", "") == "a");
  CHECK(chosen(group_class("a", "true") + group_class("b", "true"), "", "") == "");
  CHECK(chosen(group_class("a", "false"), "", "") == "");
}

}  // namespace
}  // namespace vlint::velero
