#include "lint/output/json_list.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace vlint {

JsonList::JsonList(std::string_view document, std::string_view key, Which which) {
  const std::string empty_array = fmt::format("\"{}\": []", key);
  const std::size_t at = which == Which::first ? document.find(empty_array) : document.rfind(empty_array);
  assert(at != std::string_view::npos && "the document must have the empty array");
  const std::size_t line = document.rfind('\n', at) + 1;
  indent_ = std::string(at - line, ' ');
  out_ = document.substr(0, at + empty_array.size() - 1);
  tail_ = document.substr(at + empty_array.size() - 1);
}

void JsonList::add(std::string_view element) {
  if (count_++ > 0) out_ += ',';
  // Strings in JSON have no raw line ends, so every line end of the element is one of its layout.
  for (std::size_t at = 0; at <= element.size();) {
    const std::size_t end = std::min(element.find('\n', at), element.size());
    out_ += '\n';
    out_ += indent_;
    out_ += "  ";
    out_ += element.substr(at, end - at);
    at = end + 1;
  }
}

std::string JsonList::finish() {
  if (count_ > 0) {
    out_ += '\n';
    out_ += indent_;
  }
  out_ += tail_;
  out_ += '\n';
  return std::move(out_);
}

}  // namespace vlint
