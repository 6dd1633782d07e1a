#include "lint/kustomize/node.h"

#include <algorithm>
#include <cstring>
#include <unordered_map>

#include "lint/kustomize/fault.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;

Tag tag_named(std::string_view text) {
  if (text == "!!str") return Tag::string;
  if (text == "!!int") return Tag::integer;
  if (text == "!!float") return Tag::floating;
  if (text == "!!bool") return Tag::boolean;
  if (text == "!!null") return Tag::null;
  if (text == "!!timestamp") return Tag::timestamp;
  if (text == "!!binary") return Tag::binary;
  if (text == "!!merge") return Tag::merge;
  return Tag::other;
}

// Reads the nodes of one document.
class DocumentReader {
 public:
  DocumentReader(Arena& arena, const yaml::Tree& tree, const MovedTags& tags)
      : arena_(arena), tree_(tree), tags_(tags) {}

  Node* read(yaml::NodeId place) {
    if (tree_.nodes[place].kind == yaml::Kind::alias) {
      const yaml::NodeId target = tree_.resolve(place);
      auto known = anchored_.find(target);
      if (known == anchored_.end()) known = anchored_.emplace(target, read(target)).first;
      Node* node = arena_.make(*known->second);
      node->place = place;
      return node;
    }
    Node* node = arena_.node();
    const yaml::Node& source = tree_.nodes[place];
    node->kind = source.kind;
    node->style = source.style;
    node->tree = &tree_;
    node->place = place;
    if (source.kind == yaml::Kind::scalar) {
      read_scalar(node);
    } else {
      read_kids(node);
    }
    if ((source.flags & yaml::kAnchored) != 0) anchored_.emplace(place, node);
    return node;
  }

 private:
  void read_scalar(Node* node) {
    const std::string_view text = tree_.scalar_text(node->place);
    node->bytes = text.data();
    node->count = static_cast<std::uint32_t>(text.size());
    const std::string_view name = tag_at(node->place);
    if (!name.empty() && name != "!") {
      node->tag = tag_named(name);
      node->flags |= kSuspect;
      return;
    }
    node->tag = node->style == yaml::Style::plain && name.empty() ? resolve_v3(text) : Tag::string;
    if (node->style == yaml::Style::plain && !agrees(node->tag, text)) node->flags |= kSuspect;
    if (node->style == yaml::Style::folded && reprint_folded(text) != text) node->flags |= kSuspect;
  }

  std::string_view tag_at(yaml::NodeId place) const {
    if (const yaml::Tag* tag = tree_.tag_of(place)) return tree_.slice(tag->begin, tag->end);
    const auto moved = tags_.find(place);
    return moved == tags_.end() ? std::string_view() : std::string_view(moved->second);
  }

  // Whether yaml::Value sees the same type and Kustomize prints it as it stands.
  static bool agrees(Tag tag, std::string_view text) {
    switch (tag) {
      case Tag::string:
        return yaml::resolve_plain(text) == yaml::ScalarType::string;
      case Tag::integer:
        return text.size() < 16 && text.find_first_of("_xXoObB") == std::string_view::npos &&
               (text.size() == 1 || text.front() != '0');
      case Tag::boolean:
        return true;
      case Tag::null:
        return !text.empty();
      default:
        return false;
    }
  }

  void read_kids(Node* node) {
    const yaml::Node& source = tree_.nodes[node->place];
    if (source.kind == yaml::Kind::mapping && (source.flags & yaml::kIrregular) != 0) return read_irregular(node);
    const std::size_t base = stack_.size();
    for (yaml::NodeId child = node->place + 1; child < source.next; child = tree_.nodes[child].next) {
      Node* kid = read(child);
      stack_.push_back(kid);
      node->flags |= kid->flags & kSuspect;
      const bool is_key = source.kind == yaml::Kind::mapping && (stack_.size() - base) % 2 == 1;
      if (is_key && kid->tag != Tag::string) node->flags |= kSuspect;
    }
    take_kids(node, base);
  }

  void take_kids(Node* node, std::size_t base) {
    const std::size_t count = stack_.size() - base;
    node->kids = arena_.list(count);
    std::copy(stack_.begin() + static_cast<std::ptrdiff_t>(base), stack_.end(), node->kids);
    node->count = node->room = static_cast<std::uint32_t>(count);
    stack_.resize(base);
  }

  // With merges (`<<`) or repeated keys.
  void read_irregular(Node* node) {
    node->flags |= kSuspect;
    const yaml::Node& source = tree_.nodes[node->place];
    for (yaml::NodeId key = node->place + 1; key < source.next; key = tree_.nodes[tree_.nodes[key].next].next) {
      if ((tree_.nodes[key].flags & yaml::kRepeatedKey) != 0) node->flags |= kRepeatedKeys;
    }
    const std::size_t base = stack_.size();
    for (const yaml::Entry& entry : yaml::Value(tree_, node->place).entries()) {
      Node* key = read(entry.key.place());
      Node* value = read(entry.value.place());
      stack_.push_back(key);
      stack_.push_back(value);
    }
    take_kids(node, base);
  }

  Arena& arena_;
  const yaml::Tree& tree_;
  const MovedTags& tags_;
  std::vector<Node*> stack_;
  std::unordered_map<yaml::NodeId, Node*> anchored_;  // looked up only
};

}  // namespace

std::string_view to_string(StepKind kind) {
  switch (kind) {
    case StepKind::source:
      return "source";
    case StepKind::patch:
      return "patch";
    case StepKind::json_patch:
      return "JSON patch";
    case StepKind::generator:
      return "generator";
    case StepKind::name_space:
      return "namespace";
    case StepKind::name_prefix:
      return "namePrefix";
    case StepKind::name_suffix:
      return "nameSuffix";
    case StepKind::label:
      return "labels";
    case StepKind::annotation:
      return "annotations";
    case StepKind::image:
      return "images";
    case StepKind::replicas:
      return "replicas";
    case StepKind::replacement:
      return "replacements";
    case StepKind::variable:
      return "vars";
    case StepKind::hash:
      return "hash suffix";
    case StepKind::name_reference:
      return "name reference";
    case StepKind::metadata:
      return "buildMetadata";
    case StepKind::plugin:
      return "transformers";
  }
  return {};
}

Span Node::span() const {
  if (tree != nullptr) return tree->span(place);
  return provenance != nullptr ? provenance->cause : Span{};
}

bool nil_or_empty(const Node* node) {
  if (missing_or_null(node)) return true;
  return !node->is_scalar() && node->count == 0;
}

std::size_t find_index(const Node* mapping, std::string_view key) {
  if (mapping == nullptr || !mapping->is_mapping()) return kNoIndex;
  for (std::size_t i = 0; i < mapping->size(); ++i) {
    if (mapping->key(i)->text() == key) return i;
  }
  return kNoIndex;
}

Node* find(const Node* mapping, std::string_view key) {
  const std::size_t at = find_index(mapping, key);
  return at == kNoIndex ? nullptr : mapping->value(at);
}

Node* find_path(const Node* node, std::initializer_list<std::string_view> keys) {
  Node* found = nullptr;
  for (const std::string_view key : keys) {
    found = find(node, key);
    if (found == nullptr) return nullptr;
    node = found;
  }
  return found;
}

std::string_view text_at(const Node* mapping, std::string_view key) {
  const Node* value = find(mapping, key);
  return nil_or_empty(value) ? std::string_view() : value->text();
}

std::string_view Arena::text(std::string_view value) {
  if (value.empty()) return {};
  char* bytes = static_cast<char*>(allocate(value.size(), 1));
  std::memcpy(bytes, value.data(), value.size());
  return {bytes, value.size()};
}

void* Arena::allocate(std::size_t size, std::size_t alignment) {
  if (size == 0) size = 1;
  const std::size_t skip = (alignment - reinterpret_cast<std::uintptr_t>(at_) % alignment) % alignment;
  if (at_ == nullptr || left_ < size + skip) {
    // Small builds stay small: chunks grow from 4 to 64 KiB.
    const std::size_t chunk =
        std::max(std::min(kChunk, std::size_t{4096} << std::min<std::size_t>(chunks_.size(), 4)), size);
    if (bytes_ + chunk > kMostBuildBytes) fail({}, "this build takes more than 1 GiB of memory, which is the limit");
    chunks_.push_back(std::make_unique<char[]>(chunk));
    at_ = chunks_.back().get();
    left_ = chunk;
    bytes_ += chunk;
    return allocate(size, alignment);
  }
  char* result = at_ + skip;
  at_ += skip + size;
  left_ -= skip + size;
  return result;
}

const Node* read_document(Arena& arena, const yaml::Tree& tree, yaml::NodeId root, const MovedTags& tags) {
  return root == yaml::kNoNode ? nullptr : DocumentReader(arena, tree, tags).read(root);
}

Node* Editor::own(Node* node) {
  if (owns(node)) return node;
  Node* copy = arena_.make(*node);
  copy->owner = owner_;
  if (!copy->is_scalar()) {
    copy->kids = arena_.list(node->count + 2);
    std::copy(node->kids, node->kids + node->count, copy->kids);
    copy->room = node->count + 2;
  }
  return copy;
}

// Copies of copies can nest and double without end, also where they are shared.
void Editor::count_copied(const Node* node, std::size_t depth) {
  constexpr std::size_t kMostCopied = 5'000'000;
  constexpr std::size_t kDeepest = 400;
  if (++copied_ > kMostCopied) fail(node->span(), "patches and replacements copy more than 5,000,000 values");
  if (depth > kDeepest) fail(node->span(), "a copied value is nested deeper than 400");
  if (node->is_scalar()) return;
  for (std::size_t i = 0; i < node->count; ++i) count_copied(node->kids[i], depth + 1);
}

Node* Editor::share(Node* node) {
  if (node->owner != 0 && !node->is_scalar()) count_copied(node, 0);
  return shared(node);
}

Node* Editor::shared(Node* node) {
  if (!owns(node)) return node;
  Node* copy = arena_.make(*node);
  if (copy->is_scalar()) return copy;
  copy->kids = arena_.list(node->count);
  copy->room = node->count;
  for (std::size_t i = 0; i < node->count; ++i) copy->kids[i] = shared(node->kids[i]);
  return copy;
}

Node* Editor::scalar(std::string_view text, Tag tag, const Provenance& provenance) {
  Node* node = arena_.node();
  const std::string_view kept = arena_.text(text);
  node->bytes = kept.data();
  node->count = static_cast<std::uint32_t>(kept.size());
  node->tag = tag;
  node->owner = owner_;
  node->provenance = arena_.make(provenance);
  return node;
}

Node* Editor::mapping(const Provenance& provenance) {
  Node* node = arena_.node();
  node->kind = yaml::Kind::mapping;
  node->style = yaml::Style::block;
  node->kids = nullptr;
  node->owner = owner_;
  node->provenance = arena_.make(provenance);
  return node;
}

Node* Editor::sequence(const Provenance& provenance) {
  Node* node = mapping(provenance);
  node->kind = yaml::Kind::sequence;
  return node;
}

Node* Editor::placed(const Node* node, StepKind step, const Node* replaced) {
  Node* copy = arena_.make(*node);
  copy->owner = owner_;
  if (!copy->is_scalar()) {
    copy->kids = arena_.list(node->count);
    std::copy(node->kids, node->kids + node->count, copy->kids);
    copy->room = node->count;
  }
  Provenance provenance;
  if (node->provenance != nullptr) provenance = *node->provenance;
  provenance.step = step;
  if (!provenance.cause.valid()) provenance.cause = node->span();
  provenance.replaced = replaced;
  copy->provenance = arena_.make(provenance);
  return copy;
}

void Editor::reserve(Node* collection, std::size_t count) {
  if (collection->room >= count) return;
  const std::size_t room = std::max<std::size_t>(count, collection->room * std::size_t{2});
  Node** kids = arena_.list(room);
  if (collection->count != 0) std::copy(collection->kids, collection->kids + collection->count, kids);
  collection->kids = kids;
  collection->room = static_cast<std::uint32_t>(room);
}

void Editor::set(Node* mapping, std::string_view key, Node* value) {
  const std::size_t at = find_index(mapping, key);
  if (at != kNoIndex) {
    mapping->kids[2 * at + 1] = value;
    return;
  }
  Provenance provenance;
  if (value->provenance != nullptr) {
    provenance.step = value->provenance->step;
    provenance.cause = value->provenance->cause;
  }
  append_entry(mapping, scalar(key, Tag::string, provenance), value);
}

void Editor::append_entry(Node* mapping, Node* key, Node* value) {
  reserve(mapping, mapping->count + std::size_t{2});
  mapping->kids[mapping->count++] = key;
  mapping->kids[mapping->count++] = value;
}

void Editor::append(Node* sequence, Node* item) {
  reserve(sequence, sequence->count + std::size_t{1});
  sequence->kids[sequence->count++] = item;
}

void Editor::insert(Node* sequence, std::size_t index, Node* item) {
  append(sequence, item);
  std::rotate(sequence->kids + index, sequence->kids + sequence->count - 1, sequence->kids + sequence->count);
}

void Editor::erase(Node* sequence, std::size_t index) {
  std::copy(sequence->kids + index + 1, sequence->kids + sequence->count, sequence->kids + index);
  --sequence->count;
}

void Editor::remove(Node* mapping, std::string_view key, StepKind step, Span by) {
  const std::size_t at = find_index(mapping, key);
  if (at == kNoIndex) return;
  note_removal(mapping, mapping->key(at)->text(), mapping->value(at), step, by);
  std::copy(mapping->kids + 2 * at + 2, mapping->kids + mapping->count, mapping->kids + 2 * at);
  mapping->count -= 2;
}

void Editor::note_removal(Node* mapping, std::string_view key, const Node* old, StepKind step, Span by) {
  Provenance provenance;
  if (mapping->provenance != nullptr) provenance = *mapping->provenance;
  provenance.removals = arena_.make(Removal{arena_.text(key), step, by, old, provenance.removals});
  mapping->provenance = arena_.make(provenance);
}

Node* Editor::replace_scalar(Node* old, std::string_view text, Tag tag, const Provenance& provenance) {
  Node* node = scalar(text, tag, provenance);
  node->style = old->style;
  return node;
}

}  // namespace vlint::kustomize
