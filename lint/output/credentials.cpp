#include "lint/output/credentials.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "lint/base/text.h"

namespace vlint {
namespace {

// Parts of names, in lower case and without separators.
constexpr std::string_view kCredentialParts[] = {
    "password", "passwd",     "passphrase", "passcode", "pwd",          "secret",        "token",
    "apikey",   "credential", "accesskey",  "connstr",  "connectionst", "authorization", "htpasswd",
    "bearer",   "kubeconfig", "privatekey", "cookie",   "dockerconfig", "webhookurl",    "serviceaccountjson",
};
constexpr std::string_view kCredentialEnds[] = {"key", "pass", "dsn"};

// The last three are of labels and annotations: `volumeGroupSnapshotLabelKey`.
constexpr std::string_view kReferenceEnds[] = {
    "name",    "names",    "ref",     "refs",        "namespace", "namespaces",    "kind",
    "class",   "seconds",  "enabled", "path",        "paths",     "mode",          "type",
    "version", "provider", "policy",  "size",        "length",    "ttl",           "count",
    "labels",  "expiry",   "period",  "annotations", "labelkey",  "annotationkey", "topologykey",
};
constexpr std::string_view kReferences[] = {
    "existingsecret",
    "files",
    "envs",
    "imagepullsecrets",
};

template <std::size_t kSize>
bool ends_with_any(std::string_view text, const std::string_view (&ends)[kSize]) {
  return std::any_of(std::begin(ends), std::end(ends), [&](std::string_view end) { return text.ends_with(end); });
}

// Lower case without separators: `DB_PASSWORD`, `db-password` and `dbPassword` are one name.
std::string normalised(std::string_view key) {
  std::string name;
  for (const char c : to_lower_ascii(key)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) name += c;
  }
  return name;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

bool is_quote(char c) { return c == '"' || c == '\''; }

// The word that ends right before `end`, with quotes and blanks between allowed: `"password" :`.
std::string_view word_before(std::string_view line, std::size_t end) {
  while (end > 0 && (line[end - 1] == ' ' || is_quote(line[end - 1]) || line[end - 1] == '\\')) --end;
  std::size_t begin = end;
  while (begin > 0 && is_word(line[begin - 1])) --begin;
  return line.substr(begin, end - begin);
}

// What stands after a separator says something: not nothing, a comment, a boolean or null.
bool has_value(std::string_view rest) {
  const std::size_t begin = rest.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || rest[begin] == '#') return false;
  rest = rest.substr(begin, 8);  // enough to know the words below, so that a long line is read once
  const std::string_view first = rest.substr(0, rest.find_first_of(" ,}]#\r\n"));
  return first != "true" && first != "false" && first != "null" && first != "~" && first != "\"\"" && first != "''";
}

bool opens_block(std::string_view rest) {
  rest = trim(rest);
  return rest.empty() || rest.front() == '#' || rest.front() == '|' || rest.front() == '>';
}

// `password: x`, `password=x`.
std::optional<std::string_view> find_assignment(std::string_view line) {
  for (std::size_t at = line.find_first_of(":="); at != std::string_view::npos; at = line.find_first_of(":=", at + 1)) {
    const std::string_view word = word_before(line, at);
    if (!word.empty() && names_credential(word) && has_value(line.substr(at + 1))) return word;
  }
  return std::nullopt;
}

// `--password x`, `[--password, x]`.
std::optional<std::string_view> find_option(std::string_view line) {
  for (std::size_t at = line.find("--"); at != std::string_view::npos; at = line.find("--", at)) {
    std::size_t end = at;
    while (end < line.size() && is_word(line[end])) ++end;
    const std::string_view word = line.substr(at, end - at);
    const std::size_t next = std::min(line.find_first_not_of("\"',", end), line.size());
    const bool takes_next = next < line.size() && line[next] == ' ' && has_value(line.substr(next + 1));
    if (takes_next && names_credential(word)) return word;
    at = std::max(end, at + 2);
  }
  return std::nullopt;
}

// `https://user:password@host`: the part before the @. A password may hold a slash that should have been escaped, so
// after a colon the @ may stand behind one.
std::optional<std::string_view> find_user_info(std::string_view line) {
  std::size_t word_end = 0;
  for (std::size_t at = line.find("://"); at != std::string_view::npos; at = line.find("://", at)) {
    at += 3;
    const std::size_t sign = line.find('@', at);
    if (sign == std::string_view::npos) return std::nullopt;
    if (word_end < at) word_end = std::min(line.find_first_of(" \t\"'`<>", at), line.size());
    if (sign > word_end) {
      at = word_end;
      continue;
    }
    const std::string_view before_sign = line.substr(at, sign - at);
    if (before_sign.find_first_of("/?#") == std::string_view::npos) return before_sign;
    if (before_sign.find(':') != std::string_view::npos) return before_sign.substr(0, before_sign.find(':'));
    at = sign;
  }
  return std::nullopt;
}

// `- --password`: the next line has what it takes.
bool ends_with_option(std::string_view line) {
  const std::size_t end = line.find_last_not_of(" \t\r\"',");
  if (end == std::string_view::npos) return false;
  std::size_t begin = end + 1;
  while (begin > 0 && is_word(line[begin - 1])) --begin;
  const std::string_view word = line.substr(begin, end + 1 - begin);
  return word.starts_with('-') && names_credential(word);
}

constexpr std::string_view kPemBegin = "-----BEGIN";
constexpr std::string_view kPemEnd = "-----END";
constexpr std::string_view kSops = "ENC[";

}  // namespace

bool names_reference(std::string_view key) {
  const std::string name = normalised(key);
  return ends_with_any(name, kReferenceEnds) ||
         std::find(std::begin(kReferences), std::end(kReferences), name) != std::end(kReferences);
}

bool names_credential(std::string_view key) {
  if (names_reference(key)) return false;
  const std::string name = normalised(key);
  const auto holds = [&](std::string_view part) { return name.find(part) != std::string::npos; };
  return std::any_of(std::begin(kCredentialParts), std::end(kCredentialParts), holds) ||
         ends_with_any(name, kCredentialEnds);
}

bool leads_to_data(std::string_view path) {
  const std::string name = to_lower_ascii(path);
  return name.starts_with("/data") || name.starts_with("/stringdata");
}

std::optional<std::string_view> find_credential(std::string_view line) {
  if (line.find(kPemBegin) != std::string_view::npos) return kPemBegin;
  if (line.find(kSops) != std::string_view::npos) return kSops;
  if (const auto word = find_assignment(line)) return word;
  if (const auto word = find_option(line)) return word;
  return find_user_info(line);
}

bool mentions_secret_kind(std::string_view text) {
  constexpr std::string_view kSecret = "Secret";
  for (std::size_t at = text.find(kSecret); at != std::string_view::npos; at = text.find(kSecret, at + 1)) {
    const std::size_t end = at + kSecret.size();
    if (end < text.size() && is_word(text[end])) continue;
    std::size_t colon = at;
    while (colon > 0 && (text[colon - 1] == ' ' || is_quote(text[colon - 1]) || text[colon - 1] == '\\')) --colon;
    if (colon > 0 && text[colon - 1] == ':' && word_before(text, colon - 1) == "kind") return true;
  }
  return false;
}

bool CredentialScanner::hides(std::string_view line) {
  if (in_pem_) {
    in_pem_ = line.find(kPemEnd) == std::string_view::npos;
    return true;
  }
  const std::size_t indent = line.find_first_not_of(" \t\r");
  if (indent == std::string_view::npos) return block_.has_value();
  if (block_ && (indent > block_->indent || (indent == block_->indent && block_->has_items && line[indent] == '-'))) {
    return true;
  }
  block_.reset();
  const bool is_argument = std::exchange(expects_argument_, ends_with_option(line));
  const std::optional<std::string_view> found = find_credential(line);
  const std::size_t colon = line.find(':');
  const std::string_view key = colon == std::string_view::npos ? std::string_view{} : word_before(line, colon);
  const bool is_value = key == "value" && has_value(line.substr(colon + 1));
  const bool opens = names_credential(key) && opens_block(line.substr(colon + 1));
  if (found || is_value || opens) block_ = Block{indent, opens && line[indent] != '-'};
  in_pem_ = found == kPemBegin && line.find(kPemEnd) == std::string_view::npos;
  return found || is_value || is_argument;
}

}  // namespace vlint
