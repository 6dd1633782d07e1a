// Any text as an expression: parsed, checked and evaluated. It must end, soon and without a crash, and a rewritten call
// must parse again.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lint/jmespath/check.h"
#include "lint/jmespath/evaluate.h"
#include "lint/jmespath/parser.h"
#include "lint/jmespath/suggestions.h"

namespace {

using namespace vlint::jmespath;

Json make_input() {
  const auto parsed =
      parse_json(R"({"a":{"b":[1,2,{"c":"x"}],"d":null},"s":"text","n":3,"l":["y","x"],"o":{"k":"v"}})");
  Json::Object members = parsed.value().members();
  members.emplace_back("u", Json::unknown());
  return Json::object(std::move(members));
}

void must(bool holds) {
  if (!holds) __builtin_trap();
}

void rewrite(const Expression& expression, const Checked& checked) {
  for (const Call& call : checked.calls) {
    auto edits = rewrite_call(expression, call.call);
    if (!edits) continue;
    std::string text = expression.text();
    std::sort(edits->begin(), edits->end(),
              [](const ExpressionEdit& a, const ExpressionEdit& b) { return a.range.begin > b.range.begin; });
    for (const ExpressionEdit& edit : *edits) {
      must(edit.range.begin <= edit.range.end && edit.range.end <= text.size());
      text.replace(edit.range.begin, edit.range.end - edit.range.begin, edit.text);
    }
    must(parse(text).ok());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Json input = make_input();
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const ParseResult parsed = parse(text);
  if (!parsed) {
    must(parsed.fault().offset <= size);
    return 0;
  }
  const Expression& expression = parsed.expression();
  const Checked checked = check(expression);
  for (const CheckFault& fault : checked.faults) must(fault.where.end <= size);
  rewrite(expression, checked);
  const Evaluation evaluation = evaluate(expression, input);
  must(evaluation.where.begin <= evaluation.where.end && evaluation.where.end <= size);
  if (evaluation.outcome.ok()) static_cast<void>(to_json(evaluation.outcome.value()));
  return 0;
}
