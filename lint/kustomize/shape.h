// What a kustomization and its parts may hold: names and types of fields, as tables, and checked reading.
//
// Kustomize turns the file into JSON by the rules of YAML 1.1 and decodes that strictly: a field that is not known or
// of another type is an error; names match without regard to case (encoding/json).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "lint/kustomize/fault.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {

// `written_map`: a map of texts whose keys become keys of objects, which no key that is a number or boolean can.
enum class FieldType : std::uint8_t { text, boolean, integer, texts, text_map, written_map, object, objects, any };

struct Shape;
struct FieldRow {
  std::string_view name;
  FieldType type = FieldType::text;
  const Shape* shape = nullptr;  // of object and objects
};
struct Shape {
  std::string_view what;  // "an entry of patches"
  std::span<const FieldRow> fields;
};

const Shape& kustomization_shape();
const Shape& configuration_shape();
const Shape& replacement_shape();

// All faults of a value of this shape, in the order of the file; empty when there is none.
std::vector<Fault> shape_faults(yaml::Value value, const Shape& shape);
// Throws the first.
void check_shape(yaml::Value value, const Shape& shape);

// A field of a mapping, whatever the case of its name; of several the last. Missing when null.
yaml::Value field(yaml::Value object, std::string_view name);
yaml::Entry field_entry(yaml::Value object, std::string_view name);
// The text of a scalar field, "" when absent.
std::string_view text_field(yaml::Value object, std::string_view name);
bool bool_field(yaml::Value object, std::string_view name);
std::int64_t int_field(yaml::Value object, std::string_view name);

}  // namespace vlint::kustomize
