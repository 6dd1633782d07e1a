#include "lint/model/secret_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "lint/kube/selector_value.h"
#include "lint/kube/unknown_text.h"
#include "lint/kustomize/go_scalar.h"
#include "lint/model/secret_template.h"

namespace vlint::model {
namespace {

using kube::Resource;
using yaml::Value;

// The value in one order of keys; nothing when some of it is not known.
void write_canonical(Value value, std::string& out, bool& is_known) {
  if (value.is_mapping()) {
    std::vector<yaml::Entry> entries = value.entries();
    std::sort(entries.begin(), entries.end(),
              [](const yaml::Entry& a, const yaml::Entry& b) { return a.key.text() < b.key.text(); });
    out += '{';
    for (const yaml::Entry& entry : entries) {
      out += fmt::format("{}:{}=", entry.key.text().size(), entry.key.text());
      write_canonical(entry.value, out, is_known);
    }
    out += '}';
  } else if (value.is_sequence()) {
    out += '[';
    for (const Value item : value.items()) write_canonical(item, out, is_known);
    out += ']';
  } else if (value.is_scalar()) {
    is_known = is_known && kube::has_known_text(value);
    out += fmt::format("{}:{};", value.text().size(), value.text());
  }
}

// Empty when some of it is not known.
std::string canonical(Value value) {
  std::string text;
  bool is_known = true;
  write_canonical(value, text, is_known);
  return is_known ? text : std::string();
}

using NameSpace = std::optional<std::string_view>;

SecretEntry entry_at(Span where, PartialText value = PartialText::unknown()) {
  return {where, std::move(value), true, false};
}

// Annotations by which controllers fill in more keys: mittwald's generator and replicator, emberstack's reflector, and
// kubed.
bool is_filled_in(const Resource& secret) {
  for (const std::string_view key :
       {"secret-generator.v1.mittwald.de/autogenerate", "replicator.v1.mittwald.de/replicate-from",
        "reflector.v1.k8s.emberstack.com/reflects", "kubed.appscode.com/origin"}) {
    if (secret.metadata["annotations"].find(key)) return true;
  }
  return false;
}

// The store that a key is read from: part of what makes two values the same.
std::string store_of(Value reference, NameSpace name_space) {
  const std::string store = canonical(reference);
  if (store.empty()) return {};
  if (reference["kind"].text() == "ClusterSecretStore") return store;
  return name_space ? fmt::format("{}@{}", store, *name_space) : std::string();
}

// external-secrets apis/externalsecrets/v1: ExternalSecretData. A store of its own wins over the ExternalSecret's.
TemplateValues::Value value_of(Value item, Value spec, NameSpace name_space) {
  const Value source = item["sourceRef"];
  if (source["generatorRef"].is_set()) return {{}, true};
  const Value own_store = source["storeRef"];
  const std::string store = store_of(own_store.is_set() ? own_store : spec["secretStoreRef"], name_space);
  const std::string reference = canonical(item["remoteRef"]);
  if (store.empty() || reference.empty()) return {};
  return {fmt::format("{}#{}", store, reference), false};
}

TemplateValues values_of(Value spec, NameSpace name_space) {
  TemplateValues values;
  for (const Value item : spec["data"].items()) {
    if (!kube::has_known_text(item["secretKey"])) {
      values.has_others = true;
      continue;
    }
    values.named[std::string(item["secretKey"].text())] = value_of(item, spec, name_space);
  }
  const Value from = spec["dataFrom"];
  if (from.items().empty()) return values;
  // A name that several extracts give is the last one's, so they count as a whole.
  values.has_others = true;
  bool is_made_up = false;
  for (const Value item : from.items()) is_made_up = is_made_up || item["sourceRef"]["generatorRef"].is_set();
  const std::string store = store_of(spec["secretStoreRef"], name_space);
  const std::string all = canonical(from);
  if (!is_made_up && !store.empty() && !all.empty()) values.others_identity = fmt::format("{}#{}", store, all);
  return values;
}

void add_template(Value data, const TemplateValues& values, SecretKeys& out) {
  for (const yaml::Entry& entry : data.entries()) {
    const std::string_view text = entry.value.text();
    // What Flux or SOPS fills in is not the template's.
    const bool is_known =
        entry.value.is_scalar() && text.substr(0, 15) != "ENC[AES256_GCM," && text.find("${") == std::string_view::npos;
    SecretEntry read = entry_at(entry.value.span());
    if (is_known) {
      TemplateText made = read_template(text, values);
      read.value = std::move(made.text);
      read.is_made_up = made.is_made_up;
    }
    out.entries.insert_or_assign(std::string(entry.key.text()), std::move(read));
  }
}

// Of a value that a policy makes of others: those that are made alike are equal.
PartialText made_value(Value value, std::string_view field) {
  const bool is_made = value && value.tree()->is_built();
  const std::string_view identity = is_made ? kube::identity_in(value.text()) : std::string_view{};
  return PartialText::unknown(identity.empty() ? std::string() : fmt::format("{}:{}", field, identity));
}

SecretEntry decode(Value value) {
  SecretEntry read = entry_at(value.span(), made_value(value, "data"));
  if (!value.is_scalar() || !kube::has_known_text(value)) return read;
  if (value.is_null()) return entry_at(value.span(), PartialText::known({}));
  const std::string decoded = kustomize::from_base64(value.text(), read.is_base64);
  if (read.is_base64) read.value = PartialText::known(decoded);
  return read;
}

SecretEntry as_written(Value value) {
  const bool is_known = value.is_scalar() && kube::has_known_text(value);
  if (!is_known) return entry_at(value.span(), made_value(value, "stringData"));
  return entry_at(value.span(), PartialText::known(value.is_null() ? std::string_view{} : value.text()));
}

}  // namespace

// Kubernetes pkg/registry/core/secret: stringData wins over data.
SecretKeys secret_keys(const Resource& secret) {
  SecretKeys keys;
  keys.are_all = !is_filled_in(secret);
  for (const yaml::Entry& entry : secret["data"].entries()) {
    keys.entries.insert_or_assign(std::string(entry.key.text()), decode(entry.value));
  }
  for (const yaml::Entry& entry : secret["stringData"].entries()) {
    keys.entries.insert_or_assign(std::string(entry.key.text()), as_written(entry.value));
  }
  for (const std::string_view field : {"data", "stringData"}) {
    const Value all = secret[field];
    if (all.is_set() && !all.is_mapping()) keys.are_all = false;
  }
  return keys;
}

// sealed-secrets pkg/apis/sealedsecrets/v1alpha1: Unseal takes the template's data and the decrypted keys.
SecretKeys sealed_keys(const Resource& sealed) {
  SecretKeys keys;
  const Value spec = sealed["spec"];
  for (const Value part : {spec["template"]["data"], spec["encryptedData"]}) {
    for (const yaml::Entry& entry : part.entries()) {
      keys.entries.insert_or_assign(std::string(entry.key.text()), entry_at(entry.key.span()));
    }
  }
  if (spec["data"].is_set()) keys.are_all = false;  // the old form: one text holds the whole Secret
  return keys;
}

// external-secrets pkg/controllers/externalsecret: ApplyTemplate. A template with data replaces the keys of the store,
// unless mergePolicy is Merge.
SecretKeys external_keys(Value spec, NameSpace name_space) {
  SecretKeys keys;
  const TemplateValues values = values_of(spec, name_space);
  const Value made = spec["target"]["template"];
  const bool has_sources = made["templateFrom"].size() > 0;
  const bool keeps_keys = (made["data"].size() == 0 && !has_sources) || made["mergePolicy"].text() == "Merge";
  if (keeps_keys) {
    for (const Value item : spec["data"].items()) {
      const Value key = item["secretKey"];
      if (!kube::has_known_text(key)) continue;
      const TemplateValues::Value& value = values.named.find(key.text())->second;
      SecretEntry read = entry_at(key.span(), PartialText::unknown(value.identity));
      read.is_made_up = value.is_made_up;
      keys.entries.insert_or_assign(std::string(key.text()), std::move(read));
    }
    if (values.has_others) keys.are_all = false;
  }
  add_template(made["data"], values, keys);
  if (has_sources) keys.are_all = false;
  return keys;
}

}  // namespace vlint::model
