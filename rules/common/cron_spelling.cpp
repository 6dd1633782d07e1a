#include "rules/common/cron_spelling.h"

#include <fmt/format.h>

#include <charconv>
#include <set>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/kube/cron.h"
#include "lint/volsync/schedule.h"

namespace vlint::rules {
namespace {

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kDays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  unsigned least = 0;
  unsigned most = 0;  // 7 for the day of the week: Sunday too
};
constexpr Field kFields[] = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}};
constexpr std::size_t kMonth = 3;
constexpr std::size_t kDayOfWeek = 4;
constexpr unsigned kSunday = 7;

// The parts between blanks of any number.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char byte : text) {
    const bool is_blank = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
    if (!is_blank) {
      word += byte;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::optional<unsigned> number_of(std::string_view text, std::size_t field) {
  const std::string lower = to_lower_ascii(text);
  for (unsigned i = 0; field == kMonth && i < std::size(kMonths); ++i) {
    if (lower == kMonths[i]) return i + 1;
  }
  for (unsigned i = 0; field == kDayOfWeek && i < std::size(kDays); ++i) {
    if (lower == kDays[i]) return i;
  }
  unsigned number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = !text.empty() && read.ec == std::errc() && read.ptr == text.data() + text.size();
  const bool fits = is_number && number >= kFields[field].least && number <= kFields[field].most;
  return fits ? std::optional(number) : std::nullopt;
}

struct Item {
  bool is_any = false;  // `*`
  unsigned first = 0;
  unsigned last = 0;
  unsigned step = 1;
};

// "3", "1-5", "*", "*/2", "8-18/2", "5/10" as robfig/cron parser.go: getRange reads them.
std::optional<Item> read_item(std::string_view text, std::size_t field) {
  const std::vector<std::string_view> parts = split(text, '/');
  const std::vector<std::string_view> ends = split(parts.front(), '-');
  if (parts.size() > 2 || ends.size() > 2) return std::nullopt;
  Item item;
  if (parts.size() == 2) {
    const auto read = std::from_chars(parts[1].data(), parts[1].data() + parts[1].size(), item.step);
    const bool is_number = read.ec == std::errc() && read.ptr == parts[1].data() + parts[1].size();
    if (parts[1].empty() || !is_number || item.step == 0 || item.step > 60) return std::nullopt;
  }
  item.is_any = ends.size() == 1 && (ends[0] == "*" || ends[0] == "?");
  if (item.is_any) {
    item.first = kFields[field].least;
    item.last = field == kDayOfWeek ? kFields[field].most - 1 : kFields[field].most;
    return item;
  }
  const std::optional<unsigned> first = number_of(ends[0], field);
  const std::optional<unsigned> last = ends.size() == 2 ? number_of(ends[1], field) : first;
  if (!first || !last || *first > *last) return std::nullopt;
  item.first = *first;
  item.last = *last;
  const bool is_open = ends.size() == 1 && parts.size() == 2;
  if (is_open) item.last = field == kDayOfWeek ? kFields[field].most - 1 : kFields[field].most;
  return item;
}

std::string spelling_of(const Item& item) {
  if (item.is_any) return item.step == 1 ? std::string("*") : fmt::format("*/{}", item.step);
  return item.first == item.last ? fmt::format("{}", item.first) : fmt::format("{}-{}", item.first, item.last);
}

std::optional<std::string> spell_field(std::string_view text, std::size_t field) {
  std::vector<Item> items;
  for (const std::string_view part : split(text, ',')) {
    const std::optional<Item> item = read_item(part, field);
    if (!item) return std::nullopt;
    items.push_back(*item);
  }
  const bool is_sunday_in_range = field == kDayOfWeek && items.front().last == kSunday;
  const bool is_plain = items.size() == 1 && (items.front().is_any || items.front().step == 1);
  if (is_plain && !is_sunday_in_range) return spelling_of(items.front());
  std::set<unsigned> numbers;
  for (const Item& item : items) {
    for (unsigned i = item.first; i <= item.last; i += item.step) {
      numbers.insert(field == kDayOfWeek && i == kSunday ? 0 : i);
    }
  }
  std::vector<std::string> texts;
  for (const unsigned number : numbers) texts.push_back(fmt::format("{}", number));
  return join(texts, ",");
}

// Both readers take the field as it is.
bool is_right(std::string_view text, std::size_t field) {
  std::string schedule;
  for (std::size_t i = 0; i < std::size(kFields); ++i) {
    schedule += i == 0 ? "" : " ";
    schedule += i == field ? text : std::string_view("*");
  }
  return volsync::crd_accepts_schedule(schedule) && kube::Cron::parse(schedule).ok();
}

bool runs_alike(const kube::Cron& a, const kube::Cron& b) {
  constexpr int kRuns = 400;
  kube::UnixSeconds at = std::chrono::sys_days{std::chrono::year{2027} / 1 / 1};
  for (int i = 0; i < kRuns; ++i) {
    const std::optional<kube::UnixSeconds> next = a.next(at);
    if (next != b.next(at)) return false;
    if (!next) return true;
    at = *next;
  }
  return true;
}

}  // namespace

std::optional<std::string> volsync_spelling(std::string_view text) {
  std::vector<std::string> words = words_of(text);
  std::string zone;
  if (!words.empty() && words.front().find("TZ=") != std::string::npos) {
    zone = words.front() + " ";
    words.erase(words.begin());
  }
  std::string spelt;
  if (words.size() == 1 && words.front() == "@midnight") {
    spelt = "@daily";
  } else if (words.size() == 1) {
    spelt = words.front();
  } else if (words.size() == std::size(kFields)) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      const std::optional<std::string> field = is_right(words[i], i) ? words[i] : spell_field(words[i], i);
      if (!field) return std::nullopt;
      spelt += (i == 0 ? "" : " ") + *field;
    }
  }
  spelt = zone + spelt;
  const Result<kube::Cron> after = kube::Cron::parse(spelt);
  if (spelt == text || !after.ok() || !volsync::crd_accepts_schedule(spelt)) return std::nullopt;
  const Result<kube::Cron> before = kube::Cron::parse(text);
  return !before.ok() || runs_alike(*before, *after) ? std::optional(spelt) : std::nullopt;
}

}  // namespace vlint::rules
