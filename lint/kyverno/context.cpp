#include "lint/kyverno/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "lint/jmespath/evaluate.h"
#include "lint/kube/kinds.h"
#include "lint/kyverno/context_entry.h"
#include "lint/kyverno/images.h"

namespace vlint::kyverno {
namespace {

using jmespath::Failure;
using jmespath::FailureKind;
using jmespath::Json;
using jmespath::Outcome;

constexpr std::size_t kAllEntries = std::string_view::npos;
// More texts than any policy has: then they come from values, one for each trigger.
constexpr std::size_t kMaxCached = 20'000;

Json text(std::string_view value) { return Json::string(std::string(value)); }

Json group_version(std::string_view group, std::string_view version, std::string_view key, Json value) {
  return Json::object({{"group", text(group)}, {"version", text(version)}, {std::string(key), std::move(value)}});
}

// The JSON of an AdmissionRequest, and what Kyverno adds to it.
Json request_json(const Request& request) {
  const kube::KindInfo* info = kube::find_kind(request.group, request.kind);
  const Json kind = group_version(request.group, request.version, "kind", text(request.kind));
  const Json resource =
      group_version(request.group, request.version, "resource", info != nullptr ? text(info->plural) : Json::unknown());
  Json::Object members = {{"uid", Json::unknown()},
                          {"kind", kind},
                          {"resource", resource},
                          {"requestKind", kind},
                          {"requestResource", resource},
                          {"name", request.name.empty() ? Json::unknown() : text(request.name)},
                          {"operation", text(request.operation)},
                          {"userInfo", request.user_info},
                          {"roles", request.roles},
                          {"clusterRoles", request.cluster_roles},
                          {"object", request.object},
                          {"oldObject", request.old_object},
                          {"dryRun", Json::boolean(false)},
                          {"options", Json::unknown()}};
  if (request.name_space) {
    members.emplace_back("namespace", request.name_space->empty() ? Json::unknown() : text(*request.name_space));
  }
  return Json::object(std::move(members));
}

bool is_alphanumeric(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
bool is_word(char c) { return c == '_' || is_alphanumeric(c); }

// The name is a regular expression upstream, where a dot stands for any character.
bool is_name_at(std::string_view query, std::size_t at, std::string_view name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] != '.' && name[i] != query[at + i]) return false;
  }
  return true;
}

}  // namespace

bool mentions(std::string_view query, std::string_view name) {
  if (name.empty()) return false;
  for (std::size_t at = 0; at + name.size() <= query.size(); ++at) {
    if (at > 0 && (query[at - 1] == '.' || is_alphanumeric(query[at - 1]))) continue;
    if (!is_name_at(query, at, name)) continue;
    const std::size_t end = at + name.size();
    const bool word_after = end < query.size() && is_word(query[end]);
    if (is_word(query[end - 1]) != word_after) return true;
  }
  return false;
}

std::shared_ptr<const jmespath::ParseResult> ExpressionCache::parse(std::string_view text) {
  const auto found = parsed_.find(text);
  if (found != parsed_.end()) return found->second;
  auto parsed = std::make_shared<const jmespath::ParseResult>(jmespath::parse(text));
  if (parsed_.size() < kMaxCached) parsed_.emplace(text, parsed);
  return parsed;
}

Context::Context(ExpressionCache& cache, const Source& source, const Request& request, std::string policy_namespace)
    : cache_(&cache),
      source_(source),
      policy_namespace_(std::move(policy_namespace)),
      is_delete_(request.operation == "DELETE"),
      limit_(kAllEntries) {
  set("request", request_json(request));
  set("serviceAccountName", request.service_account_name);
  set("serviceAccountNamespace", request.service_account_namespace);
  entries_.push_back({"images", request.object.is_null() ? request.old_object : request.object, true, false});
}

void Context::add_entries(const Json& entries) {
  for (const Json& entry : entries.items()) {
    const Json* name = entry.find("name");
    if (name != nullptr && name->is_string()) entries_.push_back({name->as_string(), entry, false, false});
  }
}

void Context::set_element(const Json& element, std::size_t index, std::size_t nesting) {
  const Json number = Json::number(static_cast<double>(index));
  set("element", element);
  set("elementIndex", number);
  set(fmt::format("element{}", nesting), element);
  set(fmt::format("elementIndex{}", nesting), number);
}

void Context::set_target(const Json& target) { set("target", target); }

void Context::set(std::string_view name, const Json& value) {
  root_.reset();
  const auto at =
      std::lower_bound(roots_.begin(), roots_.end(), name,
                       [](const Json::Member& member, std::string_view wanted) { return member.first < wanted; });
  if (at != roots_.end() && at->first == name) {
    at->second = value;
  } else {
    roots_.emplace(at, std::string(name), value);
  }
}

const Json& Context::root() {
  if (!root_) root_ = Json::object(roots_);
  return *root_;
}

Outcome Context::query(std::string_view expression) {
  if (std::optional<Failure> failure = load_mentioned(expression)) return *std::move(failure);
  const TextRange trimmed = trim_space(expression, {0, expression.size()});
  return evaluate(expression.substr(trimmed.begin, trimmed.size()), root());
}

Outcome Context::evaluate(std::string_view expression, const Json& data) {
  if (expression.empty()) return Failure{FailureKind::value, "invalid query (nil)"};
  const std::shared_ptr<const jmespath::ParseResult> parsed = cache_->parse(expression);
  if (!parsed->ok()) {
    const FailureKind kind = parsed->fault().is_limit ? FailureKind::limit : FailureKind::value;
    return Failure{kind, fmt::format("incorrect query {}: {}", expression, parsed->fault().message)};
  }
  const jmespath::Evaluation evaluation = jmespath::evaluate(parsed->expression(), data);
  if (evaluation.outcome.ok()) return evaluation.outcome;
  const Failure& failure = evaluation.outcome.failure();
  return Failure{failure.kind, fmt::format("JMESPath query failed: {}", failure.message)};
}

Substituted Context::substitute(const Json& document) {
  return kyverno::substitute(document, [this](std::string_view expression) { return query(expression); }, {is_delete_});
}

std::optional<Failure> Context::load_mentioned(std::string_view query) {
  for (std::size_t i = 0; i < std::min(entries_.size(), limit_);) {
    if (entries_[i].is_mentioned || !mentions(query, entries_[i].name)) {
      ++i;
      continue;
    }
    entries_[i].is_mentioned = true;
    if (std::optional<Failure> failure = load(i)) return failure;
    i = 0;  // upstream begins again each time
  }
  return std::nullopt;
}

std::optional<Failure> Context::load(std::size_t index) {
  const Entry entry = entries_[index];
  limit_ = index;
  std::optional<Failure> failure;
  if (entry.is_images) {
    const Outcome images = images_of(entry.spec);
    if (!images.ok()) failure = images.failure();
    if (images.ok() && !images.value().is_null()) set("images", images.value());
  } else {
    EntryLoader loader(*this, entry.name, entry.spec);
    LoadedEntry loaded = loader.load();
    failure = loaded.failure;
    loaded_.push_back(std::move(loaded));
  }
  // Not what it was before: that is upstream's way.
  limit_ = kAllEntries;
  return failure;
}

std::shared_ptr<const Context::Saved> Context::save() const {
  return std::make_shared<const Saved>(Saved{roots_, entries_});
}

void Context::restore(const Saved& saved) {
  roots_ = saved.roots;
  root_.reset();
  entries_ = saved.entries;
}

}  // namespace vlint::kyverno
