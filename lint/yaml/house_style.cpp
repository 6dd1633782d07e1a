#include "lint/yaml/house_style.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "lint/yaml/layout.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {
namespace {

// How many nodes of the documents before and after are looked at when the document itself shows no example.
constexpr NodeId kReach = 5'000;

// What an example node shows.
struct Example {
  NodeId node;
  std::uint32_t columns;
};

struct Range {
  NodeId begin;
  NodeId end;
};

// A block mapping's value that begins on a line of its own shows how its kind is indented.
void add_examples(const Tree& tree, NodeId mapping, Kind kind, std::vector<Example>& examples) {
  const Node& parent = tree.nodes[mapping];
  if (parent.kind != Kind::mapping || parent.style != Style::block) return;
  for (NodeId key = mapping + 1; key < parent.next;) {
    const NodeId value = tree.nodes[key].next;
    const Node& node = tree.nodes[value];
    if (node.kind == kind && node.style == Style::block && is_first_on_line(tree.text, node.begin)) {
      const std::uint32_t key_column = column(tree.text, outer_begin(tree, key));
      const std::uint32_t value_column = column(tree.text, node.begin);
      if (value_column >= key_column) examples.push_back({value, value_column - key_column});
    }
    key = node.next;
  }
}

void add_quotes(const Tree& tree, NodeId node, std::vector<Example>& examples) {
  const Style style = tree.nodes[node].style;
  if (style != Style::single_quoted && style != Style::double_quoted) return;
  examples.push_back({node, style == Style::double_quoted ? 1U : 0U});
}

// The example in the range that is nearest to `near`, those before it first.
std::optional<std::uint32_t> nearest(const std::vector<Example>& examples, Range range, NodeId near) {
  const auto after = std::lower_bound(examples.begin(), examples.end(), near,
                                      [](const Example& example, NodeId wanted) { return example.node < wanted; });
  if (after != examples.begin() && (after - 1)->node >= range.begin) return (after - 1)->columns;
  if (after != examples.end() && after->node < range.end) return after->columns;
  return std::nullopt;
}

// `collect(node, examples)` adds what a node shows. Examples must come in the order of nodes.
template <typename Collect>
std::optional<std::uint32_t> ask(const Tree& tree, NodeId near, const std::vector<NodeId>& path, Collect&& collect) {
  if (path.empty()) return std::nullopt;
  const auto examples_in = [&](Range range) {
    std::vector<Example> examples;
    for (NodeId node = range.begin; node < range.end; ++node) collect(node, examples);
    std::sort(examples.begin(), examples.end(), [](const Example& a, const Example& b) { return a.node < b.node; });
    return examples;
  };
  const Range document{path.front(), tree.nodes[path.front()].next};
  const std::vector<Example> examples = examples_in(document);
  for (auto ancestor = path.rbegin(); ancestor != path.rend(); ++ancestor) {
    const auto found = nearest(examples, {*ancestor, tree.nodes[*ancestor].next}, near);
    if (found) return found;
  }
  const NodeId last = static_cast<NodeId>(tree.nodes.size());
  const Range around{document.begin - std::min(document.begin, kReach),
                     document.end + std::min(last - document.end, kReach)};
  return nearest(examples_in(around), {0, last}, near);
}

}  // namespace

HouseStyle house_style(const Tree& tree, NodeId near) {
  HouseStyle style;
  const std::vector<NodeId> path = path_to_node(tree, near);
  const auto step = ask(tree, near, path, [&](NodeId node, std::vector<Example>& examples) {
    add_examples(tree, node, Kind::mapping, examples);
  });
  const auto dashes = ask(tree, near, path, [&](NodeId node, std::vector<Example>& examples) {
    add_examples(tree, node, Kind::sequence, examples);
  });
  style.step = std::max(step.value_or(style.step), 1U);
  style.dash_indent = dashes.value_or(style.dash_indent);
  style.quotes = house_quotes(tree, near);
  style.line_end = house_line_end(tree.text, outer_begin(tree, near));
  return style;
}

Style house_quotes(const Tree& tree, NodeId near) {
  const auto is_double = ask(tree, near, path_to_node(tree, near),
                             [&](NodeId node, std::vector<Example>& examples) { add_quotes(tree, node, examples); });
  return is_double.value_or(0) != 0 ? Style::double_quoted : Style::single_quoted;
}

std::string_view house_line_end(std::string_view text, std::uint32_t at) {
  std::size_t newline = text.find('\n', at);
  if (newline == std::string_view::npos) newline = text.rfind('\n', at);
  const bool crlf = newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r';
  return crlf ? "\r\n" : "\n";
}

}  // namespace vlint::yaml
