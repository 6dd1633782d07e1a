#include "lint/kube/label_selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

constexpr std::size_t kMaxName = 63;
constexpr std::size_t kMaxSubdomain = 253;

bool is_lower_or_digit(char byte) { return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9'); }
bool is_alphanumeric(char byte) { return is_lower_or_digit(byte) || (byte >= 'A' && byte <= 'Z'); }
bool is_name_character(char byte) { return is_alphanumeric(byte) || byte == '-' || byte == '_' || byte == '.'; }

bool is_name(std::string_view text) {
  return !text.empty() && is_alphanumeric(text.front()) && is_alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

bool is_dns_label(std::string_view text) {
  return !text.empty() && is_lower_or_digit(text.front()) && is_lower_or_digit(text.back()) &&
         std::all_of(text.begin(), text.end(), [](char byte) { return is_lower_or_digit(byte) || byte == '-'; });
}

bool is_dns_subdomain(std::string_view text) {
  const std::vector<std::string_view> labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), is_dns_label);
}

// strconv.ParseInt(text, 10, 64) without its error.
std::optional<std::int64_t> to_integer(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return value;
}

const std::string* find_value(Labels labels, std::string_view key) {
  const auto label = std::lower_bound(labels.begin(), labels.end(), key,
                                      [](const Label& entry, std::string_view wanted) { return entry.first < wanted; });
  return label != labels.end() && label->first == key ? &label->second : nullptr;
}

bool compares(const Requirement& requirement, const std::string& label) {
  if (requirement.values.size() != 1) return false;
  const std::optional<std::int64_t> have = to_integer(label);
  const std::optional<std::int64_t> limit = to_integer(requirement.values.front());
  if (!have || !limit) return false;
  return requirement.op == SelectorOperator::greater_than ? *have > *limit : *have < *limit;
}

enum class Token : std::uint8_t {
  end,
  identifier,
  in,
  not_in,
  equals,
  not_equals,
  greater,
  less,
  bang,
  comma,
  open,
  close
};

struct Item {
  Token token = Token::end;
  std::string_view text;
};

bool is_symbol(char byte) { return std::string_view("=!(),><").find(byte) != std::string_view::npos; }
bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) { advance(); }

  Result<LabelSelector> run() {
    LabelSelector selector;
    while (item_.token != Token::end || !selector.requirements.empty()) {
      Result<Requirement> requirement = parse_requirement();
      if (!requirement.ok()) return Error{requirement.error()};
      selector.requirements.push_back(std::move(requirement).value());
      if (item_.token == Token::end) break;
      if (item_.token != Token::comma) return expected("a comma or the end");
      advance();
    }
    std::stable_sort(selector.requirements.begin(), selector.requirements.end(),
                     [](const Requirement& a, const Requirement& b) { return a.key < b.key; });
    return selector;
  }

 private:
  void advance() {
    while (!rest_.empty() && is_blank(rest_.front())) rest_.remove_prefix(1);
    item_ = {Token::end, {}};
    if (rest_.empty()) return;
    if (is_symbol(rest_.front())) {
      take(symbol());
      return;
    }
    const auto end =
        std::find_if(rest_.begin(), rest_.end(), [](char byte) { return is_symbol(byte) || is_blank(byte); });
    const std::string_view word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    take({word == "in" ? Token::in : word == "notin" ? Token::not_in : Token::identifier, word});
  }

  void take(Item item) {
    item_ = item;
    rest_.remove_prefix(item.text.size());
  }

  Item symbol() const {
    const char second = rest_.size() > 1 ? rest_[1] : '\0';
    switch (rest_.front()) {
      case '=':
        return {Token::equals, rest_.substr(0, second == '=' ? 2 : 1)};
      case '!':
        return second == '=' ? Item{Token::not_equals, rest_.substr(0, 2)} : Item{Token::bang, rest_.substr(0, 1)};
      case '>':
        return {Token::greater, rest_.substr(0, 1)};
      case '<':
        return {Token::less, rest_.substr(0, 1)};
      case ',':
        return {Token::comma, rest_.substr(0, 1)};
      case '(':
        return {Token::open, rest_.substr(0, 1)};
      default:
        return {Token::close, rest_.substr(0, 1)};
    }
  }

  // Where a key or a value stands, `in` and `notin` are words like any other.
  bool at_word() const {
    return item_.token == Token::identifier || item_.token == Token::in || item_.token == Token::not_in;
  }

  Error expected(std::string_view what) const {
    const std::string found = item_.token == Token::end ? "the text ends" : quoted(item_.text) + " stands";
    return Error{fmt::format("in the label selector {} {} where {} is expected", quoted(text_), found, what)};
  }

  Result<Requirement> parse_requirement() {
    Requirement requirement;
    const bool negated = item_.token == Token::bang;
    if (negated) advance();
    if (!at_word()) return expected(negated ? "a label key" : "a label key or !");
    requirement.key = item_.text;
    advance();
    if (negated) {
      requirement.op = SelectorOperator::does_not_exist;
    } else if (item_.token != Token::end && item_.token != Token::comma) {
      if (Status status = parse_operator(requirement); !status.ok()) return Error{status.error()};
    }
    if (Status status = check_requirement(requirement); !status.ok()) return Error{status.error()};
    return requirement;
  }

  Status parse_operator(Requirement& requirement) {
    switch (item_.token) {
      case Token::in:
      case Token::not_in:
        requirement.op = item_.token == Token::in ? SelectorOperator::in : SelectorOperator::not_in;
        advance();
        return parse_list(requirement.values);
      case Token::equals:
        requirement.op = SelectorOperator::equals;
        break;
      case Token::not_equals:
        requirement.op = SelectorOperator::not_equals;
        break;
      case Token::greater:
        requirement.op = SelectorOperator::greater_than;
        break;
      case Token::less:
        requirement.op = SelectorOperator::less_than;
        break;
      default:
        return expected("one of = == != in notin > <");
    }
    advance();
    const bool no_value = item_.token == Token::end || item_.token == Token::comma;
    if (!no_value && !at_word()) return expected("a value");
    requirement.values.emplace_back(item_.token == Token::comma ? std::string_view() : item_.text);
    if (!no_value) advance();
    return Done{};
  }

  // "(x,y)". Nothing between commas is the empty value, but for two commas before the closing one: parseIdentifiersList
  // takes commas in pairs there, and this does the same.
  Status parse_list(std::vector<std::string>& values) {
    if (item_.token != Token::open) return expected("(");
    advance();
    if (item_.token == Token::close) values.emplace_back();
    while (item_.token != Token::close) {
      if (at_word()) {
        values.emplace_back(item_.text);
        advance();
        if (item_.token != Token::comma && item_.token != Token::close) return expected("a comma or )");
        continue;
      }
      if (item_.token != Token::comma) return expected("a value or a comma");
      advance();
      if (values.empty() || item_.token == Token::close) values.emplace_back();
      if (item_.token != Token::comma) continue;
      values.emplace_back();
      advance();
      if (item_.token == Token::close) return expected("a value or a comma");
    }
    advance();
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return Done{};
  }

  std::string_view text_;
  std::string_view rest_;  // after item_
  Item item_;
};

// How many values an operator takes.
Status check_value_count(const Requirement& requirement) {
  const std::size_t count = requirement.values.size();
  const auto refuse = [&](std::string_view wanted) {
    return Error{fmt::format("the requirement on label {} has {} values, but {} takes {}", quoted(requirement.key),
                             count, to_string(requirement.op), wanted)};
  };
  switch (requirement.op) {
    case SelectorOperator::in:
    case SelectorOperator::not_in:
      if (count == 0) return refuse("at least one");
      return Done{};
    case SelectorOperator::exists:
    case SelectorOperator::does_not_exist:
      if (count != 0) return refuse("none");
      return Done{};
    case SelectorOperator::equals:
    case SelectorOperator::not_equals:
    case SelectorOperator::greater_than:
    case SelectorOperator::less_than:
      if (count != 1) return refuse("exactly one");
      return Done{};
  }
  return Done{};
}

}  // namespace

std::string_view to_string(SelectorOperator op) {
  switch (op) {
    case SelectorOperator::equals:
      return "=";
    case SelectorOperator::not_equals:
      return "!=";
    case SelectorOperator::in:
      return "in";
    case SelectorOperator::not_in:
      return "notin";
    case SelectorOperator::exists:
      return "exists";
    case SelectorOperator::does_not_exist:
      return "!";
    case SelectorOperator::greater_than:
      return "gt";
    case SelectorOperator::less_than:
      return "lt";
  }
  return "";
}

bool matches(const Requirement& requirement, Labels labels) {
  const std::string* const value = find_value(labels, requirement.key);
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(), *value) != requirement.values.end();
  };
  switch (requirement.op) {
    case SelectorOperator::equals:
    case SelectorOperator::in:
      return value != nullptr && listed();
    case SelectorOperator::not_equals:
    case SelectorOperator::not_in:
      return value == nullptr || !listed();
    case SelectorOperator::exists:
      return value != nullptr;
    case SelectorOperator::does_not_exist:
      return value == nullptr;
    case SelectorOperator::greater_than:
    case SelectorOperator::less_than:
      return value != nullptr && compares(requirement, *value);
  }
  return false;
}

bool matches(const LabelSelector& selector, Labels labels) {
  return std::all_of(selector.requirements.begin(), selector.requirements.end(),
                     [&](const Requirement& requirement) { return matches(requirement, labels); });
}

Status check_requirement(const Requirement& requirement) {
  if (Status status = check_label_key(requirement.key); !status.ok()) return status;
  if (Status status = check_value_count(requirement); !status.ok()) return status;
  const bool compares_integers =
      requirement.op == SelectorOperator::greater_than || requirement.op == SelectorOperator::less_than;
  for (const std::string& value : requirement.values) {
    if (compares_integers && !to_integer(value)) {
      return Error{
          fmt::format("label {} is compared with {}, which is not an integer", quoted(requirement.key), quoted(value))};
    }
    if (Status status = check_label_value(value); !status.ok()) return status;
  }
  return Done{};
}

Result<LabelSelector> parse_label_selector(std::string_view text) { return Parser(text).run(); }

Status check_label_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  const bool has_prefix = slash != std::string_view::npos;
  const std::string_view name = has_prefix ? key.substr(slash + 1) : key;
  const auto refuse = [&](std::string_view why) { return Error{fmt::format("label key {} {}", quoted(key, 80), why)}; };
  if (key.empty()) return Error{"the label key is empty"};
  if (name.find('/') != std::string_view::npos) return refuse("has more than one /");
  if (has_prefix) {
    const std::string_view prefix = key.substr(0, slash);
    if (prefix.empty()) return refuse("has nothing before its /");
    if (prefix.size() > kMaxSubdomain) return refuse("has more than 253 characters before its /");
    if (!is_dns_subdomain(prefix)) {
      return refuse("is not valid: before its / stand lower-case letters, digits, - and ., as in a DNS name");
    }
  }
  if (name.empty()) return refuse("has nothing after its /");
  if (name.size() > kMaxName) return refuse("is too long: a name has at most 63 characters");
  if (!is_name(name)) {
    return refuse("is not valid: a name has letters, digits, -, _ and ., with a letter or digit at both ends");
  }
  return Done{};
}

Status check_label_value(std::string_view value) {
  const auto refuse = [&](std::string_view why) {
    return Error{fmt::format("label value {} {}", quoted(value, 80), why)};
  };
  if (value.size() > kMaxName) return refuse("is too long: a label value has at most 63 characters");
  if (!value.empty() && !is_name(value)) {
    return refuse("is not valid: a label value has letters, digits, -, _ and ., with a letter or digit at both ends");
  }
  return Done{};
}

}  // namespace vlint::kube
