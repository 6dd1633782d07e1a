// JSON values as Kyverno's expressions see them, each with the place in a manifest that supplied it.
//
// Values are immutable and shared, so a copy costs a pointer. Numbers are doubles, as encoding/json reads them. A value
// that Git doesn't tell (encrypted, filled in by Flux, read from the live cluster) is `unknown`: what is computed from
// it is unknown too, unless the answer doesn't depend on it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "lint/base/known.h"
#include "lint/base/result.h"
#include "lint/yaml/value.h"

namespace vlint::jmespath {

class Json {
 public:
  enum class Type : std::uint8_t { null, boolean, number, string, array, object, unknown };
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // sorted by key, each key once

  Json() = default;  // null
  static Json boolean(bool value);
  static Json number(double value);
  static Json string(std::string text);
  static Json array(Array items);
  static Json object(Object members);  // in any order; of equal keys the last one stays
  // Values of one `identity` are the same value, whatever it is; without one nothing is known of it.
  static Json unknown(std::string_view identity = {});

  Type type() const { return type_; }
  bool is_null() const { return type_ == Type::null; }
  bool is_boolean() const { return type_ == Type::boolean; }
  bool is_number() const { return type_ == Type::number; }
  bool is_string() const { return type_ == Type::string; }
  bool is_array() const { return type_ == Type::array; }
  bool is_object() const { return type_ == Type::object; }
  bool is_unknown() const { return type_ == Type::unknown; }

  // Of a value of that type; empty, 0 or false for others.
  bool as_boolean() const { return is_boolean() && number_ != 0; }
  double as_number() const { return is_number() ? number_ : 0; }
  const std::string& as_string() const;
  // Of an unknown value; may be empty. Not to be printed: it can hold parts of a Secret.
  const std::string& identity() const;
  const Array& items() const;
  const Object& members() const;
  // The member of an object, or null.
  const Json* find(std::string_view key) const;

  // Whether it or something in it is unknown.
  bool has_unknown() const;

  // Levels of arrays and objects in it; and the bytes of its texts and keys plus 16 for each value in it, parts that
  // are shared counted each time. Both are known without looking: what makes values asks before they grow without end.
  std::size_t depth() const;
  std::size_t weight() const;

  // Where the value stands in a manifest; missing for what was computed.
  yaml::Value origin() const { return origin_; }
  Json with_origin(yaml::Value origin) const;

  // Values of Go types that JSON has not: compare() returns an int, which equals no number and has no type(); items()
  // returns a list that sort_by, map and others can't take. Everything else treats them as number and array.
  bool is_go_int() const { return odd_ && is_number(); }
  bool is_go_list_of_maps() const { return odd_ && is_array(); }
  Json as_go_type() const;

  // Deep equality as reflect.DeepEqual sees it; origins don't count, a Go int equals no number, and an unknown value
  // equals nothing (ask has_unknown() first).
  bool operator==(const Json& other) const;

 private:
  struct Shared;

  Type type_ = Type::null;
  bool odd_ = false;
  double number_ = 0;  // also a boolean's value
  std::shared_ptr<const Shared> shared_;
  yaml::Value origin_;
};

// The same with unknown parts: yes and no only where these can't change the answer.
Known equal(const Json& a, const Json& b);

// A text that is the same for values that are equal: of a known value its JSON, of an unknown one its identity. Empty
// where a part has no identity.
std::string identity_of(const Json& value);

// A manifest's value as the API server hands it on, every part with its origin. Values that are encrypted or have a
// `${VAR}` of Flux are unknown; `{{ }}` is text here; with
// a key of that sort the whole object is unknown. Keys that are no scalars are left out.
Json from_yaml(yaml::Value value);

// As encoding/json reads it: numbers become doubles, of repeated keys the last one stays, what is not UTF-8 becomes
// U+FFFD. The error is its message and the byte: "invalid character 'o' in literal false (expecting 'a') (at byte 1)".
// Deeper than 1000 levels is an error too.
Result<Json> parse_json(std::string_view text);

// The same; a failure's message is as encoding/json words it, without the byte.
struct JsonFault {
  std::string message;
  std::size_t offset = 0;  // of the character that doesn't fit, or the text's size
};
std::variant<Json, JsonFault> read_json(std::string_view text);

// As encoding/json prints it: compact, keys sorted, `<`, `>` and `&` escaped, floats in Go's form (1e+21, 1e-7). An
// unknown part is printed as null. Infinities and NaN can't be printed: an error.
Result<std::string> to_json(const Json& value);

}  // namespace vlint::jmespath
