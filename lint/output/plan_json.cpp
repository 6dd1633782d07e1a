#include "lint/output/plan_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "lint/output/coverage.h"
#include "lint/output/json_location.h"
#include "lint/output/protections.h"

namespace vlint {
namespace {

using nlohmann::ordered_json;
using velero::Plan;

// An absent name is null: an empty one would look like a namespace that is called so.
ordered_json name_or_null(std::string_view name) { return name.empty() ? ordered_json() : ordered_json(name); }

// What is worked out of a cluster besides Velero's plan.
struct Others {
  const volsync::Plan& volsync;
  const kyverno::Simulation& kyverno;
};

class PlanPrinter {
 public:
  explicit PlanPrinter(const Analysis& analysis) : locations_(analysis.sources.files), analysis_(analysis) {}

  ordered_json print() {
    ordered_json clusters = ordered_json::array();
    for (std::size_t i = 0; i < analysis_.clusters.size(); ++i) {
      clusters.push_back(
          cluster(analysis_.clusters[i], analysis_.plans[i], {analysis_.volsync[i], analysis_.kyverno[i]}));
    }
    return {{"schema", "vlint/plan/1"}, {"clusters", std::move(clusters)}, {"incomplete", incomplete()}};
  }

  ordered_json print_coverage() {
    ordered_json clusters = ordered_json::array();
    for (const ClusterCoverage& one : coverage_of(analysis_)) clusters.push_back(coverage(one));
    return {{"schema", "vlint/coverage/1"}, {"clusters", std::move(clusters)}, {"incomplete", incomplete()}};
  }

 private:
  ordered_json incomplete() {
    ordered_json list = ordered_json::array();
    for (const Incomplete& thing : analysis_.incomplete) {
      list.push_back({{"unit", thing.unit}, {"reason", thing.reason}, {"location", locations_.json(thing.where)}});
    }
    return list;
  }

  ordered_json coverage(const ClusterCoverage& cluster) {
    ordered_json totals = ordered_json::object();
    for (int i = 0; i <= static_cast<int>(Coverage::skipped); ++i) {
      totals[std::string(to_string(static_cast<Coverage>(i)))] = cluster.count(static_cast<Coverage>(i));
    }
    totals["nothing_to_protect"] = cluster.scratch;
    ordered_json entries = ordered_json::array();
    for (const CoverageEntry& entry : cluster.entries) {
      ordered_json json =
          entry.claim != nullptr ? claim(*cluster.plan, {*cluster.volsync, *cluster.kyverno}, *entry.claim)
          : entry.use != nullptr ? volume(*cluster.plan, *entry.use)
                                 : claim_of_sources({*cluster.volsync, *cluster.kyverno}, *entry.by_others);
      json["coverage"] = to_string(entry.coverage);
      entries.push_back(std::move(json));
    }
    return {{"name", cluster.cluster->name()},
            {"percent", cluster.percent()},
            {"totals", std::move(totals)},
            {"entries", std::move(entries)}};
  }

  ordered_json cluster(const model::Cluster& cluster, const Plan& plan, const Others& others) {
    ordered_json schedules = ordered_json::array();
    for (const velero::Schedule& schedule : plan.schedules) schedules.push_back(this->schedule(schedule));
    ordered_json volumes = ordered_json::array();
    for (const velero::VolumeUse& use : plan.volumes) volumes.push_back(volume(plan, use));
    ordered_json claims = ordered_json::array();
    for (const velero::Claim& claim : plan.claims) claims.push_back(this->claim(plan, others, claim));
    for (std::size_t i = plan.claims.size(); i < others.volsync.claims.size(); ++i) {
      claims.push_back(claim_of_sources(others, others.volsync.claims[i]));
    }
    return {{"name", cluster.name()},
            {"velero", install(plan.install)},
            {"schedules", std::move(schedules)},
            {"volumes", std::move(volumes)},
            {"claims", std::move(claims)}};
  }

  ordered_json install(const velero::Install& install) {
    return {{"version", velero::to_string(install.version)},
            {"from", velero::to_string(install.version_from)},
            {"location", locations_.json(install.version_where)},
            {"namespace", install.name_space ? ordered_json(*install.name_space) : ordered_json()},
            {"node_agent", to_string(install.node_agent)}};
  }

  ordered_json schedule(const velero::Schedule& schedule) {
    const auto cron = schedule.cron_field.text();
    return {{"name", schedule.name},
            {"kind", schedule.resource->kind},
            {"cron", schedule.one_off ? ordered_json() : ordered_json(cron)},
            {"ttl", schedule.ttl ? ordered_json(kube::to_string(*schedule.ttl)) : ordered_json()},
            {"runs", to_string(schedule.runs)},
            {"location", locations_.json(schedule.resource->place())}};
  }

  ordered_json workload(const velero::Workload& workload) {
    const kube::Resource& resource = *workload.resource;
    return {{"kind", resource.kind}, {"namespace", name_or_null(resource.name_space)}, {"name", resource.name}};
  }

  ordered_json volume(const Plan& plan, const velero::VolumeUse& use) {
    return {{"workload", workload(plan.workloads[use.workload])},
            {"volume", use.name},
            {"source", name_or_null(use.source)},
            {"claim", name_or_null(use.claim)},
            {"pods", velero::to_string(plan.workloads[use.workload].pods)},
            {"location", locations_.json(use.volume.span())},
            {"verdicts", verdicts(plan, use.verdicts)},
            {"protected", to_string(use.is_protected)}};
  }

  ordered_json claim(const Plan& plan, const Others& others, const velero::Claim& claim) {
    const volsync::Claim& by_others = others.volsync.claims[static_cast<std::size_t>(&claim - plan.claims.data())];
    ordered_json all = verdicts(plan, claim.verdicts);
    add_verdicts(others, by_others, all);
    ordered_json mounted_by = ordered_json::array();
    for (const std::uint32_t i : claim.mounted_by) {
      const kube::Resource& resource = *plan.workloads[plan.volumes[i].workload].resource;
      mounted_by.push_back(fmt::format("{}/{}/{}", resource.kind, resource.name_space, resource.name));
    }
    return {{"namespace", name_or_null(claim.name_space)},
            {"name", claim.name},
            {"location", claim.resource != nullptr ? locations_.json(claim.resource->place()) : ordered_json()},
            {"mounted_by", std::move(mounted_by)},
            {"existence", velero::to_string(claim.existence)},
            {"persistent_volume", velero::to_string(claim.volume)},
            {"verdicts", std::move(all)},
            {"protected", to_string(claim.is_protected || by_others.is_protected)}};
  }

  // A claim that only ReplicationSources name.
  ordered_json claim_of_sources(const Others& others, const volsync::Claim& claim) {
    ordered_json all = ordered_json::array();
    add_verdicts(others, claim, all);
    return {{"namespace", name_or_null(claim.name_space)},
            {"name", claim.name},
            {"location", ordered_json()},
            {"mounted_by", ordered_json::array()},
            {"existence", velero::to_string(velero::Certainty::unknown)},
            {"persistent_volume", velero::to_string(velero::Certainty::unknown)},
            {"verdicts", std::move(all)},
            {"protected", to_string(claim.is_protected)}};
  }

  ordered_json evidence_of(const velero::EvidenceList& facts) {
    ordered_json list = ordered_json::array();
    for (const velero::Evidence& fact : facts) {
      list.push_back({{"message", fact.message}, {"location", locations_.json(fact.where)}});
    }
    return list;
  }

  void add_verdicts(const Others& others, const volsync::Claim& claim, ordered_json& all) {
    for (const Protection& other : protections_of(others.volsync, claim, others.kyverno)) {
      all.push_back(verdict(other));
    }
  }

  ordered_json verdict(const Protection& other) {
    ordered_json json = {{"by", other.by},
                         {"selected", to_string(Known::yes)},
                         {"method", other.method},
                         {"outcome", velero::to_string(other.outcome)},
                         {"reason", other.reason},
                         {"cause", ordered_json()},
                         {"also", ordered_json()},
                         {"differs_at", ordered_json()},
                         {"assumed", other.assumed},
                         {"keeps_history", to_string(other.keeps_history)},
                         {"evidence", evidence_of(other.evidence)}};
    if (other.generated_by) {
      json["generated_by"] = {{"policy", other.generated_by->policy},
                              {"rule", other.generated_by->rule},
                              {"location", locations_.json(other.generated_by->where)}};
    }
    return json;
  }

  ordered_json verdicts(const Plan& plan, const std::vector<velero::Verdict>& verdicts) {
    ordered_json list = ordered_json::array();
    for (const velero::Verdict& verdict : verdicts) {
      list.push_back({{"by", plan.schedules[verdict.schedule].name},
                      {"selected", to_string(verdict.selected)},
                      {"method", velero::to_string(verdict.method)},
                      {"outcome", velero::to_string(verdict.outcome)},
                      {"reason", velero::explain(verdict.reason)},
                      {"cause", verdict.reason == velero::Reason::suppressed_by_fs_backup
                                    ? ordered_json(velero::explain(verdict.cause))
                                    : ordered_json()},
                      {"also", verdict.also == velero::Method::none ? ordered_json()
                                                                    : ordered_json(velero::to_string(verdict.also))},
                      {"differs_at", verdict.differs_at == 0 ? ordered_json()
                                                             : ordered_json(fmt::format("1.{}", verdict.differs_at))},
                      {"assumed", verdict.assumed},
                      {"evidence", evidence_of(verdict.evidence)}});
    }
    return list;
  }

  JsonLocations locations_;
  const Analysis& analysis_;
};

}  // namespace

std::string print_plan(const Analysis& analysis) {
  return PlanPrinter(analysis).print().dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string print_coverage_json(const Analysis& analysis) {
  return PlanPrinter(analysis).print_coverage().dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace vlint
