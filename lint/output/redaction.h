// Which lines of a file may be shown. Every printer asks here before it shows a line of source text.
//
// Hidden are: documents of kind Secret (and Secrets inside lists and embedded texts), values of keys that name a
// credential, `value` beside a `name` that names one, arguments, URLs, scripts and comments that give one away, PEM
// blocks and values encrypted by SOPS. Lines are hidden whole. What is written in a broken document is judged as plain
// text. Does not look at texts that rules write (messages, labels, fixes).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/line_table.h"
#include "lint/base/source_file.h"
#include "lint/yaml/tree.h"

namespace vlint {

class Redaction {
 public:
  // Parses the file. Time linear in its size.
  Redaction(const FileSet& files, FileId file, const LineTable& lines);

  // Lines count from 1; all of the lines first to last.
  bool hides(std::uint32_t first, std::uint32_t last) const {
    return hidden_before_[last] != hidden_before_[first - 1];
  }
  bool hides(std::uint32_t line) const { return hides(line, line); }

  // What is shown in place of a hidden line: "<hidden: password>" with the first key of the line, else "<hidden>".
  std::string placeholder(std::uint32_t line) const;

 private:
  std::vector<std::uint32_t> hidden_before_;  // how many of the first n lines are hidden
  std::vector<std::string> keys_;             // by line - 1; of hidden lines only
};

}  // namespace vlint
