#include "lint/app/jmespath.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "lint/base/line_table.h"
#include "lint/base/source_file.h"
#include "lint/base/text.h"
#include "lint/jmespath/check.h"
#include "lint/jmespath/evaluate.h"
#include "lint/jmespath/parser.h"
#include "lint/jmespath/suggestions.h"
#include "lint/yaml/parse.h"

namespace vlint {
namespace {

constexpr int kDone = 0;
constexpr int kFault = 1;
constexpr int kCannotWork = 2;

using jmespath::ByteRange;
using jmespath::Json;

// The expression's line with a caret under each character of the range.
void show(std::string_view message, std::string_view expression, ByteRange where) {
  fmt::print(stderr, "vlint: {}\n", message);
  const LineTable lines(expression);
  const Position begin = lines.at(where.begin);
  const std::string_view text = lines.line(begin.line);
  std::string margin;
  for (const char c : text.substr(0, where.begin - lines.line_begin(begin.line))) {
    // Tabs stay tabs, and of a character of several bytes the first one counts.
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) margin += c == '\t' ? '\t' : ' ';
  }
  const std::size_t line_end = lines.line_begin(begin.line) + text.size();
  const std::size_t end = std::min<std::size_t>(where.end, line_end);
  const std::size_t carets =
      end > where.begin ? count_code_points(expression.substr(where.begin, end - where.begin)) : 1;
  fmt::print(stderr, "  {}\n  {}{}\n", text, margin, std::string(carets, '^'));
}

void advise(std::string_view function) {
  const std::string advice = jmespath::advice_for(function);
  if (!advice.empty()) fmt::print(stderr, "  help: {}\n", advice);
}

// What stands between `{{` and `}}`, as one copies it from a policy.
std::string without_braces(std::string_view text) {
  std::string_view inner = trim(text);
  if (!inner.starts_with("{{") || !inner.ends_with("}}") || inner.size() < 4) return std::string(text);
  inner = inner.substr(2, inner.size() - 4);
  if (inner.starts_with('-')) inner.remove_prefix(1);
  fmt::print(stderr, "vlint: the braces {{{{ }}}} are left out: they belong to the policy, not to the expression\n");
  return std::string(trim(inner));
}

Result<std::string> read_text(const std::string& path) {
  std::string text;
  if (path == "-") {
    char buffer[1 << 16];
    for (std::size_t got = 0; (got = std::fread(buffer, 1, sizeof buffer, stdin)) > 0;) text.append(buffer, got);
    return text;
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error{"no such file: " + path};
  text.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  if (file.bad()) return Error{"can't read " + path};
  return text;
}

// A file's value, and what it refers to.
struct Input {
  FileSet files;
  yaml::Tree tree;
  Json root;
};

// JSON as it is; YAML as a manifest in Git, so that what is encrypted or filled in later is unknown.
Result<Json> read_input(const std::string& path, const yaml::Limits& limits, Input& input) {
  Result<std::string> text = read_text(path);
  if (!text.ok()) return Error{text.error()};
  if (Result<Json> json = jmespath::parse_json(*text); json.ok()) return json;
  const std::string name = path == "-" ? "stdin" : path;
  std::vector<SourceFile> sources;
  sources.push_back({name, std::move(text).value()});
  input.files = FileSet(std::move(sources));
  input.tree = yaml::parse(input.files, input.files.id_at(0), limits);
  for (const yaml::Problem& problem : input.tree.problems) {
    if (problem.kind == yaml::ProblemKind::repeated_key) continue;
    const Position at = LineTable(input.tree.text).at(problem.where.begin);
    return Error{fmt::format("{}:{}:{}: {}", name, at.line, at.column, problem.message)};
  }
  for (const yaml::Document& document : input.tree.documents) {
    if (document.root == yaml::kNoNode) continue;
    if (input.tree.documents.size() > 1) {
      fmt::print(stderr, "vlint: {} has several documents: the first one is the input\n", name);
    }
    return jmespath::from_yaml(yaml::Value(input.tree, document.root));
  }
  return Json();
}

// Compact JSON with its parts on lines of their own.
std::string indented(std::string_view json) {
  std::string out;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_string) {
      out += c;
      if (c == '\\') out += json[++i];
      if (c == '"') in_string = false;
      continue;
    }
    const bool opens = c == '[' || c == '{';
    const bool closes = c == ']' || c == '}';
    if (opens && (json[i + 1] == ']' || json[i + 1] == '}')) {
      out += c;
      out += json[++i];
      continue;
    }
    if (closes) out += '\n' + std::string(--depth * 2, ' ');
    out += c;
    if (opens) ++depth;
    if (opens || c == ',') out += '\n' + std::string(depth * 2, ' ');
    if (c == ':') out += ' ';
    in_string = c == '"';
  }
  return out;
}

int print_value(const Json& value, const std::string& format) {
  if (value.has_unknown()) {
    fmt::print(stderr, "vlint: {} not known from the input (encrypted, or filled in by Flux): null stands for that\n",
               value.is_unknown() ? "the result is" : "a part of the result is");
  }
  const Result<std::string> json = jmespath::to_json(value);
  if (!json.ok()) {
    fmt::print(stderr, "vlint: {}\n", json.error());
    return kFault;
  }
  const std::string text = (format == "compact" ? *json : indented(*json)) + "\n";
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return written && std::fflush(stdout) == 0 ? kDone : kCannotWork;
}

}  // namespace

int evaluate_jmespath(const CommandLine& line) {
  const std::string text = without_braces(line.expression);
  const jmespath::ParseResult parsed = jmespath::parse(text);
  if (!parsed) {
    const jmespath::SyntaxFault& fault = parsed.fault();
    show(fault.message, text, {fault.offset, fault.offset});
    return kFault;
  }
  const jmespath::Checked checked = jmespath::check(parsed.expression());
  for (const jmespath::CheckFault& fault : checked.faults) {
    show(fault.message, text, fault.where);
    if (fault.kind == jmespath::FailureKind::unknown_function) advise(fault.function);
  }
  if (!checked.faults.empty()) return kFault;

  Input input;
  if (!line.jmespath_input.empty()) {
    Result<Json> read = read_input(line.jmespath_input, line.limits, input);
    if (!read.ok()) {
      fmt::print(stderr, "vlint: {}\n", read.error());
      return kCannotWork;
    }
    input.root = std::move(read).value();
  }
  const jmespath::Evaluation evaluation = jmespath::evaluate(parsed.expression(), input.root);
  if (evaluation.outcome.ok()) return print_value(evaluation.outcome.value(), line.jmespath_format);
  show(evaluation.outcome.failure().message, text, evaluation.where);
  return kFault;
}

}  // namespace vlint
