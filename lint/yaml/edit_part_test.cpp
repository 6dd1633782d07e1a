// Every part of many scalars, replaced by many texts.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/edit_testing.h"

namespace vlint::yaml {
namespace {

struct Source {
  const char* written;  // a value after `key:`, its lines indented by four blanks
  bool always_possible;
};

const std::vector<Source>& sources() {
  static const std::vector<Source> kSources = {
      {" plain text", true},
      {" 10.5", true},
      {" nginx:1.25@sha  # c", true},
      {" \xC3\xA9t\xC3\xA9", true},
      {" 'quoted'", true},
      {" \"quoted: text\"", true},
      {" 'it''s a ''quote'''", false},
      {" \"a\\tb \\u00e9\\x41\\\\ c\\L\"", false},
      {" one\n    two  three\n\n    four", false},
      {" 'one\n    two  three\n\n    four'", false},
      {" \" one \n    two\\n three\n    \\ four \"", false},
      {" \"one\\\n    two\"", false},
      {" |\n    one\n      two\n\n    three", false},
      {" |-  # header\n    one\n    two", false},
      {" |2\n    one\n     two", false},
      {" |+\n    one\n\n", false},
      {" >\n    one\n    two", false},
  };
  return kSources;
}

bool splits_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

TEST_CASE("every part of every scalar") {
  static const std::vector<std::string> kNew = {"",   "x",        "7",  " ", "'",    "\"",  ": ",
                                                " #", "\xC3\xA9", "\n", "-", "x\ny", "\\t", "true"};
  long edits = 0;
  for (const Source& source : sources()) {
    const Parsed before(fmt::format("list:\n- key:{}\n  next: 1\n", source.written));
    REQUIRE_FALSE(before.is_broken());
    const Tree& tree = before.tree;
    const Value value = Value(tree, 0)["list"].at(0)["key"];
    const std::string whole(value.text());
    const NodeId node = value.place();
    for (std::size_t offset = 0; offset <= whole.size(); ++offset) {
      for (std::size_t length = 0; offset + length <= whole.size(); ++length) {
        if (splits_character(whole, offset) || splits_character(whole, offset + length)) continue;
        for (const std::string& text : kNew) {
          const std::string changed = whole.substr(0, offset) + text + whole.substr(offset + length);
          Attempt attempt{before, fmt::format("{} from {} becomes {}", length, offset, quoted(text)), models_of(tree),
                          node, node + 1};
          const bool is_string = value.type() == ScalarType::string || resolve_plain(changed) == ScalarType::string;
          const bool is_null = !is_string && resolve_plain(changed) == ScalarType::null;
          attempt.expected[0].entries[0].second.items[0].entries[0].second = {
              Kind::scalar, is_string ? ScalarType::string : resolve_plain(changed), is_null ? "" : changed, {}, {}};
          const Edits result = rewrite_part(tree, node, offset, length, text);
          INFO(source.written, ": ", attempt.what);
          if (!result) {
            CHECK_FALSE(source.always_possible);
            continue;
          }
          ++edits;
          std::string after;
          const std::string wrong = fault(attempt, *result, false, after);
          if (!wrong.empty()) CHECK_MESSAGE(wrong.empty(), wrong, ":\n", after);
        }
      }
    }
  }
  CHECK(edits > 10'000);
}

}  // namespace
}  // namespace vlint::yaml
