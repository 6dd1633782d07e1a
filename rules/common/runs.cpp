#include "rules/common/runs.h"

namespace vlint::rules {

std::optional<int> runs_within(const volsync::Trigger& trigger, std::chrono::seconds span) {
  if (trigger.kind != volsync::TriggerKind::schedule || !trigger.cron) return std::nullopt;
  constexpr int kMost = 1000;
  // A Monday.
  const kube::UnixSeconds begin = std::chrono::sys_days{std::chrono::year{2024} / 1 / 1};
  kube::UnixSeconds at = begin - std::chrono::seconds(1);
  int runs = 0;
  while (runs < kMost) {
    const std::optional<kube::UnixSeconds> next = trigger.cron->next(at);
    if (!next || *next >= begin + span) break;
    at = *next;
    ++runs;
  }
  return runs;
}

}  // namespace vlint::rules
