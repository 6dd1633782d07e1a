// A whole run over a small repository made from bytes: each part between form feeds is a file.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lint/base/text.h"
#include "lint/engine/fixer.h"
#include "lint/engine/registry.h"
#include "lint/output/plan_json.h"
#include "lint/output/printer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vlint;
  std::vector<SourceFile> files;
  for (const std::string_view part : split({reinterpret_cast<const char*>(data), size}, '\f')) {
    files.push_back({"f" + std::to_string(files.size()) + ".yaml", std::string(part)});
  }
  const Workers workers(1);
  AnalysisOptions options{all_rules(), {}, {}, {}};
  options.rules.assign(options.known_rules.begin(), options.known_rules.end());
  Analysis analysis = analyze(parse_sources(FileSet(std::move(files)), {}, workers), options, workers);
  withdraw_unproven(analysis, options, workers);
  Results results;
  results.files = &analysis.sources.files;
  results.rules = options.rules;
  results.findings = analysis.findings;
  results.incomplete = analysis.incomplete;
  print_text(results, {});
  print_json(results);
  print_sarif(results);
  print_plan(analysis);
  fix_all(
      std::move(analysis), Safety::unsafe, [](const Finding&) { return true; }, options, workers);
  return 0;
}
