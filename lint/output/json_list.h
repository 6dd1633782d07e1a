// A long array inside of a JSON text, written element by element: a report is never one JSON object in memory.
//
// Works on JSON that is already text, as nlohmann::json::dump(2) writes it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vlint {

class JsonList {
 public:
  // `document` has the array's `key` with an empty array, which is replaced. The first such key in the text counts, or
  // the last: nothing that a user wrote may stand before the first or after the last.
  enum class Which { first, last };
  JsonList(std::string_view document, std::string_view key, Which which);

  void add(std::string_view element);  // one dumped element
  std::string finish();                // the whole document, ending with a newline

 private:
  std::string out_;
  std::string tail_;
  std::string indent_;
  std::size_t count_ = 0;
};

}  // namespace vlint
