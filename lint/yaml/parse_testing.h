// For the parser's tests only: what a parse found, as texts to compare.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/yaml/invariants.h"
#include "lint/yaml/tree.h"

namespace vlint::yaml {

inline std::string replace_all(std::string text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

// "kind <bytes> message (<related bytes> message)"
inline std::vector<std::string> problems_of(const Tree& tree) {
  std::vector<std::string> problems;
  for (const Problem& problem : tree.problems) {
    const std::string_view kind = problem.kind == ProblemKind::syntax         ? "syntax"
                                  : problem.kind == ProblemKind::repeated_key ? "repeated"
                                  : problem.kind == ProblemKind::limit        ? "limit"
                                                                              : "unread";
    std::string line = fmt::format("{} {} <{}> {}", kind, problem.where.begin,
                                   tree.slice(problem.where.begin, problem.where.end), problem.message);
    if (problem.related.valid()) {
      line += fmt::format(" ({} <{}> {})", problem.related.begin,
                          tree.slice(problem.related.begin, problem.related.end), problem.related_message);
    }
    problems.push_back(std::move(line));
  }
  return problems;
}

inline std::string check(const Tree& tree) {
  std::string wrong = broken_invariant(tree);
  return wrong.empty() ? scalar_that_reads_differently(tree) : wrong;
}

}  // namespace vlint::yaml
