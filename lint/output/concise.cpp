#include <fmt/format.h>

#include <string>

#include "lint/output/display.h"
#include "lint/output/places.h"
#include "lint/output/printer.h"
#include "lint/output/style.h"

namespace vlint {

std::string print_concise(const Results& results, const PrintOptions& options) {
  const Style style(options.colour);
  Places places(*results.files);
  std::string out;
  for (const Finding& finding : results.findings) {
    if (finding.suppressed) continue;
    if (finding.primary.where.valid()) out += style.strong(places.name(finding.primary.where)) + ": ";
    out += fmt::format("{}: {} [{}]\n", style.severity(finding.severity, to_string(finding.severity)),
                       printable(finding.message), printable(finding.rule));
  }
  return out;
}

}  // namespace vlint
