// Schedules written anew in the few forms that VolSync's custom resource definition lets pass.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vlint::rules {

// The same times as `text`, in a form that both the pattern of the custom resource definition and the controller's
// parser take: names as numbers, `?` as `*`, lists of ranges and steps as lists, day of week 7 as 0, single blanks,
// @daily for @midnight. Nothing where there is no such form.
std::optional<std::string> volsync_spelling(std::string_view text);

}  // namespace vlint::rules
