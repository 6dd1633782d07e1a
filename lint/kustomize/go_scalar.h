// Scalars as the Go libraries below Kustomize read and print them: go-yaml v3 (objects), go-yaml v2 (the kustomization
// file, JSON patches, and the printer's decision what to quote), encoding/json and strconv (numbers).
//
// What a scalar means to the rest of vlint is in lint/yaml/scalar.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vlint::kustomize {

// A scalar's tag; `none` is a scalar that was made without one and is resolved when it is printed.
enum class Tag : std::uint8_t { none, string, integer, floating, boolean, null, timestamp, binary, merge, other };

// The types that a plain scalar without a tag has. go-yaml resolve.go: v3 takes only `true` and `false` (in three
// spellings) for booleans, v2 also `y`, `yes`, `on` and their opposites.
Tag resolve_v3(std::string_view text);
Tag resolve_v2(std::string_view text);

// What a scalar is in JSON.
struct JsonScalar {
  enum class Type : std::uint8_t { null, boolean, number, string, invalid };
  Type type = Type::null;
  bool boolean = false;
  std::string text;  // a string's text, a number as encoding/json prints it, or why it is invalid
};

// The value of a scalar whose tag is known (`none` is resolved by v3's rules). Numbers go through float64 only where
// they are no 64-bit integers; `through_float` sends integers through it too, as a JSON patch does.
JsonScalar to_json(Tag tag, std::string_view text, bool through_float = false);

// A JSON number as go-yaml v2 reads and prints it again ("1e+21", "1.2345675e+06").
std::string yaml_number(std::string_view json_number);

// A float64 as encoding/json prints it.
std::string json_float(double value);

// A JSON string with encoding/json's escapes, quotes included: `<`, `>`, `&`, U+2028 and U+2029 as \uXXXX.
std::string json_string(std::string_view text);

// Whether go-yaml v2 prints the text in quotes because it would be read as something else without.
bool needs_quotes_v2(std::string_view text);

// go-yaml v2 sorter.go: digits by their number, letters after other characters.
bool natural_less(std::string_view a, std::string_view b);

// The text of a folded block scalar (`>`) after go-yaml v3 has printed and read it again: its printer doubles the line
// end before a line that is indented more than the others.
std::string reprint_folded(std::string_view text);

// encoding/base64, StdEncoding.
std::string base64(std::string_view bytes);
// The reverse; empty `ok` when it is no base64.
std::string from_base64(std::string_view text, bool& ok);

// The text with each byte that is not UTF-8 replaced by U+FFFD, as encoding/json does.
std::string valid_utf8(std::string_view text);

}  // namespace vlint::kustomize
