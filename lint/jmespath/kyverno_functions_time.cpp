// Kyverno's functions on times. Times without a layout are RFC 3339, durations are Go's.
#include <fmt/format.h>

#include <charconv>
#include <optional>

#include "lint/jmespath/go_time.h"
#include "lint/jmespath/kyverno_functions.h"

namespace vlint::jmespath::functions {
namespace {

// The arguments read one after the other; the first one that can't be read is the failure of the function.
class Reader {
 public:
  explicit Reader(Arguments arguments) : arguments_(arguments) {}

  GoTime time(std::size_t at, std::string_view layout = kRfc3339) {
    auto read = parse_time(layout, text(arguments_, at));
    if (!read) return fail(read.error(), GoTime{});
    return *read;
  }

  kube::GoDuration duration(std::size_t at) {
    const auto read = kube::parse_go_duration(text(arguments_, at));
    if (!read) return fail(read.error(), kube::GoDuration{});
    return *read;
  }

  // The result, unless reading failed.
  Outcome finish(Json result) const { return failure_ ? Outcome(*failure_) : Outcome(std::move(result)); }

 private:
  template <typename T>
  T fail(const std::string& message, T instead) {
    if (!failure_) failure_ = value_failure(message);
    return instead;
  }

  Arguments arguments_;
  std::optional<Failure> failure_;
};

Json printed(GoTime time) { return Json::string(format_rfc3339(time)); }
Json printed(kube::GoDuration duration) { return Json::string(kube::to_string(duration)); }

// strconv.ParseInt(text, 10, 64).
std::optional<std::int64_t> read_integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Outcome time_add(Arguments arguments) {
  Reader read(arguments);
  const GoTime time = read.time(0);
  const kube::GoDuration duration = read.duration(1);
  return read.finish(printed(time + duration));
}

Outcome time_after(Arguments arguments) {
  Reader read(arguments);
  const GoTime first = read.time(0);
  const GoTime second = read.time(1);
  return read.finish(Json::boolean(is_before(second, first)));
}

Outcome time_before(Arguments arguments) {
  Reader read(arguments);
  const GoTime first = read.time(0);
  const GoTime second = read.time(1);
  return read.finish(Json::boolean(is_before(first, second)));
}

// Without the ends.
Outcome time_between(Arguments arguments) {
  Reader read(arguments);
  const GoTime time = read.time(0);
  const GoTime start = read.time(1);
  const GoTime end = read.time(2);
  return read.finish(Json::boolean(is_before(start, time) && is_before(time, end)));
}

// From the first to the second.
Outcome time_diff(Arguments arguments) {
  Reader read(arguments);
  const GoTime first = read.time(0);
  const GoTime second = read.time(1);
  return read.finish(printed(second - first));
}

Outcome time_now(Arguments /*arguments*/) { return Json::unknown(); }

// A layout that is a number says that the time is in seconds since 1970.
Outcome time_parse(Arguments arguments) {
  if (read_integer(text(arguments, 0))) {
    const auto seconds = read_integer(text(arguments, 1));
    constexpr std::int64_t kLatest = 1'000'000'000'000'000;  // beyond year 30,000,000 prints mean nothing
    if (!seconds) {
      return value_failure(fmt::format("strconv.ParseInt: parsing \"{}\": invalid syntax", text(arguments, 1)));
    }
    if (*seconds > kLatest || *seconds < -kLatest) {
      return function_failure(FailureKind::limit, "time_parse", "the time lies too far away");
    }
    return printed(GoTime{*seconds, 0, 0});
  }
  Reader read(arguments);
  const GoTime time = read.time(1, text(arguments, 0));
  return read.finish(printed(time));
}

// Without an end: up to now.
Outcome time_since(Arguments arguments) {
  const std::string_view layout = text(arguments, 0).empty() ? kRfc3339 : std::string_view(text(arguments, 0));
  Reader read(arguments);
  const GoTime start = read.time(1, layout);
  if (text(arguments, 2).empty()) return read.finish(Json::unknown());
  const GoTime end = read.time(2, layout);
  return read.finish(printed(end - start));
}

Outcome time_to_cron(Arguments arguments) {
  Reader read(arguments);
  const GoDate date = date_of(read.time(0));
  return read.finish(
      Json::string(fmt::format("{} {} {} {} {}", date.minute, date.hour, date.day, date.month, date.weekday)));
}

Outcome time_truncate(Arguments arguments) {
  Reader read(arguments);
  const GoTime time = read.time(0);
  const kube::GoDuration duration = read.duration(1);
  return read.finish(printed(jmespath::truncate(time, duration)));
}

Outcome time_utc(Arguments arguments) {
  Reader read(arguments);
  GoTime time = read.time(0);
  time.offset = 0;
  return read.finish(printed(time));
}

}  // namespace vlint::jmespath::functions
