// From an intention ("set this value", "add this key", "remove this item") to the edit that a careful person would have
// made: minimal, in the style found near the place, comments and untouched lines kept.
//
// Each function answers with edits, or refuses with the reason where there is no clean edit:
// - through an alias or a merge key, and inside an anchor that is used elsewhere: other places would change too;
// - explicit keys (`? key`), pairs without braces in a list (`[a: b]`), line ends other than LF and CRLF.
// Nothing is applied and no two edits are planned together here; apply_edits (text_edit.h) and the fixer do that. Every
// result is made from the spans of the tree, in time of at most the size of the document.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/text_edit.h"
#include "lint/yaml/new_value.h"
#include "lint/yaml/tree.h"
#include "lint/yaml/value.h"

namespace vlint::yaml {

using Edits = Result<std::vector<TextEdit>>;

// What type the text of a scalar gets.
enum class WriteAs : std::uint8_t {
  before,  // a string where there was a string, else what the text means
  string,
  typed,  // what the text means as a plain scalar: `true`, `10`, `null`
};

// Replaces the text of a scalar; a null value counts as one. Keeps the quoting if it can hold the value, else takes the
// least that is safe; anchor, tag and comments stay. Of block scalars only the lines that differ are replaced; a folded
// one can take only one line of text. No edits when nothing changes.
Edits set_scalar(const Tree& tree, NodeId node, std::string_view text, WriteAs as = WriteAs::before);

// Replaces `length` bytes of a scalar's decoded text from `offset` on. Refuses when they do not stand in the file as
// they are (escapes, folded lines).
Edits rewrite_part(const Tree& tree, NodeId node, std::size_t offset, std::size_t length, std::string_view text);

// Refuses when the mapping has the new key already.
Edits rename_key(const Tree& tree, NodeId key, std::string_view new_key);

struct Where {
  enum class Kind : std::uint8_t {
    end,     // after the last entry
    after,   // after the entry of `key`
    sorted,  // in the order of keys if the entries have it, else at the end
  };
  Kind kind = Kind::end;
  NodeId key = kNoNode;

  static Where end() { return {}; }
  static Where after(NodeId key) { return {Kind::after, key}; }
  static Where sorted() { return {Kind::sorted, kNoNode}; }
};

// Adds an entry to a mapping, which may be a null value (`metadata:`) or `{}`. Refuses when the key is there already,
// also by a merge.
Edits add_entry(const Tree& tree, NodeId mapping, std::string_view key, const NewValue& value, Where where = {});

// Adds an item at the end of a sequence, which may be a null value or `[]`.
Edits append_item(const Tree& tree, NodeId sequence, const NewValue& value);

// Sets `key` in the mapping at `path` below `mapping`; the mappings that are missing on the way are added. A scalar
// that is there already is set; refuses when something else is there.
Edits ensure_path(const Tree& tree, NodeId mapping, std::span<const std::string_view> path, std::string_view key,
                  const NewValue& value);

// What becomes of a mapping or sequence that loses its only member.
enum class OnlyChild : std::uint8_t {
  remove_parent,  // it goes too, and its parent if that has nothing else, and so on
  leave_empty,    // it becomes `{}` or `[]`
};

struct Removal {
  std::vector<TextEdit> edits;
  bool removes_comments = false;  // comments that belong to what is removed go with it
};

// Removes the whole lines of an entry or an item with the comment at their end, the comment lines inside, and those
// right above in the same column without a blank line between.
Result<Removal> remove_entry(const Tree& tree, NodeId mapping, NodeId key, OnlyChild only_child);
Result<Removal> remove_item(const Tree& tree, NodeId sequence, std::size_t index, OnlyChild only_child);

// The same for values as rules read them. What stands in a file is edited there; of an object that a build made, the
// text it was made from: the base of a patched mapping, the patch for what only the patch has. Refused where no file
// holds the value, or where the build computes it.
Edits set_scalar(Value value, std::string_view text, WriteAs as = WriteAs::before);
Edits rewrite_part(Value value, std::size_t offset, std::size_t length, std::string_view text);
Edits rename_key(Value key, std::string_view new_key);
Edits add_entry(Value mapping, std::string_view key, const NewValue& value, Where where = {});
Edits append_item(Value sequence, const NewValue& value);
Edits ensure_path(Value mapping, std::span<const std::string_view> path, std::string_view key, const NewValue& value);
Result<Removal> remove_entry(Value key, OnlyChild only_child);
Result<Removal> remove_item(Value item, OnlyChild only_child);

}  // namespace vlint::yaml
