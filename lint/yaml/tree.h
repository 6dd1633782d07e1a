// A parsed file as a flat tree: nodes in preorder, each with its first and last byte in the file.
//
// The tree is plain data and never changes after parsing (parse.h makes it, value.h reads it, edit.h plans changes to
// its text). It keeps what a person wrote: styles, comments, anchors, tags, repeated keys, CRLF, a byte-order mark.
// It does not know what a Pod is.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/span.h"

namespace vlint::yaml {

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xFFFFFFFFU;

// `link` stands only in trees that a program built, for a node of another tree: `begin` is an index into Tree::linked,
// `end` the node there.
enum class Kind : std::uint8_t { scalar, sequence, mapping, alias, link };

enum class Style : std::uint8_t {
  plain,          // scalar without quotes; an absent value (`key:`) is an empty plain scalar right after the colon
  single_quoted,  // 'text'
  double_quoted,  // "text"
  literal,        // |
  folded,         // >
  block,          // collection by indentation
  flow,           // [..] or {..}
};

// Node::flags.
inline constexpr std::uint16_t kDecoded = 1;   // the scalar's value is no slice of the file: Tree::decoded has it
inline constexpr std::uint16_t kAnchored = 2;  // Tree::anchors has the name
inline constexpr std::uint16_t kTagged = 4;    // Tree::tags has the tag
inline constexpr std::uint16_t kRepeatedKey =
    8;                                           // on a key: the same key stands earlier in its mapping (this one wins)
inline constexpr std::uint16_t kIrregular = 16;  // on a mapping: it has repeated keys or merges (`<<`)
inline constexpr std::uint16_t kMade = 32;       // stands in no file: `begin` is an index into Tree::made

struct Tree;

struct Node {
  // The node's bytes without anchor and tag. Quotes and the header of a block scalar belong to it; a block collection
  // goes from its first key or dash to the end of its last value. A block scalar ends after its last line with text.
  std::uint32_t begin;
  std::uint32_t end;
  NodeId next;  // first node after this subtree
  Kind kind;
  Style style;
  std::uint16_t flags;
};
static_assert(sizeof(Node) == 16);

// A comment from its `#` to the end of its line (without the line end).
struct Comment {
  std::uint32_t begin;
  std::uint32_t end;
};

// An anchor (`&name`), tag (`!!str`) or alias, found by node; each table is sorted by node.
struct Anchor {
  NodeId node;
  std::uint32_t begin;  // of the `&`
  std::uint32_t end;
};
struct Tag {
  NodeId node;
  std::uint32_t begin;  // of the first `!`
  std::uint32_t end;
};
struct AliasTarget {
  NodeId alias;
  NodeId target;
};
// What is known of a node that a program made: the place to show for it, and the node of a file that it was made from,
// if there is one (a mapping that was changed, the field whose value was computed with).
struct MadeNode {
  Span shown;
  NodeId place = kNoNode;
  const Tree* tree = nullptr;
};
// A range of Tree::decoded_text.
struct DecodedText {
  NodeId node;
  std::uint32_t begin;
  std::uint32_t size;
};

// One document of a file: the bytes from its `---` line (or the start of the file) to the next one. What introduces the
// first one (comments and directives before its `---`) belongs to it.
struct Document {
  std::uint32_t begin;
  std::uint32_t end;
  NodeId root;  // kNoNode when the document is empty or broken
  bool broken;  // its text is no YAML, or a limit was reached: what it holds is unknown, not absent
};

enum class ProblemKind : std::uint8_t {
  syntax,        // what kubectl would refuse
  repeated_key,  // what kubectl would take the last of
  limit,         // one of Limits was reached; the document is broken
  unread,        // valid for others perhaps, but not read by vlint (UTF-16, git-crypt)
};

struct Problem {
  ProblemKind kind;
  Span where;
  std::string message;  // lower case, no full stop, stands alone
  Span related;         // invalid, or where the first of two stands
  std::string related_message;
};

struct Tree {
  FileId file = kNoFile;
  std::string_view text;  // the whole file; owned by the FileSet
  std::vector<Node> nodes;
  std::vector<Document> documents;
  std::vector<Comment> comments;
  std::vector<Anchor> anchors;
  std::vector<Tag> tags;
  std::vector<AliasTarget> aliases;
  std::vector<DecodedText> decoded;
  std::string decoded_text;
  std::vector<Problem> problems;
  std::vector<const Tree*> linked;  // of built trees only: the trees that links lead to
  std::vector<MadeNode> made;       // likewise

  Span span(NodeId node) const {
    const Node& row = nodes[node];
    return (row.flags & kMade) == 0 ? Span{file, row.begin, row.end} : made[row.begin].shown;
  }
  Span span(std::uint32_t begin, std::uint32_t end) const { return {file, begin, end}; }
  std::string_view slice(std::uint32_t begin, std::uint32_t end) const { return text.substr(begin, end - begin); }

  // Whether a program built the tree: then nodes and documents have no bytes of their own.
  bool is_built() const { return !linked.empty() || !made.empty(); }

  const Anchor* anchor_of(NodeId node) const;
  const Tag* tag_of(NodeId node) const;
  // The node an alias stands for (never an alias itself); `node` itself when it is no alias.
  NodeId resolve(NodeId node) const;
  // A scalar's value: unquoted, unescaped, unfolded.
  std::string_view scalar_text(NodeId node) const;
  // Whether a key is the `<<` of YAML 1.1 that merges other mappings into this one.
  bool is_merge_key(NodeId key) const;
  // The root of the document that holds a node.
  NodeId root_of(NodeId node) const;
  // The document that holds a byte; documents cover the file without gaps.
  const Document& document_at(std::uint32_t offset) const;
};

// The trees of a run by FileId; null for files that are not parsed. Trees are shared between the rounds of a fix run.
using Forest = std::vector<std::shared_ptr<const Tree>>;

}  // namespace vlint::yaml
