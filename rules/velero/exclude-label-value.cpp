#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/names.h"
#include "rules/common/schedules.h"

namespace vlint::rules {
namespace {

using yaml::Value;

// Texts by which people say yes, and that are not the one that Velero asks for.
bool means_yes(std::string_view text) {
  constexpr std::string_view kWords[] = {"1", "on", "true", "y", "yes"};
  const std::string lower = to_lower_ascii(trim(text));
  return std::find(std::begin(kWords), std::end(kWords), lower) != std::end(kWords);
}

bool is_text(Value value) { return value.is_scalar() && value.as_string() && kube::has_known_text(value); }

class LabelCheck {
 public:
  LabelCheck(const model::Cluster& cluster, const kube::Resource& resource, Report& report)
      : cluster_(cluster), resource_(resource), report_(report) {}

  void metadata(Value metadata, std::string_view what) const {
    const Value label = metadata["labels"][velero::kExcludeLabel];
    if (is_text(label) && label.text() != "true" && means_yes(label.text())) {
      report_
          .at(label.span(), fmt::format("the label {} of {}{} is {}, and Velero leaves out only what has \"true\"",
                                        velero::kExcludeLabel, what, resource_.title(), quoted(label.text())))
          .label("not \"true\": backed up all the same")
          .about(cluster_, resource_, label)
          .fix("write \"true\"", Safety::unsafe, resource_, yaml::set_scalar(label, "true", yaml::WriteAs::string));
    }
    const Value annotation = metadata["annotations"][velero::kExcludeLabel];
    if (is_text(annotation) && means_yes(annotation.text()) && !label) {
      report_
          .at(annotation.span(), fmt::format("{} of {}{} is an annotation, and Velero asks for a label of that name",
                                             velero::kExcludeLabel, what, resource_.title()))
          .label("an annotation leaves nothing out")
          .about(cluster_, resource_, annotation)
          .help(fmt::format("write {}: \"true\" under labels", velero::kExcludeLabel));
    }
  }

 private:
  const model::Cluster& cluster_;
  const kube::Resource& resource_;
  Report& report_;
};

void check(const Model& model, Report& report) {
  for (const auto& [cluster, plan] : model.clusters) {
    for (const kube::Resource& resource : cluster.resources()) {
      const LabelCheck labels(cluster, resource, report);
      labels.metadata(resource.metadata, "");
      const auto pod = kube::pod_template(resource);
      if (pod && !(pod->metadata == resource.metadata)) labels.metadata(pod->metadata, "the pods of ");
      for (const Value claim : resource["spec"]["volumeClaimTemplates"].items()) {
        labels.metadata(claim["metadata"], "the claims of ");
      }
    }
  }
}

}  // namespace

VLINT_RULE(velero_exclude_label_value) = checked({
    .summary = "an object is to be left out of backups, by a label whose value Velero does not take",
    .explanation = R"md(
## What it finds
`velero.io/exclude-from-backup` with a value such as `"True"`, `"yes"` or `"1"`, and the same key as an annotation.

## Why it matters
Velero compares the label with the text `true` and nothing else. The object is in every backup, with what it holds; a
Namespace with all its objects.

## How to fix it
Write the label as `velero.io/exclude-from-backup: "true"`, in quotes, since labels are texts.
`vlint --fix --unsafe-fixes` corrects the value. What was backed up so far is left out from then on.

## When to ignore it
Never: the label does nothing as it is. To say that an object belongs into backups write `"false"`, or no label.
)md",
    .severity = Severity::warning,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero pkg/backup/item_backupper.go itemInclusionChecks, pkg/backup/item_collector.go; velero issues "
               "2015, 5349",
    .check = check,
});

}  // namespace vlint::rules
