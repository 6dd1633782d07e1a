#include "lint/kustomize/references.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <unordered_map>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

// api/internal/utils SameEndingSubSlice.
bool same_ending(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  const auto& shorter = a.size() < b.size() ? a : b;
  const auto& longer = a.size() < b.size() ? b : a;
  if (shorter.empty()) return longer.empty();
  return std::equal(shorter.rbegin(), shorter.rend(), longer.rbegin());
}

bool affixes_fit(const Resource& a, const Resource& b, bool allow_empty) {
  const auto fits = [&](const auto& left, const auto& right) {
    return (allow_empty && (left.empty() || right.empty())) || same_ending(left, right);
  };
  return fits(a.prefixes, b.prefixes) && fits(a.suffixes, b.suffixes);
}

class NameUpdater {
 public:
  NameUpdater(Editor& editor, Resources& resources) : editor_(editor), resources_(resources) {
    for (std::size_t i = 0; i < resources.size(); ++i) {
      std::set<std::string_view> names;
      for (const FormerId& id : resources[i].former) names.insert(id.name);
      for (const std::string_view name : names) by_former_name_[name].push_back(i);
      ids_.push_back(resources[i].id());
      namespaces_.push_back(ids_.back().effective_namespace());
      original_namespaces_.push_back(resources[i].original_id().effective_namespace());
    }
  }

  void update(std::size_t referrer, const FieldConfig& config) {
    referrer_ = referrer;
    const ObjectId original = resources_[referrer].original_id();
    find_binding_namespaces();
    if (by_former_name_.empty()) return;
    for (const NameReference& reference : config.name_references) {
      for (const FieldSpec& spec : reference.referrers) {
        if (!original.gvk.selected_by(spec.gvk())) continue;
        target_ = reference.gvk();
        spec_ = &spec;
        resources_[referrer].root = apply_spec(
            editor_, resources_[referrer].root, spec, {}, StepKind::name_reference, {},
            [this](Node* node) { return set(node); }, false);
      }
    }
  }

 private:
  using Candidates = std::vector<std::size_t>;

  // Namespaces of the ServiceAccounts that a RoleBinding names.
  void find_binding_namespaces() {
    binding_namespaces_.clear();
    const Resource& referrer = resources_[referrer_];
    if (referrer.kind() != "RoleBinding") return;
    const Node* subjects = find(referrer.root, "subjects");
    if (subjects == nullptr || !subjects->is_sequence()) return;
    for (std::size_t i = 0; i < subjects->size(); ++i) {
      const Node* name_space = find(subjects->item(i), "namespace");
      if (name_space == nullptr || text_at(subjects->item(i), "kind") != "ServiceAccount") continue;
      if (name_space->is_null()) fail(name_space->span(), "the namespace of a subject of this RoleBinding is blank");
      binding_namespaces_.insert(name_space->text());
    }
  }

  bool may_refer_to(std::size_t candidate) const {
    if (namespaces_[referrer_] == kNoNamespace || namespaces_[candidate] == kNoNamespace) return true;
    return namespaces_[candidate] == namespaces_[referrer_] ||
           binding_namespaces_.count(resources_[candidate].name_space()) != 0;
  }

  bool former_kind_fits(std::size_t candidate, const Gvk& selector) const {
    const Resource& resource = resources_[candidate];
    for (std::size_t i = 0; i < resource.former.size(); ++i) {
      if (resource.former_id(i).gvk.selected_by(selector)) return true;
    }
    return false;
  }

  std::optional<Gvk> role_ref() const {
    const std::string_view path = spec_->path;
    if (path.size() < 12 || path.substr(path.size() - 12) != "roleRef/name") return std::nullopt;
    const Node* role = find(resources_[referrer_].root, "roleRef");
    const Node* group = find(role, "apiGroup");
    const Node* kind = find(role, "kind");
    if (group == nullptr || kind == nullptr) return std::nullopt;
    return Gvk{group->text(), {}, kind->text()};
  }

  bool same_namespace(std::size_t candidate) const {
    return namespaces_[referrer_] == kNoNamespace || namespaces_[candidate] == kNoNamespace ||
           resources_[candidate].kind() == "ServiceAccount" || namespaces_[candidate] == namespaces_[referrer_];
  }

  // The object that the name means, if one was renamed.
  const Resource* select(const Node* name, const std::optional<std::string_view>& name_space,
                         bool with_namespace) const {
    const auto known = by_former_name_.find(name->text());
    if (known == by_former_name_.end()) return nullptr;
    const auto role = role_ref();
    Candidates candidates;
    const bool by_original = name_space && any_original_in(*name_space);
    for (const std::size_t i : known->second) {
      if (!may_refer_to(i)) continue;
      if (name_space && (by_original ? original_namespaces_[i] : namespaces_[i]) != *name_space) continue;
      if (former_kind_fits(i, target_) && (!role || former_kind_fits(i, *role)) && same_namespace(i)) {
        candidates.push_back(i);
      }
    }
    if (candidates.size() == 1) return &resources_[candidates.front()];
    const auto sieve = [&](bool allow_empty) {
      const auto unfit = [&](std::size_t i) { return !affixes_fit(resources_[i], resources_[referrer_], allow_empty); };
      candidates.erase(std::remove_if(candidates.begin(), candidates.end(), unfit), candidates.end());
    };
    sieve(true);
    if (candidates.size() > 1) sieve(false);
    if (candidates.empty()) return nullptr;
    const Resource& first = resources_[candidates.front()];
    const bool identical = std::all_of(candidates.begin(), candidates.end(), [&](std::size_t i) {
      return resources_[i].name() == first.name() &&
             (!with_namespace || resources_[i].name_space() == first.name_space());
    });
    if (identical) return &first;
    Fault fault;
    fault.message =
        fmt::format("{} in {} could mean {} or {}, so the reference cannot follow the new name", quoted(name->text()),
                    ids_[referrer_].title(), first.id().title(), resources_[candidates[1]].id().title());
    fault.where = name->span();
    fault.related = first.place();
    fault.related_message = "one of them";
    throw Failure{std::move(fault)};
  }

  bool any_original_in(std::string_view name_space) const {
    for (std::size_t i = 0; i < resources_.size(); ++i) {
      if (original_namespaces_[i] == name_space && name_space != kNoNamespace && may_refer_to(i)) return true;
    }
    return false;
  }

  Node* set(Node* node) {
    if (node->is_null()) return node;
    if (node->is_scalar()) return set_scalar(node);
    if (node->is_mapping()) return set_mapping(node);
    for (std::size_t i = 0; i < node->size(); ++i) {
      Node* item = node->item(i);
      if (item->is_null()) continue;
      if (item->is_sequence()) fail(item->span(), "a list in a list cannot name an object");
      Node* changed = item->is_scalar() ? set_scalar(item) : set_mapping(item);
      if (changed == item) continue;
      node = editor_.own(node);
      node->kids[i] = changed;
    }
    return node;
  }

  Node* renamed(Node* old, std::string_view text, const Node* because) {
    Provenance provenance;
    provenance.step = StepKind::name_reference;
    provenance.cause = because == nullptr ? old->span() : because->span();
    provenance.from = old;
    return editor_.replace_scalar(old, text, Tag::none, provenance);
  }

  Node* set_scalar(Node* node) {
    const Resource* target = select(node, std::nullopt, false);
    if (target == nullptr || target->name() == node->text()) return node;
    return renamed(node, target->name(), find_path(target->root, {"metadata", "name"}));
  }

  Node* set_mapping(Node* node) {
    Node* name = find(node, "name");
    if (name == nullptr) fail(node->span(), "this names an object, but has no `name`");
    const Node* name_space = find(node, "namespace");
    std::optional<std::string_view> wanted;
    if (name_space != nullptr) wanted = name_space->text();
    const Resource* target = select(name, wanted, true);
    if (target == nullptr) return node;
    const std::string_view new_namespace = target->name_space();
    if (target->name() == name->text() && new_namespace.empty()) return node;
    node = editor_.own(node);
    if (target->name() != name->text()) {
      editor_.set(node, "name", renamed(name, target->name(), find_path(target->root, {"metadata", "name"})));
    }
    if (new_namespace.empty()) return node;
    Node* old = find(node, "namespace");
    if (old != nullptr && old->text() == new_namespace) return node;
    const Node* because = find_path(target->root, {"metadata", "namespace"});
    Provenance provenance;
    provenance.step = StepKind::name_reference;
    provenance.cause = because->span();
    if (old == nullptr) {
      editor_.set(node, "namespace", editor_.scalar(new_namespace, Tag::string, provenance));
    } else {
      editor_.set(node, "namespace", renamed(old, new_namespace, because));
    }
    return node;
  }

  Editor& editor_;
  Resources& resources_;
  std::unordered_map<std::string_view, Candidates> by_former_name_;  // looked up only
  std::vector<ObjectId> ids_;
  std::vector<std::string_view> namespaces_;
  std::vector<std::string_view> original_namespaces_;
  std::set<std::string_view> binding_namespaces_;
  std::size_t referrer_ = 0;
  Gvk target_;
  const FieldSpec* spec_ = nullptr;
};

// --- references in custom resources ---

// Groups of Kubernetes itself with a dot in their name; `snapshot.storage.k8s.io` and `gateway.networking.k8s.io` are
// groups of custom resources.
constexpr std::string_view kOwnGroups[] = {"admissionregistration.k8s.io",
                                           "apiextensions.k8s.io",
                                           "apiregistration.k8s.io",
                                           "authentication.k8s.io",
                                           "authorization.k8s.io",
                                           "certificates.k8s.io",
                                           "coordination.k8s.io",
                                           "discovery.k8s.io",
                                           "events.k8s.io",
                                           "flowcontrol.apiserver.k8s.io",
                                           "networking.k8s.io",
                                           "node.k8s.io",
                                           "rbac.authorization.k8s.io",
                                           "resource.k8s.io",
                                           "scheduling.k8s.io",
                                           "storage.k8s.io",
                                           "storagemigration.k8s.io",
                                           "internal.apiserver.k8s.io"};

bool is_builtin_group(std::string_view group) {
  return group.find('.') == std::string_view::npos ||
         std::find(std::begin(kOwnGroups), std::end(kOwnGroups), group) != std::end(kOwnGroups);
}

// Whether a field of this name, in a field of that name, names an object of the kind.
bool names_kind(std::string_view key, std::string_view parent, std::string_view kind) {
  const std::string text = to_lower_ascii(fmt::format("{}.{}", parent, key));
  const auto has = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  if (kind == "PersistentVolumeClaim") return has("pvc") || has("claim");
  if (kind == "Secret") return has("secret") || has("credential");
  if (kind == "ConfigMap") return has("configmap");
  if (kind == "ServiceAccount") return has("serviceaccount");
  if (kind == "Service") return has("service") && !has("serviceaccount");
  if (kind == "Namespace") return has("namespace");
  return false;
}

// volsync api/v1alpha1: fields that name a Secret without saying so.
bool is_volsync_secret(std::string_view group, std::string_view key) {
  return group == "volsync.backube" &&
         (key == "repository" || key == "rcloneConfig" || key == "sshKeys" || key == "keySecret");
}

class LeftBehind {
 public:
  LeftBehind(const Resources& resources, std::vector<Fault>& notes) : notes_(notes) {
    for (const Resource& resource : resources) {
      current_.emplace(resource.kind(), resource.name());
      std::set<std::string_view> names;
      for (const FormerId& id : resource.former) {
        if (id.name != resource.name() && names.insert(id.name).second) renamed_[id.name].push_back(&resource);
      }
    }
  }

  void look_at(const Resource& resource) {
    if (renamed_.empty() || is_builtin_group(resource.gvk().group)) return;
    resource_ = &resource;
    walk(find(resource.root, "spec"), nullptr, "", "");
  }

 private:
  void walk(const Node* node, const Node* mapping, std::string_view key, std::string_view parent) {
    if (node == nullptr) return;
    if (node->is_mapping()) {
      for (std::size_t i = 0; i < node->size(); ++i) walk(node->value(i), node, node->key(i)->text(), key);
    } else if (node->is_sequence()) {
      for (std::size_t i = 0; i < node->size(); ++i) walk(node->item(i), mapping, key, parent);
    } else {
      check(node, mapping, key, parent);
    }
  }

  // `{kind: ConfigMap, name: settings}` names an object whatever the field is called.
  static bool is_reference_to(const Node* mapping, std::string_view key, std::string_view kind) {
    return key == "name" && text_at(mapping, "kind") == kind;
  }

  bool may_mean(const Resource& target, const Node* mapping, std::string_view key, std::string_view parent) const {
    const std::string_view kind = target.kind();
    if (current_.count({kind, target_name_}) != 0) return false;
    const bool by_name =
        names_kind(key, parent, kind) || (kind == "Secret" && is_volsync_secret(resource_->gvk().group, key));
    if (!by_name && !is_reference_to(mapping, key, kind)) return false;
    if (kind == "Namespace") return true;
    // `{kind: Secret, name: a}` with another kind beside is about something else.
    const std::string_view other_kind = key == "name" ? text_at(mapping, "kind") : std::string_view();
    if (!other_kind.empty() && other_kind != kind) return false;
    const std::string_view given = key == "name" ? text_at(mapping, "namespace") : std::string_view();
    return target.name_space() == (given.empty() ? resource_->name_space() : given);
  }

  void check(const Node* node, const Node* mapping, std::string_view key, std::string_view parent) {
    const auto known = renamed_.find(node->text());
    if (known == renamed_.end()) return;
    target_name_ = node->text();
    for (const Resource* target : known->second) {
      if (!may_mean(*target, mapping, key, parent)) continue;
      Fault note;
      note.kind = FaultKind::reference_left_behind;
      note.message = fmt::format(
          "{} names {} {}, which this kustomization renames to {}, and Kustomize changes no "
          "references in a {}",
          resource_->id().title(), target->kind(), quoted(node->text()), quoted(target->name()), resource_->kind());
      note.where = node->span();
      note.related = find_path(target->root, {"metadata", "name"})->span();
      note.related_message = "renamed here";
      note.subject = node->text();
      note.suggestion = target->name();
      note.by_absence = true;
      notes_.push_back(std::move(note));
      return;
    }
  }

  std::vector<Fault>& notes_;
  std::unordered_map<std::string_view, std::vector<const Resource*>> renamed_;  // looked up only
  std::set<std::pair<std::string_view, std::string_view>> current_;             // kind and name
  const Resource* resource_ = nullptr;
  std::string_view target_name_;
};

// --- vars ---

struct VariableValue {
  const Node* node = nullptr;
  Tag tag = Tag::string;
  std::string text;  // as fmt's %v prints it
  Span where;
};

// Where `$(NAME)` stands in a text, and the text with values in.
class Expansion {
 public:
  explicit Expansion(const std::unordered_map<std::string_view, VariableValue>& values) : values_(values) {}

  const VariableValue* whole = nullptr;  // the text is exactly one known variable
  const VariableValue* used = nullptr;
  std::string text;

  void run(std::string_view input) {
    for (std::size_t at = 0; at < input.size(); ++at) {
      if (input[at] != '$' || at + 1 >= input.size()) {
        text += input[at];
      } else if (input[at + 1] == '$') {
        text += '$';
        ++at;
      } else if (const std::size_t close = input[at + 1] == '(' ? input.find(')', at) : std::string_view::npos;
                 close != std::string_view::npos) {
        insert(input.substr(at + 2, close - at - 2), input);
        at = close;
      } else {
        text += '$';
        text += input[++at];
      }
    }
  }

 private:
  void insert(std::string_view name, std::string_view input) {
    const auto known = values_.find(name);
    if (known == values_.end()) {
      text += fmt::format("$({})", name);
      return;
    }
    used = &known->second;
    if (input.size() == name.size() + 3) whole = &known->second;
    text += known->second.text;
  }

  const std::unordered_map<std::string_view, VariableValue>& values_;
};

bool is_text(const Node* node) { return node->is_scalar() && (node->tag == Tag::string || node->tag == Tag::none); }

Node* expand(Editor& editor, Node* node, const std::unordered_map<std::string_view, VariableValue>& values) {
  if (node->text().find('$') == std::string_view::npos) return node;
  Expansion expansion(values);
  expansion.run(node->text());
  if (expansion.text == node->text() && expansion.used == nullptr) return node;
  Provenance provenance;
  provenance.step = StepKind::variable;
  provenance.from = node;
  provenance.cause = expansion.used != nullptr ? expansion.used->where : node->span();
  return editor.scalar(expansion.text, expansion.whole != nullptr ? expansion.whole->tag : Tag::string, provenance);
}

std::optional<std::size_t> index_of(std::string_view part) {
  long value = 0;
  std::string_view digits = part;
  if (!digits.empty() && digits.front() == '+') digits.remove_prefix(1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || value < 0) return std::nullopt;
  return static_cast<std::size_t>(value);
}

// `a[0]` is `a` and `0`; kyaml convertSliceIndex.
std::vector<std::string> with_indices(const std::vector<std::string>& parts) {
  std::vector<std::string> result;
  for (const std::string& part : parts) {
    const std::size_t open = part.rfind('[');
    const bool has_index = part.size() > 2 && part.back() == ']' && open != std::string::npos &&
                           part.find_first_not_of("0123456789", open + 1) == part.size() - 1 && open + 2 < part.size();
    if (!has_index) {
      result.push_back(part);
      continue;
    }
    if (open > 0) result.push_back(part.substr(0, open));
    result.push_back(part.substr(open + 1, part.size() - open - 2));
  }
  return result;
}

}  // namespace

void update_name_references(Editor& editor, Resources& resources, const FieldConfig& config) {
  NameUpdater updater(editor, resources);
  for (std::size_t i = 0; i < resources.size(); ++i) updater.update(i, config);
}

void note_references_left_behind(const Resources& resources, std::vector<Fault>& notes) {
  LeftBehind finder(resources, notes);
  for (const Resource& resource : resources) finder.look_at(resource);
}

void bind_variable(Resources& resources, const Variable& variable, std::string_view kept_name) {
  const ObjectId wanted{variable.gvk, variable.object_name, variable.object_namespace};
  const bool with_namespace = !wanted.name_space.empty() || is_cluster_scoped(wanted.gvk);
  Resource* match = nullptr;
  for (Resource& resource : resources) {
    const bool fits = resource.any_id([&](const ObjectId& id) {
      return with_namespace ? wanted.same(id) : wanted.name == id.name && wanted.gvk == id.gvk;
    });
    if (!fits) continue;
    if (match != nullptr) {
      fail(variable.where, fmt::format("the var {} could mean {} or {}", quoted(variable.name), match->id().title(),
                                       resource.id().title()));
    }
    match = &resource;
  }
  if (match != nullptr) match->variables.push_back(kept_name);
}

void resolve_variables(Editor& editor, Resources& resources, const std::vector<Variable>& variables,
                       const FieldSpecs& specs) {
  std::unordered_map<std::string_view, VariableValue> values;  // looked up only
  for (const Variable& variable : variables) {
    const Resource* owner = nullptr;
    for (const Resource& resource : resources) {
      const auto& names = resource.variables;
      if (std::find(names.begin(), names.end(), variable.name) == names.end()) continue;
      owner = &resource;
      break;
    }
    if (owner == nullptr) {
      fail_absent(FaultKind::broken_build, variable.where,
                  fmt::format("the var {} names an object that is not there: {} {}", quoted(variable.name),
                              variable.gvk.kind, variable.object_name));
    }
    const Node* node = look_up(owner->root, with_indices(split_field_path(variable.field_path)), variable.where);
    if (node == nullptr) {
      fail(variable.where, fmt::format("the var {} takes its value from {}, which {} does not have",
                                       quoted(variable.name), variable.field_path, owner->id().title()));
    }
    if (!node->is_scalar()) continue;  // Kustomize leaves `$(NAME)` then
    VariableValue value;
    value.node = node;
    value.where = variable.where;
    value.text = node->text();
    value.tag =
        node->tag == Tag::integer || node->tag == Tag::boolean || node->tag == Tag::floating ? node->tag : Tag::string;
    if (value.tag == Tag::boolean || value.tag == Tag::integer || value.tag == Tag::floating) {
      const JsonScalar json = to_json(value.tag, node->text());
      value.text = json.type == JsonScalar::Type::boolean ? (json.boolean ? "true" : "false") : json.text;
    }
    values.emplace(variable.name, std::move(value));
  }
  if (values.empty()) return;
  for (Resource& resource : resources) {
    for (const FieldSpec& spec : specs) {
      const SetField set = [&](Node* node) {
        if (node->is_null()) return node;
        if (node->is_scalar()) return is_text(node) ? expand(editor, node, values) : node;
        for (std::size_t i = 0; i < node->count; ++i) {
          if (node->is_mapping() && i % 2 == 0) {
            if (!is_text(node->kids[i])) fail(node->kids[i]->span(), "a key here is no text");
            continue;
          }
          Node* kid = node->kids[i];
          if (!is_text(kid)) {
            if (node->is_mapping()) continue;
            fail(kid->span(), "an item here is no text, so it can hold no var");
          }
          Node* changed = expand(editor, kid, values);
          if (changed == kid) continue;
          node = editor.own(node);
          node->kids[i] = changed;
        }
        return node;
      };
      resource.root = apply_spec(editor, resource.root, spec, {}, StepKind::variable, {}, set);
    }
  }
}

std::vector<std::string> split_field_path(std::string_view path) {
  const std::vector<std::string> parts = split_path(path, '.');
  std::vector<std::string> result;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = parts[i];
    if (part.empty() || part.front() != '[' || part.back() == ']') {
      result.push_back(part);
      continue;
    }
    std::string bracketed = part;
    while (i + 1 < parts.size()) {
      bracketed += "." + parts[++i];
      if (!parts[i].empty() && parts[i].back() == ']') break;
    }
    if (bracketed.find('=') == std::string::npos) {
      const std::size_t begin = bracketed.find_first_not_of("[]");
      const std::size_t end = bracketed.find_last_not_of("[]");
      bracketed = begin == std::string::npos ? std::string() : bracketed.substr(begin, end - begin + 1);
    }
    result.push_back(bracketed);
  }
  return result;
}

Node* look_up(Node* root, const std::vector<std::string>& path, Span where) {
  Node* node = root;
  for (const std::string& raw : path) {
    const std::string_view part = trim(raw);
    if (part.empty()) continue;
    if (part == "*") fail(where, "`*` cannot stand in the path of a source");
    if (missing_or_null(node)) return nullptr;
    const auto index = index_of(part);
    if (index || part == "-") {
      if (!node->is_sequence()) fail(node->span(), fmt::format("{} asks for an item of what is no list", quoted(raw)));
      if (part == "-" && node->size() == 0) return nullptr;
      const std::size_t at = index ? *index : node->size() - 1;
      if (at >= node->size()) return nullptr;
      node = node->item(at);
    } else if (part.size() > 1 && part.front() == '-' &&
               part.find_first_not_of("0123456789", 1) == std::string_view::npos) {
      fail(where, fmt::format("the index {} is negative", part));
    } else if (part.front() == '[' && part.back() == ']') {
      const std::string_view inside = part.substr(1, part.size() - 2);
      const std::size_t equals = inside.find('=');
      if (equals == std::string_view::npos) fail(where, fmt::format("{} has no `=`", quoted(part)));
      const std::string_view key = inside.substr(0, equals);
      const std::string_view value = inside.substr(equals + 1);
      if (!node->is_sequence()) fail(node->span(), fmt::format("{} asks for an item of what is no list", quoted(raw)));
      Node* found = nullptr;
      for (std::size_t i = 0; i < node->size() && found == nullptr; ++i) {
        Node* item = node->item(i);
        const Node* text = key.empty() ? item : find(item, key);
        if (text != nullptr && text->is_scalar() && text->text() == value) found = item;
      }
      if (found == nullptr) return nullptr;
      node = found;
    } else {
      if (!node->is_mapping())
        fail(node->span(), fmt::format("{} asks for a field of what is no mapping", quoted(raw)));
      node = find(node, part);
      if (node == nullptr) return nullptr;
    }
  }
  return node;
}

}  // namespace vlint::kustomize
