// Colours of the terminal, or none.
//
// Only adds escape sequences around text that is already printable (display.h); decides nothing about layout.
#pragma once

#include <string>
#include <string_view>

#include "lint/engine/finding.h"

namespace vlint {

class Style {
 public:
  explicit Style(bool colour) : colour_(colour) {}

  std::string severity(Severity severity, std::string_view text) const {
    return wrapped(severity == Severity::error ? "1;31" : severity == Severity::warning ? "1;33" : "1;36", text);
  }
  std::string strong(std::string_view text) const { return wrapped("1", text); }
  std::string frame(std::string_view text) const { return wrapped("1;34", text); }  // gutter, arrows, related places
  std::string hidden(std::string_view text) const { return wrapped("2", text); }
  std::string removed(std::string_view text) const { return wrapped("31", text); }
  std::string added(std::string_view text) const { return wrapped("32", text); }

 private:
  std::string wrapped(std::string_view code, std::string_view text) const {
    if (!colour_ || text.empty()) return std::string(text);
    std::string out = "\x1b[";
    out += code;
    out += 'm';
    out += text;
    out += "\x1b[0m";
    return out;
  }

  bool colour_;
};

}  // namespace vlint
