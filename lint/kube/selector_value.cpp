#include "lint/kube/selector_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "lint/base/text.h"

namespace vlint::kube {
namespace {

using yaml::Value;

std::optional<SelectorOperator> operator_named(std::string_view name) {
  if (name == "In") return SelectorOperator::in;
  if (name == "NotIn") return SelectorOperator::not_in;
  if (name == "Exists") return SelectorOperator::exists;
  if (name == "DoesNotExist") return SelectorOperator::does_not_exist;
  return std::nullopt;
}

void add(Requirement requirement, Span where, SelectorValue& out) {
  if (const Status status = check_requirement(requirement); !status) out.faults.push_back({status.error(), where});
  out.selector.requirements.push_back(std::move(requirement));
}

void read_expression(Value expression, SelectorValue& out) {
  const Value name = expression["operator"];
  const Value key = expression["key"];
  if (!has_known_text(name) || !has_known_text(key)) {
    out.known = false;
    return;
  }
  const std::optional<SelectorOperator> op = operator_named(name.text());
  if (!op) {
    out.faults.push_back(
        {fmt::format("{} is no operator of a label selector (In, NotIn, Exists, DoesNotExist)", quoted(name.text())),
         name ? name.span() : expression.span()});
    return;
  }
  Requirement requirement{std::string(key.text()), *op, {}};
  for (const Value value : expression["values"].items()) {
    if (!has_known_text(value)) {
      out.known = false;
      return;
    }
    requirement.values.emplace_back(value.text());
  }
  add(std::move(requirement), expression.span(), out);
}

Known matches(const Requirement& requirement, const KnownLabels& labels) {
  if (std::binary_search(labels.unknown.begin(), labels.unknown.end(), requirement.key)) return Known::unknown;
  return known(matches(requirement, Labels(labels.labels)));
}

}  // namespace

bool has_known_text(Value value) { return !value.is_templated() && value.text().substr(0, 15) != "ENC[AES256_GCM,"; }

const std::string* KnownLabels::find(std::string_view key) const {
  const auto at = std::lower_bound(labels.begin(), labels.end(), key,
                                   [](const Label& label, std::string_view wanted) { return label.first < wanted; });
  return at != labels.end() && at->first == key ? &at->second : nullptr;
}

Known KnownLabels::has(std::string_view key, std::string_view value) const {
  if (std::binary_search(unknown.begin(), unknown.end(), key)) return Known::unknown;
  const std::string* found = find(key);
  return known(found != nullptr && *found == value);
}

KnownLabels read_labels(Value mapping) {
  KnownLabels labels;
  for (const yaml::Entry& entry : mapping.entries()) {
    if (has_known_text(entry.value)) {
      labels.labels.emplace_back(entry.key.text(), entry.value.text());
    } else {
      labels.unknown.emplace_back(entry.key.text());
    }
  }
  std::sort(labels.labels.begin(), labels.labels.end());
  std::sort(labels.unknown.begin(), labels.unknown.end());
  return labels;
}

void add_unknown_label(KnownLabels& labels, std::string_view key) {
  const auto at = std::lower_bound(labels.unknown.begin(), labels.unknown.end(), key);
  if (at == labels.unknown.end() || *at != key) labels.unknown.emplace(at, key);
}

SelectorValue read_label_selector(Value value) {
  SelectorValue out;
  for (const yaml::Entry& entry : value["matchLabels"].entries()) {
    if (!has_known_text(entry.key) || !has_known_text(entry.value)) {
      out.known = false;
      continue;
    }
    add({std::string(entry.key.text()), SelectorOperator::equals, {std::string(entry.value.text())}}, entry.key.span(),
        out);
  }
  for (const Value expression : value["matchExpressions"].items()) read_expression(expression, out);
  return out;
}

Known matches(const SelectorValue& selector, const KnownLabels& labels) {
  if (!selector.faults.empty()) return Known::no;
  Known all = selector.known ? Known::yes : Known::unknown;
  for (const Requirement& requirement : selector.selector.requirements) all = all && matches(requirement, labels);
  return all;
}

}  // namespace vlint::kube
