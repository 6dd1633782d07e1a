#include "lint/kyverno/condition_membership.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/go_number.h"
#include "lint/jmespath/wildcard.h"
#include "lint/kyverno/condition_values.h"

namespace vlint::kyverno {
namespace {

using jmespath::Json;

// An item as text; nothing for one that isn't known.
using Text = std::optional<std::string>;

Text text_of(const Json& value) {
  if (value.has_unknown()) return std::nullopt;
  return jmespath::go_sprint(value);
}

std::vector<Text> texts_of(const Json& list) {
  std::vector<Text> texts;
  texts.reserve(list.items().size());
  for (const Json& item : list.items()) texts.push_back(text_of(item));
  return texts;
}

bool is_deprecated(Membership membership) { return membership == Membership::in || membership == Membership::not_in; }

bool is_negated(Membership membership) {
  return membership == Membership::any_not_in || membership == Membership::all_not_in ||
         membership == Membership::not_in;
}

// Either is a pattern for the other.
Known alike(const Text& key, const Text& value) {
  if (!key || !value) {
    const Text& told = key ? key : value;
    return told == "*" ? Known::yes : Known::unknown;
  }
  return known(jmespath::matches_wildcard(*key, *value) || jmespath::matches_wildcard(*value, *key));
}

Known same(const Text& key, const Text& value) { return key && value ? known(*key == *value) : Known::unknown; }

template <typename Comparison>
Known is_in(const Text& key, const std::vector<Text>& values, Comparison comparison) {
  Known found = Known::no;
  for (const Text& value : values) {
    found = found || comparison(key, value);
    if (found == Known::yes) break;
  }
  return found;
}

// What a text lists: a JSON array of strings, or itself. Nothing for other JSON, and for plain text where only JSON is
// taken.
std::optional<std::vector<Text>> listed(const std::string& text, bool only_json) {
  const auto json = jmespath::parse_json(text);
  if (!json) return only_json ? std::nullopt : std::optional(std::vector<Text>{text});
  if (json->is_null()) return std::vector<Text>{};
  if (!json->is_array()) return std::nullopt;
  std::vector<Text> texts;
  for (const Json& item : json->items()) {
    if (!item.is_string() && !item.is_null()) return std::nullopt;
    texts.emplace_back(item.as_string());
  }
  return texts;
}

// anyKeyExistsInArray, keyExistsInArray. Nothing where the value is of no use.
std::optional<Known> find_one(Membership membership, const Text& key, const Json& value) {
  if (value.is_array() && !value.is_go_list_of_maps()) return is_in(key, texts_of(value), alike);
  if (!value.is_string()) return std::nullopt;
  if (!key) return Known::unknown;
  const std::string& text = value.as_string();
  if (jmespath::matches_wildcard(text, *key)) return Known::yes;
  if (!is_deprecated(membership) && is_range(text)) return known(matches_pattern(*key, text));
  const auto values = listed(text, is_deprecated(membership));
  if (!values) return std::nullopt;
  return is_in(key, *values, same);
}

// Whether so many of the keys are (or are not) among the values as the operator demands.
Known judge_set(Membership membership, const std::vector<Text>& keys, const std::vector<Text>& values) {
  const bool exact = is_deprecated(membership);
  const bool one_is_enough =
      membership == Membership::any_in || membership == Membership::any_not_in || membership == Membership::not_in;
  Known answer = known(!one_is_enough);
  for (const Text& key : keys) {
    const Known found = exact ? is_in(key, values, same) : is_in(key, values, alike);
    const Known wanted = is_negated(membership) ? !found : found;
    answer = one_is_enough ? answer || wanted : answer && wanted;
  }
  return answer;
}

// AnyNotIn looks for a key outside of "1!-10"; a range that begins with a minus becomes another pattern by that.
Known judge_range(Membership membership, const std::vector<Text>& keys, const std::string& range) {
  std::string pattern = range;
  if (membership == Membership::any_not_in) pattern.insert(pattern.find('-'), 1, '!');
  const bool one_is_enough = membership == Membership::any_in || membership == Membership::any_not_in;
  Known answer = known(!one_is_enough);
  for (const Text& key : keys) {
    Known fits = key ? known(matches_pattern(*key, pattern)) : Known::unknown;
    if (membership == Membership::all_not_in) fits = !fits;
    answer = one_is_enough ? answer || fits : answer && fits;
  }
  return answer;
}

// A list of keys against a text.
Known judge_set_in_text(Membership membership, const std::vector<Text>& keys, const std::string& text) {
  if (keys.size() == 1) {
    if (!keys[0]) return Known::unknown;
    // NotIn says here that it is not in, which is upstream's slip.
    if (*keys[0] == text) return known(!is_negated(membership) || membership == Membership::not_in);
  }
  if (!is_deprecated(membership) && is_range(text)) return judge_range(membership, keys, text);
  const auto values = listed(text, is_deprecated(membership));
  return values ? judge_set(membership, keys, *values) : Known::no;
}

// anySetExistsInArray, allSetExistsInArray, setExistsInArray.
Known judge_list(Membership membership, const Json& key, const Json& value) {
  const std::vector<Text> keys = texts_of(key);
  if (value.is_string()) return judge_set_in_text(membership, keys, value.as_string());
  const bool takes_scalars = membership == Membership::any_in || membership == Membership::any_not_in;
  if (takes_scalars && (value.is_number() || value.is_boolean())) {
    return judge_set(membership, keys, {text_of(value)});
  }
  if (!value.is_array() || value.is_go_list_of_maps()) return Known::no;
  const auto is_text = [](const Json& item) { return item.is_string() || item.is_unknown(); };
  if (is_deprecated(membership) && !std::all_of(value.items().begin(), value.items().end(), is_text)) {
    return Known::no;
  }
  return judge_set(membership, keys, texts_of(value));
}

// Values that no operator of the family takes.
bool is_useless(const Json& value) { return value.is_null() || value.is_object() || value.is_go_list_of_maps(); }

}  // namespace

bool panics(Membership membership, const Json& key) {
  if (!is_deprecated(membership) || !key.is_array() || key.is_go_list_of_maps()) return false;
  return std::any_of(key.items().begin(), key.items().end(),
                     [](const Json& item) { return !item.is_string() && !item.is_unknown(); });
}

Known is_member(Membership membership, const Json& key, const Json& value) {
  if (is_useless(key) || is_useless(value)) return Known::no;
  if (key.is_unknown() || value.is_unknown()) return Known::unknown;
  if (key.is_array()) return judge_list(membership, key, value);
  const auto found = find_one(membership, text_of(key), value);
  if (!found) return Known::no;
  return is_negated(membership) ? !*found : *found;
}

}  // namespace vlint::kyverno
