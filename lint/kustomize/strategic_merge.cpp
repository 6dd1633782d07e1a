#include "lint/kustomize/strategic_merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

constexpr std::string_view kDirective = "$patch";
constexpr std::size_t kMostComparisons = 50'000'000;

enum class Directive : std::uint8_t { merge, replace, remove };

using Values = std::vector<std::string>;
using Items = std::vector<Node*>;

std::string_view name_of(yaml::Kind kind) {
  return kind == yaml::Kind::mapping ? "a mapping" : kind == yaml::Kind::sequence ? "a list" : "a single value";
}

Items items_of(const Node* sequence) {
  if (sequence == nullptr || !sequence->is_sequence()) return {};
  return Items(sequence->kids, sequence->kids + sequence->count);
}

// kyaml FieldMatcher: the child that has this text; with an empty text the child whatever it is. With an empty key the
// element itself.
const Node* match(const Node* element, std::string_view key, std::string_view value) {
  if (missing_or_null(element)) return nullptr;
  if (key.empty()) {
    if (!element->is_scalar()) fail(element->span(), "a list of single values has an element that is none");
    return element->text() == value ? element : nullptr;
  }
  if (!element->is_mapping()) {
    fail(element->span(), fmt::format("an element of a list that is merged by {} is no mapping", quoted(key)));
  }
  const Node* found = find(element, key);
  if (found == nullptr || value.empty()) return found;
  return found->text() == value ? found : nullptr;
}

// kyaml ElementSetter. Without an element all matching ones are taken out.
void set_element(Items& items, Node* element, const Values& keys, const Values& values) {
  const bool sets_mappings = !keys.front().empty() && !values.empty() && !values.front().empty();
  Items result;
  bool matched = false;
  for (Node* item : items) {
    if (missing_or_empty_map(item)) continue;
    if (!item->is_mapping() && sets_mappings) {
      result.push_back(item);
      continue;
    }
    const Node* value = nullptr;
    bool found = true;
    for (std::size_t i = 0; i < keys.size() && found; ++i) {
      if (i < values.size()) value = match(item, keys[i], values[i]);
      found = value != nullptr;
    }
    if (!found) {
      if (!values.empty()) result.push_back(item);
      continue;
    }
    matched = true;
    if (element != nullptr) result.push_back(element);
  }
  items = std::move(result);
  if (!missing_or_null(element) && !matched) items.push_back(element);
}

class Merger {
 public:
  Merger(Editor& editor, const MergeContext& context) : editor_(editor), context_(context) {}

  // The value to put in the place of `dest`; `dest` itself when nothing changes, null for none.
  Node* walk(Node* dest, Node* src, MergeSchema schema) {
    const Node* first = !missing_or_null(dest) ? dest : !missing_or_null(src) ? src : nullptr;
    if (!schema.known() && first != nullptr && first->is_mapping()) schema = schema_of(dest, src);
    if (first == nullptr) return merge_mapping(dest, src, schema);
    for (const Node* node : {static_cast<const Node*>(dest), static_cast<const Node*>(src)}) {
      if (missing_or_null(node) || node->kind == first->kind) continue;
      fail(src->span(),
           fmt::format("the patch has {} where the object has {}", name_of(src->kind), name_of(dest->kind)));
    }
    switch (first->kind) {
      case yaml::Kind::mapping:
        return merge_mapping(dest, src, schema);
      case yaml::Kind::sequence:
        if (schema.merges()) return merge_list(dest, src, schema);
        if (src != nullptr && dest != nullptr && src != dest && !schema.known() && context_.on_list_replaced &&
            has_mappings(dest) && has_mappings(src)) {
          context_.on_list_replaced(dest, src);
        }
        return src != nullptr ? src : dest;
      default:
        return src != nullptr ? src : dest;
    }
  }

  // The value of a patch, put where `dest` was.
  Node* settled(Node* value, Node* dest, bool from_patch) {
    if (value == nullptr || value == dest || !from_patch || editor_.owns(value)) return value;
    return editor_.placed(value, StepKind::patch, dest);
  }

 private:
  static bool has_mappings(const Node* list) {
    return list->is_sequence() && list->size() > 0 && list->item(0)->is_mapping();
  }

  MergeSchema schema_of(const Node* dest, const Node* src) const {
    for (const Node* node : {dest, src}) {
      if (missing_or_null(node)) continue;
      const std::string_view kind = text_at(node, "kind");
      const std::string_view api_version = text_at(node, "apiVersion");
      if (kind.empty() || api_version.empty()) continue;
      const MergeSchema schema = context_.schemas->kind(api_version, kind);
      if (schema.known()) return schema;
    }
    return {};
  }

  static Directive directive_named(const Node* value) {
    const std::string_view name = value->text();
    if (name == "delete") return Directive::remove;
    if (name == "replace") return Directive::replace;
    if (name == "merge") return Directive::merge;
    fail(value->span(), fmt::format("$patch: {} is no directive; there are `merge`, `replace` and `delete`", name));
  }

  // The directive of a mapping, which is then taken out of it.
  Directive take_directive(Node*& src) {
    const Node* value = find(src, kDirective);
    if (value == nullptr) return Directive::merge;
    const Directive directive = directive_named(value);
    src = editor_.own(src);
    const std::size_t at = find_index(src, kDirective);
    std::copy(src->kids + 2 * at + 2, src->kids + src->count, src->kids + 2 * at);
    src->count -= 2;
    return directive;
  }

  Node* merge_mapping(Node* dest, Node* src, const MergeSchema& schema) {
    const Node* asked = src;
    Node* base = dest;
    bool same = false;  // the patch's mapping takes the place of the object's
    if (missing_or_null(dest)) {
      if (src == nullptr) {
        if (dest == nullptr || dest->text().empty()) return nullptr;
        if ((dest->flags & kKeepNull) != 0) return dest;
        Node* kept = editor_.arena().make(*dest);
        kept->owner = editor_.owner();
        kept->flags |= kKeepNull;
        return kept;
      }
      if (src->is_null()) return src;
      const Node* value = find(src, kDirective);
      const bool known =
          value != nullptr && (value->text() == "delete" || value->text() == "replace" || value->text() == "merge");
      if (known && take_directive(src) == Directive::remove) return nullptr;
      base = src;
      same = true;
    } else if (src != nullptr) {
      if (src->is_null()) return nullptr;
      const bool self = dest == src;
      switch (take_directive(src)) {
        case Directive::remove:
          return nullptr;
        case Directive::replace:
          base = src;
          same = true;
          break;
        case Directive::merge:
          same = self;
          base = self ? src : dest;
          break;
      }
    }
    Node* result = merge_fields(base, same ? base : src, same, schema);
    if (same && result != dest && result != nullptr && dest != nullptr && dest != asked && !editor_.owns(result)) {
      return editor_.placed(result, StepKind::patch, dest);
    }
    return result;
  }

  Node* merge_fields(Node* base, Node* src, bool same, const MergeSchema& schema) {
    Node* const original = base;
    std::vector<std::string_view> added;
    if (!same && src != nullptr) {
      for (std::size_t i = 0; i < src->size(); ++i) {
        if (find_index(base, src->key(i)->text()) == kNoIndex) added.push_back(src->key(i)->text());
      }
    }
    std::vector<std::string_view> removed;
    for (std::size_t i = 0; i < original->size(); ++i) {
      const std::string_view key = original->key(i)->text();
      Node* dest_value = original->value(i);
      const std::size_t at = same ? i : find_index(src, key);
      Node* src_value = at == kNoIndex || src == nullptr ? nullptr : src->value(at);
      Node* value = walk(dest_value, src_value, field_schema(original, i, same ? nullptr : src, at, schema));
      if (value != nullptr && value->is_null() && (value->flags & kKeepNull) == 0) value = nullptr;
      if (value == dest_value) continue;
      if (value == nullptr) {
        removed.push_back(key);
        continue;
      }
      base = editor_.own(base);
      editor_.set(base, key, settled(value, dest_value, true));
    }
    for (const std::string_view key : removed) {
      base = editor_.own(base);
      const Node* by = find(same ? nullptr : src, key);
      editor_.remove(base, key, StepKind::patch, by != nullptr ? by->span() : Span{});
    }
    std::sort(added.begin(), added.end());
    added.erase(std::unique(added.begin(), added.end()), added.end());
    for (const std::string_view key : added) {
      const std::size_t at = find_index(src, key);
      Node* value = walk(nullptr, src->value(at), field_schema(nullptr, kNoIndex, src, at, schema));
      if (value == nullptr || (value->is_null() && (value->flags & kKeepNull) == 0)) continue;
      base = editor_.own(base);
      editor_.append_entry(base, const_cast<Node*>(src->key(at)), settled(value, nullptr, true));
    }
    return base;
  }

  MergeSchema field_schema(const Node* dest, std::size_t dest_at, const Node* src, std::size_t src_at,
                           const MergeSchema& schema) const {
    if (context_.comment_schema) {
      if (dest != nullptr) {
        const MergeSchema commented = context_.comment_schema(dest, dest_at);
        if (commented.known()) return commented;
      }
      if (src != nullptr && src_at != kNoIndex) {
        const MergeSchema commented = context_.comment_schema(src, src_at);
        if (commented.known()) return commented;
      }
    }
    const Node* mapping = dest != nullptr ? dest : src;
    return schema.field(mapping->key(dest != nullptr ? dest_at : src_at)->text());
  }

  // The directive of a list: an element with `$patch` and at most... nothing else, which is then taken out.
  Directive list_directive(Items& items, bool& taken) {
    for (const Node* item : items) {
      const Node* value = find(item, kDirective);
      if (missing_or_null(item) || !item->is_mapping() || value == nullptr) continue;
      if (item->count > 2) return Directive::merge;
      const Directive directive = directive_named(value);
      const std::string name(value->text());
      set_element(items, nullptr, {std::string(kDirective)}, {name});
      taken = true;
      return directive;
    }
    return Directive::merge;
  }

  Node* merge_list(Node* dest, Node* src, const MergeSchema& schema) {
    if (missing_or_null(dest) && src == nullptr) return nullptr;
    const bool self = dest == src;
    Items src_items = items_of(src);
    Items dest_items;
    bool same = false;  // both lists are the patch's
    bool changed = false;
    if (missing_or_null(dest)) {
      dest_items = src_items;
      same = true;
    } else {
      if (src != nullptr && src->is_null()) return nullptr;
      bool taken = false;
      const Directive directive = src == nullptr ? Directive::merge : list_directive(src_items, taken);
      if (directive == Directive::remove) return nullptr;
      same = directive == Directive::replace || self;
      dest_items = same ? src_items : items_of(dest);
      changed = taken && same;
    }
    const std::vector<std::string> keys = schema.keys();
    const Items before = dest_items;
    Items result;
    bool removed_all = false;
    if (!merge_regular(dest_items, src == nullptr ? nullptr : &src_items, same, keys, schema, result)) {
      removed_all = !merge_elements(dest_items, src == nullptr ? nullptr : &src_items, same, keys, schema, result);
    }
    if (removed_all) return nullptr;
    Node* const base = missing_or_null(dest) || (same && !self) ? src : dest;
    if (result == before && !changed && result.size() == base->size()) return base;
    return listed(base, result, same || missing_or_null(dest) ? nullptr : &src_items, dest);
  }

  // The keys that a patch repeats to say which element it means stay those of the object.
  Node* with_old_keys(Node* value, const Node* dest, const Values& keys) {
    if (missing_or_null(value) || missing_or_null(dest) || value == dest || !value->is_mapping()) return value;
    for (const std::string& key : keys) {
      Node* old = find(dest, key);
      const Node* now = find(value, key);
      if (old == nullptr || now == nullptr || now == old || now->text() != old->text() || now->tag != old->tag)
        continue;
      value = editor_.own(value);
      editor_.set(value, key, old);
    }
    return value;
  }

  // `$patch: replace` on an element that the object has is without effect: the old element is put back at the end.
  static bool loses_replacement(const Node* dest, const Node* src) {
    if (missing_or_null(dest) || missing_or_null(src) || dest == src) return false;
    const Node* directive = find(src, kDirective);
    return directive != nullptr && directive->text() == "replace";
  }

  // The list with new elements; what came from the patch is marked so, what went away leaves a note.
  Node* listed(Node* base, const Items& result, const Items* from_patch, Node* dest) {
    Node* list = editor_.arena().make(*base);
    list->owner = editor_.owner();
    list->kids = editor_.arena().list(result.size() + 1);
    list->room = static_cast<std::uint32_t>(result.size() + 1);
    list->count = 0;
    for (Node* item : result) editor_.append(list, item);
    if (from_patch != nullptr && !missing_or_null(dest)) {
      for (std::size_t i = 0; i < list->count; ++i) {
        Node* item = list->kids[i];
        const bool is_patched = std::find(from_patch->begin(), from_patch->end(), item) != from_patch->end();
        if (is_patched && !editor_.owns(item)) list->kids[i] = editor_.placed(item, StepKind::patch, nullptr);
      }
    }
    return list;
  }

  // Lists whose elements all have one key with a text of its own need no search. False when this is no such list.
  bool merge_regular(const Items& dest, const Items* src, bool same, const std::vector<std::string>& keys,
                     const MergeSchema& schema, Items& result) {
    if (keys.size() != 1 && !(src == nullptr && keys.size() == 2)) return false;
    std::unordered_map<std::string_view, std::size_t> by_key;  // looked up only
    std::unordered_map<std::string_view, std::size_t> patch_by_key;
    const auto collect = [&](const Items& items, auto& places) {
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (missing_or_null(items[i]) || !items[i]->is_mapping()) return false;
        const Node* value = find(items[i], keys.front());
        if (nil_or_empty(value) || value->text().empty()) return false;
        if (keys.size() == 2 && find(items[i], keys[1]) != nullptr) return false;
        if (!places.emplace(value->text(), i).second) return false;
      }
      return true;
    };
    if (!collect(dest, by_key) || (src != nullptr && !same && !collect(*src, patch_by_key))) return false;
    const MergeSchema element = schema.elements();
    const auto keep = [&](Node* value, Node* old) {
      if (missing_or_empty_map(value)) return;
      result.push_back(settled(value, old, true));
    };
    if (src == nullptr || same) {
      for (Node* item : dest) keep(walk(item, same && src != nullptr ? item : nullptr, element), item);
      return true;
    }
    for (Node* item : *src) {
      const std::string_view key = find(item, keys.front())->text();
      const auto old = by_key.find(key);
      Node* dest_item = old == by_key.end() ? nullptr : dest[old->second];
      Node* value = walk(dest_item, item, element);
      if (loses_replacement(dest_item, item) && !missing_or_empty_map(value)) value = dest_item;
      value = with_old_keys(value, dest_item, keys);
      if (!missing_or_empty_map(value) && find(value, keys.front()) == nullptr) {
        value = editor_.own(value);
        editor_.set(value, keys.front(), editor_.scalar(key, Tag::none, {}));
      }
      keep(value, dest_item);
    }
    for (Node* item : dest) {
      if (patch_by_key.count(find(item, keys.front())->text()) == 0) keep(walk(item, nullptr, element), item);
    }
    return true;
  }

  // kyaml walk.setAssociativeSequenceElements, step by step. False when nothing is left of the list.
  bool merge_elements(Items dest, const Items* patch, bool same, std::vector<std::string> keys,
                      const MergeSchema& schema, Items& result) {
    const Items& src = patch == nullptr ? dest : *patch;
    if ((dest.size() + src.size()) * (dest.size() + src.size()) > kMostComparisons) {
      fail(dest.empty() ? Span{} : dest.front()->span(),
           fmt::format("a list of {} elements with repeated or missing keys is too long to merge", dest.size()));
    }
    std::vector<Values> tuples;
    std::set<Values> seen;
    const auto add_tuples = [&](const Items& items) {
      for (const Node* item : items) {
        Values tuple;
        for (const std::string& key : keys) {
          const Node* value = find(item, key);
          tuple.emplace_back(nil_or_empty(value) ? std::string_view() : value->text());
        }
        if (keys.empty()) tuple.emplace_back(item->text());
        if (seen.insert(tuple).second) tuples.push_back(std::move(tuple));
      }
    };
    if (patch != nullptr) add_tuples(*patch);
    add_tuples(dest);
    if (keys.empty()) keys.emplace_back();
    if (keys.size() > 1) unite(tuples);
    const MergeSchema element = schema.elements();
    Items added;
    Values valid_keys;
    for (const Values& tuple : tuples) {
      Values valid_values;
      valid_keys = validate(tuples, tuple, keys, valid_values);
      Node* dest_item = element_with(dest, valid_keys, valid_values);
      Node* src_item = patch == nullptr ? nullptr : same ? dest_item : element_with(src, valid_keys, valid_values);
      Node* value = walk(dest_item, src_item, element);
      if (missing_or_empty_map(value)) {
        set_element(dest, nullptr, valid_keys, valid_values);
        continue;
      }
      value = with_old_keys(settled(value, dest_item, value == src_item), dest_item, valid_keys);
      for (std::size_t i = 0; i < valid_keys.size(); ++i) {
        if (!value->is_mapping() || find(value, valid_keys[i]) != nullptr || valid_values[i].empty()) continue;
        value = editor_.own(value);
        editor_.set(value, valid_keys[i], editor_.scalar(valid_values[i], Tag::none, {}));
      }
      set_element(added, value, valid_keys, valid_values);
      // Kustomize merges into the object's element where it stands, so the old list has the new one too.
      if (dest_item != nullptr && value != dest_item && !loses_replacement(dest_item, src_item)) {
        std::replace(dest.begin(), dest.end(), dest_item, value);
      }
    }
    if (!tuples.empty()) append_rest(added, dest, valid_keys);
    result = tuples.empty() ? dest : added;
    return true;
  }

  // kyaml walk.appendListNode.
  static void append_rest(Items& list, const Items& rest, const Values& keys) {
    for (Node* item : rest) {
      if (keys.front().empty()) {
        set_element(list, item, {""}, {std::string(item->text())});
        continue;
      }
      Values values;
      for (const std::string& key : keys) {
        const Node* value = item->is_mapping() ? find(item, key) : nullptr;
        if (value == nullptr) {
          list.push_back(item);
          continue;
        }
        values.emplace_back(value->text());
      }
      if (keys.size() > 1) set_element(list, nullptr, keys, values);
      set_element(list, item, keys, values);
    }
  }

  // kyaml walk.mergeValues: tuples that agree in one part and differ only where one is empty become one.
  static void unite(std::vector<Values>& tuples) {
    for (Values& left : tuples) {
      for (Values& right : tuples) {
        bool shares = false;
        bool fits = true;
        Values united;
        for (std::size_t i = 0; i < left.size() && fits; ++i) {
          shares = shares || left[i] == right[i];
          fits = left[i] == right[i] || left[i].empty() || right[i].empty();
          united.push_back(left[i].empty() ? right[i] : left[i]);
        }
        if (fits && shares) left = right = united;
      }
    }
  }

  // kyaml walk.validateKeys: the keys that some tuple has a text for, and this tuple's texts for them.
  static Values validate(const std::vector<Values>& tuples, const Values& tuple, const Values& keys, Values& values) {
    std::vector<bool> valid(keys.size(), false);
    for (const Values& other : tuples) {
      for (std::size_t i = 0; i < other.size() && i < keys.size(); ++i) valid[i] = valid[i] || !other[i].empty();
    }
    if (std::find(valid.begin(), valid.end(), true) == valid.end()) {
      values = tuple;
      return keys;
    }
    Values result;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (!valid[i]) continue;
      result.push_back(keys[i]);
      values.push_back(tuple[i]);
    }
    return result;
  }

  // kyaml walk.elementValueList with ElementMatcher: the first element with exactly these texts, empty ones left out.
  static Node* element_with(const Items& items, const Values& all_keys, const Values& all_values) {
    Values values;
    const Values keys = validate({all_values}, all_values, all_keys, values);
    for (Node* item : items) {
      if (keys.front().empty()) {
        if (item->text() == values.front()) return item;
        continue;
      }
      if (missing_or_null(item) || !item->is_mapping()) continue;
      bool all = true;
      for (std::size_t i = 0; i < keys.size() && all; ++i) {
        const Node* value = find(item, keys[i]);
        all = value != nullptr && value->text() == values[i];
      }
      if (all) return item;
    }
    return nullptr;
  }

  Editor& editor_;
  const MergeContext& context_;
};

}  // namespace

Node* strategic_merge(Editor& editor, Node* object, Node* patch, std::string_view patch_kind,
                      const MergeContext& context) {
  const std::string_view api_version = text_at(object, "apiVersion");
  MergeSchema schema = context.schemas->kind(api_version, text_at(object, "kind"));
  if (!schema.known()) schema = context.schemas->kind(api_version, patch_kind);
  return Merger(editor, context).walk(object, patch, schema);
}

}  // namespace vlint::kustomize
