// Something that was not seen, and why. Rules stay silent about what depends on it, and reports list it.
#pragma once

#include <string>

#include "lint/base/span.h"

namespace vlint {

struct Incomplete {
  std::string unit;    // folder, file or object
  std::string reason;  // one sentence, lower case, no full stop
  Span where;          // may be invalid
};

}  // namespace vlint
