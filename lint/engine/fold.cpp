#include "lint/engine/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace vlint {
namespace {

using UnitSet = std::set<std::uint32_t>;

// What findings have in common that are one. The ordinal tells apart findings of one unit at one place.
using Key = std::tuple<std::string_view, Span, Span, std::string, std::size_t>;
// The same of one unit in one cluster.
using SeenKey = std::tuple<std::string_view, Span, Span, std::string, std::uint32_t, std::string>;

Key key_of(const Finding& finding, std::map<SeenKey, std::size_t>& seen) {
  const Subject& subject = finding.subject;
  const std::size_t ordinal = seen[{finding.rule, finding.primary.where, finding.seen.object, subject.kind,
                                    finding.seen.unit, subject.cluster}]++;
  return {finding.rule, finding.primary.where, finding.seen.object, subject.kind, ordinal};
}

bool reads_any(const gitops::Unit& unit, const std::vector<TextEdit>& edits) {
  return std::any_of(edits.begin(), edits.end(), [&](const TextEdit& edit) {
    return std::binary_search(unit.files.begin(), unit.files.end(), edit.where.file);
  });
}

// For each text that objects are made from, the units that have one of it.
class Users {
 public:
  explicit Users(const gitops::Units& units) : units_(units) {
    for (const gitops::Unit& unit : units.all) {
      if (unit.build == nullptr) continue;
      for (const kube::Resource& resource : unit.resources)
        by_object_[resource.root.source().span()].insert(resource.unit);
    }
  }

  // Whether the edits would change what a unit builds that is not among `mended`.
  bool changes_others(const std::vector<TextEdit>& edits, Span object, const UnitSet& mended) const {
    const auto users = by_object_.find(object);
    if (!object.valid() || users == by_object_.end()) return false;
    return std::any_of(users->second.begin(), users->second.end(), [&](std::uint32_t unit) {
      return mended.count(unit) == 0 && reads_any(units_.all[unit], edits);
    });
  }

 private:
  const gitops::Units& units_;
  std::map<Span, UnitSet> by_object_;
};

std::string describe_other(const gitops::Units& units, const Finding& other) {
  const std::string build = gitops::display_name(units.all[other.seen.unit]);
  const Subject& subject = other.subject;
  if (!other.seen.object.valid()) return fmt::format("{} has it too", build);
  return fmt::format("{} has it too, as {} {}{}{}", build, subject.kind, subject.name_space,
                     subject.name_space.empty() ? "" : "/", subject.name);
}

// Every edit of the fixes that mend one overlay each; empty when an overlay has no such fix.
std::optional<Fix> join_overlay_fixes(const Users& users, const std::vector<Finding*>& group) {
  std::optional<Fix> joined;
  UnitSet mended;
  for (const Finding* finding : group) {
    if (!mended.insert(finding->seen.unit).second) continue;
    const auto own =
        std::find_if(finding->fixes.begin(), finding->fixes.end(), [](const Fix& f) { return f.in_overlay; });
    const Span object = finding->seen.object;
    if (own == finding->fixes.end() || users.changes_others(own->edits, object, {finding->seen.unit}))
      return std::nullopt;
    if (!joined) {
      joined = *own;
      continue;
    }
    joined->safety = std::min(joined->safety, own->safety);
    joined->edits.insert(joined->edits.end(), own->edits.begin(), own->edits.end());
  }
  if (!joined) return std::nullopt;
  std::sort(joined->edits.begin(), joined->edits.end());
  joined->edits.erase(std::unique(joined->edits.begin(), joined->edits.end()), joined->edits.end());
  return joined;
}

Finding fold_group(const gitops::Units& units, const Users& users, const std::vector<Finding*>& group) {
  UnitSet having;
  for (const Finding* finding : group) having.insert(finding->seen.unit);
  std::optional<Fix> overlay_fix = join_overlay_fixes(users, group);

  Finding result = std::move(*group.front());
  UnitSet listed{result.seen.unit};
  for (std::size_t i = 1; i < group.size(); ++i) {
    result.also_about.push_back(group[i]->subject);
    if (!listed.insert(group[i]->seen.unit).second) continue;
    result.related.push_back({{units.all[group[i]->seen.unit].declared_in, 0, 0}, describe_other(units, *group[i])});
  }
  std::vector<Fix> fixes;
  bool refused = false;
  for (Fix& fix : result.fixes) {
    if (fix.in_overlay) continue;
    if (users.changes_others(fix.edits, result.seen.object, having)) {
      refused = true;
    } else {
      fixes.push_back(std::move(fix));
    }
  }
  // A fix by other objects is an alternative, not the one for this text.
  bool mends_text = std::any_of(fixes.begin(), fixes.end(), [](const Fix& fix) { return fix.also_changes.empty(); });
  if (overlay_fix && !mends_text) {
    fixes.insert(fixes.begin(), *std::move(overlay_fix));
    mends_text = true;
  }
  if (refused && !mends_text) {
    if (!result.help.empty()) result.help += "; ";
    result.help += "no fix is offered: other builds share the text and are right as they are, so write it in a patch";
  }
  result.fixes = std::move(fixes);
  return result;
}

std::string title_of(const Subject& subject) {
  return fmt::format("{} {}{}{}", subject.kind, subject.name_space, subject.name_space.empty() ? "" : "/",
                     subject.name);
}

// One finding of those about objects that a policy generates from one text.
Finding fold_generated(const std::vector<Finding*>& group) {
  constexpr std::size_t kMostListed = 3;
  Finding result = std::move(*group.front());
  const std::size_t others = group.size() - 1;
  for (std::size_t i = 1; i <= others; ++i) {
    result.also_about.push_back(group[i]->subject);
    if (i > kMostListed) continue;
    const bool is_last_listed = i == kMostListed && others > kMostListed;
    result.related.push_back(
        {result.primary.where,
         fmt::format("{} has it too{}", title_of(group[i]->subject),
                     is_last_listed ? fmt::format(", and {} more that are generated", others - kMostListed) : "")});
  }
  return result;
}

}  // namespace

std::vector<Finding> fold(const gitops::Units& units, std::vector<Finding> findings) {
  const Users users(units);
  std::map<SeenKey, std::size_t> seen;
  std::map<Key, std::vector<Finding*>> groups;
  std::map<std::tuple<std::string_view, Span, std::string>, std::vector<Finding*>> generated;
  std::vector<Finding> result;
  for (Finding& finding : findings) {
    if (finding.seen.unit == kNoUnit) {
      result.push_back(std::move(finding));
    } else if (finding.seen.generated) {
      generated[{finding.rule, finding.primary.where, finding.subject.kind}].push_back(&finding);
    } else {
      groups[key_of(finding, seen)].push_back(&finding);
    }
  }
  for (const auto& [key, group] : groups) result.push_back(fold_group(units, users, group));
  for (const auto& [key, group] : generated) result.push_back(fold_generated(group));
  return result;
}

}  // namespace vlint
