// Any text as a policy's text: scanned for variables and references, and substituted. It must end, soon and without a
// crash, and every range must lie in the text.
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/jmespath/evaluate.h"
#include "lint/jmespath/parser.h"
#include "lint/kyverno/substitution.h"
#include "lint/kyverno/variables.h"

namespace {

using namespace vlint;
using namespace vlint::kyverno;
using jmespath::Json;

void must(bool holds) {
  if (!holds) __builtin_trap();
}

// Values that hold variables and braces themselves.
Json make_input() {
  const auto parsed = jmespath::parse_json(
      R"({"a":"x","self":"{{ self }}","open":"{{","close":"}}","twice":"{{ twice }}{{ twice }}","o":{"k":"{{ a }}"},"n":3})");
  Json::Object members = parsed.value().members();
  members.emplace_back("u", Json::unknown("store"));
  return Json::object(std::move(members));
}

void must_lie_in(std::string_view text, TextRange range) { must(range.begin <= range.end && range.end <= text.size()); }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Json input = make_input();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const Variable& variable : find_variables(text)) {
    must_lie_in(text, variable.range);
    must_lie_in(text, variable.expression);
  }
  for (const NestedVariable& nested : find_all_variables(text)) {
    must_lie_in(text, nested.variable.range);
    static_cast<void>(expression_with(text, nested, "null"));
  }
  for (const Reference& reference : find_references(text)) must_lie_in(text, reference.range);
  for (const Unseen& unseen : find_unseen(text)) must_lie_in(text, unseen.range);

  const Resolver resolve = [](std::string_view expression) -> jmespath::Outcome {
    const jmespath::ParseResult parsed = jmespath::parse(expression);
    if (!parsed.ok()) return jmespath::Failure{jmespath::FailureKind::value, "syntax"};
    return jmespath::evaluate(parsed.expression(), input).outcome;
  };
  const Json document =
      Json::object({{std::string(text), Json::string("x")}, {"key", Json::string(std::string(text))}});
  static_cast<void>(substitute(document, resolve));
  return 0;
}
