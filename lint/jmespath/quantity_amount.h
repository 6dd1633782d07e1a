// Kubernetes quantities to calculate with and to print: what add('1Gi', '512Mi') gives, to the letter.
//
// kube/quantity.h reads and compares; this keeps what its normal form forgets and results depend on: how many decimals
// the text had, and the family of its suffix. Source: k8s.io/apimachinery pkg/api/resource, gopkg.in/inf.v0.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vlint::jmespath {

class QuantityAmount {
 public:
  enum class Format : std::uint8_t { decimal, binary, exponent };

  // resource.ParseQuantity; nothing for a text that it refuses.
  static std::optional<QuantityAmount> parse(std::string_view text);
  // resource.NewQuantity.
  static QuantityAmount whole(std::int64_t value, Format format);

  Format format() const { return format_; }
  bool is_zero() const { return digits_ == "0"; }
  // Beyond what these functions work with: exponents of thousands, where Kubernetes itself runs out of memory.
  bool is_excessive() const;

  // Of amounts that are not excessive. The family is that of the left side, or of the right one if the left is zero.
  QuantityAmount plus(const QuantityAmount& other) const;
  QuantityAmount minus(const QuantityAmount& other) const;
  // Exact, in the family of the left side.
  QuantityAmount times(const QuantityAmount& factor) const;
  // Towards zero at the scale of the side with more decimals, so 10M divided by 2e6 is 0. Nothing when the divisor has
  // more than 18 digits or is zero.
  std::optional<QuantityAmount> divided_by(const QuantityAmount& divisor) const;

  // Quantity.AsApproximateFloat64: digits times a power of ten, both rounded.
  double approximate() const;

  // Quantity.String of a computed value: 1536Mi for 1.5Gi, 12301 for 12Ki + 13. A power that has no suffix (10^21) is
  // left out, as upstream does.
  std::string to_string() const;

 private:
  bool negative_ = false;
  std::string digits_ = "0";  // without leading zeros; the value is digits × 10^-scale
  std::int64_t scale_ = 0;
  Format format_ = Format::decimal;

  void drop_leading_zeros();
  std::string digits_at(std::int64_t scale) const;
  void round_up_to_nano();
  std::string decimal_text(Format format) const;
};

}  // namespace vlint::jmespath
