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

Status findings_go(const Analysis& before, const Analysis& after, const Candidates& candidates) {
  std::map<std::string, std::ptrdiff_t> expected = count_identities(before);
  for (const Candidate& candidate : candidates) {
    --expected[identity(before.sources.files, before.findings[candidate.finding], false)];
  }
  for (const auto& [key, count] : count_identities(after)) {
    const auto known = expected.find(key);
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

// No object of the file changed but those in `subjects`.
Status only_subjects_change(const yaml::Tree& before, const yaml::Tree& after, const std::set<Identity>& subjects) {
  const std::vector<kube::Resource> old_resources = kube::read_resources(before);
  const std::vector<kube::Resource> new_resources = kube::read_resources(after);
  if (old_resources.size() != new_resources.size()) return Error{"it adds or removes an object"};
  for (std::size_t i = 0; i < old_resources.size(); ++i) {
    const kube::Resource& old_one = old_resources[i];
    if (subjects.count({old_one.kind, old_one.name_space, old_one.name}) != 0) continue;
    if (!yaml::equal(old_one.root, new_resources[i].root)) {
      return Error{fmt::format("it changes {}, which the finding is not about", old_one.title())};
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
  std::set<Identity> subjects;
  for (const Candidate& candidate : candidates) {
    const Subject& subject = analysis.findings[candidate.finding].subject;
    subjects.insert({subject.kind, subject.name_space, subject.name});
  }
  for (const auto& [file, file_edits] : edits_by_file(edits)) {
    const auto i = static_cast<std::size_t>(file);
    const yaml::Tree& before = *analysis.sources.trees[i];
    const yaml::Tree& after = *edited->trees[i];
    const Status sound = text_is_sound(before, after, file_edits);
    if (!sound.ok()) return Error{sound.error()};
    const Status contained = only_subjects_change(before, after, subjects);
    if (!contained.ok()) return Error{contained.error()};
  }
  Analysis after = analyze(std::move(edited).value(), options, workers);
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

std::vector<std::string> withdraw_unproven(Analysis& analysis, const AnalysisOptions& options, const Workers& workers) {
  std::vector<Candidate> open;
  for (std::size_t i = 0; i < analysis.findings.size(); ++i) {
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
