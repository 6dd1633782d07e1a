// Lines, columns and redaction of the files that a report shows, made when first asked for and kept.
//
// One printer uses one Places; it is no global cache.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/line_table.h"
#include "lint/base/source_file.h"
#include "lint/output/redaction.h"

namespace vlint {

class Places {
 public:
  explicit Places(const FileSet& files) : files_(&files), known_(files.size()) {}

  const std::string& path(FileId file) const { return (*files_)[file].path; }
  std::string_view text(FileId file) const { return (*files_)[file].text; }

  const LineTable& lines(FileId file) { return known(file).lines; }
  const Redaction& redaction(FileId file);
  const std::vector<std::string>& line_hashes(FileId file);
  bool is_utf8(FileId file);

  // As LineTable::at, in a time that does not depend on the length of the line: a manifest may be one line of
  // megabytes, and every finding in it asks. Bytes that are not UTF-8 count as one character each.
  Position at(FileId file, std::uint32_t offset);
  Position begin(const Span& span) { return at(span.file, span.begin); }
  Position end(const Span& span) { return at(span.file, span.end); }
  std::uint32_t line_of(FileId file, std::uint32_t offset) { return at(file, offset).line; }

  // As LineTable::line, likewise without reading the line.
  std::string_view line(FileId file, std::uint32_t number);
  // Offset of the first byte after a line's text, before its line end.
  std::uint32_t line_end(FileId file, std::uint32_t number) {
    return lines(file).line_begin(number) + static_cast<std::uint32_t>(line(file, number).size());
  }

  bool hides(const Span& span) { return redaction(span.file).hides(begin(span).line, end(span).line); }

  // "apps/a.yaml:12:7", columns in characters; printable.
  std::string name(const Span& span);

 private:
  // Characters and UTF-16 units in all bytes before the begin of a character.
  struct Count {
    std::uint32_t offset = 0;
    std::uint32_t characters = 0;
    std::uint32_t utf16_units = 0;
  };
  struct Known {
    explicit Known(std::string_view text);
    LineTable lines;
    std::vector<Count> counts;  // at the last begin of a character up to every kStride-th byte
    std::unique_ptr<Redaction> redaction;
    std::optional<std::vector<std::string>> hashes;
    std::optional<bool> is_utf8;
  };

  Known& known(FileId file);
  static void step(std::string_view text, Count& count);
  static Count count_before(const Known& known, std::string_view text, std::uint32_t offset);

  const FileSet* files_;
  std::vector<std::unique_ptr<Known>> known_;  // by FileId
};

}  // namespace vlint
