#include "lint/velero/include_exclude.h"

#include <doctest/doctest.h>

namespace vlint::velero {
namespace {

constexpr Version kNew{1, 18, 1};

TEST_CASE("a set matches names and globs") {
  const NameSet set({"pods", "*.apps", "config?aps"});
  CHECK(set.matches("pods"));
  CHECK(set.matches("deployments.apps"));
  CHECK(set.matches("configmaps"));
  CHECK_FALSE(set.matches("secrets"));
  CHECK(set.has("*.apps"));
  CHECK_FALSE(set.has("deployments.apps"));
}

TEST_CASE("a pattern that does not compile ends the search") {
  // Sorted: "[", "pods"; nothing behind the bad pattern counts, "A*" stands before it.
  const NameSet set({"pods", "[", "A*"});
  CHECK(set.matches("Abc"));
  CHECK_FALSE(set.matches("pods"));
}

TEST_CASE("an empty include list takes everything that is not excluded") {
  CHECK(should_include(NameSet{}, NameSet({"b"}), "a"));
  CHECK_FALSE(should_include(NameSet{}, NameSet({"a"}), "a"));
  CHECK_FALSE(should_include(NameSet({"a"}), NameSet{}, "b"));
  CHECK_FALSE(should_include(NameSet({"*"}), NameSet({"a*"}), "ab"));
}

TEST_CASE("names of namespaces are checked by version") {
  struct Row {
    const char* name;
    bool old_ok;
    bool new_ok;
  };
  for (const Row& row : {
           Row{"apps", true, true},
           Row{"", true, true},
           Row{"*", true, true},
           Row{"kube-*", true, true},
           Row{"app-?", false, true},
           Row{"app-[ab]", false, true},
           Row{"app-[]", false, false},
           Row{"app-[", false, false},
           Row{"app-]", false, false},
           Row{"a**", true, false},
           Row{"{a,b}", false, false},
           Row{"a,b", false, false},
           Row{"a(b)", false, false},
           Row{"!a", false, false},
           Row{"Apps", false, false},
           Row{"-a", false, false},
           Row{"a.b", false, false},
       }) {
    CAPTURE(row.name);
    CHECK(check_namespaces({row.name}, {}, {1, 17, 2}).empty() == row.old_ok);
    CHECK(check_namespaces({row.name}, {}, kNew).empty() == row.new_ok);
  }
  CHECK_FALSE(check_namespaces({std::string(64, 'a')}, {}, kNew).empty());
}

TEST_CASE("patterns are expanded from 1.18 on") {
  CHECK(expands_namespaces({"a-*"}, {}, kNew));
  CHECK(expands_namespaces({"*"}, {}, kNew));
  CHECK_FALSE(expands_namespaces({"*"}, {}, {1, 18, 0}));
  CHECK(expands_namespaces({}, {"a-*"}, {1, 18, 0}));
  CHECK_FALSE(expands_namespaces({}, {"a-*"}, kNew));
  CHECK_FALSE(expands_namespaces({"a"}, {"b"}, kNew));
  CHECK_FALSE(expands_namespaces({"a-*"}, {}, {1, 17, std::nullopt}));
}

TEST_CASE("a list with `*` has nothing else") {
  using Errors = std::vector<std::string>;
  CHECK(check_scoped_includes_excludes({"*"}, {}).empty());
  CHECK(check_scoped_includes_excludes({}, {"*"}).empty());
  CHECK(check_scoped_includes_excludes({"*", "a"}, {}).size() == 1);
  CHECK(check_scoped_includes_excludes({}, {"*", "a"}).size() == 1);
  CHECK(check_scoped_includes_excludes({"a"}, {"*"}) == Errors{"when exclude is '*', include cannot have value"});
  CHECK(check_includes_excludes({"*", "a"}, {}).size() == 1);
  CHECK(check_namespace_pattern("a|*") == "wildcard pattern contains unsupported characters: |, (, ), !, {, }, ,");
  CHECK(check_namespace_pattern("a**") == "wildcard pattern contains consecutive asterisks (only single * allowed)");
}

}  // namespace
}  // namespace vlint::velero
