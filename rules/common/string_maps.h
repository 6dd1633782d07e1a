// Maps of strings, such as the data of a ConfigMap, with values that YAML takes for something else.
#pragma once

#include <string_view>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {

// Reports an entry whose value is no string, with the fix that puts it in quotes. `as` says what the key is ("its
// setting"), `refused` what the API server refuses ("the ConfigMap").
void report_not_string(const model::Cluster& cluster, const kube::Resource& resource, const yaml::Entry& entry,
                       std::string_view as, std::string_view refused, Report& report);

}  // namespace vlint::rules
