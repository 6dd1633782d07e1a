#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "lint/base/text.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/parse.h"
#include "rules/common/kustomize_faults.h"

namespace vlint::rules {
namespace {

using gitops::Unit;
using kustomize::Fault;
using kustomize::FaultKind;
using yaml::Value;

// What a patch, a target or an entry of `replicas` names; parts that it does not name are empty.
struct Wanted {
  std::string kind;
  std::string name;
};

// The mapping of a `target` or `select` that holds the place.
struct Target {
  Value selector;
  bool of_replacement = false;
};

std::optional<Target> target_at(const Model& model, Span place) {
  const std::vector<Value> path = values_at(model, place);
  for (std::size_t i = path.size(); i-- > 1;) {
    if (!path[i].is_mapping() || !path[i - 1].is_mapping()) continue;
    for (const std::string_view key : {"target", "select"}) {
      if (path[i - 1][key] == path[i]) return Target{path[i], key == "select"};
    }
  }
  return std::nullopt;
}

// `{kind: Deployment, name: web}`
std::string as_flow(Value selector) {
  std::string text;
  for (const yaml::Entry& entry : selector.entries()) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", entry.key.text(), entry.value.text());
  }
  return "{" + text + "}";
}

// The object that a merge patch names: the document that holds the place, or the one document of an inline patch.
Wanted named_by_patch(const Model& model, Span place) {
  const auto wanted_of = [](Value root) {
    return Wanted{std::string(root["kind"].text()), std::string(root["metadata"]["name"].text())};
  };
  const std::vector<Value> path = values_at(model, place);
  if (path.empty()) return {};
  if (path.front()["kind"] && path.front()["metadata"]["name"]) return wanted_of(path.front());
  if (!path.back().is_scalar()) return {};
  const FileSet files({{"patch.yaml", std::string(path.back().text())}});
  const yaml::Tree tree = yaml::parse(files, files.id_at(0), model.sources.limits);
  const bool is_one =
      tree.problems.empty() && tree.documents.size() == 1 && tree.documents.front().root != yaml::kNoNode;
  return is_one ? wanted_of(Value(tree, tree.documents.front().root)) : Wanted{};
}

// An entry of `replicas` gives a name, which one of these kinds must have.
constexpr std::string_view kScalable[] = {"Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"};

Wanted wanted_of(const Model& model, const Fault& fault) {
  if (const auto target = target_at(model, fault.where)) {
    return {std::string(target->selector["kind"].text()), std::string(target->selector["name"].text())};
  }
  const std::vector<Value> path = values_at(model, fault.where);
  if (path.size() > 2 && path.front()["replicas"] == path[1]) return {"", std::string(path.back().text())};
  return named_by_patch(model, fault.where);
}

bool is_of_kind(const kube::Resource& resource, std::string_view wanted) {
  if (!wanted.empty()) return to_lower_ascii(resource.kind) == to_lower_ascii(wanted);
  return std::find(std::begin(kScalable), std::end(kScalable), resource.kind) != std::end(kScalable);
}

// The nearest of the objects, by name; of several that are equally near the first one.
const kube::Resource* nearest_by_name(const std::vector<const kube::Resource*>& candidates, std::string_view name) {
  constexpr std::size_t kFarthest = 32;
  const kube::Resource* best = nullptr;
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const kube::Resource* candidate : candidates) {
    const std::size_t distance = edit_distance(candidate->name, name, kFarthest).value_or(kFarthest + 1);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

// For a target without a name: some of what it would select if it had the kind alone.
std::string describe_others(const std::vector<const kube::Resource*>& of_kind) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> titles;
  for (std::size_t i = 0; i < of_kind.size() && i < kMostNamed; ++i) titles.push_back(of_kind[i]->title());
  if (of_kind.size() > kMostNamed) titles.push_back(fmt::format("{} more", of_kind.size() - kMostNamed));
  return fmt::format("the kind is there ({}); it is another part of the target that does not fit", join(titles, ", "));
}

// Names what there is instead: the nearest object of the kind, else one of another kind with the name.
void name_nearest(const Model& model, const Unit& unit, const Fault& fault, Draft& draft) {
  const Wanted wanted = wanted_of(model, fault);
  if (wanted.kind.empty() && wanted.name.empty()) return;
  std::vector<const kube::Resource*> of_kind;
  std::vector<const kube::Resource*> of_name;
  for (const kube::Resource& resource : unit.resources) {
    if (is_of_kind(resource, wanted.kind)) of_kind.push_back(&resource);
    if (!wanted.name.empty() && resource.name == wanted.name) of_name.push_back(&resource);
  }
  if (!of_kind.empty() && wanted.name.empty() && fault.suggestion.empty()) {
    draft.help(describe_others(of_kind));
  } else if (const kube::Resource* nearest = nearest_by_name(of_kind, wanted.name)) {
    draft.related(shown(model, nearest->place()), "the nearest object there is")
        .help(of_kind.size() == 1
                  ? fmt::format("of this kind there is only {}", nearest->title())
                  : fmt::format("the nearest of the {} objects of this kind is {}", of_kind.size(), nearest->title()));
  } else if (!of_name.empty()) {
    draft.related(shown(model, of_name.front()->place()), "the object of this name")
        .help(fmt::format("there is no {} in the build; the object of this name is {}", wanted.kind,
                          of_name.front()->title()));
  } else if (!wanted.kind.empty()) {
    draft.help(fmt::format("there is no {} in the build", wanted.kind));
  }
}

// The object is there, and the patch does not repeat the namespace that its manifest has.
void offer_namespace(const Model& model, const Fault& fault, Draft& draft) {
  const std::vector<Value> object = values_at(model, fault.related);
  const std::vector<Value> patch = values_at(model, fault.where);
  if (object.empty() || patch.empty()) return;
  const std::string_view name_space = object.front()["metadata"]["namespace"].text();
  if (name_space.empty()) {
    draft.help("take the namespace out of the patch, or give it to the object");
    return;
  }
  draft.help(fmt::format("write `namespace: {}` in the patch's metadata", name_space));
  const Value metadata = patch.front()["metadata"];
  if (!metadata.is_mapping() || metadata["namespace"]) return;
  const yaml::Entry name = metadata.find("name");
  Result<std::vector<TextEdit>> edits = yaml::add_entry(metadata, "namespace", yaml::NewValue::string(name_space),
                                                        yaml::Where::after(name.key.node_id()));
  if (edits.ok()) draft.fix(fmt::format("write namespace: {}", name_space), Safety::unsafe, std::move(edits).value());
}

// The nearest that is there, best known first: what the build suggests, the object at another apiVersion or namespace,
// the nearest by name.
void say_what_is_there(const Model& model, const Unit& unit, const Fault& fault, Draft& draft) {
  if (!fault.suggestion.empty()) {
    draft.label(fmt::format("did you mean {}?", fault.suggestion));
    if (!fault.related.valid()) name_nearest(model, unit, fault, draft);
    return;
  }
  draft.label("no such object");
  if (fault.related.valid()) {
    offer_namespace(model, fault, draft);
  } else {
    name_nearest(model, unit, fault, draft);
  }
}

// An empty file among the resources: something fills it before it is deployed, as `flux bootstrap` does with
// gotk-components.yaml, and the object may come with that.
bool has_placeholder(const Model& model, const Unit& unit) {
  return std::any_of(unit.files.begin(), unit.files.end(), [&](FileId file) {
    const auto i = static_cast<std::size_t>(file);
    if (i >= model.sources.trees.size() || model.sources.trees[i] == nullptr) return false;
    const yaml::Tree& tree = *model.sources.trees[i];
    return tree.problems.empty() && std::all_of(tree.documents.begin(), tree.documents.end(),
                                                [](const yaml::Document& d) { return d.root == yaml::kNoNode; });
  });
}

// Kustomize ends with an error. Several objects for one patch are another fault.
void report_error(const Model& model, const Unit& unit, const Fault& fault, Report& report) {
  if (!fault.by_absence || is_template_text(model, fault.where) || has_placeholder(model, unit)) return;
  Draft draft =
      report_fault(model, unit, fault, fmt::format("{} fails: {}", build_command(unit), message_without_guess(fault)),
                   Safety::unsafe, report);
  say_what_is_there(model, unit, fault, draft);
}

std::string message_of_ignored(const Fault& fault, const std::optional<Target>& target) {
  if (!target) return fmt::format("{}, and Kustomize does not say so", message_without_guess(fault));
  if (target->of_replacement) {
    return fmt::format("no object fits {}, so Kustomize leaves this target of the replacement out without a word",
                       as_flow(target->selector));
  }
  return fmt::format("no object fits the target {}, so Kustomize leaves the patch out without a word",
                     as_flow(target->selector));
}

// Where a patch selects nothing, by place, and the units whose builds say so.
using Ignored = std::set<std::pair<Span, const Unit*>>;

Ignored find_ignored(const Model& model) {
  Ignored ignored;
  for_each_fault(model, [&](const Unit& unit, const Fault& fault) {
    if (fault.kind == FaultKind::patch_matches_nothing) ignored.emplace(fault.where, &unit);
  });
  return ignored;
}

// A Component's patch is at work when it selects something in any of the builds that use it. Where one of them is not
// known in full, it may.
bool works_elsewhere(const Model& model, const Ignored& ignored, Span place) {
  return std::any_of(model.units.all.begin(), model.units.all.end(), [&](const Unit& unit) {
    const bool reads = unit.build != nullptr && std::binary_search(unit.files.begin(), unit.files.end(), place.file);
    return reads && ignored.count({place, &unit}) == 0;
  });
}

void report_ignored(const Model& model, const Unit& unit, const Fault& fault, const Ignored& ignored, Report& report) {
  const std::optional<Target> target = target_at(model, fault.where);
  if (is_template_text(model, fault.where) || has_placeholder(model, unit) ||
      works_elsewhere(model, ignored, fault.where))
    return;
  Draft draft = report_fault(model, unit, fault, message_of_ignored(fault, target), Safety::unsafe, report);
  draft.severity(Severity::warning);
  say_what_is_there(model, unit, fault, draft);
}

void check(const Model& model, Report& report) {
  const Ignored ignored = find_ignored(model);
  for_each_fault(model, [&](const Unit& unit, const Fault& fault) {
    if (fault.kind == FaultKind::no_patch_target) report_error(model, unit, fault, report);
    if (fault.kind == FaultKind::patch_matches_nothing) report_ignored(model, unit, fault, ignored, report);
  });
}

}  // namespace

VLINT_RULE(kustomize_patch_matches_nothing) = checked({
    .summary = "a patch of a kustomization names an object that is not there",
    .explanation = R"md(
## What it finds
A patch without an object. Two cases:

- A merge patch without `target`, or an entry of `replicas`, whose object is not in the build: an error, because
  Kustomize ends with one. The apiVersion, kind, name and namespace of the patch must all be those of the object, or those
  that it had before this kustomization changed them.
- A `target` of `patches`, or a `select` of `replacements`, that selects nothing: a warning, because Kustomize leaves it
  out without a word. `kind`, `name` and `namespace` are regular expressions for the whole text; case counts.

Patches run before the `namespace`, `namePrefix` and `nameSuffix` of the same file, so they do not see what these make.

A patch of a Component is fine when it selects something in one of the builds that use it. Nothing is reported of a build
that is not known in full: a remote base or a chart may bring the object, and so may an empty file, which something fills
later (`flux bootstrap` writes gotk-components.yaml).

## Why it matters
The error stops the whole deployment. The silent case is worse: a patch that excludes a volume, sets a hook or adds a
label that a Schedule selects has no effect since somebody renamed the object, and every build is green.

## How to fix it
Write what the object is called; the help names the nearest one. Where the text can only be a slip of the pen,
`vlint --fix --unsafe-fixes` corrects it. A patch whose object is gone for good can go too.

## When to ignore it
When the object comes from elsewhere later.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources =
        "kustomize api/internal/builtins/PatchTransformer.go, api/types/selector.go; kustomize issues 335, 2760, "
        "4379, 5093",
    .check = check,
});

}  // namespace vlint::rules
