// The keys and values that one object gives a Secret.
#pragma once

#include <optional>
#include <string_view>

#include "lint/model/secrets.h"

namespace vlint::model {

SecretKeys secret_keys(const kube::Resource& secret);
SecretKeys sealed_keys(const kube::Resource& sealed);
// `spec`: of an ExternalSecret. `name_space`: where its SecretStore stands; nothing for one that stands in several
// namespaces.
SecretKeys external_keys(yaml::Value spec, std::optional<std::string_view> name_space);

}  // namespace vlint::model
