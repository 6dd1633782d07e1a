// What a scalar means to Kubernetes' tools: YAML 1.1 as go-yaml reads it (the parser of kubectl, Helm, Argo CD, Flux).
//
// `yes`, `on` and `y` are booleans, `0o7` and `010` are octal, `1_000` is a number, `1e3` is a float, `~` is null, and
// dates stay strings. Quoted and block scalars are always strings.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vlint::yaml {

enum class ScalarType : std::uint8_t { null, boolean, integer, floating, string };

// The type of a plain scalar without a tag. Source: go-yaml v2 resolve.go (table and order of tries).
ScalarType resolve_plain(std::string_view text);

// The value of a plain scalar of the type named; nothing when it is of another type. Integers beyond 64 bits are
// floats.
std::optional<bool> plain_bool(std::string_view text);
std::optional<std::int64_t> plain_int(std::string_view text);
std::optional<double> plain_float(std::string_view text);

// Whether the text can stand unescaped on one line of a quoted or block scalar: no line ends (also not those of
// YAML 1.1: NEL, LS, PS), control characters, byte-order marks or invalid UTF-8. Tabs are allowed.
bool is_printable_line(std::string_view text);

// Whether `text`, written plain as a value (or as a key) in block style, is read back as exactly this string by
// YAML 1.1 and 1.2 readers alike. In flow style (`in_flow`) `,[]{}` count too.
bool is_safe_plain(std::string_view text, bool in_flow = false);

// The text as a YAML scalar with the least quoting that is read as this string by every reader: plain, else single
// quotes, else double quotes with escapes (control characters, line ends, invalid UTF-8 never occur in the result).
std::string quote_as_needed(std::string_view text, bool in_flow = false);
std::string single_quoted(std::string_view text);
std::string double_quoted(std::string_view text);

}  // namespace vlint::yaml
