// What keeps a volume from being copied, and what leaves that open: one row for each step of file system backup.
#include "lint/velero/fs_backup.h"

#include "lint/velero/plan_testing.h"

namespace vlint::velero {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the vocabulary of these tests

constexpr char kOptIn[] = "backup.velero.io/backup-volumes";
constexpr char kOptOut[] = "backup.velero.io/backup-volumes-excludes";

Pod pod(const std::string& volumes, const std::string& annotations = "{}", const std::string& mount = "v") {
  Pod made;
  made.volumes = volumes;
  made.annotations = annotations;
  made.containers = "[{name: c, volumeMounts: [{name: " + mount + "}]}]";
  return made;
}

TEST_CASE("annotations that are not known leave the choice open") {
  struct Row {
    const char* what;
    std::string backup;
    std::string volume;
    std::string annotations;
    Outcome outcome;
    Reason reason;
  };
  const std::string off = "{defaultVolumesToFsBackup: false}";
  for (const Row& row : {
           Row{"templated opt-in", off, "v", fmt::format("{{{}: '${{V}}'}}", kOptIn), Outcome::unknown,
               Reason::unknown_value},
           Row{"templated opt-out", kFsDefault, "v", fmt::format("{{{}: '${{V}}'}}", kOptOut), Outcome::unknown,
               Reason::unknown_value},
           Row{"templated opt-out does not count", off, "v", fmt::format("{{{}: '${{V}}'}}", kOptOut),
               Outcome::not_protected, Reason::not_opted_in},
           Row{"templated name, opted out", kFsDefault, "'${V}'", fmt::format("{{{}: x}}", kOptOut), Outcome::unknown,
               Reason::unknown_value},
           Row{"templated name, opted in", off, "'${V}'", fmt::format("{{{}: x}}", kOptIn), Outcome::unknown,
               Reason::unknown_value},
           Row{"templated name, no list", off, "'${V}'", "{}", Outcome::not_protected, Reason::not_opted_in},
       }) {
    CAPTURE(row.what);
    const Planned planned(installed() + schedule(row.backup) +
                          pod("[{name: " + row.volume + ", emptyDir: {}}]", row.annotations, row.volume).text());
    const Verdict& verdict = planned.plan.volumes.front().verdicts.front();
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
  }
}

TEST_CASE("an annotation that is templated is said to be") {
  const Planned planned(installed() + schedule(kFsDefault) +
                        pod("[{name: v, emptyDir: {}}]", fmt::format("{{{}: '${{V}}'}}", kOptOut)).text());
  CHECK(messages(planned.use("v").verdicts.front()) == fmt::format("{} is templated\n", kOptOut));
}

TEST_CASE("why the default is not known is said") {
  const auto message = [](const std::string& manifests) {
    return messages(Planned(manifests + Pod{}.text()).use("v").verdicts.front());
  };
  CHECK(message(schedule("{}")) ==
        "whether file system backup is the default is not known: the Velero server is not in the repository\n");
  CHECK(message(installed() + schedule("{defaultVolumesToFsBackup: '${FS}'}")) ==
        "whether file system backup is the default is not known: the value is templated\n");
  CHECK(message(install_manifests("v1.18.1", true, ", '${FLAGS}'") + schedule("{}")) ==
        "whether file system backup is the default is not known: the server's flags are not known\n");
  CHECK(message(installed() + schedule("{}")) == "by Velero's default only volumes that the pod names are copied\n");
}

TEST_CASE("up to 1.13 an opt-in by name is asked for no name and no type but hostPath") {
  const auto reason = [](const std::string& volume, const std::string& source, const std::string& version) {
    const Planned planned(
        installed(version) + schedule("{}") +
        pod("[{name: " + volume + ", " + source + "}]", fmt::format("{{{}: {}}}", kOptIn, volume), volume).text());
    return planned.use(volume).verdicts.front().reason;
  };
  CHECK(reason("default-token-x", "emptyDir: {}", "v1.13.2") == Reason::opted_in);
  CHECK(reason("default-token-x", "emptyDir: {}", "v1.14.0") == Reason::default_token_name);
  CHECK(reason("v", "configMap: {name: c}", "v1.13.2") == Reason::opted_in);
  CHECK(reason("v", "hostPath: {path: /p}", "v1.13.2") == Reason::type_never_copied);
}

TEST_CASE("a policy and a claim without a volume") {
  struct Row {
    const char* what;
    std::string version;
    std::string action;
    std::string volume;
    std::string claim;
    Outcome outcome;
    Reason reason;
  };
  const std::string pending = claim() + "status: {phase: Pending}\n" + kClass;
  const std::string any = "[{name: v, persistentVolumeClaim: {claimName: data}}]";
  for (const Row& row : {
           Row{"asked for the claim alone", "v1.18.1", "fs-backup", any, pending, Outcome::is_protected,
               Reason::policy_fs_backup},
           Row{"an error before", "v1.17.2", "fs-backup", any, pending, Outcome::fails, Reason::claim_unbound},
           Row{"a claim without a name", "v1.18.1", "fs-backup", "[{name: v, persistentVolumeClaim: {}}]", "",
               Outcome::unknown, Reason::unknown_value},
       }) {
    CAPTURE(row.what);
    const Planned planned(installed(row.version) + policy("{}", row.action) +
                          schedule(fmt::format("{{snapshotVolumes: false, {}}}", kPolicy)) + pod(row.volume).text() +
                          row.claim);
    const Verdict& verdict = planned.use("v").verdicts.front();
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
  }
}

TEST_CASE("what isn't known of the claim is said where a policy asks for it") {
  const Planned planned(installed() + policy("{csi: {}}", "skip") +
                        schedule(fmt::format("{{defaultVolumesToFsBackup: true, {}}}", kPolicy)) +
                        pod(kClaimVolume).text());
  const Verdict& verdict = planned.use("v").verdicts.front();
  CHECK(verdict.reason == Reason::claim_missing);
  CHECK(says(verdict, "whether the volume policy matches is not known"));
  CHECK(says(verdict, "the claim data is not in the repository"));
}

TEST_CASE("what isn't known of a claim is said of a volume that no container mounts, too") {
  Pod one = pod(kClaimVolume);
  one.containers = "[{name: c}]";
  const Planned planned(
      installed() + policy("{csi: {}}", "skip") +
      schedule(fmt::format("{{defaultVolumesToFsBackup: true, snapshotVolumes: false, {}}}", kPolicy)) + one.text());
  CHECK(says(planned.use("v").verdicts.front(), "the claim data is not in the repository"));
}

TEST_CASE("a claim that is missing is an error before policies are asked") {
  PlanOptions options;
  options.is_dump = true;
  Pod one = pod(kClaimVolume);
  one.kind = "Pod";
  one.more = ", nodeName: n";
  const Planned planned(install_manifests("v1.18.1", false) +
                            "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n"
                            "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\n"
                            "metadata: {name: default, namespace: velero}\nspec: {provider: aws}\n" +
                            one.text() + "status: {phase: Running}\n" + policy("{}", "skip") +
                            schedule(fmt::format("{{{}}}", kPolicy)),
                        true, options);
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::fails);
  CHECK(planned.use("v").verdicts.front().reason == Reason::claim_missing);
}

TEST_CASE("up to 1.13 policies are asked when the copy is made") {
  struct Row {
    const char* what;
    std::string policy;
    std::string objects;
    Outcome outcome;
    Reason reason;
  };
  const std::string unseen = pod(kClaimVolume).text();
  for (const Row& row : {
           Row{"no match", policy("{nfs: {}}", "skip"), Pod{}.text(), Outcome::is_protected,
               Reason::default_is_fs_backup},
           Row{"a match", policy("{}", "skip"), Pod{}.text(), Outcome::not_protected, Reason::policy_skip},
           Row{"not known", policy("{csi: {}}", "skip"), unseen, Outcome::unknown, Reason::unknown_value},
           Row{"policies unseen", "", Pod{}.text(), Outcome::unknown, Reason::unknown_value},
       }) {
    CAPTURE(row.what);
    const Planned planned(installed("v1.13.2") + row.policy +
                          schedule(fmt::format("{{defaultVolumesToFsBackup: true, {}}}", kPolicy)) + row.objects);
    const Verdict& verdict = planned.use("v").verdicts.front();
    CHECK(verdict.outcome == row.outcome);
    CHECK(verdict.reason == row.reason);
  }
}

TEST_CASE("up to 1.13 a volume that is missing is an error before policies are asked") {
  PlanOptions options;
  options.is_dump = true;
  const std::string objects =
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: apps}\n"
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: agent, namespace: velero, labels: {name: node-agent}}\n"
      "spec: {nodeName: n}\nstatus: {phase: Running}\n"
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: default, namespace: velero}\n"
      "spec: {provider: aws}\n"
      "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: apps, labels: "
      "{velero.io/exclude-from-backup: 'true'}}\nspec: {volumeName: gone}\nstatus: {phase: Lost}\n";
  Pod one = pod(kClaimVolume);
  one.kind = "Pod";
  one.more = ", nodeName: n";
  const Planned planned(install_manifests("v1.13.2", false) + objects + one.text() + "status: {phase: Running}\n" +
                            policy("{}", "skip") +
                            schedule(fmt::format("{{defaultVolumesToFsBackup: true, {}}}", kPolicy)),
                        true, options);
  CHECK(planned.use("v").verdicts.front().outcome == Outcome::fails);
  CHECK(planned.use("v").verdicts.front().reason == Reason::volume_missing);
}

TEST_CASE("where it isn't known whether a copy is wanted, one that would fail is open too") {
  const std::string location =
      "---\napiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata: {name: s, namespace: velero}\n"
      "spec: {provider: example.com/mine}\n";
  const auto outcome = [&](const std::string& backup) {
    return Planned(installed() + location + schedule("{storageLocation: s, " + backup + "}") + Pod{}.text())
        .use("v")
        .verdicts.front()
        .outcome;
  };
  CHECK(outcome("defaultVolumesToFsBackup: true") == Outcome::fails);
  CHECK(outcome("defaultVolumesToFsBackup: '${FS}'") == Outcome::unknown);
}

}  // namespace
}  // namespace vlint::velero
