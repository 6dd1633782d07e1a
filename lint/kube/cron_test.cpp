#include "lint/kube/cron.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace vlint::kube {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

// "2024-02-29 13:05:00"
UnixSeconds at(std::string_view text) {
  const auto number = [&](std::size_t offset, std::size_t size) {
    return std::stoi(std::string(text.substr(offset, size)));
  };
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  return std::chrono::sys_days(date) + hours{number(11, 2)} + minutes{number(14, 2)} + seconds{number(17, 2)};
}

std::string show(const std::optional<UnixSeconds>& time) {
  if (!time) return "none";
  const auto day = std::chrono::floor<days>(*time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(*time - day);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

Cron read(std::string_view text) {
  CAPTURE(text);
  const Result<Cron> cron = Cron::parse(text);
  REQUIRE_MESSAGE(cron.ok(), cron.error());
  return *cron;
}

TEST_CASE("the next run is found") {
  struct Row {
    std::string_view schedule;
    std::string_view from;
    std::string_view next;
  };
  const Row rows[] = {
      {"* * * * *", "2024-01-01 00:00:00", "2024-01-01 00:01:00"},
      {"* * * * *", "2024-01-01 00:00:59", "2024-01-01 00:01:00"},
      {"* * * * *", "2023-12-31 23:59:30", "2024-01-01 00:00:00"},
      {"0 2 * * *", "2024-01-01 02:00:00", "2024-01-02 02:00:00"},
      {"0 2 * * *", "2024-01-01 01:59:59", "2024-01-01 02:00:00"},
      {"30 */6 * * *", "2024-01-01 06:31:00", "2024-01-01 12:30:00"},
      {"0 0 1 * *", "2024-01-31 12:00:00", "2024-02-01 00:00:00"},
      {"0 0 31 * *", "2024-01-31 00:00:00", "2024-03-31 00:00:00"},
      {"0 0 29 2 *", "2024-02-29 00:00:00", "2028-02-29 00:00:00"},
      {"0 0 29 2 *", "2096-02-29 00:00:00", "none"},  // 2100 has no leap day, and 2104 is past the five years
      {"0 0 29 2 *", "2098-12-31 23:59:59", "2104-02-29 00:00:00"},  // five years from the second after
      {"0 0 29 2 *", "2098-12-31 23:59:58", "none"},
      {"0 0 * * 0", "2024-01-01 00:00:00", "2024-01-07 00:00:00"},
      {"0 0 * * sun", "2024-01-01 00:00:00", "2024-01-07 00:00:00"},
      {"0 0 * * MON-Fri", "2024-01-05 00:00:00", "2024-01-08 00:00:00"},
      {"0 0 * JAN,dec *", "2024-01-31 00:00:00", "2024-12-01 00:00:00"},
      {"15,45 8-10 * * *", "2024-01-01 10:45:00", "2024-01-02 08:15:00"},
      {"5/20 * * * *", "2024-01-01 00:25:00", "2024-01-01 00:45:00"},
      {"10-30/10 * * * *", "2024-01-01 00:30:00", "2024-01-01 01:10:00"},
      {"? ? ? ? ?", "2024-01-01 00:00:00", "2024-01-01 00:01:00"},
      {"  0\t2  *  * * ", "2024-01-01 00:00:00", "2024-01-01 02:00:00"},
      {"0\u00A02\u3000* * *", "2024-01-01 00:00:00", "2024-01-01 02:00:00"},  // blanks of web pages
      {"+5 * * * *", "2024-01-01 00:00:00", "2024-01-01 00:05:00"},
      {"007 * * * *", "2024-01-01 00:00:00", "2024-01-01 00:07:00"},
      {",5,, * * * *", "2024-01-01 00:00:00", "2024-01-01 00:05:00"},
      {"*-x * * * *", "2024-01-01 00:00:00", "2024-01-01 00:01:00"},  // read as *
      {"@yearly", "2024-01-01 00:00:00", "2025-01-01 00:00:00"},
      {"@annually", "2024-06-01 00:00:00", "2025-01-01 00:00:00"},
      {"@monthly", "2024-01-01 00:00:00", "2024-02-01 00:00:00"},
      {"@weekly", "2024-01-01 00:00:00", "2024-01-07 00:00:00"},
      {"@daily", "2024-01-01 00:00:00", "2024-01-02 00:00:00"},
      {"@midnight", "2024-01-01 00:00:00", "2024-01-02 00:00:00"},
      {"@hourly", "2024-01-01 00:00:00", "2024-01-01 01:00:00"},
      {"@every 90m", "2024-01-01 00:00:07", "2024-01-01 01:30:07"},
      {"@every 1.9s", "2024-01-01 00:00:00", "2024-01-01 00:00:01"},
      {"@every 10ms", "2024-01-01 00:00:00", "2024-01-01 00:00:01"},
      {"@every -5m", "2024-01-01 00:00:00", "2024-01-01 00:00:01"},
      {"CRON_TZ=Asia/Tokyo 0 2 * * *", "2024-01-01 00:00:00", "2024-01-01 02:00:00"},  // as if UTC
  };
  for (const Row& row : rows) {
    CAPTURE(row.schedule);
    CAPTURE(row.from);
    CHECK(show(read(row.schedule).next(at(row.from))) == row.next);
  }
}

TEST_CASE("the day fields are joined by or, and by and if one of them is a star") {
  struct Row {
    std::string_view schedule;
    std::vector<std::string_view> runs;
  };
  // From Monday 2024-01-01; the 13th is a Saturday.
  const Row rows[] = {
      {"0 0 13 * 5", {"2024-01-05 00:00:00", "2024-01-12 00:00:00", "2024-01-13 00:00:00"}},
      {"0 0 * * 5", {"2024-01-05 00:00:00", "2024-01-12 00:00:00", "2024-01-19 00:00:00"}},
      {"0 0 13 * *", {"2024-01-13 00:00:00", "2024-02-13 00:00:00", "2024-03-13 00:00:00"}},
      {"0 0 13 * ?", {"2024-01-13 00:00:00", "2024-02-13 00:00:00", "2024-03-13 00:00:00"}},
      {"0 0 13 * */1", {"2024-01-13 00:00:00", "2024-02-13 00:00:00", "2024-03-13 00:00:00"}},
      {"0 0 13 * 5,*", {"2024-01-13 00:00:00", "2024-02-13 00:00:00", "2024-03-13 00:00:00"}},
      // A star with a step is no star any more: every second day of the week, or the 13th.
      {"0 0 13 * */2", {"2024-01-02 00:00:00", "2024-01-04 00:00:00", "2024-01-06 00:00:00"}},
      {"0 0 13 * 0-6", {"2024-01-02 00:00:00", "2024-01-03 00:00:00", "2024-01-04 00:00:00"}},
      {"0 0 */31 * 5", {"2024-01-05 00:00:00", "2024-01-12 00:00:00", "2024-01-19 00:00:00"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schedule);
    const Cron cron = read(row.schedule);
    UnixSeconds from = at("2024-01-01 00:00:00");
    for (const std::string_view run : row.runs) {
      const std::optional<UnixSeconds> next = cron.next(from);
      CHECK(show(next) == run);
      if (next) from = *next;
    }
  }
}

TEST_CASE("velero: due and next run as in TestGetNextRunTime") {
  struct Row {
    std::string_view name;
    seconds since_last;  // between the last run, or the creation, and now
    bool due;
  };
  const Row rows[] = {
      {"first run", seconds{0}, false},
      {"time to run again", minutes{5}, true},
      {"several runs missed", hours{5}, true},
  };
  const Cron cron = read("@every 5m");
  const UnixSeconds last = at("2024-01-01 00:00:00");
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const std::optional<UnixSeconds> next = cron.next(last);
    REQUIRE(next);
    CHECK(*next - last == minutes{5});
    // Velero asks whether now is after the next run. Its clock has a fraction of a second, which runs do not have, so
    // the second of the run itself counts as after it.
    CHECK((last + row.since_last >= *next) == row.due);
  }
}

TEST_CASE("velero: due and next run as in TestParseCronSchedule") {
  struct Row {
    std::string_view last;
    std::string_view now;
    bool due;
    std::string_view next;
  };
  const Row rows[] = {
      {"2017-08-10 12:27:00", "2017-08-10 14:27:00", false, "2017-08-11 09:00:00"},
      {"2017-08-10 12:27:00", "2017-08-11 09:01:00", true, "2017-08-11 09:00:00"},
      {"2017-08-11 09:01:00", "2017-08-11 09:02:00", false, "2017-08-12 09:00:00"},
  };
  const Cron cron = read("0 9 * * *");
  for (const Row& row : rows) {
    CAPTURE(row.now);
    const std::optional<UnixSeconds> next = cron.next(at(row.last));
    CHECK(show(next) == row.next);
    CHECK((at(row.now) > *next) == row.due);
  }
}

TEST_CASE("a refused schedule is told its field and its reason") {
  struct Row {
    std::string_view schedule;
    std::string_view message;
  };
  const Row rows[] = {
      {"", "the schedule is empty: write five fields, as in 0 2 * * *"},
      {"  ", "the schedule is blank: write five fields, as in 0 2 * * *"},
      {"0 0 2 * * *",
       "the schedule \"0 0 2 * * *\" has 6 fields, but a schedule has five: minute, hour, day of month, month, day of "
       "week "
       "(seconds are not supported)"},
      {"0 0 2 * * ? 2024",
       "the schedule \"0 0 2 * * ? 2024\" has 7 fields, but a schedule has five: minute, hour, day of month, month, "
       "day of "
       "week (seconds and years are not supported)"},
      {"0 2 * *",
       "the schedule \"0 2 * *\" has 4 fields, but a schedule has five: minute, hour, day of month, month, day of "
       "week"},
      {"daily",
       "the schedule \"daily\" has 1 field, but a schedule has five: minute, hour, day of month, month, day of week"},
      {"60 * * * *", "minute 60 is out of range: minutes go from 0 to 59"},
      {"0 24 * * *", "hour 24 is out of range: hours go from 0 to 23, write 0 for midnight"},
      {"0 20-24 * * *", "hour 24 in \"20-24\" is out of range: hours go from 0 to 23, write 0 for midnight"},
      {"0 0 0 * *", "day of month 0 is out of range: days of the month go from 1 to 31"},
      {"0 0 32 * *", "day of month 32 is out of range: days of the month go from 1 to 31"},
      {"0 0 * 0 *", "month 0 is out of range: months go from 1 to 12 or JAN to DEC"},
      {"0 0 * 13 *", "month 13 is out of range: months go from 1 to 12 or JAN to DEC"},
      {"0 0 * * 7",
       "day of week 7 is out of range: days of the week go from 0 (Sunday) to 6 (Saturday), write 0 for Sunday"},
      {"0 0 * * 1-7",
       "day of week 7 in \"1-7\" is out of range: days of the week go from 0 (Sunday) to 6 (Saturday), write 0 for "
       "Sunday"},
      {"0 70/5 * * *", "hour 70 in \"70/5\" is out of range: hours go from 0 to 23"},
      {"99999999999999999999 * * * *", "minute \"99999999999999999999\" is out of range: minutes go from 0 to 59"},
      {"0 0 * * fri-mon", "day of week \"fri-mon\" runs backwards: write two ranges with a comma between them"},
      {"0 22-2 * * *", "hour \"22-2\" runs backwards: write two ranges with a comma between them"},
      {"*/0 * * * *", "minute \"*/0\" has the step 0: a step is at least 1"},
      {"*/x * * * *", "minute \"*/x\" has a step that is not a number"},
      {"*/ * * * *", "minute \"*/\" has a step that is not a number"},
      {"1/2/3 * * * *", "minute \"1/2/3\" has more than one slash"},
      {"1-2-3 * * * *", "minute \"1-2-3\" has more than one hyphen"},
      {"-5 * * * *",
       "minute \"-5\" lacks a number: ranges are written 1-5, steps */2, and there are no negative numbers"},
      {"5- * * * *",
       "minute \"5-\" lacks a number: ranges are written 1-5, steps */2, and there are no negative numbers"},
      {"x * * * *", "minute \"x\" is not a number: minutes go from 0 to 59"},
      {"0 0 * foo *", "month \"foo\" is not a number or name: months go from 1 to 12 or JAN to DEC"},
      {"mon * * * *", "minute \"mon\" is not a number: minutes go from 0 to 59"},
      {"0 0 * January *", "month \"January\" is not a name: names have three letters, as in Jan"},
      {"0 0 * * MONDAY", "day of week \"MONDAY\" is not a name: names have three letters, as in MON"},
      {"'0 2 * * *'",
       "minute \"'0\" has a quotation mark: the quotes are a part of the schedule, leave out the inner ones"},
      {"0 2 * * \"*\"",
       "day of week \"\"*\"\" has a quotation mark: the quotes are a part of the schedule, leave out the inner ones"},
      {"0 0 L * *", "day of month \"L\" uses L, the last day, which is not supported"},
      {"0 0 L-3 * *", "day of month \"L-3\" uses L, the last day, which is not supported"},
      {"0 0 * * 5L", "day of week \"5L\" uses L, the last day, which is not supported"},
      {"0 0 15W * *", "day of month \"15W\" uses W, the nearest working day, which is not supported"},
      {"0 0 LW * *", "day of month \"LW\" uses W, the nearest working day, which is not supported"},
      {"0 0 * * 1#2", "day of week \"1#2\" uses #, the n-th weekday of a month, which is not supported"},
      {"H 2 * * *", "minute \"H\" uses H, a value chosen by hash, which is not supported: write a number"},
      {"H/15 2 * * *", "minute \"H/15\" uses H, a value chosen by hash, which is not supported: write a number"},
      {"H(0-29) 2 * * *", "minute \"H(0-29)\" uses H, a value chosen by hash, which is not supported: write a number"},
      {"@reboot", "@reboot is not supported: write a time, as in @daily or 0 2 * * *"},
      {"@Daily", "\"@Daily\" is not known: descriptors are lower case, write @daily"},
      {"@EVERY 1h", "\"@EVERY 1h\" is not known: descriptors are lower case, write @every 1h"},
      {"@daily ", "\"@daily \" is not known: leave out the blank after @daily"},
      {" @daily", "the schedule \" @daily\" begins with a blank: @ must be its first character"},
      {"@dayly", "\"@dayly\" is not known: did you mean @daily"},
      {"@fortnightly",
       "\"@fortnightly\" is not known: there are @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly and "
       "@every"},
      {"@every", "\"@every\" has no duration: write for example @every 12h"},
      {"@every  ", "\"@every  \" has no duration: write for example @every 12h"},
      {"@every  1h", "\"@every  1h\" is not known: one blank stands after @every, and none at the end"},
      {"@every 1h ", "\"@every 1h \" is not known: one blank stands after @every, and none at the end"},
      {"@every1h", "\"@every1h\" is not known: one blank stands after @every, and none at the end"},
      {"@every 1d",
       "\"@every 1d\": unit \"d\" in the duration \"1d\" is unknown: Go durations know h, m, s, ms, us and ns"},
      {"@every 5",
       "\"@every 5\": the duration \"5\" has a number without a unit: write h, m, s, ms, us or ns after it"},
      {"TZ=UTC", "the schedule \"TZ=UTC\" is a time zone only: a blank and five fields must follow"},
      {"CRON_TZ=Europe/Berlin\t0 2 * * *",
       "\"Europe/Berlin\\t0\" is not the name of a time zone: write a name such as Europe/Berlin"},
      {"TZ=+02:00 0 2 * * *", "\"+02:00\" is not the name of a time zone: write a name such as Europe/Berlin"},
      {"TZ=../etc 0 2 * * *", "\"../etc\" is not the name of a time zone: write a name such as Europe/Berlin"},
      {"TZ=/UTC 0 2 * * *", "\"/UTC\" is not the name of a time zone: write a name such as Europe/Berlin"},
      {" TZ=UTC 0 2 * * *", "the schedule \" TZ=UTC 0 2 * * *\" has its time zone not at the very start"},
      {"TZ=UTC ", "the schedule is blank: write five fields, as in 0 2 * * *"},
      {"TZ=UTC 0 25 * * *", "hour 25 is out of range: hours go from 0 to 23"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schedule);
    const Result<Cron> cron = Cron::parse(row.schedule);
    REQUIRE_FALSE(cron.ok());
    CHECK(cron.error() == row.message);
  }
}

TEST_CASE("the time zone in front is told") {
  CHECK(read("0 2 * * *").time_zone() == std::nullopt);
  CHECK(read("TZ=UTC 0 2 * * *").time_zone() == "UTC");
  CHECK(read("CRON_TZ=Local 0 2 * * *").time_zone() == "Local");
  CHECK(read("CRON_TZ=America/Argentina/Buenos_Aires   @daily  ").time_zone() == "America/Argentina/Buenos_Aires");
  CHECK(read("TZ=Etc/GMT+5 @every 5m").time_zone() == "Etc/GMT+5");
  CHECK(read("TZ= 0 2 * * *").time_zone() == "");
}

TEST_CASE("the period of @every is told") {
  CHECK(read("@every 90m").every() == minutes{90});
  CHECK(read("@every 1.5s").every() == seconds{1});
  CHECK(read("@every 0").every() == seconds{1});
  CHECK(read("@hourly").every() == std::nullopt);
}

TEST_CASE("dates that do not exist never match") {
  const std::string_view never[] = {"0 0 30 2 *", "0 0 31 4 *",   "0 0 31 2,4,6,9,11 *", "0 0 30,31 FEB ?",
                                    ", 0 * * *",  "0 , * * *",    "0 0 , * *",           "0 0 * , *",
                                    "0 0 * * ,",  "0 0 31 4 */1", "0 0 30 2 ,",          "TZ=UTC 0 0 30 2 *"};
  for (const std::string_view schedule : never) {
    CAPTURE(schedule);
    const Cron cron = read(schedule);
    CHECK(cron.never_matches());
    CHECK(cron.next(at("2024-01-01 00:00:00")) == std::nullopt);
    CHECK(cron.interval(at("2024-01-01 00:00:00")) == std::nullopt);
  }
  const std::string_view sometimes[] = {"0 0 29 2 *", "0 0 30 2,3 *", "0 0 30 2 1", "0 0 31 4 0-6",
                                        "0 0 , * 1",  "0 0 1 * ,",    "@every 5m",  "@yearly"};
  for (const std::string_view schedule : sometimes) {
    CAPTURE(schedule);
    const Cron cron = read(schedule);
    CHECK_FALSE(cron.never_matches());
    CHECK(cron.next(at("2024-01-01 00:00:00")) != std::nullopt);
  }
}

TEST_CASE("the longest gap between runs is found") {
  struct Row {
    std::string_view schedule;
    seconds gap;
  };
  const Row rows[] = {
      {"* * * * *", minutes{1}},
      {"*/15 * * * *", minutes{15}},
      {"*/45 * * * *", minutes{45}},
      {"*/90 * * * *", hours{1}},
      {"0 * * * *", hours{1}},
      {"0,10 * * * *", minutes{50}},
      {"0 */5 * * *", hours{5}},
      {"0 */36 * * *", days{1}},
      {"0 8-18 * * *", hours{14}},
      {"0,30 8-18 * * *", hours{13} + minutes{30}},
      {"0,40 0,12 * * *", hours{11} + minutes{20}},
      {"@daily", days{1}},
      {"0 0 * * 1-5", days{3}},
      {"@weekly", days{7}},
      {"@monthly", days{31}},
      {"0 0 31 * *", days{61}},  // from one 31st over a month of 30 days to the next
      {"0 0 29 2 *", days{4 * 365 + 1}},
      {"@yearly", days{366}},
      {"0 0 13 * 5", days{7}},
      {"@every 36h", hours{36}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schedule);
    const std::optional<seconds> gap = read(row.schedule).interval(at("2024-05-05 05:05:05"));
    REQUIRE(gap);
    CHECK(gap->count() == row.gap.count());
  }
}

TEST_CASE("the longest gap is the longest among all runs of 28 years") {
  const std::string_view schedules[] = {"0 0 * 2 1",      "7 3,4 1 */5 *",   "0 0 1-7 * 1",
                                        "0 23 31 12,1 *", "59 23 29 2 0",    "0 0 28-31 2 *",
                                        "0 6 */10 * *",   "30 1,2,20 * 3 6", "0 0 29 2 *"};
  const UnixSeconds from = at("2024-06-15 00:00:00") - seconds{1};
  for (const std::string_view schedule : schedules) {
    CAPTURE(schedule);
    const Cron cron = read(schedule);
    seconds longest{0};
    std::optional<UnixSeconds> run = cron.next(from);
    while (run && *run < from + days{10227}) {
      const std::optional<UnixSeconds> next = cron.next(*run);
      REQUIRE(next);
      longest = std::max(longest, *next - *run);
      run = next;
    }
    CHECK(cron.interval(from + seconds{1}) == longest);
  }
}

TEST_CASE("steps that are larger than their field are told") {
  struct Row {
    std::string_view schedule;
    std::vector<WrappingStep> steps;
  };
  const Row rows[] = {
      {"*/15 */6 * * *", {}},
      {"*/60 * * * *", {}},  // once an hour, as it says
      {"*/61 * * * *", {{CronField::minute, 61, 0, 4}}},
      {"0 */24 * * *", {}},
      {" 0  1,*/36 * * *", {{CronField::hour, 36, 6, 4}}},
      {"*/90 5/48 * * *", {{CronField::minute, 90, 0, 4}, {CronField::hour, 48, 5, 4}}},
      {"0 0 */31 * *", {}},
      {"0 0 */32 */13 */8",
       {{CronField::day_of_month, 32, 4, 4}, {CronField::month, 13, 9, 4}, {CronField::day_of_week, 8, 14, 3}}},
      {"TZ=UTC  */90 * * * *", {{CronField::minute, 90, 8, 4}}},
      {"*/9223372036854775807 * * * *", {{CronField::minute, 9223372036854775807U, 0, 21}}},
      {"@every 90m", {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schedule);
    CHECK(read(row.schedule).steps_that_wrap() == row.steps);
  }
}

TEST_CASE("hostile schedules end at once") {
  CHECK_FALSE(Cron::parse(std::string(1'000'000, '*')).ok());
  CHECK_FALSE(Cron::parse(std::string(1'000'000, ' ')).ok());
  CHECK_FALSE(Cron::parse(std::string(1'000'000, '-') + " * * * *").ok());
  CHECK_FALSE(Cron::parse("@every " + std::string(1'000'000, '1') + "h").ok());
  CHECK(Cron::parse(std::string(1'000'000, ',') + " * * * *").ok());
  CHECK_FALSE(Cron::parse("\xFF\xFE * * * *").ok());
}

}  // namespace
}  // namespace vlint::kube
