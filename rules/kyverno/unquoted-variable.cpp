#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/parser.h"
#include "lint/kube/resource.h"
#include "lint/kyverno/variables.h"
#include "lint/yaml/scalar.h"
#include "lint/yaml/split.h"

namespace vlint::rules {
namespace {

using Bytes = std::pair<std::size_t, std::size_t>;

constexpr std::size_t kNone = std::string_view::npos;

bool holds_one_of(std::string_view text, std::span<const std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool is_policy(std::string_view document) {
  constexpr std::array<std::string_view, 2> kVersions = {"\napiVersion: kyverno.io/", "\napiVersion: \"kyverno.io/"};
  return document.starts_with(kVersions[0].substr(1)) || document.starts_with(kVersions[1].substr(1)) ||
         holds_one_of(document, kVersions);
}

// Marks of engines that make the manifest: then quotes are theirs to place.
bool is_made_by_an_engine(std::string_view document) {
  constexpr std::array<std::string_view, 14> kMarks = {"{{-",        "-}}",         "{{ .",    "{{.",  "{{ if",
                                                       "{{ end",     "{{ range",    "{{ with", "{{ $", "{{/*",
                                                       "{{ include", "{{ template", "{%",      "<%"};
  return holds_one_of(document, kMarks);
}

bool names_the_request(std::string_view value) {
  constexpr std::array<std::string_view, 4> kRoots = {"request.", "element", "target.", "images."};
  return holds_one_of(value, kRoots);
}

bool opens_block(std::string_view value) {
  return (value.starts_with("|") || value.starts_with(">")) && value.find_first_not_of("|>+-0123456789") == kNone;
}

// Where the value of a line `key: value` or `- value` begins.
std::size_t value_begin(std::string_view line) {
  std::size_t at = std::min(line.find_first_not_of(' '), line.size());
  while (line.substr(at, 2) == "- ") at = std::min(line.find_first_not_of(' ', at + 2), line.size());
  if (line.substr(at, 2) == "{{") return at;
  const std::size_t colon = line.find(": ", at);
  return colon == kNone ? line.size() : std::min(line.find_first_not_of(' ', colon + 2), line.size());
}

std::string_view without_comment(std::string_view value) {
  const std::size_t comment = value.find(" #");
  value = comment == kNone ? value : value.substr(0, comment);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t' || value.back() == '\r'))
    value.remove_suffix(1);
  return value;
}

// The expression that the value begins with is JMESPath.
bool begins_with_variable(std::string_view value) {
  const std::vector<kyverno::Variable> variables = kyverno::find_variables(value);
  return !variables.empty() && variables.front().range.begin == 0 &&
         jmespath::parse(kyverno::expression_of(value, variables.front())).ok();
}

// The values of a document that begin with a variable and have no quotes.
std::vector<Bytes> unquoted_values(std::string_view document) {
  std::vector<Bytes> values;
  std::optional<std::size_t> block;  // inside a block scalar: the indentation of the line that opens it
  for (std::size_t begin = 0; begin < document.size();) {
    const std::size_t end = std::min(document.find('\n', begin), document.size());
    const std::string_view line = document.substr(begin, end - begin);
    const std::size_t indent = line.find_first_not_of(' ');
    const bool is_blank = indent == kNone || line[indent] == '\r';
    if (block && !is_blank && indent <= *block) block.reset();
    if (!block && !is_blank && line[indent] != '#') {
      const std::size_t at = value_begin(line);
      const std::string_view value = without_comment(line.substr(at));
      if (opens_block(value)) block = indent;
      if (value.starts_with("{{") && begins_with_variable(value)) {
        values.emplace_back(begin + at, begin + at + value.size());
      }
    }
    begin = end + 1;
  }
  return values;
}

std::string in_quotes(std::string_view value) {
  if (value.find_first_of("\"\\") == kNone) return fmt::format("\"{}\"", value);
  return yaml::single_quoted(value);
}

// The policies that are there once the file can be read; nothing when it still can't.
std::optional<std::vector<Subject>> policies_after(const Sources& sources, FileId file,
                                                   const std::vector<TextEdit>& edits) {
  const Result<Sources> after = with_edits(sources, edits);
  if (!after.ok()) return std::nullopt;
  const auto& tree = after.value().trees[static_cast<std::size_t>(file)];
  if (tree == nullptr || !tree->problems.empty()) return std::nullopt;
  std::vector<Subject> subjects;
  for (const kube::Resource& resource : kube::read_resources(*tree)) {
    Subject subject;
    subject.kind = std::string(resource.kind);
    subject.name_space = std::string(resource.name_space);
    subject.name = std::string(resource.name);
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

void check_file(const Model& model, FileId file, Report& report) {
  const std::string_view text = model.sources.files[file].text;
  std::vector<Bytes> values;
  for (const yaml::Chunk& chunk : yaml::split_documents(text)) {
    const std::string_view document = text.substr(chunk.begin, chunk.end - chunk.begin);
    if (is_made_by_an_engine(document)) return;
    if (!is_policy(document)) continue;
    for (const Bytes& value : unquoted_values(document)) {
      values.emplace_back(value.first + chunk.begin, value.second + chunk.begin);
    }
  }
  const auto text_of = [&](const Bytes& value) { return text.substr(value.first, value.second - value.first); };
  const auto names = [&](const Bytes& value) { return names_the_request(text_of(value)); };
  if (std::none_of(values.begin(), values.end(), names)) return;
  std::vector<TextEdit> edits;
  for (const Bytes& value : values) {
    const Span where = {file, static_cast<std::uint32_t>(value.first), static_cast<std::uint32_t>(value.second)};
    edits.push_back({where, in_quotes(text_of(value))});
  }
  const std::optional<std::vector<Subject>> policies = policies_after(model.sources, file, edits);
  if (!policies) return;
  Draft draft =
      report.at(edits.front().where,
                fmt::format("the value {} has no quotes, so that YAML reads its braces as mappings, and kubectl, "
                            "Argo CD and Flux refuse the policy",
                            quoted(text_of(values.front()))));
  draft.label("a mapping to YAML");
  for (std::size_t i = 1; i < edits.size(); ++i) draft.related(edits[i].where, "has no quotes either");
  draft.fix_elsewhere(edits.size() == 1 ? "quote the value" : "quote the values", Safety::safe, {}, *policies, edits);
}

void check(const Model& model, Report& report) {
  const Sources& sources = model.sources;
  for (std::size_t i = 0; i < sources.files.size(); ++i) {
    if (i < sources.roles.size() && sources.roles[i] == gitops::FileRole::template_text) {
      check_file(model, sources.files.id_at(i), report);
    }
  }
}

}  // namespace

VLINT_RULE(kyverno_unquoted_variable) = checked({
    .summary = "a variable of a policy has no quotes around it, so that the file is no valid manifest",
    .explanation = R"md(
## What it finds
A Kyverno policy with a value that begins with a variable and is not quoted: `name: {{ request.object.metadata.name }}`.
Files that a template engine makes (Helm's `{{ .Values }}`, `{{- if }}` and so on) are left alone.

## Why it matters
YAML reads `{{ x }}` as a mapping whose key is a mapping. Kubernetes' tools refuse that ("invalid map key"), so the policy is
not applied, and in most GitOps tools nothing else of the same sync either.

## How to fix it
Quote the value: `name: "{{ request.object.metadata.name }}"`. `vlint --fix` does that for the whole file.

## When to ignore it
When something replaces the braces before the file reaches the cluster.
)md",
    .severity = Severity::error,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "go-yaml decode.go; sigs.k8s.io/yaml",
    .check = check,
});

}  // namespace vlint::rules
