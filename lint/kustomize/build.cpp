#include "lint/kustomize/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>

#include "lint/kustomize/engine.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {

struct BuildData {
  struct Step {
    StepKind kind;
    Span where;
  };
  struct Chain {
    yaml::NodeId node;
    std::uint32_t first;
    std::uint32_t count;
  };
  struct Removed {
    yaml::NodeId node;
    StepKind kind;
    Span by;
    Span old;
    std::string key;
  };
  std::vector<Step> steps;
  std::vector<Chain> chains;     // by node
  std::vector<Removed> removed;  // by node, newest first
};

namespace {

// The last of what a value went through.
Span shown_span(const Node* node) {
  const Span span = node->span();
  if (span.valid() || node->provenance == nullptr) return span;
  for (const Node* before : {node->provenance->from, node->provenance->replaced}) {
    if (before != nullptr && before->span().valid()) return before->span();
  }
  return span;
}

// Writes the objects of a finished build into a tree whose unchanged parts are links into the files' trees.
class Exporter {
 public:
  Exporter(yaml::Tree& tree, BuildData& data) : tree_(tree), data_(data) {}

  yaml::NodeId add(const Node* root) {
    const auto id = static_cast<yaml::NodeId>(tree_.nodes.size());
    emit(root);
    tree_.documents.push_back({0, 0, id, false});
    return id;
  }

 private:
  static yaml::ScalarType type_of(Tag tag) {
    switch (tag) {
      case Tag::null:
        return yaml::ScalarType::null;
      case Tag::boolean:
        return yaml::ScalarType::boolean;
      case Tag::integer:
        return yaml::ScalarType::integer;
      case Tag::floating:
        return yaml::ScalarType::floating;
      default:
        return yaml::ScalarType::string;
    }
  }

  static Tag tag_of(const Node* node) {
    if (node->tag != Tag::none) return node->tag;
    return node->style == yaml::Style::plain ? resolve_v3(node->text()) : Tag::string;
  }

  // Whether a reader sees in the file what Kustomize prints.
  static bool is_link(const Node* node) {
    if (node->tree == nullptr) return false;
    if (node->owner == 0) return (node->flags & kSuspect) == 0;
    if (!node->is_scalar()) return false;
    const yaml::Value value(*node->tree, node->place);
    return value.is_scalar() && value.text() == node->text() && value.type() == type_of(tag_of(node));
  }

  std::uint32_t index_of(const yaml::Tree* tree) {
    const auto [at, is_new] = indices_.emplace(tree, static_cast<std::uint32_t>(tree_.linked.size()));
    if (is_new) tree_.linked.push_back(tree);
    return at->second;
  }

  void emit(const Node* node) {
    const auto id = static_cast<yaml::NodeId>(tree_.nodes.size());
    add_history(id, node);
    if (is_link(node)) {
      tree_.nodes.push_back({index_of(node->tree), node->place, id + 1, yaml::Kind::link, yaml::Style::plain, 0});
      return;
    }
    const auto row = static_cast<std::uint32_t>(tree_.made.size());
    tree_.made.push_back({shown_span(node), node->tree != nullptr ? node->place : yaml::kNoNode, node->tree});
    if (node->is_scalar()) return emit_scalar(id, row, node);
    tree_.nodes.push_back({row, row, 0, node->kind, yaml::Style::block, yaml::kMade});
    for (std::size_t i = 0; i < node->count; ++i) emit(node->kids[i]);
    tree_.nodes[id].next = static_cast<yaml::NodeId>(tree_.nodes.size());
  }

  void emit_scalar(yaml::NodeId id, std::uint32_t row, const Node* node) {
    JsonScalar value;
    try {
      value = printed_value(node);
    } catch (const Failure&) {
      value.type = JsonScalar::Type::invalid;
    }
    std::string_view text = value.text;
    if (value.type == JsonScalar::Type::null) text = "null";
    if (value.type == JsonScalar::Type::boolean) text = value.boolean ? "true" : "false";
    if (value.type == JsonScalar::Type::invalid) text = node->text();
    const bool is_text = value.type == JsonScalar::Type::string || value.type == JsonScalar::Type::invalid;
    tree_.nodes.push_back({row, row, id + 1, yaml::Kind::scalar,
                           is_text ? yaml::Style::double_quoted : yaml::Style::plain,
                           static_cast<std::uint16_t>(yaml::kMade | yaml::kDecoded)});
    tree_.decoded.push_back(
        {id, static_cast<std::uint32_t>(tree_.decoded_text.size()), static_cast<std::uint32_t>(text.size())});
    tree_.decoded_text += text;
  }

  void add_history(yaml::NodeId id, const Node* node) {
    if (node->provenance == nullptr) return;
    for (const Removal* removal = node->provenance->removals; removal != nullptr; removal = removal->next) {
      data_.removed.push_back({id, removal->step, removal->by, removal->old->span(), std::string(removal->key)});
    }
    std::vector<BuildData::Step> steps;
    for (const Node* at = node; at != nullptr && steps.size() < 100;) {
      const Provenance* provenance = at->provenance;
      steps.push_back({provenance == nullptr ? StepKind::source : provenance->step, at->span()});
      if (provenance == nullptr) break;
      at = provenance->replaced != nullptr ? provenance->replaced : provenance->from;
    }
    if (steps.size() == 1 && steps.front().kind == StepKind::source) return;
    data_.chains.push_back(
        {id, static_cast<std::uint32_t>(data_.steps.size()), static_cast<std::uint32_t>(steps.size())});
    data_.steps.insert(data_.steps.end(), steps.rbegin(), steps.rend());
  }

  yaml::Tree& tree_;
  BuildData& data_;
  std::unordered_map<const yaml::Tree*, std::uint32_t> indices_;  // looked up only
};

std::optional<yaml::NodeId> node_in(const Build& build, const yaml::Value& value) {
  if (build.tree == nullptr || !value) return std::nullopt;
  const std::vector<yaml::Node>& nodes = build.tree->nodes;
  const yaml::Node* link = value.link();
  if (link != nullptr && !nodes.empty() && !std::less<>()(link, nodes.data()) &&
      std::less<>()(link, nodes.data() + nodes.size())) {
    return static_cast<yaml::NodeId>(link - nodes.data());
  }
  if (value.tree() == build.tree.get()) return value.node_id();
  return std::nullopt;
}

template <typename T>
void shrink(std::vector<T>& rows) {
  rows.shrink_to_fit();
}

}  // namespace

Builder::Builder(Sources& sources, Options options)
    : cache_(std::make_unique<BuildCache>()), sources_(sources), options_(options) {}
Builder::~Builder() = default;

Build Builder::build(std::string_view folder) const {
  Build result;
  result.folder = folder;
  FinishedBuild finished;
  try {
    finished = run_build(sources_, *cache_, options_, folder);
  } catch (Failure& failure) {
    result.partial = true;
    result.faults.push_back(std::move(failure.fault));
    result.kustomization = kustomization_file(sources_.access(), folder);
    return result;
  }
  Findings& findings = finished.build->findings;
  result.kustomization = finished.kustomization;
  result.partial = findings.partial;
  result.faults = std::move(findings.faults);
  result.notes = std::move(findings.notes);
  result.incomplete = std::move(findings.incomplete);
  result.files.assign(findings.files.begin(), findings.files.end());
  result.folders.assign(findings.folders.begin(), findings.folders.end());
  auto tree = std::make_shared<yaml::Tree>();
  auto data = std::make_shared<BuildData>();
  Exporter exporter(*tree, *data);
  std::vector<yaml::NodeId> roots;
  for (const Resource& resource : finished.build->result.resources) {
    try {
      check_printable(resource.root);
    } catch (Failure& failure) {
      result.faults.push_back(std::move(failure.fault));
    }
    roots.push_back(exporter.add(resource.root));
    BuiltResource built;
    built.api_version = resource.api_version();
    built.kind = resource.kind();
    built.name = resource.name();
    built.name_space = resource.name_space();
    built.generated = resource.generated;
    result.resources.push_back(std::move(built));
  }
  shrink(tree->nodes);
  shrink(tree->made);
  shrink(tree->decoded);
  shrink(data->steps);
  shrink(data->chains);
  for (std::size_t i = 0; i < roots.size(); ++i) result.resources[i].root = yaml::Value(*tree, roots[i]);
  result.tree = std::move(tree);
  result.data = std::move(data);
  return result;
}

std::vector<ChainStep> chain_of(const Build& build, const yaml::Value& value) {
  std::vector<ChainStep> chain;
  const auto node = node_in(build, value);
  if (node) {
    const auto& rows = build.data->chains;
    const auto at =
        std::lower_bound(rows.begin(), rows.end(), *node,
                         [](const BuildData::Chain& row, yaml::NodeId wanted) { return row.node < wanted; });
    if (at != rows.end() && at->node == *node) {
      for (std::uint32_t i = 0; i < at->count; ++i) {
        const BuildData::Step& step = build.data->steps[at->first + i];
        chain.push_back({to_string(step.kind), step.where});
      }
      return chain;
    }
  }
  if (value) chain.push_back({to_string(StepKind::source), value.span()});
  return chain;
}

std::vector<RemovedField> removed_from(const Build& build, const yaml::Value& collection) {
  std::vector<RemovedField> result;
  const auto node = node_in(build, collection);
  if (!node) return result;
  for (const BuildData::Removed& row : build.data->removed) {
    if (row.node == *node) result.push_back({row.key, to_string(row.kind), row.by, row.old});
  }
  return result;
}

}  // namespace vlint::kustomize
