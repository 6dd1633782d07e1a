// Kyverno's wildcards: `*` for any run of characters, `?` for exactly one. No lists, no escapes, no path rules.
//
// Source: kyverno ext/wildcard, which is github.com/IGLOU-EU/go-wildcard v1.0.3. Not Velero's globs (base/glob.h).
#pragma once

#include <string_view>

namespace vlint::jmespath {

// Whether the pattern matches the whole text. Characters are those of UTF-8; bytes that are none count one each and are
// all alike. Nothing is compiled: time is O(pattern × text) at worst and linear for usual patterns, without allocation.
bool matches_wildcard(std::string_view pattern, std::string_view text);

// kyverno ext/wildcard: ContainsWildcard.
inline bool has_wildcard(std::string_view text) { return text.find_first_of("*?") != std::string_view::npos; }

}  // namespace vlint::jmespath
