#include "lint/engine/fixer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "lint/engine/report.h"
#include "lint/yaml/judge.h"

namespace vlint {
namespace {

constexpr unsigned kMaxRounds = 10;

// One fix of one finding, as indices so that it outlives the analysis it came from only by its key.
struct Candidate {
  std::size_t finding;
  std::size_t fix;
};

using Candidates = std::vector<Candidate>;

const Fix& fix_of(const Analysis& analysis, const Candidate& candidate) {
  return analysis.findings[candidate.finding].fixes[candidate.fix];
}

std::vector<TextEdit> edits_of(const Analysis& analysis, const Candidates& candidates) {
  std::vector<TextEdit> edits;
  for (const Candidate& candidate : candidates) {
    const Fix& fix = fix_of(analysis, candidate);
    edits.insert(edits.end(), fix.edits.begin(), fix.edits.end());
  }
  std::sort(edits.begin(), edits.end());
  edits.erase(std::unique(edits.begin(), edits.end()), edits.end());
  return edits;
}

// Edits already accepted, for asking whether another fix touches one of them. Sorted by place, so only neighbours are
// compared: accepted edits do not overlap each other.
class Accepted {
 public:
  bool admits(const Fix& fix) const {
    return std::none_of(fix.edits.begin(), fix.edits.end(), [&](const TextEdit& edit) {
      const auto after = edits_.upper_bound(edit);
      // An insertion and a replacement may begin at one byte, so look at all that could reach the edit.
      for (auto at = after; at != edits_.begin();) {
        --at;
        if (conflict(*at, edit)) return true;
        if (at->where.file != edit.where.file || at->where.end < edit.where.begin) break;
      }
      for (auto at = after; at != edits_.end(); ++at) {
        if (at->where.file != edit.where.file || at->where.begin > edit.where.end) break;
        if (conflict(*at, edit)) return true;
      }
      return false;
    });
  }
  void add(const Fix& fix) { edits_.insert(fix.edits.begin(), fix.edits.end()); }

 private:
  std::set<TextEdit> edits_;
};

// How many findings there are of each identity.
std::map<std::string, std::ptrdiff_t> count_identities(const Analysis& analysis) {
  std::map<std::string, std::ptrdiff_t> counts;
  for (const Finding& finding : analysis.findings) ++counts[identity(analysis.sources.files, finding, false)];
  return counts;
}

// Whether a finding is about an object that was not seen before: it came to light, and was not caused, by mending the
// build that hid it.
class NewlySeen {
 public:
  explicit NewlySeen(const Analysis& before) {
    for (const gitops::Unit& unit : before.units.all) {
      for (const kube::Resource& resource : unit.resources) {
        objects_.insert({resource.kind, resource.name_space, resource.name});
      }
    }
    for (const model::Cluster& cluster : before.clusters) {
      for (const kube::Resource& resource : cluster.resources()) {
        if (resource.generation != kube::kNotGenerated)
          objects_.insert({resource.kind, resource.name_space, resource.name});
      }
    }
  }
  bool operator()(const Finding& finding) const {
    const Subject& subject = finding.subject;
    return !is_about_unit(finding) && !subject.kind.empty() &&
           objects_.count({subject.kind, subject.name_space, subject.name}) == 0;
  }

 private:
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> objects_;
};

// Findings about a unit whose build was mended: a build that goes further meets the next fault, which says nothing
// against the fix. The one that was mended must be gone.
Status unit_finding_goes(const Finding& mended, const Analysis& after) {
  const bool is_there = std::any_of(after.findings.begin(), after.findings.end(), [&](const Finding& finding) {
    return is_about_unit(finding) && finding.rule == mended.rule && finding.message == mended.message &&
           finding.subject.name == mended.subject.name;
  });
  return is_there ? Status(Error{"the finding is still there"}) : Status(Done{});
}

std::size_t count_generated(const Analysis& analysis) {
  std::size_t count = 0;
  for (const model::Cluster& cluster : analysis.clusters) {
    count += static_cast<std::size_t>(
        std::count_if(cluster.resources().begin(), cluster.resources().end(),
                      [](const kube::Resource& resource) { return resource.generation != kube::kNotGenerated; }));
  }
  return count;
}

// Whether fixes brought a Schedule or Backup to life that made no backups before. What it does to volumes is seen only
// then, and is no fault of the fix.
bool bring_to_life(const Analysis& before, const Analysis& after) {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
  const auto running = [](const Analysis& analysis) {
    std::set<Key> schedules;
    for (const velero::Plan& plan : analysis.plans) {
      for (const velero::Schedule& schedule : plan.schedules) {
        const kube::Resource& resource = *schedule.resource;
        if (schedule.runs == Known::yes) schedules.insert({resource.kind, resource.name_space, resource.name});
      }
    }
    return schedules;
  };
  const std::set<Key> before_it = running(before);
  const std::set<Key> now = running(after);
  return !std::includes(before_it.begin(), before_it.end(), now.begin(), now.end());
}

Status findings_go(const Analysis& before, const Analysis& after, const Candidates& candidates) {
  std::map<std::string, std::ptrdiff_t> expected = count_identities(before);
  std::set<std::string> mended;
  std::set<std::string_view> mended_units;
  // Policies that generate more than before: what they make was not looked at until now.
  const bool uncovers = count_generated(after) > count_generated(before) || bring_to_life(before, after);
  for (const Candidate& candidate : candidates) {
    const Finding& finding = before.findings[candidate.finding];
    std::string key = identity(before.sources.files, finding, false);
    --expected[key];
    mended.insert(std::move(key));
    if (!is_about_unit(finding)) continue;
    mended_units.insert(finding.subject.name);
    for (const Subject& subject : finding.also_about) mended_units.insert(subject.name);
    const Status gone = unit_finding_goes(finding, after);
    if (!gone.ok()) return gone;
  }
  const NewlySeen is_newly_seen(before);
  std::map<std::string, std::ptrdiff_t> found;
  for (const Finding& finding : after.findings) {
    const bool came_to_light =
        !mended_units.empty() &&
        (is_newly_seen(finding) || (is_about_unit(finding) && mended_units.count(finding.subject.name) != 0));
    if (!came_to_light) ++found[identity(after.sources.files, finding, false)];
  }
  for (const auto& [key, count] : found) {
    const auto known = expected.find(key);
    if (uncovers && mended.count(key) == 0) continue;
    if (known == expected.end()) return Error{"it causes another finding"};
    if (count > known->second) return Error{"the finding is still there"};
  }
  return Done{};
}

struct Comments {
  std::multiset<std::string_view> untouched;
  std::size_t edited = 0;  // an edit changes a part of them
};

// The comments that edits leave, wholly removed ones not counted.
Comments remaining_comments(const yaml::Tree& tree, const std::vector<TextEdit>& edits) {
  Comments comments;
  for (const yaml::Comment& comment : tree.comments) {
    const Span place = tree.span(comment.begin, comment.end);
    const auto touches = [&](const TextEdit& edit) {
      return edit.where.begin < place.end && place.begin < edit.where.end;
    };
    const auto edit = std::find_if(edits.begin(), edits.end(), touches);
    if (edit == edits.end()) {
      comments.untouched.insert(tree.slice(comment.begin, comment.end));
    } else if (!edit->where.contains(place)) {
      ++comments.edited;
    }
  }
  return comments;
}

std::size_t broken_documents(const yaml::Tree& tree) {
  return static_cast<std::size_t>(std::count_if(tree.documents.begin(), tree.documents.end(),
                                                [](const yaml::Document& document) { return document.broken; }));
}

// Both parsers read the new text alike, and no comment is lost.
Status text_is_sound(const yaml::Tree& before, const yaml::Tree& after, const std::vector<TextEdit>& edits) {
  if (broken_documents(after) > broken_documents(before)) return Error{"it breaks the YAML"};
  const Comments kept = remaining_comments(before, edits);
  const auto found = remaining_comments(after, {}).untouched;
  const bool all_there = std::includes(found.begin(), found.end(), kept.untouched.begin(), kept.untouched.end()) &&
                         found.size() >= kept.untouched.size() + kept.edited;
  if (!all_there) return Error{"it loses a comment"};
  // yaml-cpp has faults of its own; where it read the old text otherwise too, it is no judge of the new one.
  const Status opinion = yaml::agree(after);
  return opinion.ok() || !yaml::agree(before).ok() ? Status(Done{}) : opinion;
}

using Identity = std::tuple<std::string_view, std::string_view, std::string_view>;  // kind, namespace, name

// What fixes may change: the objects that their findings are about, and all that comes out of whole units.
struct Subjects {
  std::set<Identity> objects;
  std::set<Identity> added;          // that may be new
  std::set<std::string_view> units;  // folders as reports name them
  std::set<Span> texts;              // policies whose generated objects the findings are about
};

Subjects subjects_of(const Analysis& analysis, const Candidates& candidates) {
  Subjects subjects;
  const auto add = [&](const Finding& finding, const Subject& subject) {
    if (is_about_unit(finding)) {
      subjects.units.insert(subject.name);
    } else {
      subjects.objects.insert({subject.kind, subject.name_space, subject.name});
    }
  };
  for (const Candidate& candidate : candidates) {
    const Finding& finding = analysis.findings[candidate.finding];
    if (finding.seen.generated) subjects.texts.insert(finding.seen.object);
    add(finding, finding.subject);
    for (const Subject& subject : finding.also_about) add(finding, subject);
    const Fix& fix = fix_of(analysis, candidate);
    for (const Subject& subject : fix.also_changes) {
      subjects.objects.insert({subject.kind, subject.name_space, subject.name});
    }
    for (const Subject& subject : fix.adds) subjects.added.insert({subject.kind, subject.name_space, subject.name});
  }
  return subjects;
}

// Whether the text of a policy makes an object that may change.
bool generates_subjects(const kube::Resource& resource, const Subjects& subjects) {
  const Span text = resource.root.source().span();
  return std::any_of(subjects.texts.begin(), subjects.texts.end(), [&](Span made) { return text.contains(made); });
}

// A fix for some of the objects that a policy generates leaves the others as they are.
Status other_generated_stay(const Analysis& before, const Analysis& after, const Subjects& subjects) {
  if (subjects.texts.empty() || before.clusters.size() != after.clusters.size()) return Done{};
  for (std::size_t i = 0; i < before.clusters.size(); ++i) {
    for (const kube::Resource& old_one : before.clusters[i].resources()) {
      if (old_one.generation == kube::kNotGenerated) continue;
      if (subjects.objects.count({old_one.kind, old_one.name_space, old_one.name}) != 0) continue;
      const kube::Resource* now = after.clusters[i].find(old_one.group, old_one.kind, old_one.name_space, old_one.name);
      if (now == nullptr || !yaml::equal(old_one.root, now->root)) {
        return Error{
            fmt::format("it changes {}, which a policy generates and which has no such fault", old_one.title())};
      }
    }
  }
  return Done{};
}

// The objects of the unit as it is now, but for those that a fix adds.
std::vector<const kube::Resource*> without_added(const gitops::Unit& before, const gitops::Unit& after,
                                                 const Subjects& subjects) {
  const auto identity_of = [](const kube::Resource& resource) {
    return Identity{resource.kind, resource.name_space, resource.name};
  };
  std::set<Identity> known;
  if (!subjects.added.empty()) {
    for (const kube::Resource& resource : before.resources) known.insert(identity_of(resource));
  }
  std::vector<const kube::Resource*> kept;
  for (const kube::Resource& resource : after.resources) {
    const Identity identity = identity_of(resource);
    if (subjects.added.count(identity) == 0 || known.count(identity) != 0) kept.push_back(&resource);
  }
  return kept;
}

// No object of the unit changed but those that may.
Status only_subjects_change(const gitops::Unit& before, const gitops::Unit& after, const Subjects& subjects) {
  const std::vector<const kube::Resource*> now = without_added(before, after, subjects);
  if (before.resources.size() != now.size()) return Error{"it adds or removes an object"};
  for (std::size_t i = 0; i < before.resources.size(); ++i) {
    const kube::Resource& old_one = before.resources[i];
    if (subjects.objects.count({old_one.kind, old_one.name_space, old_one.name}) != 0) continue;
    if (generates_subjects(old_one, subjects)) continue;
    if (!yaml::equal(old_one.root, now[i]->root)) {
      return Error{fmt::format("it changes {}, which the finding is not about", old_one.title())};
    }
  }
  return Done{};
}

// The same for all units that read an edited file.
Status only_subjects_change(const Analysis& before, const Analysis& after, const std::set<FileId>& edited,
                            const Subjects& subjects) {
  const auto is_touched = [&](const gitops::Unit& unit) {
    return std::any_of(unit.files.begin(), unit.files.end(), [&](FileId file) { return edited.count(file) != 0; });
  };
  std::map<std::pair<std::string_view, bool>, const gitops::Unit*> old_units;  // by folder, and whether it is built
  for (const gitops::Unit& unit : before.units.all) old_units[{unit.folder, unit.build != nullptr}] = &unit;
  std::size_t matched = 0;
  for (const gitops::Unit& unit : after.units.all) {
    const auto old_unit = old_units.find({unit.folder, unit.build != nullptr});
    const bool is_subject = subjects.units.count(gitops::display_name(unit)) != 0;
    if (old_unit == old_units.end()) {
      if (!is_subject) return Error{fmt::format("it adds {} to what is deployed", gitops::display_name(unit))};
      continue;
    }
    ++matched;
    if (is_subject || (!is_touched(unit) && !is_touched(*old_unit->second))) continue;
    const Status contained = only_subjects_change(*old_unit->second, unit, subjects);
    if (!contained.ok()) return contained;
  }
  if (matched != old_units.size() && subjects.units.empty()) return Error{"it takes a unit out of what is deployed"};
  return Done{};
}

// The workloads that findings of the rule are about, as the fix would have it for all of them.
std::set<Identity> workloads_of(const Analysis& analysis, std::string_view rule) {
  std::set<Identity> workloads;
  for (const Finding& finding : analysis.findings) {
    if (finding.rule != rule) continue;
    workloads.insert({finding.subject.kind, finding.subject.name_space, finding.subject.name});
    for (const Subject& subject : finding.also_about)
      workloads.insert({subject.kind, subject.name_space, subject.name});
  }
  return workloads;
}

bool is_same(const velero::Verdict& a, const velero::Verdict& b) {
  return a.selected == b.selected && a.method == b.method && a.outcome == b.outcome && a.also == b.also;
}

// A volume may be left out by a volume policy: one that nothing saves anyway, or one of a workload with the finding.
bool may_become(const velero::Verdict& old_one, const velero::Verdict& now, bool has_finding) {
  if (is_same(old_one, now)) return true;
  const bool is_saved = old_one.outcome == velero::Outcome::is_protected;
  return now.reason == velero::Reason::policy_skip && (has_finding || !is_saved);
}

Status verdicts_stay(const velero::Plan& before, const velero::Plan& after, const std::set<Identity>& workloads) {
  const bool is_comparable = before.schedules.size() == after.schedules.size() &&
                             before.claims.size() == after.claims.size() &&
                             before.volumes.size() == after.volumes.size();
  if (!is_comparable) return Error{"it changes what there is to back up"};
  for (std::size_t i = 0; i < before.claims.size(); ++i) {
    const velero::Claim& claim = before.claims[i];
    const bool stays = std::equal(claim.verdicts.begin(), claim.verdicts.end(), after.claims[i].verdicts.begin(),
                                  after.claims[i].verdicts.end(), is_same);
    if (!stays) return Error{fmt::format("it changes what is done with claim {}/{}", claim.name_space, claim.name)};
  }
  for (std::size_t i = 0; i < before.volumes.size(); ++i) {
    const velero::VolumeUse& use = before.volumes[i];
    const kube::Resource& owner = *before.workloads[use.workload].resource;
    const bool has_finding = workloads.count({owner.kind, owner.name_space, owner.name}) != 0;
    const bool stays =
        std::equal(use.verdicts.begin(), use.verdicts.end(), after.volumes[i].verdicts.begin(),
                   after.volumes[i].verdicts.end(), [&](const velero::Verdict& old_one, const velero::Verdict& now) {
                     return may_become(old_one, now, has_finding);
                   });
    if (!stays) {
      return Error{fmt::format("it changes what is done with volume {} of {}", use.name, owner.title())};
    }
  }
  return Done{};
}

// Fixes that reach beyond their finding's subject.
Status verdicts_stay(const Analysis& before, const Analysis& after, const Candidates& candidates) {
  for (const Candidate& candidate : candidates) {
    if (fix_of(before, candidate).also_changes.empty()) continue;
    if (before.plans.size() != after.plans.size()) return Error{"it changes which clusters there are"};
    const std::set<Identity> workloads = workloads_of(before, before.findings[candidate.finding].rule);
    for (std::size_t i = 0; i < before.plans.size(); ++i) {
      const Status stays = verdicts_stay(before.plans[i], after.plans[i], workloads);
      if (!stays.ok()) return stays;
    }
  }
  return Done{};
}

// Analyses the sources with the candidates' fixes, and returns that analysis when it proves all of them.
Result<Analysis> prove(const Analysis& analysis, const Candidates& candidates, const AnalysisOptions& options,
                       const Workers& workers) {
  const std::vector<TextEdit> edits = edits_of(analysis, candidates);
  Result<Sources> edited = with_edits(analysis.sources, edits);
  if (!edited.ok()) return Error{edited.error()};
  std::set<FileId> edited_files;
  for (const auto& [file, file_edits] : edits_by_file(edits)) {
    edited_files.insert(file);
    const auto i = static_cast<std::size_t>(file);
    if (analysis.sources.trees[i] == nullptr) continue;  // no YAML: only builds read it
    const Status sound = text_is_sound(*analysis.sources.trees[i], *edited->trees[i], file_edits);
    if (!sound.ok()) return Error{sound.error()};
  }
  const Subjects subjects = subjects_of(analysis, candidates);
  Analysis after = analyze(std::move(edited).value(), options, workers);
  const Status contained = only_subjects_change(analysis, after, edited_files, subjects);
  if (!contained.ok()) return Error{contained.error()};
  const Status others = other_generated_stay(analysis, after, subjects);
  if (!others.ok()) return Error{others.error()};
  const Status stay = verdicts_stay(analysis, after, candidates);
  if (!stay.ok()) return Error{stay.error()};
  const Status gone = findings_go(analysis, after, candidates);
  if (!gone.ok()) return Error{gone.error()};
  return after;
}

std::string describe(const Analysis& analysis, const Candidate& candidate, std::string_view what) {
  const Finding& finding = analysis.findings[candidate.finding];
  return fmt::format("the fix of {} for {} {}", finding.rule,
                     finding.subject.kind.empty() ? analysis.sources.files[finding.primary.where.file].path
                                                  : fmt::format("{} {}", finding.subject.kind, finding.subject.name),
                     what);
}

struct Guilty {
  Candidate candidate;
  std::string reason;
};

// Splits until each candidate is proven or guilty; proofs share analyses, so the usual case costs one.
void find_guilty(const Analysis& analysis, const Candidates& candidates, const AnalysisOptions& options,
                 const Workers& workers, std::vector<Guilty>& guilty) {
  if (candidates.empty()) return;
  const Result<Analysis> proof = prove(analysis, candidates, options, workers);
  if (proof.ok()) return;
  if (candidates.size() == 1) {
    guilty.push_back({candidates.front(), proof.error()});
    return;
  }
  const auto middle = candidates.begin() + static_cast<std::ptrdiff_t>(candidates.size() / 2);
  find_guilty(analysis, {candidates.begin(), middle}, options, workers, guilty);
  find_guilty(analysis, {middle, candidates.end()}, options, workers, guilty);
}

// The fixes of a round: of each finding the first permitted one, in the order of the findings, as long as it touches
// none accepted before. `left_out` gets those that do.
Candidates choose(const Analysis& analysis, Safety least, const Selected& selected,
                  const std::set<std::string>& withdrawn, Candidates& left_out) {
  Candidates chosen;
  Accepted accepted;
  for (std::size_t i = 0; i < analysis.findings.size(); ++i) {
    const Finding& finding = analysis.findings[i];
    if (finding.suppressed || !selected(finding) || withdrawn.count(finding.fingerprint) != 0) continue;
    const auto fix =
        std::find_if(finding.fixes.begin(), finding.fixes.end(), [&](const Fix& f) { return f.safety >= least; });
    if (fix == finding.fixes.end()) continue;
    const Candidate candidate{i, static_cast<std::size_t>(fix - finding.fixes.begin())};
    if (!accepted.admits(*fix)) {
      left_out.push_back(candidate);
      continue;
    }
    accepted.add(*fix);
    chosen.push_back(candidate);
  }
  return chosen;
}

}  // namespace

FixRun fix_all(Analysis analysis, Safety least, const Selected& selected, const AnalysisOptions& options,
               const Workers& workers) {
  FixRun run;
  std::set<std::string> withdrawn;  // fingerprints
  for (unsigned round = 0; round < kMaxRounds; ++round) {
    Candidates left_out;
    const Candidates chosen = choose(analysis, least, selected, withdrawn, left_out);
    run.postponed.clear();
    for (const Candidate& candidate : left_out) {
      run.postponed.push_back(describe(analysis, candidate, "touches another fix; run --fix again"));
    }
    if (chosen.empty()) break;
    Result<Analysis> proof = prove(analysis, chosen, options, workers);
    if (proof.ok()) {
      run.applied += chosen.size();
      analysis = std::move(proof).value();
      continue;
    }
    std::vector<Guilty> guilty;
    find_guilty(analysis, chosen, options, workers, guilty);
    // Fixes that are good alone and not together: let the first of them go alone.
    if (guilty.empty()) guilty.push_back({chosen.back(), proof.error()});
    for (const Guilty& one : guilty) {
      run.withdrawn.push_back(describe(analysis, one.candidate, fmt::format("was withdrawn: {}", one.reason)));
      withdrawn.insert(analysis.findings[one.candidate.finding].fingerprint);
    }
  }
  run.analysis = std::move(analysis);
  return run;
}

std::vector<std::string> withdraw_unproven(Analysis& analysis, const AnalysisOptions& options, const Workers& workers,
                                           const Selected& selected) {
  std::vector<Candidate> open;
  for (std::size_t i = 0; i < analysis.findings.size(); ++i) {
    // What somebody silenced is left as it is; to mend it would leave a comment behind that silences nothing.
    if (analysis.findings[i].suppressed) analysis.findings[i].fixes.clear();
    if (!selected(analysis.findings[i])) continue;
    for (std::size_t f = 0; f < analysis.findings[i].fixes.size(); ++f) open.push_back({i, f});
  }
  std::vector<Guilty> guilty;
  while (!open.empty()) {
    // As many as do not touch each other are proven together; alternatives of one finding never are.
    Candidates batch;
    Candidates rest;
    Accepted accepted;
    for (const Candidate& candidate : open) {
      const bool is_alternative = !batch.empty() && batch.back().finding == candidate.finding;
      if (is_alternative || !accepted.admits(fix_of(analysis, candidate))) {
        rest.push_back(candidate);
      } else {
        accepted.add(fix_of(analysis, candidate));
        batch.push_back(candidate);
      }
    }
    find_guilty(analysis, batch, options, workers, guilty);
    open = std::move(rest);
  }
  std::vector<std::string> sentences;
  std::sort(guilty.begin(), guilty.end(), [](const Guilty& a, const Guilty& b) {
    return std::tie(a.candidate.finding, a.candidate.fix) > std::tie(b.candidate.finding, b.candidate.fix);
  });
  for (const Guilty& one : guilty) {
    sentences.push_back(describe(analysis, one.candidate, fmt::format("was withdrawn: {}", one.reason)));
    auto& fixes = analysis.findings[one.candidate.finding].fixes;
    fixes.erase(fixes.begin() + static_cast<std::ptrdiff_t>(one.candidate.fix));
  }
  std::reverse(sentences.begin(), sentences.end());
  return sentences;
}

std::vector<FileId> changed_files(const FileSet& before, const FileSet& after) {
  std::vector<FileId> changed;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const FileId id = before.id_at(i);
    if (before[id].text != after[id].text) changed.push_back(id);
  }
  return changed;
}

}  // namespace vlint
