#include "lint/jmespath/semver.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>

#include "lint/base/text.h"

namespace vlint::jmespath {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-";

bool has_only(std::string_view text, std::string_view set) {
  return text.find_first_not_of(set) == std::string_view::npos;
}

Result<std::uint64_t> read_number(std::string_view text, std::string_view what) {
  if (!has_only(text, kDigits)) return Error{fmt::format("Invalid character(s) found in {} \"{}\"", what, text)};
  if (text.size() > 1 && text[0] == '0')
    return Error{fmt::format("{} must not contain leading zeroes \"{}\"", what, text)};
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc()) return Error{fmt::format("{} \"{}\" is not a number of 64 bits", what, text)};
  return number;
}

}  // namespace

Result<SemanticVersion::Identifier> SemanticVersion::read_identifier(std::string_view text) {
  Identifier identifier;
  if (text.empty()) return Error{"Prerelease is empty"};
  if (has_only(text, kDigits)) {
    const auto number = read_number(text, "Numeric PreRelease version");
    if (!number) return Error{number.error()};
    identifier.is_number = true;
    identifier.number = *number;
    return identifier;
  }
  if (!has_only(text, kLetters)) return Error{fmt::format("Invalid character(s) found in prerelease \"{}\"", text)};
  identifier.text = text;
  return identifier;
}

Result<SemanticVersion> SemanticVersion::parse(std::string_view text) {
  if (text.empty()) return Error{"Version string empty"};
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) return Error{"No Major.Minor.Patch elements found"};
  std::string_view patch = text.substr(second + 1);
  std::optional<std::string_view> build;
  if (const std::size_t plus = patch.find('+'); plus != std::string_view::npos) {
    build = patch.substr(plus + 1);
    patch = patch.substr(0, plus);
  }
  std::optional<std::string_view> prerelease;
  if (const std::size_t dash = patch.find('-'); dash != std::string_view::npos) {
    prerelease = patch.substr(dash + 1);
    patch = patch.substr(0, dash);
  }
  SemanticVersion version;
  const std::string_view numbers[3] = {text.substr(0, first), text.substr(first + 1, second - first - 1), patch};
  constexpr std::string_view kNames[3] = {"major number", "minor number", "patch number"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = read_number(numbers[i], kNames[i]);
    if (!number) return Error{number.error()};
    version.numbers_[i] = *number;
  }
  if (prerelease) {
    for (const std::string_view part : split(*prerelease, '.')) {
      auto identifier = read_identifier(part);
      if (!identifier) return Error{identifier.error()};
      version.prerelease_.push_back(std::move(identifier).value());
    }
  }
  if (build) {
    for (const std::string_view part : split(*build, '.')) {
      if (part.empty()) return Error{"Build meta data is empty"};
      if (!has_only(part, kLetters)) {
        return Error{fmt::format("Invalid character(s) found in build meta data \"{}\"", part)};
      }
    }
  }
  return version;
}

std::strong_ordering SemanticVersion::compare(const Identifier& a, const Identifier& b) {
  if (a.is_number != b.is_number) return b.is_number <=> a.is_number;  // numbers come first
  if (a.is_number) return a.number <=> b.number;
  return a.text.compare(b.text) <=> 0;
}

std::strong_ordering SemanticVersion::operator<=>(const SemanticVersion& other) const {
  for (std::size_t i = 0; i < 3; ++i) {
    if (numbers_[i] != other.numbers_[i]) return numbers_[i] <=> other.numbers_[i];
  }
  // A prerelease comes before its release.
  if (prerelease_.empty() != other.prerelease_.empty()) return prerelease_.empty() <=> other.prerelease_.empty();
  const std::size_t shared = std::min(prerelease_.size(), other.prerelease_.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const auto order = compare(prerelease_[i], other.prerelease_[i]);
    if (order != 0) return order;
  }
  return prerelease_.size() <=> other.prerelease_.size();
}

namespace {

struct Comparator {
  std::string_view sign;
  std::string_view version;
};

// Splits before the first digit. Nothing when there is none.
std::optional<Comparator> split_comparator(std::string_view text) {
  const std::size_t digit = text.find_first_of(kDigits);
  if (digit == std::string_view::npos) return std::nullopt;
  return Comparator{trim(text.substr(0, digit)), text.substr(digit)};
}

// Parts at blanks, except behind a comparison sign; a part of one character is lost, as upstream (semver.splitAndTrim).
std::vector<std::string> split_parts(std::string_view text) {
  std::vector<std::string> parts;
  const auto add = [&parts](std::string_view part) {
    std::string without_blanks(part);
    std::erase(without_blanks, ' ');
    parts.push_back(std::move(without_blanks));
  };
  std::size_t last = 0;
  char last_character = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != ' ') {
      last_character = text[i];
    } else if (last_character != '>' && last_character != '<' && last_character != '=') {
      if (last + 1 < i) add(text.substr(last, i - last));
      last = i + 1;
    }
  }
  if (last + 1 < text.size()) add(text.substr(last));
  return parts;
}

std::string replaced_once(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  if (const std::size_t at = result.find(from); at != std::string::npos) result.replace(at, from.size(), to);
  return result;
}

// The number at that place one up, as strconv.Atoi reads it; nothing (an empty version) when it is none.
std::string incremented(std::string_view version, std::size_t place) {
  std::vector<std::string> parts;
  for (const std::string_view part : split(version, '.')) parts.emplace_back(part);
  if (place >= parts.size()) return {};
  std::string& part = parts[place];
  std::int64_t number = 0;
  const auto read = std::from_chars(part.data(), part.data() + part.size(), number);
  if (read.ec != std::errc() || read.ptr != part.data() + part.size() ||
      number == std::numeric_limits<std::int64_t>::max())
    return {};
  part = fmt::format("{}", number + 1);
  return join(parts, ".");
}

// "1.2.x" to plain comparisons. Error: there is no digit in it.
Result<std::vector<std::string>> expand_wildcard(const std::string& part) {
  if (part.find('x') == std::string::npos) return std::vector<std::string>{part};
  const auto comparator = split_comparator(part);
  if (!comparator) return Error{fmt::format("Could not get version from string: \"{}\"", part)};
  const std::vector<std::string_view> numbers = split(comparator->version, '.');
  std::string flat = replaced_once(replaced_once(comparator->version, ".x.x", ".x"), ".x", ".0");
  if (std::count(flat.begin(), flat.end(), '.') == 1) flat += ".0";

  const std::string_view sign = comparator->sign;
  std::vector<std::string> result;
  std::string new_sign;
  bool next = true;  // compare with the version behind the wildcard's
  if (sign == ">") {
    new_sign = ">=";
  } else if (sign == ">=" || sign == "<") {
    new_sign = sign;
    next = false;
  } else if (sign == "<=") {
    new_sign = "<";
  } else if (sign.empty() || sign == "=" || sign == "==") {
    result.push_back(">=" + flat);
    new_sign = "<";
  } else if (sign == "!=" || sign == "!") {
    result.push_back("<" + flat);
    new_sign = ">=";
  } else {
    next = false;
  }
  std::string version = flat;
  if (next) {
    const bool is_wildcard = numbers.back() == "x" && (numbers.size() == 2 || numbers.size() == 3);
    version = is_wildcard ? incremented(flat, numbers.size() == 3 ? 1 : 0) : std::string();
  }
  result.push_back(new_sign + version);
  return result;
}

}  // namespace

std::optional<VersionRange::Comparison> VersionRange::read_comparison(std::string_view text) {
  if (text.empty() || text == "=" || text == "==") return Comparison::equal;
  if (text == "!" || text == "!=") return Comparison::not_equal;
  if (text == ">") return Comparison::greater;
  if (text == ">=") return Comparison::greater_or_equal;
  if (text == "<") return Comparison::less;
  if (text == "<=") return Comparison::less_or_equal;
  return std::nullopt;
}

Result<VersionRange::Bound> VersionRange::read_bound(std::string_view text) {
  const auto parts = split_comparator(text);
  if (!parts) return Error{fmt::format("Could not get version from string: \"{}\"", text)};
  const auto comparison = read_comparison(parts->sign);
  if (!comparison) {
    return Error{fmt::format("Could not parse Range \"{}\": Could not parse comparator \"{}\" in \"{}\"", text,
                             parts->sign, text)};
  }
  auto version = SemanticVersion::parse(parts->version);
  if (!version) {
    return Error{fmt::format("Could not parse Range \"{}\": Could not parse version \"{}\" in \"{}\": {}", text,
                             parts->version, text, version.error())};
  }
  return Bound{*comparison, std::move(version).value()};
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  const std::vector<std::string> parts = split_parts(text);
  if (!parts.empty() && parts.front() == "||") return Error{"First element in range is '||'"};
  if (parts.empty() || parts.back() == "||") return Error{"Last element in range is '||'"};
  VersionRange range;
  range.alternatives_.emplace_back();
  for (const std::string& part : parts) {
    if (part == "||") {
      // Upstream takes it and crashes when it compares.
      if (range.alternatives_.back().empty()) return Error{"nothing stands between '||' and '||'"};
      range.alternatives_.emplace_back();
      continue;
    }
    const auto expanded = expand_wildcard(part);
    if (!expanded) return Error{expanded.error()};
    for (const std::string& plain : *expanded) {
      auto bound = read_bound(plain);
      if (!bound) return Error{bound.error()};
      range.alternatives_.back().push_back(std::move(bound).value());
    }
  }
  return range;
}

bool VersionRange::contains(const SemanticVersion& version) const {
  const auto holds = [&version](const Bound& bound) {
    const auto order = version <=> bound.version;
    switch (bound.comparison) {
      case Comparison::equal:
        return order == 0;
      case Comparison::not_equal:
        return order != 0;
      case Comparison::greater:
        return order > 0;
      case Comparison::greater_or_equal:
        return order >= 0;
      case Comparison::less:
        return order < 0;
      case Comparison::less_or_equal:
        break;
    }
    return order <= 0;
  };
  return std::any_of(alternatives_.begin(), alternatives_.end(), [&holds](const std::vector<Bound>& bounds) {
    return std::all_of(bounds.begin(), bounds.end(), holds);
  });
}

}  // namespace vlint::jmespath
