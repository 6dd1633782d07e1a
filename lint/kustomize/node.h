// The working model of a build: nodes that are shared until somebody changes them.
//
// A node belongs to the build that made it; everybody else must take a copy before changing it (Editor::own). So an
// overlay shares everything it does not touch with its base, and the base with the file. Every node knows the place in
// a source file that supplied it, or what it was made by and from, and what it replaced.
//
// Nodes live as long as their arena. This is the engine's inside: readers get yaml::Value (build.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/span.h"
#include "lint/kustomize/go_scalar.h"
#include "lint/yaml/tree.h"

namespace vlint::kustomize {

// What put a value where it is.
enum class StepKind : std::uint8_t {
  source,          // a manifest
  patch,           // a strategic merge patch
  json_patch,      // a JSON 6902 patch
  generator,       // configMapGenerator, secretGenerator
  name_space,      // namespace
  name_prefix,     // namePrefix
  name_suffix,     // nameSuffix
  label,           // labels, commonLabels
  annotation,      // commonAnnotations, generatorOptions
  image,           // images
  replicas,        // replicas
  replacement,     // replacements
  variable,        // vars
  hash,            // the hash suffix of a generated name
  name_reference,  // a reference that follows a renamed object
  metadata,        // buildMetadata
  plugin,          // transformers
};
// As a person writes the field: "namePrefix", "patches", ...
std::string_view to_string(StepKind kind);

struct Node;

// A field that was taken away, kept on the mapping that had it.
struct Removal {
  std::string_view key;
  StepKind step;
  Span by;  // may be invalid
  const Node* old;
  const Removal* next;
};

// How a node came to its place, for nodes that did not simply stand in a manifest.
struct Provenance {
  StepKind step = StepKind::source;
  Span cause;                      // the field that asked for the change; for a value that stands in a file its place
  const Node* from = nullptr;      // what a computed value was computed from
  const Node* replaced = nullptr;  // what stood here before
  const Removal* removals = nullptr;
};

struct Node {
  yaml::Kind kind = yaml::Kind::scalar;  // scalar, sequence or mapping
  Tag tag = Tag::none;
  yaml::Style style = yaml::Style::plain;
  std::uint8_t flags = 0;
  std::uint32_t owner = 0;  // 0: source node, never changed
  union {
    const char* bytes = nullptr;  // scalar
    Node** kids;                  // a mapping's keys and values alternate
  };
  std::uint32_t count = 0;           // bytes or kids
  std::uint32_t room = 0;            // of kids
  const yaml::Tree* tree = nullptr;  // the file that supplied it; null when it was made
  yaml::NodeId place = yaml::kNoNode;
  const Provenance* provenance = nullptr;

  std::string_view text() const {
    return kind == yaml::Kind::scalar ? std::string_view(bytes, count) : std::string_view();
  }
  bool is_scalar() const { return kind == yaml::Kind::scalar; }
  bool is_mapping() const { return kind == yaml::Kind::mapping; }
  bool is_sequence() const { return kind == yaml::Kind::sequence; }
  bool is_null() const { return tag == Tag::null; }
  // Items of a sequence, entries of a mapping.
  std::size_t size() const {
    return kind == yaml::Kind::mapping ? count / 2 : kind == yaml::Kind::sequence ? count : 0;
  }
  const Node* key(std::size_t i) const { return kids[2 * i]; }
  Node* value(std::size_t i) const { return kids[2 * i + 1]; }
  Node* item(std::size_t i) const { return kids[i]; }
  // Where it stands, or the field that made it; may be invalid.
  Span span() const;
};

// Node::flags.
inline constexpr std::uint8_t kRepeatedKeys = 1;  // a mapping of a file with repeated keys
inline constexpr std::uint8_t kKeepNull = 2;      // a null that setting a field does not take for "remove"
// Somewhere in this source subtree a scalar's type for Kustomize is not the one that yaml::Value sees, or something
// cannot be printed as JSON: such a subtree is looked at node by node.
inline constexpr std::uint8_t kSuspect = 4;

inline bool missing_or_null(const Node* node) { return node == nullptr || node->is_null(); }
// kyaml IsNilOrEmpty: missing, null, `{}` or `[]`.
bool nil_or_empty(const Node* node);
inline bool missing_or_empty_map(const Node* node) {
  return missing_or_null(node) || (node->is_mapping() && node->count == 0);
}

// The value of a key; null when this is no mapping or has no such key. Of repeated keys the first.
Node* find(const Node* mapping, std::string_view key);
constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
std::size_t find_index(const Node* mapping, std::string_view key);
// Follows keys; null when a step is missing.
Node* find_path(const Node* node, std::initializer_list<std::string_view> keys);
// The text of a scalar child, "" when missing or empty (kyaml getMetaStringField).
std::string_view text_at(const Node* mapping, std::string_view key);

// How much one build may take: no build that anybody means takes a hundredth of it.
inline constexpr std::size_t kMostBuildBytes = std::size_t{1} << 30;

// Memory for nodes, their lists of children and made texts. Not to be used by two threads at once. Throws Failure when
// it holds more than kMostBuildBytes.
class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  Node* node() { return new (allocate(sizeof(Node), alignof(Node))) Node; }
  Node** list(std::size_t count) { return static_cast<Node**>(allocate(count * sizeof(Node*), alignof(Node*))); }
  template <typename T>
  T* make(const T& value) {
    return new (allocate(sizeof(T), alignof(T))) T(value);
  }
  std::string_view text(std::string_view value);
  std::size_t bytes() const { return bytes_; }

 private:
  void* allocate(std::size_t size, std::size_t alignment);

  std::vector<std::unique_ptr<char[]>> chunks_;
  char* at_ = nullptr;
  std::size_t left_ = 0;
  std::size_t bytes_ = 0;
};

// Tags of a tree whose text is not at hand any more.
using MovedTags = std::map<yaml::NodeId, std::string>;
// The root of a document as Kustomize reads it: aliases and merge keys expanded. Null for an empty document.
const Node* read_document(Arena& arena, const yaml::Tree& tree, yaml::NodeId root, const MovedTags& tags = {});

// Changes to nodes on behalf of one build. All functions that return a node return the one to put in the place of the
// argument: itself when it belongs to this build already.
class Editor {
 public:
  Editor(Arena& arena, std::uint32_t owner) : arena_(arena), owner_(owner) {}

  Arena& arena() { return arena_; }
  std::uint32_t owner() const { return owner_; }
  bool owns(const Node* node) const { return node->owner == owner_; }

  Node* own(Node* node);
  // A copy that is safe to put in a second place: nodes of this build are copied, others shared. Throws Failure when it
  // nests too deep or when there were too many.
  Node* share(Node* node);

  Node* scalar(std::string_view text, Tag tag, const Provenance& provenance);
  Node* mapping(const Provenance& provenance);
  Node* sequence(const Provenance& provenance);
  // The same value, standing in a new place where `replaced` (may be null) stood.
  Node* placed(const Node* node, StepKind step, const Node* replaced);
  void set_provenance(Node* node, const Provenance& provenance) { node->provenance = arena_.make(provenance); }

  // `mapping` and `sequence` must belong to this build.
  void set(Node* mapping, std::string_view key, Node* value);  // in place, or at the end
  void set_at(Node* collection, std::size_t kid, Node* value) { collection->kids[kid] = value; }
  void append(Node* sequence, Node* item);
  void append_entry(Node* mapping, Node* key, Node* value);
  void insert(Node* sequence, std::size_t index, Node* item);
  void erase(Node* sequence, std::size_t index);
  void remove(Node* mapping, std::string_view key, StepKind step, Span by);
  void note_removal(Node* mapping, std::string_view key, const Node* old, StepKind step, Span by);

  // kyaml FieldSetter for scalars: replaces the text and tag of an existing scalar and keeps its style, which decides
  // the type when there is no tag.
  Node* replace_scalar(Node* old, std::string_view text, Tag tag, const Provenance& provenance);

 private:
  void reserve(Node* collection, std::size_t count);
  void count_copied(const Node* node, std::size_t depth);
  Node* shared(Node* node);

  Arena& arena_;
  std::uint32_t owner_;
  std::size_t copied_ = 0;
};

}  // namespace vlint::kustomize
