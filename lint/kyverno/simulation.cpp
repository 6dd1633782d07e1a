#include "lint/kyverno/simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/generate.h"
#include "lint/kyverno/rule_run.h"
#include "lint/kyverno/set_claims.h"
#include "lint/kyverno/virtual_objects.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;
using kube::Resource;
using yaml::Value;

// Generated objects that trigger rules which generate objects: real chains have two or three links.
constexpr std::uint32_t kMostRounds = 8;
// Of attempts and of objects: more than any repository has; policies that fail for every object fill no memory.
constexpr std::size_t kMostRecords = 500'000;

// A rule's patterns, worked out once.
struct PreparedRule {
  Json context;
  Json preconditions;
  PreparedPattern pattern;
  struct ForEachOf {
    Json context;
    Json preconditions;
    PreparedPattern pattern;
  };
  std::vector<ForEachOf> for_each;
};

// An object to be tried, of the round before or of the repository.
struct Candidate {
  std::uint32_t resource = 0;
  std::uint32_t claim = kNoIndex;
};

// A clone whose source wasn't there: Kyverno tries again, and another rule may have made it meanwhile.
struct Waiting {
  const PreparedPattern* prepared = nullptr;
  Target target;
  std::string name_space;
  std::string name;
  std::uint32_t depth = 0;
  Attempt attempt;
};

class Simulator {
 public:
  Simulator(model::Cluster cluster, const SimulationOptions& options)
      : source_(std::move(cluster)), options_(options) {}

  SimulatedCluster run() {
    simulation_.install = find_install(source_);
    if (!simulation_.install.release) simulation_.install.release = options_.configured_release;
    if (!options_.resource_filters) simulation_.install.filters.clear();
    simulation_.policies = read_policies(source_);
    simulation_.cel_policies = find_cel_policies(source_);
    const bool any = std::any_of(simulation_.policies.begin(), simulation_.policies.end(),
                                 [](const Policy& policy) { return policy.has_generate(); });
    if (!any) return finish(std::move(source_));
    prepare_rules();
    SetClaims claims = find_set_claims(source_);
    simulation_.claims = std::move(claims.claims);
    if (!simulation_.claims.empty()) simulation_.trees.push_back(claims.tree);
    resources_ = source_.resources();
    model::Cluster cluster = source_;
    std::vector<Candidate> candidates = all_candidates();
    for (round_ = 0; !candidates.empty(); ++round_) {
      candidates = run_round(cluster, candidates, round_ == kMostRounds);
      if (!candidates.empty()) cluster = model::Cluster(source_.name(), resources_, source_.incomplete());
    }
    for (Waiting& each : waiting_) record(std::move(each.attempt));
    return finish(std::move(cluster));
  }

 private:
  SimulatedCluster finish(model::Cluster cluster) {
    SimulatedCluster result{std::move(cluster), std::move(simulation_)};
    for (Policy& policy : result.simulation.policies) {
      policy.object = &result.cluster.resources()[policy.resource];
    }
    return result;
  }

  void prepare_rules() {
    prepared_.resize(simulation_.policies.size());
    for (std::size_t p = 0; p < simulation_.policies.size(); ++p) {
      for (const Rule& rule : simulation_.policies[p].rules) {
        PreparedRule& prepared = prepared_[p].emplace_back();
        if (!rule.generate) continue;
        prepared.context = jmespath::from_yaml(rule.context);
        prepared.preconditions = jmespath::from_yaml(rule.preconditions);
        prepared.pattern = prepare(rule.generate->pattern);
        for (const ForEach& each : rule.generate->for_each) {
          prepared.for_each.push_back(
              {jmespath::from_yaml(each.context), jmespath::from_yaml(each.preconditions), prepare(each.pattern)});
        }
      }
    }
  }

  // Of several manifests of one object the last one is in the cluster.
  bool is_last_of_its_name(const Resource& resource) const {
    if (resource.name.empty()) return true;  // generateName: each is an object of its own
    const Resource* last = source_.find(resource.group, resource.kind, resource.name_space, resource.name);
    return last == nullptr || last->root == resource.root;
  }

  std::vector<Candidate> all_candidates() const {
    std::vector<Candidate> all;
    std::size_t claim = 0;
    for (std::uint32_t i = 0; i < resources_.size(); ++i) {
      const bool is_there = is_last_of_its_name(resources_[i]);
      if (is_there) all.push_back({i, kNoIndex});
      for (; claim < simulation_.claims.size() && simulation_.claims[claim].stateful_set == i; ++claim) {
        if (is_there) all.push_back({i, static_cast<std::uint32_t>(claim)});
      }
    }
    return all;
  }

  const Resource& object_of(const model::Cluster& cluster, const Candidate& candidate) const {
    return candidate.claim == kNoIndex ? cluster.resources()[candidate.resource]
                                       : simulation_.claims[candidate.claim].object;
  }

  // What is made in one round goes into one tree; its objects are the candidates of the next.
  std::vector<Candidate> run_round(const model::Cluster& cluster, const std::vector<Candidate>& candidates, bool last) {
    auto tree = std::make_shared<yaml::Tree>();
    ObjectBuilder builder(*tree);
    builder_ = &builder;
    cluster_ = &cluster;
    made_.clear();
    Matcher matcher(cluster, simulation_.policies, simulation_.install);
    matcher_ = &matcher;
    const model::Secrets secrets(cluster, cluster.is_complete());
    secrets_ = &secrets;
    try_again();
    for (const Candidate& candidate : candidates) try_object(candidate, last);
    return add_resources(std::move(tree));
  }

  void try_object(const Candidate& candidate, bool last) {
    const Resource& object = object_of(*cluster_, candidate);
    const std::vector<RuleRef>& rules = matcher_->rules_for(object);
    if (rules.empty()) return;
    const Trigger trigger = make_trigger(object);
    const Known filtered = matcher_->is_filtered(trigger);
    if (filtered == Known::yes) return;
    TriggerRun run{candidate, trigger, filtered, std::nullopt, last};
    for (std::size_t i = 0; i < rules.size();) {
      const std::uint32_t policy = rules[i].policy;
      bool stopped = false;
      for (; i < rules.size() && rules[i].policy == policy; ++i) {
        if (stopped) continue;
        stopped = try_rule(run, rules[i]) && simulation_.policies[policy].apply_one;
      }
    }
  }

  struct TriggerRun {
    Candidate candidate;
    const Trigger& trigger;
    Known filtered;
    std::optional<Json> json;  // made when the first rule needs it
    bool last;
  };

  // Whether the rule counts as applied, so that with applyRules: One no other is tried.
  bool try_rule(TriggerRun& run, RuleRef ref) {
    const Policy& policy = simulation_.policies[ref.policy];
    const Rule& rule = policy.rules[ref.rule];
    if (policy.refused == Known::yes) return false;
    if (round_ > 0 && rule.skip_background_requests == Known::yes) return false;
    const MatchVerdict verdict = matcher_->match(ref, run.trigger);
    if (verdict.result == Known::no) return false;
    cause_ = {ref.policy, ref.rule, kNoIndex, run.candidate.resource, run.candidate.claim};
    if (!rule.generate) return verdict.result == Known::yes;
    if (run.last) {
      attempt(AttemptOutcome::cut_off, Stage::chain,
              fmt::format("objects that rules generate trigger rules again, and after {} rounds there is no end",
                          kMostRounds),
              rule.generate->where);
      return true;
    }
    if (const std::optional<MatchReason> doubt = doubt_of(run, ref, verdict)) {
      Attempt result = attempt_of(AttemptOutcome::unknown, Stage::match, doubt->message, rule.match.where);
      if (doubt->policy_place.valid()) result.where = doubt->policy_place;
      record(std::move(result));
      return false;
    }
    if (!run.json) run.json = live_object(*run.trigger.object);
    const PreparedRule& prepared = prepared_[ref.policy][ref.rule];
    RuleRun rule_run(cache_, {cluster_, secrets_}, policy, run.trigger, *run.json, prepared.context);
    const Checked checked = rule_run.check(prepared.preconditions);
    if (!checked.is_met()) {
      not_met(checked, Stage::preconditions, rule.preconditions ? rule.preconditions : rule.where);
      return checked.failure.has_value();
    }
    if (rule.generate->has_for_each) {
      make_each(rule_run, run);
    } else {
      make(rule_run, run, prepared.pattern);
    }
    return true;
  }

  // Why it is not certain that the rule runs; nothing when it is.
  std::optional<MatchReason> doubt_of(const TriggerRun& run, RuleRef ref, const MatchVerdict& verdict) const {
    const Policy& policy = simulation_.policies[ref.policy];
    const Rule& rule = policy.rules[ref.rule];
    if (verdict.result == Known::unknown || run.filtered == Known::unknown) return matcher_->explain(ref, run.trigger);
    MatchReason reason;
    if (policy.refused == Known::unknown) {
      reason.message = "admission refuses the policy if the API server knows all the kinds that it matches";
      for (const Fault& fault : policy.faults) reason.policy_place = fault.where;
      return reason;
    }
    if (round_ > 0 && rule.skip_background_requests == Known::unknown) {
      reason.message = "skipBackgroundRequests is not known";
      return reason;
    }
    return std::nullopt;
  }

  const Policy& policy() const { return simulation_.policies[cause_.policy]; }
  const Rule& rule() const { return policy().rules[cause_.rule]; }

  Attempt attempt_of(AttemptOutcome outcome, Stage stage, std::string reason, Value where) const {
    Attempt result;
    result.cause = cause_;
    result.outcome = outcome;
    result.stage = stage;
    result.reason = std::move(reason);
    result.where = where.span();
    return result;
  }

  void record(Attempt attempt) {
    if (simulation_.attempts.size() < kMostRecords) simulation_.attempts.push_back(std::move(attempt));
  }

  void attempt(AttemptOutcome outcome, Stage stage, std::string reason, Value where) {
    record(attempt_of(outcome, stage, std::move(reason), where));
  }

  void fail(Stage stage, const RunFailure& failure, Value otherwise) {
    Attempt result =
        attempt_of(AttemptOutcome::failed, stage, failure.message, failure.scalar ? failure.scalar : otherwise);
    result.failure = failure.failure;
    result.scalar = failure.scalar;
    result.expression = failure.expression;
    record(std::move(result));
  }

  void not_met(const Checked& checked, Stage stage, Value where) {
    if (checked.failure) return fail(stage, *checked.failure, where);
    if (checked.met == Known::unknown) {
      return attempt(AttemptOutcome::unknown, stage, "the preconditions depend on a value that Git doesn't tell",
                     where);
    }
    attempt(AttemptOutcome::not_met, stage, {}, where);
  }

  // pkg/background/generate/generator.go: generateForeach. Null elements are left out, each other one is on its own.
  void make_each(RuleRun& rule_run, const TriggerRun& run) {
    const std::vector<ForEach>& entries = rule().generate->for_each;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      cause_.for_each = i;
      const ForEach& entry = entries[i];
      const PreparedRule::ForEachOf& prepared = prepared_[cause_.policy][cause_.rule].for_each[i];
      const Value where = entry.list ? entry.list : entry.pattern.where;
      const Elements elements = rule_run.elements(entry.list);
      if (elements.failure) {
        fail(Stage::list, *elements.failure, where);
        continue;
      }
      if (elements.is_unknown) {
        attempt(AttemptOutcome::unknown, Stage::list, "the list depends on a value that Git doesn't tell", where);
        continue;
      }
      for (std::size_t index = 0; index < elements.items.size(); ++index) {
        if (elements.items[index].is_null()) continue;
        rule_run.begin_element(elements.items[index], index, prepared.context);
        const Checked checked = rule_run.check(prepared.preconditions);
        if (checked.is_met()) {
          make(rule_run, run, prepared.pattern);
        } else {
          not_met(checked, Stage::preconditions, entry.preconditions ? entry.preconditions : where);
        }
        rule_run.end_element();
      }
    }
    cause_.for_each = kNoIndex;
  }

  void make(RuleRun& rule_run, const TriggerRun& run, const PreparedPattern& prepared) {
    const Filled filled = rule_run.fill(prepared.document);
    if (filled.failure) return fail(Stage::target, *filled.failure, prepared.pattern.where);
    Target target;
    if (!read_target(filled.value, prepared, target)) return;
    if (prepared.pattern.has_clone()) return make_clone(run, prepared, filled.value, target);
    if (prepared.pattern.has_clone_list()) return make_clones(run, prepared, filled.value, target);
    make_data(run, prepared, filled.value, target);
  }

  // Whether `text` is set from a string, or may be left empty.
  bool read_text(const Json& pattern, std::string_view field, Value written, Value where, std::string& text,
                 std::string_view of = "generated object") {
    const Json* json = pattern.find(field);
    if (json == nullptr || json->is_null()) return true;
    if (json->is_unknown()) {
      attempt(AttemptOutcome::unknown, Stage::target,
              fmt::format("the {}'s {} depends on a value that Git doesn't tell", of, field),
              written ? written : where);
      return false;
    }
    if (!json->is_string()) {
      const jmespath::Failure failure{jmespath::FailureKind::type, fmt::format("the {}'s {} is no string", of, field)};
      fail(Stage::target, {failure, failure.message, written}, where);
      return false;
    }
    text = json->as_string();
    return true;
  }

  bool read_target(const Json& pattern, const PreparedPattern& prepared, Target& target) {
    const GeneratePattern& written = prepared.pattern;
    const bool is_list = written.has_clone_list();
    if (!read_text(pattern, "apiVersion", written.api_version, written.where, target.api_version)) return false;
    if (!read_text(pattern, "kind", written.kind, written.where, target.kind)) return false;
    if (!read_text(pattern, "namespace", written.name_space, written.where, target.name_space)) return false;
    if (!read_text(pattern, "name", written.name, written.where, target.name)) return false;
    if (is_list || !target.name.empty()) return true;
    const jmespath::Failure failure{jmespath::FailureKind::value, "the generated object's name is empty"};
    fail(Stage::target, {failure, failure.message, written.name}, written.where);
    return false;
  }

  void make_data(const TriggerRun& run, const PreparedPattern& prepared, const Json& pattern, const Target& target) {
    const Json* data = pattern.find("data");
    const Value where = prepared.pattern.data ? prepared.pattern.data : prepared.pattern.where;
    if (data != nullptr && data->is_unknown()) {
      return attempt(AttemptOutcome::unknown, Stage::data, "the data depends on a value that Git doesn't tell", where);
    }
    if (data != nullptr && !data->is_object() && !data->is_null()) {
      const jmespath::Failure failure{jmespath::FailureKind::type, "the data of the generated object is no mapping"};
      return fail(Stage::data, {failure, failure.message, where}, where);
    }
    if (begin(prepared, target, target.kind) == nullptr) return;
    emit(write_data(*builder_, prepared, pattern, target, rule(), added_labels(policy(), rule(), run.trigger)));
  }

  // Clones find their sources in the cluster as it is before the round.
  void make_clone(const TriggerRun& run, const PreparedPattern& prepared, const Json& pattern, const Target& target) {
    const Json* clone = pattern.find("clone");
    std::string name;
    std::string name_space;
    const Value where = prepared.pattern.clone;
    if (clone == nullptr || !read_text(*clone, "name", where["name"], where, name, "clone source")) return;
    if (!read_text(*clone, "namespace", where["namespace"], where, name_space, "clone source")) return;
    if (name_space == target.name_space && name == target.name) {
      return attempt(AttemptOutcome::skipped, Stage::clone, "the object would be a clone of itself", where);
    }
    const Resource* source = cluster_->find(group_of(target.api_version), target.kind, name_space, name);
    if (source != nullptr) return copy(run.trigger, prepared, *source, target);
    // One that no manifest holds may come from anywhere.
    Attempt missed = attempt_of(
        AttemptOutcome::unknown, Stage::clone,
        fmt::format("the {} {}/{}, which is to be cloned, is in no manifest", target.kind, name_space, name), where);
    if (waiting_.size() < kMostRecords) {
      waiting_.push_back({&prepared, target, name_space, name, round_, std::move(missed)});
    }
  }

  // Sources that are there now.
  void try_again() {
    std::vector<Waiting> waiting;
    std::swap(waiting, waiting_);
    for (Waiting& each : waiting) {
      const Resource* source =
          cluster_->find(group_of(each.target.api_version), each.target.kind, each.name_space, each.name);
      if (source == nullptr) {
        waiting_.push_back(std::move(each));
        continue;
      }
      cause_ = each.attempt.cause;
      const Trigger trigger = make_trigger(object_of(*cluster_, {cause_.trigger, cause_.claim}));
      const std::uint32_t round = std::exchange(round_, each.depth);
      copy(trigger, *each.prepared, *source, each.target);
      round_ = round;
    }
  }

  void copy(const Trigger& trigger, const PreparedPattern& prepared, const Resource& source, const Target& target) {
    Generation* generation = begin(prepared, target, source.kind);
    if (generation == nullptr) return;
    generation->clone_source = static_cast<std::uint32_t>(&source - cluster_->resources().data());
    emit(write_clone(*builder_, prepared, source, target, rule(), added_labels(policy(), rule(), trigger)));
  }

  // pkg/background/generate/clone.go: manageCloneList.
  void make_clones(const TriggerRun& run, const PreparedPattern& prepared, const Json& pattern, const Target& target) {
    const Json* list = pattern.find("cloneList");
    const Value where = prepared.pattern.clone_list;
    std::string name_space;
    if (list == nullptr || !read_text(*list, "namespace", where["namespace"], where, name_space, "clone source"))
      return;
    const kube::SelectorValue selector = kube::read_label_selector(where["selector"]);
    for (const Value kind : where["kinds"].items()) {
      const VersionAndKind split = parse_version_and_kind(kind.text());
      for (const Resource* source : cluster_->of_kind(group_of(split.api_version), split.kind)) {
        if (source->name_space != name_space || source->name.empty()) continue;
        const Known taken = kube::matches(selector, kube::read_labels(source->metadata["labels"]));
        if (taken == Known::no) continue;
        if (taken == Known::unknown) {
          attempt(AttemptOutcome::unknown, Stage::clone,
                  fmt::format("whether the selector takes {} is not known", source->title()), where);
          continue;
        }
        if (source->name_space == target.name_space) {
          attempt(AttemptOutcome::skipped, Stage::clone, "the object would be a clone of itself", where);
          continue;
        }
        copy(run.trigger, prepared, *source,
             {std::string(split.api_version), std::string(source->kind), target.name_space, std::string(source->name)});
      }
    }
  }

  // The record of an object; null when it isn't to be written, since it is there.
  Generation* begin(const PreparedPattern& prepared, const Target& target, std::string_view kind) {
    if (builder_->is_full() || simulation_.generations.size() >= kMostRecords) {
      attempt(AttemptOutcome::cut_off, Stage::chain, "the policies make more objects than vlint builds",
              prepared.pattern.where);
      return nullptr;
    }
    Generation generation;
    generation.cause = cause_;
    generation.pattern = prepared.pattern.where;
    generation.synchronize = rule().generate->synchronize;
    generation.generate_existing = rule().generate->generate_existing;
    generation.depth = round_;
    const std::string_view group = group_of(target.api_version);
    const auto key = std::tuple(std::string(group), std::string(kind), target.name_space, target.name);
    if (const Resource* there = cluster_->find(group, kind, target.name_space, target.name)) {
      generation.resource = static_cast<std::uint32_t>(there - cluster_->resources().data());
      generation.presence = there->generation == kube::kNotGenerated ? Presence::in_git : Presence::repeated;
    } else if (const auto [at, is_new] = made_.emplace(key, static_cast<std::uint32_t>(roots_.size())); !is_new) {
      generation.resource = static_cast<std::uint32_t>(resources_.size()) + at->second;
      generation.presence = Presence::repeated;
    }
    simulation_.generations.push_back(generation);
    return generation.presence == Presence::added ? &simulation_.generations.back() : nullptr;
  }

  void emit(yaml::NodeId root) {
    builder_->finish(root);
    Generation& generation = simulation_.generations.back();
    generation.resource = static_cast<std::uint32_t>(resources_.size() + roots_.size());
    roots_.push_back({root, static_cast<std::uint32_t>(simulation_.generations.size() - 1)});
  }

  std::vector<Candidate> add_resources(std::shared_ptr<yaml::Tree> tree) {
    std::vector<Candidate> added;
    if (roots_.empty()) return added;
    for (const auto& [root, generation] : roots_) {
      const Generation& made = simulation_.generations[generation];
      const Policy& policy = simulation_.policies[made.cause.policy];
      const Resource& author = source_.resources()[policy.resource];
      std::vector<Resource> read = kube::read_resources(Value(*tree, root), author.author);
      Resource resource = read.empty() ? Resource{} : read.front();
      resource.root = Value(*tree, root);
      resource.unit = author.unit;
      resource.generation = generation;
      added.push_back({static_cast<std::uint32_t>(resources_.size()), kNoIndex});
      resources_.push_back(resource);
    }
    roots_.clear();
    simulation_.trees.push_back(std::move(tree));
    return added;
  }

  model::Cluster source_;
  SimulationOptions options_;
  Simulation simulation_;
  std::vector<std::vector<PreparedRule>> prepared_;  // by policy and rule
  std::vector<Resource> resources_;

  ExpressionCache cache_;

  // Of the round at hand.
  std::uint32_t round_ = 0;
  const model::Cluster* cluster_ = nullptr;  // of the round
  const model::Secrets* secrets_ = nullptr;  // likewise
  Matcher* matcher_ = nullptr;
  ObjectBuilder* builder_ = nullptr;
  Cause cause_;
  std::vector<std::pair<yaml::NodeId, std::uint32_t>> roots_;  // of new objects, with their generations
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::uint32_t> made_;
  std::vector<Waiting> waiting_;
};

}  // namespace

SimulatedCluster simulate(model::Cluster cluster, const SimulationOptions& options) {
  return Simulator(std::move(cluster), options).run();
}

const Resource& trigger_of(const model::Cluster& cluster, const Simulation& simulation, const Cause& cause) {
  return cause.claim != kNoIndex ? simulation.claims[cause.claim].object : cluster.resources()[cause.trigger];
}

}  // namespace vlint::kyverno
