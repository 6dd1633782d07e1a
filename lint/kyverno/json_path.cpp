#include "lint/kyverno/json_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "lint/base/text.h"

namespace vlint::kyverno {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_index(std::string_view step) {
  return !step.empty() && step.size() <= 19 && std::all_of(step.begin(), step.end(), is_digit);
}

bool is_identifier(std::string_view step) {
  const char first = step.front();
  if (first != '_' && !is_letter(first)) return false;
  return std::all_of(step.begin(), step.end(),
                     [](char c) { return c == ')' || c == '_' || is_letter(c) || is_digit(c); });
}

std::string quoted_identifier(std::string_view step) {
  std::string text = "\"";
  for (const char c : step) {
    constexpr std::string_view kPlain = "\"\\\b\f\n\r\t";
    constexpr std::string_view kEscaped = "\"\\bfnrt";
    const std::size_t special = kPlain.find(c);
    if (special != std::string_view::npos) {
      text += '\\';
      text += kEscaped[special];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      text += c;
    }
  }
  return text + '"';
}

// `[-|\+]?\d+(?:\.\d+)?[A-Za-z]*` at the beginning; its length, or 0.
std::size_t quantity_size(std::string_view text) {
  std::size_t at = 0;
  const auto skip = [&](auto accepts) {
    const std::size_t from = at;
    while (at < text.size() && accepts(text[at])) ++at;
    return at > from;
  };
  if (!text.empty() && (text[0] == '-' || text[0] == '|' || text[0] == '+')) ++at;
  if (!skip(is_digit)) return 0;
  if (at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    ++at;
    skip(is_digit);
  }
  skip(is_letter);
  return at;
}

}  // namespace

std::string pointer(std::span<const std::string> path) {
  std::string text;
  for (const std::string& step : path) {
    if (step.empty()) continue;
    text += '/';
    for (const char c : step) {
      if (c == '/') text += '\\';
      text += c;
    }
  }
  return text;
}

std::string path_in_trigger(std::span<const std::string> path, std::string_view root) {
  std::vector<std::string_view> steps;
  for (const std::string& step : path) {
    if (!step.empty()) steps.push_back(step);
  }
  const auto foreach = std::find(steps.begin(), steps.end(), "foreach");
  if (foreach != steps.end()) steps.erase(steps.begin(), foreach + 1);
  // SkipN(2) leaves nothing of two steps or fewer.
  steps.erase(steps.begin(), steps.size() > 2 ? steps.begin() + 2 : steps.end());
  std::string text(root);
  for (const std::string_view step : steps) {
    if (is_index(step)) {
      text += fmt::format("[{}]", step);
    } else {
      text += '.';
      text += is_identifier(step) ? std::string(step) : quoted_identifier(step);
    }
  }
  return text;
}

std::string without_anchors(std::span<const std::string> path) {
  std::vector<std::string> steps;
  for (const std::string& step : path) {
    if (step.empty()) continue;
    std::string_view key = step;
    const bool has_modifier = key.find_first_of("+<=X^") == 0;
    const std::string_view inside = key.substr(has_modifier ? 1 : 0);
    if (inside.size() > 2 && inside.front() == '(' && inside.back() == ')') key = inside.substr(1, inside.size() - 2);
    steps.emplace_back(key);
  }
  return clean_path(pointer(steps));
}

std::string clean_path(std::string_view path) {
  std::vector<std::string_view> steps;
  for (const std::string_view step : split(path, '/')) {
    if (step.empty() || step == ".") continue;
    if (step != "..") {
      steps.push_back(step);
    } else if (!steps.empty()) {
      steps.pop_back();
    }
  }
  return "/" + join(steps, "/");
}

std::string_view pattern_operator(std::string_view pattern) {
  if (pattern.size() < 2) return "";
  for (const std::string_view sign : {">=", "<=", ">", "<", "!"}) {
    if (pattern.substr(0, sign.size()) == sign) return sign;
  }
  const std::size_t low = quantity_size(pattern);
  if (low == 0) return "";
  for (const std::string_view sign : {"!-", "-"}) {
    if (pattern.substr(low, sign.size()) != sign) continue;
    const std::string_view high = pattern.substr(low + sign.size());
    if (!high.empty() && quantity_size(high) == high.size()) return sign;
  }
  return "";
}

}  // namespace vlint::kyverno
