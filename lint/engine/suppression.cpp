#include "lint/engine/suppression.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/registry.h"
#include "lint/engine/report.h"
#include "lint/yaml/value.h"

namespace vlint {
namespace {

constexpr std::string_view kUnusedRule = "vlint/unused-suppression";
constexpr std::string_view kUnknownRule = "vlint/unknown-rule";

// One name in the brackets of one comment.
struct Name {
  std::string_view pattern;
  Span where;
  bool is_used = false;
};

struct Comment {
  Span where;     // the whole comment
  Span covers;    // findings whose place begins in here are silenced
  Span brackets;  // `[` to `]`
  std::string_view reason;
  std::vector<Name> names;
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Whether nothing but blanks stands before `at` on its line.
bool begins_line(std::string_view text, std::uint32_t at) {
  while (at > 0 && is_blank(text[at - 1])) --at;
  return at == 0 || text[at - 1] == '\n' || text.substr(0, at) == "\xEF\xBB\xBF";
}

Span line_of(const yaml::Tree& tree, std::uint32_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : tree.text.rfind('\n', at - 1);
  const std::size_t after = tree.text.find('\n', at);
  return tree.span(before == std::string_view::npos ? 0 : static_cast<std::uint32_t>(before + 1),
                   static_cast<std::uint32_t>(after == std::string_view::npos ? tree.text.size() : after));
}

// The entry or item that begins after a comment on a line of its own: from its key (or value, for an item) to its end.
std::optional<Span> entry_after(const yaml::Tree& tree, std::uint32_t comment_end) {
  const std::string_view text = tree.text;
  std::uint32_t at = comment_end;
  const auto limit = static_cast<std::uint32_t>(text.size());
  bool is_item = false;
  while (at < limit) {
    if (is_blank(text[at]) || text[at] == '\n' || text[at] == '\r') {
      ++at;
    } else if (text[at] == '#') {
      while (at < limit && text[at] != '\n') ++at;
    } else if (text[at] == '-' && at + 1 < limit && is_blank(text[at + 1])) {
      is_item = true;
      ++at;
    } else {
      break;
    }
  }
  const std::vector<yaml::NodeId> path = yaml::path_to(tree, at);
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (tree.nodes[path[i]].begin != at) continue;
    if (is_item) return tree.span(path[i]);  // the outermost node that begins here is the item
    const bool is_key = i > 0 && i + 1 == path.size() && tree.nodes[path[i - 1]].kind == yaml::Kind::mapping;
    if (is_key) return tree.span(at, tree.nodes[tree.nodes[path[i]].next].end);
  }
  return std::nullopt;
}

// What an ignore-file comment covers: its document, or the file when it stands before the first document's content.
std::optional<Span> document_headed_by(const yaml::Tree& tree, std::uint32_t at) {
  const yaml::Document& document = tree.document_at(at);
  if (document.root != yaml::kNoNode && tree.nodes[document.root].begin < at) return std::nullopt;
  if (&document == &tree.documents.front()) return tree.span(0, static_cast<std::uint32_t>(tree.text.size()));
  return tree.span(document.begin, document.end);
}

std::optional<Span> coverage(const yaml::Tree& tree, const yaml::Comment& comment, bool whole_file) {
  if (whole_file) return document_headed_by(tree, comment.begin);
  if (begins_line(tree.text, comment.begin)) return entry_after(tree, comment.end);
  return line_of(tree, comment.begin);
}

std::vector<Name> read_names(const yaml::Tree& tree, std::uint32_t begin, std::uint32_t end) {
  std::vector<Name> names;
  for (const std::string_view part : split(tree.slice(begin, end), ',')) {
    const std::string_view name = trim(part);
    const auto at = static_cast<std::uint32_t>(name.data() - tree.text.data());
    if (!name.empty()) names.push_back({name, tree.span(at, at + static_cast<std::uint32_t>(name.size()))});
  }
  return names;
}

std::optional<Comment> read_comment(const yaml::Tree& tree, const yaml::Comment& comment) {
  std::string_view text = tree.slice(comment.begin, comment.end);
  const std::size_t mark = text.find_first_not_of("# \t");
  if (mark == std::string_view::npos || text.substr(mark, 6) != "vlint:") return std::nullopt;
  const std::size_t verb_at = text.find_first_not_of(" \t", mark + 6);
  if (verb_at == std::string_view::npos) return std::nullopt;
  const std::size_t open = text.find('[', verb_at);
  const std::size_t close = text.find(']', open == std::string_view::npos ? verb_at : open);
  if (open == std::string_view::npos || close == std::string_view::npos) return std::nullopt;
  const std::string_view verb = trim(text.substr(verb_at, open - verb_at));
  if (verb != "ignore" && verb != "ignore-file") return std::nullopt;
  Comment result;
  result.where = tree.span(comment.begin, comment.end);
  result.covers = coverage(tree, comment, verb == "ignore-file").value_or(Span{});
  result.brackets = tree.span(comment.begin + static_cast<std::uint32_t>(open),
                              comment.begin + static_cast<std::uint32_t>(close) + 1);
  result.reason = trim(text.substr(close + 1));
  result.names = read_names(tree, result.brackets.begin + 1, result.brackets.end - 1);
  return result;
}

std::vector<Comment> read_all(const Sources& sources) {
  std::vector<Comment> comments;
  for (const auto& tree : sources.trees) {
    if (tree == nullptr || tree->text.find("vlint:") == std::string_view::npos) continue;
    for (const yaml::Comment& comment : tree->comments) {
      if (auto suppression = read_comment(*tree, comment)) comments.push_back(*std::move(suppression));
    }
  }
  return comments;
}

bool covers(const Span& covered, const Span& place) {
  return covered.file == place.file && covered.begin <= place.begin &&
         place.begin < std::max(covered.end, covered.begin + 1);
}

void silence(Finding& finding, std::vector<Comment>& comments) {
  for (Comment& comment : comments) {
    if (!covers(comment.covers, finding.primary.where)) continue;
    for (Name& name : comment.names) {
      if (!selects(name.pattern, finding.rule)) continue;
      name.is_used = true;
      if (!finding.suppressed) {
        finding.suppressed = Suppression{SuppressionKind::in_source, comment.where, std::string(comment.reason)};
      }
    }
  }
}

// Takes one name out of its comment; the last one takes the comment with it, and the line when nothing else is on it.
std::vector<TextEdit> removal(const yaml::Tree& tree, const Comment& comment, std::size_t index) {
  if (comment.names.size() > 1) {
    const bool is_last = index + 1 == comment.names.size();
    const std::uint32_t begin = is_last ? comment.names[index - 1].where.end : comment.names[index].where.begin;
    const std::uint32_t end = is_last ? comment.names[index].where.end : comment.names[index + 1].where.begin;
    return {{tree.span(begin, end), ""}};
  }
  std::uint32_t begin = comment.where.begin;
  std::uint32_t end = comment.where.end;
  if (begins_line(tree.text, begin)) {
    begin = line_of(tree, begin).begin;
    if (end < tree.text.size() && tree.text[end] == '\r') ++end;
    if (end < tree.text.size()) ++end;
  } else {
    while (begin > 0 && is_blank(tree.text[begin - 1])) --begin;
  }
  return {{tree.span(begin, end), ""}};
}

// Whether the comment would have a use with the name of that rule. What a rule that is off would find is not known.
bool would_be_used(const Comment& comment, std::string_view rule, std::span<const RuleEntry> enabled,
                   std::span<const Finding> findings) {
  return find_rule(enabled, rule) == nullptr ||
         std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
           return finding.rule == rule && covers(comment.covers, finding.primary.where);
         });
}

void report_unknown(std::string_view near, bool correct_it, const yaml::Tree& tree, const Comment& comment,
                    std::size_t index, Report& report) {
  const Name& name = comment.names[index];
  Draft draft =
      report.at(name.where, fmt::format("no rule is named `{}`, so this comment silences nothing", name.pattern));
  if (near.empty()) {
    draft.label("no such rule").help("`vlint rules` lists the rules");
  } else {
    draft.label(fmt::format("did you mean {}?", near));
    if (!correct_it) draft.help(fmt::format("{} finds nothing here either", near));
  }
  if (correct_it) {
    draft.fix(fmt::format("write {}", near), Safety::safe, {{name.where, std::string(near)}});
  } else {
    draft.fix("remove it", Safety::safe, removal(tree, comment, index));
  }
}

void append(Report&& report, std::vector<Finding>& findings) {
  for (Finding& finding : std::move(report).take()) findings.push_back(std::move(finding));
}

}  // namespace

void apply_suppressions(const Sources& sources, std::span<const RuleEntry> known, std::span<const RuleEntry> enabled,
                        std::vector<Finding>& findings) {
  std::vector<Comment> comments = read_all(sources);
  if (comments.empty()) return;
  for (Finding& finding : findings) silence(finding, comments);

  const RuleEntry* unused_rule = find_rule(enabled, kUnusedRule);
  const RuleEntry* unknown_rule = find_rule(enabled, kUnknownRule);
  const auto any_of = [](std::span<const RuleEntry> rules, std::string_view pattern) {
    return std::any_of(rules.begin(), rules.end(), [&](const RuleEntry& rule) { return selects(pattern, rule.id); });
  };
  for (const Comment& comment : comments) {
    const yaml::Tree& tree = *sources.trees[static_cast<std::size_t>(comment.where.file)];
    for (std::size_t i = 0; i < comment.names.size(); ++i) {
      const Name& name = comment.names[i];
      if (!any_of(known, name.pattern)) {
        if (unknown_rule == nullptr) continue;
        const std::string_view near = closest_rule(known, name.pattern);
        Report report(*unknown_rule);
        report_unknown(near, !near.empty() && would_be_used(comment, near, enabled, findings), tree, comment, i,
                       report);
        append(std::move(report), findings);
      } else if (!name.is_used && any_of(enabled, name.pattern) && unused_rule != nullptr) {
        Report report(*unused_rule);
        report.at(name.where, fmt::format("{} finds nothing here, so there is nothing to silence", name.pattern))
            .label("nothing to silence")
            .fix("remove it", Safety::safe, removal(tree, comment, i));
        append(std::move(report), findings);
      }
    }
  }
}

}  // namespace vlint
