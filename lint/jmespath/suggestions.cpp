#include "lint/jmespath/suggestions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "lint/base/text.h"
#include "lint/jmespath/arguments.h"
#include "lint/jmespath/check.h"
#include "lint/jmespath/function.h"

namespace vlint::jmespath {
namespace {

constexpr std::string_view kJoin = "join('', [a, b])";
constexpr std::string_view kOr = "a || b";
constexpr std::string_view kQuantifier = "length(list[?condition]) > `0`";

constexpr std::array kSuggestions = {
    Suggestion{"all", "length(list[?!(condition)]) == `0`", ""},
    Suggestion{"any", kQuantifier, ""},
    Suggestion{"append", "[list, [item]][]", ""},
    Suggestion{"atoi", "to_number(text)", "to_number"},
    Suggestion{"b64dec", "base64_decode(text)", "base64_decode"},
    Suggestion{"b64enc", "base64_encode(text)", "base64_encode"},
    Suggestion{"base64", "base64_encode(text)", "base64_encode"},
    Suggestion{"base64decode", "base64_decode(text)", "base64_decode"},
    Suggestion{"base64encode", "base64_encode(text)", "base64_encode"},
    Suggestion{"bool", "to_boolean(text)", "to_boolean"},
    Suggestion{"capitalize", "no function makes one letter upper case; to_upper(text) does all", ""},
    Suggestion{"ceiling", "ceil(number)", "ceil"},
    Suggestion{"coalesce", "not_null(a, b)", "not_null"},
    Suggestion{"concat", kJoin, ""},
    Suggestion{"concatenate", kJoin, ""},
    Suggestion{"count", "length(list)", "length"},
    Suggestion{"default", kOr, ""},
    Suggestion{"distinct", "no function drops repeated items", ""},
    Suggestion{"endsWith", "ends_with(text, suffix)", "ends_with"},
    Suggestion{"endswith", "ends_with(text, suffix)", "ends_with"},
    Suggestion{"exists", "path != `null`, or path || 'default'", ""},
    Suggestion{"filter", "list[?condition]", ""},
    Suggestion{"find_first", "regex_match(pattern, text) tells whether it is there", ""},
    Suggestion{"flatten", "list[]", ""},
    Suggestion{"format", kJoin, ""},
    Suggestion{"fromJson", "parse_json(text)", "parse_json"},
    Suggestion{"fromYaml", "parse_yaml(text)", "parse_yaml"},
    Suggestion{"from_entries", "object_from_lists(keys, values)", ""},
    Suggestion{"from_items", "object_from_lists(keys, values)", ""},
    Suggestion{"from_json", "parse_json(text)", "parse_json"},
    Suggestion{"from_yaml", "parse_yaml(text)", "parse_yaml"},
    Suggestion{"get", "lookup(object, key)", ""},
    Suggestion{"group_by", "no function groups items", ""},
    Suggestion{"has", "path != `null`, or contains(keys(object), key)", ""},
    Suggestion{"hasPrefix", "starts_with(text, prefix)", ""},
    Suggestion{"hasSuffix", "ends_with(text, suffix)", ""},
    Suggestion{"has_key", "contains(keys(object), key)", ""},
    Suggestion{"hash", "sha256(text)", ""},
    Suggestion{"if", "condition && a || b (b too when a is empty)", ""},
    Suggestion{"iif", "condition && a || b (b too when a is empty)", ""},
    Suggestion{"in", "contains(list, item)", ""},
    Suggestion{"int", "to_number(text)", ""},
    Suggestion{"int64", "to_number(text)", ""},
    Suggestion{"isNull", "path == `null`", ""},
    Suggestion{"is_null", "path == `null`", ""},
    Suggestion{"json", "parse_json(text) or to_string(value)", ""},
    Suggestion{"json_parse", "parse_json(text)", "parse_json"},
    Suggestion{"last", "list[-1]", ""},
    Suggestion{"len", "length(list)", "length"},
    Suggestion{"lower", "to_lower(text)", "to_lower"},
    Suggestion{"lowercase", "to_lower(text)", "to_lower"},
    Suggestion{"match", "regex_match(pattern, text)", ""},
    Suggestion{"matches", "regex_match(pattern, text)", ""},
    Suggestion{"md5sum", "md5(text)", "md5"},
    Suggestion{"mod", "modulo(a, b)", "modulo"},
    Suggestion{"mul", "multiply(a, b)", "multiply"},
    Suggestion{"now", "time_now_utc()", "time_now_utc"},
    Suggestion{"number", "to_number(text)", "to_number"},
    Suggestion{"pad_left", "no function pads; join('', ['0', text]) adds a fixed text", ""},
    Suggestion{"pad_right", "no function pads; join('', [text, '0']) adds a fixed text", ""},
    Suggestion{"parseJson", "parse_json(text)", "parse_json"},
    Suggestion{"parseYaml", "parse_yaml(text)", "parse_yaml"},
    Suggestion{"printf", kJoin, ""},
    Suggestion{"regexMatch", "regex_match(pattern, text)", "regex_match"},
    Suggestion{"regex_replace", "regex_replace_all(pattern, text, replacement)", ""},
    Suggestion{"replaceAll", "replace_all(text, old, new)", "replace_all"},
    Suggestion{"sha256sum", "sha256(text)", "sha256"},
    Suggestion{"size", "length(list)", "length"},
    Suggestion{"slice", "list[0:2], or truncate(text, `2`)", ""},
    Suggestion{"sprintf", kJoin, ""},
    Suggestion{"startsWith", "starts_with(text, prefix)", "starts_with"},
    Suggestion{"startswith", "starts_with(text, prefix)", "starts_with"},
    Suggestion{"str", "to_string(value)", "to_string"},
    Suggestion{"strip", "trim(text, ' ')", ""},
    Suggestion{"sub", "subtract(a, b)", ""},
    Suggestion{"substr", "truncate(text, length), or regex_replace_all('^.{2}', text, '')", ""},
    Suggestion{"substring", "truncate(text, length), or regex_replace_all('^.{2}', text, '')", ""},
    Suggestion{"ternary", "condition && a || b (b too when a is empty)", ""},
    Suggestion{"toJson", "to_string(value)", "to_string"},
    Suggestion{"toLower", "to_lower(text)", "to_lower"},
    Suggestion{"toNumber", "to_number(text)", "to_number"},
    Suggestion{"toString", "to_string(value)", "to_string"},
    Suggestion{"toUpper", "to_upper(text)", "to_upper"},
    Suggestion{"to_bool", "to_boolean(text)", "to_boolean"},
    Suggestion{"to_entries", "items(object, 'key', 'value')", ""},
    Suggestion{"to_int", "to_number(text)", ""},
    Suggestion{"to_json", "to_string(value)", "to_string"},
    Suggestion{"to_object", "object_from_lists(keys, values)", ""},
    Suggestion{"to_str", "to_string(value)", "to_string"},
    Suggestion{"tolower", "to_lower(text)", "to_lower"},
    Suggestion{"tonumber", "to_number(text)", "to_number"},
    Suggestion{"tostring", "to_string(value)", "to_string"},
    Suggestion{"toupper", "to_upper(text)", "to_upper"},
    Suggestion{"trim_left", "regex_replace_all('^ +', text, '')", ""},
    Suggestion{"trim_right", "regex_replace_all(' +$', text, '')", ""},
    Suggestion{"trim_suffix", "regex_replace_all('suffix$', text, '')", ""},
    Suggestion{"trunc", "truncate(text, length)", ""},
    Suggestion{"typeof", "type(value)", "type"},
    Suggestion{"unique", "no function drops repeated items", ""},
    Suggestion{"upper", "to_upper(text)", "to_upper"},
    Suggestion{"uppercase", "to_upper(text)", "to_upper"},
    Suggestion{"utcnow", "time_now_utc()", "time_now_utc"},
    Suggestion{"uuid", "random('[0-9a-f]{8}'), which is another text each time", ""},
    Suggestion{"zip", "object_from_lists(keys, values)", ""},
};

constexpr bool by_name(const Suggestion& a, const Suggestion& b) { return a.name < b.name; }
static_assert(std::is_sorted(kSuggestions.begin(), kSuggestions.end(), by_name));

// The name as people compare names: lower case, no underscores.
std::string bare(std::string_view name) {
  std::string text = to_lower_ascii(name);
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  return text;
}

std::vector<std::string_view> all_names() {
  std::vector<std::string_view> names;
  for (const Function& function : standard_functions()) names.push_back(function.name);
  for (const Function& function : kyverno_functions()) names.push_back(function.name);
  return names;
}

std::optional<std::vector<ExpressionEdit>> to_join(const Expression& expression, const Node& call) {
  const auto arguments = expression.children(call);
  if (arguments.empty()) return std::nullopt;
  // From the name to the first argument lies the parenthesis with its blanks, after the last one perhaps a comma.
  const ByteRange open = {call.name.begin, expression.node(arguments.front()).span.begin};
  const ByteRange close = {expression.node(arguments.back()).span.end, call.span.end};
  std::vector<ExpressionEdit> edits = {{open, "join('', ["}};
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const ByteRange between = {expression.node(arguments[i - 1]).span.end, expression.node(arguments[i]).span.begin};
    // In a list commas are no option.
    if (expression.slice_text(between).find(',') == std::string_view::npos) edits.push_back({between, ", "});
  }
  edits.push_back({close, "])"});
  return edits;
}

bool joins_texts(const Node& call) { return call.text == "concat" || call.text == "concatenate"; }

// What is called must be a plain name: strings that are called are nobody's wish.
bool is_plain_call(const Expression& expression, const Node& node) {
  return node.type == NodeType::function && node.callable && find_function(node.text) == nullptr &&
         expression.slice_text(node.name) == node.text && node.name.begin == node.span.begin;
}

bool is_string_path(const Expression& expression, const Node& node, StringPaths paths) {
  std::string text(expression.slice_text(node.span));
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return std::find(paths.begin(), paths.end(), text) != paths.end();
}

struct KnownStrings {
  StringPaths paths;
  std::vector<bool> at_root;  // of the expression's nodes
};

KnownStrings known_strings(const Expression& expression, StringPaths paths) {
  return {paths, paths.empty() ? std::vector<bool>{} : nodes_at_root(expression)};
}

bool is_string(const Expression& expression, NodeId id, const KnownStrings& known) {
  // Chains of `||` lean left; a tree of them is walked with a list of what is still to prove.
  std::vector<NodeId> open = {id};
  while (!open.empty()) {
    const NodeId open_node = open.back();
    const Node& node = expression.node(open_node);
    open.pop_back();
    const auto children = expression.children(node);
    switch (node.type) {
      case NodeType::literal:
        if (!expression.literal(node).is_string()) return false;
        break;
      case NodeType::function: {
        const Function* function = node.callable ? find_function(node.text) : nullptr;
        if (!joins_texts(node) && (function == nullptr || function->result != "string")) return false;
        break;
      }
      case NodeType::disjunction:
      case NodeType::conjunction:
        open.insert(open.end(), children.begin(), children.end());
        break;
      case NodeType::pipe:
        open.push_back(children[1]);
        break;
      default:
        if (known.paths.empty() || !known.at_root[open_node]) return false;
        if (!is_string_path(expression, node, known.paths)) return false;
    }
  }
  return true;
}

}  // namespace

std::span<const Suggestion> suggestions() { return kSuggestions; }

const Suggestion* find_suggestion(std::string_view name) {
  const auto found = std::lower_bound(kSuggestions.begin(), kSuggestions.end(), Suggestion{name, {}, {}}, by_name);
  return found != kSuggestions.end() && found->name == name ? &*found : nullptr;
}

std::string_view nearest_function(std::string_view name) {
  const std::vector<std::string_view> names = all_names();
  const std::string wanted = bare(name);
  for (const std::string_view candidate : names) {
    if (bare(candidate) == wanted) return candidate;
  }
  return closest(name, names, name.size() < 5 ? 1 : 2).value_or(std::string_view());
}

std::string advice_for(std::string_view name) {
  if (const Suggestion* suggestion = find_suggestion(name)) {
    return suggestion->instead.starts_with("no function") ? std::string(suggestion->instead)
                                                          : fmt::format("write {}", suggestion->instead);
  }
  const std::string_view nearest = nearest_function(name);
  return nearest.empty() ? std::string() : fmt::format("did you mean {}?", nearest);
}

std::optional<std::vector<ExpressionEdit>> rewrite_as_join(const Expression& expression, NodeId call) {
  const Node& node = expression.node(call);
  if (!is_plain_call(expression, node) || !joins_texts(node)) return std::nullopt;
  return to_join(expression, node);
}

std::optional<std::vector<ExpressionEdit>> rewrite_call(const Expression& expression, NodeId call,
                                                        StringPaths string_paths) {
  const Node& node = expression.node(call);
  if (!is_plain_call(expression, node)) return std::nullopt;
  if (joins_texts(node)) {
    const KnownStrings known = known_strings(expression, string_paths);
    for (const NodeId argument : expression.children(node)) {
      if (!is_string(expression, argument, known)) return std::nullopt;
    }
    return to_join(expression, node);
  }
  const Suggestion* suggestion = find_suggestion(node.text);
  std::string_view replacement = suggestion == nullptr ? std::string_view() : suggestion->replacement;
  if (suggestion == nullptr) {
    const std::string_view nearest = nearest_function(node.text);
    if (bare(nearest) == bare(node.text)) replacement = nearest;
  }
  const Function* function = replacement.empty() ? nullptr : find_function(replacement);
  if (function == nullptr || !arity_fits(*function, node.child_count)) return std::nullopt;
  return std::vector<ExpressionEdit>{{node.name, std::string(replacement)}};
}

bool is_certainly_string(const Expression& expression, NodeId id, StringPaths string_paths) {
  return is_string(expression, id, known_strings(expression, string_paths));
}

}  // namespace vlint::jmespath
