#include "lint/kyverno/virtual_objects.h"

#include <algorithm>

namespace vlint::kyverno {
namespace {

constexpr std::size_t kShortText = 64;
// What a hostile repository can make a simulation build: 160 MB of nodes, and texts that 32 bits can count.
constexpr std::size_t kMostNodes = 10'000'000;
constexpr std::size_t kMostText = 512U * 1024 * 1024;

bool has_variable(std::string_view text) {
  return text.find("{{") != std::string_view::npos || text.find("$(") != std::string_view::npos;
}

}  // namespace

NodeOrigin origin_of(yaml::Value value) { return {value.span(), value.source()}; }

void ObjectBuilder::take_back(const Mark& mark) {
  tree_.nodes.resize(mark.nodes);
  tree_.made.resize(mark.made);
  tree_.decoded.resize(mark.decoded);
}

yaml::NodeId ObjectBuilder::begin(yaml::Kind kind, const NodeOrigin& origin) {
  const yaml::NodeId id = next();
  const std::uint32_t row = made_row(origin);
  tree_.nodes.push_back({row, row, id + 1, kind, yaml::Style::block, yaml::kMade});
  return id;
}

void ObjectBuilder::link(yaml::Value value) {
  const auto [at, is_new] = linked_.emplace(value.tree(), static_cast<std::uint32_t>(tree_.linked.size()));
  if (is_new) tree_.linked.push_back(value.tree());
  tree_.nodes.push_back({at->second, value.place(), next() + 1, yaml::Kind::link, yaml::Style::plain, 0});
}

void ObjectBuilder::scalar(std::string_view text, bool is_string, const NodeOrigin& origin) {
  const yaml::NodeId id = next();
  const std::uint32_t row = made_row(origin);
  tree_.nodes.push_back({row, row, id + 1, yaml::Kind::scalar,
                         is_string ? yaml::Style::double_quoted : yaml::Style::plain,
                         static_cast<std::uint16_t>(yaml::kMade | yaml::kDecoded)});
  tree_.decoded.push_back({id, text_at(text), static_cast<std::uint32_t>(text.size())});
}

// As deep as JSON values nest, which their makers limit.
void ObjectBuilder::json(const jmespath::Json& value, const PatternParts& pattern, const NodeOrigin& inherited) {
  using Type = jmespath::Json::Type;
  const yaml::Value from = value.origin();
  if (from && pattern.is_plain(from)) return link(from);
  const bool is_of_policy = from && pattern.contains(from);
  const NodeOrigin origin = is_of_policy ? origin_of(from) : inherited;
  switch (value.type()) {
    case Type::object: {
      const yaml::NodeId mapping = begin_mapping(origin);
      for (const auto& [key, member] : value.members()) {
        text(key, origin);
        json(member, pattern, origin);
      }
      return end(mapping);
    }
    case Type::array: {
      const yaml::NodeId sequence = begin_sequence(origin);
      for (const jmespath::Json& item : value.items()) json(item, pattern, origin);
      return end(sequence);
    }
    case Type::string:
      return scalar(value.as_string(), true, origin);
    case Type::unknown:
      if (is_of_policy && from.is_templated() && value.identity().empty()) return link(from);
      return unknown(origin, value.identity());
    default: {
      const Result<std::string> printed = jmespath::to_json(value);
      if (!printed.ok()) return unknown(origin);
      return scalar(*printed, false, origin);
    }
  }
}

bool ObjectBuilder::is_full() const {
  return tree_.nodes.size() >= kMostNodes || tree_.decoded_text.size() >= kMostText;
}

std::uint32_t ObjectBuilder::made_row(const NodeOrigin& origin) {
  const auto row = static_cast<std::uint32_t>(tree_.made.size());
  yaml::MadeNode made;
  made.shown = origin.shown;
  if (origin.source) {
    made.place = origin.source.place();
    made.tree = origin.source.tree();
  }
  tree_.made.push_back(made);
  return row;
}

std::uint32_t ObjectBuilder::text_at(std::string_view text) {
  const auto end = static_cast<std::uint32_t>(tree_.decoded_text.size());
  if (text.size() <= kShortText) {
    const auto [at, is_new] = texts_.emplace(text, end);
    if (!is_new) return at->second;
  }
  tree_.decoded_text += text;
  return end;
}

// As deep as the policy is nested, which parsing limits. Whether the value is plain.
bool PatternParts::add(yaml::Value value) {
  if (!value) return true;
  bool plain = !(value.is_scalar() && value.as_string() && has_variable(value.text()));
  for (const yaml::Entry& entry : value.entries()) {
    if (has_variable(entry.key.text())) plain = false;
    if (!add(entry.value)) plain = false;
  }
  for (const yaml::Value item : value.items()) {
    if (!add(item)) plain = false;
  }
  parts_.insert_or_assign({value.tree(), value.place()}, plain);
  return plain;
}

}  // namespace vlint::kyverno
