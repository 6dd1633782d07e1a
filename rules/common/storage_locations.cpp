#include "rules/common/storage_locations.h"

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"

namespace vlint::rules {
namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

void for_each_location(const Model& model, const LocationVisitor& visit) {
  for (const ClusterModel& member : model.clusters) {
    for (const velero::BackupStorageLocation& location : member.plan.install.backup_storage_locations) {
      if (!location.resource->encrypted) visit(member, location);
    }
  }
}

bool is_aws(const velero::BackupStorageLocation& location) {
  return location.provider == "aws" || location.provider == "velero.io/aws";
}

yaml::Value setting_of(const velero::BackupStorageLocation& location, std::string_view key) {
  const yaml::Value value = (*location.resource)["spec"]["config"][key];
  return value.is_set() && value.is_scalar() && kube::has_known_text(value) ? value : yaml::Value{};
}

bool is_true(std::string_view text) {
  constexpr std::string_view kTrue[] = {"1", "t", "T", "true", "TRUE", "True"};
  return std::find(std::begin(kTrue), std::end(kTrue), text) != std::end(kTrue);
}

Endpoint endpoint_of(std::string_view url) {
  Endpoint endpoint;
  constexpr std::string_view kMark = "://";
  if (const std::size_t mark = url.find(kMark); mark != std::string_view::npos) {
    endpoint.scheme = url.substr(0, mark);
    url.remove_prefix(mark + kMark.size());
  }
  const std::size_t slash = url.find_first_of("/?#");
  const std::string_view authority = url.substr(0, slash);
  if (slash != std::string_view::npos) endpoint.path = url.substr(slash);
  if (endpoint.path == "/") endpoint.path = {};
  const std::size_t port = authority.rfind(':');
  const bool has_port = port != std::string_view::npos && authority.substr(port).find(']') == std::string_view::npos;
  endpoint.host = has_port ? authority.substr(0, port) : authority;
  return endpoint;
}

bool is_in_cluster(std::string_view host) {
  const std::string lower = to_lower_ascii(host);
  return ends_with(lower, ".svc") || ends_with(lower, ".svc.cluster.local") || lower == "localstack" ||
         lower.substr(0, 11) == "localstack.";
}

}  // namespace vlint::rules
