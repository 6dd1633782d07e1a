#include "lint/yaml/parse.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"
#include "lint/yaml/dump.h"
#include "lint/yaml/invariants.h"
#include "lint/yaml/parse_testing.h"
#include "lint/yaml/testing.h"

namespace vlint::yaml {
namespace {

// Every node with the bytes it spans, line ends shown as `~`, children indented; anchor and tag before it. An absent
// value shows what stands before it on its line.
class Outline {
 public:
  explicit Outline(const Tree& tree) : tree_(tree) {
    for (const Document& document : tree.documents) {
      if (document.root != kNoNode) add(document.root, 0);
    }
  }
  std::string text() const { return join(lines_, "\n"); }

 private:
  void add(NodeId id, std::size_t depth) {
    const Node& node = tree_.nodes[id];
    std::string line(2 * depth, ' ');
    if (const Anchor* anchor = tree_.anchor_of(id)) line += fmt::format("{} ", tree_.slice(anchor->begin, anchor->end));
    if (const Tag* tag = tree_.tag_of(id)) line += fmt::format("{} ", tree_.slice(tag->begin, tag->end));
    line += node.kind == Kind::scalar ? std::string(name_of(node.style))
            : node.kind == Kind::alias
                ? "alias"
                : fmt::format("{} {}", name_of(node.style), node.kind == Kind::mapping ? "map" : "list");
    const std::string_view slice = tree_.slice(node.begin, node.end);
    if (slice.empty()) {
      const std::size_t newline = tree_.text.rfind('\n', node.begin == 0 ? 0 : node.begin - 1);
      const std::size_t begin = newline == std::string_view::npos || newline >= node.begin ? 0 : newline + 1;
      line += fmt::format(" after <{}>", tree_.text.substr(begin, node.begin - begin));
    } else {
      line += fmt::format(" <{}>", slice);
    }
    line = replace_all(replace_all(std::move(line), "\r", ""), "\xEF\xBB\xBF", "");
    lines_.push_back(replace_all(std::move(line), "\n", "~"));
    for (NodeId child = id + 1; child < node.next; child = tree_.nodes[child].next) add(child, depth + 1);
  }

  const Tree& tree_;
  std::vector<std::string> lines_;
};

struct SpanCase {
  std::string_view text;
  std::vector<std::string_view> outline;
};

const std::vector<SpanCase>& span_cases() {
  static const std::vector<SpanCase> kCases = {
      {"k: v\n", {"block map <k: v>", "  plain <k>", "  plain <v>"}},
      {"k: v", {"block map <k: v>", "  plain <k>", "  plain <v>"}},
      {"  k:   v   \n\n", {"block map <k:   v>", "  plain <k>", "  plain <v>"}},
      {"v\n", {"plain <v>"}},
      {"--- v # no\n", {"plain <v>"}},
      {"---\n- v\n- w\n", {"block list <- v~- w>", "  plain <v>", "  plain <w>"}},
      // quotes belong to the node
      {"k: 'it''s'\n", {"block map <k: 'it''s'>", "  plain <k>", "  single <'it''s'>"}},
      {"\"k\": \"a\\nb\"\n", {"block map <\"k\": \"a\\nb\">", "  double <\"k\">", "  double <\"a\\nb\">"}},
      {"k: ''\n", {"block map <k: ''>", "  plain <k>", "  single <''>"}},
      {"k: \"v\n  w\\\n  x\"\n", {"block map <k: \"v~  w\\~  x\">", "  plain <k>", "  double <\"v~  w\\~  x\">"}},
      {"k: v\n  w\n\n  x\nj: z\n",
       {"block map <k: v~  w~~  x~j: z>", "  plain <k>", "  plain <v~  w~~  x>", "  plain <j>", "  plain <z>"}},
      // block scalars end after their last line with text, whatever is chomped
      {"k: |\n  v\n  w\nj: z\n",
       {"block map <k: |~  v~  w~j: z>", "  plain <k>", "  literal <|~  v~  w>", "  plain <j>", "  plain <z>"}},
      {"k: |+\n  v\n\n\nj: z\n",
       {"block map <k: |+~  v~~~j: z>", "  plain <k>", "  literal <|+~  v>", "  plain <j>", "  plain <z>"}},
      {"k: |-\n  v\n\n", {"block map <k: |-~  v>", "  plain <k>", "  literal <|-~  v>"}},
      {"k: >-\n  v\n   w\n", {"block map <k: >-~  v~   w>", "  plain <k>", "  folded <>-~  v~   w>"}},
      {"k: |2\n    v\n", {"block map <k: |2~    v>", "  plain <k>", "  literal <|2~    v>"}},
      {"k: |\n  v  \n", {"block map <k: |~  v  >", "  plain <k>", "  literal <|~  v  >"}},
      {"k: |\nj: >\n", {"block map <k: |~j: >>", "  plain <k>", "  literal <|>", "  plain <j>", "  folded <>>"}},
      {"k: | # c\n  v # t\n", {"block map <k: | # c~  v # t>", "  plain <k>", "  literal <| # c~  v # t>"}},
      {"- |\n v\n- w\n", {"block list <- |~ v~- w>", "  literal <|~ v>", "  plain <w>"}},
      {"--- |\n v\n", {"literal <|~ v>"}},
      {"|\nv\n", {}},  // refused: the text must be indented, even without a key
      // absent values stand right after their colon, dash or question mark
      {"k:\nj: # c\n", {"block map <k:~j:>", "  plain <k>", "  plain after <k:>", "  plain <j>", "  plain after <j:>"}},
      {"k:   \n  # c\nj: v\n",
       {"block map <k:   ~  # c~j: v>", "  plain <k>", "  plain after <k:>", "  plain <j>", "  plain <v>"}},
      {"-\n- v\n-\n", {"block list <-~- v~->", "  plain after <->", "  plain <v>", "  plain after <->"}},
      {"k:\n-\nj:\n",
       {"block map <k:~-~j:>", "  plain <k>", "  block list <->", "    plain after <->", "  plain <j>",
        "  plain after <j:>"}},
      {"? k\n? j # c\n\n",
       {"block map <? k~? j>", "  plain <k>", "  plain after <? k>", "  plain <j>", "  plain after <? j>"}},
      {"{k, j: , ? i, \"h\": v}\n",
       {"flow map <{k, j: , ? i, \"h\": v}>", "  plain <k>", "  plain after <{k>", "  plain <j>",
        "  plain after <{k, j:>", "  plain <i>", "  plain after <{k, j: , ? i>", "  double <\"h\">", "  plain <v>"}},
      {"[k: , v]\n",
       {"flow list <[k: , v]>", "  flow map <k:>", "    plain <k>", "    plain after <[k:>", "  plain <v>"}},
      // nesting
      {"k:\n  j:\n  - v\n  - w: x\n    y: z\n",
       {"block map <k:~  j:~  - v~  - w: x~    y: z>", "  plain <k>", "  block map <j:~  - v~  - w: x~    y: z>",
        "    plain <j>", "    block list <- v~  - w: x~    y: z>", "      plain <v>", "      block map <w: x~    y: z>",
        "        plain <w>", "        plain <x>", "        plain <y>", "        plain <z>"}},
      {"- - v\n  - w\n", {"block list <- - v~  - w>", "  block list <- v~  - w>", "    plain <v>", "    plain <w>"}},
      {"-   k: v\n", {"block list <-   k: v>", "  block map <k: v>", "    plain <k>", "    plain <v>"}},
      {"? [v, w]\n", {}},  // refused: see the problems
      {"? k\n: v\n", {"block map <? k~: v>", "  plain <k>", "  plain <v>"}},
      {"? k\n:\n  - v\n", {"block map <? k~:~  - v>", "  plain <k>", "  block list <- v>", "    plain <v>"}},
      {"k: {}\nj: []\n",
       {"block map <k: {}~j: []>", "  plain <k>", "  flow map <{}>", "  plain <j>", "  flow list <[]>"}},
      {"k: [ v , {j: w}, ]\n",
       {"block map <k: [ v , {j: w}, ]>", "  plain <k>", "  flow list <[ v , {j: w}, ]>", "    plain <v>",
        "    flow map <{j: w}>", "      plain <j>", "      plain <w>"}},
      {"k: [\n  v, # c\n  w\n]\n",
       {"block map <k: [~  v, # c~  w~]>", "  plain <k>", "  flow list <[~  v, # c~  w~]>", "    plain <v>",
        "    plain <w>"}},
      {"[k: v, ? j : w, {i: x}: y]\n", {}},  // refused
      {"[k: v, ? j : w , \"i\":x ]\n",
       {"flow list <[k: v, ? j : w , \"i\":x ]>", "  flow map <k: v>", "    plain <k>", "    plain <v>",
        "  flow map <? j : w>", "    plain <j>", "    plain <w>", "  flow map <\"i\":x>", "    double <\"i\">",
        "    plain <x>"}},
      {"[[v]: w]\n", {}},  // refused
      {"[{k: v}]\n", {"flow list <[{k: v}]>", "  flow map <{k: v}>", "    plain <k>", "    plain <v>"}},
      // anchors and tags are not part of the node; they belong to the node that they stand before
      {"k: &n1 v\nj: *n1\n",
       {"block map <k: &n1 v~j: *n1>", "  plain <k>", "  &n1 plain <v>", "  plain <j>", "  alias <*n1>"}},
      {"&n1 k: v\n", {"block map <&n1 k: v>", "  &n1 plain <k>", "  plain <v>"}},
      {"&n1\nk: v\n", {"&n1 block map <k: v>", "  plain <k>", "  plain <v>"}},
      {"&n1\n&n2 k: v\n", {"&n1 block map <&n2 k: v>", "  &n2 plain <k>", "  plain <v>"}},
      {"!!map &n1\n!!str k: v\n", {"&n1 !!map block map <!!str k: v>", "  !!str plain <k>", "  plain <v>"}},
      {"- &n1 !!str v\n- !t &n2 [w]\n- !<tag:x,y> {}\n",
       {"block list <- &n1 !!str v~- !t &n2 [w]~- !<tag:x,y> {}>", "  &n1 !!str plain <v>", "  &n2 !t flow list <[w]>",
        "    plain <w>", "  !<tag:x,y> flow map <{}>"}},
      {"k: &n1\nj: !!str\ni: &n2 # c\n",
       {"block map <k: &n1~j: !!str~i: &n2>", "  plain <k>", "  &n1 plain after <k: &n1>", "  plain <j>",
        "  !!str plain after <j: !!str>", "  plain <i>", "  &n2 plain after <i: &n2>"}},
      {"k: &n1 # c\n  # d &n2\n  v\n", {"block map <k: &n1 # c~  # d &n2~  v>", "  plain <k>", "  &n1 plain <v>"}},
      {"k: &n1 !!seq\n- v\n",
       {"block map <k: &n1 !!seq~- v>", "  plain <k>", "  &n1 !!seq block list <- v>", "    plain <v>"}},
      {"[!!str , !!str v, &n1 ]\n",
       {"flow list <[!!str , !!str v, &n1 ]>", "  !!str plain after <[!!str>", "  !!str plain <v>",
        "  &n1 plain after <[!!str , !!str v, &n1>"}},
      {"k: &n1 |\n  v\n", {"block map <k: &n1 |~  v>", "  plain <k>", "  &n1 literal <|~  v>"}},
      {"k: &n1 v\n*n1 : w\n",
       {"block map <k: &n1 v~*n1 : w>", "  plain <k>", "  &n1 plain <v>", "  alias <*n1>", "  plain <w>"}},
      {"k: &n1 {j: v}\ni:\n  <<: *n1\n",
       {"block map <k: &n1 {j: v}~i:~  <<: *n1>", "  plain <k>", "  &n1 flow map <{j: v}>", "    plain <j>",
        "    plain <v>", "  plain <i>", "  block map <<<: *n1>", "    plain <<<>", "    alias <*n1>"}},
      // marks of documents are no part of nodes
      {"%YAML 1.1\n%TAG !e! tag:x:\n---\nk: !e!t v\n...\n",
       {"block map <k: !e!t v>", "  plain <k>", "  !e!t plain <v>"}},
      {"k: v\n...\n", {"block map <k: v>", "  plain <k>", "  plain <v>"}},
      {"k: v\n---\nj: w\n",
       {"block map <k: v>", "  plain <k>", "  plain <v>", "block map <j: w>", "  plain <j>", "  plain <w>"}},
  };
  return kCases;
}

TEST_CASE("every node spans its own bytes") {
  for (const SpanCase& c : span_cases()) {
    CAPTURE(c.text);
    const Parsed parsed{std::string(c.text)};
    CHECK(Outline(parsed.tree).text() == join(c.outline, "\n"));
    CHECK(parsed.tree.problems.empty() == !c.outline.empty());
    CHECK(check(parsed.tree) == "");
  }
}

TEST_CASE("CRLF, a byte-order mark and characters of several bytes do not move a span") {
  // Only what stands in the file, from `<` on.
  const auto widen = [](std::string_view line, std::size_t from) {
    return std::string(line.substr(0, from)) +
           replace_all(replace_all(std::string(line.substr(from)), "k", "κ"), "v", "𝒗");
  };
  for (const SpanCase& c : span_cases()) {
    const std::string text(c.text);
    for (const std::string& variant : {replace_all(text, "\n", "\r\n"), replace_all(text, "\n", "\r"),
                                       "\xEF\xBB\xBF" + text, "# ö\n" + replace_all(text, "%", "# ")}) {
      CAPTURE(variant);
      if (variant[0] == '#' && text[0] == '%') continue;  // the directives are gone, and a tag needs them
      const Parsed parsed(variant);
      CHECK(check(parsed.tree) == "");
      if (variant.find('\n') == std::string::npos) continue;  // `~` stands for LF
      CHECK(Outline(parsed.tree).text() == join(c.outline, "\n"));
    }
    std::vector<std::string> wide_outline;
    for (const std::string_view line : c.outline) wide_outline.push_back(widen(line, line.find('<')));
    const Parsed wide(widen(text, 0));
    CAPTURE(wide.tree.text);
    CHECK(Outline(wide.tree).text() == join(wide_outline, "\n"));
    CHECK(check(wide.tree) == "");
  }
}

std::vector<std::string_view> comments_of(const Tree& tree) {
  std::vector<std::string_view> comments;
  for (const Comment& comment : tree.comments) comments.push_back(tree.slice(comment.begin, comment.end));
  return comments;
}

TEST_CASE("comments are found wherever they stand, and nowhere else") {
  const struct {
    std::string_view text;
    std::vector<std::string_view> comments;
  } cases[] = {
      {"# a\n", {"# a"}},
      {"# a", {"# a"}},
      {"#\n#b\n", {"#", "#b"}},
      {"# a\nk: v # b\n# c\n", {"# a", "# b", "# c"}},
      {"k: v# no\nj: 'a # no'\ni: \"# no\"\nh: a#no # yes\n", {"# yes"}},
      {"k: # a\n  # b\n  j: v # c\n    # d\n", {"# a", "# b", "# c", "# d"}},
      {"- # a\n  v\n# b\n- # c\n", {"# a", "# b", "# c"}},
      {"[ # a\n  v, # b\n  w # c\n  # d\n] # e\n", {"# a", "# b", "# c", "# d", "# e"}},
      {"{ # a\n  k: # b\n    v # c\n  , # d\n}\n", {"# a", "# b", "# c", "# d"}},
      {"? k # a\n: v # b\n", {"# a", "# b"}},
      {"k: &n # a\n  # b\n  v\n", {"# a", "# b"}},
      {"k: !!str # a\n  &n # b\n  v\n", {"# a", "# b"}},
      {"k: &n # a\n  [v]\n", {"# a"}},
      {"k: &n # a\n  j: v\n", {"# a"}},
      {"k: &n # a\n", {"# a"}},
      {"&n # a\nk: v\n", {"# a"}},
      // block scalars: on the header line and after the text, but not in it
      {"k: | # a\n  # no\n  v # no\n# b\n", {"# a", "# b"}},
      {"k: |#a\n  v\n", {"#a"}},
      {"k: |\n  v\n  # no\n # a\n", {"# a"}},
      {"k: >+ # a\n\n  v\n\n# b\n", {"# a", "# b"}},
      {"k: |\n# a\nj: v\n", {"# a"}},
      {"k:\n  - |\n    v\n  # a\n  - w\n", {"# a"}},
      // libyaml asks for no blank before a comment that follows a quote or a bracket
      {"k: 'v'#a\nj: [v,#b\n w]#c\n", {"#a", "#b", "#c"}},
      // around documents
      {"# a\n%YAML 1.1 # b\n# c\n--- # d\nk: v\n... # e\n# f\n", {"# a", "# b", "# c", "# d", "# e", "# f"}},
      {"k: v\n# a\n---\n# b\n---\nj: v\n", {"# a", "# b"}},
      {"k: v # a\r\n# b\r\n", {"# a", "# b"}},
      {"k: v # a\r# b\r", {"# a", "# b"}},
      {"k: v # a\xC2\x85# b\xE2\x80\xA8j: w", {"# a", "# b"}},
      {"k: v\n\t# a\n", {"# a"}},
      {"k: v \t# a\n", {"# a"}},
      {"k: ü # ö\n", {"# ö"}},
      {"\xEF\xBB\xBF# a\nk: v\n", {"# a"}},
      // of a broken document those on lines of their own
      {"# a\nk: [ # no\n  # b\n", {"# a", "# b"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const Parsed parsed{std::string(c.text)};
    CHECK(join(comments_of(parsed.tree), "\n") == join(c.comments, "\n"));
    if (!parsed.tree.documents[0].broken) CHECK(check(parsed.tree) == "");
  }
}

// Documents as their bytes; `!` before a broken one, `0` before one without a root.
std::vector<std::string> documents_of(const Tree& tree) {
  std::vector<std::string> documents;
  for (const Document& document : tree.documents) {
    const std::string_view mark = document.broken ? "!" : document.root == kNoNode ? "0" : "";
    documents.push_back(fmt::format("{}{}", mark, tree.slice(document.begin, document.end)));
  }
  return documents;
}

TEST_CASE("a stream is cut into documents that cover it") {
  const struct {
    std::string_view text;
    std::vector<std::string> documents;
  } cases[] = {
      {"", {"0"}},
      {"\n \n", {"0\n \n"}},
      {"# a\n", {"0# a\n"}},
      {"\xEF\xBB\xBF", {"0\xEF\xBB\xBF"}},
      {"\xEF\xBB\xBFk: v", {"\xEF\xBB\xBFk: v"}},
      {"k: v", {"k: v"}},
      {"---\nk: v\n", {"---\nk: v\n"}},
      {"k: v\n---\nj: w\n", {"k: v\n", "---\nj: w\n"}},
      {"k: v\n---", {"k: v\n", "0---"}},
      {"---\n---\n---\n", {"0---\n", "0---\n", "0---\n"}},
      {"--- v\n--- w\n", {"--- v\n", "--- w\n"}},
      {"--- ~\n", {"--- ~\n"}},  // a null that is written is a root
      {"k: v\r\n---\r\nj: w\r\n", {"k: v\r\n", "---\r\nj: w\r\n"}},
      {"k: v\n---\t# a\nj: w\n", {"k: v\n", "---\t# a\nj: w\n"}},
      // what introduces a document belongs to it
      {"# a\n\n---\nk: v\n", {"# a\n\n---\nk: v\n"}},
      {"# a\n%YAML 1.1\n---\nk: v\n", {"# a\n%YAML 1.1\n---\nk: v\n"}},
      {"k: v\n...\n# a\n%YAML 1.1\n---\nj: w\n", {"k: v\n...\n", "# a\n%YAML 1.1\n---\nj: w\n"}},
      {"k: v\n...\n...\n---\nj: w\n", {"k: v\n...\n...\n", "---\nj: w\n"}},
      {"k: v\n# a\n---\nj: w\n", {"k: v\n# a\n", "---\nj: w\n"}},
      {"---\n# a\n---\nk: v\n", {"0---\n# a\n", "---\nk: v\n"}},
      // a `---` in a text is none
      {"k: |\n  ---\n  v\n", {"k: |\n  ---\n  v\n"}},
      {"k: 'a\n  ---\n  b'\n", {"k: 'a\n  ---\n  b'\n"}},
      {"k: --- v\n", {"k: --- v\n"}},
      // but at the start of a line it always is one
      {"k: |\n  v\n---\nj: w\n", {"k: |\n  v\n", "---\nj: w\n"}},
      {"--- |\n v\n---\nw\n", {"--- |\n v\n", "---\nw\n"}},
      // neighbours of a broken document are read
      {"k: v\n---\nk: [\n---\nj: w\n", {"k: v\n", "!---\nk: [\n", "---\nj: w\n"}},
      {"k: 'v\n---\nj: w'\n---\ni: x\n", {"!k: 'v\n", "---\nj: w'\n", "---\ni: x\n"}},
      {"k: &n v\n---\nj: *n\n---\ni: x\n", {"k: &n v\n", "!---\nj: *n\n", "---\ni: x\n"}},
      // lines that Kubernetes' tools take for broken separators
      {"k: v\n---j: w\n---\ni: x\n", {"!k: v\n---j: w\n", "---\ni: x\n"}},
      {"----\nk: v\n", {"!----\nk: v\n"}},
      {"k: v\n---\n\xEF\xBB\xBFj: w\n", {"k: v\n", "!---\n\xEF\xBB\xBFj: w\n"}},
      // line ends that only YAML knows
      {"k: v\r---\rj: w\r", {"k: v\r", "---\rj: w\r"}},
      {"k:\r---\r---\rj:\r...\r%YAML 1.1\r---\ri: x", {"k:\r", "0---\r", "---\rj:\r...\r", "%YAML 1.1\r---\ri: x"}},
      {"k: v\xC2\x85---\xE2\x80\xA9j: w", {"k: v\xC2\x85", "---\xE2\x80\xA9j: w"}},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const Parsed parsed{std::string(c.text)};
    CHECK(join(documents_of(parsed.tree), "|") == join(c.documents, "|"));
    CHECK(check(parsed.tree) == "");
  }
}

TEST_CASE("document_at finds the document of a byte") {
  const Parsed parsed("k: v\n---\nj: w\n---\n");
  const auto index_at = [&](std::uint32_t offset) {
    return &parsed.tree.document_at(offset) - parsed.tree.documents.data();
  };
  CHECK(index_at(0) == 0);
  CHECK(index_at(4) == 0);
  CHECK(index_at(5) == 1);
  CHECK(index_at(13) == 1);
  CHECK(index_at(14) == 2);
  CHECK(index_at(18) == 2);
}

TEST_CASE("what Kubernetes refuses, though it may be YAML, breaks the document") {
  const struct {
    std::string_view text;
    std::string_view problem;
  } cases[] = {
      {"k: *n\n", "syntax 3 <*n> the alias *n has no anchor &n before it in this document"},
      {"k: *n\nj: &n v\n", "syntax 3 <*n> the alias *n has no anchor &n before it in this document"},
      {"k: &n [*n]\n", "syntax 7 <*n> the anchor &n contains itself"},
      {"&n k: *n\n", ""},
      {"&n {k: *n}\n", "syntax 7 <*n> the anchor &n contains itself"},
      {"k: &n\n  j: &n v\n  i: *n\n", ""},
      {"k: {{ v }}\n",
       "syntax 4 <{ v }> a list or a mapping cannot be a key in Kubernetes; quote a text that begins with `{` or `[`"},
      {"? [v]\n: w\n",
       "syntax 2 <[v]> a list or a mapping cannot be a key in Kubernetes; quote a text that begins with `{` or `[`"},
      {"k: &n {}\n*n : w\n",
       "syntax 9 <*n> a list or a mapping cannot be a key in Kubernetes; quote a text that begins with `{` or `[`"},
      {"~: v\n", "syntax 0 <~> a key cannot be null in Kubernetes; quote it"},
      {"? \n: v\n", "syntax 1 <> a key cannot be null in Kubernetes; quote it"},
      {"'~': v\n!!str ~: w\n",
       "repeated 13 <~> the key `~` stands twice in this mapping, and the last one wins (0 <'~'> the "
       "first one, whose value is lost)"},
      {"k:\n  <<: v\n", "syntax 9 <v> `<<` merges a mapping or a list of mappings, and this is none"},
      {"k: &n [{}]\nj:\n  <<: *n\n", "syntax 20 <*n> `<<` merges a mapping or a list of mappings, and this is none"},
      {"k:\n  <<: [{}, v]\n", "syntax 9 <[{}, v]> `<<` merges a mapping or a list of mappings, and this is none"},
      {"k:\n  '<<': v\n", ""},
      {"k:\n  !!str <<: v\n", ""},
      {"k: \"a\\/b\"\n", "syntax 5 <\\/> an unknown escape in double quotes; write `/` alone"},
      {"k: \"a\\\\/b\"\n", ""},
      {"k: v\n--- v\n", ""},
      {"k: v\n---v\n",
       "syntax 5 <---v> a line that begins with `---` separates documents, so nothing else can stand on it"},
      {"k: v\n\xEF\xBB\xBFj: w\n",
       "syntax 5 <\xEF\xBB\xBFj: w> a byte-order mark begins this line, which Kubernetes' tools take for a part of its "
       "text"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const Parsed parsed{std::string(c.text)};
    const std::vector<std::string> problems = problems_of(parsed.tree);
    CHECK(join(problems, "\n") == c.problem);
    CHECK(parsed.tree.documents[0].broken == (c.problem.substr(0, 6) == "syntax"));
    CHECK(check(parsed.tree) == "");
  }
}

TEST_CASE("go-yaml takes a backslash before a single quote in double quotes") {
  const Parsed parsed(
      "a: \"it\\'s \\\\\\'q\\\" \\x41\\'\"\nb: 'c:\\'\nc: \\'plain\\'\nd: |\n  lit\\'s\n---\ne: \"\\'\"\n---\nf: "
      "\"\\d\\'\"\n");
  CHECK(parsed.root()["a"].text() == "it's \\'q\" A'");
  CHECK(parsed.root()["b"].text() == "c:\\");
  CHECK(parsed.root()["c"].text() == "\\'plain\\'");
  CHECK(parsed.root()["d"].text() == "lit\\'s\n");
  CHECK(parsed.root(1)["e"].text() == "'");
  CHECK(parsed.tree.documents[2].broken);
  CHECK(check(parsed.tree) == "");
}

TEST_CASE("repeated keys are reported, and the last one wins") {
  const auto lost = [](std::string_view key, int at, int first_at) {
    return fmt::format(
        "repeated {} <{}> the key `{}` stands twice in this mapping, and the last one wins ({} <{}> the first "
        "one, whose value is lost)",
        at, key, key, first_at, key);
  };
  SUBCASE("in a small mapping, also three times") {
    const Parsed parsed("k: 1\nj: 2\nk: 3\nk: 4\n");
    CHECK(join(problems_of(parsed.tree), "\n") ==
          join(std::vector<std::string>{lost("k", 10, 0), lost("k", 15, 10)}, "\n"));
    CHECK(parsed.root()["k"].text() == "4");
    CHECK(parsed.root().entries().size() == 2);
  }
  SUBCASE("in a mapping of many keys") {
    std::string text;
    for (int i = 0; i < 20; ++i) text += fmt::format("k{:02}: {}\n", i, i);
    text += "k07: again\nk19: again\nk07: at last\n";
    const Parsed parsed(text);
    CHECK(join(problems_of(parsed.tree), "\n") ==
          join(std::vector<std::string>{lost("k07", 150, 49), lost("k19", 161, 142), lost("k07", 172, 150)}, "\n"));
    CHECK(parsed.root()["k07"].text() == "at last");
    CHECK(parsed.root().entries().size() == 20);
  }
  SUBCASE("however they are written") {
    CHECK(Parsed("k: 1\n'k': 2\n").tree.problems.size() == 1);
    CHECK(Parsed("k: 1\n\"\\x6B\": 2\n").tree.problems.size() == 1);
    CHECK(Parsed("a: &n k\nk: 1\n*n : 2\n").tree.problems.size() == 1);
    CHECK(Parsed("{k: 1, k}\n").tree.problems.size() == 1);
    CHECK(Parsed("a: {k: 1}\nb: {k: 1}\nk: 1\n").tree.problems.empty());
    CHECK(Parsed("K: 1\nk: 2\n").tree.problems.empty());
  }
  SUBCASE("but not without end") {
    std::string text;
    for (int i = 0; i < 300; ++i) text += fmt::format("k{}: 1\n", i % 150);
    const Parsed parsed(text + "---\na: 1\na: 2\n");
    CHECK(parsed.tree.problems.size() == 101);
    CHECK(parsed.root().entries().size() == 150);
    CHECK(check(parsed.tree) == "");
  }
  SUBCASE("not when a merge brings the key again") {
    CHECK(Parsed("a: &n {k: 1}\nb:\n  <<: *n\n  k: 2\n").tree.problems.empty());
  }
}

TEST_CASE("values are what the text means") {
  const struct {
    std::string_view text;
    std::string_view value;
  } cases[] = {
      {"k: v\n  w\n\n  x\n", "v w\nx"},
      {"k: 'it''s\n\n  so'\n", "it's\nso"},
      {"k: \"a\\tb \\\n  c\\u00e9\\U0001F600\"\n", "a\tb cé😀"},
      {"k: |\n  v\n   w\n\n", "v\n w\n"},
      {"k: |-\n  v\n\n", "v"},
      {"k: |+\n  v\n\n", "v\n\n"},
      {"k: >\n  v\n  w\n\n  x\n   y\n", "v w\nx\n y\n"},
      {"k: >-\n  v\n", "v"},
      {"k: |2\n    v\n", "  v\n"},
      {"k: |\n  v", "v"},
      {"k: |\r\n  v\r\n  w\r\n", "v\nw\n"},
      {"k: |\n  v  \n", "v  \n"},
      {"k: |+\n\n", "\n"},
      {"k: |\n", ""},
      {"k: \"\\N\\_\\L\\P\"\n", "\u0085\u00A0\u2028\u2029"},
      {"k: é\n", "é"},
      {"k: v\t\n", "v"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const Parsed parsed{std::string(c.text)};
    CHECK(parsed.root()["k"].text() == c.value);
    CHECK(check(parsed.tree) == "");
  }
}

}  // namespace
}  // namespace vlint::yaml
