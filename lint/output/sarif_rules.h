// Rules and notifications as SARIF describes them. The same rule gives the same bytes in every run and repository.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "lint/engine/rule.h"

namespace vlint {

inline constexpr std::string_view kProjectUri = "https://github.com/vlint-dev/vlint";

// A reportingDescriptor with everything that code scanning uses.
nlohmann::ordered_json rule_descriptor(const RuleEntry& entry);

// What vlint says about a run, beside its findings. The values are indices into notification_descriptors().
enum class Notification : unsigned { file_not_analysed, not_seen, nothing_analysed, results_left_out };

std::string_view id_of(Notification notification);

// An array of reportingDescriptors, sorted by id.
nlohmann::ordered_json notification_descriptors();

}  // namespace vlint
