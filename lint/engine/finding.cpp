#include "lint/engine/finding.h"

#include <tuple>

namespace vlint {

bool is_about_unit(const Finding& finding) {
  return finding.seen.unit != kNoUnit && !finding.seen.object.valid() && finding.subject.kind == kUnitKind;
}

bool before(const Finding& a, const Finding& b) {
  const auto key = [](const Finding& f) {
    return std::tie(f.primary.where, f.rule, f.message, f.subject.cluster, f.subject.kind, f.subject.name_space,
                    f.subject.name, f.subject.field);
  };
  return key(a) < key(b);
}

}  // namespace vlint
