#include "lint/yaml/invariants.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/yaml/characters.h"
#include "lint/yaml/mapping_keys.h"
#include "lint/yaml/parse.h"

namespace vlint::yaml {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Covered: bytes that belong to a leaf, a property, a comment or a bracket.
class Checker {
 public:
  explicit Checker(const Tree& tree) : tree_(tree), covered_(tree.text.size(), 0) {}

  std::string run() {
    check_documents();
    check_nodes();
    check_tables();
    check_comments();
    if (wrong_.empty()) check_gaps();
    check_problems();
    return wrong_;
  }

 private:
  template <typename... Args>
  void expect(bool good, fmt::format_string<Args...> format, Args&&... args) {
    if (!good && wrong_.empty()) wrong_ = fmt::format(format, std::forward<Args>(args)...);
  }

  void check_documents() {
    expect(!tree_.documents.empty(), "there is no document");
    std::uint32_t at = 0;
    NodeId node = 0;
    for (const Document& document : tree_.documents) {
      expect(document.begin == at && document.end >= at, "a document begins at {} and not at {}", document.begin, at);
      at = document.end;
      if (document.root == kNoNode) continue;
      expect(!document.broken, "the broken document at {} has a root", document.begin);
      expect(document.root == node, "the root of the document at {} is {} and not {}", document.begin, document.root,
             node);
      if (!wrong_.empty()) return;
      node = tree_.nodes[document.root].next;
      expect(outer_begin(document.root) >= document.begin && tree_.nodes[document.root].end <= document.end,
             "the root of the document at {} stands outside of it", document.begin);
    }
    expect(at == tree_.text.size(), "documents end at {} of {}", at, tree_.text.size());
    expect(node == tree_.nodes.size(), "documents have {} of {} nodes", node, tree_.nodes.size());
  }

  // With anchor and tag.
  std::uint32_t outer_begin(NodeId node) const {
    std::uint32_t begin = tree_.nodes[node].begin;
    if (const Anchor* anchor = tree_.anchor_of(node)) begin = std::min(begin, anchor->begin);
    if (const Tag* tag = tree_.tag_of(node)) begin = std::min(begin, tag->begin);
    return begin;
  }

  void check_nodes() {
    for (NodeId id = 0; id < tree_.nodes.size() && wrong_.empty(); ++id) {
      const Node& node = tree_.nodes[id];
      expect(node.begin <= node.end && node.end <= tree_.text.size(), "node {} goes from {} to {}", id, node.begin,
             node.end);
      expect(node.next > id && node.next <= tree_.nodes.size(), "node {} has {} as next", id, node.next);
      if (!wrong_.empty()) return;
      const bool is_leaf = node.kind == Kind::scalar || node.kind == Kind::alias;
      if (is_leaf) {
        expect(node.next == id + 1, "the leaf {} has children", id);
      } else {
        check_children(id);
      }
      check_style(id);
      if (is_leaf) cover(node.begin, node.end, "node", id);
    }
  }

  void check_children(NodeId parent) {
    const Node& node = tree_.nodes[parent];
    std::uint32_t at = node.begin;
    std::size_t count = 0;
    for (NodeId child = parent + 1; child < node.next; child = tree_.nodes[child].next) {
      expect(outer_begin(child) >= at, "node {} overlaps what is before it", child);
      expect(tree_.nodes[child].next <= node.next, "node {} reaches beyond its parent's nodes", child);
      expect(tree_.nodes[child].next > child, "node {} has itself as next", child);
      if (!wrong_.empty()) return;
      at = tree_.nodes[child].end;
      ++count;
    }
    expect(at <= node.end, "the children of node {} reach to {} and it to {}", parent, at, node.end);
    expect(node.kind == Kind::sequence || count % 2 == 0, "the mapping {} has a key without a value", parent);
  }

  void check_style(NodeId id) {
    const Node& node = tree_.nodes[id];
    const std::string_view text = tree_.slice(node.begin, node.end);
    const auto framed = [&](char first, char last) {
      return text.size() >= 2 && text.front() == first && text.back() == last;
    };
    bool good = true;
    switch (node.style) {
      case Style::plain:
        good = node.kind == Kind::alias ? text.size() > 1 && text[0] == '*'
                                        : text.empty() || (!is_blank(text.front()) && !is_blank(text.back()) &&
                                                           !is_break(text.front()) && !is_break(text.back()));
        break;
      case Style::single_quoted:
        good = framed('\'', '\'');
        break;
      case Style::double_quoted:
        good = framed('"', '"');
        break;
      case Style::literal:
        good = !text.empty() && text[0] == '|' && !is_break(text.back());
        break;
      case Style::folded:
        good = !text.empty() && text[0] == '>' && !is_break(text.back());
        break;
      case Style::block:
        good = node.kind != Kind::sequence || (!text.empty() && text[0] == '-');
        break;
      case Style::flow:
        good = check_flow(id, text);
        break;
    }
    expect(good, "the text of node {} does not fit its style", id);
  }

  bool check_flow(NodeId id, std::string_view text) {
    const Node& node = tree_.nodes[id];
    const char first = node.kind == Kind::mapping ? '{' : '[';
    const char last = node.kind == Kind::mapping ? '}' : ']';
    const bool is_bracketed = text.size() >= 2 && text.front() == first && text.back() == last;
    const bool is_pair = node.kind == Kind::mapping && node.next > id + 1 && tree_.nodes[node.next - 1].end == node.end;
    if (is_bracketed && !is_pair) {
      cover(node.begin, node.begin + 1, "bracket", id);
      cover(node.end - 1, node.end, "bracket", id);
    }
    return is_bracketed || is_pair;
  }

  void check_tables() {
    std::vector<std::uint16_t> flags(tree_.nodes.size(), 0);
    const auto mark = [&](NodeId node, std::uint16_t flag) {
      expect(node < flags.size() && (flags[node] & flag) == 0, "two rows for node {}", node);
      if (wrong_.empty()) flags[node] = static_cast<std::uint16_t>(flags[node] | flag);
    };
    for (const Anchor& row : tree_.anchors) {
      mark(row.node, kAnchored);
      check_property(row.begin, row.end, '&', row.node);
    }
    for (const Tag& row : tree_.tags) {
      mark(row.node, kTagged);
      check_property(row.begin, row.end, '!', row.node);
    }
    for (const DecodedText& row : tree_.decoded) {
      mark(row.node, kDecoded);
      expect(row.begin + row.size <= tree_.decoded_text.size(), "the text of node {} is no decoded text", row.node);
    }
    constexpr std::uint16_t kInTables = kAnchored | kTagged | kDecoded;
    for (NodeId id = 0; id < tree_.nodes.size() && wrong_.empty(); ++id) {
      expect((tree_.nodes[id].flags & kInTables) == flags[id], "the flags of node {} do not fit the tables", id);
    }
    for (const AliasTarget& row : tree_.aliases) {
      expect(row.target < row.alias && tree_.nodes[row.alias].kind == Kind::alias &&
                 tree_.nodes[row.target].kind != Kind::alias,
             "the alias {} stands for node {}", row.alias, row.target);
      if (!wrong_.empty()) return;
      const Anchor* anchor = tree_.anchor_of(row.target);
      const Node& alias = tree_.nodes[row.alias];
      expect(
          anchor != nullptr && tree_.slice(anchor->begin + 1, anchor->end) == tree_.slice(alias.begin + 1, alias.end),
          "the alias {} stands for a node without its anchor", row.alias);
      expect(tree_.nodes[row.target].next <= row.alias, "the alias {} stands for what it is inside of", row.alias);
    }
  }

  void check_property(std::uint32_t begin, std::uint32_t end, char first, NodeId node) {
    const std::string_view text = tree_.slice(begin, end);
    expect(!text.empty() && text[0] == first && text.find_first_of(" \t\r\n") == std::string_view::npos &&
               node < tree_.nodes.size() && end <= tree_.nodes[node].begin,
           "the property at {} is none of node {}", begin, node);
    if (wrong_.empty()) cover(begin, end, "property of", node);
  }

  void check_comments() {
    std::uint32_t at = 0;
    for (const Comment& comment : tree_.comments) {
      const std::string_view text = tree_.slice(comment.begin, comment.end);
      expect(comment.begin >= at && !text.empty() && text[0] == '#' && text.find('\n') == std::string_view::npos,
             "the comment at {} is none", comment.begin);
      const bool ends_line = comment.end == tree_.text.size() || break_size(tree_.text, comment.end) != 0;
      expect(ends_line, "the comment at {} does not go to the end of its line", comment.begin);
      if (!wrong_.empty()) return;
      at = comment.end;
      if (!in_header(comment)) cover(comment.begin, comment.end, "comment at", comment.begin);
    }
  }

  // On the line of a block scalar's `|` or `>`.
  bool in_header(const Comment& comment) const {
    if (covered_[comment.begin] == 0) return false;
    std::uint32_t line = comment.begin;
    while (line > 0 && break_size(tree_.text, line - 1) == 0) --line;
    return tree_.slice(line, comment.begin).find_first_of("|>") != std::string_view::npos;
  }

  void cover(std::uint32_t begin, std::uint32_t end, std::string_view what, std::uint32_t which) {
    for (std::uint32_t at = begin; at < end && wrong_.empty(); ++at) {
      expect(covered_[at] == 0, "the {} {} shares the byte at {}", what, which, at);
      covered_[at] = 1;
    }
  }

  void check_gaps() {
    for (const Document& document : tree_.documents) {
      for (std::uint32_t at = document.broken ? document.end : document.begin; at < document.end; ++at) {
        if (covered_[at] != 0) continue;
        const bool begins_line = at == document.begin || break_size(tree_.text, at - 1) != 0 ||
                                 tree_.slice(document.begin, at) == kByteOrderMark;
        if (begins_line && tree_.text[at] == '%') {
          while (at < document.end && break_size(tree_.text, at) == 0) ++at;
          if (at == document.end) break;
        }
        expect(is_between(at), "the byte at {} belongs to nothing", at);
      }
    }
  }

  bool is_between(std::uint32_t at) const {
    const char c = tree_.text[at];
    if (c >= 0) return std::string_view(" \t\r\n-:?,.").find(c) != std::string_view::npos;
    for (std::uint32_t back = 0; back < 3 && back <= at; ++back) {
      if (break_size(tree_.text, at - back) > back) return true;
      if (tree_.text.substr(at - back, 3) == kByteOrderMark) return true;
    }
    return false;
  }

  void check_problems() {
    std::size_t repeated_keys = 0;
    std::vector<bool> explained(tree_.documents.size(), false);
    for (const Problem& problem : tree_.problems) {
      const Span where = problem.where;
      expect(where.file == tree_.file && where.begin <= where.end && where.end <= tree_.text.size(),
             "the problem \"{}\" goes from {} to {}", problem.message, where.begin, where.end);
      expect(!problem.message.empty() && problem.message.back() != '.', "the message \"{}\" is no message",
             problem.message);
      expect(problem.related.valid() == !problem.related_message.empty(), "\"{}\" has half a related place",
             problem.message);
      if (problem.related.valid())
        expect(problem.related.end <= tree_.text.size(), "\"{}\" points out of the file", problem.message);
      if (problem.kind == ProblemKind::repeated_key) {
        ++repeated_keys;
      } else if (wrong_.empty()) {
        explained[static_cast<std::size_t>(&tree_.document_at(where.begin) - tree_.documents.data())] = true;
      }
    }
    for (std::size_t i = 0; i < explained.size(); ++i) {
      const Document& document = tree_.documents[i];
      expect(document.broken == explained[i], "the document at {} is {}broken, and {} problem says so", document.begin,
             document.broken ? "" : "not ", explained[i] ? "a" : "no");
    }
    const auto marked = std::count_if(tree_.nodes.begin(), tree_.nodes.end(),
                                      [](const Node& node) { return (node.flags & kRepeatedKey) != 0; });
    const bool all_reported = static_cast<std::size_t>(marked) == repeated_keys;
    expect(all_reported || (repeated_keys >= kMostRepeatedKeys && repeated_keys < static_cast<std::size_t>(marked)),
           "{} keys are marked as repeated, and {} reported", marked, repeated_keys);
  }

  const Tree& tree_;
  std::vector<char> covered_;
  std::string wrong_;
};

// A scalar's bytes as a document that has the scalar as the only item of a list, in a place like its own.
class Rereader {
 public:
  explicit Rereader(const Tree& tree) : tree_(tree) {}

  std::string run() {
    for (const Document& document : tree_.documents) {
      if (document.root != kNoNode) visit(document.root, kNoColumn, false);
    }
    return wrong_;
  }

 private:
  static constexpr std::uint32_t kNoColumn = 0xFFFFFFFFU;

  // `column` is that of the innermost block collection. As deep as the document is nested, which parsing limits.
  void visit(NodeId id, std::uint32_t column, bool in_flow) {
    if (!wrong_.empty()) return;
    const Node& node = tree_.nodes[id];
    if (node.kind == Kind::scalar && node.begin < node.end) check(id, column, in_flow);
    if (node.style == Style::block) column = column_of(node.begin);
    for (NodeId child = id + 1; child < node.next; child = tree_.nodes[child].next) {
      visit(child, column, in_flow || node.style == Style::flow);
    }
  }

  // In characters, as libyaml counts.
  std::uint32_t column_of(std::uint32_t at) const {
    std::uint32_t line = at;
    while (line > 0 && !ends_with_break(tree_.text, line)) --line;
    if (line == 0 && tree_.text.substr(0, 3) == kByteOrderMark) line = 3;
    return static_cast<std::uint32_t>(count_code_points(tree_.slice(line, at)));
  }

  void check(NodeId id, std::uint32_t column, bool in_flow) {
    const Node& node = tree_.nodes[id];
    const std::string_view slice = tree_.slice(node.begin, node.end);
    // The keys of `a:: b`, `-: b` and `?: b` are texts only because of what follows them.
    if (node.style == Style::plain && (slice.back() == ':' || slice == "-" || slice == "?")) return;
    std::string text = column == kNoColumn ? std::string("--- ") : std::string(column, ' ') + "- ";
    text += in_flow ? fmt::format("[ {} ]\n", slice) : fmt::format("{}\n", slice);
    const FileSet files({{"scalar.yaml", text}});
    const Tree again = parse(files, files.id_at(0));
    const bool is_block = node.style == Style::literal || node.style == Style::folded;
    const NodeId copy = again.nodes.empty() ? kNoNode : static_cast<NodeId>(again.nodes.size() - 1);
    if (copy == kNoNode || again.nodes[copy].style != node.style ||
        trimmed(again.scalar_text(copy), is_block) != trimmed(tree_.scalar_text(id), is_block)) {
      wrong_ = fmt::format("the scalar at {} is read differently from {}", node.begin, quoted(text, text.size()));
    }
  }

  // Empty lines at the end of a block scalar belong to its text, but not to its bytes.
  static std::string_view trimmed(std::string_view text, bool is_block) {
    while (is_block && !text.empty() && (is_blank(text.back()) || is_break(text.back()))) text.remove_suffix(1);
    return text;
  }

  const Tree& tree_;
  std::string wrong_;
};

}  // namespace

std::string broken_invariant(const Tree& tree) { return Checker(tree).run(); }

std::string scalar_that_reads_differently(const Tree& tree) { return Rereader(tree).run(); }

}  // namespace vlint::yaml
