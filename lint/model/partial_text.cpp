#include "lint/model/partial_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace vlint::model {

PartialText PartialText::known(std::string_view text) {
  PartialText result;
  if (!text.empty()) result.parts_.push_back({true, std::string(text)});
  return result;
}

PartialText PartialText::unknown(std::string identity) {
  PartialText result;
  result.parts_.push_back({false, std::move(identity)});
  return result;
}

void PartialText::add(const PartialText& other) {
  for (const Part& part : other.parts_) {
    if (part.is_known && !parts_.empty() && parts_.back().is_known) {
      parts_.back().text += part.text;
    } else {
      parts_.push_back(part);
    }
  }
}

bool PartialText::is_known() const { return parts_.empty() || (parts_.size() == 1 && parts_.front().is_known); }

std::optional<std::string_view> PartialText::text() const {
  if (!is_known()) return std::nullopt;
  return parts_.empty() ? std::string_view{} : std::string_view(parts_.front().text);
}

Known PartialText::is_empty() const {
  if (parts_.empty()) return Known::yes;
  const bool has_known = std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.is_known; });
  return has_known ? Known::no : Known::unknown;
}

std::string_view PartialText::head() const {
  return !parts_.empty() && parts_.front().is_known ? std::string_view(parts_.front().text) : std::string_view{};
}

std::string_view PartialText::tail() const {
  return !parts_.empty() && parts_.back().is_known ? std::string_view(parts_.back().text) : std::string_view{};
}

std::optional<std::string> PartialText::identity() const {
  std::string result;
  for (const Part& part : parts_) {
    if (!part.is_known && part.text.empty()) return std::nullopt;
    result += fmt::format("{}{}:{}", part.is_known ? '=' : '?', part.text.size(), part.text);
  }
  return result;
}

Known equal(const PartialText& a, const PartialText& b) {
  if (a.is_known() && b.is_known()) return known(a.text() == b.text());
  if (const auto same = a.identity(); same && same == b.identity()) return Known::yes;
  const std::string_view a_head = a.head();
  const std::string_view b_head = b.head();
  const std::size_t front = std::min(a_head.size(), b_head.size());
  if (a_head.substr(0, front) != b_head.substr(0, front)) return Known::no;
  const std::string_view a_tail = a.tail();
  const std::string_view b_tail = b.tail();
  const std::size_t back = std::min(a_tail.size(), b_tail.size());
  const bool may_be = a_tail.substr(a_tail.size() - back) == b_tail.substr(b_tail.size() - back);
  return may_be ? Known::unknown : Known::no;
}

}  // namespace vlint::model
