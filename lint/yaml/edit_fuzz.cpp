// Any document, any node, every edit: what is offered applies, parses, does what was asked for, and nothing else.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "lint/yaml/edit.h"
#include "lint/yaml/invariants.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/value.h"

namespace {

using namespace vlint;
using yaml::NodeId;
using yaml::Tree;
using yaml::Value;

void abort_unless(bool good, std::string_view sentence) {
  if (good) return;
  std::fprintf(stderr, "%.*s\n", static_cast<int>(sentence.size()), sentence.data());
  std::abort();
}

struct Edited {
  FileSet files;
  Tree tree;

  Edited(const Tree& before, const std::vector<TextEdit>& edits) {
    Result<std::string> text = apply_edits(before.text, edits);
    abort_unless(text.ok(), "the edits do not apply");
    files = FileSet({{"fuzz.yaml", std::move(text).value()}});
    tree = yaml::parse(files, FileId{0});
    const auto is_broken = [](const yaml::Document& document) { return document.broken; };
    abort_unless(std::count_if(tree.documents.begin(), tree.documents.end(), is_broken) ==
                     std::count_if(before.documents.begin(), before.documents.end(), is_broken),
                 "the edit breaks a document");
    abort_unless(tree.documents.size() == before.documents.size(), "the edit changes the number of documents");
    abort_unless(yaml::broken_invariant(tree).empty(), yaml::broken_invariant(tree));
  }
};

std::vector<std::string_view> comments_of(const Tree& tree) {
  std::vector<std::string_view> comments;
  for (const yaml::Comment& comment : tree.comments) comments.push_back(tree.slice(comment.begin, comment.end));
  return comments;
}

// The same nodes with the same texts, but for `changed`.
void expect_same_but(const Tree& before, const Tree& after, NodeId changed) {
  abort_unless(before.nodes.size() == after.nodes.size(), "the edit changes the number of nodes");
  for (NodeId node = 0; node < before.nodes.size(); ++node) {
    abort_unless(before.nodes[node].kind == after.nodes[node].kind, "the edit changes a node's kind");
    if (node == changed || before.nodes[node].kind != yaml::Kind::scalar) continue;
    abort_unless(before.scalar_text(node) == after.scalar_text(node), "the edit changes another text");
  }
}

void try_set_scalar(const Tree& tree, NodeId node, std::string_view text, yaml::WriteAs as) {
  const yaml::Edits edits = yaml::set_scalar(tree, node, text, as);
  if (!edits.ok()) return;
  const Edited edited(tree, *edits);
  expect_same_but(tree, edited.tree, node);
  const bool is_null = as == yaml::WriteAs::typed && Value(edited.tree, node).is_null();
  abort_unless(is_null || edited.tree.scalar_text(node) == text, "the scalar does not have its new text");
  abort_unless(comments_of(tree) == comments_of(edited.tree), "a comment is lost");
}

void try_rename(const Tree& tree, NodeId node, std::string_view text) {
  const yaml::Edits edits = yaml::rename_key(tree, node, text);
  if (!edits.ok()) return;
  const Edited edited(tree, *edits);
  expect_same_but(tree, edited.tree, node);
  abort_unless(edited.tree.scalar_text(node) == text, "the key does not have its new text");
  abort_unless(comments_of(tree) == comments_of(edited.tree), "a comment is lost");
}

void try_rewrite(const Tree& tree, NodeId node, std::size_t offset, std::string_view text) {
  if (tree.nodes[node].kind != yaml::Kind::scalar) return;
  const std::string before(tree.scalar_text(node));
  offset = std::min(offset, before.size());
  const std::size_t length = std::min<std::size_t>(3, before.size() - offset);
  const yaml::Edits edits = yaml::rewrite_part(tree, node, offset, length, text);
  if (!edits.ok()) return;
  const Edited edited(tree, *edits);
  expect_same_but(tree, edited.tree, node);
  const std::string wanted = before.substr(0, offset) + std::string(text) + before.substr(offset + length);
  abort_unless(edited.tree.scalar_text(node) == wanted, "the part is not rewritten");
}

void try_add(const Tree& tree, NodeId node, const yaml::NewValue& value, yaml::Where where) {
  const yaml::Edits edits = yaml::add_entry(tree, node, "added key", value, where);
  if (!edits.ok()) return;
  const Edited edited(tree, *edits);
  abort_unless(static_cast<bool>(Value(edited.tree, node)["added key"]), "the entry is not added");
  abort_unless(comments_of(tree) == comments_of(edited.tree), "a comment is lost");
}

void try_append(const Tree& tree, NodeId node, const yaml::NewValue& value) {
  const std::size_t before = Value(tree, node).size();
  const yaml::Edits edits = yaml::append_item(tree, node, value);
  if (!edits.ok()) return;
  const Edited edited(tree, *edits);
  abort_unless(Value(edited.tree, node).size() == before + 1, "the item is not added");
  abort_unless(comments_of(tree) == comments_of(edited.tree), "a comment is lost");
}

void try_ensure(const Tree& tree, NodeId node, const yaml::NewValue& value) {
  const std::string_view path[] = {"metadata", "annotations"};
  const yaml::Edits edits = yaml::ensure_path(tree, node, path, "a/b", value);
  if (!edits.ok()) return;
  const Edited edited(tree, *edits);
  abort_unless(static_cast<bool>(Value(edited.tree, node)["metadata"]["annotations"]["a/b"]), "the path is not there");
  abort_unless(comments_of(tree) == comments_of(edited.tree), "a comment is lost");
}

void try_remove(const Tree& tree, NodeId node, yaml::OnlyChild only_child) {
  const std::vector<NodeId> path = yaml::path_to_node(tree, node);
  if (path.size() < 2) return;
  const NodeId parent = path[path.size() - 2];
  std::size_t index = 0;
  for (NodeId child = parent + 1; child != node; child = tree.nodes[child].next) ++index;
  const bool is_item = tree.nodes[parent].kind == yaml::Kind::sequence;
  if (!is_item && index % 2 == 1) return;  // a value, not a key
  const Result<yaml::Removal> removal =
      is_item ? yaml::remove_item(tree, parent, index, only_child) : yaml::remove_entry(tree, parent, node, only_child);
  if (!removal.ok()) return;
  const Edited edited(tree, removal->edits);
  abort_unless(edited.tree.nodes.size() < tree.nodes.size(), "nothing is removed");
  if (!removal->removes_comments) abort_unless(comments_of(tree) == comments_of(edited.tree), "a comment is lost");
}

}  // namespace

// Three bytes choose the edit, the node and the text; the rest is the document.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kTexts[] = {"plain",  "a: b # c", "",    "it's", "\"",      "two\nlines\n",
                                         " blank", "yes",      "é\t", "- x",  "{{ x }}", "\\",
                                         "0x10",   "~",        "*a",  "end:"};
  if (size < 4) return 0;
  const FileSet files({{"fuzz.yaml", std::string(reinterpret_cast<const char*>(data) + 3, size - 3)}});
  const Tree tree = yaml::parse(files, FileId{0});
  if (tree.nodes.empty()) return 0;
  const auto node = static_cast<NodeId>(data[1] % tree.nodes.size());
  const std::string_view text = kTexts[data[2] % std::size(kTexts)];
  const yaml::NewValue string = yaml::NewValue::string(text);
  const yaml::NewValue mapping =
      yaml::NewValue::mapping({{"k", string}, {"l", yaml::NewValue::sequence({string, yaml::NewValue::typed("1")})}});
  switch (data[0] % 11) {
    case 0:
      try_set_scalar(tree, node, text, yaml::WriteAs::before);
      break;
    case 1:
      try_set_scalar(tree, node, text, yaml::WriteAs::string);
      break;
    case 2:
      try_set_scalar(tree, node, text, yaml::WriteAs::typed);
      break;
    case 3:
      try_rename(tree, node, text);
      break;
    case 4:
      try_rewrite(tree, node, data[2] / std::size(kTexts), text);
      break;
    case 5:
      try_add(tree, node, string, yaml::Where::sorted());
      break;
    case 6:
      try_add(tree, node, mapping, yaml::Where::end());
      break;
    case 7:
      try_append(tree, node, data[2] < 128 ? string : mapping);
      break;
    case 8:
      try_ensure(tree, node, string);
      break;
    case 9:
      try_remove(tree, node, yaml::OnlyChild::remove_parent);
      break;
    default:
      try_remove(tree, node, yaml::OnlyChild::leave_empty);
      break;
  }
  return 0;
}
