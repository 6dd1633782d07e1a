#include "lint/volsync/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "lint/kube/selector_value.h"

namespace vlint::volsync {
namespace {

using kube::Resource;
using velero::Evidence;
using velero::Outcome;
using yaml::Value;

constexpr std::string_view kDefaultClass = "snapshot.storage.kubernetes.io/is-default-class";

// Goes through the steps of the API server, the controller and the mover. The first one that fails for certain decides;
// else the first one of which Git doesn't tell.
class Judge {
 public:
  Judge(const Replication& source, const Surroundings& around, const velero::Claim* claim, bool may_be_made)
      : source_(source), around_(around), claim_(claim), may_be_made_(may_be_made) {}

  Verdict judge() {
    using Step = void (Judge::*)();
    constexpr Step kSteps[] = {&Judge::check_admission, &Judge::check_mover,  &Judge::check_claim,
                               &Judge::check_copy,      &Judge::check_cache,  &Judge::check_service_account,
                               &Judge::check_secrets,   &Judge::check_pauses, &Judge::check_trigger};
    for (const Step step : kSteps) {
      (this->*step)();
      if (is_decided_) break;
    }
    if (!is_decided_) conclude();
    verdict_.evidence = velero::EvidenceList(std::move(facts_));
    return std::move(verdict_);
  }

 private:
  void note(std::string message, Span where = {}) { facts_.push_back({std::move(message), where}); }
  void assume(std::string message, Span where = {}) {
    verdict_.assumed = true;
    note(std::move(message), where);
  }
  void decide(Outcome outcome, Reason reason, std::string message, Span where) {
    if (is_decided_) return;
    note(std::move(message), where);
    verdict_.outcome = outcome;
    verdict_.reason = reason;
    verdict_.assumed = false;  // it rests on this fact alone
    is_decided_ = true;
  }
  void fail(Reason reason, std::string message, Span where) {
    decide(Outcome::fails, reason, std::move(message), where);
  }
  // The step may fail: the verdict is unknown unless a later one fails for certain.
  void doubt(Reason reason, std::string message, Span where) {
    note(std::move(message), where);
    if (!doubt_) doubt_ = reason;
  }

  void conclude() {
    verdict_.keeps_history = source_.mover() == nullptr ? Known::unknown : keeps_history(source_.mover()->mover);
    verdict_.outcome = doubt_ ? Outcome::unknown : Outcome::is_protected;
    verdict_.reason = doubt_ ? *doubt_ : verdict_.keeps_history == Known::yes ? Reason::backed_up : Reason::copied;
  }

  Value spec() const { return source_.mover()->spec; }
  std::string_view name_space() const { return source_.resource->name_space; }
  // Where a field stands, else where the mover or the object does.
  Span place(const Text& text) const {
    if (text.where().valid()) return text.where();
    return source_.mover() != nullptr ? source_.mover()->key.span() : source_.resource->place();
  }

  // The schema of the custom resource definition.
  void check_admission() {
    const Trigger& trigger = source_.trigger;
    if (trigger.crd_accepts == Known::no) {
      fail(Reason::schedule_refused, "the schedule doesn't match the pattern of the custom resource definition",
           trigger.schedule.where());
    }
    if (source_.copy_method == CopyMethod::invalid) {
      fail(Reason::copy_method_refused, "copyMethod is none of Direct, None, Clone and Snapshot",
           source_.copy_method_text.where());
    }
    if (!source_.retain.wrong_types.empty() && source_.is(Mover::restic)) {
      fail(Reason::retain_refused, "a value of retain has the wrong type", source_.retain.wrong_types.front().span());
    }
  }

  // mover/builder.go: GetSourceMoverFromCatalog; replicationsource_controller.go: Reconcile.
  void check_mover() {
    if (source_.movers.empty()) {
      const Value whole = (*source_.resource)["spec"];
      if (whole.is_set() && !whole.is_mapping()) return doubt(Reason::unknown_value, "its spec is not known", {});
      return fail(Reason::no_mover, "it names no replication method", source_.resource->place());
    }
    if (source_.movers.size() > 1) {
      return fail(Reason::several_movers,
                  fmt::format("it names the methods {} and {}", field_of(source_.movers[0].mover),
                              field_of(source_.movers[1].mover)),
                  source_.movers[1].key.span());
    }
    const MoverUse& use = *source_.mover();
    if (use.mover == Mover::external) {
      return decide(Outcome::unknown, Reason::external_provider, "an external provider has to do it", use.key.span());
    }
    if (use.mover == Mover::kopia) {
      assume("its method kopia is known to the fork of VolSync only", use.key.span());
    } else {
      note(fmt::format("its method is {}", field_of(use.mover)), use.key.span());
    }
    if (use.mover == Mover::rclone) check_rclone();
  }

  // mover/rclone/mover.go: validateSpec.
  void check_rclone() {
    for (const std::string_view key : {"rcloneConfig", "rcloneConfigSection", "rcloneDestPath"}) {
      if (Text{spec()[key]}.given() == Known::no) {
        return fail(Reason::rclone_incomplete, fmt::format("it has no {}", key), source_.mover()->key.span());
      }
    }
  }

  // mover.go: ensureSourcePVC.
  void check_claim() {
    if (source_.claim.given() == Known::no) {
      return fail(Reason::claim_not_named, "it names no claim", source_.resource->place());
    }
    if (source_.claim.given() == Known::unknown) {
      return doubt(Reason::unknown_value, "the name of its claim is not known", source_.claim.where());
    }
    const std::string_view name = source_.claim.text();
    if (claim_ != nullptr) {
      facts_of_claim_ = velero::describe_claim(around_.storage, around_.velero, *claim_);
      if (claim_->existence == velero::Certainty::unknown) {
        return assume(fmt::format("the claim {} is not in the repository: it is taken to be there", name),
                      source_.claim.where());
      }
      return note(fmt::format("its claim is {}", name), source_.claim.where());
    }
    if (around_.sees_all && !may_be_made_) {
      return fail(Reason::claim_missing, fmt::format("nothing makes a claim {} in its namespace", name),
                  source_.claim.where());
    }
    doubt(Reason::unseen_object, fmt::format("the claim {} is not in the repository", name), source_.claim.where());
  }

  // volumehandler/volumehandler.go: EnsurePVCFromSrc. Syncthing takes the volume as it is.
  void check_copy() {
    if (source_.is(Mover::syncthing)) return;
    const Span where = place(source_.copy_method_text);
    switch (source_.copy_method) {
      case CopyMethod::none_given:
        return fail(Reason::copy_method_missing, "it has no copyMethod, and there is no default", where);
      case CopyMethod::unknown:
        return doubt(Reason::unknown_value, "its copyMethod is not known", where);
      case CopyMethod::direct:
        return check_direct(where);
      case CopyMethod::clone:
        check_copy_trigger();
        return check_clone(where);
      case CopyMethod::snapshot:
        check_copy_trigger();
        return check_snapshot(where);
      case CopyMethod::invalid:
        return;
    }
  }

  void check_direct(Span where) {
    note("it reads the live volume", where);
    if (claim_ == nullptr) return;
    const std::vector<Value> modes = velero::spec_of(around_.velero, *claim_)["accessModes"].items();
    const auto mode =
        std::find_if(modes.begin(), modes.end(), [](const Value& one) { return one.text() == "ReadWriteOncePod"; });
    if (mode == modes.end()) return;
    for (const std::uint32_t i : claim_->mounted_by) {
      const velero::Workload& user = around_.velero.workloads[around_.velero.volumes[i].workload];
      const bool stays = user.resource->kind == "Deployment" || user.resource->kind == "StatefulSet";
      if (!stays || user.pods == velero::Certainty::unknown) continue;
      return fail(Reason::claim_held_by_pod,
                  fmt::format("the claim is ReadWriteOncePod, and a pod of {} holds it", user.resource->title()),
                  mode->span());
    }
  }

  // utils/copy_trigger_annotations.go. Somebody must set the annotation copy-trigger for each copy.
  void check_copy_trigger() {
    if (!facts_of_claim_) return;
    const yaml::Entry entry = facts_of_claim_->annotations.find("volsync.backube/use-copy-trigger");
    if (entry) {
      doubt(Reason::waits_for_copy_trigger, "each copy waits until somebody sets the claim's annotation copy-trigger",
            entry.key.span());
    }
  }

  const std::optional<std::string>& driver() const {
    static const std::optional<std::string> kNone;
    return facts_of_claim_ ? facts_of_claim_->provisioner : kNone;
  }

  // A driver must make copies: none that is not CSI can.
  bool check_csi(std::string_view copies) {
    if (!facts_of_claim_ || facts_of_claim_->attributes.is_csi != Known::no) return true;
    const std::string by = driver() ? fmt::format("{} is no CSI driver", *driver()) : "its volume is no CSI volume";
    fail(Reason::driver_without_snapshots, fmt::format("{}, so it makes no {}", by, copies),
         facts_of_claim_->class_where);
    return false;
  }

  void check_clone(Span where) {
    note("it reads a clone of the volume", where);
    if (!check_csi("clones") || source_.storage_class.given() != Known::yes || !driver()) return;
    const Resource* other = around_.cluster.find("storage.k8s.io", "StorageClass", "", source_.storage_class.text());
    if (other == nullptr || !kube::has_known_text((*other)["provisioner"])) return;
    if ((*other)["provisioner"].text() == *driver()) return;
    fail(Reason::clone_of_other_driver,
         fmt::format("{} has another driver than the claim, {}", other->title(), *driver()),
         source_.storage_class.where());
  }

  void check_snapshot(Span where) {
    note("it reads a copy of a snapshot", where);
    if (!check_csi("snapshots")) return;
    if (source_.snapshot_class.given() == Known::unknown) {
      return doubt(Reason::unknown_value, "its volumeSnapshotClassName is not known", source_.snapshot_class.where());
    }
    if (source_.snapshot_class.given() == Known::yes) return check_named_class();
    check_default_class(where);
  }

  void check_named_class() {
    const Text& name = source_.snapshot_class;
    const Resource* found = around_.cluster.find("snapshot.storage.k8s.io", "VolumeSnapshotClass", "", name.text());
    if (found == nullptr) {
      const std::string what = fmt::format("the VolumeSnapshotClass {} is not in the repository", name.text());
      if (around_.sees_all) return fail(Reason::snapshot_class_missing, what, name.where());
      return assume(what + ": it is taken to be there", name.where());
    }
    const Value of_class = (*found)["driver"];
    const bool is_known = driver() && kube::has_known_text(of_class) && !facts_of_claim_->provisioner_is_assumed;
    if (is_known && of_class.text() != *driver()) {
      note(fmt::format("its claim is of the driver {}", *driver()), facts_of_claim_->class_where);
      return fail(Reason::snapshot_class_of_other_driver,
                  fmt::format("{} is of the driver {}", found->title(), of_class.text()), name.where());
    }
    note(fmt::format("{} takes the snapshot", found->title()), name.where());
  }

  // external-snapshotter pkg/common-controller: SetDefaultSnapshotClass. Exactly one of the driver must be the default.
  void check_default_class(Span where) {
    if (!driver()) {
      return assume(
          "the driver of its claim is not in the repository: it is taken to have a default "
          "VolumeSnapshotClass",
          where);
    }
    std::vector<const Resource*> defaults;
    bool is_known = true;
    for (const Resource* one : around_.cluster.of_kind("snapshot.storage.k8s.io", "VolumeSnapshotClass")) {
      const Value flag = one->metadata["annotations"][kDefaultClass];
      is_known = is_known && kube::has_known_text((*one)["driver"]) && kube::has_known_text(flag);
      if ((*one)["driver"].text() == *driver() && flag.text() == "true") defaults.push_back(one);
    }
    if (defaults.size() > 1) {
      note(fmt::format("{} is a default class of the driver {}", defaults[0]->title(), *driver()),
           defaults[0]->place());
      return fail(Reason::several_default_snapshot_classes, fmt::format("{} is another one", defaults[1]->title()),
                  defaults[1]->place());
    }
    if (defaults.size() == 1) {
      return note(fmt::format("{} is the default class of the driver {}", defaults[0]->title(), *driver()),
                  defaults[0]->place());
    }
    const std::string what = fmt::format("no VolumeSnapshotClass is the default of the driver {}", *driver());
    if (around_.sees_all && is_known && !facts_of_claim_->provisioner_is_assumed) {
      return fail(Reason::no_default_snapshot_class, what, where);
    }
    assume(what + " in the repository: one is taken to be there", where);
  }

  void check_cache() {
    const Text& name = source_.cache_storage_class;
    if (name.given() != Known::yes) return;
    if (around_.cluster.find("storage.k8s.io", "StorageClass", "", name.text()) != nullptr) return;
    const std::string what = fmt::format("the StorageClass {} of its cache is not in the repository", name.text());
    if (around_.sees_all) return fail(Reason::cache_class_missing, what, name.where());
    assume(what + ": it is taken to be there", name.where());
  }

  // utils/sahandler.go: a ServiceAccount that is named must be there. Every namespace has `default`.
  void check_service_account() {
    const Text& name = source_.service_account;
    if (name.given() != Known::yes || name.text() == "default") return;
    const bool is_there = around_.cluster.find("", "ServiceAccount", name_space(), name.text()) != nullptr ||
                          around_.cluster.find("", "ServiceAccount", "", name.text()) != nullptr;
    if (is_there) return;
    const std::string what = fmt::format("the ServiceAccount {} is not in the repository", name.text());
    if (around_.sees_all && !name_space().empty()) return fail(Reason::service_account_missing, what, name.where());
    assume(what + ": it is taken to be there", name.where());
  }

  // restic/mover.go: validateRepository, ValidateCustomCA, ValidateMoverVolumes.
  void check_secrets() {
    for (const SecretUse& use : source_.secrets) {
      if (!is_decided_) check_secret(use);
    }
  }

  void check_secret(const SecretUse& use) {
    if (use.name.given() == Known::no) {
      return fail(Reason::secret_not_named, "it names no Secret of the repository", place(use.name));
    }
    if (use.name.given() == Known::unknown) {
      return doubt(Reason::unknown_value, "the name of its Secret is not known", use.name.where());
    }
    const std::string_view name = use.name.text();
    const model::SecretAnswer answer = around_.secrets.find(name_space(), name, source_.resource->unit);
    note_near_misses(answer);
    if (answer.supplied == Known::no) {
      return fail(Reason::secret_missing, fmt::format("nothing supplies a Secret {} in its namespace", name),
                  use.name.where());
    }
    if (answer.supplied == Known::unknown) {
      return doubt(Reason::unseen_object,
                   answer.suppliers.empty() ? fmt::format("the Secret {} is not in the repository", name)
                                            : fmt::format("whether {} supplies the Secret {} is not known",
                                                          answer.suppliers.front().resource->title(), name),
                   use.name.where());
    }
    note(fmt::format("{} supplies the Secret {}", answer.suppliers.front().resource->title(), name),
         answer.suppliers.front().resource->place());
    for (const std::string_view key : use.keys) {
      if (!is_decided_) check_key(use, answer, key);
    }
    if (!is_decided_ && use.is_repository && source_.is(Mover::restic)) check_location(answer);
  }

  void note_near_misses(const model::SecretAnswer& answer) {
    if (answer.supplied == Known::yes) return;
    for (const model::NearMiss& miss : answer.near_misses) {
      note(fmt::format("{} would supply it, but doesn't select the namespace", miss.resource->title()), miss.selector);
      note("labels of the namespace", miss.name_space->place());
    }
    constexpr std::size_t kShown = 2;
    for (std::size_t i = 0; i < std::min(kShown, answer.elsewhere.size()); ++i) {
      note(fmt::format("{} supplies it in another namespace", answer.elsewhere[i]->title()),
           answer.elsewhere[i]->place());
    }
  }

  void check_key(const SecretUse& use, const model::SecretAnswer& answer, std::string_view key) {
    const Known has = answer.has(key);
    if (has == Known::no) {
      return fail(Reason::key_missing, fmt::format("the Secret {} has no key {}", use.name.text(), key),
                  answer.suppliers.front().resource->place());
    }
    if (has == Known::unknown) {
      return assume(
          fmt::format("whether the Secret {} has the key {} is not in the repository: it is taken to be there",
                      use.name.text(), key),
          use.name.where());
    }
    const model::SecretEntry* entry = answer.find(key);
    if (entry == nullptr) return;
    if (!entry->is_base64) {
      return fail(Reason::secret_refused, fmt::format("the key {} of the Secret {} is no base64", key, use.name.text()),
                  entry->where);
    }
    // mover-restic/entry.sh: check_var_defined.
    if (entry->value.is_empty() == Known::yes && use.is_repository && source_.is(Mover::restic)) {
      fail(Reason::key_empty, fmt::format("the key {} of the Secret {} is empty", key, use.name.text()), entry->where);
    }
  }

  void check_location(const model::SecretAnswer& answer) {
    const model::SecretEntry* entry = answer.find("RESTIC_REPOSITORY");
    if (entry == nullptr) return;
    const Repository repository = read_repository(entry->value, entry->where);
    if (repository.fault == LocationFault::none) return;
    fail(Reason::location_refused, "RESTIC_REPOSITORY is no location that restic opens", entry->where);
  }

  // restic/mover.go: ensureJob makes a Job with no pods for a paused source; entry.sh: DEBUG_MOVER sleeps.
  void check_pauses() {
    if (source_.is_paused == Known::yes) {
      return decide(Outcome::not_protected, Reason::paused, "it is paused", source_.paused_where);
    }
    if (source_.is_paused == Known::unknown) {
      doubt(Reason::unknown_value, "whether it is paused is not known", source_.paused_where);
    }
    if (source_.is_debugged == Known::yes) {
      decide(Outcome::not_protected, Reason::debugged, "its mover sleeps for debugging", source_.debug_where);
    }
  }

  // statemachine/machine.go. The first run comes at once; the schedule is read when it has ended.
  void check_trigger() {
    const Trigger& trigger = source_.trigger;
    if (source_.is(Mover::syncthing)) return note("it runs all the time");
    switch (trigger.kind) {
      case TriggerKind::continuous:
        return note("it has no trigger: a run follows the other without a pause");
      case TriggerKind::unknown:
        return doubt(Reason::unknown_value, "when it runs is not known", trigger.field.span());
      case TriggerKind::manual:
        if (doubt_) return;
        decide(Outcome::not_protected, Reason::manual_once, "it runs once for the value of trigger.manual",
               trigger.manual.where());
        verdict_.assumed = true;  // anybody may change the value in the cluster
        return;
      case TriggerKind::schedule:
        break;
    }
    if (trigger.is_readable == Known::no) {
      return fail(Reason::schedule_unreadable, trigger.fault, trigger.schedule.where());
    }
    if (trigger.cron && trigger.cron->never_matches()) {
      return note("no date matches its schedule: a run follows the other without a pause", trigger.schedule.where());
    }
    note("it runs by its schedule", trigger.schedule.where());
  }

  const Replication& source_;
  const Surroundings& around_;
  const velero::Claim* claim_;
  bool may_be_made_;
  std::optional<velero::ClaimFacts> facts_of_claim_;
  std::vector<Evidence> facts_;
  std::optional<Reason> doubt_;
  bool is_decided_ = false;
  Verdict verdict_;
};

}  // namespace

std::string explain(Reason reason) {
  switch (reason) {
    case Reason::backed_up:
      return "backed up by VolSync";
    case Reason::copied:
      return "copied by VolSync without history: what is deleted at the source is deleted in the copy";
    case Reason::schedule_refused:
      return "the API server refuses the ReplicationSource for its schedule";
    case Reason::copy_method_refused:
      return "the API server refuses the ReplicationSource for its copyMethod";
    case Reason::retain_refused:
      return "the API server refuses the ReplicationSource for its retain";
    case Reason::no_mover:
      return "the ReplicationSource names no replication method";
    case Reason::several_movers:
      return "the ReplicationSource names more than one replication method";
    case Reason::external_provider:
      return "what an external provider does is not known";
    case Reason::rclone_incomplete:
      return "rclone lacks its configuration, section or destination";
    case Reason::claim_not_named:
      return "the ReplicationSource names no claim";
    case Reason::claim_missing:
      return "there is no such claim";
    case Reason::copy_method_missing:
      return "the ReplicationSource has no copyMethod";
    case Reason::driver_without_snapshots:
      return "the claim's volume can't be snapshotted or cloned";
    case Reason::snapshot_class_missing:
      return "there is no such VolumeSnapshotClass";
    case Reason::snapshot_class_of_other_driver:
      return "the VolumeSnapshotClass is of another driver";
    case Reason::no_default_snapshot_class:
      return "the driver has no default VolumeSnapshotClass";
    case Reason::several_default_snapshot_classes:
      return "the driver has more than one default VolumeSnapshotClass";
    case Reason::clone_of_other_driver:
      return "the clone's StorageClass is of another driver";
    case Reason::claim_held_by_pod:
      return "a pod holds the claim for itself, so the mover never starts";
    case Reason::waits_for_copy_trigger:
      return "each copy waits for an annotation of the claim";
    case Reason::cache_class_missing:
      return "there is no such StorageClass for the cache";
    case Reason::service_account_missing:
      return "there is no such ServiceAccount for the mover";
    case Reason::secret_not_named:
      return "the ReplicationSource names no Secret";
    case Reason::secret_missing:
      return "nothing supplies the Secret";
    case Reason::secret_refused:
      return "the API server refuses the Secret";
    case Reason::key_missing:
      return "the Secret lacks a key that the mover needs";
    case Reason::key_empty:
      return "a key of the Secret that the mover needs is empty";
    case Reason::location_refused:
      return "restic can't open the repository's location";
    case Reason::paused:
      return "the ReplicationSource is paused";
    case Reason::debugged:
      return "the mover sleeps for debugging";
    case Reason::schedule_unreadable:
      return "the controller can't read the schedule: nothing follows the first run";
    case Reason::manual_once:
      return "one run, and none after it until trigger.manual changes";
    case Reason::unknown_value:
      return "a value is not known";
    case Reason::unseen_object:
      return "something that it needs is not in the repository";
  }
  return {};
}

std::string_view method_of(const Replication& replication) {
  return replication.mover() == nullptr ? std::string_view("none") : field_of(replication.mover()->mover);
}

Verdict judge(const Replication& source, const Surroundings& around, const velero::Claim* claim, bool may_be_made) {
  return Judge(source, around, claim, may_be_made).judge();
}

}  // namespace vlint::volsync
