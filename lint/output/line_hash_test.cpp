#include "lint/output/line_hash.h"

#include <doctest/doctest.h>

namespace vlint {
namespace {

using Hashes = std::vector<std::string>;

// The first four are codeql-action's own tests (src/fingerprints.test.ts).
TEST_CASE("line hashes are those of codeql-action") {
  CHECK(line_hashes("") == Hashes{"c129715d7a2bc9a3:1"});
  CHECK(line_hashes(" a\nb\n  \t\tc\n d") ==
        Hashes{"271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"});
  CHECK(line_hashes("x = 2\nx = 1\nprint(x)\nx = 3\nprint(x)\nx = 4\nprint(x)\n") ==
        Hashes{"e54938cc54b302f1:1", "bb609acbe9138d60:1", "1131fd5871777f34:1", "5c482a0f8b35ea28:1",
               "54517377da7028d2:1", "2c644846cb18d53e:1", "f1b89f20de0d133:1", "c129715d7a2bc9a3:1"});
  std::string lorem;
  for (int i = 0; i < 10; ++i) lorem += "Lorem ipsum dolor sit amet.\n";
  CHECK(line_hashes(lorem) == Hashes{"a7f2ff13bc495cf2:1", "a7f2ff13bc495cf2:2", "a7f2ff13bc495cf2:3",
                                     "a7f2ff13bc495cf2:4", "a7f2ff13bc495cf2:5", "a7f2ff13bc495cf2:6",
                                     "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1", "55ec222b86bcae53:1",
                                     "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"});
}

TEST_CASE("line hashes do not depend on line ends") {
  const Hashes expected = {"81b8d8db678b2bbe:1", "ade70578248be16f:1", "c129715d7a2bc9a3:1"};
  CHECK(line_hashes("a\nb\n") == expected);
  CHECK(line_hashes("a\r\nb\r\n") == expected);
  CHECK(line_hashes("a\rb\r") == expected);
}

TEST_CASE("a byte-order mark counts for the first line only") {
  CHECK(line_hashes("\xEF\xBB\xBF"
                    "apiVersion: v1\r\nkind: Secret\r\n") ==
        Hashes{"31f97263365df839:1", "71f0b41470da58cb:1", "c129715d7a2bc9a3:1"});
  CHECK(line_hashes("apiVersion: v1\r\nkind: Secret\r\n") ==
        Hashes{"eae0c007501c2cae:1", "71f0b41470da58cb:1", "c129715d7a2bc9a3:1"});
}

// Computed by Microsoft's sarif-multitool 5.7.0 as well (rewrite --insert RollingHashPartialFingerprints).
TEST_CASE("characters beyond the first plane are two units") {
  CHECK(line_hashes("# photos \xE2\x80\x93 backed up nightly \xF0\x9F\x93\xB7\nb: 1\n").front() == "ff824216f3de9bd:1");
  CHECK(line_hashes("a: [\n").front() == "7151f36c59c9a3eb:1");
  CHECK(line_hashes("k: v").front() == "a4cb0d0bd4d46196:1");
}

}  // namespace
}  // namespace vlint
