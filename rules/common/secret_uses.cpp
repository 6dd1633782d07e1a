#include "rules/common/secret_uses.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "lint/base/text.h"
#include "lint/kyverno/cluster_lookup.h"
#include "rules/common/replications.h"

namespace vlint::rules {
namespace {

using yaml::Value;

constexpr auto kResticKeys = std::to_array<std::string_view>({
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_REGION",
    "AWS_PROFILE",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_ACCOUNT_KEY",
    "AZURE_ACCOUNT_NAME",
    "AZURE_ACCOUNT_SAS",
    "AZURE_CLIENT_ID",
    "AZURE_ENDPOINT_SUFFIX",
    "AZURE_FEDERATED_TOKEN_FILE",
    "AZURE_TENANT_ID",
    "B2_ACCOUNT_ID",
    "B2_ACCOUNT_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_PROJECT_ID",
    "RESTIC_AWS_ASSUME_ROLE_ARN",
    "RESTIC_AWS_ASSUME_ROLE_EXTERNAL_ID",
    "RESTIC_AWS_ASSUME_ROLE_POLICY",
    "RESTIC_AWS_ASSUME_ROLE_REGION",
    "RESTIC_AWS_ASSUME_ROLE_SESSION_NAME",
    "RESTIC_AWS_ASSUME_ROLE_STS_ENDPOINT",
    "RESTIC_COMPRESSION",
    "RESTIC_PACK_SIZE",
    "RESTIC_PASSWORD",
    "RESTIC_READ_CONCURRENCY",
    "RESTIC_REPOSITORY",
    "RESTIC_REST_PASSWORD",
    "RESTIC_REST_USERNAME",
    "ST_AUTH",
    "ST_KEY",
    "ST_USER",
});

// Where a generate rule is followed for a claim: match and exclude take it, and no precondition says no.
bool may_take(const ClaimRules& rules, kyverno::RuleRef ref, const TriggerClaim& claim) {
  return rules.policy(ref).refused != Known::yes && rules.explain(ref, claim).verdict.result == Known::yes &&
         rules.takes(ref, claim) != Known::no;
}

// The path of the API that an entry reads, for that claim; nothing where Git doesn't tell.
std::optional<kyverno::ApiPath> path_of(const ClusterModel& member, const TriggerClaim& claim, Value entry) {
  const Value url = entry["apiCall"]["urlPath"];
  if (!url.is_scalar()) return std::nullopt;
  kyverno::ExpressionCache cache;
  kyverno::Request request;
  request.object = kyverno::live_object(*claim.object);
  request.version = claim.object->version;
  request.kind = claim.object->kind;
  request.name = claim.object->name;
  request.name_space = claim.object->name_space;
  kyverno::Context context(cache, kyverno::Source{&member.cluster, nullptr}, request);
  const kyverno::Substituted text = context.substitute(jmespath::from_yaml(url));
  if (!text.ok() || !text.value.is_string()) return std::nullopt;
  return kyverno::parse_api_path(text.value.as_string());
}

}  // namespace

const model::SecretSupplier* SecretOfReplication::supplier() const {
  const bool is_certain = answer.suppliers.size() == 1 && answer.suppliers.front().supplies == Known::yes;
  return is_certain ? &answer.suppliers.front() : nullptr;
}

void for_each_secret(const Model& model, const SecretVisitor& visit) {
  for_each_volsync_plan(model, [&](const ClusterModel& member, const volsync::Plan& plan) {
    if (plan.sources.empty() && plan.destinations.empty()) return;
    const model::Secrets secrets(member.cluster, !may_hold_more(model, member));
    const auto visit_one = [&](const volsync::Replication& replication) {
      if (replication.is_paused != Known::no) return;
      for (const volsync::SecretUse& use : replication.secrets) {
        if (use.name.given() != Known::yes) continue;
        const kube::Resource& resource = *replication.resource;
        visit({member, replication, use, secrets.find(resource.name_space, use.name.text(), resource.unit)});
      }
    };
    for (const volsync::Source& one : plan.sources) visit_one(one.replication);
    for (const volsync::Destination& one : plan.destinations) visit_one(one.replication);
  });
}

void for_each_restic_secret(const Model& model, const SecretVisitor& visit) {
  for_each_secret(model, [&](const SecretOfReplication& one) {
    if (one.replication.is(volsync::Mover::restic) && one.use.is_repository) visit(one);
  });
}

void for_each_secret_of_rules(const Model& model, const RuleSecretVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    if (member.kyverno.policies.empty()) continue;
    const ClaimRules rules(member);
    const std::vector<TriggerClaim> claims =
        rules.rules().empty() ? std::vector<TriggerClaim>{} : trigger_claims(member);
    const model::Secrets secrets(member.cluster, !may_hold_more(model, member));
    for (const kyverno::RuleRef ref : rules.rules()) {
      for (const Value entry : rules.rule(ref).context.items()) {
        if (!entry["apiCall"].is_set() || entry["apiCall"]["default"].is_set()) continue;
        for (const TriggerClaim& claim : claims) {
          const std::optional<kyverno::ApiPath> path = path_of(member, claim, entry);
          const bool is_secret = path && path->group.empty() && path->plural == "secrets" && !path->has_rest;
          if (!is_secret || path->name.empty() || path->name_space.empty() || !may_take(rules, ref, claim)) continue;
          visit({member, rules, ref, claim, entry, path->name_space, path->name,
                 secrets.find(path->name_space, path->name, claim.object->unit)});
        }
      }
    }
  }
}

Value secret_key_of(const model::SecretSupplier& supplier, std::string_view key) {
  const kube::Resource& resource = *supplier.resource;
  if (resource.is("", "Secret")) {
    for (const std::string_view field : {"stringData", "data"}) {
      if (const yaml::Entry entry = resource[field].find(key)) return entry.key;
    }
    return {};
  }
  if (resource.is("bitnami.com", "SealedSecret")) {
    if (const yaml::Entry entry = resource["spec"]["encryptedData"].find(key)) return entry.key;
    return resource["spec"]["template"]["data"].find(key).key;
  }
  const bool is_cluster_wide = resource.is("external-secrets.io", "ClusterExternalSecret");
  if (!is_cluster_wide && !resource.is("external-secrets.io", "ExternalSecret")) return {};
  const Value spec = is_cluster_wide ? resource["spec"]["externalSecretSpec"] : resource["spec"];
  if (const yaml::Entry entry = spec["target"]["template"]["data"].find(key)) return entry.key;
  for (const Value item : spec["data"].items()) {
    if (item["secretKey"].text() == key) return item["secretKey"];
  }
  return {};
}

SecretText secret_text_of(const model::SecretSupplier& supplier, std::string_view key) {
  const kube::Resource& resource = *supplier.resource;
  if (resource.encrypted) return {};
  if (resource.is("", "Secret")) {
    if (const yaml::Entry entry = resource["stringData"].find(key)) return {entry.value, false};
    return {resource["data"][key], true};
  }
  const bool is_cluster_wide = resource.kind == "ClusterExternalSecret";
  if (!is_cluster_wide && resource.kind != "ExternalSecret") return {};
  const Value spec = is_cluster_wide ? resource["spec"]["externalSecretSpec"] : resource["spec"];
  return {spec["target"]["template"]["data"][key], false};
}

yaml::Edits rename_secret_key(const model::SecretSupplier& supplier, std::string_view key, std::string_view renamed) {
  if (supplier.resource->encrypted) return Error{"the checksum of an encrypted object covers its keys"};
  const Value written = secret_key_of(supplier, key);
  if (!written) return Error{"the key is not written in the repository"};
  const kube::Resource& resource = *supplier.resource;
  const bool is_cluster_wide = resource.kind == "ClusterExternalSecret";
  const Value spec = is_cluster_wide ? resource["spec"]["externalSecretSpec"] : resource["spec"];
  for (const Value item : spec["data"].items()) {
    if (item["secretKey"] == written) return yaml::set_scalar(written, renamed);
  }
  return yaml::rename_key(written, renamed);
}

bool is_restic_key(std::string_view key) {
  return key.starts_with("OS_") || key.starts_with("RCLONE_") ||
         std::binary_search(kResticKeys.begin(), kResticKeys.end(), key);
}

std::vector<std::string_view> restic_keys() { return {kResticKeys.begin(), kResticKeys.end()}; }

std::string_view misspelt_key(const model::SecretAnswer& answer, std::string_view wanted) {
  std::string_view found;
  for (const model::SecretSupplier& supplier : answer.suppliers) {
    for (const auto& entry : supplier.keys->entries) {
      const bool is_near =
          edit_distance(entry.first, wanted, 1) || to_lower_ascii(entry.first) == to_lower_ascii(wanted);
      if (is_restic_key(entry.first) || !is_near) continue;
      if (!found.empty()) return {};
      found = entry.first;
    }
  }
  return found;
}

}  // namespace vlint::rules
