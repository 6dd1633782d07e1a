#include "lint/yaml/judge.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <span>
#include <streambuf>
#include <unordered_map>
#include <vector>

#include "lint/base/line_table.h"
#include "lint/base/text.h"
#include "lint/yaml/scalar.h"
#include "lint/yaml/split.h"

namespace vlint::yaml {
namespace {

// Thrown through yaml-cpp to stop it, and caught in this file.
struct Disagreement {
  std::uint32_t at;
  std::string what;
};

// yaml-cpp's events must be the nodes of the tree, one after the other; the first that is not stops it. So it can make
// no more events than there are nodes, whatever it does with a text.
class Comparison : public YAML::EventHandler {
 public:
  Comparison(const Tree& tree, const Document& document) : tree_(tree), document_(document), next_(document.root) {}

  bool complete() const { return ended_; }

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {}
  void OnDocumentEnd() override {
    if (document_.root != kNoNode && next_ != tree_.nodes[document_.root].next) disagree("the document ends too early");
    ended_ = true;
  }

  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
    if (document_.root == kNoNode && anchor == 0) return;  // nothing, or a document of nothing: the same to Kubernetes
    const NodeId node = take(Kind::scalar, anchor);
    const bool is_null =
        tree_.nodes[node].style == Style::plain && resolve_plain(tree_.scalar_text(node)) == ScalarType::null;
    if (!is_null) disagree_at(node, fmt::format("null, not {}", quoted(tree_.scalar_text(node))));
  }

  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t anchor) override {
    const NodeId node = take(Kind::alias, 0);
    const auto target = anchored_.find(anchor);
    const bool is_known = target != anchored_.end() && target->second == tree_.resolve(node);
    if (!is_known) disagree_at(node, "an alias of another anchor");
  }

  void OnScalar(const YAML::Mark& /*mark*/, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const NodeId node = take(Kind::scalar, anchor);
    if (!is_same_text(node, value)) {
      disagree_at(node, fmt::format("the text {}, not {}", quoted(value), quoted(tree_.scalar_text(node))));
    }
    // yaml-cpp's tag of a scalar without one says how it is written.
    const bool is_plain = tree_.nodes[node].style == Style::plain;
    if ((tag == "?" && !is_plain) || (tag == "!" && is_plain && tree_.tag_of(node) == nullptr)) {
      disagree_at(node, "a scalar with other quotes");
    }
  }

  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open_.push_back(take(Kind::sequence, anchor));
  }
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open_.push_back(take(Kind::mapping, anchor));
  }
  void OnSequenceEnd() override { close("list"); }
  void OnMapEnd() override { close("mapping"); }

 private:
  // The next node, which must be of the kind; remembers its anchor.
  NodeId take(Kind kind, YAML::anchor_t anchor) {
    if (document_.root == kNoNode) disagree("yaml-cpp sees something where libyaml sees nothing");
    const NodeId end = open_.empty() ? tree_.nodes[document_.root].next : tree_.nodes[open_.back()].next;
    if (next_ >= end) disagree("more values");
    const NodeId node = next_++;
    static constexpr const char* kNames[] = {"a scalar", "a list", "a mapping", "an alias"};
    if (tree_.nodes[node].kind != kind) disagree_at(node, kNames[static_cast<std::size_t>(kind)]);
    if ((anchor != 0) != (tree_.anchor_of(node) != nullptr)) disagree_at(node, "another anchor");
    if (anchor != 0) anchored_[anchor] = node;
    return node;
  }

  // yaml-cpp 0.7 miscounts the blank lines at the end of folded texts (`>+`) and of quoted ones on several lines.
  bool is_same_text(NodeId node, std::string_view value) const {
    const Node& n = tree_.nodes[node];
    std::string_view text = tree_.scalar_text(node);
    const bool folds = n.style != Style::literal && tree_.slice(n.begin, n.end).find('\n') != std::string_view::npos;
    if (folds && text.substr(text.size() - std::min<std::size_t>(text.size(), 1)) == "\n") {
      text = text.substr(0, text.find_last_not_of('\n') + 1);
      value = value.substr(0, value.find_last_not_of('\n') + 1);
    }
    return value == text;
  }

  void close(const char* what) {
    if (next_ != tree_.nodes[open_.back()].next) disagree(fmt::format("the {} ends too early", what));
    open_.pop_back();
  }

  [[noreturn]] void disagree(std::string what) const {
    if (document_.root == kNoNode) throw Disagreement{document_.begin, std::move(what)};
    disagree_at(next_ < tree_.nodes.size() ? next_ : document_.root, std::move(what));
  }
  [[noreturn]] void disagree_at(NodeId node, std::string what) const {
    throw Disagreement{tree_.nodes[node].begin, "yaml-cpp reads it otherwise: " + std::move(what)};
  }

  const Tree& tree_;
  const Document& document_;
  NodeId next_;
  std::vector<NodeId> open_;
  std::unordered_map<YAML::anchor_t, NodeId> anchored_;  // looked up only
  bool ended_ = false;
};

// Reads a text without copying it.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // never written to: a get area only
    setg(begin, begin, begin + text.size());
  }
};

Error error_at(const Tree& tree, std::uint32_t offset, std::string_view what) {
  const Position position = LineTable(tree.text).at(offset);
  return Error{fmt::format("line {}, column {}: {}", position.line, position.column, what)};
}

// Reads the text of one chunk and compares it with its documents. Each call of yaml-cpp is one for a document that must
// be there, and one more, so that a parser that stands still is not asked for ever.
Status agree_on(const Tree& tree, Chunk chunk, std::span<const Document> documents) {
  ViewBuffer buffer(tree.slice(chunk.begin, chunk.end));
  std::istream input(&buffer);
  try {
    YAML::Parser parser(input);
    for (const Document& document : documents) {
      Comparison comparison(tree, document);
      const bool found = parser.HandleNextDocument(comparison) && comparison.complete();
      if (!found && document.root != kNoNode) {
        return error_at(tree, tree.nodes[document.root].begin, "yaml-cpp sees no document here");
      }
    }
    const Document none{chunk.end, chunk.end, kNoNode, false};
    Comparison nothing(tree, none);
    if (parser.HandleNextDocument(nothing)) return error_at(tree, chunk.end, "yaml-cpp sees one more document");
  } catch (const Disagreement& disagreement) {
    return error_at(tree, disagreement.at, disagreement.what);
  } catch (const YAML::Exception& exception) {
    const std::uint32_t size = chunk.end - chunk.begin;
    const auto at = exception.mark.is_null() ? 0U : static_cast<std::uint32_t>(exception.mark.pos);
    return error_at(tree, chunk.begin + std::min(at, size), "yaml-cpp refuses it: " + exception.msg);
  } catch (const std::exception& exception) {
    return error_at(tree, chunk.begin, fmt::format("yaml-cpp fails: {}", exception.what()));
  }
  return Done{};
}

}  // namespace

Status agree(const Tree& tree) {
  std::size_t next = 0;
  for (const Chunk chunk : split_documents(tree.text)) {
    const std::size_t first = next;
    bool broken = false;
    while (next < tree.documents.size() && tree.documents[next].begin < chunk.end) {
      broken = broken || tree.documents[next++].broken;
    }
    if (broken) continue;
    const std::span<const Document> documents(tree.documents);
    if (Status status = agree_on(tree, chunk, documents.subspan(first, next - first)); !status) return status;
  }
  return Done{};
}

}  // namespace vlint::yaml
