// `{{ }}` and `$( )` in a text, found exactly as Kyverno's scanner finds them; and what a person meant as a variable
// but the scanner leaves as it is.
//
// Texts and byte offsets only: what a variable stands for is substitution.h's business. Every function takes time
// linear in the text, whatever the text says.
// Source: kyverno v1.19 pkg/engine/variables/regex/vars.go and vars.go.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vlint::kyverno {

// Half-open, in bytes of the text that was scanned.
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - begin; }
  bool operator==(const TextRange&) const = default;
};

// A `{{ … }}`.
struct Variable {
  TextRange range;       // with its braces
  TextRange expression;  // between them, without blanks around it and without the `-` of `{{- … }}`
  bool shallow = false;  // `{{- … }}`: its value is not scanned again
  // The scanner takes the first byte of the character before the braces for the whole character. Where that is no ASCII
  // character, its other bytes end up in the expression, which then does not compile: so many bytes before `range`.
  std::size_t stray = 0;
};

// What one pass finds: innermost variables, from left to right. Of two that touch each other (`{{a}}{{b}}`) a pass
// finds the first; the second is found when that is replaced.
std::vector<Variable> find_variables(std::string_view text);

// The expression that is evaluated: its text, after the stray bytes.
std::string expression_of(std::string_view text, const Variable& variable);

// All variables that substitution comes to, without knowing values: those that touch, and those around others, which
// come after them.
struct NestedVariable {
  Variable variable;
  std::vector<TextRange> inner;  // the variables inside it, in order; empty for most
};
std::vector<NestedVariable> find_all_variables(std::string_view text);

// The expression with `with` in place of the variables inside: what is compiled when they have that value.
std::string expression_with(std::string_view text, const NestedVariable& nested, std::string_view with);

// A `$( … )`, which stands for the value at a path of the same rule.
struct Reference {
  TextRange range;  // from the `$` to the last `)` before a blank
  std::size_t stray = 0;
};
std::vector<Reference> find_references(std::string_view text);

// `\{{` to `{{`: done at the end of substitution.
std::string unescape_variables(std::string_view text);
// `\$(…)` to `$(…)`: done after references are resolved.
std::string unescape_references(std::string_view text);

// Text that looks like a variable and is none, so that it stays as it is, without an error.
struct Unseen {
  enum class Kind : std::uint8_t {
    deep_braces,  // `{{ {a: {b: c}} }}`: only one level of braces is recognised inside a variable
    no_end,       // `{{` without `}}`
    no_begin,     // `}}` without `{{`
  };
  Kind kind = Kind::deep_braces;
  TextRange range;
};
std::vector<Unseen> find_unseen(std::string_view text);

// strings.TrimSpace: also the blanks of Unicode. The part of `range` that is left.
TextRange trim_space(std::string_view text, TextRange range);

}  // namespace vlint::kyverno
