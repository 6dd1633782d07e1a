#include "lint/kustomize/fault.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"

namespace vlint::kustomize {
namespace {

constexpr std::size_t kMostEdits = 3;

std::string without_digits(std::string_view text) {
  std::string result;
  std::copy_if(text.begin(), text.end(), std::back_inserter(result), [](char c) { return c < '0' || c > '9'; });
  return result;
}

}  // namespace

bool can_be_slip(std::string_view word, std::string_view meant) {
  if (word == meant) return false;
  const std::size_t allowed = std::min(kMostEdits, 1 + std::min(word.size(), meant.size()) / 4);
  return edit_distance(word, meant, allowed) && without_digits(word) != without_digits(meant);
}

std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::vector<std::string_view> near;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(near),
               [&](std::string_view candidate) { return can_be_slip(word, candidate); });
  return closest(word, near, kMostEdits);
}

bool is_text_of(std::string_view bytes, std::string_view text) {
  if (bytes == text) return true;
  return bytes.size() == text.size() + 2 && (bytes.front() == '"' || bytes.front() == '\'') &&
         bytes.front() == bytes.back() && bytes.substr(1, text.size()) == text;
}

void suggest(Fault& fault, std::string_view suggestion, bool is_exact) {
  if (suggestion.empty()) return;
  fault.suggestion = suggestion;
  fault.message += fmt::format(", did you mean {}?", suggestion);
  if (is_exact) fault.repair = Repair::replace;
}

}  // namespace vlint::kustomize
