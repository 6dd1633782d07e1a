#include "lint/output/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lint/base/text.h"
#include "lint/engine/chain.h"
#include "lint/engine/history.h"
#include "lint/output/display.h"
#include "lint/output/places.h"
#include "lint/output/protections.h"
#include "lint/output/style.h"

namespace vlint {
namespace {

using velero::Plan;
using velero::Verdict;

struct Target {
  std::string_view name_space;
  std::string_view name;
  std::string_view volume;  // empty: all
};

Target parse_target(std::string_view text) {
  Target target;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) target.volume = text.substr(colon + 1);
  const std::string_view object = text.substr(0, colon);
  const std::size_t slash = object.find('/');
  if (slash != std::string_view::npos) target.name_space = object.substr(0, slash);
  target.name = slash == std::string_view::npos ? object : object.substr(slash + 1);
  return target;
}

std::string full_name(std::string_view name_space, std::string_view name) {
  return name_space.empty() ? std::string(name) : fmt::format("{}/{}", name_space, name);
}

class Explainer {
 public:
  Explainer(const Analysis& analysis, const PrintOptions& options)
      : analysis_(analysis), options_(options), style_(options.colour), places_(analysis.sources.files) {}

  // `index`: of the clusters of the analysis.
  void explain(std::size_t index, const Target& target) {
    const model::Cluster& cluster = analysis_.clusters[index];
    const Plan& plan = analysis_.plans[index];
    const volsync::Plan& volsync = analysis_.volsync[index];
    kyverno_ = &analysis_.kyverno[index];
    for (const velero::VolumeUse& use : plan.volumes) {
      const kube::Resource& workload = *plan.workloads[use.workload].resource;
      if (workload.name != target.name || workload.name_space != target.name_space) continue;
      if (!target.volume.empty() && use.name != target.volume) continue;
      explain_use(cluster, plan, volsync, use);
    }
    for (const velero::Claim& claim : plan.claims) {
      const bool is_it = target.volume.empty() && claim.name == target.name && claim.name_space == target.name_space;
      if (is_it) explain_claim(cluster, plan, volsync, claim);
    }
    for (std::size_t i = plan.claims.size(); i < volsync.claims.size(); ++i) {
      const volsync::Claim& claim = volsync.claims[i];
      const bool is_it = target.volume.empty() && claim.name == target.name && claim.name_space == target.name_space;
      if (!is_it) continue;
      heading(cluster, fmt::format("PersistentVolumeClaim {}", full_name(claim.name_space, claim.name)), {});
      line(2, "only ReplicationSources name it", {});
      protections(volsync, claim);
    }
  }

  std::string take() && { return std::move(out_); }

 private:
  // A text, and behind it or on a line of its own the place.
  void line(unsigned indent, std::string_view text, Span where) {
    const std::string margin(indent, ' ');
    const std::string shown = printable(text);
    if (!where.valid()) {
      out_ += fmt::format("{}{}\n", margin, shown);
      return;
    }
    const std::string place = places_.name(where);
    const std::size_t width = indent + display_width(shown) + 2 + place.size();
    if (width <= options_.width) {
      out_ += fmt::format("{}{}  {}\n", margin, shown, style_.hidden(place));
    } else {
      out_ += fmt::format("{}{}\n{}  {}\n", margin, shown, margin, style_.hidden(place));
    }
  }

  void heading(const model::Cluster& cluster, std::string_view what, Span where) {
    if (!out_.empty()) out_ += "\n";
    const bool is_only = analysis_.clusters.size() == 1;
    const std::string text = fmt::format("{}{}", what, is_only ? "" : fmt::format(", in cluster {}", cluster.name()));
    out_ += style_.strong(printable(text)) + "\n";
    if (where.valid()) line(2, "written here:", where);
  }

  void history(const kube::Resource& resource, yaml::Value field) {
    for (const Label& step : history_of(analysis_.units, resource, field, field.span())) {
      line(2, step.message, step.where);
    }
  }

  void explain_use(const model::Cluster& cluster, const Plan& plan, const volsync::Plan& volsync,
                   const velero::VolumeUse& use) {
    const velero::Workload& workload = plan.workloads[use.workload];
    const std::string source = use.claim.empty() ? std::string(use.source.empty() ? "unknown" : use.source)
                                                 : fmt::format("PersistentVolumeClaim {}", use.claim);
    heading(cluster, fmt::format("volume {} of {} ({})", use.name, workload.resource->title(), source),
            use.volume.span());
    history(*workload.resource, use.volume);
    for (const yaml::Value collection : {workload.pod.metadata, workload.pod.metadata["annotations"]}) {
      for (const Label& removed : removed_from(analysis_.units, *workload.resource, collection)) {
        line(2, removed.message, removed.where);
      }
    }
    const volsync::Claim* by_others = use.claim.empty() ? nullptr : claim_of(plan, volsync, use);
    verdicts(plan, use.verdicts, by_others != nullptr && has_others(*by_others));
    if (by_others != nullptr) protections(volsync, *by_others);
    advice(cluster, *workload.resource, use.volume.span());
  }

  void explain_claim(const model::Cluster& cluster, const Plan& plan, const volsync::Plan& volsync,
                     const velero::Claim& claim) {
    heading(cluster, fmt::format("PersistentVolumeClaim {}", full_name(claim.name_space, claim.name)),
            claim.resource == nullptr ? Span{} : claim.resource->place());
    if (claim.resource != nullptr) history(*claim.resource, claim.resource->root);
    for (const std::uint32_t i : claim.mounted_by) {
      const velero::VolumeUse& use = plan.volumes[i];
      line(2, fmt::format("mounted by {} as volume {}", plan.workloads[use.workload].resource->title(), use.name),
           use.volume.span());
    }
    if (claim.mounted_by.empty()) line(2, "no workload of the repository mounts it", {});
    const volsync::Claim& by_others = volsync.claims[static_cast<std::size_t>(&claim - plan.claims.data())];
    verdicts(plan, claim.verdicts, has_others(by_others));
    protections(volsync, by_others);
    chain(cluster, claim, by_others);
    if (claim.resource != nullptr) advice(cluster, *claim.resource, {});
  }

  static bool has_others(const volsync::Claim& claim) { return !claim.sources.empty() || !claim.others.empty(); }

  // The claim that a volume names; null when it is not among those of the plan.
  static const volsync::Claim* claim_of(const Plan& plan, const volsync::Plan& volsync, const velero::VolumeUse& use) {
    const std::string_view name_space = plan.workloads[use.workload].resource->name_space;
    const auto found = std::find_if(volsync.claims.begin(), volsync.claims.end(), [&](const volsync::Claim& claim) {
      return claim.name == use.claim && claim.name_space == name_space;
    });
    return found == volsync.claims.end() ? nullptr : &*found;
  }

  std::string shown_outcome(velero::Outcome outcome, const std::string& text) {
    if (outcome == velero::Outcome::is_protected) return style_.added(text);
    return outcome == velero::Outcome::fails ? style_.removed(text) : style_.strong(text);
  }

  // A numbered list of facts.
  void steps(const velero::EvidenceList& evidence) {
    unsigned step = 0;
    for (const velero::Evidence& fact : evidence) {
      line(4, fmt::format("{}. {}", ++step, fact.message), fact.where);
    }
  }

  void protections(const volsync::Plan& volsync, const volsync::Claim& claim) {
    for (const Protection& other : protections_of(volsync, claim, *kyverno_)) {
      out_ += "\n";
      const bool is_guess = other.assumed && other.outcome != velero::Outcome::unknown;
      const std::string outcome = fmt::format("{} by {}{}", velero::to_string(other.outcome), other.method,
                                              is_guess ? ", as far as Git tells" : "");
      out_ += fmt::format("  {}: {}\n", printable(other.resource->title()), shown_outcome(other.outcome, outcome));
      if (other.generated_by) {
        line(4,
             fmt::format("the rule {} of the policy {} makes it", other.generated_by->rule, other.generated_by->policy),
             other.generated_by->where);
      }
      steps(other.evidence);
      line(4, fmt::format("so: {}", other.reason), {});
    }
  }

  // Why policies make no ReplicationSource for a claim that has none.
  void chain(const model::Cluster& cluster, const velero::Claim& claim, const volsync::Claim& by_others) {
    if (!by_others.sources.empty()) return;
    for (const BrokenLink& link : broken_links(cluster, *kyverno_, claim.name_space, claim.name)) {
      out_ += "\n";
      line(2,
           fmt::format("the rule {} of the policy {} {} no ReplicationSource for it", link.rule, link.policy,
                       link.is_sure ? "makes" : "may make"),
           link.rule_where);
      line(4, link.message, link.where);
      if (link.object.valid()) line(4, "the object that it looks at:", link.object);
    }
  }

  void verdicts(const Plan& plan, const std::vector<Verdict>& verdicts, bool has_other_protection) {
    if (verdicts.empty() && !has_other_protection) line(2, "the cluster has no Schedule", {});
    for (const Verdict& verdict : verdicts) {
      const velero::Schedule& schedule = plan.schedules[verdict.schedule];
      out_ += "\n";
      const std::string method = verdict.method == velero::Method::none
                                     ? std::string()
                                     : fmt::format(" by {}", velero::to_string(verdict.method));
      const bool is_guess = verdict.assumed && verdict.outcome != velero::Outcome::unknown;
      const std::string outcome =
          fmt::format("{}{}{}", velero::to_string(verdict.outcome), method, is_guess ? ", as far as Git tells" : "");
      out_ += fmt::format("  {} {}: {}\n", printable(schedule.resource->kind), printable(schedule.name),
                          shown_outcome(verdict.outcome, outcome));
      steps(verdict.evidence);
      line(4, fmt::format("so: {}", velero::explain(verdict.reason)), {});
      if (verdict.reason == velero::Reason::suppressed_by_fs_backup) {
        line(4, fmt::format("no copy is made, because: {}", velero::explain(verdict.cause)), {});
      }
      if (verdict.also != velero::Method::none) {
        line(4, fmt::format("backed up twice: also by {}", velero::to_string(verdict.also)), {});
      }
      if (verdict.differs_at != 0) {
        line(4, fmt::format("Velero 1.{} decides otherwise, and which version runs is not known", verdict.differs_at),
             {});
      }
    }
  }

  // What the findings about an object say to write; with a place, those that lie there first.
  void advice(const model::Cluster& cluster, const kube::Resource& resource, Span around) {
    std::set<std::string_view> said;
    for (const Finding& finding : analysis_.findings) {
      const auto is_it = [&](const Subject& subject) {
        return subject.cluster == cluster.name() && subject.kind == resource.kind &&
               subject.name_space == resource.name_space && subject.name == resource.name;
      };
      const bool concerns =
          is_it(finding.subject) || std::any_of(finding.also_about.begin(), finding.also_about.end(), is_it);
      const auto lies_there = [&](const Label& label) { return around.contains(label.where); };
      const bool is_here = !around.valid() || lies_there(finding.primary) ||
                           std::any_of(finding.related.begin(), finding.related.end(), lies_there);
      if (!concerns || !is_here || finding.suppressed || !said.insert(finding.message).second) continue;
      out_ += "\n";
      line(2, fmt::format("{}[{}]: {}", to_string(finding.severity), finding.rule, finding.message),
           finding.primary.where);
      if (!finding.help.empty()) line(4, fmt::format("to mend it: {}", finding.help), {});
    }
  }

  const Analysis& analysis_;
  const PrintOptions& options_;
  Style style_;
  Places places_;
  const kyverno::Simulation* kyverno_ = nullptr;  // of the cluster that is explained
  std::string out_;
};

// The names that are nearest to one that nothing has.
std::string nearest(const Analysis& analysis, const Target& target) {
  std::set<std::string> names;
  for (const Plan& plan : analysis.plans) {
    for (const velero::Claim& claim : plan.claims) names.insert(full_name(claim.name_space, claim.name));
    for (const velero::Workload& workload : plan.workloads) {
      names.insert(full_name(workload.resource->name_space, workload.resource->name));
    }
  }
  for (const volsync::Plan& plan : analysis.volsync) {
    for (const volsync::Claim& claim : plan.claims) names.insert(full_name(claim.name_space, claim.name));
  }
  std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string wanted = full_name(target.name_space, target.name);
  for (const std::string_view name : candidates) {
    // The right name in another namespace.
    if (name.substr(name.find('/') + 1) == target.name && name != wanted)
      return fmt::format("; did you mean {}?", name);
  }
  const auto near = closest(wanted, candidates, 3);
  return near ? fmt::format("; did you mean {}?", *near) : std::string();
}

}  // namespace

Result<std::string> explain_why(const Analysis& analysis, std::string_view text, const PrintOptions& options) {
  const Target target = parse_target(text);
  Explainer explainer(analysis, options);
  for (std::size_t i = 0; i < analysis.clusters.size(); ++i) {
    explainer.explain(i, target);
  }
  std::string out = std::move(explainer).take();
  if (!out.empty()) return out;
  return Error{
      fmt::format("no claim and no workload with a volume is named {}{}", quoted(text), nearest(analysis, target))};
}

}  // namespace vlint
