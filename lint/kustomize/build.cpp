#include "lint/kustomize/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>

#include "lint/kustomize/engine.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {

// Objects of one build went through the same few steps: each list of steps is kept once.
struct BuildData {
  struct Step {
    StepKind kind;
    Span where;
  };
  // What a value came from, and the steps after that.
  struct Chain {
    Span source;  // invalid: made from nothing
    std::uint32_t steps;
  };
  struct Steps {
    std::uint32_t first;
    std::uint32_t count;
  };
  struct ChainOf {
    yaml::NodeId node;
    std::uint32_t chain;
  };
  struct Removed {
    yaml::NodeId node;
    StepKind kind;
    Span by;
    Span old;
    std::string key;
  };
  std::vector<Step> steps;
  std::vector<Steps> step_lists;
  std::vector<Chain> chains;
  std::vector<ChainOf> chain_of;  // by node
  std::vector<Removed> removed;   // by node, newest first
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
    const std::uint32_t row =
        made_row({shown_span(node), node->tree != nullptr ? node->place : yaml::kNoNode, node->tree});
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
    tree_.decoded.push_back({id, text_at(text), static_cast<std::uint32_t>(text.size())});
  }

  // Where a text stands in the tree's own texts; a short one that came before is not repeated.
  std::uint32_t text_at(std::string_view text) {
    const auto end = static_cast<std::uint32_t>(tree_.decoded_text.size());
    if (text.size() <= kShortText) {
      const auto [at, is_new] = texts_.emplace(text, end);
      if (!is_new) return at->second;
    }
    if (text.size() + end > kMostBuildBytes) fail({}, "this build has more than 1 GiB of text, which is the limit");
    tree_.decoded_text += text;
    return end;
  }

  // The fields that a transformer makes are the same in every object, and so are their rows.
  std::uint32_t made_row(const yaml::MadeNode& made) {
    const auto end = static_cast<std::uint32_t>(tree_.made.size());
    if (made.tree == nullptr) {
      const auto [at, is_new] = made_rows_.emplace(made.shown, end);
      if (!is_new) return at->second;
    }
    tree_.made.push_back(made);
    return end;
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
    std::reverse(steps.begin(), steps.end());
    data_.chain_of.push_back({id, chain_row(steps)});
  }

  std::uint32_t chain_row(const std::vector<BuildData::Step>& steps) {
    const bool has_source = steps.front().kind == StepKind::source && steps.front().where.valid();
    const Span source = has_source ? steps.front().where : Span{};
    const std::uint32_t list = list_row(steps, has_source ? 1 : 0);
    const auto [known, is_new] =
        chains_.emplace(std::pair(source, list), static_cast<std::uint32_t>(data_.chains.size()));
    if (is_new) data_.chains.push_back({source, list});
    return known->second;
  }

  std::uint32_t list_row(const std::vector<BuildData::Step>& steps, std::size_t from) {
    std::vector<std::uint32_t> key;
    for (std::size_t i = from; i < steps.size(); ++i) {
      const Span& at = steps[i].where;
      key.insert(key.end(),
                 {static_cast<std::uint32_t>(steps[i].kind), static_cast<std::uint32_t>(at.file), at.begin, at.end});
    }
    const auto row = static_cast<std::uint32_t>(data_.step_lists.size());
    const auto [known, is_new] = step_lists_.emplace(std::move(key), row);
    if (!is_new) return known->second;
    data_.step_lists.push_back(
        {static_cast<std::uint32_t>(data_.steps.size()), static_cast<std::uint32_t>(steps.size() - from)});
    data_.steps.insert(data_.steps.end(), steps.begin() + static_cast<std::ptrdiff_t>(from), steps.end());
    return row;
  }

  static constexpr std::size_t kShortText = 64;

  yaml::Tree& tree_;
  BuildData& data_;
  std::unordered_map<const yaml::Tree*, std::uint32_t> indices_;  // looked up only
  std::unordered_map<std::string, std::uint32_t> texts_;          // looked up only
  std::map<Span, std::uint32_t> made_rows_;
  std::map<std::pair<Span, std::uint32_t>, std::uint32_t> chains_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> step_lists_;
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

void shrink(yaml::Tree& tree, BuildData& data) {
  tree.nodes.shrink_to_fit();
  tree.documents.shrink_to_fit();
  tree.made.shrink_to_fit();
  tree.decoded.shrink_to_fit();
  tree.decoded_text.shrink_to_fit();
  data.steps.shrink_to_fit();
  data.step_lists.shrink_to_fit();
  data.chains.shrink_to_fit();
  data.chain_of.shrink_to_fit();
  data.removed.shrink_to_fit();
}

template <typename T>
std::size_t bytes_of(const std::vector<T>& rows) {
  return rows.capacity() * sizeof(T);
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
    try {
      roots.push_back(exporter.add(resource.root));
    } catch (Failure& failure) {
      result.partial = true;
      result.faults.push_back(std::move(failure.fault));
      break;
    }
  }
  shrink(*tree, *data);
  result.resources.reserve(roots.size());
  for (std::size_t i = 0; i < roots.size(); ++i) {
    result.resources.push_back({yaml::Value(*tree, roots[i]), finished.build->result.resources[i].generated});
  }
  result.tree = std::move(tree);
  result.data = std::move(data);
  return result;
}

std::vector<ChainStep> chain_of(const Build& build, const yaml::Value& value) {
  std::vector<ChainStep> chain;
  const auto node = node_in(build, value);
  if (node) {
    const auto& rows = build.data->chain_of;
    const auto at =
        std::lower_bound(rows.begin(), rows.end(), *node,
                         [](const BuildData::ChainOf& row, yaml::NodeId wanted) { return row.node < wanted; });
    if (at != rows.end() && at->node == *node) {
      const BuildData::Chain& known = build.data->chains[at->chain];
      if (known.source.valid()) chain.push_back({to_string(StepKind::source), known.source});
      const BuildData::Steps& steps = build.data->step_lists[known.steps];
      for (std::uint32_t i = 0; i < steps.count; ++i) {
        const BuildData::Step& step = build.data->steps[steps.first + i];
        chain.push_back({to_string(step.kind), step.where});
      }
      return chain;
    }
  }
  if (value) chain.push_back({to_string(StepKind::source), value.span()});
  return chain;
}

std::size_t memory_of(const Build& build) {
  std::size_t bytes = sizeof(Build) + bytes_of(build.resources);
  if (build.tree != nullptr) {
    const yaml::Tree& tree = *build.tree;
    bytes += sizeof(tree) + bytes_of(tree.nodes) + bytes_of(tree.documents) + bytes_of(tree.made) +
             bytes_of(tree.decoded) + tree.decoded_text.capacity() + bytes_of(tree.linked);
  }
  if (build.data != nullptr) {
    const BuildData& data = *build.data;
    bytes += sizeof(data) + bytes_of(data.steps) + bytes_of(data.step_lists) + bytes_of(data.chains) +
             bytes_of(data.chain_of) + bytes_of(data.removed);
  }
  return bytes;
}

std::vector<Span> patch_places(const Build& build, const yaml::Value& root) {
  std::vector<Span> places;
  const auto first = node_in(build, root);
  if (!first) return places;
  const yaml::NodeId end = build.tree->nodes[*first].next;
  const auto& rows = build.data->chain_of;
  auto row = std::lower_bound(rows.begin(), rows.end(), *first,
                              [](const BuildData::ChainOf& known, yaml::NodeId wanted) { return known.node < wanted; });
  for (; row != rows.end() && row->node < end; ++row) {
    const BuildData::Steps& steps = build.data->step_lists[build.data->chains[row->chain].steps];
    for (std::uint32_t i = 0; i < steps.count; ++i) {
      const BuildData::Step& step = build.data->steps[steps.first + i];
      if (step.kind == StepKind::patch && step.where.valid()) places.push_back(step.where);
    }
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

std::vector<RemovedField> removed_from(const Build& build, const yaml::Value& collection) {
  std::vector<RemovedField> result;
  const auto node = node_in(build, collection);
  if (!node) return result;
  const auto& rows = build.data->removed;
  auto row = std::lower_bound(rows.begin(), rows.end(), *node,
                              [](const BuildData::Removed& known, yaml::NodeId wanted) { return known.node < wanted; });
  for (; row != rows.end() && row->node == *node; ++row) {
    result.push_back({row->key, to_string(row->kind), row->by, row->old});
  }
  return result;
}

}  // namespace vlint::kustomize
