#include "rules/common/policy_expressions.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "lint/base/text.h"
#include "lint/jmespath/check.h"
#include "lint/jmespath/parser.h"

namespace vlint::rules {
namespace {

using jmespath::NodeType;
using kyverno::ExpressionKind;
using kyverno::PolicyExpression;
using kyverno::Section;

constexpr std::array<std::string_view, 4> kKinds = {"ClusterPolicy", "Policy", "ClusterCleanupPolicy", "CleanupPolicy"};

bool is_cleanup(const kube::Resource& policy) { return policy.kind.ends_with("CleanupPolicy"); }

bool has_call_of(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  return at == 0 && text.size() > name.size() && (text[name.size()] == ' ' || text[name.size()] == '\n');
}

// The names that Kyverno gives.
std::vector<std::string_view> given_names(const PolicyExpression& written) {
  std::vector<std::string_view> names = {"request", "images", "serviceAccountName", "serviceAccountNamespace"};
  if (written.has_element) names.insert(names.end(), {"element", "elementIndex"});
  if (written.has_target) names.emplace_back("target");
  if (written.section == Section::verify_images) names.emplace_back("image");
  return names;
}

// Entries of mutate.targets are there for what is done with the targets.
bool is_entry_of_rule(const PolicyText& in, std::uint32_t rule, std::string_view name) {
  const auto& names = in.found.rules[rule].names;
  return std::any_of(names.begin(), names.end(),
                     [&](std::uint32_t index) { return in.found.names[index].name == name; });
}

// The edit of each on its own, so that what lies between them stays as it is written.
yaml::Edits edits_one_by_one(const PolicyExpression& written, const std::vector<jmespath::ExpressionEdit>& edits) {
  std::vector<TextEdit> all;
  for (const jmespath::ExpressionEdit& edit : edits) {
    yaml::Edits part = yaml::rewrite_part(written.scalar, written.variable.expression.begin + edit.range.begin,
                                          static_cast<std::size_t>(edit.range.end) - edit.range.begin, edit.text);
    if (!part.ok()) return part;
    all.insert(all.end(), part.value().begin(), part.value().end());
  }
  for (std::size_t i = 1; i < all.size(); ++i) {
    if (all[i].where.begin < all[i - 1].where.end) return Error{"the parts are written anew together"};
  }
  return all;
}

// What stands at a path of keys without slashes, and of indices: "/context/0/variable".
yaml::Value at_path(yaml::Value value, std::string_view path) {
  for (const std::string_view step : split(path, '/')) {
    if (step.empty()) continue;
    std::size_t index = 0;
    std::from_chars(step.data(), step.data() + step.size(), index);
    value = value.is_sequence() ? value.at(index) : value[step];
  }
  return value;
}

// The expression with its edits applied.
std::string edited(const PolicyExpression& written, const std::vector<jmespath::ExpressionEdit>& edits) {
  std::string text;
  std::uint32_t at = 0;
  for (const jmespath::ExpressionEdit& edit : edits) {
    text += written.text.substr(at, edit.range.begin - at);
    text += edit.text;
    at = edit.range.end;
  }
  return text + written.text.substr(at);
}

// The whole scalar anew: for quotes that are escaped in it. Not where that would join its lines.
yaml::Edits rewrite_whole(const PolicyExpression& written, const std::vector<jmespath::ExpressionEdit>& edits) {
  const yaml::Value scalar = written.scalar;
  const Span span = scalar.content_span();
  if (scalar.tree()->slice(span.begin, span.end).find('\n') != std::string_view::npos) {
    return Error{"this part of the text does not stand in the file as it is"};
  }
  const std::string_view whole = scalar.text();
  const kyverno::TextRange& range = written.variable.expression;
  return yaml::set_scalar(
      scalar, fmt::format("{}{}{}", whole.substr(0, range.begin), edited(written, edits), whole.substr(range.end)));
}

}  // namespace

yaml::Value PolicyText::rule(std::uint32_t index) const {
  return is_cleanup(policy) ? policy["spec"] : policy["spec"]["rules"].at(index);
}

std::string PolicyText::title(std::uint32_t index) const {
  std::string title =
      fmt::format("{} {}{}{}", policy.kind, policy.name_space, policy.name_space.empty() ? "" : "/", policy.name);
  const std::string_view name = is_cleanup(policy) ? std::string_view{} : rule(index)["name"].text();
  return name.empty() ? title : fmt::format("rule {} of {}", name, title);
}

void for_each_policy(const Model& model, const std::function<void(const PolicyText&)>& visit) {
  for (const ClusterModel& member : model.clusters) {
    for (const std::string_view kind : kKinds) {
      for (const kube::Resource* policy : member.cluster.of_kind("kyverno.io", kind)) {
        if (policy->encrypted || policy->generation != kube::kNotGenerated) continue;
        const kyverno::PolicyExpressions found = kyverno::find_expressions(*policy);
        visit({member, *policy, found});
      }
    }
  }
}

Span ReadExpression::place(jmespath::ByteRange range) const {
  return kyverno::place_of(written, range.begin, static_cast<std::size_t>(range.end) - range.begin);
}

yaml::Edits ReadExpression::edits(const std::vector<jmespath::ExpressionEdit>& edits) const {
  return edits_of(written, edits);
}

void for_each_expression(const PolicyText& in, const std::function<void(const ReadExpression&)>& visit) {
  for (const PolicyExpression& written : in.found.expressions) {
    if (!written.is_known) continue;
    const jmespath::ParseResult parsed = jmespath::parse(written.text);
    if (parsed.ok()) visit({in, written, parsed.expression()});
  }
}

void for_each_expression(const Model& model, const std::function<void(const ReadExpression&)>& visit) {
  for_each_policy(model, [&](const PolicyText& in) { for_each_expression(in, visit); });
}

yaml::Edits edits_of(const PolicyExpression& written, const std::vector<jmespath::ExpressionEdit>& edits) {
  if (!written.inner.empty() || written.variable.stray != 0) return Error{"other variables stand inside this one"};
  if (edits.empty()) return std::vector<TextEdit>{};
  yaml::Edits apart = edits_one_by_one(written, edits);
  if (apart.ok() || written.is_key) return apart;
  return rewrite_whole(written, edits);
}

std::string_view outcome_of_failure(const PolicyText& in, const PolicyExpression& written) {
  if (is_cleanup(in.policy)) return "the policy deletes nothing";
  const yaml::Value rule = in.rule(written.rule);
  if (rule["generate"].is_set()) return "it generates nothing";
  if (rule["mutate"].is_set()) return "it changes nothing";
  if (written.section == Section::message) return "its message can't be told";
  return "it ends in an error for every object";
}

bool is_compiled_at_admission(const PolicyExpression& written) {
  return written.kind != ExpressionKind::foreach_list && written.kind != ExpressionKind::extractor_jmespath;
}

bool holds_values(NodeType type) {
  return type == NodeType::comparator || type == NodeType::function || type == NodeType::disjunction ||
         type == NodeType::conjunction || type == NodeType::multiselect_list || type == NodeType::key_value;
}

std::vector<jmespath::NodeId> empty_brackets(const jmespath::Expression& expression) {
  const auto is_empty = [&](jmespath::NodeId id) {
    const std::string_view text = expression.slice_text(expression.node(id).span);
    return text.starts_with("[") && trim(text.substr(1)) == "]";
  };
  const std::vector<bool> at_root = jmespath::nodes_at_root(expression);
  std::vector<jmespath::NodeId> found;
  for (jmespath::NodeId id = 0; id < at_root.size(); ++id) {
    const jmespath::Node& parent = expression.node(id);
    if (!at_root[id] || !holds_values(parent.type)) continue;
    const auto children = expression.children(parent);
    std::copy_if(children.begin(), children.end(), std::back_inserter(found), is_empty);
  }
  return found;
}

jmespath::StringPaths string_paths() {
  static constexpr std::array<std::string_view, 15> kPaths = {

      "request.kind.group",
      "request.kind.kind",
      "request.kind.version",
      "request.name",
      "request.namespace",
      "request.object.apiVersion",
      "request.object.kind",
      "request.object.metadata.name",
      "request.object.metadata.namespace",
      "request.oldObject.kind",
      "request.oldObject.metadata.name",
      "request.operation",
      "serviceAccountName",
      "target.metadata.name",
      "target.metadata.namespace",
  };
  return kPaths;
}

bool sees_context(const PolicyExpression& written, const PolicyText& in) {
  if (written.section == Section::attestation || !in.found.is_complete) return false;
  if (written.kind == ExpressionKind::extractor_jmespath) return false;
  if (written.kind != ExpressionKind::context_jmespath) return true;
  // Without a value the jmesPath of a variable is applied to the whole context, all others to what the entry read.
  const std::string_view path = written.path;
  if (!path.ends_with("/variable/jmesPath")) return false;
  const std::string_view variable = path.substr(0, path.rfind('/'));
  return !at_path(in.rule(written.rule), variable)["value"].is_set();
}

std::vector<std::string_view> defined_names(const PolicyText& in, const PolicyExpression& written) {
  std::vector<std::string_view> names = given_names(written);
  for (const kyverno::DefinedName* defined : kyverno::names_of(in.found, written)) names.push_back(defined->name);
  return names;
}

bool is_defined(const PolicyText& in, const PolicyExpression& written, std::string_view name) {
  // element0, elementIndex1: of nested entries of foreach; whether they stand in one is another matter.
  if (name.starts_with("element")) return true;
  // Attestations have names, too, and what an image's signer wrote is seen by nobody here.
  if (in.rule(written.rule)["verifyImages"].is_set()) return true;
  if (in.found.rules[written.rule].has_targets && (name == "target" || is_entry_of_rule(in, written.rule, name))) {
    return true;
  }
  const std::vector<std::string_view> given = given_names(written);
  if (std::find(given.begin(), given.end(), name) != given.end()) return true;
  for (std::uint32_t at = written.last_name; at != kyverno::kNoName; at = in.found.names[at].previous) {
    if (in.found.names[at].name == name) return true;
  }
  return false;
}

bool is_foreign_template(const PolicyText& in, const PolicyExpression& written) {
  const Section section = written.section;
  const bool is_part_of_object =
      section == Section::generate_data || section == Section::mutate || section == Section::validate;
  if (written.kind != ExpressionKind::variable || !is_part_of_object) return false;
  const std::string_view text = written.text;
  if (text.empty()) return false;
  if (text.front() == '.') {
    // A slip of somebody who thinks of Go templates: the rest is one of Kyverno's variables.
    const std::size_t end = std::min(text.find_first_of(".[ |", 1), text.size());
    return !is_defined(in, written, text.substr(1, end - 1)) || end == 1;
  }
  if (text == "end" || text == "else") return !is_defined(in, written, text);
  if (text.front() == '$' || text.front() == '#' || text.front() == '/' || text.starts_with("^")) return true;
  constexpr std::array<std::string_view, 14> kWords = {"range", "if",     "with",     "include", "template",
                                                       "else",  "printf", "define",   "block",   "toYaml",
                                                       "tpl",   "index",  "fromJson", "b64dec"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return has_call_of(text, word); });
}

}  // namespace vlint::rules
