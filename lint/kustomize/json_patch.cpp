#include "lint/kustomize/json_patch.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>

#include "lint/base/text.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {
namespace {

// A key as sigs.k8s.io/yaml makes it a text: `n:` is "false", `010:` is "8".
Node* retyped_key(Arena& arena, Node* key) {
  if (key->style != yaml::Style::plain) return key;
  const Tag tag = resolve_v2(key->text());
  if (tag != Tag::boolean && tag != Tag::integer && tag != Tag::floating) return key;
  const JsonScalar value = to_json(tag, key->text());
  Node* copy = arena.make(*key);
  copy->tag = Tag::string;
  const std::string_view text = arena.text(value.type == JsonScalar::Type::boolean ? (value.boolean ? "true" : "false")
                                                                                   : std::string_view(value.text));
  copy->bytes = text.data();
  copy->count = static_cast<std::uint32_t>(text.size());
  return copy;
}

// The same node with its scalars typed by YAML 1.1; source nodes are copied only where the type differs.
Node* retyped(Arena& arena, Node* node) {
  if (node->is_scalar()) {
    if (node->style != yaml::Style::plain || node->tag == Tag::other || node->tag == Tag::binary) return node;
    const Tag tag = resolve_v2(node->text());
    if (tag == node->tag && tag != Tag::timestamp) return node;
    Node* copy = arena.make(*node);
    copy->tag = tag;
    if (tag == Tag::boolean) {
      const JsonScalar value = to_json(tag, node->text());
      const std::string_view text = value.boolean ? "true" : "false";
      copy->bytes = text.data();
      copy->count = static_cast<std::uint32_t>(text.size());
    } else if (tag == Tag::timestamp) {
      copy->tag = Tag::string;
    }
    return copy;
  }
  Node* result = node;
  for (std::size_t i = 0; i < node->count; ++i) {
    const bool is_key = node->is_mapping() && i % 2 == 0;
    Node* kid = is_key ? retyped_key(arena, node->kids[i]) : retyped(arena, node->kids[i]);
    if (kid == node->kids[i]) continue;
    if (result == node) {
      result = arena.make(*node);
      result->kids = arena.list(node->count);
      std::copy(node->kids, node->kids + node->count, result->kids);
      result->room = node->count;
      result->flags |= kSuspect;
    }
    result->kids[i] = kid;
  }
  return result;
}

// Numbers through float64 and `{x: }` to `{x: ""}`: what becomes of an object that is printed as JSON and read again.
Node* through_json(Editor& editor, Node* node, bool in_flow) {
  if (node->is_scalar()) {
    if (node->tag == Tag::null && node->text().empty() && node->style == yaml::Style::plain && in_flow) {
      Node* copy = editor.arena().make(*node);
      copy->owner = editor.owner();
      copy->tag = Tag::string;
      return copy;
    }
    if (node->style == yaml::Style::folded && !in_flow && node->tag == Tag::string) {
      const std::string text = reprint_folded(node->text());
      Node* copy = editor.arena().make(*node);
      copy->owner = editor.owner();
      copy->style = yaml::Style::literal;
      copy->bytes = editor.arena().text(text).data();
      copy->count = static_cast<std::uint32_t>(text.size());
      return copy;
    }
    if (node->tag != Tag::integer || node->text().size() < 16) return node;
    const JsonScalar exact = to_json(Tag::integer, node->text());
    const JsonScalar rounded = to_json(Tag::integer, node->text(), true);
    if (exact.text == rounded.text) return node;
    Provenance provenance;
    provenance.step = StepKind::json_patch;
    provenance.cause = node->span();
    provenance.from = node;
    const bool whole = rounded.text.find('e') == std::string::npos;
    return editor.scalar(rounded.text, whole ? Tag::integer : Tag::floating, provenance);
  }
  if (node->owner == 0 && (node->flags & kSuspect) == 0) return node;
  const bool flow = in_flow || (node->style == yaml::Style::flow && node->count > 0);
  for (std::size_t i = 0; i < node->count; ++i) {
    if (node->is_mapping() && i % 2 == 0) continue;
    Node* kid = through_json(editor, node->kids[i], flow);
    if (kid == node->kids[i]) continue;
    node = editor.own(node);
    node->kids[i] = kid;
  }
  return node;
}

std::string unescaped(std::string_view part) {
  std::string result;
  for (std::size_t at = 0; at < part.size(); ++at) {
    if (part[at] == '~' && at + 1 < part.size() && (part[at + 1] == '0' || part[at + 1] == '1')) {
      result += part[++at] == '0' ? '~' : '/';
    } else {
      result += part[at];
    }
  }
  return result;
}

class Patcher {
 public:
  Patcher(Editor& editor, Node* root) : editor_(editor), root_(root) {}

  Node* root() const { return root_; }

  void apply(const JsonOperation& operation) {
    operation_ = &operation;
    if (operation.op == "add") return add(operation.path, given());
    if (operation.op == "replace") return replace(operation.path, given());
    if (operation.op == "remove") {
      take(operation.path);
      return;
    }
    if (operation.op == "test") return test();
    if (operation.op == "copy") return add(operation.path, editor_.share(get(operation.from)));
    if (operation.op == "move") {
      Node* value = take(operation.from);
      return add(operation.path, value);
    }
    refuse(fmt::format("{} is no operation of a JSON patch", quoted(operation.op)));
  }

 private:
  [[noreturn]] void refuse(std::string message) const {
    fail(operation_->where, fmt::format("the JSON patch does not apply: {}", message));
  }

  Node* given() {
    if (operation_->value != nullptr) return editor_.share(operation_->value);
    Provenance provenance;
    provenance.step = StepKind::json_patch;
    provenance.cause = operation_->where;
    return editor_.scalar("null", Tag::null, provenance);
  }

  std::vector<std::string> parts_of(std::string_view path) const {
    const std::vector<std::string_view> parts = split(path, '/');
    if (parts.size() < 2) refuse(fmt::format("the path {} names no field", quoted(path)));
    std::vector<std::string> result;
    for (std::size_t i = 1; i < parts.size(); ++i) result.push_back(unescaped(parts[i]));
    return result;
  }

  std::optional<long> number(std::string_view text) const {
    long value = 0;
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }

  // An index of a list of `size` items, negative ones from its end.
  std::size_t index(std::string_view key, std::size_t size, std::string_view path) const {
    const auto value = number(key);
    if (!value) refuse(fmt::format("{} in {} is no index of a list", quoted(key), quoted(path)));
    const long limit = static_cast<long>(size);
    if (*value >= limit || *value < -limit) {
      refuse(fmt::format("{} is beyond the end of the list, which has {} items", quoted(path), size));
    }
    return static_cast<std::size_t>(*value < 0 ? *value + limit : *value);
  }

  // Calls `change` with the collection that holds the last part of the path, which belongs to this build then.
  void at(std::string_view path, const std::function<void(Node*, const std::string&)>& change) {
    const std::vector<std::string> parts = parts_of(path);
    root_ = editor_.own(root_);
    Node* node = root_;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      std::size_t kid = 0;
      if (node->is_mapping()) {
        const std::size_t entry = find_index(node, parts[i]);
        if (entry == kNoIndex) missing(parts, i, path);
        kid = 2 * entry + 1;
      } else {
        const auto value = number(parts[i]);
        const long limit = static_cast<long>(node->size());
        if (!value || *value >= limit || *value < -limit) missing(parts, i, path);
        kid = static_cast<std::size_t>(*value < 0 ? *value + limit : *value);
      }
      if (node->kids[kid]->is_scalar()) missing(parts, i, path);
      node->kids[kid] = editor_.own(node->kids[kid]);
      node = node->kids[kid];
    }
    change(node, parts.back());
  }

  [[noreturn]] void missing(const std::vector<std::string>& parts, std::size_t i, std::string_view path) const {
    std::string reached;
    for (std::size_t k = 0; k <= i; ++k) reached += "/" + parts[k];
    refuse(fmt::format("{} leads through {}, which the object does not have", quoted(path), reached));
  }

  Node* put(Node* value, const Node* old) { return editor_.placed(value, StepKind::json_patch, old); }

  void add(std::string_view path, Node* value) {
    at(path, [&](Node* node, const std::string& key) {
      if (node->is_mapping()) {
        editor_.set(node, key, put(value, find(node, key)));
      } else if (key == "-") {
        editor_.append(node, put(value, nullptr));
      } else {
        editor_.insert(node, index(key, node->size() + 1, path), put(value, nullptr));
      }
    });
  }

  void replace(std::string_view path, Node* value) {
    at(path, [&](Node* node, const std::string& key) {
      if (node->is_mapping()) return editor_.set(node, key, put(value, find(node, key)));
      const std::size_t item = index(key, node->size(), path);
      node->kids[item] = put(value, node->kids[item]);
    });
  }

  Node* take(std::string_view path) {
    Node* taken = nullptr;
    at(path, [&](Node* node, const std::string& key) {
      if (node->is_mapping()) {
        taken = find(node, key);
        if (taken == nullptr) refuse(fmt::format("there is no {} to remove", quoted(path)));
        return editor_.remove(node, key, StepKind::json_patch, operation_->where);
      }
      const std::size_t item = index(key, node->size(), path);
      taken = node->kids[item];
      editor_.note_removal(node, key, taken, StepKind::json_patch, operation_->where);
      editor_.erase(node, item);
    });
    return taken;
  }

  Node* get(std::string_view path) {
    Node* found = nullptr;
    at(path, [&](Node* node, const std::string& key) {
      if (node->is_mapping()) {
        found = find(node, key);
      } else {
        found = node->kids[index(key, node->size(), path)];
      }
    });
    if (found == nullptr && operation_->op != "test") refuse(fmt::format("there is no {}", quoted(path)));
    return found;
  }

  void test() {
    const Node* found = get(operation_->path);
    const Node* wanted = operation_->value;
    const bool found_null = missing_or_null(found);
    const bool wanted_null = missing_or_null(wanted);
    if (found_null && wanted_null) return;
    if (!found_null && !wanted_null && write_json(found) == write_json(wanted)) return;
    refuse(fmt::format("its test of {} fails", quoted(operation_->path)));
  }

  Editor& editor_;
  Node* root_;
  const JsonOperation* operation_ = nullptr;
};

}  // namespace

bool looks_like_json_patch(const Node* document) {
  if (document == nullptr || !document->is_sequence()) return false;
  for (std::size_t i = 0; i < document->size(); ++i) {
    if (!document->item(i)->is_mapping()) return false;
  }
  return true;
}

std::vector<JsonOperation> read_json_patch(Arena& arena, const Node* document) {
  std::vector<JsonOperation> operations;
  for (std::size_t i = 0; i < document->size(); ++i) {
    const Node* item = document->item(i);
    JsonOperation operation;
    const auto text = [&](std::string_view key) -> std::string {
      const Node* value = find(item, key);
      return value == nullptr ? std::string() : std::string(value->text());
    };
    operation.op = text("op");
    operation.path = text("path");
    operation.from = text("from");
    if (Node* value = find(item, "value")) operation.value = retyped(arena, value);
    operation.where = item->span();
    operations.push_back(std::move(operation));
  }
  return operations;
}

Node* apply_json_patch(Editor& editor, Node* object, const std::vector<JsonOperation>& operations) {
  check_printable(object);
  Patcher patcher(editor, through_json(editor, object, false));
  for (const JsonOperation& operation : operations) patcher.apply(operation);
  return through_json(editor, patcher.root(), false);
}

}  // namespace vlint::kustomize
