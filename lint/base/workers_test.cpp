#include "lint/base/workers.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace vlint {
namespace {

TEST_CASE("every index is called once, with any number of jobs") {
  for (const unsigned jobs : {1U, 2U, 7U, 1000U}) {
    for (const std::size_t count : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{500}}) {
      CAPTURE(jobs);
      CAPTURE(count);
      std::vector<std::atomic<int>> calls(count);
      Workers(jobs).for_each(count, [&](std::size_t i) { calls[i].fetch_add(1); });
      bool once_each = true;
      for (const auto& call : calls) once_each = once_each && call == 1;
      CHECK(once_each);
    }
  }
}

TEST_CASE("results stand in the slots of their indices") {
  for (const unsigned jobs : {1U, 3U}) {
    const std::vector<std::size_t> squares = Workers(jobs).map<std::size_t>(100, [](std::size_t i) { return i * i; });
    REQUIRE(squares.size() == 100);
    for (std::size_t i = 0; i < 100; ++i) CHECK(squares[i] == i * i);
  }
}

TEST_CASE("one job stays on the calling thread") {
  const std::thread::id caller = std::this_thread::get_id();
  bool elsewhere = false;
  Workers(1).for_each(50, [&](std::size_t) { elsewhere = elsewhere || std::this_thread::get_id() != caller; });
  CHECK_FALSE(elsewhere);
}

TEST_CASE("several jobs work at the same time") {
  // Each of two calls waits for the other one to have begun.
  std::atomic<int> begun{0};
  Workers(2).for_each(2, [&](std::size_t) {
    begun.fetch_add(1);
    while (begun.load() < 2) std::this_thread::yield();
  });
  CHECK(begun == 2);
}

TEST_CASE("no number of jobs means one a core") {
  CHECK(Workers().jobs() >= 1);
  CHECK(Workers(0).jobs() == Workers().jobs());
  CHECK(Workers(5).jobs() == 5);
}

TEST_CASE("work inside of work ends") {
  std::atomic<int> calls{0};
  const Workers workers(3);
  workers.for_each(5, [&](std::size_t) { workers.for_each(5, [&](std::size_t) { calls.fetch_add(1); }); });
  CHECK(calls == 25);
}

}  // namespace
}  // namespace vlint
