#include "lint/kyverno/variables.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/text.h"

namespace vlint::kyverno {
namespace {

std::string part(std::string_view text, TextRange range) { return std::string(text.substr(range.begin, range.size())); }

// "begin:expression", of shallow ones "begin:-expression".
std::string found(std::string_view text) {
  std::vector<std::string> all;
  for (const Variable& variable : find_variables(text)) {
    all.push_back(std::to_string(variable.range.begin) + ":" + (variable.shallow ? "-" : "") +
                  expression_of(text, variable));
  }
  return join(all, " | ");
}

TEST_CASE("a pass finds the innermost variables") {
  struct Row {
    std::string_view text;
    std::string_view found;
  };
  const Row rows[] = {
      {"", ""},
      {"plain", ""},
      {"{{a}}", "0:a"},
      {"{{ a.b }}", "0:a.b"},
      {"x{{ a }}y{{ b }}", "1:a | 9:b"},
      {"{{a}}{{b}}{{c}}", "0:a | 10:c"},  // the brace before {{b}} belongs to {{a}}
      {"{{ a.{{b}} }}", "5:b"},
      {"{{a {{b}}}}", "4:b"},
      {"\\{{a}}", ""},
      {"a\\{{n}}b{{n}}", "8:n"},
      {"{{}}", "0:"},
      {"{{ }}", "0:"},
      {"{{{a}}}", "0:{a}"},
      {"{{{a}}", "1:a"},
      {"{{ {a: n}.a }}", "0:{a: n}.a"},
      {"{{ {a: n}}}", "0:{a: n}"},
      {"{{ {a: {b: n}} }}", ""},
      {"{{ regex_match('^[a-z]{1,3}$', x) }}", "0:regex_match('^[a-z]{1,3}$', x)"},
      {"{{ '}}' }}", "0:'"},
      {"{{ '{{' }}", "4:'"},
      {"{{ a } }}", ""},
      {"{{ a", ""},
      {"a }}", ""},
      {"{ {a} }", ""},
      {"{{- a }}", "0:-a"},
      {"{{  -  a.b}}", "0:-a.b"},
      {"${{ n }}", "1:n"},
      {"$({{ n }})", "2:n"},
      {"{{\xC2\xA0 a \xE2\x80\x83}}", "0:a"},
      {"{{ a\n  || b }}", "0:a\n  || b"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(found(row.text) == row.found);
  }
}

TEST_CASE("a character of several bytes before a variable ends up in its expression") {
  const std::string_view text = "\xE2\x80\x94{{ a }}";
  const std::vector<Variable> variables = find_variables(text);
  REQUIRE(variables.size() == 1);
  CHECK(variables[0].stray == 2);
  CHECK(expression_of(text, variables[0]) == "\x80\x94 a");
  CHECK(part(text, variables[0].expression) == "a");
}

TEST_CASE("all variables are found, those around others too") {
  struct Row {
    std::string_view text;
    std::string_view found;
  };
  const Row rows[] = {
      {"{{a}}{{b}}", "a | b"},
      {"{{ x.{{a}} }}", "a | x.null"},
      {"{{ x.{{a}}.{{ y.{{b}} }} }}", "a | b | y.null | x.null.null"},
      {"{{ {{a}}{{b}} }}", "a | b | nullnull"},
      {"{{ {k: {{a}}} }}", "a | {k: null}"},
      {"{{ {k: {l: b}} }}", ""},
      {"\\{{ x.{{a}} }}", "a"},
  };
  for (const Row& row : rows) {
    std::vector<std::string> all;
    for (const NestedVariable& nested : find_all_variables(row.text)) {
      all.push_back(expression_with(row.text, nested, "null"));
    }
    INFO(row.text);
    CHECK(join(all, " | ") == row.found);
  }
}

TEST_CASE("references end at the last parenthesis before a blank") {
  struct Row {
    std::string_view text;
    std::string_view found;
  };
  const Row rows[] = {
      {"$(POD_NAME)", "$(POD_NAME)"},
      {"a $(b) c", "$(b)"},
      {"a$(b)$(c)", "$(b)$(c)"},
      {"$(a) $(b)", "$(a) | $(b)"},
      {"\\$(a)", ""},
      {"$()", ""},
      {"$())", "$())"},
      {"$( a)", "$( a)"},
      {"$(a b)", ""},
      {"$(\na)", ""},
      {"${X}", ""},
      {"$({{ n }})", ""},
      {"$(./../x)", "$(./../x)"},
  };
  for (const Row& row : rows) {
    std::vector<std::string> all;
    for (const Reference& reference : find_references(row.text)) all.push_back(part(row.text, reference.range));
    INFO(row.text);
    CHECK(join(all, " | ") == row.found);
  }
}

TEST_CASE("escapes lose their backslash") {
  CHECK(unescape_variables("a\\{{b}}\\\\{{c}}\\{") == "a{{b}}\\{{c}}\\{");
  CHECK(unescape_references("\\$(a) \\$(b)c \\$(d \\$() \\$(\n)") == "$(a) $(b)c \\$(d \\$() \\$(\n)");
}

TEST_CASE("text that was meant as a variable is found") {
  using Kind = Unseen::Kind;
  struct Row {
    std::string_view text;
    std::string_view found;
  };
  const Row rows[] = {
      {"{{ {a: {b: n}} }}", "deep {{ {a: {b: n}} }}"},
      {"x {{ {a: {b: {{n}}}} }} {{m}}", "deep {{ {a: {b: {{n}}}} }}"},
      {"{{ a", "no end {{"},
      {"{{ a }", "no end {{"},
      {"{{n}} }}", "no begin }}"},
      {"\\{{ {a: {b: n}} }}", ""},
      {"\\{{ .x }} {{n}}", ""},
      {"{\"a\":{\"b\":1}}", ""},
      {"{{n}}", ""},
  };
  for (const Row& row : rows) {
    std::vector<std::string> all;
    for (const Unseen& unseen : find_unseen(row.text)) {
      const std::string kind = unseen.kind == Kind::deep_braces ? "deep "
                               : unseen.kind == Kind::no_end    ? "no end "
                                                                : "no begin ";
      all.push_back(kind + part(row.text, unseen.range));
    }
    INFO(row.text);
    CHECK(join(all, " | ") == row.found);
  }
}

std::string repeated(std::string_view what, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += what;
  return text;
}

TEST_CASE("hostile texts take time in proportion to their size") {
  const std::string_view parts[] = {"{",         "}",      "{{",       "{{{a", "{{ {a}",   "{a}",  "{{a}}",
                                    "{{ {{a}} ", "$(",     "$(x ",     "\\$(", "\\$(a ",   "\\{{", "{{ a } ",
                                    "}}{{",      "{{a}}{", "\\$(a b)", "{{-{", "\xE2{{a}}"};
  for (const std::string_view part : parts) {
    const std::string text = repeated(part, 1'000'000);
    const auto begin = std::chrono::steady_clock::now();
    std::size_t sum = find_variables(text).size() + find_references(text).size() + find_unseen(text).size();
    sum += find_all_variables(text).size() + unescape_references(text).size() + unescape_variables(text).size();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begin;
    INFO(part << " " << sum);
    CHECK(spent.count() < 20);  // quadratic time would be hours
  }
}

}  // namespace
}  // namespace vlint::kyverno
