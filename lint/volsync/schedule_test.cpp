#include "lint/volsync/schedule.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/kube/cron.h"

namespace vlint::volsync {
namespace {

TEST_CASE("the pattern and the controller judge a schedule each for itself") {
  struct Row {
    const char* text;
    bool crd;
    bool controller;
  };
  for (const Row& row : {
           Row{"0 * * * *", true, true},
           Row{"*/15 * * * *", true, true},
           Row{"0 0 * * 1-5", true, true},
           Row{"0,30 8-18 * * 1-5", true, true},
           Row{"0 9-17/2 * * *", true, true},
           Row{"@daily", true, true},
           Row{"CRON_TZ=Europe/Berlin 0 3 * * *", true, true},
           Row{"60 * * * *", true, false},
           Row{"0 24 * * *", true, false},
           Row{"0 2 * * 7", true, false},
           Row{"12345", true, false},
           Row{"hello 0 3 * * *", true, false},
           Row{"0 3 * * * *", true, false},
           Row{"@hourlyx", true, false},
           Row{"0 2 31 2 *", true, true},
           Row{"0 3 * * * ", true, true},
           Row{"0 0 * * MON", false, true},
           Row{"0 0 1 JAN *", false, true},
           Row{"0 3 * * ?", false, true},
           Row{"0 0 * * 1-5,7", false, false},
           Row{"0 0 1-7,15 * *", false, true},
           Row{"@midnight", false, true},
           Row{"@every 1h", false, true},
           Row{"0 0  * * *", false, true},
           Row{"0 3 * * *  ", false, true},
           Row{"", false, false},
           Row{"0 3 * *", false, false},
           Row{"x@daily", false, false},
       }) {
    CAPTURE(row.text);
    CHECK(crd_accepts_schedule(row.text) == row.crd);
    CHECK(kube::Cron::parse(row.text).ok() == row.controller);
  }
}

TEST_CASE("a long text is read in time that grows with its length") {
  const std::string digits(1 << 20, '1');
  CHECK(crd_accepts_schedule(digits));
  CHECK_FALSE(crd_accepts_schedule(digits + "x"));
}

}  // namespace
}  // namespace vlint::volsync
