// Places as the JSON contracts write them. Private to the printers of this folder: it includes the JSON library.
#pragma once

#include <nlohmann/json.hpp>

#include "lint/base/source_file.h"
#include "lint/output/places.h"

namespace vlint {

class JsonLocations {
 public:
  explicit JsonLocations(const FileSet& files) : places_(files) {}

  // {"line":1,"column":1,"offset":0}: columns count UTF-8 characters from 1, offsets bytes from 0.
  nlohmann::ordered_json position(FileId file, std::uint32_t offset) {
    const Position at = places_.at(file, offset);
    return {{"line", at.line}, {"column", at.column}, {"offset", at.offset}};
  }

  // {"file":...,"start":...,"end":...}, or null for a place that stands nowhere.
  nlohmann::ordered_json json(const Span& span) {
    if (!span.valid()) return nullptr;
    return {{"file", places_.path(span.file)},
            {"start", position(span.file, span.begin)},
            {"end", position(span.file, span.end)}};
  }

 private:
  Places places_;
};

}  // namespace vlint
