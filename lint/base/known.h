// Three-valued truth: what Git can't tell is unknown, and rules stay silent on it.
#pragma once

#include <cstdint>
#include <string_view>

namespace vlint {

enum class Known : std::uint8_t { no, unknown, yes };

constexpr Known known(bool value) { return value ? Known::yes : Known::no; }

// Kleene's logic: an unknown matters only where it could change the answer.
constexpr Known operator&&(Known a, Known b) { return a < b ? a : b; }
constexpr Known operator||(Known a, Known b) { return a < b ? b : a; }
constexpr Known operator!(Known a) {
  return a == Known::yes ? Known::no : a == Known::no ? Known::yes : Known::unknown;
}

constexpr std::string_view to_string(Known value) {
  return value == Known::yes ? "yes" : value == Known::no ? "no" : "unknown";
}

}  // namespace vlint
