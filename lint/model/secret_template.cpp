#include "lint/model/secret_template.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "lint/base/text.h"

namespace vlint::model {
namespace {

// sprig: functions that give something else each time.
constexpr std::array<std::string_view, 8> kMadeUp = {"rand",  "now",     "uuidv4",    "genPrivateKey",
                                                     "genCA", "genSelf", "genSigned", "shuffle"};
constexpr std::array<std::string_view, 7> kControl = {"if", "range", "with", "define", "block", "template", "else"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_byte(char c) { return is_letter(c) || (c >= '0' && c <= '9'); }

struct Piece {
  bool is_action = false;
  std::string_view text;  // of an action what stands between the braces, without blanks at both ends
  bool is_trimmed = false;
};

// Nothing when an action does not end: Go refuses the template.
std::optional<std::vector<Piece>> split_template(std::string_view text) {
  std::vector<Piece> pieces;
  while (!text.empty()) {
    const std::size_t begin = text.find("{{");
    pieces.push_back({false, text.substr(0, begin), false});
    if (begin == std::string_view::npos) break;
    const std::size_t end = text.find("}}", begin);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view inner = text.substr(begin + 2, end - begin - 2);
    pieces.push_back({true, trim(inner), inner.starts_with('-') || inner.ends_with('-')});
    text.remove_prefix(end + 2);
  }
  return pieces;
}

std::string_view first_word(std::string_view action) {
  std::size_t end = 0;
  while (end < action.size() && is_name_byte(action[end])) ++end;
  return action.substr(0, end);
}

// The name in `.name` or `index . "name"`; nothing for any other expression.
std::optional<std::string_view> plain_name(std::string_view action) {
  if (action.starts_with('.') && action.size() > 1) {
    const std::string_view name = action.substr(1);
    const bool is_plain = is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_name_byte);
    return is_plain ? std::optional(name) : std::nullopt;
  }
  constexpr std::string_view kIndex = "index .";
  if (!action.starts_with(kIndex)) return std::nullopt;
  const std::string_view quoted_name = trim(action.substr(kIndex.size()));
  if (quoted_name.size() < 2) return std::nullopt;
  const char quote = quoted_name.front();
  const std::string_view name = quoted_name.substr(1, quoted_name.size() - 2);
  const bool is_quoted = (quote == '"' || quote == '`') && quoted_name.back() == quote;
  return is_quoted && name.find_first_of("\"`\\") == std::string_view::npos ? std::optional(name) : std::nullopt;
}

bool has_word_with(std::string_view text, std::string_view begin) {
  for (std::size_t at = text.find(begin); at != std::string_view::npos; at = text.find(begin, at + 1)) {
    if (at == 0 || (!is_name_byte(text[at - 1]) && text[at - 1] != '.')) return true;
  }
  return false;
}

// The names behind points, each once.
std::set<std::string_view> names_in(std::string_view text) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = text[i] == '.' && i + 1 < text.size() && is_letter(text[i + 1]);
    if (!begins || (i > 0 && is_name_byte(text[i - 1]))) continue;
    names.insert(first_word(text.substr(i + 1)));
  }
  return names;
}

class Reader {
 public:
  explicit Reader(const TemplateValues& values) : values_(values) {}

  TemplateText read(std::string_view text) {
    const std::optional<std::vector<Piece>> pieces = split_template(text);
    if (!pieces) return {PartialText::unknown(), false};
    const bool is_one = std::any_of(pieces->begin(), pieces->end(), [](const Piece& piece) {
      const bool is_control = std::find(kControl.begin(), kControl.end(), first_word(piece.text)) != kControl.end();
      return piece.is_action && (piece.is_trimmed || is_control || piece.text.starts_with('$'));
    });
    if (is_one) {
      result_.text = expression(text);
      return result_;
    }
    for (const Piece& piece : *pieces) {
      if (!piece.is_action) {
        result_.text.add(PartialText::known(piece.text));
      } else if (piece.text.starts_with("/*")) {
        continue;
      } else if (const auto name = plain_name(piece.text)) {
        result_.text.add(PartialText::unknown(identity_of(*name)));
      } else {
        result_.text.add(expression(piece.text));
      }
    }
    return result_;
  }

 private:
  std::string identity_of(std::string_view name) {
    const auto found = values_.named.find(name);
    if (found != values_.named.end()) {
      result_.is_made_up = result_.is_made_up || found->second.is_made_up;
      return found->second.is_made_up ? std::string() : found->second.identity;
    }
    if (!values_.has_others || values_.others_identity.empty()) return {};
    return fmt::format("{}/{}", values_.others_identity, name);
  }

  PartialText expression(std::string_view text) {
    for (const std::string_view word : kMadeUp) {
      if (!has_word_with(text, word)) continue;
      result_.is_made_up = true;
      return PartialText::unknown();
    }
    std::string identity = fmt::format("{{{{{}}}}}", text);
    // A name in quotes may be looked up as well.
    if (text.find("index") != std::string_view::npos) return PartialText::unknown();
    for (const std::string_view name : names_in(text)) {
      const std::string value = identity_of(name);
      if (value.empty()) return PartialText::unknown();
      identity += fmt::format("|{}={}", name, value);
    }
    return PartialText::unknown(std::move(identity));
  }

  const TemplateValues& values_;
  TemplateText result_;
};

}  // namespace

TemplateText read_template(std::string_view text, const TemplateValues& values) { return Reader(values).read(text); }

}  // namespace vlint::model
