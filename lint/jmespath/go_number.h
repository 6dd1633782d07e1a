// Numbers as Go programs turn them into text and into integers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lint/jmespath/json.h"

namespace vlint::jmespath {

// fmt.Sprint of a float64 (%v): the shortest digits that are read back as the same number; with an exponent from 10^6
// on and below 10^-4, as in 1.5e+06 and 1e-05. NaN, +Inf, -Inf.
std::string go_sprint(double number);

// encoding/json of a float64: with an exponent from 10^21 on and below 10^-6, as in 1e+21 and 1e-7.
std::string go_json_number(double number);

// fmt.Sprint of a value of encoding/json: strings bare, null as <nil>, lists as [a b], maps as map[k:v] with sorted
// keys. A Go int is printed whole. An unknown part must not be in it.
std::string go_sprint(const Json& value);

// strconv.FormatFloat(number, 'f', -1, 32): the digits that tell the nearest float32 apart, never an exponent.
std::string go_fixed_float32(double number);

// strconv.ParseFloat(text, 64): `1_000`, `.5`, `0x1p-2`, `+Inf`, `nan`; nothing for other texts and for numbers beyond
// the range of doubles, 0 for those too near to it.
std::optional<double> go_parse_float(std::string_view text);

// int64(number): the fraction is cut off. What doesn't fit becomes the smallest integer, as on amd64.
std::int64_t go_int64(double number);

}  // namespace vlint::jmespath
