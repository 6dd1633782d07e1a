#include "lint/yaml/parse.h"

#include <fmt/format.h>
#include <yaml.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>

#include "lint/yaml/characters.h"
#include "lint/yaml/mapping_keys.h"
#include "lint/yaml/mark_map.h"
#include "lint/yaml/quote_escape.h"
#include "lint/yaml/split.h"
#include "lint/yaml/syntax_reason.h"

namespace vlint::yaml {
namespace {

constexpr std::size_t kMostFileBytes = std::size_t{1} << 30;  // so that offsets, decoded texts included, fit 32 bits

constexpr std::size_t kMostDirectives = 100;
constexpr std::size_t kBytesOfNode = 16;  // manifests have a node for every 16 to 22 bytes

struct ParserDeleter {
  void operator()(yaml_parser_t* parser) const {
    yaml_parser_delete(parser);
    delete parser;
  }
};

// Parses the bytes of one chunk into the tree; on a fault takes everything back and leaves a problem.
class DocumentParser {
 public:
  // `added_by_aliases` counts the nodes that aliases add, over the whole file. `escapes` is null at the first try.
  DocumentParser(Tree& tree, const Limits& limits, Chunk chunk, std::size_t& added_by_aliases,
                 const QuoteEscapes* escapes)
      : tree_(tree),
        limits_(limits),
        chunk_(chunk),
        added_by_aliases_(added_by_aliases),
        escapes_(escapes),
        keys_(tree),
        marks_(tree.slice(chunk.begin, chunk.end), chunk.begin),
        comment_from_(chunk.begin),
        token_end_(chunk.begin) {}

  // False, with nothing done, when the chunk has to be read with QuoteEscapes.
  bool run() {
    const auto before = sizes();
    parser_.reset(new yaml_parser_t);
    if (yaml_parser_initialize(parser_.get()) == 0) {
      fail(chunk_.begin, chunk_.begin, "not enough memory to read this document");
    } else if (chunk_.odd_line < chunk_.end) {
      fail(chunk_.odd_line, line_end(chunk_.odd_line, chunk_.end),
           tree_.text[chunk_.odd_line] == '-'
               ? "a line that begins with `---` separates documents, so nothing else can stand on it"
               : "a byte-order mark begins this line, which Kubernetes' tools take for a part of its text");
    } else if (has_many_directives()) {
      fail(chunk_.begin, chunk_.begin,
           fmt::format("more than {} lines begin with `%`, so the document is not read", kMostDirectives),
           ProblemKind::limit);
    } else {
      const bool mended = escapes_ != nullptr && escapes_->useful();
      const std::string_view bytes = mended ? escapes_->text() : tree_.slice(chunk_.begin, chunk_.end);
      yaml_parser_set_input_string(parser_.get(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
      yaml_parser_set_encoding(parser_.get(), YAML_UTF8_ENCODING);
    }
    while (!done_ && !broken_) step();
    if (broken_) {
      take_back(before);
      if (needs_escapes_) return false;
      scan_comment_lines();
      tree_.documents.push_back({chunk_.begin, chunk_.end, kNoNode, true});
      return true;
    }
    scan_comments(chunk_.end);
    // Nearly always one: only CR, NEL, LS and PS can hide a `---` line from split_documents().
    if (roots_.empty()) roots_.push_back({kNoNode, chunk_.end});
    std::uint32_t begin = chunk_.begin;
    for (const Root& root : roots_) {
      tree_.documents.push_back({begin, root.end, root.node, false});
      begin = root.end;
    }
    return true;
  }

 private:
  struct Sizes {
    std::size_t nodes, comments, anchors, tags, aliases, decoded, decoded_text, problems, added_by_aliases;
  };
  struct Root {
    NodeId node;
    std::uint32_t end;  // of its document
  };
  // What a node comes to when aliases are expanded.
  struct Extent {
    std::size_t nodes = 1;
    std::size_t depth = 0;  // levels of collections
  };
  struct OpenCollection {
    NodeId node;
    bool bracketed;  // ends with `]` or `}`
    Extent extent;
  };
  struct AnchoredNode {
    NodeId node;
    Extent extent;
    bool open;
  };

  Sizes sizes() const {
    return {tree_.nodes.size(),        tree_.comments.size(), tree_.anchors.size(),
            tree_.tags.size(),         tree_.aliases.size(),  tree_.decoded.size(),
            tree_.decoded_text.size(), tree_.problems.size(), added_by_aliases_};
  }

  void take_back(const Sizes& before) {
    tree_.nodes.resize(before.nodes);
    tree_.comments.resize(before.comments);
    tree_.anchors.resize(before.anchors);
    tree_.tags.resize(before.tags);
    tree_.aliases.resize(before.aliases);
    tree_.decoded.resize(before.decoded);
    tree_.decoded_text.resize(before.decoded_text);
    added_by_aliases_ = before.added_by_aliases;
    // Of a broken document only what broke it is reported.
    tree_.problems.erase(tree_.problems.begin() + static_cast<std::ptrdiff_t>(before.problems),
                         tree_.problems.end() - (needs_escapes_ ? 0 : 1));
  }

  void fail(std::uint32_t begin, std::uint32_t end, std::string message, ProblemKind kind = ProblemKind::syntax,
            Span related = {}, std::string related_message = {}) {
    broken_ = true;
    tree_.problems.push_back(
        {kind, tree_.span(begin, std::max(begin, end)), std::move(message), related, std::move(related_message)});
  }

  void step() {
    yaml_event_t event;
    if (yaml_parser_parse(parser_.get(), &event) == 0) return report_syntax_error();
    const std::unique_ptr<yaml_event_t, void (*)(yaml_event_t*)> owner(&event, yaml_event_delete);
    switch (event.type) {
      case YAML_STREAM_END_EVENT:
        done_ = true;
        break;
      case YAML_DOCUMENT_START_EVENT:
        if (!roots_.empty()) roots_.back().end = marks_.offset(event.start_mark.index);
        anchored_.clear();
        break;
      case YAML_SCALAR_EVENT:
        on_scalar(event);
        break;
      case YAML_ALIAS_EVENT:
        on_alias(event);
        break;
      case YAML_SEQUENCE_START_EVENT:
        on_start(event, Kind::sequence, event.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE,
                 {event.data.sequence_start.anchor, event.data.sequence_start.tag != nullptr});
        break;
      case YAML_MAPPING_START_EVENT:
        on_start(event, Kind::mapping, event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE,
                 {event.data.mapping_start.anchor, event.data.mapping_start.tag != nullptr});
        break;
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        on_end(event);
        break;
      default:
        break;
    }
  }

  void report_syntax_error() {
    SyntaxFault fault;
    if (parser_->problem != nullptr) fault.problem = parser_->problem;
    if (parser_->context != nullptr) fault.context = parser_->context;
    const std::size_t size = chunk_.end - chunk_.begin;
    fault.at = parser_->error == YAML_READER_ERROR
                   ? chunk_.begin + static_cast<std::uint32_t>(std::min(parser_->problem_offset, size))
                   : marks_.offset(parser_->problem_mark.index);
    if (escapes_ == nullptr && fault.problem == "found unknown escape character" &&
        tree_.text.substr(fault.at, 2) == "\\'") {
      broken_ = needs_escapes_ = true;
      return;
    }
    fault.context_at = parser_->context != nullptr ? marks_.offset(parser_->context_mark.index) : chunk_.begin;
    if (!roots_.empty() && roots_.back().node != kNoNode) fault.root = tree_.nodes[roots_.back().node].begin;
    for (const OpenCollection& open : open_) {
      if (open.bracketed) fault.bracket = tree_.nodes[open.node].begin;
    }
    if (last_scalar_ != kNoNode) {
      fault.scalar_begin = tree_.nodes[last_scalar_].begin;
      fault.scalar_end = tree_.nodes[last_scalar_].end;
      fault.scalar_style = tree_.nodes[last_scalar_].style;
    }
    const SyntaxReason reason = explain(tree_.text, chunk_.begin, chunk_.end, fault);
    const bool has_related = !reason.related_message.empty();
    fail(reason.begin, reason.end, reason.message, ProblemKind::syntax,
         has_related ? tree_.span(reason.related_begin, reason.related_end) : Span{}, reason.related_message);
  }

  // What stands before a node: an anchor's name or null, and whether there is a tag.
  struct Properties {
    const unsigned char* anchor;
    bool tag;
  };

  // Adds a node that begins at `at` with its properties; returns it with `begin` after them.
  NodeId add_node(std::uint32_t at, std::uint32_t end, Kind kind, Style style, const Properties& properties) {
    scan_comments(at);
    const auto node = static_cast<NodeId>(tree_.nodes.size());
    tree_.nodes.push_back({at, end, node + 1, kind, style, 0});
    if (properties.anchor != nullptr || properties.tag) read_properties(node, properties);
    return node;
  }

  // Moves `begin` of a node from its properties to its content. Each property ends with a blank, a line end or, in flow
  // style, a comma.
  void read_properties(NodeId id, const Properties& properties) {
    Node& node = tree_.nodes[id];
    const std::string_view text = tree_.text;
    const bool in_flow = !open_.empty() && tree_.nodes[open_.back().node].style == Style::flow;
    const int count = (properties.anchor != nullptr ? 1 : 0) + (properties.tag ? 1 : 0);
    for (int i = 0; i < count; ++i) {
      const std::uint32_t begin = node.begin;
      const bool verbatim = text.substr(begin, 2) == "!<";
      std::uint32_t at = begin;
      while (at < chunk_.end && !is_blank(text[at]) && break_size(text, at) == 0 &&
             (verbatim || !in_flow || text[at] != ',')) {
        ++at;
      }
      if (text[begin] == '&') {
        tree_.anchors.push_back({id, begin, at});
        node.flags |= kAnchored;
      } else {
        tree_.tags.push_back({id, begin, at});
        node.flags |= kTagged;
      }
      node.begin = at;
      const bool is_absent = node.kind == Kind::scalar && at >= node.end;
      if (is_absent) return;  // the empty value stands right after its properties
      node.begin = next_token(at);
    }
  }

  // The first byte from `at` on that is no blank, line end or comment.
  std::uint32_t next_token(std::uint32_t at) const {
    const std::string_view text = tree_.text;
    while (at < chunk_.end) {
      const std::size_t size = is_blank(text[at]) ? 1 : break_size(text, at);
      if (size == 0 && text[at] != '#') break;
      at = size != 0 ? at + static_cast<std::uint32_t>(size) : line_end(at, chunk_.end);
    }
    return at;
  }

  void on_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const Style style = style_of(scalar.style);
    const bool is_block_scalar = style == Style::literal || style == Style::folded;
    std::uint32_t begin = marks_.offset(event.start_mark.index);
    std::uint32_t end = marks_.offset(event.end_mark.index);
    if (is_block_scalar) end = last_text_end(begin, end);
    scan_comments(begin);
    // libyaml puts some absent values where the next token is.
    if (begin == end) begin = end = token_end_;
    const NodeId node = add_node(begin, end, Kind::scalar, style, {scalar.anchor, scalar.tag != nullptr});
    add_value(node, {reinterpret_cast<const char*>(scalar.value), scalar.length});
    scan_comments(tree_.nodes[node].begin);
    if (is_block_scalar) scan_header_comment(tree_.nodes[node].begin, end);
    pass(end);
    last_scalar_ = node;
    if (scalar.anchor != nullptr) anchored_[anchor_name(scalar.anchor)] = {node, {}, false};
    add_to_parent(node, {});
  }

  static Style style_of(yaml_scalar_style_t style) {
    switch (style) {
      case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return Style::single_quoted;
      case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return Style::double_quoted;
      case YAML_LITERAL_SCALAR_STYLE:
        return Style::literal;
      case YAML_FOLDED_SCALAR_STYLE:
        return Style::folded;
      default:
        return Style::plain;
    }
  }

  // The end of a block scalar's last line with text, blanks at the end of that line included.
  std::uint32_t last_text_end(std::uint32_t begin, std::uint32_t end) const {
    const std::string_view text = tree_.text;
    std::uint32_t at = end;
    while (at > begin && (is_break(text[at - 1]) || is_blank(text[at - 1]))) --at;
    while (at < end && is_blank(text[at])) ++at;
    return at;
  }

  void add_value(NodeId node, std::string_view read) {
    const Style style = tree_.nodes[node].style;
    const std::string restored = escapes_ != nullptr ? escapes_->restore(read, style) : std::string{};
    const std::string_view value = escapes_ != nullptr ? restored : read;
    if (style != Style::literal && style != Style::folded && tree_.scalar_text(node) == value) return;
    if (style == Style::double_quoted) check_escapes(tree_.nodes[node]);
    tree_.nodes[node].flags |= kDecoded;
    tree_.decoded.push_back(
        {node, static_cast<std::uint32_t>(tree_.decoded_text.size()), static_cast<std::uint32_t>(value.size())});
    tree_.decoded_text += value;
  }

  // The one escape that libyaml takes and go-yaml refuses.
  void check_escapes(const Node& scalar) {
    for (std::uint32_t at = scalar.begin; at < scalar.end; ++at) {
      if (tree_.text[at] != '\\') continue;
      if (tree_.text[at + 1] == '/') return fail(at, at + 2, "an unknown escape in double quotes; write `/` alone");
      ++at;
    }
  }

  void on_alias(const yaml_event_t& event) {
    const std::uint32_t begin = marks_.offset(event.start_mark.index);
    const std::uint32_t end = marks_.offset(event.end_mark.index);
    const std::string name = anchor_name(event.data.alias.anchor);
    const auto target = anchored_.find(name);
    if (target == anchored_.end()) {
      return fail(begin, end, fmt::format("the alias *{} has no anchor &{} before it in this document", name, name));
    }
    if (target->second.open) return fail(begin, end, fmt::format("the anchor &{} contains itself", name));
    if (open_.size() + target->second.extent.depth > limits_.nesting) return fail_nesting(begin, end);
    scan_comments(begin);
    const auto node = static_cast<NodeId>(tree_.nodes.size());
    tree_.nodes.push_back({begin, end, node + 1, Kind::alias, Style::plain, 0});
    tree_.aliases.push_back({node, target->second.node});
    pass(end);
    add_to_parent(node, target->second.extent);
  }

  void on_start(const yaml_event_t& event, Kind kind, bool flow, const Properties& properties) {
    const std::uint32_t start = marks_.offset(event.start_mark.index);
    if (open_.size() >= limits_.nesting) return fail_nesting(start, start + 1);
    const NodeId node = add_node(start, start, kind, flow ? Style::flow : Style::block, properties);
    const std::uint32_t begin = tree_.nodes[node].begin;
    // `[key: value]` has a mapping without braces; it begins where its key does.
    const bool bracketed =
        flow && (tree_.text[begin] == '[' || tree_.text[begin] == '{') && event.end_mark.index > event.start_mark.index;
    scan_comments(begin);
    if (bracketed) pass(begin + 1);
    tree_.nodes[node].end = bracketed ? begin + 1 : begin;
    if (properties.anchor != nullptr) anchored_[anchor_name(properties.anchor)] = {node, {}, true};
    open_.push_back({node, bracketed, {1, 1}});
  }

  void fail_nesting(std::uint32_t begin, std::uint32_t end) {
    fail(begin, end,
         fmt::format("nested deeper than {} levels, so the document is not read (--max-nesting raises the limit)",
                     limits_.nesting),
         ProblemKind::limit);
  }

  void on_end(const yaml_event_t& event) {
    const OpenCollection closed = open_.back();
    open_.pop_back();
    Node& node = tree_.nodes[closed.node];
    node.next = static_cast<NodeId>(tree_.nodes.size());
    if (closed.bracketed) {
      node.end = marks_.offset(event.end_mark.index);
      scan_comments(node.end);
    }
    if (node.kind == Kind::mapping) {
      const std::optional<KeyFault> fault = keys_.check(closed.node);
      if (fault) return fail(tree_.nodes[fault->node].begin, tree_.nodes[fault->node].end, std::string(fault->message));
    }
    if ((node.flags & kAnchored) != 0) close_anchor(closed);
    add_to_parent(closed.node, closed.extent);
  }

  void close_anchor(const OpenCollection& closed) {
    const Anchor& anchor = *tree_.anchor_of(closed.node);
    const auto known = anchored_.find(std::string(tree_.slice(anchor.begin + 1, anchor.end)));
    // The name may have been given to an inner node meanwhile; then that one is meant from there on.
    if (known != anchored_.end() && known->second.node == closed.node) {
      known->second = {closed.node, closed.extent, false};
    }
  }

  void add_to_parent(NodeId node, Extent extent) {
    if (open_.empty()) {
      check_aliases(node, extent.nodes);
      added_by_aliases_ += extent.nodes - (tree_.nodes.size() - node);
      add_root(node);
    } else {
      OpenCollection& open = open_.back();
      Node& parent = tree_.nodes[open.node];
      if (!open.bracketed) parent.end = std::max(parent.end, tree_.nodes[node].end);
      open.extent.nodes += extent.nodes;
      open.extent.depth = std::max(open.extent.depth, extent.depth + 1);
      check_aliases(open.node, open.extent.nodes);
    }
  }

  // A document without anything but its `---` has no root.
  void add_root(NodeId node) {
    const Node& root = tree_.nodes[node];
    const bool is_absent = root.kind == Kind::scalar && root.begin == root.end && root.flags == 0;
    roots_.push_back({is_absent ? kNoNode : node, chunk_.end});
    if (!is_absent) return;
    tree_.nodes.pop_back();
    last_scalar_ = kNoNode;
  }

  // Reading a file takes time and memory for its nodes and for those that aliases add; the latter may be as many as the
  // former and the limit.
  void check_aliases(NodeId node, std::size_t expanded) {
    const std::size_t added = added_by_aliases_ + expanded - (tree_.nodes.size() - node);
    if (added <= limits_.alias_nodes + tree_.nodes.size()) return;
    fail(tree_.nodes[node].begin, tree_.nodes[node].end,
         fmt::format("aliases add more than {} nodes to this file, so the document is not read (--max-alias-nodes "
                     "raises the limit)",
                     limits_.alias_nodes),
         ProblemKind::limit);
  }

  // libyaml compares each %TAG directive with all others.
  bool has_many_directives() const {
    const std::string_view text = tree_.text.substr(0, chunk_.end);
    std::size_t count = 0;
    for (std::size_t at = text.find('%', chunk_.begin); at != std::string_view::npos; at = text.find('%', at + 1)) {
      if (at == chunk_.begin || ends_with_break(text, at)) ++count;
    }
    return count > kMostDirectives;
  }

  static std::string anchor_name(const unsigned char* name) { return reinterpret_cast<const char*>(name); }

  // Up to here the text has been read.
  void pass(std::uint32_t end) {
    token_end_ = std::max(token_end_, end);
    comment_from_ = std::max(comment_from_, end);
  }

  // Finds the comments between the last token and `until`. There are only indicators, properties and directives there,
  // and in none of them a `#` can stand.
  void scan_comments(std::uint32_t until) {
    const std::string_view text = tree_.text;
    std::uint32_t at = comment_from_;
    while (at < until) {
      const std::size_t size = is_blank(text[at]) ? 1 : break_size(text, at);
      if (size != 0) {
        at += static_cast<std::uint32_t>(size);
      } else if (text[at] == '#') {
        at = add_comment(at, until);
      } else {
        token_end_ = ++at;
      }
    }
    comment_from_ = std::max(comment_from_, until);
  }

  std::uint32_t line_end(std::uint32_t at, std::uint32_t limit) const {
    while (at < limit && break_size(tree_.text, at) == 0) ++at;
    return at;
  }

  std::uint32_t add_comment(std::uint32_t begin, std::uint32_t limit) {
    const std::uint32_t end = line_end(begin, limit);
    tree_.comments.push_back({begin, end});
    return end;
  }

  // `key: |  # comment`
  void scan_header_comment(std::uint32_t begin, std::uint32_t end) {
    const std::uint32_t header_end = line_end(begin, end);
    const std::size_t mark = tree_.slice(begin, header_end).find('#');
    if (mark != std::string_view::npos) add_comment(begin + static_cast<std::uint32_t>(mark), header_end);
  }

  // In a broken document only whole-line comments can be told from text; suppressions need no more.
  void scan_comment_lines() {
    const std::string_view text = tree_.text;
    for (std::uint32_t line = chunk_.begin; line < chunk_.end;) {
      std::uint32_t at = line;
      while (at < chunk_.end && is_blank(text[at])) ++at;
      if (at < chunk_.end && text[at] == '#') at = add_comment(at, chunk_.end);
      while (at < chunk_.end && text[at] != '\n') ++at;
      line = at + 1;
    }
  }

  Tree& tree_;
  const Limits& limits_;
  Chunk chunk_;
  std::size_t& added_by_aliases_;
  const QuoteEscapes* escapes_;
  KeyChecker keys_;
  MarkMap marks_;
  std::unique_ptr<yaml_parser_t, ParserDeleter> parser_;
  std::vector<OpenCollection> open_;
  std::vector<Root> roots_;
  std::unordered_map<std::string, AnchoredNode> anchored_;  // looked up only
  NodeId last_scalar_ = kNoNode;
  std::uint32_t comment_from_;  // comments before it are known
  std::uint32_t token_end_;     // of the last token before comment_from_
  bool done_ = false;
  bool broken_ = false;
  bool needs_escapes_ = false;
};

void parse_chunk(Tree& tree, const Limits& limits, Chunk chunk, std::size_t& added_by_aliases) {
  if (DocumentParser(tree, limits, chunk, added_by_aliases, nullptr).run()) return;
  const QuoteEscapes escapes(tree.slice(chunk.begin, chunk.end));
  DocumentParser(tree, limits, chunk, added_by_aliases, &escapes).run();
}

// Faults of the whole file, before any parsing. True when the file is not to be parsed.
bool is_unreadable(Tree& tree, const Limits& limits) {
  const std::string_view text = tree.text;
  const auto size = static_cast<std::uint32_t>(text.size());
  const auto refuse = [&](ProblemKind kind, std::string message) {
    tree.problems.push_back({kind, tree.span(0, 0), std::move(message), {}, {}});
    tree.documents.push_back({0, size, kNoNode, true});
    return true;
  };
  if (text.size() > std::min(limits.file_bytes, kMostFileBytes)) {
    return refuse(ProblemKind::limit, fmt::format("the file has {} bytes, more than the {} MiB that vlint reads "
                                                  "(--max-file-size raises the limit)",
                                                  text.size(), std::min(limits.file_bytes, kMostFileBytes) >> 20));
  }
  if (text.substr(0, 10) == std::string_view("\0GITCRYPT\0", 10)) {
    return refuse(ProblemKind::unread, "the file is encrypted by git-crypt");
  }
  if (text.substr(0, 2) == "\xFF\xFE" || text.substr(0, 2) == "\xFE\xFF") {
    return refuse(ProblemKind::unread, "the file is UTF-16, and vlint reads UTF-8 only");
  }
  const std::size_t nul = text.find('\0');
  if (nul != std::string_view::npos) {
    refuse(ProblemKind::syntax, fmt::format("a NUL byte at offset {}: the file is binary, not YAML", nul));
    tree.problems.back().where = tree.span(static_cast<std::uint32_t>(nul), static_cast<std::uint32_t>(nul) + 1);
    return true;
  }
  return false;
}

// Trees are kept as long as the run.
void release_spare_memory(Tree& tree) {
  tree.nodes.shrink_to_fit();
  tree.documents.shrink_to_fit();
  tree.comments.shrink_to_fit();
  tree.decoded.shrink_to_fit();
  tree.decoded_text.shrink_to_fit();
}

}  // namespace

Tree parse(const FileSet& files, FileId file, const Limits& limits) {
  Tree tree;
  tree.file = file;
  tree.text = files[file].text;
  if (is_unreadable(tree, limits)) return tree;
  tree.nodes.reserve(tree.text.size() / kBytesOfNode);
  std::size_t added_by_aliases = 0;
  for (const Chunk chunk : split_documents(tree.text)) parse_chunk(tree, limits, chunk, added_by_aliases);
  // Documents cover the file: a byte-order mark belongs to the first.
  if (!tree.documents.empty()) tree.documents.front().begin = 0;
  const auto by_place = [](const Comment& a, const Comment& b) { return a.begin < b.begin; };
  std::sort(tree.comments.begin(), tree.comments.end(), by_place);
  release_spare_memory(tree);
  return tree;
}

}  // namespace vlint::yaml
