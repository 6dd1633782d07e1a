#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/kube/selector_value.h"
#include "lint/yaml/edit.h"
#include "rules/common/namespace_labels.h"
#include "rules/common/replications.h"
#include "rules/common/secret_uses.h"
#include "rules/common/volume_annotations.h"

namespace vlint::rules {
namespace {

using model::NearMiss;

std::string in_namespace(std::string_view name_space) {
  return name_space.empty() ? std::string("this cluster") : fmt::format("the namespace {}", name_space);
}

// A namespace that a ClusterExternalSecret leaves out, and what goes without the Secret there.
struct LeftOut {
  const ClusterModel* member = nullptr;
  NearMiss miss;
  std::string secret;
  std::vector<std::pair<std::string, Span>> users;  // claims, or sources and destinations
  std::string reader;                               // the rule of Kyverno that reads it; empty for none
  Span reader_where;
};

// The ClusterExternalSecret that would supply it, where nothing else does or may, in a namespace whose labels Git
// tells.
std::optional<NearMiss> only_near_miss(const ClusterModel& member, const model::SecretAnswer& answer) {
  if (answer.supplied == Known::yes || !answer.suppliers.empty() || answer.near_misses.empty()) return std::nullopt;
  const NearMiss& miss = answer.near_misses.front();
  const kube::Resource* only = only_namespace_manifest(member.cluster, miss.name_space->name);
  if (only == nullptr || is_labelled_by_argo(member.cluster, only->name)) return std::nullopt;
  return miss;
}

class LeftOutNamespaces {
 public:
  LeftOut& find(const ClusterModel& member, const NearMiss& miss, std::string_view secret) {
    const auto same = std::find_if(all_.begin(), all_.end(), [&](const LeftOut& one) {
      return one.member == &member && one.miss.name_space == miss.name_space && one.secret == secret;
    });
    if (same != all_.end()) return *same;
    all_.push_back({&member, miss, std::string(secret), {}, {}, {}});
    return all_.back();
  }
  const std::vector<LeftOut>& all() const { return all_; }

 private:
  std::vector<LeftOut> all_;
};

void add_user(LeftOut& one, std::string title, Span where) {
  const auto same =
      std::find_if(one.users.begin(), one.users.end(), [&](const auto& user) { return user.first == title; });
  if (same == one.users.end()) one.users.emplace_back(std::move(title), where);
}

// The place of the label by which the rule takes the claim; the claim's name where no label does it.
Span place_of_label(const SecretOfRule& one) {
  for (const WantedLabel& label : one.rules.labels()) {
    const bool is_of_rule = label.rule.policy == one.rule.policy && label.rule.rule == one.rule.rule;
    const yaml::Value value = one.claim.labels()[label.key];
    if (is_of_rule && value && value.text() == label.value) return value.span();
  }
  return one.claim.metadata["name"].span();
}

yaml::Value selector_of(const NearMiss& miss) {
  const yaml::Value spec = (*miss.resource)["spec"];
  const std::vector<yaml::Value> selectors = spec["namespaceSelectors"].items();
  const auto found = std::find_if(selectors.begin(), selectors.end(),
                                  [&](const yaml::Value& one) { return one.span() == miss.selector; });
  return found == selectors.end() ? spec["namespaceSelector"] : *found;
}

void report_left_out(const LeftOut& one, Report& report) {
  constexpr std::size_t kShown = 3;
  std::vector<std::string> all;
  for (const auto& user : one.users) all.push_back(user.first);
  const std::string users = enumerate(all, kShown);
  const kube::Resource& name_space = *one.miss.name_space;
  const std::optional<std::vector<MissingLabel>> missing = missing_labels(selector_of(one.miss), name_space);
  const std::string lacks = missing && missing->size() == 1
                                ? fmt::format("lacks the label {}: {}, so {} makes", missing->front().key,
                                              missing->front().value, one.miss.resource->title())
                                : fmt::format("is not selected by {}, which makes", one.miss.resource->title());
  Draft draft = report.at(
      name_space.place(),
      one.reader.empty()
          ? fmt::format("namespace {} {} no Secret {} there: {} {} it, and no backup is made or restored",
                        name_space.name, lacks, one.secret, users, one.users.size() == 1 ? "waits for" : "wait for")
          : fmt::format("namespace {} {} no Secret {} there: {} reads it and is skipped without it, and {} {} no "
                        "backup",
                        name_space.name, lacks, one.secret, one.reader, users, one.users.size() == 1 ? "gets" : "get"));
  draft.label("the selector leaves it out").about(one.member->cluster, name_space, name_space.metadata["labels"]);
  const bool is_one_label = missing && missing->size() == 1;
  draft.related(is_one_label ? missing->front().where : one.miss.selector,
                fmt::format("{} asks the namespace for this", one.miss.resource->kind));
  for (std::size_t i = 0; i < std::min(kShown, one.users.size()); ++i) {
    draft.related(one.users[i].second, one.reader.empty() ? "reads the Secret" : "asks for a backup");
  }
  draft.related(one.reader_where, "reads the Secret");
  if (is_one_label) {
    draft.fix(fmt::format("label the namespace {}: {}", missing->front().key, missing->front().value), Safety::unsafe,
              name_space, add_labels(name_space, *missing));
  } else {
    draft.help(fmt::format("give the Namespace the labels that {} selects", one.miss.resource->title()));
  }
}

// Names of Secrets that objects of the namespace surely make.
std::vector<std::string_view> secrets_in(const ClusterModel& member, std::string_view name_space) {
  std::vector<std::string_view> names;
  for (const kube::Resource& one : member.cluster.resources()) {
    if (one.name_space != name_space) continue;
    const bool is_external = one.is("external-secrets.io", "ExternalSecret");
    const yaml::Value target = is_external ? one["spec"]["target"]["name"] : yaml::Value{};
    if (target.is_set()) {
      if (kube::has_known_text(target)) names.push_back(target.text());
    } else if (is_external || one.is("", "Secret") || one.is("bitnami.com", "SealedSecret")) {
      names.push_back(one.name);
    }
  }
  return names;
}

// VolSync makes the keys of rsync itself at the destination, and people carry them to the source.
bool are_keys_made(const volsync::Replication& replication) {
  return replication.is(volsync::Mover::rsync) || replication.is(volsync::Mover::rsync_tls);
}

// A rule of Kyverno was to make something of the same object, and it isn't known that it does: what is wrong there is
// told there.
bool waits_for_rule(const ClusterModel& member, const kube::Resource& made) {
  if (made.generation == kube::kNotGenerated) return false;
  const kyverno::Cause& cause = member.kyverno.generations[made.generation].cause;
  const std::vector<kyverno::Attempt>& attempts = member.kyverno.attempts;
  return std::any_of(attempts.begin(), attempts.end(), [&](const kyverno::Attempt& one) {
    return one.cause.trigger == cause.trigger && one.cause.claim == cause.claim;
  });
}

void report_missing(const SecretOfReplication& one, Report& report) {
  const volsync::Replication& replication = one.replication;
  const std::string_view name = one.use.name.text();
  const std::string_view name_space = replication.resource->name_space;
  Draft draft =
      report.at(one.use.name.where(),
                fmt::format("{} reads the Secret {}, which nothing in {} supplies: VolSync reports an error and {}",
                            replication.title(), name, in_namespace(name_space),
                            replication.is_source ? "makes no backup" : "restores nothing"));
  draft.label("no such Secret").about(one.member.cluster, *replication.resource, one.use.name.field);
  if (!one.answer.elsewhere.empty()) {
    draft.related(one.answer.elsewhere.front()->place(), "supplies it in another namespace");
  }
  const std::vector<std::string_view> names = secrets_in(one.member, name_space);
  if (const std::optional<std::string_view> near = closest(name, names, 1)) {
    draft.fix(fmt::format("write {}", *near), Safety::safe, *replication.resource,
              yaml::set_scalar(one.use.name.field, *near));
    return;
  }
  // An ExternalSecret of that name whose Secret has another one.
  const kube::Resource* external = one.member.cluster.find("external-secrets.io", "ExternalSecret", name_space, name);
  const yaml::Value target = external == nullptr ? yaml::Value{} : (*external)["spec"]["target"]["name"];
  if (target.is_set() && kube::has_known_text(target)) {
    draft.related(target.span(), "the ExternalSecret of that name calls its Secret so")
        .fix(fmt::format("write {}", target.text()), Safety::unsafe, *replication.resource,
             yaml::set_scalar(one.use.name.field, target.text()));
    return;
  }
  draft.help(one.answer.elsewhere.empty()
                 ? "add the Secret, encrypted, or an ExternalSecret that makes it, in the same namespace"
                 : "make the Secret in this namespace too: a pod reads those of its own namespace only");
}

void check(const Model& model, Report& report) {
  LeftOutNamespaces left_out;
  for_each_secret_of_rules(model, [&](const SecretOfRule& one) {
    const std::optional<NearMiss> miss = only_near_miss(one.member, one.answer);
    if (!miss) return;
    LeftOut& found = left_out.find(one.member, *miss, one.name);
    add_user(found, one.claim.title, place_of_label(one));
    if (!found.reader.empty()) return;
    found.reader = one.rules.title(one.rule);
    found.reader_where = one.entry["apiCall"]["urlPath"].span();
  });
  for_each_secret(model, [&](const SecretOfReplication& one) {
    if (const std::optional<NearMiss> miss = only_near_miss(one.member, one.answer)) {
      add_user(left_out.find(one.member, *miss, one.use.name.text()), one.replication.title(), one.use.name.where());
    } else if (one.answer.supplied == Known::no && !are_keys_made(one.replication) &&
               !waits_for_rule(one.member, *one.replication.resource)) {
      report_missing(one, report);
    }
  });
  for (const LeftOut& one : left_out.all()) report_left_out(one, report);
}

}  // namespace

VLINT_RULE(volsync_secret_missing) = checked({
    .summary = "nothing supplies the Secret that a backup needs",
    .explanation = R"md(
## What it finds
A ReplicationSource or ReplicationDestination that names a Secret which no manifest of its namespace supplies: no
Secret, plain or encrypted, no SealedSecret or ExternalSecret, no object of another operator, no rule of Kyverno.

And a namespace that a ClusterExternalSecret leaves out, because it lacks the label that the selector asks for, while
something there needs the Secret: a source or destination, or a rule of Kyverno that reads the Secret when it makes
the backup of a labelled claim. The finding shows both places: the Namespace, and the selector.

## Why it matters
VolSync reports an error and never makes a backup. Kyverno is quieter: where the Secret of a rule's `context` is not
there, the rule is skipped without a word. The claim has its label, everything is green, and there is no backup.

## How to fix it
Add the Secret or the ExternalSecret to that namespace. For a ClusterExternalSecret label the Namespace, which `vlint
--fix --unsafe-fixes` does: it copies the credentials there, so look at who may read Secrets in it. VolSync's
*annotation* `volsync.backube/privileged-movers` is another thing than a label of that name, and is needed as well.
A name that is one typing error away from a Secret of the namespace is put right by `vlint --fix`.

## When to ignore it
When something makes the Secret of which the repository knows nothing.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "volsync internal/controller/mover/restic/mover.go validateRepository; external-secrets "
               "pkg/controllers/clusterexternalsecret, issues 2804, 3257; kyverno pkg/engine/background.go",
    .check = check,
});

}  // namespace vlint::rules
