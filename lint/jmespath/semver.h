// Semantic versions and ranges of them, as github.com/blang/semver/v4 reads them: strictly three numbers, no leading v.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"

namespace vlint::jmespath {

class SemanticVersion {
 public:
  SemanticVersion() = default;  // 0.0.0

  // semver.Parse: "1.2.3-rc.1+build". Error: what is wrong.
  static Result<SemanticVersion> parse(std::string_view text);

  // Precedence; what follows a plus doesn't count.
  std::strong_ordering operator<=>(const SemanticVersion& other) const;
  bool operator==(const SemanticVersion& other) const { return (*this <=> other) == 0; }

 private:
  struct Identifier {
    bool is_number = false;
    std::uint64_t number = 0;
    std::string text = {};
  };

  static Result<Identifier> read_identifier(std::string_view text);
  static std::strong_ordering compare(const Identifier& a, const Identifier& b);

  std::uint64_t numbers_[3] = {0, 0, 0};
  std::vector<Identifier> prerelease_;
};

// semver.ParseRange: comparisons (< <= > >= = == ! != or none) joined by blanks (and) and `||` (or), with x for the
// last numbers: ">=1.2.x <3.0.0 || 4.x".
class VersionRange {
 public:
  // Error: what is wrong.
  static Result<VersionRange> parse(std::string_view text);

  bool contains(const SemanticVersion& version) const;

 private:
  enum class Comparison : std::uint8_t { equal, not_equal, greater, greater_or_equal, less, less_or_equal };
  struct Bound {
    Comparison comparison = Comparison::equal;
    SemanticVersion version;
  };
  static std::optional<Comparison> read_comparison(std::string_view text);
  static Result<Bound> read_bound(std::string_view text);

  std::vector<std::vector<Bound>> alternatives_;  // one of them must hold, all of its bounds
};

}  // namespace vlint::jmespath
