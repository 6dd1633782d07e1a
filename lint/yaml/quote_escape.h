// `\'` inside double quotes. go-yaml reads it as `'`, and so do kubectl, Kustomize, Helm and Flux; libyaml refuses it.
#pragma once

#include <string>
#include <string_view>

#include "lint/yaml/tree.h"

namespace vlint::yaml {

// A text of the same length for libyaml, with a letter in place of the backslash of each `\'`, so that nothing but the
// texts of scalars changes; restore() mends those. The letter is one that nowhere stands before a quote or a backslash.
class QuoteEscapes {
 public:
  explicit QuoteEscapes(std::string_view text);

  // False when there is no `\'` or no such letter; then text() is not to be used.
  bool useful() const { return !text_.empty(); }
  std::string_view text() const { return text_; }

  // A scalar's text as it was meant: `'` in double quotes, `\'` elsewhere.
  std::string restore(std::string_view value, Style style) const;

 private:
  std::string text_;
  char letter_ = 0;
};

}  // namespace vlint::yaml
