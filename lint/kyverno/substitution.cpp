#include "lint/kyverno/substitution.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "lint/base/sha256.h"
#include "lint/base/text.h"
#include "lint/kyverno/json_path.h"

namespace vlint::kyverno {
namespace {

using jmespath::Failure;
using jmespath::FailureKind;
using jmespath::Json;
using jmespath::Outcome;

// Upstream has no bounds: a value that holds its own variable keeps it busy for ever.
constexpr int kMaxPasses = 100;
constexpr std::size_t kMaxVariables = 100'000;
constexpr std::size_t kMaxTextBytes = std::size_t{8} << 20;
constexpr std::size_t kMaxDepth = 500;

// Stands in a text for an inserted value that is not known. No brace, no backslash, no blank.
constexpr char kUnknown = '\x01';

constexpr std::string_view kVariable = "{{";
constexpr std::string_view kReference = "$(";

bool has_text(const Json& value, std::string_view wanted) {
  if (value.is_string()) return value.as_string().find(wanted) != std::string::npos;
  if (value.is_array()) {
    return std::any_of(value.items().begin(), value.items().end(),
                       [&](const Json& item) { return has_text(item, wanted); });
  }
  return std::any_of(value.members().begin(), value.members().end(), [&](const Json::Member& member) {
    return member.first.find(wanted) != std::string::npos || has_text(member.second, wanted);
  });
}

Failure limit_failure() { return {FailureKind::limit, "the variables expand without end"}; }

const char* go_type(const Json& value) {
  switch (value.type()) {
    case Json::Type::boolean:
      return "bool";
    case Json::Type::number:
      return value.is_go_int() ? "int" : "float64";
    case Json::Type::array:
      return "[]interface {}";
    case Json::Type::object:
      return "map[string]interface {}";
    default:
      return "string";
  }
}

// A text while variables in it are replaced; each byte knows which byte of the policy's text it comes from.
struct Working {
  std::string text;
  std::vector<std::uint32_t> source;

  explicit Working(std::string_view from) : text(from), source(from.size()) {
    for (std::size_t i = 0; i < source.size(); ++i) source[i] = static_cast<std::uint32_t>(i);
  }

  TextRange in_policy(TextRange range) const { return {source[range.begin], std::size_t{source[range.end - 1]} + 1}; }
};

struct Replacement {
  TextRange range;
  std::string text;
};

// All replacements at once, from left to right. What is inserted counts as the first byte of what it replaces.
void replace(Working& working, const std::vector<Replacement>& replacements) {
  Working result("");
  std::size_t from = 0;
  const auto copy = [&](std::size_t begin, std::size_t end) {
    result.text.append(working.text, begin, end - begin);
    result.source.insert(result.source.end(), working.source.begin() + static_cast<std::ptrdiff_t>(begin),
                         working.source.begin() + static_cast<std::ptrdiff_t>(end));
  };
  for (const Replacement& replacement : replacements) {
    copy(from, replacement.range.begin);
    result.text += replacement.text;
    result.source.resize(result.text.size(), working.source[replacement.range.begin]);
    from = replacement.range.end;
  }
  copy(from, working.text.size());
  working = std::move(result);
}

std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

class Substituter {
 public:
  Substituter(const Json& document, const Resolver& resolve, const SubstitutionOptions& options)
      : document_(document), resolve_(resolve), options_(options) {}

  Substituted run() {
    const Json referenced = has_text(document_, kReference) ? walk(document_, &Substituter::references_in) : document_;
    if (!failed()) result_.value = walk(referenced, &Substituter::variables_in);
    if (failed()) result_.value = Json();
    return std::move(result_);
  }

 private:
  // What becomes of one text. `scalar` is where it stands in the policy.
  using Action = Json (Substituter::*)(const std::string& text, yaml::Value scalar);

  bool failed() const { return result_.failure.has_value(); }

  // jsonutils.Traversal: leaves and keys; what a leaf turns into is walked too.
  Json walk(const Json& value, Action action) {
    if (failed()) return {};
    if (path_.size() > kMaxDepth) return fail(value.origin(), {}, "", limit_failure(), limit_failure().message);
    if (value.is_object()) return walk_object(value, action);
    if (value.is_array()) return walk_array(value, action);
    const std::string_view mark = action == &Substituter::variables_in ? kVariable : kReference;
    if (!value.is_string() || value.as_string().find(mark) == std::string::npos) return value;
    const Json replaced = (this->*action)(value.as_string(), value.origin());
    if (failed()) return {};
    if (!replaced.is_object() && !replaced.is_array()) return replaced;
    // A step of its own, so that a value that holds itself comes to an end.
    path_.push_back({});
    const Json whole = walk(replaced, action);
    path_.pop_back();
    return whole.with_origin(value.origin());
  }

  Json walk_object(const Json& object, Action action) {
    Json::Object members;
    members.reserve(object.members().size());
    bool has_unknown_key = false;
    for (const auto& [key, value] : object.members()) {
      const std::optional<std::string> new_key = key_of(object, key, action);
      if (failed()) return {};
      path_.push_back(key);
      Json part = walk(value, action);
      path_.pop_back();
      if (failed()) return {};
      has_unknown_key = has_unknown_key || !new_key;
      members.emplace_back(new_key.value_or(""), std::move(part));
    }
    Json result = has_unknown_key ? Json::unknown() : Json::object(std::move(members));
    return result.with_origin(object.origin());
  }

  Json walk_array(const Json& array, Action action) {
    Json::Array items;
    items.reserve(array.items().size());
    for (std::size_t i = 0; i < array.items().size(); ++i) {
      path_.push_back(std::to_string(i));
      items.push_back(walk(array.items()[i], action));
      path_.pop_back();
      if (failed()) return {};
    }
    return Json::array(std::move(items)).with_origin(array.origin());
  }

  // Nothing when the key is not known. A key that becomes null stays as it is.
  std::optional<std::string> key_of(const Json& object, const std::string& key, Action action) {
    if (key.find(kVariable) == std::string::npos && key.find(kReference) == std::string::npos) return key;
    const yaml::Value scalar = object.origin().find(key).key;
    const Json replaced = (this->*action)(key, scalar);
    if (failed() || replaced.is_unknown()) return std::nullopt;
    if (replaced.is_null()) return key;
    if (replaced.is_string()) return replaced.as_string();
    const std::string message = fmt::format("expected string after substituting variables in key \"{}\"", key);
    fail(scalar, {0, key.size()}, key, {FailureKind::type, message}, message);
    return std::nullopt;
  }

  Json fail(yaml::Value scalar, TextRange range, std::string expression, Failure failure, std::string message) {
    result_.failure = {scalar, range, pointer(path_), std::move(expression), std::move(failure), std::move(message)};
    return {};
  }

  // --- variables ---

  Json variables_in(const std::string& text, yaml::Value scalar) {
    Working working(text);
    has_anonymous_ = false;
    for (int pass = 0;; ++pass) {
      const std::vector<Variable> found = find_variables(working.text);
      if (found.empty()) break;
      if (pass == kMaxPasses || working.text.size() > kMaxTextBytes || result_.supplies.size() > kMaxVariables) {
        return fail(scalar, {0, text.size()}, "", limit_failure(), limit_failure().message);
      }
      std::optional<Json> whole = replace_pass(working, found, scalar);
      if (failed()) return {};
      if (whole) return whole->with_origin(scalar);
      // Upstream asks this of the last variable of a pass only.
      if (found.back().shallow) break;
    }
    if (working.text.find(kUnknown) != std::string::npos && text.find(kUnknown) == std::string::npos) {
      return (has_anonymous_ ? Json::unknown() : Json::unknown(working.text)).with_origin(scalar);
    }
    return Json::string(unescape_variables(working.text)).with_origin(scalar);
  }

  // The value when the text is one variable and nothing else.
  std::optional<Json> replace_pass(Working& working, const std::vector<Variable>& found, yaml::Value scalar) {
    std::vector<Replacement> replacements;
    for (const Variable& variable : found) {
      const TextRange in_policy = working.in_policy(variable.range);
      const std::string expression = evaluated_expression(expression_of(working.text, variable));
      const Outcome outcome = value_of(expression);
      if (!outcome.ok()) {
        const std::string message =
            fmt::format("failed to resolve {} at path {}: {}", expression, pointer(path_), outcome.failure().message);
        fail(scalar, in_policy, expression, outcome.failure(), message);
        return std::nullopt;
      }
      const Json& value = outcome.value();
      result_.supplies.push_back({scalar, in_policy, pointer(path_), expression, value});
      const bool is_whole = variable.range.begin == 0 && variable.range.end == working.text.size();
      if (is_whole) return value;
      std::optional<std::string> text = inserted(value, variable, in_policy, expression, scalar);
      if (!text) return std::nullopt;
      replacements.push_back({variable.range, std::move(*text)});
    }
    replace(working, replacements);
    return std::nullopt;
  }

  Outcome value_of(const std::string& expression) const {
    if (expression.empty()) return Failure{FailureKind::value, "invalid query (nil)"};
    if (expression.find(kUnknown) != std::string::npos) return Json::unknown();
    return resolve_(expression);
  }

  std::string evaluated_expression(std::string expression) {
    if (expression == "@") expression = path_in_trigger(path_, resolve_("target").ok() ? "target" : "request.object");
    if (options_.is_delete) expression = replace_all(std::move(expression), "request.object", "request.oldObject");
    return expression;
  }

  // The value as text; nothing after a failure.
  std::optional<std::string> inserted(const Json& value, const Variable& variable, TextRange in_policy,
                                      const std::string& expression, yaml::Value scalar) {
    if (value.has_unknown()) {
      // The mark of a text whose identity is that of its parts. Hashed: an identity can hold braces.
      const std::string identity = jmespath::identity_of(value);
      has_anonymous_ = has_anonymous_ || identity.empty();
      return identity.empty() ? std::string(1, kUnknown) : kUnknown + sha256_hex(identity);
    }
    if (value.is_string()) {
      return variable.shallow ? replace_all(value.as_string(), "{{", "\\{{") : value.as_string();
    }
    if (variable.shallow && !value.is_null()) {
      const std::string message = fmt::format("interface conversion: interface {{}} is {}, not string", go_type(value));
      fail(scalar, in_policy, expression, {FailureKind::panic, message}, message);
      return std::nullopt;
    }
    const Result<std::string> text = jmespath::to_json(value);
    if (text.ok()) return text.value();
    const std::string message =
        fmt::format("failed to resolve {} at path {}: {}", expression, pointer(path_), text.error());
    fail(scalar, in_policy, expression, {FailureKind::value, text.error()}, message);
    return std::nullopt;
  }

  // --- references ---

  Json references_in(const std::string& text, yaml::Value scalar) {
    Working working(text);
    std::vector<Replacement> replacements;
    for (const Reference& reference : find_references(text)) {
      const std::string_view written = std::string_view(text).substr(reference.range.begin, reference.range.size());
      Outcome outcome = referenced(written, reference.stray != 0);
      if (outcome.ok() && outcome.value().is_unknown()) return Json::unknown().with_origin(scalar);
      if (outcome.ok() && !outcome.value().is_string()) outcome = no_text(written, outcome.value());
      if (!outcome.ok()) {
        return fail(scalar, reference.range, std::string(written), outcome.failure(), outcome.failure().message);
      }
      replacements.push_back({reference.range, outcome.value().as_string()});
    }
    if (!replacements.empty()) replace(working, replacements);
    return Json::string(unescape_references(working.text)).with_origin(scalar);
  }

  Failure no_text(std::string_view reference, const Json& value) const {
    if (value.is_null()) {
      return {FailureKind::not_found,
              fmt::format("got nil resolved variable {} at path {}: <nil>", reference, pointer(path_))};
    }
    return {FailureKind::type,
            fmt::format("NotResolvedReferenceErr,reference {} not resolved at path {}", reference, pointer(path_))};
  }

  // resolveReference: null where nothing stands at the path.
  Outcome referenced(std::string_view written, bool is_stray) {
    if (is_stray) return Json();
    const std::size_t begin = std::min(written.find_first_not_of("$()"), written.size());
    const std::size_t end = written.find_last_not_of("$()") + 1;
    std::string_view path = begin < end ? written.substr(begin, end - begin) : std::string_view{};
    const std::string_view sign = pattern_operator(path);
    path.remove_prefix(sign.size());
    if (path.empty()) {
      return Failure{FailureKind::value,
                     fmt::format("failed to resolve {} at path {}: expected path, found empty reference", written,
                                 pointer(path_))};
    }
    const Json value =
        at_path(path.front() == '/' ? std::string(path) : clean_path(pointer(path_) + "/" + std::string(path)));
    if (sign.empty() || value.is_unknown()) return value;
    if (value.is_string()) return Json::string(std::string(sign) + value.as_string());
    if (value.is_number()) return Json::string(fmt::format("{}{:f}", sign, value.as_number()));
    return Failure{
        FailureKind::type,
        fmt::format("failed to resolve {} at path {}: incorrect expression: operator {} does not match with value",
                    written, pointer(path_), sign)};
  }

  Json at_path(const std::string& path) {
    if (by_path_.empty()) {
      std::vector<std::string> at;
      index(document_, at);
    }
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? Json() : found->second;
  }

  // getValueFromReference looks at leaves and at keys, and a key has the path of its mapping: of several keys the last
  // in random order.
  void index(const Json& value, std::vector<std::string>& at) {
    if (at.size() > kMaxDepth) return;
    if (value.is_object()) {
      const Json::Object& members = value.members();
      if (!members.empty()) {
        by_path_[without_anchors(at)] = members.size() == 1 ? Json::string(members.front().first) : Json::unknown();
      }
      for (const auto& [key, member] : members) {
        at.push_back(key);
        index(member, at);
        at.pop_back();
      }
    } else if (value.is_array()) {
      for (std::size_t i = 0; i < value.items().size(); ++i) {
        at.push_back(std::to_string(i));
        index(value.items()[i], at);
        at.pop_back();
      }
    } else {
      by_path_[without_anchors(at)] = value;
    }
  }

  const Json& document_;
  const Resolver& resolve_;
  SubstitutionOptions options_;
  std::vector<std::string> path_;
  bool has_anonymous_ = false;                     // a mark in the text at hand has no identity
  std::unordered_map<std::string, Json> by_path_;  // looked up only
  Substituted result_;
};

}  // namespace

std::vector<const Supply*> Substituted::supplies_of(yaml::Value scalar) const {
  std::vector<const Supply*> found;
  for (const Supply& supply : supplies) {
    if (supply.scalar == scalar) found.push_back(&supply);
  }
  return found;
}

Substituted substitute(const Json& document, const Resolver& resolve, const SubstitutionOptions& options) {
  return Substituter(document, resolve, options).run();
}

}  // namespace vlint::kyverno
