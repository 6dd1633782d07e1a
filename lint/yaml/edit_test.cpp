// One text file a case: testdata/edits/*.txt has sections `=== input`, `=== operation` and `=== output` or `===
// refusal`.
#include "lint/yaml/edit.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/edit_testing.h"
#include "lint/yaml/judge.h"

namespace vlint::yaml {
namespace {

struct Case {
  std::string name;
  std::string input;
  std::string operation;
  std::string output;
  std::string refusal;
};

// `crlf`, `no-final-newline` and `bom` after a section's name say what an editor would not show.
std::string decoded_section(std::string text, std::string_view flags) {
  if (flags.find("no-final-newline") != std::string_view::npos && !text.empty()) text.pop_back();
  if (flags.find("crlf") != std::string_view::npos) text = with_crlf(text);
  if (flags.find("bom") != std::string_view::npos) text = "\xEF\xBB\xBF" + text;
  return text;
}

Case read_case(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  Case result;
  result.name = path.stem().string();
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t line_end = text.find('\n', at);
    const std::string header = text.substr(at, line_end - at);
    const std::size_t next = std::min(text.find("\n=== ", line_end), text.size() - 1);
    const std::string body = text.substr(line_end + 1, next - line_end);
    const std::string section = header.substr(4, header.find(' ', 4) - 4);
    if (section == "input") result.input = decoded_section(body, header);
    if (section == "operation") result.operation = body;
    if (section == "output") result.output = decoded_section(body, header);
    if (section == "refusal") result.refusal = std::string(trim(body));
    at = next + 1;
  }
  return result;
}

NewValue new_value(Value value) {
  if (value.is_mapping()) {
    std::vector<NewEntry> entries;
    for (const Entry& entry : value.entries())
      entries.push_back({std::string(entry.key.text()), new_value(entry.value)});
    return NewValue::mapping(std::move(entries));
  }
  if (value.is_sequence()) {
    std::vector<NewValue> items;
    for (const Value& item : value.items()) items.push_back(new_value(item));
    return NewValue::sequence(std::move(items));
  }
  const bool plain = value.tree()->nodes[value.node_id()].style == Style::plain;
  return plain ? NewValue::typed(value.text()) : NewValue::string(value.text());
}

// `/spec/containers/0`: keys and indices from the root of a document down.
Value value_at(const Tree& tree, std::size_t document, std::string_view path) {
  REQUIRE(tree.documents[document].root != kNoNode);
  Value value(tree, tree.documents[document].root);
  for (const std::string_view part : split(path.substr(1), '/')) {
    if (part.empty()) continue;
    value = value.is_sequence() ? value.at(static_cast<std::size_t>(std::stoi(std::string(part)))) : value[part];
    REQUIRE_MESSAGE(value, "no such place: ", std::string(path));
  }
  return value;
}

NodeId key_node(const Value& mapping, std::string_view key) {
  NodeId found = kNoNode;
  const Tree& tree = *mapping.tree();
  for (NodeId at = mapping.node_id() + 1; at < tree.nodes[mapping.node_id()].next;
       at = tree.nodes[tree.nodes[at].next].next) {
    if (Value(tree, at).text() == key) found = at;
  }
  if (found == kNoNode && mapping.find(key)) return mapping.find(key).key.place();
  REQUIRE_MESSAGE(found != kNoNode, "no such key: ", std::string(key));
  return found;
}

Where where_of(Value where, const Value& mapping) {
  if (where.text() == "sorted") return Where::sorted();
  if (where.is_mapping()) return Where::after(key_node(mapping, where["after"].text()));
  return Where::end();
}

struct Outcome {
  std::vector<TextEdit> edits;
  bool removes_comments = false;
  std::string refusal;
};

Outcome outcome(Edits edits) {
  if (!edits) return {{}, false, edits.error()};
  return {*edits, false, ""};
}

Outcome outcome(Result<Removal> removal) {
  if (!removal) return {{}, false, removal.error()};
  return {removal->edits, removal->removes_comments, ""};
}

Outcome run(const Tree& tree, Value operation) {
  const std::size_t document = static_cast<std::size_t>(operation["document"].as_int().value_or(0));
  const Value place = value_at(tree, document, operation["at"].text());
  const NodeId node = place.place();
  const std::string_view name = operation["op"].text();
  const std::string_view text = operation["text"].text();
  const Value key = operation["key"];
  const OnlyChild only_child =
      operation["only_child"].text() == "leave_empty" ? OnlyChild::leave_empty : OnlyChild::remove_parent;
  if (name == "set_scalar") {
    const std::string_view as = operation["as"].text();
    return outcome(set_scalar(tree, node, text,
                              as == "string"  ? WriteAs::string
                              : as == "typed" ? WriteAs::typed
                                              : WriteAs::before));
  }
  if (name == "rewrite_part") {
    const std::string_view part = operation["part"].text();
    const std::size_t offset = place.text().find(part);
    REQUIRE(offset != std::string_view::npos);
    return outcome(rewrite_part(tree, node, offset, part.size(), text));
  }
  if (name == "rename_key") return outcome(rename_key(tree, key_node(place, key.text()), operation["to"].text()));
  if (name == "set_key") return outcome(set_scalar(tree, key_node(place, key.text()), text));
  if (name == "add_entry") {
    const NewValue value = new_value(operation["value"]);
    return outcome(add_entry(tree, node, key.text(), value, where_of(operation["where"], place)));
  }
  if (name == "append_item") return outcome(append_item(tree, node, new_value(operation["value"])));
  if (name == "ensure_path") {
    std::vector<std::string_view> path;
    for (const Value& part : operation["path"].items()) path.push_back(part.text());
    return outcome(ensure_path(tree, node, path, key.text(), new_value(operation["value"])));
  }
  if (name == "remove_entry") return outcome(remove_entry(tree, node, key_node(place, key.text()), only_child));
  if (name == "remove_item") {
    const auto index = static_cast<std::size_t>(operation["index"].as_int().value_or(-1));
    return outcome(remove_item(tree, node, index, only_child));
  }
  FAIL("unknown operation: ", std::string(name));
  return {};
}

void check(const Case& c) {
  INFO("case: ", c.name);
  const Parsed input(c.input);
  const Parsed script(c.operation);
  REQUIRE_FALSE(script.is_broken());
  const Value operation(script.tree, script.tree.documents.front().root);
  const Outcome result = run(input.tree, operation);
  CHECK(result.refusal == c.refusal);
  if (!c.refusal.empty() || !result.refusal.empty()) return;
  const Result<std::string> text = apply_edits(c.input, result.edits);
  REQUIRE(text.ok());
  CHECK(*text == c.output);
  CHECK(result.removes_comments == operation["removes_comments"].as_bool().value_or(false));
  const Parsed output(*text);
  CHECK_FALSE(output.is_broken());
  const Status agreed = agree(output.tree);
  CHECK_MESSAGE(agreed.ok(), agreed.error());
}

TEST_CASE("edits in testdata/edits") {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(VLINT_SOURCE_DIR "/testdata/edits")) {
    if (entry.path().extension() == ".txt") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  CHECK(paths.size() >= 80);
  for (const auto& path : paths) check(read_case(path));
}

TEST_CASE("an edit asked for in a document that is empty or broken is refused") {
  const Parsed broken("a: [\n");
  REQUIRE(broken.is_broken());
  CHECK(set_scalar(broken.tree, kNoNode, "x").error() == "the document is empty or broken");
  CHECK(add_entry(broken.tree, kNoNode, "a", NewValue::typed("1")).error() == "the document is empty or broken");
  CHECK(append_item(broken.tree, kNoNode, NewValue::typed("1")).error() == "the document is empty or broken");
  CHECK(remove_item(broken.tree, kNoNode, 0, OnlyChild::leave_empty).error() == "the document is empty or broken");
}

TEST_CASE("of a block scalar only the lines that differ are replaced") {
  const Parsed p("a: |\n  one\n  two\n  three\n  four\n");
  const Value root(p.tree, 0);
  const Edits edits = set_scalar(p.tree, root["a"].place(), "one\nTWO\nthree\nfour\n");
  REQUIRE(edits.ok());
  REQUIRE(edits->size() == 1);
  CHECK(p.files.text(edits->front().where) == "\n  two");
  CHECK(edits->front().text == "\n  TWO");
  const Edits part = rewrite_part(p.tree, root["a"].place(), 8, 5, "3");
  REQUIRE(part.ok());
  CHECK(p.files.text(part->front().where) == "three");
}

TEST_CASE("edits of the same value change nothing") {
  const Parsed p("a: 1\nb: 'x'\nc: |\n  text\nd:\n");
  const Value root(p.tree, 0);
  CHECK(set_scalar(p.tree, root["a"].place(), "1")->empty());
  CHECK(set_scalar(p.tree, root["b"].place(), "x")->empty());
  CHECK(set_scalar(p.tree, root["c"].place(), "text\n")->empty());
  CHECK(rewrite_part(p.tree, root["b"].place(), 0, 1, "x")->empty());
  CHECK(rename_key(p.tree, 1, "a")->empty());
}

TEST_CASE("keys that libyaml could not read back are refused") {
  const Parsed p("a: 1\n");
  const std::string key(kMaxKeyBytes + 1, 'k');
  CHECK_FALSE(add_entry(p.tree, 0, key, NewValue::typed("1")).ok());
  CHECK_FALSE(rename_key(p.tree, 1, key).ok());
  const NewValue twice = NewValue::mapping({{"x", NewValue::typed("1")}, {"x", NewValue::typed("2")}});
  CHECK(add_entry(p.tree, 0, "b", twice).error() == "the key \"x\" is to be written twice in one mapping");
  CHECK(append_item(p.tree, 0, twice).error() == "the key \"x\" is to be written twice in one mapping");
}

}  // namespace
}  // namespace vlint::yaml
