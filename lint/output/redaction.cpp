#include "lint/output/redaction.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "lint/base/text.h"
#include "lint/output/credentials.h"
#include "lint/output/display.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/scalar.h"

namespace vlint {
namespace {

using yaml::kNoNode;
using yaml::NodeId;

constexpr std::size_t kMaxKey = 60;  // bytes of a key that are shown

// Finds the lines of one file to be hidden.
class Search {
 public:
  Search(const yaml::Tree& tree, const LineTable& lines)
      : tree_(tree), lines_(lines), change_(lines.line_count() + 2), parts_(tree.nodes.size()) {}

  // By line - 1.
  std::vector<bool> run() {
    const bool is_unread = std::any_of(tree_.problems.begin(), tree_.problems.end(), [](const yaml::Problem& problem) {
      return problem.kind == yaml::ProblemKind::unread;
    });
    if (is_unread || tree_.documents.empty()) hide(0, static_cast<std::uint32_t>(tree_.text.size()));
    for (const yaml::Document& document : tree_.documents) {
      if (document.broken) hide_broken(document);
    }
    for (NodeId node = 0; node < tree_.nodes.size(); ++node) {
      if (tree_.nodes[node].kind == yaml::Kind::mapping) link_entries(node);
    }
    for (NodeId node = 0; node < tree_.nodes.size(); ++node) judge(node);
    judge_comments();
    std::vector<bool> hidden(lines_.line_count());
    std::ptrdiff_t depth = 0;
    for (std::size_t i = 0; i < hidden.size(); ++i) {
      depth += change_[i + 1];
      hidden[i] = depth > 0;
    }
    return hidden;
  }

  // The first key of each line, by line - 1; for hidden lines only.
  std::vector<std::string> keys(const std::vector<bool>& hidden) const {
    std::vector<std::string> keys(hidden.size());
    for (NodeId node = 0; node < parts_.size(); ++node) {
      if (!parts_[node].is_key || tree_.nodes[node].kind != yaml::Kind::scalar) continue;
      const std::size_t line = line_of(tree_.nodes[node].begin) - 1;
      if (hidden[line] && keys[line].empty()) keys[line] = printable(tree_.scalar_text(node).substr(0, kMaxKey));
    }
    return keys;
  }

 private:
  // What a node is in the mapping around it.
  struct Part {
    bool is_key = false;
    bool is_reference = false;  // a value whose key tells of a credential without holding one
    bool is_pattern = false;    // what a policy generates: a Secret of other values
    bool is_swept = false;
  };

  std::uint32_t line_of(std::uint32_t offset) const {
    std::uint32_t low = 1;
    std::uint32_t high = lines_.line_count();
    while (low < high) {
      const std::uint32_t middle = low + (high - low + 1) / 2;
      (lines_.line_begin(middle) <= offset ? low : high) = lines_.line_begin(middle) <= offset ? middle : middle - 1;
    }
    return low;
  }

  // Bytes [begin, end), all lines they touch.
  void hide(std::uint32_t begin, std::uint32_t end) {
    ++change_[line_of(begin)];
    --change_[line_of(end > begin ? end - 1 : end) + 1];
  }

  void hide_node(NodeId node) { hide(tree_.nodes[node].begin, tree_.nodes[node].end); }

  std::string_view text(NodeId node) const {
    return tree_.nodes[node].kind == yaml::Kind::scalar ? tree_.scalar_text(node) : std::string_view{};
  }

  // `key` beside these is the name of a label, or of an entry of a Secret.
  static bool makes_key_a_name(std::string_view sibling) {
    return sibling == "operator" || sibling == "effect" || sibling == "name" || sibling == "path" ||
           sibling == "optional";
  }

  void link_entries(NodeId mapping) {
    bool key_is_a_name = false;
    for_entries(mapping, [&](NodeId key, NodeId) { key_is_a_name |= makes_key_a_name(text(key)); });
    for_entries(mapping, [&](NodeId key, NodeId value) {
      parts_[key].is_key = true;
      parts_[value].is_pattern = text(key) == "generate";
      parts_[value].is_reference = names_reference(text(key)) || (key_is_a_name && text(key) == "key");
    });
  }

  void judge(NodeId node) {
    switch (tree_.nodes[node].kind) {
      case yaml::Kind::mapping:
        judge_mapping(node);
        break;
      case yaml::Kind::sequence:
        judge_arguments(node);
        break;
      case yaml::Kind::scalar:
        if (!parts_[node].is_key) judge_text(node);
        break;
      case yaml::Kind::alias:
      case yaml::Kind::link:
        break;
    }
  }

  // The entries that decide over a mapping's others.
  struct Shape {
    bool is_secret = false;            // kind: Secret
    bool is_object = false;            // with something an object has: a reference to a Secret has none of it
    bool is_named_credential = false;  // name: DB_PASSWORD
    NodeId value = kNoNode;
  };

  Shape shape_of(NodeId mapping) const {
    Shape shape;
    for_entries(mapping, [&](NodeId key, NodeId value) {
      const std::string_view name = text(key);
      const std::string_view said = text(tree_.resolve(value));
      if (name == "kind") shape.is_secret |= said == "Secret";
      if (name == "data" || name == "stringData" || name == "metadata") shape.is_object = true;
      if (name == "name" || name == "key" || name == "header") shape.is_named_credential |= names_credential(said);
      if (name == "path") shape.is_named_credential |= names_credential(said) || leads_to_data(said);
      if (name == "value") shape.value = value;
    });
    return shape;
  }

  template <typename Fn>
  void for_entries(NodeId mapping, Fn&& fn) const {
    for (NodeId key = mapping + 1; key < tree_.nodes[mapping].next;) {
      const NodeId value = tree_.nodes[key].next;
      fn(key, value);
      key = tree_.nodes[value].next;
    }
  }

  void judge_mapping(NodeId mapping) {
    const Shape shape = shape_of(mapping);
    if (shape.is_secret) {
      const yaml::Document& document = tree_.document_at(tree_.nodes[mapping].begin);
      if (document.root == mapping) return hide(document.begin, document.end);
      if (shape.is_object && !parts_[mapping].is_pattern) return hide_node(mapping);
      for_entries(mapping, [&](NodeId key, NodeId value) {
        if (text(key) == "data") sweep(value);
      });
    }
    if (shape.is_named_credential && shape.value != kNoNode) sweep(shape.value);
    for_entries(mapping, [&](NodeId key, NodeId value) {
      const std::string_view name = text(key);
      if (name == "sops") hide_node(value);
      if (names_credential(name) && !parts_[value].is_reference) sweep(value);
    });
  }

  // Hides the scalars of a value that is a credential, and those of its aliases, which stand at their anchors.
  void sweep(NodeId value) {
    std::vector<NodeId> pending = {value};
    while (!pending.empty()) {
      const NodeId root = tree_.resolve(pending.back());
      pending.pop_back();
      if (says_something(root)) hide_node(root);
      for (NodeId node = root; node < tree_.nodes[root].next;) {
        if (parts_[node].is_swept) {
          node = tree_.nodes[node].next;  // each node once, however often it is referred to
          continue;
        }
        parts_[node].is_swept = true;
        if (tree_.nodes[node].kind == yaml::Kind::alias) pending.push_back(node);
        if (!parts_[node].is_key && !parts_[node].is_reference && says_something(node)) hide_node(node);
        ++node;
      }
    }
  }

  // `{{ base.data.PASSWORD }}` says where a credential comes from. A text in it of more than a separator may be one.
  static bool is_only_expression(std::string_view said) {
    constexpr std::size_t kLongestSeparator = 2;
    said = trim(said);
    if (!said.starts_with("{{") || said.find("}}") != said.size() - 2) return false;
    for (std::size_t at = 0; (at = said.find_first_of("'\"`", at)) != std::string_view::npos;) {
      const std::size_t end = said.find(said[at], at + 1);
      if (end == std::string_view::npos || end - at - 1 > kLongestSeparator) return false;
      at = end + 1;
    }
    return true;
  }

  // A scalar that is neither null, nor a boolean, nor an expression.
  bool says_something(NodeId node) const {
    if (tree_.nodes[node].kind != yaml::Kind::scalar) return false;
    if (is_only_expression(tree_.scalar_text(node))) return false;
    if (tree_.nodes[node].style != yaml::Style::plain) return true;
    const yaml::ScalarType type = yaml::resolve_plain(tree_.scalar_text(node));
    return type != yaml::ScalarType::null && type != yaml::ScalarType::boolean;
  }

  // `[--password, hunter2]`: the item after an option that takes a credential.
  void judge_arguments(NodeId sequence) {
    bool is_expected = false;
    for (NodeId item = sequence + 1; item < tree_.nodes[sequence].next; item = tree_.nodes[item].next) {
      if (is_expected) sweep(item);
      const std::string_view said = text(item);
      is_expected =
          said.starts_with('-') && said.find_first_of("= ") == std::string_view::npos && names_credential(said);
    }
  }

  // A scalar's own text: one line of a script, or a whole file.
  void judge_text(NodeId scalar) {
    const yaml::Node& node = tree_.nodes[scalar];
    if (mentions_secret_kind(tree_.slice(node.begin, node.end))) return hide_node(scalar);
    scan(node.begin, node.end);
  }

  void hide_broken(const yaml::Document& document) {
    if (mentions_secret_kind(tree_.slice(document.begin, document.end))) return hide(document.begin, document.end);
    scan(document.begin, document.end);
  }

  void scan(std::uint32_t begin, std::uint32_t end) {
    CredentialScanner scanner;
    for (const std::string_view line : split(tree_.slice(begin, end), '\n')) {
      const auto size = static_cast<std::uint32_t>(line.size());
      if (scanner.hides(line)) hide(begin, begin + size);
      begin += size + 1;
    }
  }

  // Comments on lines that follow each other are one text, so that a commented-out block is read as a block.
  void judge_comments() {
    const std::vector<yaml::Comment>& comments = tree_.comments;
    for (std::size_t first = 0; first < comments.size();) {
      std::size_t last = first;
      while (last + 1 < comments.size() && line_of(comments[last + 1].begin) == line_of(comments[last].begin) + 1)
        ++last;
      judge_comment_block(std::span(comments).subspan(first, last + 1 - first));
      first = last + 1;
    }
  }

  void judge_comment_block(std::span<const yaml::Comment> block) {
    const auto text_of = [&](const yaml::Comment& comment) { return tree_.slice(comment.begin + 1, comment.end); };
    const bool has_secret = std::any_of(block.begin(), block.end(), [&](const yaml::Comment& comment) {
      return mentions_secret_kind(text_of(comment));
    });
    CredentialScanner scanner;
    for (const yaml::Comment& comment : block) {
      if (scanner.hides(text_of(comment)) || has_secret) hide(comment.begin, comment.end);
    }
  }

  const yaml::Tree& tree_;
  const LineTable& lines_;
  std::vector<std::ptrdiff_t> change_;  // by line: how many more hidden stretches there are than on the line before
  std::vector<Part> parts_;             // by node
};

}  // namespace

Redaction::Redaction(const FileSet& files, FileId file, const LineTable& lines) {
  const yaml::Tree tree = yaml::parse(files, file);
  Search search(tree, lines);
  const std::vector<bool> hidden = search.run();
  keys_ = search.keys(hidden);
  hidden_before_.reserve(hidden.size() + 1);
  hidden_before_.push_back(0);
  for (const bool is_hidden : hidden) hidden_before_.push_back(hidden_before_.back() + (is_hidden ? 1 : 0));
}

std::string Redaction::placeholder(std::uint32_t line) const {
  const std::string& key = keys_[line - 1];
  return key.empty() ? "<hidden>" : fmt::format("<hidden: {}>", key);
}

}  // namespace vlint
