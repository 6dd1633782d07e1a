// Every shape of a small document times every edit. Each result must parse, mean exactly what was asked for to both
// parsers, keep every comment outside of what was removed, and not touch any other node's text.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/edit.h"
#include "lint/yaml/edit_testing.h"
#include "lint/yaml/judge.h"
#include "lint/yaml/layout.h"

namespace vlint::yaml {
namespace {

std::string blanks(std::size_t count) { return std::string(count, ' '); }

// Where the collection stands: what is before it, its column, what is after it, and the path to it.
struct Context {
  const char* name;
  std::string before;
  std::size_t column;
  std::string after;
  std::string path;
  bool starts_line = true;  // the collection's first member begins its line
};

std::vector<Context> block_contexts() {
  return {
      {"root", "", 0, "", "", true},
      {"root after a comment", "# head\n\n", 0, "\n# tail\n", "", true},
      {"under a key", "first: 1\nspec:\n", 2, "after: 1\n", "spec", true},
      {"four columns and a comment after", "spec:  # why\n    # inside\n", 4, "    # tail\nafter: {x: [1]}\n", "spec",
       true},
      {"at the key's column", "list:\n", 0, "", "list", true},
      {"on a dash line", "list:\n- ", 2, "- z\n", "list/0", false},
      {"on two dashes, deeper", "list:\n  # item\n  - - ", 6, "    - z\nafter: 1\n", "list/0/0", false},
      {"below a dash", "list:\n-  # item\n", 3, "\n- z\n", "list/0", true},
      {"anchored", "spec: &unused\n", 2, "\n\n  # tail\nafter: \"x\"\n", "spec", true},
      {"last, with a deep comment", "spec:\n", 2, "\n      # deep\n", "spec", true},
  };
}

std::vector<Context> flow_contexts() {
  return {
      {"root", "", 0, "\n", "", true},
      {"after a marker", "--- ", 0, "\n", "", false},
      {"under a key", "first: 1\nspec: ", 2, "  # tail\nafter: 1\n", "spec", false},
      {"below a key", "spec:\n  ", 2, "\nafter: 1\n", "spec", true},
      {"in a list", "list:\n- ", 2, "\n- z\n", "list/0", false},
      {"in flow", "outer: {x: 1, inner: ", 2, ", y: 2}\n", "outer/inner", false},
      {"in a flow list", "outer: [x, ", 2, ", y]\n", "outer/1", false},
      {"anchored", "spec: &unused ", 2, "\nafter: \"x\"\n", "spec", false},
  };
}

enum class Content {
  plain,
  number,
  single_quoted,
  double_quoted,
  null,
  alias,
  anchored,
  flow,
  mapping,
  list,
  literal,
  literal_keep,
  folded,
  several_lines,
};
constexpr int kContents = static_cast<int>(Content::several_lines) + 1;
constexpr int kFlowContents = static_cast<int>(Content::flow) + 1;

bool is_block_text(Content content) {
  return content == Content::literal || content == Content::literal_keep || content == Content::folded;
}
bool is_one_line(Content content) { return content <= Content::flow; }
bool is_scalar(Content content) { return content <= Content::anchored || content >= Content::literal; }

enum class Comments { none, at_end, above, deep, blank_lines, detached };
constexpr int kComments = static_cast<int>(Comments::detached) + 1;

struct Shape {
  Context context;
  Kind kind;
  bool flow;
  bool flow_lines;  // one member a line
  Content content;
  Comments comments;
  int count;
  bool crlf;
  bool final_newline;
  int stream;  // 0: alone, 1: a document before, 2: one after, 3: a document end mark after
};

// After the key's colon or the dash, `column` being that of the member.
std::string written_content(const Shape& shape, Content content, int i, std::size_t column) {
  const std::string in = blanks(column + 2);
  const bool in_mapping = shape.kind == Kind::mapping;
  switch (content) {
    case Content::plain:
      return fmt::format(" v{}", i);
    case Content::number:
      return fmt::format(" 1{}", i);
    case Content::single_quoted:
      return fmt::format(" 'it''s {}'", i);
    case Content::double_quoted:
      return fmt::format(" \"a\\t, b: {}\"", i);
    case Content::null:
      return shape.flow ? " ~" : "";
    case Content::alias:
      return i == 0 ? " &used v" : " *used";
    case Content::anchored:
      return fmt::format(" &a{} v", i);
    case Content::flow:
      return fmt::format(" {{p: {}, q: [x, 'y']}}", i);
    case Content::mapping:
      return fmt::format("{}m: {}\n{}n: 2", in_mapping ? "\n" + in : " ", i, in);
    case Content::list:
      return in_mapping ? fmt::format("\n{0}- a\n{0}- b", blanks(column)) : fmt::format(" - a\n{}- b", in);
    case Content::literal:
      return fmt::format(" |\n{0}text {1}\n\n{0}  more", in, i);
    case Content::literal_keep:
      return fmt::format(" |+\n{0}text {1}\n", in, i);
    case Content::folded:
      return fmt::format(" >-\n{0}text {1}", in, i);
    case Content::several_lines:
      return fmt::format(" one\n{0}two {1}", in + "  ", i);
  }
  return "";
}

std::string written_key(int i) { return i == 1 ? "\"k: 1\"" : fmt::format("k{}", i); }

// Mixed contents: the one asked for is that of every member but the second, which has a plain one.
Content content_of(const Shape& shape, int i) {
  return i == 1 && shape.content != Content::alias ? Content::plain : shape.content;
}

std::string build_block(const Shape& shape) {
  std::string text;
  const std::size_t column = shape.context.column;
  for (int i = 0; i < shape.count; ++i) {
    const bool starts_line = i > 0 || shape.context.starts_line;
    if (starts_line && shape.comments == Comments::above) text += blanks(column) + fmt::format("# above {}\n", i);
    if (i > 0 && shape.comments == Comments::blank_lines) text += "\n";
    if (i > 0 && shape.comments == Comments::detached) text += fmt::format("\n{}# detached {}\n\n", blanks(column), i);
    if (starts_line) text += blanks(column);
    const Content content = content_of(shape, i);
    text += shape.kind == Kind::mapping ? written_key(i) + ":" : "-";
    text += written_content(shape, content, i, column);
    if (shape.comments == Comments::at_end && is_one_line(content)) text += fmt::format("  # end {}", i);
    text += "\n";
    if (shape.comments == Comments::deep) text += blanks(column + 3) + fmt::format("# deep {}\n", i);
  }
  return text;
}

std::string build_flow(const Shape& shape) {
  std::string text = shape.kind == Kind::mapping ? "{" : "[";
  const std::string next = shape.flow_lines ? "\n" + blanks(shape.context.column + 2) : " ";
  for (int i = 0; i < shape.count; ++i) {
    if (shape.flow_lines && shape.comments == Comments::above) text += next + fmt::format("# above {}", i);
    if (i > 0 || shape.flow_lines) text += next;
    const std::string content = written_content(shape, content_of(shape, i), i, 0).substr(1);
    text += shape.kind == Kind::mapping ? written_key(i) + ": " + content : content;
    const bool last = i + 1 == shape.count;
    if (!last || shape.comments == Comments::blank_lines) text += ",";
    if (shape.flow_lines && shape.comments == Comments::at_end) text += fmt::format("  # end {}", i);
  }
  if (shape.flow_lines) text += "\n" + blanks(shape.context.column);
  return text + (shape.kind == Kind::mapping ? "}" : "]");
}

struct Built {
  std::string text;
  std::size_t document;
};

Built build(const Shape& shape) {
  std::string text = shape.stream == 1 ? "before: 1\n---\n" : "";
  const bool has_marker = shape.context.before.substr(0, 3) == "---";
  if (shape.stream == 1 && has_marker) text = "before: 1\n";
  text += shape.context.before + (shape.flow ? build_flow(shape) : build_block(shape)) + shape.context.after;
  if (shape.stream == 2) text += "---\nafter: 1\n";
  if (shape.stream == 3) text += "...\n";
  if (!shape.final_newline) text.pop_back();
  if (shape.crlf) text = with_crlf(text);
  return {text, shape.stream == 1 ? std::size_t{1} : std::size_t{0}};
}

Value find_collection(const Tree& tree, std::size_t document, const std::string& path) {
  Value value(tree, tree.documents[document].root);
  if (path.empty()) return value;
  for (const std::string_view part : split(path, '/')) {
    value = value.is_sequence() ? value.at(static_cast<std::size_t>(part.front() - '0')) : value[part];
  }
  return value;
}

// The models from a document's root down to the collection at a path.
std::vector<Model*> path_of(Model& root, const std::string& path) {
  std::vector<Model*> found{&root};
  if (path.empty()) return found;
  for (const std::string_view part : split(path, '/')) {
    Model& at = *found.back();
    if (at.kind == Kind::sequence) {
      found.push_back(&at.items[static_cast<std::size_t>(part.front() - '0')]);
    } else {
      const auto entry = std::find_if(at.entries.begin(), at.entries.end(), [&](auto& e) { return e.first == part; });
      found.push_back(&entry->second);
    }
  }
  return found;
}

std::size_t size_of(const Model& model) { return model.entries.size() + model.items.size(); }

void erase(Model& model, std::size_t index) {
  const auto at = static_cast<std::ptrdiff_t>(index);
  if (model.kind == Kind::mapping) {
    model.entries.erase(model.entries.begin() + at);
  } else {
    model.items.erase(model.items.begin() + at);
  }
}

// False when nothing would be left of the document.
bool erase_member(Model& root, const std::string& path, std::size_t index, OnlyChild only_child) {
  const std::vector<Model*> models = path_of(root, path);
  erase(*models.back(), index);
  if (only_child == OnlyChild::leave_empty) return true;
  for (std::size_t i = models.size(); i-- > 0 && size_of(*models[i]) == 0;) {
    if (i == 0) return false;
    Model& parent = *models[i - 1];
    if (parent.kind == Kind::mapping) {
      const auto at = std::find_if(parent.entries.begin(), parent.entries.end(),
                                   [&](auto& entry) { return &entry.second == models[i]; });
      parent.entries.erase(at);
    } else {
      parent.items.erase(parent.items.begin() + (models[i] - parent.items.data()));
    }
  }
  return true;
}

// Whether a shape is one that the reason to refuse is made for.
bool is_expected(const Shape& shape, std::string_view reason) {
  const auto has = [&](std::string_view part) { return reason.find(part) != std::string_view::npos; };
  if (has("&used") || has("*used")) return shape.content == Content::alias;
  if (has("block scalar") || has("the new text begins with a blank")) return is_block_text(shape.content);
  return has("nothing would be left") && shape.count == 1;
}

class Crossing {
 public:
  void cross(const Shape& shape);
  long edits() const { return edits_; }
  long refusals() const { return refusals_; }

 private:
  void set_members(const Parsed& before, const Shape& shape, const Built& built);
  void remove_members(const Parsed& before, const Shape& shape, const Built& built);
  void rename_members(const Parsed& before, const Shape& shape, const Built& built);
  void add_members(const Parsed& before, const Shape& shape, const Built& built);
  void check_inverse(const Parsed& before, const std::string& after, const Shape& shape, const Built& built,
                     const std::string& key);

  // The text after the edit; nothing when it was refused.
  std::optional<std::string> verify(const Attempt& attempt, const Edits& edits, bool removes_comments = false) {
    if (!edits) {
      ++refusals_;
      INFO(attempt.what, " in:\n", std::string(attempt.before.tree.text));
      CHECK_MESSAGE(is_expected(*shape_, edits.error()), edits.error());
      return std::nullopt;
    }
    ++edits_;
    std::string text;
    const std::string wrong = fault(attempt, *edits, removes_comments, text);
    if (!wrong.empty()) {
      INFO("before:\n", std::string(attempt.before.tree.text), "\nafter:\n", text);
      CHECK_MESSAGE(wrong.empty(), attempt.what, ": ", wrong);
    }
    return text;
  }

  const Shape* shape_ = nullptr;
  long edits_ = 0;
  long refusals_ = 0;
  std::size_t turn_ = 0;
};

void Crossing::cross(const Shape& shape) {
  const Built built = build(shape);
  const Parsed before(built.text);
  INFO("text:\n", built.text);
  REQUIRE_FALSE(before.is_broken());
  ++turn_;
  shape_ = &shape;
  set_members(before, shape, built);
  rename_members(before, shape, built);
  remove_members(before, shape, built);
  add_members(before, shape, built);
}

void Crossing::set_members(const Parsed& before, const Shape& shape, const Built& built) {
  struct New {
    const char* text;
    WriteAs as;
    ScalarType type;
  };
  static constexpr std::array<New, 7> kNew = {{
      {"new", WriteAs::before, ScalarType::string},
      {"12", WriteAs::typed, ScalarType::integer},
      {"true", WriteAs::string, ScalarType::string},
      {"a: b, c # d", WriteAs::before, ScalarType::string},
      {"", WriteAs::string, ScalarType::string},
      {"one\ntwo\n", WriteAs::before, ScalarType::string},
      {" x\t'\"", WriteAs::string, ScalarType::string},
  }};
  const Tree& tree = before.tree;
  const Value collection = find_collection(tree, built.document, shape.context.path);
  const std::vector<Member> present = members(tree, collection.node_id());
  for (std::size_t i = 0; i < present.size(); ++i) {
    if (!is_scalar(content_of(shape, static_cast<int>(i)))) continue;
    const New& chosen = kNew[(turn_ + i) % kNew.size()];
    Attempt attempt{before, fmt::format("set {} to {}", i, quoted(chosen.text)), models_of(tree), present[i].value,
                    tree.nodes[present[i].value].next};
    Model& parent = *path_of(attempt.expected[built.document], shape.context.path).back();
    Model& model = parent.kind == Kind::mapping ? parent.entries[i].second : parent.items[i];
    model = Model{Kind::scalar, chosen.type, chosen.text, {}, {}};
    verify(attempt, set_scalar(tree, present[i].value, chosen.text, chosen.as));
  }
}

void Crossing::rename_members(const Parsed& before, const Shape& shape, const Built& built) {
  if (shape.kind != Kind::mapping) return;
  const Tree& tree = before.tree;
  const Value collection = find_collection(tree, built.document, shape.context.path);
  const std::vector<Member> present = members(tree, collection.node_id());
  static constexpr std::array<const char*, 4> kNames = {"renamed", "yes", "x: y", "1,5"};
  for (std::size_t i = 0; i < present.size(); ++i) {
    const char* name = kNames[(turn_ + i) % kNames.size()];
    Attempt attempt{before, fmt::format("rename {} to {}", i, name), models_of(tree), present[i].first,
                    present[i].value};
    path_of(attempt.expected[built.document], shape.context.path).back()->entries[i].first = name;
    verify(attempt, rename_key(tree, present[i].first, name));
  }
}

void Crossing::remove_members(const Parsed& before, const Shape& shape, const Built& built) {
  const Tree& tree = before.tree;
  const Value collection = find_collection(tree, built.document, shape.context.path);
  const std::vector<Member> present = members(tree, collection.node_id());
  for (std::size_t i = 0; i < present.size(); ++i) {
    for (const OnlyChild only_child : {OnlyChild::remove_parent, OnlyChild::leave_empty}) {
      if (present.size() > 1 && only_child == OnlyChild::leave_empty) continue;
      Attempt attempt{before, fmt::format("remove {}", i), models_of(tree), present[i].first,
                      tree.nodes[present[i].value].next};
      if (present.size() == 1 && only_child == OnlyChild::remove_parent) {
        attempt.first = 0;  // parents go too
        attempt.end = static_cast<NodeId>(tree.nodes.size());
      }
      const bool possible = erase_member(attempt.expected[built.document], shape.context.path, i, only_child);
      const Result<Removal> removal = shape.kind == Kind::mapping
                                          ? remove_entry(tree, collection.place(), present[i].first, only_child)
                                          : remove_item(tree, collection.place(), i, only_child);
      if (!possible) CHECK(removal.error() == "nothing would be left of the document");
      if (removal) {
        verify(attempt, removal->edits, removal->removes_comments);
      } else {
        verify(attempt, Error{removal.error()});
      }
    }
  }
}

void Crossing::add_members(const Parsed& before, const Shape& shape, const Built& built) {
  const std::array<NewValue, 4> values = {
      NewValue::string("true"),
      NewValue::mapping({{"x", NewValue::mapping({{"y: z", NewValue::sequence({NewValue::typed("1")})}})},
                         {"e", NewValue::mapping({})}}),
      NewValue::string("one\n  two: 3\n"),
      NewValue::sequence(
          {NewValue::string("a"), NewValue::mapping({{"b", NewValue::typed("")}, {"c", NewValue::string("1")}})}),
  };
  const Tree& tree = before.tree;
  const Value collection = find_collection(tree, built.document, shape.context.path);
  const std::vector<Member> present = members(tree, collection.node_id());
  for (std::size_t way = 0; way < (shape.kind == Kind::mapping ? 3U : 1U); ++way) {
    const NewValue& value = values[(turn_ + way) % values.size()];
    Attempt attempt{before, fmt::format("add, way {}", way), models_of(tree), 0, 0};
    Model& model = *path_of(attempt.expected[built.document], shape.context.path).back();
    if (shape.kind == Kind::sequence) {
      model.items.push_back(model_of(value));
      verify(attempt, append_item(tree, collection.place(), value));
      continue;
    }
    const std::string key = way == 2 ? "a" : "new";  // `a` comes first in order
    std::size_t index = way == 0 ? present.size() : way == 1 ? 1 : 0;
    const bool in_order = shape.count < 3;  // `k0`, `k: 1`, `k2`
    if (way == 2 && !in_order) index = present.size();
    model.entries.insert(model.entries.begin() + static_cast<std::ptrdiff_t>(index), {key, model_of(value)});
    const Where where = way == 0 ? Where::end() : way == 1 ? Where::after(present.front().first) : Where::sorted();
    const auto after = verify(attempt, add_entry(tree, collection.place(), key, value, where));
    if (after) check_inverse(before, *after, shape, built, key);
  }
}

// What was added to a block mapping can be removed without a trace.
void Crossing::check_inverse(const Parsed& before, const std::string& after, const Shape& shape, const Built& built,
                             const std::string& key) {
  if (shape.flow || !shape.final_newline) return;
  const Parsed added(after);
  const Value collection = find_collection(added.tree, built.document, shape.context.path);
  const Result<Removal> removal =
      remove_entry(added.tree, collection.place(), collection.find(key).key.place(), OnlyChild::leave_empty);
  if (!removal) {
    CHECK_MESSAGE(is_expected(shape, removal.error()), removal.error());
    return;
  }
  INFO("after adding:\n", after);
  CHECK(*apply_edits(after, removal->edits) == std::string(before.tree.text));
}

TEST_CASE("every edit of every small block document") {
  Crossing crossing;
  int turn = 0;
  for (const Context& context : block_contexts()) {
    for (const Kind kind : {Kind::mapping, Kind::sequence}) {
      if (context.path == "list" && kind == Kind::mapping) continue;
      for (int content = 0; content < kContents; ++content) {
        for (int comments = 0; comments < kComments; ++comments) {
          for (int count = 1; count <= 3; ++count) {
            ++turn;
            crossing.cross({context, kind, false, false, static_cast<Content>(content), static_cast<Comments>(comments),
                            count, turn % 3 == 0, turn % 5 != 0, turn % 4});
          }
        }
      }
    }
  }
  CHECK(crossing.edits() > 30'000);
  CHECK(crossing.refusals() * 10 < crossing.edits());
}

TEST_CASE("every edit of every small flow document") {
  Crossing crossing;
  int turn = 0;
  for (const Context& context : flow_contexts()) {
    for (const Kind kind : {Kind::mapping, Kind::sequence}) {
      for (const bool lines : {false, true}) {
        for (int content = 0; content < kFlowContents; ++content) {
          for (int comments = 0; comments < kComments; ++comments) {
            for (int count = 1; count <= 3; ++count) {
              ++turn;
              crossing.cross({context, kind, true, lines, static_cast<Content>(content),
                              static_cast<Comments>(comments), count, turn % 3 == 0, turn % 5 != 0, turn % 4});
            }
          }
        }
      }
    }
  }
  CHECK(crossing.edits() > 30'000);
  CHECK(crossing.refusals() * 10 < crossing.edits());
}

}  // namespace
}  // namespace vlint::yaml
