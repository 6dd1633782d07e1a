#include "lint/velero/include_exclude.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"

namespace vlint::velero {
namespace {

constexpr std::string_view kEverything = "*";

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

std::vector<std::string> sorted(std::vector<std::string> names) {
  sort_unique(names);
  return names;
}

bool has(const std::vector<std::string>& sorted_names, std::string_view name) {
  return std::binary_search(sorted_names.begin(), sorted_names.end(), name);
}

void check_overlap(const std::vector<std::string>& included, const std::vector<std::string>& excluded,
                   std::vector<std::string>& errors) {
  for (const std::string& name : excluded) {
    if (has(included, name)) {
      errors.push_back(fmt::format("excludes list cannot contain an item in the includes list: {}", name));
    }
  }
}

constexpr std::string_view kStarAlone = "list must either contain '*' only, or a non-empty list of items";

// k8s.io/apimachinery pkg/util/validation: IsDNS1123Label.
bool is_dns_label(std::string_view name) {
  const auto alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 63 && alphanumeric(name.front()) && alphanumeric(name.back()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return alphanumeric(c) || c == '-'; });
}

// includes_excludes.go: validateNamespaceName.
std::optional<std::string> check_namespace(const std::string& name, const Version& version) {
  if (name.empty()) return std::nullopt;  // stands for "no namespace"
  const bool has_patterns = at_least(version, 1, 18);
  if (has_patterns) {
    if (std::optional<std::string> error = check_namespace_pattern(name)) return error;
  }
  std::string plain = name;
  for (char& c : plain) {
    if (c == '*' || (has_patterns && (c == '?' || c == '[' || c == ']'))) c = 'x';
  }
  if (is_dns_label(plain)) return std::nullopt;
  return fmt::format("invalid namespace {}: it is no name of a namespace", quoted(name));
}

// expand.go: validateBracePatterns.
std::optional<std::string> check_brackets(std::string_view pattern) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == ']') return "wildcard pattern contains unmatched closing bracket ']'";
    if (pattern[i] != '[') continue;
    const std::size_t close = pattern.find(']', i + 1);
    if (close == std::string_view::npos) return "wildcard pattern contains unclosed bracket '['";
    if (close == i + 1) return "wildcard pattern contains empty bracket pattern '[]'";
    i = close;
  }
  return std::nullopt;
}

}  // namespace

NameSet::NameSet(std::vector<std::string> names) : names_(std::move(names)) { compile(); }

void NameSet::compile() {
  sort_unique(names_);
  literals_.clear();
  globs_.clear();
  for (const std::string& name : names_) {
    if (name.find_first_of("*?[{}\\]") == std::string::npos) {  // mutant: a shortcut, it matches itself alone
      literals_.push_back(name);
      continue;
    }
    Result<Glob> glob = Glob::compile(name);
    if (!glob) break;
    globs_.push_back(std::move(glob).value());
  }
}

void NameSet::insert(std::string name) {
  names_.push_back(std::move(name));
  compile();
}

bool NameSet::has(std::string_view name) const { return std::binary_search(names_.begin(), names_.end(), name); }

bool NameSet::matches(std::string_view text) const {
  return std::binary_search(literals_.begin(), literals_.end(), text) ||
         std::any_of(globs_.begin(), globs_.end(), [&](const Glob& glob) { return glob.matches(text); });
}

bool should_include(const NameSet& included, const NameSet& excluded, std::string_view name) {
  if (excluded.matches(name)) return false;
  return included.empty() || included.has(kEverything) || included.matches(name);
}

std::vector<std::string> check_includes_excludes(const std::vector<std::string>& included,
                                                 const std::vector<std::string>& excluded) {
  const std::vector<std::string> in = sorted(included);
  const std::vector<std::string> out = sorted(excluded);
  std::vector<std::string> errors;
  if (in.size() > 1 && has(in, kEverything)) errors.push_back(fmt::format("includes {}", kStarAlone));
  if (has(out, kEverything)) errors.emplace_back("excludes list cannot contain '*'");
  check_overlap(in, out, errors);
  return errors;
}

std::vector<std::string> check_scoped_includes_excludes(const std::vector<std::string>& included,
                                                        const std::vector<std::string>& excluded) {
  const std::vector<std::string> in = sorted(included);
  const std::vector<std::string> out = sorted(excluded);
  std::vector<std::string> errors;
  if (in.size() > 1 && has(in, kEverything)) errors.push_back(fmt::format("includes {}", kStarAlone));
  if (out.size() > 1 && has(out, kEverything)) errors.push_back(fmt::format("excludes {}", kStarAlone));
  if (!in.empty() && has(out, kEverything)) errors.emplace_back("when exclude is '*', include cannot have value");
  check_overlap(in, out, errors);
  return errors;
}

std::vector<std::string> check_namespaces(const std::vector<std::string>& included,
                                          const std::vector<std::string>& excluded, const Version& version) {
  std::vector<std::string> errors = check_includes_excludes(included, excluded);
  for (const std::vector<std::string>& list : {sorted(included), sorted(excluded)}) {
    for (const std::string& name : list) {
      if (std::optional<std::string> error = check_namespace(name, version)) errors.push_back(*std::move(error));
    }
  }
  return errors;
}

bool is_namespace_pattern(std::string_view name) { return name.find_first_of("*?[") != std::string_view::npos; }

std::optional<std::string> check_namespace_pattern(std::string_view pattern) {
  if (pattern.find_first_of("|()!{},") != std::string_view::npos) {
    return "wildcard pattern contains unsupported characters: |, (, ), !, {, }, ,";
  }
  if (pattern.find("**") != std::string_view::npos) {
    return "wildcard pattern contains consecutive asterisks (only single * allowed)";
  }
  return check_brackets(pattern);
}

bool expands_namespaces(const std::vector<std::string>& included, const std::vector<std::string>& excluded,
                        const Version& version) {
  if (!at_least(version, 1, 18)) return false;
  if (!at_least(version, 1, 18, 1)) {
    if (std::find(included.begin(), included.end(), kEverything) != included.end()) return false;
  } else if (included.empty()) {
    return false;
  }
  return std::any_of(included.begin(), included.end(), is_namespace_pattern) ||
         std::any_of(excluded.begin(), excluded.end(), is_namespace_pattern);
}

}  // namespace vlint::velero
