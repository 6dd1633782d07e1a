#include "lint/yaml/dump.h"

#include <fmt/format.h>

#include <iterator>

#include "lint/base/text.h"

namespace vlint::yaml {
namespace {

std::string_view name_of(ProblemKind kind) {
  switch (kind) {
    case ProblemKind::syntax:
      return "syntax";
    case ProblemKind::repeated_key:
      return "repeated-key";
    case ProblemKind::limit:
      return "limit";
    case ProblemKind::unread:
      return "unread";
  }
  return {};
}

class Dumper {
 public:
  explicit Dumper(const Tree& tree) : tree_(tree) {}

  std::string run() {
    for (const Document& document : tree_.documents) {
      line("document {}-{}{}", document.begin, document.end, document.broken ? " broken" : "");
      if (document.root != kNoNode) dump_nodes(document.root);
    }
    for (const Comment& comment : tree_.comments) {
      line("comment {}-{} {}", comment.begin, comment.end, text(tree_.slice(comment.begin, comment.end)));
    }
    for (const Problem& problem : tree_.problems) {
      const std::string related =
          problem.related.valid()
              ? fmt::format(" ({}-{} {})", problem.related.begin, problem.related.end, text(problem.related_message))
              : std::string{};
      line("problem {} {}-{} {}{}", name_of(problem.kind), problem.where.begin, problem.where.end,
           text(problem.message), related);
    }
    return std::move(output_);
  }

 private:
  static std::string text(std::string_view value) { return quoted(value, value.size()); }

  template <typename... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(output_), format, std::forward<Args>(args)...);
    output_ += '\n';
  }

  // Without recursion: a node's depth is the number of subtrees that are still open.
  void dump_nodes(NodeId root) {
    std::vector<NodeId> open;
    for (NodeId node = root; node < tree_.nodes[root].next; ++node) {
      while (!open.empty() && open.back() <= node) open.pop_back();
      output_.append(2 * (open.size() + 1), ' ');
      line("{}", describe(node));
      open.push_back(tree_.nodes[node].next);
    }
  }

  std::string describe(NodeId id) const {
    const Node& node = tree_.nodes[id];
    if (node.kind == Kind::alias) {
      const Node& target = tree_.nodes[tree_.resolve(id)];
      return fmt::format("alias {}-{} = {}-{}", node.begin, node.end, target.begin, target.end);
    }
    std::string result =
        fmt::format("{} {} {}-{}", yaml::name_of(node.kind), yaml::name_of(node.style), node.begin, node.end);
    if (const Anchor* anchor = tree_.anchor_of(id)) {
      result += fmt::format(" {}", tree_.slice(anchor->begin, anchor->end));
    }
    if (const Tag* tag = tree_.tag_of(id)) result += fmt::format(" {}", tree_.slice(tag->begin, tag->end));
    if (node.kind == Kind::scalar) result += fmt::format(" {}", text(tree_.scalar_text(id)));
    if ((node.flags & kRepeatedKey) != 0) result += " repeated";
    if ((node.flags & kIrregular) != 0) result += " irregular";
    return result;
  }

  const Tree& tree_;
  std::string output_;
};

}  // namespace

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::scalar:
      return "scalar";
    case Kind::sequence:
      return "sequence";
    case Kind::mapping:
      return "mapping";
    case Kind::alias:
      return "alias";
    case Kind::link:
      return "link";
  }
  return {};
}

std::string_view name_of(Style style) {
  switch (style) {
    case Style::plain:
      return "plain";
    case Style::single_quoted:
      return "single";
    case Style::double_quoted:
      return "double";
    case Style::literal:
      return "literal";
    case Style::folded:
      return "folded";
    case Style::block:
      return "block";
    case Style::flow:
      return "flow";
  }
  return {};
}

std::string dump(const Tree& tree) { return Dumper(tree).run(); }

}  // namespace vlint::yaml
