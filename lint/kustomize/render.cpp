// `vlint render`: the text of a build, and where each value comes from as comments.
#include <fmt/format.h>

#include <algorithm>

#include "lint/base/line_table.h"
#include "lint/base/text.h"
#include "lint/kustomize/engine.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {
namespace {

class OriginText {
 public:
  explicit OriginText(const Sources& sources) : sources_(sources) {}

  // "base/deployment.yaml:12", "namePrefix: overlay/kustomization.yaml:3".
  std::string operator()(const Node* node) {
    const Span span = node->span();
    const bool is_source = node->provenance == nullptr || node->provenance->step == StepKind::source;
    std::string text = is_source ? std::string() : fmt::format("{}: ", to_string(node->provenance->step));
    if (!span.valid()) return is_source ? std::string() : std::string(to_string(node->provenance->step));
    return text + fmt::format("{}:{}", sources_.path(span.file), line_of(span));
  }

 private:
  std::size_t line_of(const Span& span) {
    const auto known = starts_.find(span.file);
    std::vector<std::uint32_t>& starts = known != starts_.end() ? known->second : starts_[span.file];
    if (starts.empty()) {
      starts.push_back(0);
      const std::string_view text = sources_.text(span.file);
      for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
        starts.push_back(static_cast<std::uint32_t>(at + 1));
      }
    }
    return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), span.begin) - starts.begin());
  }

  const Sources& sources_;
  std::map<FileId, std::vector<std::uint32_t>> starts_;
};

}  // namespace

Rendered Builder::render(std::string_view folder, bool origins) const {
  Rendered rendered;
  try {
    const FinishedBuild finished = run_build(sources_, *cache_, options_, folder);
    rendered.notes = finished.build->findings.notes;
    rendered.faults = finished.build->findings.faults;
    OriginText origin_text(sources_);
    Annotate annotate;
    if (origins) annotate = [&](const Node* node) { return origin_text(node); };
    bool first = true;
    for (const Resource& resource : finished.build->result.resources) {
      if (!first) rendered.text += "---\n";
      first = false;
      rendered.text += write_yaml(resource.root, annotate);
      if (rendered.text.size() > kMostBuildBytes) fail({}, "this build prints more than 1 GiB, which is the limit");
    }
  } catch (Failure& failure) {
    rendered.text.clear();
    rendered.faults.push_back(std::move(failure.fault));
  }
  return rendered;
}

}  // namespace vlint::kustomize
