#include "lint/kyverno/context_entry.h"

#include <fmt/format.h>

#include <utility>

#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/json_path.h"

namespace vlint::kyverno {
namespace {

using jmespath::Failure;
using jmespath::FailureKind;
using jmespath::Json;
using jmespath::Outcome;

// What a field says; null when it isn't there.
const Json& field(const Json& object, std::string_view key) {
  static const Json kNull;
  const Json* value = object.find(key);
  return value != nullptr ? *value : kNull;
}

bool is_text(const Json& value) { return value.is_unknown() || (value.is_string() && !value.as_string().empty()); }

// Through JSON and back: Go's own types become JSON's.
Json plain(const Json& value) {
  if (value.is_go_int()) return Json::number(value.as_number()).with_origin(value.origin());
  if (value.is_array()) {
    Json::Array items;
    for (const Json& item : value.items()) items.push_back(plain(item));
    return Json::array(std::move(items)).with_origin(value.origin());
  }
  if (!value.is_object()) return value;
  Json::Object members;
  for (const auto& [key, member] : value.members()) members.emplace_back(key, plain(member));
  return Json::object(std::move(members)).with_origin(value.origin());
}

// mergeMaps: maps are merged, everything else is replaced.
Json merged(const Json& old, const Json& added) {
  if (!old.is_object() || !added.is_object()) return added;
  Json::Object members = old.members();
  for (const auto& [key, value] : added.members()) {
    const Json* before = old.find(key);
    members.emplace_back(key, before != nullptr ? merged(*before, value) : value);
  }
  return Json::object(std::move(members)).with_origin(added.origin());
}

}  // namespace

EntryLoader::EntryLoader(Context& context, const std::string& name, const Json& spec) : context_(context), spec_(spec) {
  loaded_.name = name;
  loaded_.where = spec.origin();
}

LoadedEntry EntryLoader::load() {
  // Of several sources the first in this order counts (pkg/engine/factories).
  if (!field(spec_, "configMap").is_null()) {
    load_config_map(field(spec_, "configMap"));
  } else if (!field(spec_, "globalReference").is_null()) {
    load_elsewhere(field(spec_, "globalReference"));
  } else if (!field(spec_, "apiCall").is_null()) {
    load_api_call(field(spec_, "apiCall"));
  } else if (!field(spec_, "imageRegistry").is_null()) {
    load_elsewhere(field(spec_, "imageRegistry"));
  } else if (!field(spec_, "variable").is_null()) {
    load_variable(field(spec_, "variable"));
  }
  return std::move(loaded_);
}

void EntryLoader::load_variable(const Json& variable) {
  if (!variable.is_object()) return store(Json::unknown(), true);
  const std::optional<Json> path = substituted(field(variable, "jmesPath"), "");
  if (!path) return;
  if (!path->is_null() && !path->is_string() && !path->is_unknown()) {
    return fail(FailureKind::type, fmt::format("jmespath value must be a string {}", loaded_.name));
  }
  const std::optional<Json> otherwise = substituted(field(variable, "default"), "");
  if (!otherwise) return;
  const std::optional<Json> value = substituted(field(variable, "value"), "");
  if (!value) return;
  const bool has_value = !field(variable, "value").is_null();
  if (path->is_unknown()) return store(Json::unknown(), true);

  Json output = *otherwise;
  if (has_value && !is_text(*path)) output = *value;
  if (is_text(*path)) {
    const Outcome outcome =
        has_value ? context_.evaluate(path->as_string(), *value) : context_.query(path->as_string());
    if (!outcome.ok() && otherwise->is_null()) {
      return fail_path(
          *path, outcome.failure(),
          fmt::format("failed to apply jmespath {} to variable {}", path->as_string(), outcome.failure().message));
    }
    // With a value, a result of null counts in spite of the default.
    if (outcome.ok() && (has_value || !outcome.value().is_null())) output = outcome.value();
  }
  if (output.is_null()) {
    return fail(FailureKind::value,
                fmt::format("failed to add context entry for variable {} since it evaluated to nil", loaded_.name));
  }
  store(plain(output), true);
}

void EntryLoader::load_config_map(const Json& config_map) {
  const std::optional<Json> name = substituted(field(config_map, "name"), "configMap.name ");
  if (!name) return;
  const std::optional<Json> name_space = substituted(field(config_map, "namespace"), "configMap.namespace ");
  if (!name_space) return;
  if (!config_map.is_object() || name->is_unknown() || name_space->is_unknown()) return store(Json::unknown(), false);
  for (const auto* part : {&name, &name_space}) {
    if (!(*part)->is_string() && !(*part)->is_null()) {
      return fail(FailureKind::type,
                  fmt::format("failed to retrieve config map for context entry {}: expected string", loaded_.name));
    }
  }
  const std::string& policy_namespace = context_.policy_namespace_;
  loaded_.kind = "ConfigMap";
  loaded_.object_name = name->as_string();
  loaded_.name_space = !name_space->as_string().empty() ? name_space->as_string()
                       : !policy_namespace.empty()      ? policy_namespace
                                                        : "default";
  if (!policy_namespace.empty() && loaded_.name_space != policy_namespace) {
    return fail(FailureKind::value,
                fmt::format("context entry {}: configMap namespace \"{}\" is different from policy namespace \"{}\"",
                            loaded_.name, loaded_.name_space, policy_namespace));
  }
  const Fetched fetched = fetch_object(context_.source_, "", "ConfigMap", loaded_.name_space, loaded_.object_name);
  loaded_.exists = fetched.exists;
  loaded_.resource = fetched.resource;
  if (fetched.exists == Known::no) {
    return fail(FailureKind::value,
                fmt::format("failed to retrieve config map for context entry {}: failed to get configmap {}/{} : "
                            "configmap \"{}\" not found",
                            loaded_.name, loaded_.name_space, loaded_.object_name, loaded_.object_name));
  }
  if (!fetched.value.is_object()) return store(Json::unknown(), false);
  // Whether keys of binaryData are there depends on the release.
  const Json& binary = field(fetched.value, "binaryData");
  Json data = field(fetched.value, "data");
  if (binary.is_object() && (data.is_object() || data.is_null())) {
    Json::Object keys = data.members();
    for (const auto& [key, value] : binary.members())
      keys.emplace_back(key, Json::unknown().with_origin(value.origin()));
    data = Json::object(std::move(keys)).with_origin(data.origin());
  }
  store(Json::object({{"data", data}, {"metadata", field(fetched.value, "metadata")}})
            .with_origin(fetched.value.origin()),
        false);
}

void EntryLoader::load_api_call(const Json& call) {
  if (!call.is_object()) return store(Json::unknown(), false);
  const std::optional<Json> ready = substituted(call, fmt::format("{} ", field(call, "urlPath").as_string()));
  if (!ready) return;
  const Json& url_path = field(*ready, "urlPath");
  if (ready->is_unknown() || url_path.is_unknown()) return store_api_answer(call, Json::unknown());
  const Json& method = field(*ready, "method");
  const bool is_get =
      method.is_null() || (method.is_string() && (method.as_string() == "GET" || method.as_string().empty()));
  if (!is_text(url_path) || !is_get) return store_api_answer(call, Json::unknown());

  const std::string& path = url_path.as_string();
  if (const std::optional<std::string> fault = namespace_fault(path)) return fail(FailureKind::value, *fault);
  const Fetched fetched = fetch_path(context_.source_, path);
  if (const std::optional<ApiPath> parsed = parse_api_path(path);
      parsed && !parsed->name.empty() && !parsed->has_rest) {
    loaded_.kind = fetched.kind;
    loaded_.name_space = parsed->name_space;
    loaded_.object_name = parsed->name;
    loaded_.exists = fetched.exists;
    loaded_.resource = fetched.resource;
  }
  if (fetched.exists != Known::no) return store_api_answer(call, fetched.value);
  // The default is taken as it is written, without its variables replaced and without jmesPath.
  const Json& otherwise = field(call, "default");
  if (!otherwise.is_null()) return store(plain(otherwise), false);
  fail(FailureKind::value,
       fmt::format(
           "failed to fetch data for APICall: failed to GET resource with raw url: {}: the server could not find "
           "the requested resource",
           path));
}

void EntryLoader::store_api_answer(const Json& call, const Json& answer) {
  const Json& written = field(call, "jmesPath");
  if (!is_text(written) || answer.is_unknown()) return store(answer, false);
  const std::optional<Json> path = substituted(written, "JMESPath ");
  if (!path) return;
  if (path->is_unknown()) return store(Json::unknown(), false);
  const Outcome outcome = context_.evaluate(path->as_string(), answer);
  if (!outcome.ok()) {
    return fail_path(*path, outcome.failure(),
                     fmt::format("failed to apply JMESPath {} for context entry {}: {}", path->as_string(),
                                 loaded_.name, outcome.failure().message));
  }
  store(plain(outcome.value()), false);
}

// A global context entry or an image's registry: not in Git. Variables can fail all the same.
void EntryLoader::load_elsewhere(const Json& spec) {
  if (substituted(spec, "")) store(Json::unknown(), false);
}

std::optional<Json> EntryLoader::substituted(const Json& part, std::string_view what) {
  if (part.is_null()) return part;
  Substituted result = context_.substitute(part);
  if (result.ok()) return std::move(result.value);
  fail(result.failure->failure.kind, fmt::format("failed to substitute variables in context entry {} {}: {}",
                                                 loaded_.name, what, result.failure->message));
  loaded_.substitution = std::move(result.failure);
  return std::nullopt;
}

void EntryLoader::fail_path(const Json& path, const Failure& failure, std::string message) {
  const yaml::Value scalar = path.origin();
  loaded_.substitution = SubstitutionFailure{scalar, {0, scalar.text().size()}, {}, path.as_string(), failure, message};
  fail(failure.kind, std::move(message));
}

void EntryLoader::fail(FailureKind kind, std::string message) { loaded_.failure = Failure{kind, std::move(message)}; }

void EntryLoader::store(const Json& value, bool replaces) {
  const Json* old = context_.root().find(loaded_.name);
  context_.set(loaded_.name, replaces || old == nullptr ? value : merged(*old, value));
}

// A namespaced policy may read its own namespace only (`^/api(s)?/.*?/namespaces/([^/]+)/?.*$`).
std::optional<std::string> EntryLoader::namespace_fault(std::string_view url_path) const {
  if (context_.policy_namespace_.empty()) return std::nullopt;
  const std::string clean = url_path.substr(0, 1) == "/" ? clean_path(url_path) : std::string(url_path);
  constexpr std::string_view kMark = "/namespaces/";
  const std::size_t prefix = clean.rfind("/apis/", 0) == 0 ? 6 : clean.rfind("/api/", 0) == 0 ? 5 : std::string::npos;
  const std::size_t mark = prefix == std::string::npos ? prefix : clean.find(kMark, prefix);
  if (mark == std::string::npos || mark + kMark.size() == clean.size()) {
    return fmt::format("path {} does not contain a namespace segment, which is required for namespaced policies",
                       clean);
  }
  const std::size_t begin = mark + kMark.size();
  const std::string name = clean.substr(begin, clean.find('/', begin) - begin);
  if (name == context_.policy_namespace_) return std::nullopt;
  return fmt::format("path {} refers to namespace {}, which is different from the policy namespace {}", clean, name,
                     context_.policy_namespace_);
}

}  // namespace vlint::kyverno
