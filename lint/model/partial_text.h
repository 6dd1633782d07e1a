// A text of which Git tells some parts: `<a value of the store>/apps/data`. Enough to prove that two such texts are
// equal, or that they differ.
//
// Such texts come from Secrets: nothing of them may be printed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"

namespace vlint::model {

class PartialText {
 public:
  PartialText() = default;  // the empty text
  static PartialText known(std::string_view text);
  // Parts of the same `identity` are the same text, whatever it is. Without one nothing is known of the part.
  static PartialText unknown(std::string identity = {});

  void add(const PartialText& other);

  bool is_known() const;
  // The text, if all of it is known.
  std::optional<std::string_view> text() const;
  Known is_empty() const;
  // What is known at both ends; all of a text that is known.
  std::string_view head() const;
  std::string_view tail() const;

  // Texts of the same identity are equal; nothing where a part has none. Not to be printed.
  std::optional<std::string> identity() const;

 private:
  struct Part {
    bool is_known = false;
    std::string text;  // or the identity
  };
  std::vector<Part> parts_;  // no two known ones side by side, no known one empty
};

Known equal(const PartialText& a, const PartialText& b);

}  // namespace vlint::model
