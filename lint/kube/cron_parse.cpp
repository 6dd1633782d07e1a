// Cron::parse: what robfig/cron v3 (parser.go) accepts, and a sentence for everything that it refuses.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>

#include "lint/base/text.h"
#include "lint/kube/cron.h"
#include "lint/kube/go_duration.h"

namespace vlint::kube {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::string_view kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Field {
  CronField field;
  std::uint64_t min;
  std::uint64_t max;
  Names names;  // of the values from min on
  std::string_view range;
};

constexpr Field kFields[] = {
    {CronField::minute, 0, 59, {}, "minutes go from 0 to 59"},
    {CronField::hour, 0, 23, {}, "hours go from 0 to 23"},
    {CronField::day_of_month, 1, 31, {}, "days of the month go from 1 to 31"},
    {CronField::month, 1, 12, kMonths, "months go from 1 to 12 or JAN to DEC"},
    {CronField::day_of_week, 0, 6, kWeekdays, "days of the week go from 0 (Sunday) to 6 (Saturday)"},
};

constexpr std::string_view kDescriptors[] = {"@yearly", "@annually", "@monthly", "@weekly",
                                             "@daily",  "@midnight", "@hourly"};

// A piece of the schedule's text and where it stands.
struct Piece {
  std::string_view text;
  std::size_t offset = 0;
};

// unicode.IsSpace: a no-break space copied from a web page separates fields like any other blank.
bool is_space(char32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// strings.Fields.
std::vector<Piece> split_at_blanks(Piece whole) {
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  const auto add = [&](std::size_t end) {
    if (end > begin) pieces.push_back({whole.text.substr(begin, end - begin), whole.offset + begin});
  };
  for (std::size_t i = 0; i < whole.text.size();) {
    const CodePoint point = code_point_at(whole.text, i);
    if (is_space(point.value)) {
      add(i);
      begin = i + point.size;
    }
    i += point.size;
  }
  add(whole.text.size());
  return pieces;
}

std::vector<Piece> split_at(Piece whole, char separator) {
  std::vector<Piece> pieces;
  for (const std::string_view part : split(whole.text, separator)) {
    pieces.push_back({part, whole.offset + static_cast<std::size_t>(part.data() - whole.text.data())});
  }
  return pieces;
}

// strconv.Atoi without signs below zero: an optional +, digits, and no more than 63 bits.
std::optional<std::uint64_t> to_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  const bool fits = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (result.ec != std::errc() || result.ptr != end || !fits) return std::nullopt;
  return value;
}

bool is_star(std::string_view text) { return text == "*" || text == "?"; }
bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Error in_field(const Field& field, std::string_view item, std::string_view why) {
  return Error{fmt::format("{} {} {}", to_string(field.field), quoted(item), why)};
}

// Why `value` is not a number or name of the field. The extensions of other cron dialects are known by name.
Error explain_value(const Field& field, std::string_view item, std::string_view value) {
  const std::string lower = to_lower_ascii(value);
  if (item.find_first_of("\"'`") != std::string_view::npos) {
    return in_field(field, item,
                    "has a quotation mark: the quotes are a part of the schedule, leave out the inner ones");
  }
  if (contains(value, "#")) return in_field(field, item, "uses #, the n-th weekday of a month, which is not supported");
  if (lower.starts_with("h") && (lower.size() == 1 || lower[1] == '(')) {
    return in_field(field, item, "uses H, a value chosen by hash, which is not supported: write a number");
  }
  if (value.empty()) {
    return in_field(field, item,
                    "lacks a number: ranges are written 1-5, steps */2, and there are no negative numbers");
  }
  for (const std::string_view name : field.names) {
    if (lower.size() > 3 && lower.starts_with(name)) {
      return in_field(field, item, "is not a name: names have three letters, as in " + std::string(value.substr(0, 3)));
    }
  }
  const bool number_and_letter = lower.find_first_not_of("0123456789") == lower.size() - 1;
  if (lower.back() == 'l' && number_and_letter) {
    return in_field(field, item, "uses L, the last day, which is not supported");
  }
  if (lower.back() == 'w' && (number_and_letter || lower == "lw")) {
    return in_field(field, item, "uses W, the nearest working day, which is not supported");
  }
  if (value.find_first_not_of("0123456789") == std::string_view::npos) {
    return in_field(field, item, "is out of range: " + std::string(field.range));
  }
  return in_field(field, item,
                  fmt::format("is not a number{}: {}", field.names.empty() ? "" : " or name", field.range));
}

Error out_of_range(const Field& field, std::string_view item, std::uint64_t value) {
  std::string_view hint;
  if (field.field == CronField::day_of_week && value == 7) hint = ", write 0 for Sunday";
  if (field.field == CronField::hour && value == 24) hint = ", write 0 for midnight";
  const std::string where = item == std::to_string(value) ? "" : fmt::format(" in {}", quoted(item));
  return Error{fmt::format("{} {}{} is out of range: {}{}", to_string(field.field), value, where, field.range, hint)};
}

// First and last value and the step of one item of a list.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t step = 1;
  bool star = false;  // every value of the field
  bool has_step = false;
};

Result<std::uint64_t> read_value(const Field& field, std::string_view item, std::string_view value) {
  const std::string lower = to_lower_ascii(value);
  const auto name = std::find(field.names.begin(), field.names.end(), lower);
  if (name != field.names.end()) return field.min + static_cast<std::uint64_t>(name - field.names.begin());
  if (const std::optional<std::uint64_t> number = to_number(value)) return *number;
  return explain_value(field, item, value);
}

// The part before the slash.
Result<Range> read_bounds(const Field& field, std::string_view item, std::string_view text, bool has_step) {
  Range range{field.min, field.max, 1, true, has_step};
  const std::vector<std::string_view> bounds = split(text, '-');
  if (is_star(bounds[0])) return range;  // what follows a hyphen is not even looked at
  range.star = false;
  const Result<std::uint64_t> first = read_value(field, item, bounds[0]);
  if (!first.ok()) return Error{first.error()};
  range.first = *first;
  if (bounds.size() > 2) return in_field(field, item, "has more than one hyphen");
  if (bounds.size() == 1) {
    if (!has_step) range.last = range.first;  // with a step, "5/10" is "5-59/10"
    return range;
  }
  const Result<std::uint64_t> last = read_value(field, item, bounds[1]);
  if (!last.ok()) return Error{last.error()};
  range.last = *last;
  return range;
}

Result<Range> read_range(const Field& field, std::string_view item) {
  const std::vector<std::string_view> parts = split(item, '/');
  Result<Range> bounds = read_bounds(field, item, parts[0], parts.size() > 1);
  if (!bounds.ok()) return bounds;
  Range range = *bounds;
  if (parts.size() > 2) return in_field(field, item, "has more than one slash");
  if (range.has_step) {
    const std::optional<std::uint64_t> step = to_number(parts[1]);
    if (!step) return in_field(field, item, "has a step that is not a number");
    if (*step == 0) return in_field(field, item, "has the step 0: a step is at least 1");
    range.step = *step;
    range.star = range.star && *step == 1;  // only a star that leaves nothing out frees the day field
  }
  if (range.first < field.min || range.first > field.max) return out_of_range(field, item, range.first);
  if (range.last > field.max) return out_of_range(field, item, range.last);
  if (range.first > range.last) {
    return in_field(field, item, "runs backwards: write two ranges with a comma between them");
  }
  return range;
}

std::uint64_t bits_of(const Range& range) {
  std::uint64_t bits = 0;
  for (std::uint64_t value = range.first; value <= range.last; value += range.step) bits |= std::uint64_t{1} << value;
  return bits;
}

// Time zone names of the IANA data base: letters, digits, _ + - in parts that are joined by slashes. Whether the zone
// is known is up to the data of the server.
bool looks_like_zone(std::string_view zone) {
  for (const std::string_view part : split(zone, '/')) {
    const auto is_letter = [](char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z'); };
    const auto is_allowed = [&](char byte) {
      return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '_' || byte == '+' || byte == '-';
    };
    if (part.empty() || !is_letter(part.front()) || !std::all_of(part.begin(), part.end(), is_allowed)) return false;
  }
  return true;
}

Error wrong_count(const std::vector<Piece>& pieces, std::string_view text) {
  constexpr std::string_view kNeeded = "a schedule has five: minute, hour, day of month, month, day of week";
  if (pieces.empty()) return Error{"the schedule is blank: write five fields, as in 0 2 * * *"};
  if (pieces[0].text.starts_with('@')) {
    return Error{fmt::format("the schedule {} begins with a blank: @ must be its first character", quoted(text))};
  }
  if (contains(pieces[0].text, "TZ=")) {
    return Error{fmt::format("the schedule {} has its time zone not at the very start", quoted(text))};
  }
  const std::size_t count = pieces.size();
  const std::string_view extra = count == 6   ? " (seconds are not supported)"
                                 : count == 7 ? " (seconds and years are not supported)"
                                              : "";
  return Error{fmt::format("the schedule {} has {} field{}, but {}{}", quoted(text), count, count == 1 ? "" : "s",
                           kNeeded, extra)};
}

Error explain_descriptor(std::string_view text) {
  const std::string shown = quoted(text);
  const std::string lower = to_lower_ascii(text);
  const std::string_view bare = trim(lower);
  if (bare == "@reboot") return Error{"@reboot is not supported: write a time, as in @daily or 0 2 * * *"};
  if (bare == "@every") return Error{fmt::format("{} has no duration: write for example @every 12h", shown)};
  const bool known = std::find(std::begin(kDescriptors), std::end(kDescriptors), bare) != std::end(kDescriptors);
  // "@every" and then anything but a letter: the duration is there, and badly set off.
  const bool every = bare.starts_with("@every") && (bare[6] < 'a' || bare[6] > 'z');
  if (lower != text && (known || every)) {
    return Error{fmt::format("{} is not known: descriptors are lower case, write {}", shown, bare)};
  }
  if (known) return Error{fmt::format("{} is not known: leave out the blank after {}", shown, bare)};
  if (every) return Error{fmt::format("{} is not known: one blank stands after @every, and none at the end", shown)};
  if (const std::optional<std::string_view> near = closest(bare, kDescriptors, 2)) {
    return Error{fmt::format("{} is not known: did you mean {}", shown, *near)};
  }
  return Error{fmt::format("{} is not known: there are {} and @every", shown, join(kDescriptors, ", "))};
}

}  // namespace

class CronParser {
 public:
  Result<Cron> run(std::string_view text) {
    if (text.empty()) return Error{"the schedule is empty: write five fields, as in 0 2 * * *"};
    Piece rest{text, 0};
    if (text.starts_with("TZ=") || text.starts_with("CRON_TZ=")) {
      if (Status status = take_zone(rest); !status.ok()) return Error{status.error()};
    }
    const Status status = rest.text.starts_with('@') ? read_descriptor(rest.text) : read_fields(rest);
    if (!status.ok()) return Error{status.error()};
    return std::move(cron_);
  }

 private:
  Status take_zone(Piece& rest) {
    const std::size_t begin = rest.text.find('=') + 1;
    const std::size_t end = rest.text.find(' ');
    if (end == std::string_view::npos) {
      return Error{
          fmt::format("the schedule {} is a time zone only: a blank and five fields must follow", quoted(rest.text))};
    }
    const std::string_view zone = rest.text.substr(begin, end - begin);
    if (!zone.empty() && !looks_like_zone(zone)) {
      return Error{fmt::format("{} is not the name of a time zone: write a name such as Europe/Berlin", quoted(zone))};
    }
    cron_.time_zone_ = std::string(zone);
    std::size_t offset = end;
    while (offset < rest.text.size()) {  // strings.TrimSpace, at this end
      const CodePoint point = code_point_at(rest.text, offset);
      if (!is_space(point.value)) break;
      offset += point.size;
    }
    const std::vector<Piece> pieces = split_at_blanks({rest.text.substr(offset), offset});
    const std::size_t last = pieces.empty() ? offset : pieces.back().offset + pieces.back().text.size();
    rest = {rest.text.substr(offset, last - offset), offset};
    return Done{};
  }

  Status read_fields(Piece whole) {
    const std::vector<Piece> pieces = split_at_blanks(whole);
    if (pieces.size() != std::size(kFields)) return wrong_count(pieces, whole.text);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (Status status = read_field(kFields[i], pieces[i]); !status.ok()) return status;
    }
    return Done{};
  }

  Status read_field(const Field& field, Piece whole) {
    std::uint64_t& values = cron_.values_[static_cast<std::size_t>(field.field)];
    for (const Piece& item : split_at(whole, ',')) {
      if (item.text.empty()) continue;
      const Result<Range> range = read_range(field, item.text);
      if (!range.ok()) return Error{range.error()};
      values |= bits_of(*range);
      if (range->star && field.field == CronField::day_of_month) cron_.any_day_of_month_ = true;
      if (range->star && field.field == CronField::day_of_week) cron_.any_day_of_week_ = true;
      if (range->step > field.max - field.min + 1) {
        cron_.steps_that_wrap_.push_back({field.field, range->step, item.offset, item.text.size()});
      }
    }
    return Done{};
  }

  Status read_descriptor(std::string_view text) {
    constexpr std::string_view kEvery = "@every ";
    if (text.starts_with(kEvery)) return read_every(text, text.substr(kEvery.size()));
    struct Meaning {
      std::string_view name;
      std::string_view fields;
    };
    static constexpr Meaning kMeanings[] = {
        {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"}, {"@weekly", "0 0 * * 0"},
        {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@hourly", "0 * * * *"},
    };
    for (const Meaning& meaning : kMeanings) {
      if (meaning.name == text) return read_fields({meaning.fields, 0});
    }
    return explain_descriptor(text);
  }

  Status read_every(std::string_view text, std::string_view duration) {
    if (trim(duration).empty() || trim(duration).size() != duration.size()) return explain_descriptor(text);
    const Result<GoDuration> period = parse_go_duration(duration);
    if (!period.ok()) return Error{fmt::format("{}: {}", quoted(text), period.error())};
    const auto whole = std::chrono::floor<std::chrono::seconds>(std::chrono::nanoseconds{period->nanoseconds});
    cron_.every_ = std::max(whole, std::chrono::seconds{1});
    return Done{};
  }

  Cron cron_;
};

Result<Cron> Cron::parse(std::string_view text) { return CronParser().run(text); }

}  // namespace vlint::kube
