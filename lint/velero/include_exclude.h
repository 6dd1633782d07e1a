// Lists of names and globs to include and to exclude, and the rules by which Velero accepts such lists.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/glob.h"
#include "lint/velero/version.h"

namespace vlint::velero {

// A set of names and globs. Velero pkg/util/collections/includes_excludes.go: globStringSet.
class NameSet {
 public:
  NameSet() = default;
  explicit NameSet(std::vector<std::string> names);

  bool empty() const { return names_.empty(); }
  const std::vector<std::string>& names() const { return names_; }  // sorted, each once
  bool has(std::string_view name) const;                            // as text
  // In the order of the names; a pattern that does not compile ends the search, and nothing after it counts.
  bool matches(std::string_view text) const;
  void insert(std::string name);

 private:
  void compile();

  std::vector<std::string> names_;
  std::vector<std::string> literals_;  // sorted
  std::vector<Glob> globs_;
};

// IncludesExcludes.ShouldInclude: not excluded, and included by name, by "*", or because nothing is listed.
bool should_include(const NameSet& included, const NameSet& excluded, std::string_view name);

// Why Velero refuses the lists, in its own words: ValidateIncludesExcludes (resources of the old kind and namespaces),
// ValidateScopedIncludesExcludes, ValidateNamespaceIncludesExcludes.
std::vector<std::string> check_includes_excludes(const std::vector<std::string>& included,
                                                 const std::vector<std::string>& excluded);
std::vector<std::string> check_scoped_includes_excludes(const std::vector<std::string>& included,
                                                        const std::vector<std::string>& excluded);
std::vector<std::string> check_namespaces(const std::vector<std::string>& included,
                                          const std::vector<std::string>& excluded, const Version& version);

// pkg/util/wildcard/expand.go (1.18): a name with `*`, `?` or `[` is a pattern over the names of namespaces.
bool is_namespace_pattern(std::string_view name);
// ... ValidateNamespaceName: why the pattern is refused, or nothing.
std::optional<std::string> check_namespace_pattern(std::string_view pattern);
// ... ShouldExpandWildcards.
bool expands_namespaces(const std::vector<std::string>& included, const std::vector<std::string>& excluded,
                        const Version& version);

}  // namespace vlint::velero
