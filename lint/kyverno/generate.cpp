#include "lint/kyverno/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vlint::kyverno {
namespace {

using jmespath::Json;
using kube::Resource;
using yaml::Value;

// A key and what it holds: a value of a manifest as it stands, or one that was computed.
struct Field {
  std::string key;
  Value key_value;  // the key where it stands in a manifest
  Value value;
  Json json;
};
using Fields = std::vector<Field>;

Fields fields_of(Value mapping) {
  Fields fields;
  for (const yaml::Entry& entry : mapping.entries()) {
    fields.push_back({std::string(entry.key.text()), entry.key, entry.value, {}});
  }
  return fields;
}

Fields fields_of(const Json* object) {
  Fields fields;
  if (object == nullptr) return fields;
  const Value written = object->origin();
  for (const auto& [key, json] : object->members()) fields.push_back({key, written.find(key).key, {}, json});
  return fields;
}

void remove(Fields& fields, std::string_view key) {
  fields.erase(std::remove_if(fields.begin(), fields.end(), [&](const Field& field) { return field.key == key; }),
               fields.end());
}

class Writer {
 public:
  Writer(ObjectBuilder& builder, const PreparedPattern& prepared, const Rule& rule,
         const std::vector<AddedLabel>& labels)
      : builder_(builder), prepared_(prepared), labels_(labels), pattern_(origin_of(prepared.pattern.where)) {
    const Value name = rule.where["name"];
    rule_.shown = name ? name.span() : rule.where.span();
  }

  void key(const Field& field, const NodeOrigin& origin) {
    if (field.key_value) {
      builder_.link(field.key_value);
    } else {
      builder_.text(field.key, origin);
    }
  }

  void field(const Field& field, const NodeOrigin& origin) {
    key(field, origin);
    if (field.value) {
      builder_.link(field.value);
    } else {
      builder_.json(field.json, prepared_.parts, origin);
    }
  }

  // A text of the target: the policy's own where nothing in it was replaced.
  void target(std::string_view name, std::string_view text, Value written) {
    builder_.text(name, pattern_);
    if (written && written.text() == text) {
      builder_.link(written);
    } else {
      builder_.text(text, written ? origin_of(written) : pattern_);
    }
  }

  void labels(Fields own, const NodeOrigin& origin) {
    for (const AddedLabel& label : labels_) remove(own, label.key);
    builder_.text("labels", origin);
    const yaml::NodeId mapping = builder_.begin_mapping(origin);
    for (const Field& label : own) field(label, origin);
    for (const AddedLabel& label : labels_) {
      builder_.text(label.key, rule_);
      if (label.known) {
        builder_.text(label.value, rule_);
      } else {
        builder_.unknown(rule_);
      }
    }
    builder_.end(mapping);
  }

  struct Part {
    Fields fields;
    NodeOrigin origin;
  };

  // `labels` are not among the fields of the metadata.
  yaml::NodeId object(const Target& wanted, std::string_view kind, Part root, Part metadata, Part own_labels) {
    const GeneratePattern& pattern = prepared_.pattern;
    const yaml::NodeId id = builder_.begin_mapping(root.origin);
    target("apiVersion", wanted.api_version, pattern.api_version);
    target("kind", kind, pattern.kind);
    builder_.text("metadata", metadata.origin);
    const yaml::NodeId mapping = builder_.begin_mapping(metadata.origin);
    target("name", wanted.name, pattern.name);
    if (!wanted.name_space.empty()) target("namespace", wanted.name_space, pattern.name_space);
    labels(std::move(own_labels.fields), own_labels.origin);
    for (const std::string_view known : {"name", "namespace", "labels"}) remove(metadata.fields, known);
    for (const Field& each : metadata.fields) field(each, metadata.origin);
    builder_.end(mapping);
    for (const std::string_view known : {"apiVersion", "kind", "metadata"}) remove(root.fields, known);
    for (const Field& each : root.fields) field(each, root.origin);
    builder_.end(id);
    return id;
  }

  NodeOrigin origin_of_pattern() const { return pattern_; }

 private:
  ObjectBuilder& builder_;
  const PreparedPattern& prepared_;
  const std::vector<AddedLabel>& labels_;
  NodeOrigin pattern_;
  NodeOrigin rule_;
};

NodeOrigin origin_or(const Json* json, const PatternParts& parts, const NodeOrigin& otherwise) {
  if (json == nullptr || !json->origin() || !parts.contains(json->origin())) return {otherwise.shown, {}};
  return origin_of(json->origin());
}

// A mapping that is not known as a whole still takes the labels that Kyverno adds.
Fields fields_or_unknown(const Json* json) {
  if (json != nullptr && json->is_unknown()) return {{"${unknown}", {}, {}, Json::unknown()}};
  return fields_of(json);
}

}  // namespace

PreparedPattern prepare(const GeneratePattern& pattern) {
  PreparedPattern prepared;
  prepared.pattern = pattern;
  prepared.parts = PatternParts(pattern.where);
  Json::Object fields;
  for (const yaml::Entry& entry : pattern.where.entries()) {
    constexpr std::array<std::string_view, 7> kFields = {"apiVersion", "kind",  "name",     "namespace",
                                                         "data",       "clone", "cloneList"};
    const std::string_view key = entry.key.text();
    if (std::find(kFields.begin(), kFields.end(), key) == kFields.end()) continue;
    fields.emplace_back(key, jmespath::from_yaml(entry.value));
  }
  prepared.document = Json::object(std::move(fields)).with_origin(pattern.where);
  return prepared;
}

std::vector<AddedLabel> added_labels(const Policy& policy, const Rule& rule, const Trigger& trigger) {
  const Resource& object = *trigger.object;
  return {
      {"app.kubernetes.io/managed-by", "kyverno"},
      {"generate.kyverno.io/policy-name", std::string(policy.name)},
      {"generate.kyverno.io/policy-namespace", std::string(policy.name_space),
       !policy.namespaced || !policy.name_space.empty()},
      {"generate.kyverno.io/rule-name", std::string(rule.name)},
      {"generate.kyverno.io/trigger-version", std::string(object.version)},
      {"generate.kyverno.io/trigger-group", std::string(object.group)},
      {"generate.kyverno.io/trigger-kind", std::string(object.kind)},
      {"generate.kyverno.io/trigger-namespace", std::string(trigger.name_space), trigger.name_space_known},
      {"generate.kyverno.io/trigger-uid", "", false},
  };
}

yaml::NodeId write_data(ObjectBuilder& builder, const PreparedPattern& prepared, const Json& pattern,
                        const Target& target, const Rule& rule, const std::vector<AddedLabel>& labels) {
  Writer writer(builder, prepared, rule, labels);
  const Json* data = pattern.find("data");
  const Json* metadata = data == nullptr ? nullptr : data->find("metadata");
  const Json* own_labels = metadata == nullptr ? nullptr : metadata->find("labels");
  const NodeOrigin root =
      data == nullptr ? writer.origin_of_pattern() : origin_or(data, prepared.parts, writer.origin_of_pattern());
  const NodeOrigin middle = origin_or(metadata, prepared.parts, root);
  const Json* own_kind = data == nullptr ? nullptr : data->find("kind");
  const bool has_kind = own_kind != nullptr && own_kind->is_string() && !own_kind->as_string().empty();
  return writer.object(target, has_kind ? own_kind->as_string() : target.kind, {fields_of(data), root},
                       {fields_of(metadata), middle},
                       {fields_or_unknown(own_labels), origin_or(own_labels, prepared.parts, middle)});
}

yaml::NodeId write_clone(ObjectBuilder& builder, const PreparedPattern& prepared, const Resource& source,
                         const Target& target, const Rule& rule, const std::vector<AddedLabel>& labels) {
  std::vector<AddedLabel> all = labels;
  all.insert(all.end(), {{"generate.kyverno.io/source-group", std::string(source.group)},
                         {"generate.kyverno.io/source-version", std::string(source.version)},
                         {"generate.kyverno.io/source-kind", std::string(source.kind)},
                         {"generate.kyverno.io/source-namespace", std::string(source.name_space)},
                         {"generate.kyverno.io/source-uid", "", false}});
  Writer writer(builder, prepared, rule, all);
  Fields metadata = fields_of(source.metadata);
  for (const std::string_view own : {"uid", "selfLink", "creationTimestamp", "managedFields", "resourceVersion"}) {
    remove(metadata, own);
  }
  if (source.name_space != target.name_space) remove(metadata, "ownerReferences");
  const Value own_labels = source.metadata["labels"];
  const NodeOrigin middle = origin_of(source.metadata);
  return writer.object(target, source.kind, {fields_of(source.root), origin_of(source.root)},
                       {std::move(metadata), middle},
                       {fields_of(own_labels), own_labels ? origin_of(own_labels) : NodeOrigin{middle.shown, {}}});
}

}  // namespace vlint::kyverno
