// Every kind of value that has nothing in it, wherever it may stand, filled in every way.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lint/yaml/edit.h"
#include "lint/yaml/edit_testing.h"

namespace vlint::yaml {
namespace {

// `@` stands for the empty value, with a blank before it if it has any text.
const std::vector<const char*>& contexts() {
  static const std::vector<const char*> kContexts = {
      "spec:@\n",
      "first: 1\nspec:@  # why\n# below\nafter: 1\n",
      "a:\n    b: 1\nspec:\n    deep:@\n    # same column\n    after:\n      - 1\n",
      "a:\n- b: \"x\"\n  deep:@\n  # below\n- c\n",
      "a:\n  -@\n  - b\n",
      "a:\n-@  # why\n  # inside\n- b\n",
      "a:\n- -@\n  - b\n",
      "spec: &unused@\nafter: 1\n",
      "a:\n- &unused@  # why\n- b\n",
      "a: {x: 1, deep:@ , y: 2}\n",
      "{\"x\": 1, \"deep\":@ , \"y\": \"z\"}\n",
      "before: 1\n---\nspec:@\n---\nafter: 1\n",
      "spec:@\n\n    # deep\n\nafter: 1\n",
      "\"the: key\":@\nafter: 1\n",
      "spec:\n  # only a comment\n  @\nafter: 1\n",
  };
  return kContexts;
}

// The null, `{}` or `[]` that the text has at the place that was filled in.
NodeId find_empty(const Tree& tree, std::size_t at) {
  for (NodeId node = 0; node < tree.nodes.size(); ++node) {
    const bool empty =
        tree.nodes[node].next == node + 1 && (tree.nodes[node].kind != Kind::scalar || Value(tree, node).is_null());
    if (empty && tree.nodes[node].begin >= at) return node;
  }
  return kNoNode;
}

void replace_model(Model& model, const Model& old, const Model& value, bool& done) {
  for (auto& entry : model.entries) {
    if (!done && entry.second == old) {
      entry.second = value;
      done = true;
    }
    replace_model(entry.second, old, value, done);
  }
  for (Model& item : model.items) {
    if (!done && item == old) {
      item = value;
      done = true;
    }
    replace_model(item, old, value, done);
  }
}

TEST_CASE("every empty value is filled in every way") {
  const std::vector<NewValue> values = {
      NewValue::typed("5"),
      NewValue::string("5"),
      NewValue::string("a\nb\n"),
      NewValue::mapping({{"x", NewValue::mapping({{"y", NewValue::string("z")}})},
                         {"l", NewValue::sequence({NewValue::typed("1")})}}),
      NewValue::sequence(
          {NewValue::mapping({{"x", NewValue::typed("")}, {"y", NewValue::typed("1")}}), NewValue::sequence({})}),
  };
  long edits = 0;
  for (const char* context : contexts()) {
    for (const std::string_view empty : {"", " ~", " null", " {}", " []", " { }", " {  # in\n      }"}) {
      for (int variant = 0; variant < 4; ++variant) {
        std::string text = context;
        std::size_t at = text.find('@');
        text.replace(at, 1, empty);
        if ((variant & 1) != 0) text.pop_back();
        if ((variant & 2) != 0) {
          at +=
              static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
          text = with_crlf(text);
        }
        const Parsed before(text);
        if (before.is_broken()) continue;  // `{  # in` in some places
        const Tree& tree = before.tree;
        const NodeId node = find_empty(tree, at);
        if (node == kNoNode) continue;  // no text below a comment: the null is above it
        const Model old = model_of(tree, node);
        for (const NewValue& value : values) {
          for (int way = 0; way < 3; ++way) {
            if (way == 0 && old.kind == Kind::sequence) continue;
            if (way == 1 && old.kind == Kind::mapping) continue;
            if (way == 2 && (old.kind != Kind::scalar || !value.is_scalar())) continue;
            const NewValue whole = way == 0   ? NewValue::mapping({{"key", value}})
                                   : way == 1 ? NewValue::sequence({value})
                                              : value;
            const Edits result =
                way == 0   ? add_entry(tree, node, "key", value)
                : way == 1 ? append_item(tree, node, value)
                           : set_scalar(tree, node, value.text,
                                        value.kind == NewValue::Kind::string ? WriteAs::string : WriteAs::typed);
            INFO("text:\n", text);
            REQUIRE_MESSAGE(result.ok(), result.error());
            Attempt attempt{before, "fill", models_of(tree), node, node + 1};
            bool done = false;
            for (Model& model : attempt.expected) replace_model(model, old, model_of(whole), done);
            std::string after;
            const std::string wrong = fault(attempt, *result, false, after);
            if (!wrong.empty()) CHECK_MESSAGE(wrong.empty(), wrong, ":\n", after);
            ++edits;
          }
        }
      }
    }
  }
  CHECK(edits > 2'000);
}

}  // namespace
}  // namespace vlint::yaml
