// Resource quantities: "10Gi", "500m", "1e3". A size or an amount that Kubernetes reads from text.
//
// Values are decimal numbers of any size, compared exactly. Nothing is printed back: messages quote the source.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/base/result.h"

namespace vlint::kube {

class Quantity {
 public:
  Quantity() = default;  // zero

  // k8s.io/apimachinery pkg/api/resource: ParseQuantity. A sign, decimal digits with or without a point, then nothing,
  // one of the suffixes n u m k M G T P E Ki Mi Gi Ti Pi Ei, or a decimal exponent (e3, E-2). Digits below 10^-9 are
  // rounded away from zero; a value with a binary suffix is capped at 2^63-1. Like Kubernetes it takes a number without
  // digits
  // (".", "-", "k") for zero, and no blanks (the API server trims them before it parses). Error: what is wrong.
  static Result<Quantity> parse(std::string_view text);

  // Quantity.Value: whole units (bytes, for a size), rounded away from zero. Beyond 64 bits: the nearest that fits
  // (Kubernetes' own result there is of no use: it has overflowed).
  std::int64_t value() const;

  bool is_zero() const { return digits_.empty(); }
  bool is_negative() const { return negative_; }

  std::strong_ordering operator<=>(const Quantity& other) const;
  bool operator==(const Quantity&) const = default;

 private:
  // The value is digits_ × 10^exponent_. Normal form: no zero at either end of the digits, zero has none and no sign.
  bool negative_ = false;
  std::string digits_;
  std::int64_t exponent_ = 0;

  void normalise();
  void multiply(unsigned factor);
  void round_to(std::int64_t exponent);
  std::strong_ordering compare_magnitude(const Quantity& other) const;
};

}  // namespace vlint::kube
