// A value that is to be written into a file: a small tree of scalars, mappings and sequences, and its YAML text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"
#include "lint/yaml/house_style.h"

namespace vlint::yaml {

struct NewEntry;

struct NewValue {
  enum class Kind : std::uint8_t {
    string,  // is read as this string, whatever it looks like
    typed,   // what the text means as a plain scalar: a number, a boolean, null (`null`, or nothing), else a string
    mapping,
    sequence,
  };

  Kind kind = Kind::typed;
  std::string text;               // of scalars
  std::vector<NewEntry> entries;  // of a mapping; keys are strings
  std::vector<NewValue> items;    // of a sequence

  static NewValue string(std::string_view text);
  static NewValue typed(std::string_view text);
  static NewValue mapping(std::vector<NewEntry> entries);
  static NewValue sequence(std::vector<NewValue> items);

  bool is_scalar() const { return kind == Kind::string || kind == Kind::typed; }
};

struct NewEntry {
  std::string key;
  NewValue value;
};

// libyaml takes no longer keys (1024 characters with the quotes and what stands before them on the line).
inline constexpr std::size_t kMaxKeyBytes = 512;

// Whether the value can be written at all: a key is too long, or stands twice in one mapping.
Status check(const NewValue& value);
Status check_key(std::string_view key);

struct WriteStyle {
  HouseStyle house;
  bool in_flow = false;  // inside of `{}` or `[]`
  bool json = false;     // in flow, keys and strings always in double quotes
  bool literals = true;  // texts of several lines may end as block scalars (`|`)
};

// A scalar on one line.
std::string write_scalar(const NewValue& scalar, const WriteStyle& style);
// A string with the quotes asked for, when it needs any.
std::string write_string(std::string_view text, Style quotes, bool in_flow);
std::string write_key(std::string_view key, const WriteStyle& style);

// In flow style, on one line: `{a: 1, b: [x]}`.
std::string write_flow(const NewValue& value, const WriteStyle& style);
std::string write_flow_entry(const NewEntry& entry, const WriteStyle& style);

// In block style. The text begins at `column` of a line whose beginning is there already (blanks, or the dash of a
// list); following lines bring their own blanks. No line end at the end.
std::string write_block(const NewValue& value, std::uint32_t column, const WriteStyle& style);
// `key: value`, the key at `column`.
std::string write_block_entry(const NewEntry& entry, std::uint32_t column, const WriteStyle& style);
// `- value`, the dash at `column`, the value `gap` columns after it.
std::string write_block_item(const NewValue& item, std::uint32_t column, std::uint32_t gap, const WriteStyle& style);

}  // namespace vlint::yaml
