#include "lint/velero/evidence.h"

#include <algorithm>
#include <string_view>

namespace vlint::velero {

std::string_view to_string(Certainty certainty) {
  switch (certainty) {
    case Certainty::proven:
      return "proven";
    case Certainty::assumed:
      return "assumed";
    case Certainty::unknown:
      break;
  }
  return "unknown";
}

EvidenceList concat(std::initializer_list<const EvidenceList*> lists) {
  const EvidenceList* only = nullptr;
  std::size_t filled = 0;
  std::size_t parts = 0;
  for (const EvidenceList* list : lists) {
    if (list->empty()) continue;
    only = list;
    ++filled;
    parts += list->parts_->size();
  }
  if (filled == 0) return {};
  if (filled == 1) return *only;
  std::vector<EvidenceList::Part> all;
  all.reserve(parts);
  for (const EvidenceList* list : lists) {
    if (list->empty()) continue;
    for (const EvidenceList::Part& part : *list->parts_) {
      if (std::find(all.begin(), all.end(), part) == all.end()) all.push_back(part);
    }
  }
  EvidenceList result;
  result.parts_ = std::make_shared<const std::vector<EvidenceList::Part>>(std::move(all));
  return result;
}

}  // namespace vlint::velero
