#include "lint/kustomize/selector.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/kustomize/shape.h"

namespace vlint::kustomize {
namespace {

std::vector<std::pair<std::string, std::string>> meta_map(const Node* root, std::string_view field) {
  std::vector<std::pair<std::string, std::string>> result;
  const Node* map = find(find(root, "metadata"), field);
  if (map == nullptr || !map->is_mapping()) return result;
  for (std::size_t i = 0; i < map->size(); ++i) {
    result.emplace_back(std::string(map->key(i)->text()), std::string(map->value(i)->text()));
  }
  std::sort(result.begin(), result.end());
  return result;
}

kube::LabelSelector parse_selector(yaml::Value value) {
  if (!value) return {};
  Result<kube::LabelSelector> selector = kube::parse_label_selector(value.text());
  if (!selector.ok()) fail(value.span(), selector.error());
  return std::move(selector).value();
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(const std::string& text, const re2::RE2::Options& options) : regex(text, options) {}
  re2::RE2 regex;
};

Pattern::Pattern(std::string_view pattern, bool whole, Span where) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(std::int64_t{1} << 20);
  const std::string text = whole ? fmt::format("^(?:{})$", pattern) : std::string(pattern);
  compiled_ = std::make_unique<Compiled>(text, options);
  if (!compiled_->regex.ok()) {
    fail(where, fmt::format("{} is no regular expression: {}", quoted(pattern), compiled_->regex.error()));
  }
}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled_->regex);
}

Selector::Selector(yaml::Value value) {
  const auto compile = [&](std::string_view name, std::vector<Pattern>& pattern) {
    const yaml::Value text = field(value, name);
    if (text.text().empty()) return;
    pattern.emplace_back(text.text(), true, text.span());
    empty_id_ = false;
  };
  compile("group", group_);
  compile("version", version_);
  compile("kind", kind_);
  compile("name", name_);
  compile("namespace", name_space_);
  has_labels_ = !text_field(value, "labelSelector").empty();
  has_annotations_ = !text_field(value, "annotationSelector").empty();
  labels_ = parse_selector(field(value, "labelSelector"));
  annotations_ = parse_selector(field(value, "annotationSelector"));
}

bool Selector::matches_gvk(const Gvk& gvk) const {
  return (group_.empty() || group_.front().matches(gvk.group)) &&
         (version_.empty() || version_.front().matches(gvk.version)) &&
         (kind_.empty() || kind_.front().matches(gvk.kind));
}

bool Selector::matches_name(std::string_view name) const { return name_.empty() || name_.front().matches(name); }

bool Selector::matches_namespace(std::string_view name_space) const {
  return name_space_.empty() || name_space_.front().matches(name_space);
}

bool Selector::matches_labels(const Node* root) const {
  if (has_labels_ && !kube::matches(labels_, meta_map(root, "labels"))) return false;
  return !has_annotations_ || kube::matches(annotations_, meta_map(root, "annotations"));
}

std::vector<Selector::Part> Selector::misfits(const Resource& resource) const {
  const ObjectId now = resource.id();
  const ObjectId original = resource.original_id();
  std::vector<Part> parts;
  const auto check = [&](Part part, bool fits) {
    if (!fits) parts.push_back(part);
  };
  check(Part::group, group_.empty() || group_.front().matches(now.gvk.group));
  check(Part::version, version_.empty() || version_.front().matches(now.gvk.version));
  check(Part::kind, kind_.empty() || kind_.front().matches(now.gvk.kind));
  check(Part::name, matches_name(original.name) || matches_name(now.name));
  check(Part::name_space,
        matches_namespace(original.effective_namespace()) || matches_namespace(now.effective_namespace()));
  check(Part::labels, matches_labels(resource.root));
  return parts;
}

bool Selector::selects(const Resource& resource) const {
  const ObjectId now = resource.id();
  const ObjectId original = resource.original_id();
  if (!matches_namespace(original.effective_namespace()) && !matches_namespace(now.effective_namespace())) return false;
  if (!matches_name(original.name) && !matches_name(now.name)) return false;
  return matches_gvk(now.gvk) && matches_labels(resource.root);
}

}  // namespace vlint::kustomize
