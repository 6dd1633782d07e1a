#include "lint/jmespath/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "lint/base/sha256.h"
#include "lint/base/text.h"
#include "lint/jmespath/go_number.h"
#include "lint/yaml/scalar.h"

namespace vlint::jmespath {

namespace {

// What a value counts beside its text, so that a list of many numbers weighs something.
constexpr std::size_t kOwnWeight = 16;
constexpr std::size_t kMaxWeight = std::size_t{1} << 40;
constexpr std::size_t kLongestIdentity = 256;

}  // namespace

struct Json::Shared {
  std::string text;
  Array items;
  Object members;
  bool has_unknown = false;
  std::size_t depth = 0;
  std::size_t weight = kOwnWeight;

  void add(const Json& part) {
    has_unknown = has_unknown || part.has_unknown();
    depth = std::max(depth, part.depth());
    // Shared parts count each time, so the sum can grow beyond every number.
    weight = std::min(weight + part.weight(), kMaxWeight);
  }
};

namespace {

bool by_key(const Json::Member& a, const Json::Member& b) { return a.first < b.first; }

}  // namespace

Json Json::boolean(bool value) {
  Json json;
  json.type_ = Type::boolean;
  json.number_ = value ? 1 : 0;
  return json;
}

Json Json::number(double value) {
  Json json;
  json.type_ = Type::number;
  json.number_ = value;
  return json;
}

Json Json::string(std::string text) {
  Json json;
  json.type_ = Type::string;
  auto shared = std::make_shared<Shared>();
  shared->weight += text.size();
  shared->text = std::move(text);
  json.shared_ = std::move(shared);
  return json;
}

Json Json::array(Array items) {
  Json json;
  json.type_ = Type::array;
  auto shared = std::make_shared<Shared>();
  for (const Json& item : items) shared->add(item);
  ++shared->depth;
  shared->items = std::move(items);
  json.shared_ = std::move(shared);
  return json;
}

Json Json::object(Object members) {
  if (!std::is_sorted(members.begin(), members.end(), by_key)) std::stable_sort(members.begin(), members.end(), by_key);
  // The last of equal keys stays.
  std::size_t kept = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;
    if (kept != i) members[kept] = std::move(members[i]);
    ++kept;
  }
  members.resize(kept);

  Json json;
  json.type_ = Type::object;
  auto shared = std::make_shared<Shared>();
  for (const Member& member : members) {
    shared->add(member.second);
    shared->weight += member.first.size() + 1;
  }
  ++shared->depth;
  shared->members = std::move(members);
  json.shared_ = std::move(shared);
  return json;
}

Json Json::unknown(std::string_view identity) {
  Json json;
  json.type_ = Type::unknown;
  if (identity.empty()) return json;
  auto shared = std::make_shared<Shared>();
  // What is computed of what was computed has ever longer identities.
  shared->text = identity.size() > kLongestIdentity ? sha256_hex(identity) : std::string(identity);
  json.shared_ = std::move(shared);
  return json;
}

const std::string& Json::as_string() const {
  static const std::string kEmpty;
  return is_string() ? shared_->text : kEmpty;
}

const std::string& Json::identity() const {
  static const std::string kEmpty;
  return is_unknown() && shared_ != nullptr ? shared_->text : kEmpty;
}

const Json::Array& Json::items() const {
  static const Array kEmpty;
  return is_array() ? shared_->items : kEmpty;
}

const Json::Object& Json::members() const {
  static const Object kEmpty;
  return is_object() ? shared_->members : kEmpty;
}

const Json* Json::find(std::string_view key) const {
  const Object& all = members();
  const auto found = std::lower_bound(
      all.begin(), all.end(), key, [](const Member& member, std::string_view wanted) { return member.first < wanted; });
  return found != all.end() && found->first == key ? &found->second : nullptr;
}

bool Json::has_unknown() const { return is_unknown() || (shared_ != nullptr && shared_->has_unknown); }

std::size_t Json::depth() const { return shared_ == nullptr ? 0 : shared_->depth; }

std::size_t Json::weight() const { return shared_ == nullptr ? kOwnWeight : shared_->weight; }

Json Json::with_origin(yaml::Value origin) const {
  Json copy = *this;
  copy.origin_ = origin;
  return copy;
}

Json Json::as_go_type() const {
  Json copy = *this;
  copy.odd_ = true;
  return copy;
}

bool Json::operator==(const Json& other) const { return equal(*this, other) == Known::yes; }

namespace {

Known equal_items(const Json::Array& a, const Json::Array& b) {
  if (a.size() != b.size()) return Known::no;
  Known result = Known::yes;
  for (std::size_t i = 0; i < a.size() && result != Known::no; ++i) result = result && equal(a[i], b[i]);
  return result;
}

Known equal_members(const Json::Object& a, const Json::Object& b) {
  if (a.size() != b.size()) return Known::no;
  Known result = Known::yes;
  for (std::size_t i = 0; i < a.size() && result != Known::no; ++i) {
    result = a[i].first == b[i].first ? result && equal(a[i].second, b[i].second) : Known::no;
  }
  return result;
}

}  // namespace

Known equal(const Json& a, const Json& b) {
  if (a.is_unknown() && b.is_unknown() && !a.identity().empty() && a.identity() == b.identity()) return Known::yes;
  if (a.is_unknown() || b.is_unknown()) return Known::unknown;
  if (a.type() != b.type() || a.is_go_int() != b.is_go_int() || a.is_go_list_of_maps() != b.is_go_list_of_maps()) {
    return Known::no;
  }
  switch (a.type()) {
    case Json::Type::boolean:
      return known(a.as_boolean() == b.as_boolean());
    case Json::Type::number:
      return known(a.as_number() == b.as_number());
    case Json::Type::string:
      return known(a.as_string() == b.as_string());
    case Json::Type::array:
      return equal_items(a.items(), b.items());
    case Json::Type::object:
      return equal_members(a.members(), b.members());
    case Json::Type::null:
    case Json::Type::unknown:
      break;
  }
  return Known::yes;
}

// From YAML -----------------------------------------------------------------------------------------------------------

namespace {

// Deeper than any manifest that the parser accepts.
constexpr int kMaxYamlDepth = 1000;

bool is_encrypted(std::string_view text) {  // sops: stores/yaml writes every encrypted value so
  constexpr std::string_view kPrefix = "ENC[";
  return text.substr(0, kPrefix.size()) == kPrefix && text.back() == ']';
}

bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

// flux2 postBuild.substitute (fluxcd/pkg/envsubst): `${NAME…}`; `$${NAME}` is the escape for the text itself.
bool has_flux_variable(std::string_view text) {
  for (std::size_t at = text.find("${"); at != std::string_view::npos; at = text.find("${", at + 2)) {
    const bool escaped = at > 0 && text[at - 1] == '$';
    if (!escaped && at + 2 < text.size() && starts_name(text[at + 2])) return true;
  }
  return false;
}

bool is_told_by_git(std::string_view text) { return !has_flux_variable(text) && !is_encrypted(text); }

// From 2^63 on. Those in other than decimal digits nobody writes.
Json beyond_int64(std::string_view text) {
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  return end.ec == std::errc() && end.ptr == text.data() + text.size() ? Json::number(number) : Json::unknown();
}

Json from_scalar(yaml::Value value) {
  const std::string_view text = value.text();
  if (!is_told_by_git(text)) return Json::unknown();
  switch (value.type()) {
    case yaml::ScalarType::null:
      return Json();
    case yaml::ScalarType::boolean:
      return Json::boolean(value.as_bool().value_or(false));
    case yaml::ScalarType::integer:
      if (const auto number = value.as_int()) return Json::number(static_cast<double>(*number));
      return beyond_int64(text);
    case yaml::ScalarType::floating:
      return beyond_int64(text);
    case yaml::ScalarType::string:
      break;
  }
  return Json::string(std::string(text));
}

// sigs.k8s.io/yaml convertToJSONableObject: keys of other types become the text of their value.
std::string key_text(yaml::Value key) {
  switch (key.type()) {
    case yaml::ScalarType::boolean:
      return key.as_bool().value_or(false) ? "true" : "false";
    case yaml::ScalarType::integer:
      if (const auto number = key.as_int()) return std::to_string(*number);
      break;
    case yaml::ScalarType::null:
    case yaml::ScalarType::floating:
    case yaml::ScalarType::string:
      break;
  }
  return std::string(key.text());
}

Json from_yaml(yaml::Value value, int depth);

Json from_mapping(yaml::Value value, int depth) {
  Json::Object members;
  for (const yaml::Entry& entry : value.entries()) {
    // With one key unknown nothing can be said of the keys that are missing.
    if (!is_told_by_git(entry.key.text())) return Json::unknown();
    members.emplace_back(key_text(entry.key), from_yaml(entry.value, depth + 1));
  }
  return Json::object(std::move(members));
}

Json from_yaml(yaml::Value value, int depth) {
  if (!value) return Json();
  if (depth > kMaxYamlDepth) return Json::unknown().with_origin(value);
  if (value.is_scalar()) return from_scalar(value).with_origin(value);
  if (value.is_mapping()) return from_mapping(value, depth).with_origin(value);
  Json::Array items;
  for (const yaml::Value item : value.items()) items.push_back(from_yaml(item, depth + 1));
  return Json::array(std::move(items)).with_origin(value);
}

}  // namespace

Json from_yaml(yaml::Value value) { return from_yaml(value, 0); }

// To JSON -------------------------------------------------------------------------------------------------------------

namespace {

// encoding/json encode.go, appendString with HTML escaping.
void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint character = code_point_at(text, at);
    const std::string_view bytes = text.substr(at, character.size);
    at += character.size;
    if (!character.valid) {
      out += "\\ufffd";
      continue;
    }
    switch (character.value) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '<':
      case '>':
      case '&':
      case 0x2028:
      case 0x2029:
        out += fmt::format("\\u{:04x}", static_cast<unsigned>(character.value));
        break;
      default:
        if (character.value < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(character.value));
        } else {
          out += bytes;
        }
    }
  }
  out += '"';
}

// What is written for an unknown part. False: such a value can't be written.
using UnknownPart = bool (*)(std::string& out, const Json& part);

bool unknown_as_null(std::string& out, const Json&) {
  out += "null";
  return true;
}

bool unknown_as_identity(std::string& out, const Json& part) {
  if (part.identity().empty()) return false;
  out += fmt::format("<{}:{}>", part.identity().size(), part.identity());
  return true;
}

// False: a number that JSON can't hold, or an unknown part that can't be written.
bool append_json(std::string& out, const Json& value, UnknownPart unknown) {
  switch (value.type()) {
    case Json::Type::null:
      out += "null";
      return true;
    case Json::Type::unknown:
      return unknown(out, value);
    case Json::Type::boolean:
      out += value.as_boolean() ? "true" : "false";
      return true;
    case Json::Type::number:
      if (!std::isfinite(value.as_number())) return false;
      out += go_json_number(value.as_number());
      return true;
    case Json::Type::string:
      append_string(out, value.as_string());
      return true;
    case Json::Type::array: {
      out += '[';
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        if (i > 0) out += ',';
        if (!append_json(out, value.items()[i], unknown)) return false;
      }
      out += ']';
      return true;
    }
    case Json::Type::object:
      break;
  }
  out += '{';
  for (std::size_t i = 0; i < value.members().size(); ++i) {
    if (i > 0) out += ',';
    append_string(out, value.members()[i].first);
    out += ':';
    if (!append_json(out, value.members()[i].second, unknown)) return false;
  }
  out += '}';
  return true;
}

}  // namespace

Result<std::string> to_json(const Json& value) {
  std::string text;
  if (!append_json(text, value, unknown_as_null)) return Error{"json: unsupported value: NaN or an infinity"};
  return text;
}

std::string identity_of(const Json& value) {
  std::string text;
  return append_json(text, value, unknown_as_identity) ? text : std::string();
}

}  // namespace vlint::jmespath
