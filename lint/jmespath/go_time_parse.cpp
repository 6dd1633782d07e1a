// time.Parse: the reader of layouts. Source: Go's src/time/format.go.
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <optional>
#include <span>

#include "lint/base/text.h"
#include "lint/jmespath/go_time.h"

namespace vlint::jmespath {
namespace {

// What a piece of a layout stands for.
enum class Part : std::uint8_t {
  none,
  long_month,
  month,
  number_month,
  zero_month,
  long_weekday,
  weekday,
  day,
  under_day,
  zero_day,
  under_year_day,
  zero_year_day,
  hour,
  hour12,
  zero_hour12,
  minute,
  zero_minute,
  second,
  zero_second,
  long_year,
  year,
  pm_upper,
  pm_lower,
  zone_name,
  offset,          // -0700 and relatives
  offset_or_z,     // Z07:00 and relatives
  fraction_fixed,  // .000
  fraction_any,    // .999
};

struct Chunk {
  std::string_view before;  // literal text in front
  Part part = Part::none;
  std::string_view written;  // the piece itself
  std::string_view after;    // the rest of the layout
};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_digit_at(std::string_view text, std::size_t at) { return at < text.size() && is_digit(text[at]); }
bool is_fraction_sign(char byte) { return byte == '.' || byte == ','; }

struct Named {
  std::string_view text;
  Part part;
};

// The longer spelling first where one begins with another.
constexpr Named kPieces[] = {
    {"January", Part::long_month},
    {"Jan", Part::month},
    {"Monday", Part::long_weekday},
    {"Mon", Part::weekday},
    {"MST", Part::zone_name},
    {"01", Part::zero_month},
    {"002", Part::zero_year_day},
    {"02", Part::zero_day},
    {"03", Part::zero_hour12},
    {"04", Part::zero_minute},
    {"05", Part::zero_second},
    {"06", Part::year},
    {"15", Part::hour},
    {"1", Part::number_month},
    {"2006", Part::long_year},
    {"2", Part::day},
    {"_2", Part::under_day},
    {"__2", Part::under_year_day},
    {"3", Part::hour12},
    {"4", Part::minute},
    {"5", Part::second},
    {"PM", Part::pm_upper},
    {"pm", Part::pm_lower},
    {"-070000", Part::offset},
    {"-07:00:00", Part::offset},
    {"-0700", Part::offset},
    {"-07:00", Part::offset},
    {"-07", Part::offset},
    {"Z070000", Part::offset_or_z},
    {"Z07:00:00", Part::offset_or_z},
    {"Z0700", Part::offset_or_z},
    {"Z07:00", Part::offset_or_z},
    {"Z07", Part::offset_or_z},
};

// The piece that the text begins with.
Named piece_at(std::string_view text) {
  if (is_fraction_sign(text[0]) && text.size() > 1 && (text[1] == '0' || text[1] == '9')) {
    std::size_t end = 1;
    while (end < text.size() && text[end] == text[1]) ++end;
    if (is_digit_at(text, end)) return {{}, Part::none};  // only a fraction is all zeros or all nines
    return {text.substr(0, end), text[1] == '0' ? Part::fraction_fixed : Part::fraction_any};
  }
  if (text.starts_with("_2006")) return {{}, Part::none};  // an underscore, then the year
  for (const Named& piece : kPieces) {
    if (!text.starts_with(piece.text)) continue;
    const bool short_name = piece.part == Part::month || piece.part == Part::weekday;
    const char next = piece.text.size() < text.size() ? text[piece.text.size()] : ' ';
    if (short_name && next >= 'a' && next <= 'z') continue;  // "Month" is a word, not a piece
    return {text.substr(0, piece.text.size()), piece.part};
  }
  return {{}, Part::none};
}

// time.nextStdChunk.
Chunk next_chunk(std::string_view layout) {
  for (std::size_t i = 0; i < layout.size(); ++i) {
    const Named piece = piece_at(layout.substr(i));
    if (piece.part == Part::none) continue;
    return {layout.substr(0, i), piece.part, piece.text, layout.substr(i + piece.text.size())};
  }
  return {layout, Part::none, {}, {}};
}

constexpr std::array<std::string_view, 12> kMonths = {"January",   "February", "March",    "April",
                                                      "May",       "June",     "July",     "August",
                                                      "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

bool is_leap(int year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in(int month, int year) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// Days from 1970-01-01 (Howard Hinnant's days_from_civil).
std::int64_t days_since_1970(std::int64_t year, int month, int day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719'468;
}

class TimeParser {
 public:
  TimeParser(std::string_view layout, std::string_view text) : layout_(layout), text_(text), rest_(text) {}

  Result<GoTime> run() {
    std::string_view layout = layout_;
    while (true) {
      const Chunk chunk = next_chunk(layout);
      if (const auto fault = skip(chunk.before)) return *fault;
      if (chunk.part == Part::none) {
        if (!rest_.empty()) return error({}, rest_, ": extra text: \"" + std::string(rest_) + '"');
        return finish();
      }
      layout = chunk.after;
      const std::string_view hold = rest_;
      out_of_range_ = {};
      const bool read_it = read(chunk, layout);
      if (!out_of_range_.empty()) return out_of_range();
      if (!read_it) return error(chunk.written, hold, {});
    }
  }

 private:
  Error error(std::string_view wanted, std::string_view found, std::string_view message) const {
    if (message.empty()) {
      return Error{
          fmt::format("parsing time \"{}\" as \"{}\": cannot parse \"{}\" as \"{}\"", text_, layout_, found, wanted)};
    }
    return Error{fmt::format("parsing time \"{}\"{}", text_, message)};
  }
  Error out_of_range() const { return error({}, rest_, fmt::format(": {} out of range", out_of_range_)); }

  // Literal text of the layout; a blank in it stands for any number of blanks.
  std::optional<Error> skip(std::string_view literal) {
    std::string_view wanted = literal;
    while (!wanted.empty()) {
      if (wanted[0] == ' ') {
        if (!rest_.empty() && rest_[0] != ' ') return error(literal, rest_, {});
        wanted.remove_prefix(std::min(wanted.find_first_not_of(' '), wanted.size()));
        rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size()));
        continue;
      }
      if (rest_.empty() || rest_[0] != wanted[0]) return error(literal, rest_, {});
      wanted.remove_prefix(1);
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

  bool read(const Chunk& chunk, std::string_view layout_after) {
    switch (chunk.part) {
      case Part::none:
        return false;
      case Part::long_year:
      case Part::year:
        return read_year(chunk.part == Part::year ? 2 : 4);
      case Part::long_month:
      case Part::month:
        return read_name(kMonths, chunk.part == Part::month, &month_);
      case Part::long_weekday:
      case Part::weekday:
        return read_name(kWeekdays, chunk.part == Part::weekday, nullptr);
      case Part::number_month:
      case Part::zero_month:
        if (!read_number(chunk.part == Part::zero_month, month_)) return false;
        check(month_ >= 1 && month_ <= 12, "month");
        return true;
      case Part::under_day:
      case Part::day:
      case Part::zero_day:
        if (chunk.part == Part::under_day && rest_.starts_with(' ')) rest_.remove_prefix(1);
        return read_number(chunk.part == Part::zero_day, day_);
      case Part::under_year_day:
      case Part::zero_year_day:
        return read_year_day(chunk.part == Part::zero_year_day);
      case Part::pm_upper:
      case Part::pm_lower:
        return read_half(chunk.part == Part::pm_upper);
      case Part::zone_name:
        return read_zone_name();
      case Part::offset:
      case Part::offset_or_z:
        return read_offset(chunk);
      case Part::fraction_fixed:
        return read_fraction(chunk.written.size());
      case Part::fraction_any:
        if (!begins_with_fraction()) return true;
        return read_fraction(fraction_size());
      default:
        return read_clock(chunk.part, layout_after);
    }
  }

  bool read_clock(Part part, std::string_view layout_after) {
    switch (part) {
      case Part::hour:
        if (!read_number(false, hour_)) return false;
        check(hour_ < 24, "hour");
        return true;
      case Part::hour12:
      case Part::zero_hour12:
        if (!read_number(part == Part::zero_hour12, hour_)) return false;
        check(hour_ <= 12, "hour");
        return true;
      case Part::minute:
      case Part::zero_minute:
        if (!read_number(part == Part::zero_minute, minute_)) return false;
        check(minute_ < 60, "minute");
        return true;
      default:
        break;
    }
    if (!read_number(part == Part::zero_second, second_)) return false;
    check(second_ < 60, "second");
    if (!out_of_range_.empty() || !begins_with_fraction()) return true;
    // A fraction that the layout doesn't mention is read all the same.
    const Part next = next_chunk(layout_after).part;
    if (next == Part::fraction_fixed || next == Part::fraction_any) return true;
    return read_fraction(fraction_size());
  }

  void check(bool in_range, std::string_view what) {
    if (!in_range) out_of_range_ = what;
  }

  // One or two digits; `fixed`: two.
  bool read_number(bool fixed, int& number) {
    if (!is_digit_at(rest_, 0) || (fixed && !is_digit_at(rest_, 1))) return false;
    const std::size_t size = is_digit_at(rest_, 1) ? 2 : 1;
    number = 0;
    for (const char digit : rest_.substr(0, size)) number = number * 10 + (digit - '0');
    rest_.remove_prefix(size);
    return true;
  }

  bool read_year(std::size_t size) {
    if (rest_.size() < size || (size == 4 && !is_digit_at(rest_, 0))) return false;
    std::string_view digits = rest_.substr(0, size);
    rest_.remove_prefix(size);
    // Of two characters one may be a sign, as strconv reads them.
    const bool negative = digits[0] == '-';
    if (negative || digits[0] == '+') digits.remove_prefix(1);
    int year = 0;
    for (const char digit : digits) {
      if (!is_digit(digit)) return false;
      year = year * 10 + (digit - '0');
    }
    year_ = negative ? -year : year;
    if (size == 2) year_ += year_ >= 69 ? 1900 : 2000;
    return true;
  }

  bool read_name(std::span<const std::string_view> names, bool is_short, int* number) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string_view name = is_short ? names[i].substr(0, 3) : names[i];
      if (to_lower_ascii(rest_.substr(0, name.size())) != to_lower_ascii(name)) continue;
      rest_.remove_prefix(name.size());
      if (number != nullptr) *number = static_cast<int>(i) + 1;
      return true;
    }
    return false;
  }

  bool read_year_day(bool fixed) {
    for (int i = 0; i < 2; ++i) {
      if (!fixed && rest_.starts_with(' ')) rest_.remove_prefix(1);
    }
    std::size_t size = 0;
    int number = 0;
    for (; size < 3 && is_digit_at(rest_, size); ++size) number = number * 10 + (rest_[size] - '0');
    if (size == 0 || (fixed && size != 3)) return false;
    rest_.remove_prefix(size);
    year_day_ = number;
    return true;
  }

  bool read_half(bool upper) {
    const std::string_view found = rest_.substr(0, 2);
    if (found == (upper ? "PM" : "pm")) {
      pm_ = true;
    } else if (found == (upper ? "AM" : "am")) {
      am_ = true;
    } else {
      return false;
    }
    rest_.remove_prefix(2);
    return true;
  }

  bool begins_with_fraction() const { return rest_.size() >= 2 && is_fraction_sign(rest_[0]) && is_digit(rest_[1]); }
  std::size_t fraction_size() const {
    std::size_t size = 1;
    while (is_digit_at(rest_, size)) ++size;
    return size;
  }

  // The sign and digits; digits below the nanosecond are cut off.
  bool read_fraction(std::size_t size) {
    if (rest_.size() < size || !is_fraction_sign(rest_[0])) return false;
    constexpr std::size_t kWithNanoseconds = 10;
    std::int32_t value = 0;
    for (std::size_t i = 1; i < kWithNanoseconds; ++i) {
      if (i < size && !is_digit(rest_[i])) return false;
      value = value * 10 + (i < size ? rest_[i] - '0' : 0);
    }
    nanosecond_ = value;
    rest_.remove_prefix(size);
    return true;
  }

  // The digits of an offset stand where those of its piece stand: "-07:00:00" has three numbers with colons between.
  bool read_offset(const Chunk& chunk) {
    if (chunk.part == Part::offset_or_z && rest_.starts_with('Z')) {
      rest_.remove_prefix(1);
      utc_ = true;
      return true;
    }
    const std::size_t size = chunk.written.size();
    if (rest_.size() < size) return false;
    std::array<int, 3> numbers{};
    std::size_t count = 0;
    for (std::size_t i = 1; i < size; i += 2) {
      if (chunk.written[i] == ':') {
        if (rest_[i] != ':') return false;
        ++i;
      }
      if (!is_digit(rest_[i]) || !is_digit(rest_[i + 1])) return false;
      numbers[count++] = (rest_[i] - '0') * 10 + (rest_[i + 1] - '0');
    }
    check(numbers[0] <= 24, "time zone offset hour");
    check(numbers[1] <= 60, "time zone offset minute");
    check(numbers[2] <= 60, "time zone offset second");
    if (rest_[0] != '+' && rest_[0] != '-') return false;
    const int offset = (numbers[0] * 60 + numbers[1]) * 60 + numbers[2];
    offset_ = rest_[0] == '-' ? -offset : offset;
    rest_.remove_prefix(size);
    return true;
  }

  // time.parseTimeZone: three to five capitals, or a signed number of hours; GMT may have one behind it.
  bool read_zone_name() {
    if (rest_.starts_with("UTC")) {
      utc_ = true;
      rest_.remove_prefix(3);
      return true;
    }
    if (rest_.size() < 3) return false;
    std::size_t size = 0;
    if (rest_.starts_with("ChST") || rest_.starts_with("MeST")) {
      size = 4;
    } else if (rest_.starts_with("GMT")) {
      const std::size_t signed_size = signed_hours(rest_.substr(3));
      if (signed_size > 0) zone_hours_ = hours_of(rest_.substr(3, signed_size));
      size = 3 + signed_size;
    } else if (rest_[0] == '+' || rest_[0] == '-') {
      size = signed_hours(rest_);
    } else {
      std::size_t capitals = 0;
      while (capitals < 6 && capitals < rest_.size() && rest_[capitals] >= 'A' && rest_[capitals] <= 'Z') ++capitals;
      const bool ends_in_t = capitals > 0 && rest_[capitals - 1] == 'T';
      const bool is_name =
          capitals == 3 || (capitals == 4 && (ends_in_t || rest_.starts_with("WITA"))) || (capitals == 5 && ends_in_t);
      size = is_name ? capitals : 0;
    }
    rest_.remove_prefix(size);
    return size > 0;
  }

  // The length of "+03", 0 if there is none or it is above 23.
  static std::size_t signed_hours(std::string_view text) {
    if (text.empty() || (text[0] != '+' && text[0] != '-')) return 0;
    std::size_t size = 1;
    int hours = 0;
    for (; is_digit_at(text, size); ++size) hours = std::min(hours * 10 + (text[size] - '0'), 100);
    return size == 1 || hours > 23 ? 0 : size;
  }
  static int hours_of(std::string_view text) {
    int hours = 0;
    for (const char digit : text.substr(1)) hours = hours * 10 + (digit - '0');
    return text[0] == '-' ? -hours : hours;
  }

  // From the day of the year to month and day. Error: they don't fit what was read.
  std::optional<Error> use_year_day() {
    int day = year_day_;
    if (day < 1 || day > (is_leap(year_) ? 366 : 365)) {
      return error({}, rest_, ": day-of-year out of range");
    }
    int month = 1;
    for (; day > days_in(month, year_); ++month) day -= days_in(month, year_);
    if (month_ >= 0 && month_ != month) return error({}, rest_, ": day-of-year does not match month");
    if (day_ >= 0 && day_ != day) return error({}, rest_, ": day-of-year does not match day");
    month_ = month;
    day_ = day;
    return std::nullopt;
  }

  Result<GoTime> finish() {
    if (pm_ && hour_ < 12) {
      hour_ += 12;
    } else if (am_ && hour_ == 12) {
      hour_ = 0;
    }
    if (year_day_ >= 0) {
      if (const auto fault = use_year_day()) return *fault;
    }
    if (month_ < 0) month_ = 1;
    if (day_ < 0) day_ = 1;
    if (day_ < 1 || day_ > days_in(month_, year_)) return error({}, rest_, ": day out of range");
    GoTime time;
    time.seconds = days_since_1970(year_, month_, day_) * 86'400 + hour_ * 3600 + minute_ * 60 + second_;
    time.nanoseconds = nanosecond_;
    if (utc_) return time;
    if (offset_) {
      time.offset = *offset_;
      time.seconds -= *offset_;
    } else {
      time.offset = zone_hours_ * 3600;  // a name moves nothing but the print
    }
    return time;
  }

  std::string_view layout_;
  std::string_view text_;
  std::string_view rest_;
  std::string_view out_of_range_;
  int year_ = 0;
  int month_ = -1;
  int day_ = -1;
  int year_day_ = -1;
  int hour_ = 0;
  int minute_ = 0;
  int second_ = 0;
  std::int32_t nanosecond_ = 0;
  bool am_ = false;
  bool pm_ = false;
  bool utc_ = false;
  std::optional<int> offset_;
  int zone_hours_ = 0;
};

}  // namespace

Result<GoTime> parse_time(std::string_view layout, std::string_view text) { return TimeParser(layout, text).run(); }

}  // namespace vlint::jmespath
