// What rules about BackupStorageLocations share: which there are, what AWS-style settings of theirs are known, and the
// parts of an endpoint.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {

// Those in Velero's namespace whose values are not encrypted; elsewhere nobody looks at them.
using LocationVisitor = std::function<void(const ClusterModel&, const velero::BackupStorageLocation&)>;
void for_each_location(const Model& model, const LocationVisitor& visit);

// Stored by velero-plugin-for-aws: "aws", which Velero reads as "velero.io/aws".
bool is_aws(const velero::BackupStorageLocation& location);

// A setting of spec.config that is set and known; else missing.
yaml::Value setting_of(const velero::BackupStorageLocation& location, std::string_view key);

// As Go's strconv.ParseBool reads it, which is how the plugin does.
bool is_true(std::string_view text);

struct Endpoint {
  std::string_view scheme;  // "http"; empty when there is none
  std::string_view host;    // without port
  std::string_view path;    // with its slash; empty when there is none but "/"
};
Endpoint endpoint_of(std::string_view url);

// A service of the cluster by its DNS name, or LocalStack.
bool is_in_cluster(std::string_view host);

}  // namespace vlint::rules
