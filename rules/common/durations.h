// Durations as people write them where Go's are asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vlint::rules {

struct MeantDuration {
  std::string text;         // as Go writes it: "720h"
  bool is_certain = false;  // 30d and 1w; words need a look
};

// What a number and a unit that Go does not know mean: 30d, "4 weeks", 12hours. Nothing for other texts.
std::optional<MeantDuration> meant_duration(std::string_view text);

}  // namespace vlint::rules
