#include "lint/kustomize/sources.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

void read_documents(ParsedText& parsed, const MovedTags& tags = {}) {
  const yaml::Tree& tree = *parsed.tree;
  for (const yaml::Document& document : tree.documents) {
    if (document.broken || document.root == yaml::kNoNode) continue;
    parsed.documents.push_back(read_document(parsed.arena, tree, document.root, tags));
  }
  for (const yaml::Problem& problem : tree.problems) {
    if (problem.kind == yaml::ProblemKind::repeated_key) continue;
    Fault fault;
    fault.message = problem.message;
    fault.where = problem.where;
    fault.related = problem.related;
    fault.related_message = problem.related_message;
    parsed.fault = std::move(fault);
    return;
  }
}

// Where each line of a scalar's text stands in the file: a literal block scalar's lines, or the one line of another
// scalar that needs no decoding.
class LiteralMap {
 public:
  LiteralMap(const yaml::Tree& tree, yaml::NodeId scalar, std::string_view text) {
    const yaml::Node& node = tree.nodes[scalar];
    if (node.style != yaml::Style::literal) {
      const std::uint32_t quotes = node.style == yaml::Style::plain ? 0 : 1;
      complete_ = tree.slice(node.begin, node.end).substr(quotes, text.size()) == text &&
                  node.end - node.begin == text.size() + 2 * quotes && text.find('\n') == std::string_view::npos;
      lines_.push_back({0, node.begin + quotes});
      end_ = node.end - quotes;
      return;
    }
    std::uint32_t line = node.begin;
    const auto next_line = [&](std::uint32_t at) {
      const std::size_t end = tree.text.find('\n', at);
      return end == std::string_view::npos ? static_cast<std::uint32_t>(tree.text.size())
                                           : static_cast<std::uint32_t>(end + 1);
    };
    line = next_line(line);
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::string_view wanted = text.substr(at, end - at);
      const std::string_view there = tree.slice(line, next_line(line));
      // The indentation is what stands before the wanted text.
      const std::size_t indent = wanted.empty() ? 0 : there.find(wanted);
      if (indent == std::string_view::npos) break;
      lines_.push_back({static_cast<std::uint32_t>(at), line + static_cast<std::uint32_t>(indent)});
      line = next_line(line);
      at = end + 1;
    }
    complete_ = at >= text.size();
    end_ = node.end;
  }

  bool complete() const { return complete_ && !lines_.empty(); }

  std::uint32_t at(std::uint32_t offset) const {
    auto after = std::upper_bound(lines_.begin(), lines_.end(), offset,
                                  [](std::uint32_t wanted, const Line& line) { return wanted < line.text; });
    if (after != lines_.begin()) --after;
    return std::min(after->file + (offset - std::min(offset, after->text)), std::max(end_, after->file));
  }

 private:
  struct Line {
    std::uint32_t text;
    std::uint32_t file;
  };
  std::vector<Line> lines_;
  std::uint32_t end_ = 0;
  bool complete_ = false;
};

void move_span(Span& span, FileId file, const LiteralMap& map) {
  if (!span.valid()) return;
  span = {file, map.at(span.begin), map.at(span.end)};
}

// Moves a tree of a literal block scalar's text to the places that the text has in the file.
void move_into_file(yaml::Tree& tree, const yaml::Tree& file, const LiteralMap& map) {
  const std::string_view text = tree.text;
  std::vector<yaml::DecodedText> decoded;
  for (yaml::NodeId id = 0; id < tree.nodes.size(); ++id) {
    yaml::Node& node = tree.nodes[id];
    const std::string_view slice = text.substr(node.begin, node.end - node.begin);
    const std::uint32_t begin = map.at(node.begin);
    const std::uint32_t end = map.at(node.end);
    const bool is_slice = file.slice(begin, std::max(begin, end)) == slice;
    if (node.kind == yaml::Kind::scalar && !is_slice && (node.flags & yaml::kDecoded) == 0) {
      const std::string_view value = tree.scalar_text(id);
      decoded.push_back(
          {id, static_cast<std::uint32_t>(tree.decoded_text.size()), static_cast<std::uint32_t>(value.size())});
      tree.decoded_text += std::string(value);
      node.flags |= yaml::kDecoded;
    }
    node.begin = begin;
    node.end = std::max(begin, end);
  }
  tree.decoded.insert(tree.decoded.end(), decoded.begin(), decoded.end());
  std::sort(tree.decoded.begin(), tree.decoded.end(), [](const auto& a, const auto& b) { return a.node < b.node; });
  for (yaml::Document& document : tree.documents) {
    document.begin = map.at(document.begin);
    document.end = map.at(document.end);
  }
  for (yaml::Comment& comment : tree.comments) comment = {map.at(comment.begin), map.at(comment.end)};
  for (yaml::Anchor& anchor : tree.anchors) anchor = {anchor.node, map.at(anchor.begin), map.at(anchor.end)};
  for (yaml::Tag& tag : tree.tags) tag = {tag.node, map.at(tag.begin), map.at(tag.end)};
  for (yaml::Problem& problem : tree.problems) {
    move_span(problem.where, file.file, map);
    move_span(problem.related, file.file, map);
  }
  tree.file = file.file;
  tree.text = file.text;
}

// Gives every node of a tree the same place; the texts are kept beside. Returns the tags, which stand nowhere then.
MovedTags move_to_one_place(yaml::Tree& tree, FileId file, std::string_view file_text, std::uint32_t begin,
                            std::uint32_t end) {
  MovedTags tags;
  for (const yaml::Tag& tag : tree.tags) {
    const std::string_view name = tree.slice(tag.begin, tag.end);
    tags.emplace(tag.node, std::string(name));
    // The others see a text that is a text by its tag as one in quotes.
    yaml::Node& node = tree.nodes[tag.node];
    const bool is_text = name == "!" || name == "!!str";
    if (is_text && node.kind == yaml::Kind::scalar) node.style = yaml::Style::double_quoted;
  }
  std::vector<yaml::DecodedText> decoded;
  std::string texts;
  for (yaml::NodeId id = 0; id < tree.nodes.size(); ++id) {
    if (tree.nodes[id].kind != yaml::Kind::scalar) continue;
    const std::string_view value = tree.scalar_text(id);
    decoded.push_back({id, static_cast<std::uint32_t>(texts.size()), static_cast<std::uint32_t>(value.size())});
    texts += value;
  }
  tree.decoded = std::move(decoded);
  tree.decoded_text = std::move(texts);
  for (yaml::Node& node : tree.nodes) {
    if (node.kind == yaml::Kind::scalar) node.flags |= yaml::kDecoded;
    node.begin = begin;
    node.end = end;
  }
  tree.comments.clear();
  tree.anchors.clear();
  for (yaml::Document& document : tree.documents) {
    document.begin = begin;
    document.end = end;
  }
  for (yaml::Problem& problem : tree.problems) {
    problem.where = {file, begin, end};
    if (problem.related.valid()) problem.related = {file, begin, end};
  }
  for (yaml::Node& node : tree.nodes) node.flags &= static_cast<std::uint16_t>(~(yaml::kAnchored | yaml::kTagged));
  tree.tags.clear();
  tree.file = file;
  tree.text = file_text;
  return tags;
}

void set_file(yaml::Tree& tree, FileId file) {
  tree.file = file;
  for (yaml::Problem& problem : tree.problems) {
    if (problem.where.valid()) problem.where.file = file;
    if (problem.related.valid()) problem.related.file = file;
  }
}

std::unique_ptr<FileSet> single(std::string_view path, std::string_view text) {
  std::vector<SourceFile> files;
  files.push_back({std::string(path), std::string(text)});
  return std::make_unique<FileSet>(std::move(files));
}

}  // namespace

struct Sources::Slot {
  FileText file;
  std::string owned_text;
  std::once_flag read;
  std::once_flag parse;
  ParsedText parsed;
};

Sources::Sources(FileAccess access, const yaml::Forest* trees, yaml::Limits limits, std::vector<std::string> announced)
    : access_(std::move(access)), trees_(trees), limits_(limits) {
  next_id_ = access_.known() == nullptr ? 0 : static_cast<std::uint32_t>(access_.known()->size());
  std::sort(announced.begin(), announced.end());
  for (std::string& path : announced) {
    if (access_.known() != nullptr && access_.known()->find(path)) continue;
    auto& slot = files_[path];
    if (slot != nullptr) continue;
    slot = std::make_unique<Slot>();
    slot->file.id = static_cast<FileId>(next_id_);
    by_id_[next_id_++] = slot.get();
    slot->file.path = std::move(path);
  }
}

Sources::~Sources() = default;

const FileText& Sources::file(std::string_view path) {
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto at = files_.find(path);
    if (at == files_.end()) at = files_.emplace(std::string(path), nullptr).first;
    if (at->second == nullptr) {
      at->second = std::make_unique<Slot>();
      at->second->file.path = path;
      const auto known = access_.known() == nullptr ? std::nullopt : access_.known()->find(path);
      at->second->file.id = known ? *known : static_cast<FileId>(next_id_++);
      by_id_[static_cast<std::uint32_t>(at->second->file.id)] = at->second.get();
    }
    slot = at->second.get();
  }
  std::call_once(slot->read, [&] {
    const auto known = access_.known() == nullptr ? std::nullopt : access_.known()->find(path);
    if (known) {
      slot->file.text = (*access_.known())[*known].text;
      return;
    }
    Result<std::string> text = access_.read(path, limits_.file_bytes);
    if (!text.ok()) {
      slot->file.unreadable = text.error();
      return;
    }
    slot->owned_text = std::move(text).value();
    slot->file.text = slot->owned_text;
  });
  return slot->file;
}

const ParsedText& Sources::parsed(const FileText& file) {
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(mutex_);
    slot = files_.find(file.path)->second.get();
  }
  std::call_once(slot->parse, [&] {
    ParsedText& parsed = slot->parsed;
    const auto index = static_cast<std::size_t>(file.id);
    if (trees_ != nullptr && index < trees_->size() && (*trees_)[index] != nullptr) {
      parsed.tree = (*trees_)[index].get();
    } else {
      parsed.text_owner = single(file.path, file.text);
      parsed.tree_owner =
          std::make_unique<yaml::Tree>(yaml::parse(*parsed.text_owner, static_cast<FileId>(0), limits_));
      set_file(*parsed.tree_owner, file.id);
      parsed.tree = parsed.tree_owner.get();
    }
    read_documents(parsed);
  });
  return slot->parsed;
}

const ParsedText& Sources::parsed_inside(const yaml::Tree& tree, yaml::NodeId scalar) {
  Slot* slot = nullptr;
  {
    const std::lock_guard lock(mutex_);
    auto& known = inside_[{&tree, scalar}];
    if (known == nullptr) known = std::make_unique<Slot>();
    slot = known.get();
  }
  std::call_once(slot->parse, [&] {
    ParsedText& parsed = slot->parsed;
    parsed.text_owner = single("", tree.scalar_text(scalar));
    parsed.tree_owner = std::make_unique<yaml::Tree>(yaml::parse(*parsed.text_owner, static_cast<FileId>(0), limits_));
    parsed.tree = parsed.tree_owner.get();
    bool moved = false;
    if (tree.nodes[scalar].style != yaml::Style::folded && (tree.nodes[scalar].flags & yaml::kMade) == 0) {
      const LiteralMap map(tree, scalar, tree.scalar_text(scalar));
      if (map.complete()) {
        move_into_file(*parsed.tree_owner, tree, map);
        moved = true;
      }
    }
    MovedTags tags;
    if (!moved) {
      tags =
          move_to_one_place(*parsed.tree_owner, tree.file, tree.text, tree.nodes[scalar].begin, tree.nodes[scalar].end);
    }
    read_documents(parsed, tags);
  });
  return slot->parsed;
}

const ParsedText& Sources::parsed_made(std::string text, Span place) {
  auto slot = std::make_unique<Slot>();
  ParsedText& parsed = slot->parsed;
  parsed.text_owner = single("", text);
  parsed.tree_owner = std::make_unique<yaml::Tree>(yaml::parse(*parsed.text_owner, static_cast<FileId>(0), limits_));
  parsed.tree = parsed.tree_owner.get();
  const std::string_view file_text = place.valid() ? this->text(place.file) : std::string_view();
  const bool inside = place.end <= file_text.size();
  const MovedTags tags =
      move_to_one_place(*parsed.tree_owner, place.file, file_text, inside ? place.begin : 0, inside ? place.end : 0);
  read_documents(parsed, tags);
  const std::lock_guard lock(mutex_);
  made_.push_back(std::move(slot));
  return made_.back()->parsed;
}

std::string_view Sources::path(FileId id) const {
  if (access_.known() != nullptr && static_cast<std::size_t>(id) < access_.known()->size()) {
    return (*access_.known())[id].path;
  }
  const std::lock_guard lock(mutex_);
  const auto at = by_id_.find(static_cast<std::uint32_t>(id));
  return at == by_id_.end() ? std::string_view() : std::string_view(at->second->file.path);
}

std::string_view Sources::text(FileId id) const {
  if (access_.known() != nullptr && static_cast<std::size_t>(id) < access_.known()->size()) {
    return (*access_.known())[id].text;
  }
  const std::lock_guard lock(mutex_);
  const auto at = by_id_.find(static_cast<std::uint32_t>(id));
  return at == by_id_.end() ? std::string_view() : at->second->file.text;
}

}  // namespace vlint::kustomize
