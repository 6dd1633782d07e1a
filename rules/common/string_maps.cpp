#include "rules/common/string_maps.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

std::string_view type_name(yaml::Value value) {
  if (value.is_mapping()) return "a mapping";
  if (value.is_sequence()) return "a list";
  return value.as_bool() ? "a boolean" : "a number";
}

// What the reader takes for the same: its booleans are those of Go, YAML's also `yes` and `on`.
std::string text_of(yaml::Value value) {
  if (const std::optional<bool> boolean = value.as_bool()) return *boolean ? "true" : "false";
  return std::string(value.text());
}

}  // namespace

void report_not_string(const model::Cluster& cluster, const kube::Resource& resource, const yaml::Entry& entry,
                       std::string_view as, std::string_view refused, Report& report) {
  const yaml::Value value = entry.value;
  if (!value.is_set() || value.is_templated() || (value.is_scalar() && value.as_string())) return;
  Draft draft =
      report.at(value.span(), fmt::format("{} has {} as {} {}, where only a string is taken: the API server refuses {}",
                                          resource.title(), type_name(value), as, entry.key.text(), refused));
  draft.label("must be a string").about(cluster, resource, value);
  if (value.is_scalar()) {
    draft.fix("put it in quotes", Safety::safe, resource,
              yaml::set_scalar(value, text_of(value), yaml::WriteAs::string));
  } else {
    draft.help("write one string");
  }
}

}  // namespace vlint::rules
