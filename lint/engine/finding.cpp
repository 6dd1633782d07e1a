#include "lint/engine/finding.h"

#include <tuple>

namespace vlint {

bool before(const Finding& a, const Finding& b) {
  const auto key = [](const Finding& f) {
    return std::tie(f.primary.where, f.rule, f.message, f.subject.cluster, f.subject.kind, f.subject.name_space,
                    f.subject.name, f.subject.field);
  };
  return key(a) < key(b);
}

}  // namespace vlint
