// Which Velero a release of its Helm chart installs when the values do not name another image.
#pragma once

#include <optional>
#include <string_view>

#include "lint/velero/version.h"

namespace vlint::velero {

// Of the chart `velero` of vmware-tanzu.github.io/helm-charts, by its version ("8.3.0"): the appVersion of its
// Chart.yaml. Nothing for versions before 2.30 and for texts that are no versions; a version newer than the newest
// known one has the newest.
std::optional<Version> app_version_of_chart(std::string_view chart_version);

}  // namespace vlint::velero
