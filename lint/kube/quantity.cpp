#include "lint/kube/quantity.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

constexpr std::int64_t kNano = -9;
constexpr std::string_view kMaxInt64 = "9223372036854775807";

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }
bool is_suffix_letter(char byte) { return std::string_view("eEinumkKMGTP").find(byte) != std::string_view::npos; }

// The text cut into parts, as parseQuantityString cuts it.
struct Parts {
  bool negative = false;
  std::string_view whole;     // digits before the point, without zeros in front
  std::string_view fraction;  // digits after the point
  std::string_view suffix;
};

template <typename Predicate>
std::string_view take_while(std::string_view& rest, Predicate predicate) {
  const auto end = std::find_if_not(rest.begin(), rest.end(), predicate);
  const auto size = static_cast<std::size_t>(end - rest.begin());
  const std::string_view taken = rest.substr(0, size);
  rest.remove_prefix(size);
  return taken;
}

// nullopt if something follows the suffix.
std::optional<Parts> cut(std::string_view rest) {
  Parts parts;
  parts.negative = rest.starts_with('-');
  if (parts.negative || rest.starts_with('+')) rest.remove_prefix(1);
  take_while(rest, [](char byte) { return byte == '0'; });
  parts.whole = take_while(rest, is_digit);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    parts.fraction = take_while(rest, is_digit);
  }
  parts.suffix = rest;
  take_while(rest, is_suffix_letter);
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  take_while(rest, is_digit);
  if (!rest.empty()) return std::nullopt;
  return parts;
}

struct Scale {
  std::int64_t exponent = 0;  // of ten
  int kibi = 0;               // how many times 1024
};

std::optional<Scale> read_suffix(std::string_view suffix) {
  struct Named {
    std::string_view name;
    Scale scale;
  };
  static constexpr Named kNamed[] = {
      {"", {0, 0}},   {"n", {-9, 0}}, {"u", {-6, 0}}, {"m", {-3, 0}}, {"k", {3, 0}},  {"M", {6, 0}},
      {"G", {9, 0}},  {"T", {12, 0}}, {"P", {15, 0}}, {"E", {18, 0}}, {"Ki", {0, 1}}, {"Mi", {0, 2}},
      {"Gi", {0, 3}}, {"Ti", {0, 4}}, {"Pi", {0, 5}}, {"Ei", {0, 6}},
  };
  for (const Named& named : kNamed) {
    if (named.name == suffix) return named.scale;
  }
  if (suffix.front() != 'e' && suffix.front() != 'E') return std::nullopt;
  suffix.remove_prefix(1);
  if (suffix.starts_with('+')) suffix.remove_prefix(1);
  std::int64_t exponent = 0;
  const char* const end = suffix.data() + suffix.size();
  const auto [stop, error] = std::from_chars(suffix.data(), end, exponent);
  if (error != std::errc() || stop != end) return std::nullopt;
  return Scale{static_cast<std::int32_t>(exponent), 0};  // Kubernetes keeps 32 bits, without a check
}

// A number without digits is zero where Kubernetes reads it by its fast path, and an error elsewhere.
bool is_refused_without_digits(std::string_view text, Scale scale) {
  const bool has_digits =
      text.substr(0, text.find_first_of("eEinumkKMGTP")).find_first_of("0123456789") != std::string_view::npos;
  return !has_digits && (scale.kibi >= 5 || scale.exponent < kNano);
}

// Why the text is no quantity: the usual slips by name.
Error explain(std::string_view text) {
  const std::string shown = quoted(text);
  constexpr std::string_view kKnown = "n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei";
  if (text.empty()) return Error{"the quantity is empty: write a number, as in 10Gi"};
  if (trim(text).size() != text.size())
    return Error{fmt::format("the quantity {} has a blank at its start or end", shown)};
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) rest.remove_prefix(1);
  const std::string_view number = take_while(rest, [](char byte) { return is_digit(byte) || byte == '.'; });
  if (number.find_first_of("0123456789") == std::string_view::npos)
    return Error{fmt::format("the quantity {} does not begin with a number", shown)};
  if (std::count(number.begin(), number.end(), '.') > 1) {
    return Error{fmt::format("the quantity {} has more than one decimal point", shown)};
  }
  if (rest.starts_with(' ')) return Error{fmt::format("the quantity {} has a blank before its suffix", shown)};
  if (rest.starts_with(',')) return Error{fmt::format("the quantity {} has a comma: write a decimal point", shown)};
  const bool in_bytes = rest.size() > 1 && (rest.back() == 'B' || rest.back() == 'b');
  if (in_bytes && read_suffix(rest.substr(0, rest.size() - 1))) {
    return Error{fmt::format("suffix {} in the quantity {} is unknown: write {}, without the letter for bytes",
                             quoted(rest), shown, rest.substr(0, rest.size() - 1))};
  }
  static constexpr std::string_view kWrongCase[][2] = {
      {"K", "k"},   {"g", "G"},   {"t", "T"},   {"p", "P"},   {"ki", "Ki"}, {"mi", "Mi"}, {"gi", "Gi"}, {"ti", "Ti"},
      {"pi", "Pi"}, {"ei", "Ei"}, {"KI", "Ki"}, {"MI", "Mi"}, {"GI", "Gi"}, {"TI", "Ti"}, {"PI", "Pi"}, {"EI", "Ei"}};
  for (const auto& [wrong, right] : kWrongCase) {
    if (rest == wrong) {
      return Error{fmt::format("suffix {} in the quantity {} is unknown: did you mean {}", quoted(rest), shown, right)};
    }
  }
  return Error{fmt::format("suffix {} in the quantity {} is unknown: quantities know {} and exponents such as e3",
                           quoted(rest), shown, kKnown)};
}

}  // namespace

Result<Quantity> Quantity::parse(std::string_view text) {
  const std::optional<Parts> parts = text.empty() ? std::nullopt : cut(text);
  const std::optional<Scale> scale = parts ? read_suffix(parts->suffix) : std::nullopt;
  if (!scale || is_refused_without_digits(text, *scale)) return explain(text);
  Quantity quantity;
  quantity.negative_ = parts->negative;
  quantity.digits_ = std::string(parts->whole) + std::string(parts->fraction);
  quantity.exponent_ = scale->exponent - static_cast<std::int64_t>(parts->fraction.size());
  for (int i = 0; i < scale->kibi; ++i) quantity.multiply(1024);
  quantity.normalise();
  quantity.round_to(kNano);
  if (scale->kibi > 0) {
    Quantity largest;
    largest.digits_ = kMaxInt64;
    if (quantity.compare_magnitude(largest) > 0) {
      quantity.digits_ = largest.digits_;
      quantity.exponent_ = 0;
    }
  }
  return quantity;
}

void Quantity::normalise() {
  digits_.erase(0, std::min(digits_.find_first_not_of('0'), digits_.size()));
  const std::size_t size = digits_.find_last_not_of('0') + 1;
  exponent_ += static_cast<std::int64_t>(digits_.size() - size);
  digits_.erase(size);
  if (!digits_.empty()) return;
  negative_ = false;
  exponent_ = 0;
}

void Quantity::multiply(unsigned factor) {
  unsigned carry = 0;
  for (auto digit = digits_.rbegin(); digit != digits_.rend(); ++digit) {
    carry += static_cast<unsigned>(*digit - '0') * factor;
    *digit = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  if (carry > 0) digits_.insert(0, fmt::format("{}", carry));
}

// Away from zero to a multiple of 10^exponent. Expects and keeps the normal form.
void Quantity::round_to(std::int64_t exponent) {
  if (exponent_ >= exponent) return;
  const auto dropped = static_cast<std::uint64_t>(exponent - exponent_);
  const bool all = dropped >= digits_.size();
  digits_.erase(all ? 0 : digits_.size() - static_cast<std::size_t>(dropped));
  exponent_ = exponent;
  // In normal form the last digit was not zero, so something was lost: one more.
  const std::size_t nines_from = digits_.find_last_not_of('9') + 1;
  exponent_ += static_cast<std::int64_t>(digits_.size() - nines_from);
  digits_.erase(nines_from);
  if (digits_.empty()) {
    digits_.push_back('1');
  } else {
    ++digits_.back();
  }
}

std::int64_t Quantity::value() const {
  Quantity whole = *this;
  whole.round_to(0);
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
  const std::int64_t limit = negative_ ? kMin : kMax;
  if (whole.exponent_ > static_cast<std::int64_t>(kMaxInt64.size())) return limit;
  std::string text = (negative_ ? "-" : "") + whole.digits_;
  text.append(static_cast<std::size_t>(whole.exponent_), '0');
  if (whole.digits_.empty()) return 0;
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() ? value : limit;
}

std::strong_ordering Quantity::compare_magnitude(const Quantity& other) const {
  if (is_zero() || other.is_zero()) return other.is_zero() <=> is_zero();
  // The power of ten above the first digit decides; then the digits, which are then aligned.
  const std::int64_t size = static_cast<std::int64_t>(digits_.size()) + exponent_;
  const std::int64_t other_size = static_cast<std::int64_t>(other.digits_.size()) + other.exponent_;
  if (size != other_size) return size <=> other_size;
  return digits_.compare(other.digits_) <=> 0;
}

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
  if (negative_ != other.negative_) return other.negative_ <=> negative_;
  return negative_ ? other.compare_magnitude(*this) : compare_magnitude(other);
}

}  // namespace vlint::kube
