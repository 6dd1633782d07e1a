#include "lint/base/workers.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace vlint {

Workers::Workers(unsigned jobs) : jobs_(jobs != 0 ? jobs : std::max(1U, std::thread::hardware_concurrency())) {}

void Workers::for_each(std::size_t count, const std::function<void(std::size_t)>& fn) const {
  const std::size_t helpers = std::min<std::size_t>(jobs_, count);
  if (helpers <= 1) {
    for (std::size_t i = 0; i < count; ++i) fn(i);
    return;
  }
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) fn(i);
  };
  std::vector<std::thread> threads;
  threads.reserve(helpers - 1);
  try {
    for (std::size_t i = 1; i < helpers; ++i) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // No more threads to be had: those there are do the work.
  }
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace vlint
