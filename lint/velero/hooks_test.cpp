#include "lint/velero/hooks.h"

#include <doctest/doctest.h>

#include "lint/velero/world.h"

namespace vlint::velero {
namespace {

TEST_CASE("a command is a JSON list of strings, or one word") {
  using Words = std::vector<std::string>;
  CHECK(parse_hook_command(R"(["/bin/sh","-c","a && b"])") == Words{"/bin/sh", "-c", "a && b"});
  CHECK(parse_hook_command("pg_dump -f x") == Words{"pg_dump -f x"});
  CHECK(parse_hook_command("[blarg") == Words{"[blarg"});
  CHECK(parse_hook_command("[a, b]") == Words{"[a, b]"});
  CHECK(parse_hook_command("['a', 'b']") == Words{"['a', 'b']"});
  CHECK(parse_hook_command("[1]") == Words{"[1]"});
  CHECK(parse_hook_command("").size() == 1);
}

TEST_CASE("hooks of a pod stand in its annotations, with the phase in front or without") {
  const auto hook = [](const std::string& annotations, std::string_view phase) {
    const World world("apiVersion: v1\nkind: X\na: {" + annotations + "}\n");
    const auto read = pod_hook(world.cluster().resources().front()["a"], phase);
    return read ? read->command.front() + (read->on_error == OnError::fail ? " fail" : "") : std::string("none");
  };
  CHECK(hook("", "pre") == "none");
  CHECK(hook("hook.backup.velero.io/command: x", "pre") == "x");
  CHECK(hook("hook.backup.velero.io/command: x", "post") == "none");
  CHECK(hook("hook.backup.velero.io/command: x, pre.hook.backup.velero.io/command: y", "pre") == "y");
  CHECK(hook("post.hook.backup.velero.io/command: z, post.hook.backup.velero.io/on-error: Fail", "post") == "z fail");
  CHECK(hook("hook.backup.velero.io/command: x, hook.backup.velero.io/on-error: fail", "pre") == "x");
}

TEST_CASE("hooks of a Backup apply by namespace, type and labels") {
  const World world(R"(
apiVersion: v1
kind: X
hooks:
  resources:
  - {name: h, includedNamespaces: [a], includedResources: [Pod], labelSelector: {matchLabels: {x: y}}, pre: [{exec: {command: [c]}}]}
)");
  const std::vector<BackupHook> hooks = read_backup_hooks(world.cluster().resources().front()["hooks"]);
  REQUIRE(hooks.size() == 1);
  REQUIRE(hooks[0].pre.size() == 1);
  CHECK(hooks[0].post.empty());
  const kube::KnownLabels labels{{{"x", "y"}}, {}};
  CHECK(hooks[0].selector.applies("a", "pods", labels) == Known::yes);
  CHECK(hooks[0].selector.applies("b", "pods", labels) == Known::no);
  CHECK(hooks[0].selector.applies("a", "persistentvolumeclaims", labels) == Known::no);
  CHECK(hooks[0].selector.applies("a", "pods", {}) == Known::no);
}

TEST_CASE("what is no list is one word, and what is no hook is none") {
  using Words = std::vector<std::string>;
  CHECK(parse_hook_command("[a]: b") == Words{"[a]: b"});
  CHECK(parse_hook_command(R"(['a', "b"])") == Words{R"(['a', "b"])"});
  CHECK(parse_hook_command(R"(["it's"])") == Words{"it's"});
  const World world(
      "apiVersion: velero.io/v1\nkind: Backup\nmetadata: {name: b}\nspec: {hooks: {resources: [{name: h, pre: [{exec: "
      "null}, {exec: {command: [/x], timeout: soon}}]}]}}\n");
  const std::vector<BackupHook> hooks = read_backup_hooks(world.cluster().resources().front()["spec"]["hooks"]);
  REQUIRE(hooks.size() == 1);
  REQUIRE(hooks[0].pre.size() == 1);
  CHECK_FALSE(hooks[0].pre[0].timeout.has_value());
}

}  // namespace
}  // namespace vlint::velero
