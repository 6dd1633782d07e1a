#include "lint/jmespath/check.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lint/base/text.h"
#include "lint/jmespath/parser.h"
#include "lint/jmespath/suggestions.h"

namespace vlint::jmespath {
namespace {

std::string faults_of(std::string_view text) {
  const ParseResult parsed = parse(text);
  REQUIRE_MESSAGE(parsed.ok(), text);
  std::vector<std::string> lines;
  for (const CheckFault& fault : check(parsed.expression()).faults) {
    lines.push_back(fmt::format("{}: {}", parsed.expression().slice_text(fault.where), fault.message));
  }
  return join(lines, "; ");
}

TEST_CASE("faults are found whether or not evaluation gets there") {
  CHECK(faults_of("a.b || join('', [c])") == "");
  CHECK(faults_of("'x' || concat(a, uper(b))") ==
        "concat: there is no function concat; uper: there is no function uper");
  CHECK(faults_of("items[?`false` && nope(@)].{k: nope(a)}") ==
        "nope: there is no function nope; nope: there is no function nope");
  CHECK(faults_of("join(a)") == "join: join takes 2 arguments, here is 1");
  CHECK(faults_of("join(a, b, c)") == "join: join takes 2 arguments, here are 3");
  CHECK(faults_of("merge()") == "merge: merge takes at least 1 argument, here are 0");
  CHECK(faults_of("time_now('x')") == "");
  CHECK(faults_of("join('', 'a')") == "'a': argument 2 of join must be array[string], here is a string");
  CHECK(faults_of("merge(a, `1`)") == "`1`: argument 2 of merge must be object, here is a number");
  CHECK(faults_of("to_upper(&a)") == "&a: argument 1 of to_upper must be string, here is an &expression");
  CHECK(faults_of("sort_by(a, b)") == "");
  CHECK(faults_of("to_upper(to_number(a))") == "");
  CHECK(faults_of("[0](x)") == "[0]: only a name can be called");
}

TEST_CASE("all calls are listed with their places") {
  const ParseResult parsed = parse("a && to_upper(x) || map(&md5(@), y)");
  const Checked checked = check(parsed.expression());
  REQUIRE(checked.calls.size() == 3);
  CHECK(checked.calls[0].name == "to_upper");
  CHECK(checked.calls[1].name == "map");
  CHECK(checked.calls[2].name == "md5");
  CHECK(checked.calls[2].function->since == "1.14");
  CHECK(parsed.expression().slice_text(checked.calls[2].where) == "md5");
}

TEST_CASE("the tables of functions are sorted, so that names are found") {
  const auto by_name = [](const Function& a, const Function& b) { return a.name < b.name; };
  CHECK(std::is_sorted(standard_functions().begin(), standard_functions().end(), by_name));
  CHECK(std::is_sorted(kyverno_functions().begin(), kyverno_functions().end(), by_name));
  for (const Function& function : standard_functions()) CHECK(find_function(function.name) != nullptr);
  for (const Function& function : kyverno_functions()) CHECK(find_function(function.name) == &function);
  CHECK(find_function("Length") == nullptr);
}

TEST_CASE("suggestions are for names that do not exist, and name functions that do") {
  for (const Suggestion& suggestion : suggestions()) {
    CAPTURE(suggestion.name);
    CHECK(find_function(suggestion.name) == nullptr);
    CHECK(find_suggestion(suggestion.name) == &suggestion);
    if (!suggestion.replacement.empty()) CHECK(find_function(suggestion.replacement) != nullptr);
  }
  CHECK(advice_for("concat") == "write join('', [a, b])");
  CHECK(advice_for("to_uper") == "did you mean to_upper?");
  CHECK(advice_for("ToUpper") == "did you mean to_upper?");
  CHECK(advice_for("xyzzy_plugh") == "");
}

// The expression with every call rewritten that can be.
std::string rewritten(std::string_view text) {
  const ParseResult parsed = parse(text);
  std::vector<ExpressionEdit> edits;
  for (const Call& call : check(parsed.expression()).calls) {
    if (auto some = rewrite_call(parsed.expression(), call.call)) edits.insert(edits.end(), some->begin(), some->end());
  }
  std::stable_sort(edits.begin(), edits.end(),
                   [](const ExpressionEdit& a, const ExpressionEdit& b) { return a.range.begin < b.range.begin; });
  std::string result(text);
  for (auto edit = edits.rbegin(); edit != edits.rend(); ++edit) {
    result.replace(edit->range.begin, edit->range.end - edit->range.begin, edit->text);
  }
  if (!edits.empty()) CHECK(parse(result).ok());
  return result;
}

TEST_CASE("a call is rewritten only where its meaning is certain") {
  CHECK(rewritten("upper(a)") == "to_upper(a)");
  CHECK(rewritten("ToUpper(a)") == "to_upper(a)");
  CHECK(rewritten("a | len( @ )") == "a | length( @ )");
  CHECK(rewritten("upper(a, b)") == "upper(a, b)");
  CHECK(rewritten("to_uper(a)") == "to_uper(a)");
  CHECK(rewritten("concat('a', 'b')") == "join('', ['a', 'b'])");
  CHECK(rewritten("concat( 'a' 'b' , )") == "join('', ['a', 'b'])");
  CHECK(rewritten("concat('a', to_string(x) || 'y')") == "join('', ['a', to_string(x) || 'y'])");
  CHECK(rewritten("concat(concat('a', 'b'), x | to_lower(@))") == "join('', [join('', ['a', 'b']), x | to_lower(@)])");
  CHECK(rewritten("concat('a', x)") == "concat('a', x)");
  CHECK(rewritten("concat('a', x || 'y')") == "concat('a', x || 'y')");
  CHECK(rewritten("concat('a', `1`)") == "concat('a', `1`)");
  CHECK(rewritten("concat('a', x.to_string(@))") == "concat('a', x.to_string(@))");
  CHECK(rewritten("concat()") == "concat()");
  CHECK(rewritten("join('', ['a'])") == "join('', ['a'])");
}

TEST_CASE("paths that are known to be strings are joined") {
  const auto joined = [](std::string_view text) {
    const ParseResult parsed = parse(text);
    const std::string_view paths[] = {"a.name"};
    const std::vector<Call> calls = check(parsed.expression()).calls;
    return !calls.empty() && rewrite_call(parsed.expression(), calls.front().call, paths).has_value();
  };
  CHECK(joined("concat('x', a.name)"));
  CHECK(joined("concat('x', a . name || b)") == false);
  CHECK(joined("concat('x', a.name || 'b')"));
  CHECK_FALSE(joined("concat('x', a.names)"));
  // Of another value than the whole input.
  CHECK_FALSE(joined("b | concat('x', a.name)"));
  const ParseResult parsed = parse("concat('x', y)");
  CHECK(rewrite_as_join(parsed.expression(), parsed.expression().root()).has_value());
}

// The fields for which a list of flags says yes.
std::string fields(std::string_view text, std::vector<bool> (*flags)(const Expression&)) {
  const ParseResult parsed = parse(text);
  const std::vector<bool> yes = flags(parsed.expression());
  std::vector<std::string> names;
  for (NodeId id = 0; id < yes.size(); ++id) {
    const Node& node = parsed.expression().node(id);
    if (yes[id] && node.type == NodeType::field) names.push_back(node.text);
  }
  std::sort(names.begin(), names.end());
  return join(names, " ");
}

TEST_CASE("fields of the whole input are told from those of its parts") {
  const auto at_root = [](std::string_view text) { return fields(text, nodes_at_root); };
  CHECK(at_root("a.b.c") == "a");
  CHECK(at_root("f(a.b, [c, {k: d.e}]) || !g && h == i") == "a c d g h i");
  CHECK(at_root("a | b.c") == "a");
  CHECK(at_root("a[?b == c].d") == "a");
  CHECK(at_root("map(&a, b)[].c") == "b");
  CHECK(at_root("a.*.b[0].c[]") == "a");
}

TEST_CASE("a missing key fails the expression only where that is handed on") {
  const auto fails = [](std::string_view text) { return fields(text, nodes_handing_on_not_found); };
  CHECK(fails("a.b[0].c") == "a");
  CHECK(fails("a && b.c") == "b");
  CHECK(fails("a || b") == "");
  CHECK(fails("a == b") == "");
  CHECK(fails("f(a)") == "");
  CHECK(fails("a.b | c") == "");
}

}  // namespace
}  // namespace vlint::jmespath
