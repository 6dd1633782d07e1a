#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

// The mapping becomes the only item of a list: in brackets, or a dash before its first key and its other lines further
// in.
std::vector<TextEdit> as_list(const FileSet& files, yaml::Value selector) {
  const Span span = selector.span();
  const std::string_view text = files.text(span);
  std::vector<TextEdit> edits;
  const auto insert = [&](std::size_t at, std::string_view what) {
    const auto offset = static_cast<std::uint32_t>(span.begin + at);
    edits.push_back({{span.file, offset, offset}, std::string(what)});
  };
  if (text.starts_with('{')) {
    insert(0, "[");
    insert(text.size(), "]");
    return edits;
  }
  insert(0, "- ");
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    const bool has_line = at + 1 < text.size() && text[at + 1] != '\n' && text[at + 1] != '\r';
    if (has_line) insert(at + 1, "  ");
  }
  return edits;
}

yaml::Edits repair(const FileSet& files, yaml::Entry selector) {
  const bool is_written =
      selector.value.span().valid() && !selector.value.is_alias() && selector.value.link() == nullptr;
  if (!is_written || !selector.value.is_mapping() || selector.value.size() == 0) {
    return Error{"it is not written here as a mapping"};
  }
  yaml::Edits edits = yaml::rename_key(selector.key, "namespaceSelectors");
  if (!edits.ok()) return edits;
  std::vector<TextEdit> all = std::move(*edits);
  for (TextEdit& edit : as_list(files, selector.value)) all.push_back(std::move(edit));
  return all;
}

// It makes a Secret with the password of a repository.
bool is_of_backups(yaml::Value spec) {
  const auto names_repository = [](std::string_view key) {
    return key.starts_with("RESTIC_") || key.starts_with("KOPIA_");
  };
  for (const yaml::Value item : spec["data"].items()) {
    if (names_repository(item["secretKey"].text())) return true;
  }
  const std::vector<yaml::Entry> made = spec["target"]["template"]["data"].entries();
  return std::any_of(made.begin(), made.end(),
                     [&](const yaml::Entry& entry) { return names_repository(entry.key.text()); });
}

void check(const Model& model, Report& report) {
  for (const ClusterModel& member : model.clusters) {
    for (const kube::Resource* one : member.cluster.of_kind("external-secrets.io", "ClusterExternalSecret")) {
      const yaml::Value spec = (*one)["spec"];
      const yaml::Entry selector = spec.find("namespaceSelector");
      const yaml::Entry names = spec.find("namespaces");
      const yaml::Entry& old = selector ? selector : names;
      if (!old || !old.value.is_set() || !is_of_backups(spec["externalSecretSpec"])) continue;
      Draft draft = report.at(old.key.span(), fmt::format("{} selects namespaces by {}, which is deprecated: it still "
                                                          "works, and namespaceSelectors takes its place",
                                                          one->title(), old.key.text()));
      draft.label("deprecated").about(member.cluster, *one, old.value);
      if (!selector || spec["namespaceSelectors"]) {
        draft.help(
            "write it as an item of `namespaceSelectors`; the label `kubernetes.io/metadata.name` selects by name");
      } else {
        draft.fix("write it as namespaceSelectors", Safety::safe, *one, repair(model.sources.files, selector));
      }
    }
  }
}

}  // namespace

VLINT_RULE(volsync_deprecated_selector) = checked({
    .summary = "a ClusterExternalSecret selects namespaces by a deprecated field",
    .explanation = R"md(
## What it finds
A ClusterExternalSecret with `namespaceSelector` or `namespaces` that copies the credentials of a backup repository
(`RESTIC_…`, `KOPIA_…`) into namespaces.

## Why it matters
Both still work, together with `namespaceSelectors`, and are to be removed from the API. Then no namespace is selected,
the Secrets are deleted, and the backups fail.

## How to fix it
`namespaceSelectors` is a list of selectors, of which any may take the namespace. `vlint --fix` writes it.

## When to ignore it
With External Secrets before 0.9, which knows the old field only.
)md",
    .severity = Severity::note,
    .precision = Precision::high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "external-secrets apis/externalsecrets/v1/clusterexternalsecret_types.go",
    .check = check,
});

}  // namespace vlint::rules
