#include "lint/velero/evidence.h"

namespace vlint::velero {

EvidenceList concat(const EvidenceList& first, const EvidenceList& second) {
  if (first.empty()) return second;
  if (second.empty()) return first;
  std::vector<Evidence> all;
  all.reserve(first.size() + second.size());
  all.insert(all.end(), first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  return EvidenceList(std::move(all));
}

}  // namespace vlint::velero
