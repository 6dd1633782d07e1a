#include "lint/jmespath/quantity_amount.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <limits>

#include "lint/kube/quantity.h"

namespace vlint::jmespath {
namespace {

constexpr std::int64_t kNanoScale = 9;
constexpr std::int64_t kLargestExponent = 10'000;
constexpr std::int64_t kMaxInt64Factors = 18;
constexpr std::string_view kMaxAllowed = "9223372036854775807";

// Digits without leading zeros.
int compare(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return a.compare(b);
}

std::string trimmed(std::string digits) {
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  return digits;
}

std::string sum(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::string result(a);
  int carry = 0;
  for (std::size_t i = 0; i < a.size() && (i < b.size() || carry != 0); ++i) {
    char& digit = result[a.size() - 1 - i];
    carry += digit - '0' + (i < b.size() ? b[b.size() - 1 - i] - '0' : 0);
    digit = static_cast<char>('0' + carry % 10);
    carry /= 10;
  }
  if (carry != 0) result.insert(0, 1, '1');
  return result;
}

// a - b, for a >= b.
std::string difference(std::string_view a, std::string_view b) {
  std::string result(a);
  int borrow = 0;
  for (std::size_t i = 0; i < a.size() && (i < b.size() || borrow != 0); ++i) {
    char& digit = result[a.size() - 1 - i];
    int value = digit - '0' - borrow - (i < b.size() ? b[b.size() - 1 - i] - '0' : 0);
    borrow = value < 0 ? 1 : 0;
    digit = static_cast<char>('0' + value + 10 * borrow);
  }
  return trimmed(std::move(result));
}

std::string product(std::string_view a, std::string_view b) {
  std::string result(a.size() + b.size(), '0');
  for (std::size_t i = a.size(); i-- > 0;) {
    int carry = 0;
    for (std::size_t j = b.size(); j-- > 0;) {
      carry += (a[i] - '0') * (b[j] - '0') + (result[i + j + 1] - '0');
      result[i + j + 1] = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    result[i] = static_cast<char>('0' + carry);
  }
  return trimmed(std::move(result));
}

struct Quotient {
  std::string digits;
  std::uint64_t rest = 0;
};

// The divisor must be below 10^18.
Quotient quotient(std::string_view digits, std::uint64_t divisor) {
  Quotient result;
  for (const char digit : digits) {
    result.rest = result.rest * 10 + static_cast<std::uint64_t>(digit - '0');
    result.digits.push_back(static_cast<char>('0' + result.rest / divisor));
    result.rest %= divisor;
  }
  result.digits = trimmed(std::move(result.digits));
  return result;
}

struct Suffix {
  std::int64_t exponent = 0;  // of ten, or of two
  QuantityAmount::Format format = QuantityAmount::Format::decimal;
};

Suffix read_suffix(std::string_view text) {
  constexpr std::string_view kDecimal = "num kMGTPE";  // 10^-9, 10^-6, … 10^18
  constexpr std::string_view kBinary = "KMGTPE";
  if (text.empty()) return {};
  if (text.size() == 2 && text[1] == 'i') {
    return {10 * static_cast<std::int64_t>(kBinary.find(text[0]) + 1), QuantityAmount::Format::binary};
  }
  if (text.size() == 1) return {3 * static_cast<std::int64_t>(kDecimal.find(text[0])) - 9, {}};
  text.remove_prefix(text[1] == '+' ? 2 : 1);
  std::int64_t exponent = 0;
  std::from_chars(text.data(), text.data() + text.size(), exponent);
  return {static_cast<std::int32_t>(exponent), QuantityAmount::Format::exponent};  // 32 bits, unchecked, as upstream
}

// Go's math.Pow10.
double power_of_ten(std::int64_t exponent) {
  if (exponent < -323) return 0;
  if (exponent > 308) return std::numeric_limits<double>::infinity();
  const auto exact = [](std::int64_t power) {
    const std::string text = fmt::format("1e{}", power);
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
  };
  const std::int64_t magnitude = std::abs(exponent);
  if (exponent >= 0) return exact(magnitude / 32 * 32) * exact(magnitude % 32);
  return exact(-(magnitude / 32 * 32)) / exact(magnitude % 32);
}

}  // namespace

std::optional<QuantityAmount> QuantityAmount::parse(std::string_view text) {
  if (!kube::Quantity::parse(text)) return std::nullopt;
  QuantityAmount amount;
  amount.negative_ = text.starts_with('-');
  if (amount.negative_ || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t number_end = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view number = text.substr(0, number_end);
  const Suffix suffix = read_suffix(text.substr(number_end));
  const std::size_t point = std::min(number.find('.'), number.size());
  std::string whole(number.substr(0, point));
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.empty()) whole = "0";
  const std::string_view decimals = point < number.size() ? number.substr(point + 1) : std::string_view{};

  amount.format_ = suffix.format;
  amount.digits_ = whole + std::string(decimals);
  amount.scale_ = static_cast<std::int64_t>(decimals.size());
  const auto digits = static_cast<std::int64_t>(amount.digits_.size());
  bool fits_int64 = false;  // the parser's fast path, which keeps the scale of the text
  if (suffix.format == Format::binary) {
    const std::int64_t room = 15 - digits - suffix.exponent * 3 / 10 - 1;
    fits_int64 = decimals.empty() && room >= 0;
    amount.digits_ = product(trimmed(amount.digits_), fmt::format("{}", std::uint64_t{1} << suffix.exponent));
  } else {
    amount.scale_ -= suffix.exponent;
    fits_int64 = digits <= kMaxInt64Factors && amount.scale_ <= kNanoScale;
  }
  amount.drop_leading_zeros();
  if (fits_int64 || amount.is_zero()) return amount;
  amount.round_up_to_nano();
  if (suffix.format == Format::binary) {
    const std::string nanos_in_one = "1000000000";
    if (compare(amount.digits_, std::string(kMaxAllowed) + nanos_in_one.substr(1)) > 0) {
      amount.digits_ = kMaxAllowed;
      amount.scale_ = 0;
    } else if (compare(amount.digits_, nanos_in_one) < 0) {
      amount.format_ = Format::decimal;
    }
  }
  return amount;
}

QuantityAmount QuantityAmount::whole(std::int64_t value, Format format) {
  QuantityAmount amount;
  amount.negative_ = value < 0;
  amount.digits_ = fmt::format("{}", value);
  if (value < 0) amount.digits_.erase(0, 1);
  amount.format_ = format;
  return amount;
}

bool QuantityAmount::is_excessive() const {
  return scale_ > kLargestExponent || scale_ < -kLargestExponent ||
         digits_.size() > static_cast<std::size_t>(kLargestExponent);
}

void QuantityAmount::drop_leading_zeros() {
  digits_ = trimmed(std::move(digits_));
  if (is_zero()) negative_ = false;
}

// The digits of the same value at a scale that is not smaller.
std::string QuantityAmount::digits_at(std::int64_t scale) const {
  if (is_zero()) return digits_;
  return digits_ + std::string(static_cast<std::size_t>(scale - scale_), '0');
}

// inf.Dec.Round with RoundUp, which always leaves the scale that was asked for.
void QuantityAmount::round_up_to_nano() {
  if (scale_ <= kNanoScale) {
    if (is_excessive()) return;
    digits_ = digits_at(kNanoScale);
  } else {
    const auto dropped = static_cast<std::size_t>(scale_ - kNanoScale);
    const bool all = dropped >= digits_.size();
    const std::string_view lost =
        all ? std::string_view(digits_) : std::string_view(digits_).substr(digits_.size() - dropped);
    const bool exact = lost.find_first_not_of('0') == std::string_view::npos;
    digits_ = all ? "0" : digits_.substr(0, digits_.size() - dropped);
    if (!exact) digits_ = sum(digits_, "1");
  }
  scale_ = kNanoScale;
}

QuantityAmount QuantityAmount::plus(const QuantityAmount& other) const {
  QuantityAmount result;
  result.format_ = is_zero() ? other.format_ : format_;
  result.scale_ = std::max(scale_, other.scale_);
  const std::string a = digits_at(result.scale_);
  const std::string b = other.digits_at(result.scale_);
  if (negative_ == other.negative_) {
    result.negative_ = negative_;
    result.digits_ = sum(a, b);
  } else {
    const bool larger = compare(a, b) >= 0;
    result.negative_ = larger ? negative_ : other.negative_;
    result.digits_ = larger ? difference(a, b) : difference(b, a);
  }
  result.drop_leading_zeros();
  return result;
}

QuantityAmount QuantityAmount::minus(const QuantityAmount& other) const {
  QuantityAmount negated = other;
  negated.negative_ = !other.negative_ && !other.is_zero();
  return plus(negated);
}

QuantityAmount QuantityAmount::times(const QuantityAmount& factor) const {
  QuantityAmount result;
  result.format_ = format_;
  result.negative_ = negative_ != factor.negative_;
  result.digits_ = product(digits_, factor.digits_);
  result.scale_ = scale_ + factor.scale_;
  result.drop_leading_zeros();
  return result;
}

std::optional<QuantityAmount> QuantityAmount::divided_by(const QuantityAmount& divisor) const {
  if (divisor.is_zero() || divisor.digits_.size() > 18) return std::nullopt;
  std::uint64_t unit = 0;
  std::from_chars(divisor.digits_.data(), divisor.digits_.data() + divisor.digits_.size(), unit);
  QuantityAmount result;
  result.format_ = format_;
  result.negative_ = negative_ != divisor.negative_;
  result.scale_ = std::max(scale_, divisor.scale_);
  const std::int64_t shift = result.scale_ - scale_ + divisor.scale_;  // 10^shift × digits ÷ unit
  std::string digits = digits_;
  if (shift >= 0) {
    digits.append(static_cast<std::size_t>(shift), '0');
  } else {
    const auto dropped = static_cast<std::size_t>(-shift);
    digits.erase(dropped >= digits.size() ? 0 : digits.size() - dropped);
    if (digits.empty()) digits = "0";
  }
  result.digits_ = quotient(digits, unit).digits;
  result.drop_leading_zeros();
  return result;
}

double QuantityAmount::approximate() const {
  double base = 0;
  const auto read = std::from_chars(digits_.data(), digits_.data() + digits_.size(), base);
  if (read.ec != std::errc()) base = std::numeric_limits<double>::infinity();
  if (negative_) base = -base;
  return scale_ == 0 ? base : base * power_of_ten(-scale_);
}

// AsCanonicalBytes: no zeros at the end, and an exponent that is a multiple of three.
std::string QuantityAmount::decimal_text(Format format) const {
  std::string digits = digits_;
  std::int64_t exponent = -scale_;
  const std::size_t kept = digits.find_last_not_of('0') + 1;
  exponent += static_cast<std::int64_t>(digits.size() - kept);
  digits.erase(kept);
  for (; exponent % 3 != 0; --exponent) digits.push_back('0');
  if (negative_) digits.insert(0, 1, '-');
  if (exponent == 0) return digits;
  if (format == Format::exponent) return digits + fmt::format("e{}", exponent);
  constexpr std::string_view kSuffixes = "num kMGTPE";
  if (exponent < -9 || exponent > 18) return digits;
  return digits + kSuffixes[static_cast<std::size_t>(exponent / 3 + 3)];
}

std::string QuantityAmount::to_string() const {
  if (is_zero()) return "0";
  if (format_ != Format::binary) return decimal_text(format_);
  // Whole numbers of at least 1024 only; everything else is printed as a decimal.
  std::string digits = digits_;
  if (scale_ < 0) {
    digits.append(static_cast<std::size_t>(-scale_), '0');
  } else if (scale_ > 0) {
    const auto decimals = static_cast<std::size_t>(scale_);
    const bool is_whole = digits.size() > decimals && digits.find_last_not_of('0') < digits.size() - decimals;
    if (!is_whole) return decimal_text(Format::decimal);
    digits.erase(digits.size() - decimals);
  }
  if (compare(digits, "1024") < 0) return decimal_text(Format::decimal);
  std::size_t power = 0;
  for (Quotient next = quotient(digits, 1024); next.rest == 0; next = quotient(digits, 1024)) {
    digits = std::move(next.digits);
    ++power;
  }
  constexpr std::array<std::string_view, 7> kSuffixes = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
  return (negative_ ? "-" : "") + digits + std::string(power < kSuffixes.size() ? kSuffixes[power] : "");
}

}  // namespace vlint::jmespath
