#include "lint/output/protections.h"

#include <fmt/format.h>

namespace vlint {
namespace {

std::string by(std::string_view tool, const kube::Resource& resource) {
  return resource.name_space.empty() ? fmt::format("{}:{}", tool, resource.name)
                                     : fmt::format("{}:{}/{}", tool, resource.name_space, resource.name);
}

std::optional<GeneratedBy> generated_by(const kube::Resource& resource, const kyverno::Simulation& kyverno) {
  if (resource.generation >= kyverno.generations.size()) return std::nullopt;
  const kyverno::Cause& cause = kyverno.generations[resource.generation].cause;
  const kyverno::Rule& rule = kyverno.rule_of(cause);
  return GeneratedBy{kyverno.policy_of(cause).name, rule.name, rule.where.span()};
}

Protection read_source(const volsync::Source& source, const kyverno::Simulation& kyverno) {
  const volsync::Verdict& verdict = source.verdict;
  const kube::Resource& resource = *source.replication.resource;
  return {by("volsync", resource),
          &resource,
          volsync::method_of(source.replication),
          verdict.outcome,
          volsync::explain(verdict.reason),
          verdict.keeps_history,
          verdict.assumed,
          verdict.evidence,
          generated_by(resource, kyverno)};
}

Protection read_other(const volsync::OtherBackup& other) {
  const bool is_sure = other.protects == Known::yes;
  return {by(other.tool, *other.resource),
          other.resource,
          other.tool,
          is_sure ? velero::Outcome::is_protected : velero::Outcome::unknown,
          is_sure ? fmt::format("backed up by {}", other.resource->title())
                  : fmt::format("whether {} backs it up is not known", other.resource->title()),
          Known::unknown,
          false,
          other.evidence,
          std::nullopt};
}

}  // namespace

std::vector<Protection> protections_of(const volsync::Plan& plan, const volsync::Claim& claim,
                                       const kyverno::Simulation& kyverno) {
  std::vector<Protection> all;
  for (const std::uint32_t source : claim.sources) all.push_back(read_source(plan.sources[source], kyverno));
  for (const volsync::OtherBackup& other : claim.others) all.push_back(read_other(other));
  return all;
}

}  // namespace vlint
