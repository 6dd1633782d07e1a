#include "lint/output/places.h"

#include <doctest/doctest.h>

namespace vlint {
namespace {

TEST_CASE("places are those of the line table") {
  std::string long_line;
  for (int i = 0; i < 500; ++i) long_line += "\xF0\x9F\x93\xB7\xC3\xA9x";
  const std::string texts[] = {
      "",
      "\n",
      "a",
      "a: 1\nb: 2\n",
      "a: 1\r\nb: \xE2\x82\xAC 2\r\n\r\nc",
      "\xEF\xBB\xBF"
      "a: 1\n",
      "\xEF\xBB\xBF",
      "k: \xF0\x9F\x93\xB7 v\n\n",
      "short\n" + long_line + "\nend\n" + std::string(3000, 'x') + "\r\n",
      std::string(1024, 'x'),
      std::string(1023, 'x') + "\n",
  };
  for (const std::string& text : texts) {
    CAPTURE(text.substr(0, 40));
    const FileSet files(std::vector<SourceFile>{SourceFile{"a.yaml", text}});
    Places places(files);
    const LineTable table(text);
    for (std::uint32_t offset = 0; offset <= text.size() + 1; ++offset) {
      const Position expected = table.at(offset);
      const Position position = places.at(FileId{0}, offset);
      REQUIRE(position.line == expected.line);
      REQUIRE(position.column == expected.column);
      REQUIRE(position.utf16_column == expected.utf16_column);
      REQUIRE(position.offset == expected.offset);
    }
    for (std::uint32_t line = 1; line <= table.line_count(); ++line) {
      REQUIRE(places.line(FileId{0}, line) == table.line(line));
      REQUIRE(places.line_end(FileId{0}, line) == table.line_begin(line) + table.line(line).size());
    }
  }
}

TEST_CASE("bytes that are not UTF-8 are one character each") {
  const FileSet files(std::vector<SourceFile>{SourceFile{"a.yaml", "\xFF\x80\xC3 \xF0\x9F\x93 v\n"}});
  Places places(files);
  CHECK(places.at(FileId{0}, 8).column == 9);
  CHECK(places.at(FileId{0}, 8).utf16_column == 9);
}

TEST_CASE("a place is named with its column in characters") {
  const FileSet files(std::vector<SourceFile>{SourceFile{"a\tb.yaml", "x: 1\ny: \xF0\x9F\x93\xB7 2\n"}});
  Places places(files);
  CHECK(places.name({FileId{0}, 13, 14}) == "a    b.yaml:2:6");
}

TEST_CASE("a file with a stray byte is not UTF-8") {
  const FileSet files(std::vector<SourceFile>{SourceFile{"a", "\xC3\xA9"}, SourceFile{"b", "\xC3"}});
  Places places(files);
  CHECK(places.is_utf8(FileId{0}));
  CHECK_FALSE(places.is_utf8(FileId{1}));
}

}  // namespace
}  // namespace vlint
