#include "lint/jmespath/arithmetic.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <variant>

#include "lint/jmespath/go_number.h"
#include "lint/jmespath/quantity_amount.h"
#include "lint/kube/go_duration.h"

namespace vlint::jmespath {
namespace {

using kube::GoDuration;
using Operand = std::variant<double, QuantityAmount, GoDuration>;

Failure failure(FailureKind kind, std::string_view function, std::string_view what) {
  return {kind, fmt::format("JMESPath function '{}': {}", function, what)};
}
Failure mismatch(std::string_view function) { return failure(FailureKind::type, function, "Types mismatch"); }
Failure zero_divisor(std::string_view function) { return failure(FailureKind::value, function, "Zero divisor passed"); }
Failure not_whole(std::string_view function) {
  return failure(FailureKind::value, function, "Non-integer argument(s) passed for modulo");
}
Failure too_large(std::string_view function) {
  return failure(FailureKind::limit, function, "a quantity is too large to calculate with");
}

std::optional<Operand> read_operand(const Json& value) {
  if (value.is_number() && !value.is_go_int()) return value.as_number();
  if (!value.is_string()) return std::nullopt;
  if (const auto quantity = QuantityAmount::parse(value.as_string())) return *quantity;
  if (const auto duration = kube::parse_go_duration(value.as_string())) return *duration;
  return std::nullopt;
}

double seconds(GoDuration duration) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  return static_cast<double>(duration.nanoseconds / kSecond) +
         static_cast<double>(duration.nanoseconds % kSecond) / 1e9;
}

Json text_of(GoDuration duration) { return Json::string(kube::to_string(duration)); }
Json text_of_seconds(double value) { return text_of(GoDuration{go_int64(value * 1e9)}); }

// Go's integers wrap around.
GoDuration wrapping(Operation operation, GoDuration a, GoDuration b) {
  const auto left = static_cast<std::uint64_t>(a.nanoseconds);
  const auto right = static_cast<std::uint64_t>(b.nanoseconds);
  return {static_cast<std::int64_t>(operation == Operation::add ? left + right : left - right)};
}

// Go's %, which has a result for the smallest integer by -1 too.
std::int64_t remainder(std::int64_t a, std::int64_t b) { return b == -1 ? 0 : a % b; }

Outcome modulo_of_whole(double a, double b, std::string_view function, std::int64_t& result) {
  const std::int64_t left = go_int64(a);
  const std::int64_t right = go_int64(b);
  if (a != static_cast<double>(left) || b != static_cast<double>(right)) return not_whole(function);
  if (right == 0) return zero_divisor(function);
  result = remainder(left, right);
  return Json();
}

Outcome of_numbers(Operation operation, double a, double b, std::string_view function) {
  switch (operation) {
    case Operation::add:
      return Json::number(a + b);
    case Operation::subtract:
      return Json::number(a - b);
    case Operation::multiply:
      return Json::number(a * b);
    case Operation::divide:
      if (b == 0) return zero_divisor(function);
      return Json::number(a / b);
    case Operation::modulo:
      break;
  }
  std::int64_t result = 0;
  Outcome done = modulo_of_whole(a, b, function, result);
  if (!done.ok()) return done;
  return Json::number(static_cast<double>(result));
}

Outcome of_quantities(Operation operation, const QuantityAmount& a, const QuantityAmount& b,
                      std::string_view function) {
  if (operation == Operation::multiply) return mismatch(function);
  if (a.is_excessive() || b.is_excessive()) return too_large(function);
  if (operation == Operation::add) return Json::string(a.plus(b).to_string());
  if (operation == Operation::subtract) return Json::string(a.minus(b).to_string());
  if (operation == Operation::divide) {
    if (b.approximate() == 0) return zero_divisor(function);
    return Json::number(a.approximate() / b.approximate());
  }
  std::int64_t result = 0;
  Outcome done = modulo_of_whole(a.approximate(), b.approximate(), function, result);
  if (!done.ok()) return done;
  return Json::string(QuantityAmount::whole(result, a.format()).to_string());
}

Outcome of_durations(Operation operation, GoDuration a, GoDuration b, std::string_view function) {
  switch (operation) {
    case Operation::add:
    case Operation::subtract:
      return text_of(wrapping(operation, a, b));
    case Operation::multiply:
      return mismatch(function);
    case Operation::divide:
      if (seconds(b) == 0) return zero_divisor(function);
      return Json::number(seconds(a) / seconds(b));
    case Operation::modulo:
      break;
  }
  if (b.nanoseconds == 0) return zero_divisor(function);
  return text_of(GoDuration{remainder(a.nanoseconds, b.nanoseconds)});
}

// A quantity times or divided by a number, which is read from Go's print of it.
Outcome scaled(Operation operation, const QuantityAmount& amount, double number, std::string_view function) {
  if (operation == Operation::divide && number == 0) return zero_divisor(function);
  const std::string text = go_sprint(number);
  const auto factor = QuantityAmount::parse(text);
  if (!factor) {
    return failure(FailureKind::value, function, fmt::format("the number {} is no quantity", text));
  }
  if (amount.is_excessive() || factor->is_excessive()) return too_large(function);
  if (operation == Operation::multiply) return Json::string(amount.times(*factor).to_string());
  const auto result = amount.divided_by(*factor);
  if (!result) return too_large(function);
  return Json::string(result->to_string());
}

Outcome scaled(Operation operation, GoDuration duration, double number, std::string_view function) {
  if (operation == Operation::multiply) return text_of_seconds(seconds(duration) * number);
  if (number == 0) return zero_divisor(function);
  return text_of_seconds(seconds(duration) / number);
}

// One side is a number, the other is not: only products, and quotients by the number.
Outcome of_mixed(Operation operation, const Operand& left, const Operand& right, std::string_view function) {
  const double* const number = std::get_if<double>(&right);
  if (number == nullptr) {
    if (operation != Operation::multiply || !std::holds_alternative<double>(left)) return mismatch(function);
    return of_mixed(operation, right, left, function);
  }
  if (operation != Operation::multiply && operation != Operation::divide) return mismatch(function);
  if (const auto* const amount = std::get_if<QuantityAmount>(&left)) {
    return scaled(operation, *amount, *number, function);
  }
  return scaled(operation, std::get<GoDuration>(left), *number, function);
}

}  // namespace

Outcome calculate(Operation operation, const Json& left, const Json& right, std::string_view function) {
  const std::optional<Operand> a = read_operand(left);
  const std::optional<Operand> b = read_operand(right);
  if (!a || !b) return failure(FailureKind::type, function, "invalid operand");
  if (a->index() != b->index()) return of_mixed(operation, *a, *b, function);
  if (const double* const number = std::get_if<double>(&*a)) {
    return of_numbers(operation, *number, std::get<double>(*b), function);
  }
  if (const auto* const amount = std::get_if<QuantityAmount>(&*a)) {
    return of_quantities(operation, *amount, std::get<QuantityAmount>(*b), function);
  }
  return of_durations(operation, std::get<GoDuration>(*a), std::get<GoDuration>(*b), function);
}

Outcome round_number(double number, double decimals) {
  constexpr std::string_view kName = "round";
  if (!std::isfinite(decimals) || std::trunc(decimals) != decimals || std::abs(decimals) >= 0x1p63) {
    return failure(FailureKind::value, kName, "Non-integer argument(s) passed for round off");
  }
  if (decimals < 0) return failure(FailureKind::value, kName, "the number of decimals is out of bounds");
  const double shift = std::pow(10.0, decimals);
  return Json::number(std::round(number * shift) / shift);
}

}  // namespace vlint::jmespath
