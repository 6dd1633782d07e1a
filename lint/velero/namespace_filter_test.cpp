#include "lint/velero/namespace_filter.h"

#include <doctest/doctest.h>

#include <string>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

// The answer of a Schedule's namespace lists, in flow style.
struct Asked {
  Asked(const std::string& lists, const Version& version, const std::string& more = {})
      : world("apiVersion: velero.io/v1\nkind: Schedule\nmetadata: {name: s}\nspec: {schedule: '@daily', template: " +
              lists + "}\n" + more),
        install(find_install(world.cluster(), {version})),
        schedules(read_schedules(world.cluster(), install)),
        labelled(labelled_namespaces(world.cluster())),
        filter(schedules.front().backup, labelled, version) {}
  World world;
  Install install;
  std::vector<Schedule> schedules;
  std::vector<LabelledNamespace> labelled;
  NamespaceFilter filter;
};

TEST_CASE("which namespaces a Backup takes") {
  struct Row {
    const char* lists;
    Version version;
    const char* name_space;
    Known expected;
  };
  const Version newest{1, 18, 1};
  const Version first{1, 18, 0};
  const Version old{1, 17, 2};
  for (const Row& row : {
           Row{"{}", newest, "apps", Known::yes},
           Row{"{includedNamespaces: ['*']}", old, "apps", Known::yes},
           Row{"{includedNamespaces: [apps]}", newest, "apps", Known::yes},
           Row{"{includedNamespaces: [apps]}", newest, "db", Known::no},
           Row{"{excludedNamespaces: [apps]}", newest, "apps", Known::no},
           Row{"{excludedNamespaces: [apps]}", newest, "db", Known::yes},
           Row{"{includedNamespaces: ['app-*']}", newest, "app-a", Known::yes},
           Row{"{includedNamespaces: ['app-*']}", newest, "db", Known::no},
           Row{"{includedNamespaces: ['app-?']}", newest, "app-aa", Known::no},
           Row{"{includedNamespaces: ['app-[ab]']}", newest, "app-b", Known::yes},
           // Before 1.18 an included pattern is taken for a name, and no namespace is called so.
           Row{"{includedNamespaces: ['app-*']}", old, "app-a", Known::no},
           Row{"{excludedNamespaces: ['app-*']}", old, "app-a", Known::no},
           Row{"{excludedNamespaces: ['app-*']}", old, "db", Known::yes},
           Row{"{excludedNamespaces: ['app-*']}", newest, "db", Known::yes},
           // 1.18.0 takes nothing at all, see Velero issue 9566.
           Row{"{excludedNamespaces: ['app-*']}", first, "db", Known::no},
           Row{"{includedNamespaces: ['*'], excludedNamespaces: ['app-*']}", first, "db", Known::yes},
           Row{"{includedNamespaces: ['*'], excludedNamespaces: ['app-*']}", first, "app-a", Known::no},
           // Templated entries.
           Row{"{includedNamespaces: ['${NS}']}", newest, "apps", Known::unknown},
           Row{"{includedNamespaces: ['${NS}', apps]}", newest, "apps", Known::yes},
           Row{"{excludedNamespaces: ['${NS}']}", newest, "apps", Known::unknown},
           Row{"{includedNamespaces: [db], excludedNamespaces: ['${NS}']}", newest, "apps", Known::no},
       }) {
    CAPTURE(row.lists);
    CAPTURE(row.name_space);
    CHECK(Asked(row.lists, row.version).filter.includes(row.name_space) == row.expected);
  }
}

TEST_CASE("an answer says which entry decides, and where") {
  const Asked asked("{includedNamespaces: [apps, 'db-*'], excludedNamespaces: [db-old]}", {1, 18, 1});
  const auto place = [&](const char* name) {
    const NamespaceFilter::Answer answer = asked.filter.ask(name);
    return answer.evidence.empty() ? std::string() : std::string(asked.world.text(answer.evidence.front().where));
  };
  CHECK(place("apps") == "apps");
  CHECK(place("db-a") == "'db-*'");
  CHECK(place("db-old") == "db-old");
  CHECK(place("other") == "[apps, 'db-*']");
}

TEST_CASE("a labelled namespace is left out from 1.10 on") {
  const std::string objects =
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {velero.io/exclude-from-backup: 'true'}}\n"
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: b, labels: {velero.io/exclude-from-backup: 'True'}}\n"
      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: c, labels: {velero.io/exclude-from-backup: '${X}'}}\n";
  const Asked asked("{}", {1, 18, 1}, objects);
  CHECK(asked.filter.includes("a") == Known::no);
  CHECK(asked.filter.ask("a").by_label);
  CHECK(asked.world.text(asked.filter.ask("a").evidence.front().where) == "velero.io/exclude-from-backup");
  CHECK(asked.filter.includes("b") == Known::yes);
  CHECK(asked.filter.includes("c") == Known::unknown);
  CHECK(asked.filter.includes("d") == Known::yes);
  CHECK(Asked("{}", {1, 9, 7}, objects).filter.includes("a") == Known::yes);
}

TEST_CASE("an object of unknown namespace is taken only if every namespace is") {
  const Version version{1, 18, 1};
  CHECK(Asked("{}", version).filter.includes_every_namespace() == Known::yes);
  CHECK(Asked("{includedNamespaces: ['*']}", version).filter.includes_every_namespace() == Known::yes);
  CHECK(Asked("{includedNamespaces: [apps]}", version).filter.includes_every_namespace() == Known::unknown);
  CHECK(Asked("{excludedNamespaces: [apps]}", version).filter.includes_every_namespace() == Known::unknown);
  CHECK(Asked("{excludedNamespaces: ['a*']}", {1, 18, 0}).filter.includes_every_namespace() == Known::no);
}

TEST_CASE("a Backup of the whole cluster is one that leaves out nothing") {
  const std::vector<std::string> existing = {"a", "b"};
  const Version version{1, 18, 1};
  using Names = std::vector<std::string>;
  const auto everything = [&](const Names& included, const Names& excluded, const Version& of) {
    return NamespaceFilter(included, excluded, of).is_everything(existing);
  };
  CHECK(everything({}, {}, version));
  CHECK(everything({"*"}, {}, version));
  CHECK(everything({"b", "a"}, {}, version));
  CHECK_FALSE(everything({"b", "a"}, {}, {1, 17, 2}));
  CHECK_FALSE(everything({"a"}, {}, version));
  CHECK_FALSE(everything({"*"}, {"a"}, version));
  CHECK(everything({"?"}, {}, version));
  CHECK_FALSE(everything({"a*"}, {}, version));
}

TEST_CASE("patterns that take no namespace are nothing, names of missing ones are something") {
  const std::vector<std::string> existing = {"apps"};
  const Version now{1, 18, 1};
  CHECK(NamespaceFilter({}, {"x*"}, now).is_everything(existing));
  CHECK_FALSE(NamespaceFilter({}, {"x*", "gone"}, now).is_everything(existing));
  CHECK_FALSE(NamespaceFilter({}, {"gone"}, now).is_everything(existing));
  CHECK_FALSE(NamespaceFilter({}, {"x*"}, now).is_everything({}));  // not known which there are
}

TEST_CASE("patterns that do not compile are no error where they are not expanded") {
  CHECK_FALSE(NamespaceFilter({}, {"a["}, {1, 18, 1}).error().empty());
  CHECK(NamespaceFilter({}, {"a["}, {1, 17, 2}).error().empty());
}

TEST_CASE("1.18.0 admits no Namespace object where it takes no namespace") {
  CHECK_FALSE(NamespaceFilter({}, {"x*"}, {1, 18, 0}).admits("apps"));
  CHECK(NamespaceFilter({}, {"x*"}, {1, 18, 1}).admits("apps"));
}

TEST_CASE("an empty list is one of everything from 1.18.1 on") {
  const Asked asked("{}", {1, 18, 1});
  CHECK(namespaces_in_force(asked.schedules.front().backup, {1, 18, 1}) == std::vector<std::string>{"*"});
  CHECK(namespaces_in_force(asked.schedules.front().backup, {1, 18, 0}).empty());
}

TEST_CASE("an answer that is not known says why") {
  const Asked asked("{includedNamespaces: ['${NS}']}", {1, 18, 1});
  const NamespaceFilter::Answer answer = asked.filter.ask("apps");
  CHECK(answer.included == Known::unknown);
  REQUIRE(answer.evidence.size() == 1);
  CHECK(answer.evidence.front().message == "the namespaces of the Schedule are not known here: a value is templated");
}

}  // namespace
}  // namespace vlint::velero
