#include "lint/kustomize/conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "lint/base/text.h"
#include "lint/kustomize/build.h"
#include "lint/yaml/parse.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

FileSet read_folder(const fs::path& root) {
  std::vector<SourceFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(root, error), end; at != end; at.increment(error)) {
    if (error) break;
    if (!at->is_regular_file()) continue;
    if (auto text = read_text(at->path())) files.push_back({fs::relative(at->path(), root).string(), std::move(*text)});
  }
  return FileSet(std::move(files));
}

struct Parsed {
  FileSet files;
  yaml::Tree tree;

  explicit Parsed(std::string text) : files(one(std::move(text))), tree(yaml::parse(files, files.id_at(0))) {}
  Parsed(const Parsed&) = delete;
  Parsed& operator=(const Parsed&) = delete;

  std::vector<yaml::Value> roots() const {
    std::vector<yaml::Value> result;
    for (const yaml::Document& document : tree.documents) {
      if (document.root != yaml::kNoNode) result.emplace_back(tree, document.root);
    }
    return result;
  }

 private:
  static FileSet one(std::string text) {
    std::vector<SourceFile> files;
    files.push_back({"text", std::move(text)});
    return FileSet(std::move(files));
  }
};

std::string first_line_that_differs(std::string_view got, std::string_view wanted) {
  const std::vector<std::string_view> left = split(got, '\n');
  const std::vector<std::string_view> right = split(wanted, '\n');
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const std::string_view a = i < left.size() ? left[i] : "(end)";
    const std::string_view b = i < right.size() ? right[i] : "(end)";
    if (a != b) return fmt::format("line {}: {} instead of {}", i + 1, quoted(a, 80), quoted(b, 80));
  }
  return "no difference";
}

CaseResult run_case(const fs::path& folder) {
  CaseResult result;
  result.name = folder.filename().string();
  const auto description_text = read_text(folder / "case.json");
  if (!description_text) {
    result.reason = "case.json cannot be read";
    return result;
  }
  const Parsed description(*description_text);
  const std::vector<yaml::Value> roots = description.roots();
  if (roots.empty()) {
    result.reason = "case.json is no JSON";
    return result;
  }
  const yaml::Value json = roots.front();
  const FileSet files = read_folder(folder / "in");
  Options options;
  const std::string_view reorder = json["options"]["reorder"].text();
  options.reorder = reorder == "none" ? Reorder::none : reorder == "legacy" ? Reorder::legacy : Reorder::unspecified;
  options.load_restrictions = json["options"]["load_restrictor"].text() != "none";
  options.managed_by_label = json["options"]["add_managedby_label"].as_bool().value_or(false);
  Sources sources(FileAccess::in_memory(files));
  const Rendered rendered = Builder(sources, options).render(json["root"].text());
  result.expects_output = json["expect"].text() == "output";
  if (!result.expects_output) {
    result.passed = !rendered.faults.empty();
    if (!result.passed) result.reason = "builds, and an error is expected";
    return result;
  }
  if (!rendered.faults.empty()) {
    const Fault& fault = rendered.faults.front();
    result.reason = fmt::format("fails at {}: {}", fault.where.valid() ? sources.path(fault.where.file) : "no place",
                                fault.message);
    return result;
  }
  const auto expected = read_text(folder / "expected.yaml");
  if (!expected) {
    result.reason = "expected.yaml cannot be read";
    return result;
  }
  result.same_bytes = rendered.text == *expected;
  const Parsed got(rendered.text);
  const Parsed wanted(*expected);
  const std::vector<yaml::Value> left = got.roots();
  const std::vector<yaml::Value> right = wanted.roots();
  result.passed = std::equal(left.begin(), left.end(), right.begin(), right.end(), yaml::equal);
  if (!result.same_bytes) result.reason = first_line_that_differs(rendered.text, *expected);
  return result;
}

}  // namespace

std::optional<std::string> root_of_case(const std::string& folder) {
  const auto text = read_text(fs::path(folder) / "case.json");
  if (!text) return std::nullopt;
  const Parsed description(*text);
  const std::vector<yaml::Value> roots = description.roots();
  if (roots.empty() || roots.front()["expect"].text() != "output") return std::nullopt;
  return std::string(roots.front()["root"].text());
}

Result<std::vector<CaseResult>> run_cases(const std::string& folder) {
  std::vector<fs::path> cases;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (fs::exists(at->path() / "case.json")) cases.push_back(at->path());
  }
  if (error) return Error{fmt::format("{} cannot be read: {}", folder, error.message())};
  std::sort(cases.begin(), cases.end());
  std::vector<CaseResult> results;
  for (const fs::path& path : cases) results.push_back(run_case(path));
  return results;
}

std::string report_cases(const std::vector<CaseResult>& results) {
  std::string report;
  std::size_t passed = 0;
  std::size_t outputs = 0;
  std::size_t same_bytes = 0;
  for (const CaseResult& result : results) {
    passed += result.passed ? 1 : 0;
    outputs += result.expects_output ? 1 : 0;
    same_bytes += result.same_bytes ? 1 : 0;
    if (!result.passed) report += fmt::format("{}: {}\n", result.name, result.reason);
    if (result.passed && result.expects_output && !result.same_bytes) {
      report += fmt::format("{}: same documents, other bytes: {}\n", result.name, result.reason);
    }
  }
  report += fmt::format("{} of {} outputs with the same bytes\n", same_bytes, outputs);
  report += fmt::format("{} passed, {} failed\n", passed, results.size() - passed);
  return report;
}

}  // namespace vlint::kustomize
