// For the tests of edits: values as plain data that can be changed, to say what a file must mean after an edit.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/source_file.h"
#include "lint/base/text_edit.h"
#include "lint/yaml/judge.h"
#include "lint/yaml/new_value.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {

// A text and its tree, which refers to the text.
struct Parsed {
  explicit Parsed(std::string text) : files({{"test.yaml", std::move(text)}}), tree(parse(files, FileId{0})) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  bool is_broken() const {
    for (const Document& document : tree.documents) {
      if (document.broken) return true;
    }
    return false;
  }

  FileSet files;
  Tree tree;
};

inline std::string with_crlf(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\n') result += '\r';
    result += c;
  }
  return result;
}

// What a value means, in the order in which it is written; aliases stand for what they refer to.
struct Model {
  Kind kind = Kind::scalar;
  ScalarType type = ScalarType::null;
  std::string text;
  std::vector<std::pair<std::string, Model>> entries;
  std::vector<Model> items;

  bool operator==(const Model&) const = default;
};

inline Model model_of(const Tree& tree, NodeId place) {
  const Value value(tree, place);
  const Node& node = tree.nodes[value.node_id()];
  Model model{node.kind, ScalarType::null, "", {}, {}};
  if (node.kind == Kind::scalar) {
    model.type = value.type();
    if (model.type != ScalarType::null) model.text = value.text();
    return model;
  }
  for (NodeId at = value.node_id() + 1; at < node.next;) {
    if (node.kind == Kind::sequence) {
      model.items.push_back(model_of(tree, at));
      at = tree.nodes[at].next;
    } else {
      const NodeId inner = tree.nodes[at].next;
      model.entries.emplace_back(std::string(Value(tree, at).text()), model_of(tree, inner));
      at = tree.nodes[inner].next;
    }
  }
  return model;
}

inline Model model_of(const NewValue& value) {
  Model model;
  switch (value.kind) {
    case NewValue::Kind::string:
      model.type = ScalarType::string;
      model.text = value.text;
      break;
    case NewValue::Kind::typed:
      model.type = resolve_plain(value.text);
      if (model.type != ScalarType::null) model.text = value.text;
      break;
    case NewValue::Kind::mapping:
      model.kind = Kind::mapping;
      for (const NewEntry& entry : value.entries) model.entries.emplace_back(entry.key, model_of(entry.value));
      break;
    case NewValue::Kind::sequence:
      model.kind = Kind::sequence;
      for (const NewValue& item : value.items) model.items.push_back(model_of(item));
      break;
  }
  return model;
}

// All documents of a file; an empty one is a null.
inline std::vector<Model> models_of(const Tree& tree) {
  std::vector<Model> models;
  for (const Document& document : tree.documents) {
    models.push_back(document.root == kNoNode ? Model{} : model_of(tree, document.root));
  }
  return models;
}

// One operation on one document, with what must be true of it.
struct Attempt {
  const Parsed& before;
  std::string what;
  std::vector<Model> expected;
  NodeId first;  // the nodes whose text may be replaced or removed
  NodeId end;
};

inline std::vector<std::string> comment_texts(const Tree& tree, const std::vector<TextEdit>& edits) {
  std::vector<std::string> texts;
  for (const Comment& comment : tree.comments) {
    const bool removed = std::any_of(edits.begin(), edits.end(), [&](const TextEdit& edit) {
      return edit.where.begin <= comment.begin && comment.begin < edit.where.end;
    });
    if (!removed) texts.emplace_back(tree.slice(comment.begin, comment.end));
  }
  return texts;
}

inline bool touches_others(const Attempt& attempt, const std::vector<TextEdit>& edits) {
  const Tree& tree = attempt.before.tree;
  for (NodeId node = 0; node < tree.nodes.size(); ++node) {
    const Node& n = tree.nodes[node];
    if ((node >= attempt.first && node < attempt.end) || n.kind == Kind::sequence || n.kind == Kind::mapping) continue;
    for (const TextEdit& edit : edits) {
      const bool inside = edit.where.size() == 0 && n.begin < edit.where.begin && edit.where.begin < n.end;
      if (inside || (edit.where.begin < n.end && n.begin < edit.where.end)) return true;
    }
  }
  return false;
}

// What is wrong with the result; empty when nothing is.
inline std::string fault(const Attempt& attempt, const std::vector<TextEdit>& edits, bool removes_comments,
                         std::string& text) {
  const Result<std::string> applied = apply_edits(attempt.before.tree.text, edits);
  if (!applied) return "the edits cannot be applied: " + applied.error();
  text = *applied;
  const Parsed after(text);
  if (after.is_broken()) return "libyaml refuses it: " + after.tree.problems.front().message;
  if (models_of(after.tree) != attempt.expected) return "the values are others";
  if (const Status agreed = agree(after.tree); !agreed) return agreed.error();
  const std::vector<std::string> kept = comment_texts(attempt.before.tree, edits);
  if (comment_texts(after.tree, {}) != kept) return "comments are lost or changed";
  if (removes_comments != (kept.size() != attempt.before.tree.comments.size())) return "removes_comments is wrong";
  if (touches_others(attempt, edits)) return "the text of another node is touched";
  return "";
}

}  // namespace vlint::yaml
