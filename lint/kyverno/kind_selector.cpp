#include "lint/kyverno/kind_selector.h"

#include <algorithm>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/wildcard.h"

namespace vlint::kyverno {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

// `^(v\d+((alpha|beta)\d+)?|\*)$`
bool is_version(std::string_view text) {
  if (text == "*") return true;
  if (text.empty() || text[0] != 'v') return false;
  std::size_t at = skip_digits(text, 1);
  if (at == 1) return false;
  if (at == text.size()) return true;
  if (text.substr(at, 5) == "alpha") {
    at += 5;
  } else if (text.substr(at, 4) == "beta") {
    at += 4;
  } else {
    return false;
  }
  return at < text.size() && skip_digits(text, at) == text.size();
}

}  // namespace

bool KindSelector::matches(std::string_view object_group, std::string_view object_version,
                           std::string_view object_kind) const {
  return jmespath::matches_wildcard(kind, object_kind) && jmespath::matches_wildcard(group, object_group) &&
         jmespath::matches_wildcard(version, object_version) && jmespath::matches_wildcard(subresource, "");
}

KindSelector parse_kind_selector(std::string_view text) {
  std::vector<std::string_view> parts = split(text, '/');
  const std::string_view last = parts.back();
  parts.pop_back();
  for (const std::string_view part : split(last, '.')) parts.push_back(part);
  const auto is_lower = [](std::string_view part) { return to_lower_ascii(part) == part; };
  switch (parts.size()) {
    case 1:
      return {"*", "*", parts[0], ""};
    case 2:
      if (parts[0] == "*" && parts[1] == "*") return {"*", "*", "*", "*"};
      if (parts[0] == "*" && is_lower(parts[1])) return {"*", "*", parts[0], parts[1]};
      if (is_version(parts[0])) return {"*", parts[0], parts[1], ""};
      return {"*", "*", parts[0], parts[1]};
    case 3:
      if (is_version(parts[0])) return {"*", parts[0], parts[1], parts[2]};
      return {parts[0], parts[1], parts[2], ""};
    case 4:
      return {parts[0], parts[1], parts[2], parts[3]};
    default:
      return {};
  }
}

VersionAndKind parse_version_and_kind(std::string_view text) {
  const std::size_t first = text.find('/');
  if (first == std::string_view::npos) return {"", text};
  const std::size_t second = text.find('/', first + 1);
  const bool starts_with_version = is_version(text.substr(0, first));
  if (second == std::string_view::npos) {
    if (starts_with_version && text != "*/*") return {text.substr(0, first), text.substr(first + 1)};
    return {"", text};
  }
  if (text.find('/', second + 1) == std::string_view::npos && starts_with_version) {
    return {text.substr(0, first), text.substr(first + 1)};
  }
  return {text.substr(0, second), text.substr(second + 1)};
}

std::string_view group_of(std::string_view api_version) {
  const std::size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

}  // namespace vlint::kyverno
