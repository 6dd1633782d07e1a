#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/jmespath/encoding.h"
#include "lint/yaml/edit.h"
#include "rules/common/replications.h"
#include "rules/common/secret_uses.h"

namespace vlint::rules {
namespace {

std::vector<yaml::Entry> faulty_entries(const kube::Resource& secret, const model::SecretKeys& keys) {
  std::vector<yaml::Entry> faulty;
  for (const yaml::Entry& entry : secret["data"].entries()) {
    const auto read = keys.entries.find(entry.key.text());
    // What another tool fills in: `<path:...>`, `${KEY}`.
    const bool is_text = entry.value.is_scalar() && entry.value.text().find_first_of("<{$") == std::string_view::npos;
    if (read != keys.entries.end() && !read->second.is_base64 && is_text) faulty.push_back(entry);
  }
  return faulty;
}

// All of the map is plain text: it has the wrong name. Else the texts are encoded where they stand.
yaml::Edits repair(const kube::Resource& secret, const std::vector<yaml::Entry>& faulty) {
  const yaml::Entry data = written_entry(secret, secret.root, "data");
  if (faulty.size() == secret["data"].size() && !secret["stringData"]) return yaml::rename_key(data.key, "stringData");
  std::vector<TextEdit> edits;
  for (const yaml::Entry& entry : faulty) {
    yaml::Edits edit = yaml::set_scalar(entry.value, jmespath::base64_encode(entry.value.text()));
    if (!edit.ok()) return edit;
    edits.insert(edits.end(), edit->begin(), edit->end());
  }
  return edits;
}

void check(const Model& model, Report& report) {
  std::set<const kube::Resource*> told;
  for_each_secret(model, [&](const SecretOfReplication& one) {
    for (const model::SecretSupplier& supplier : one.answer.suppliers) {
      const kube::Resource& secret = *supplier.resource;
      if (!secret.is("", "Secret") || secret.encrypted || secret.generation != kube::kNotGenerated) continue;
      const std::vector<yaml::Entry> faulty = faulty_entries(secret, *supplier.keys);
      if (faulty.empty() || !told.insert(&secret).second) continue;
      Draft draft = report.at(faulty.front().key.span(),
                              fmt::format("{} has text under data.{} that is no base64: the API server refuses the "
                                          "Secret, and {} gets none",
                                          secret.title(), faulty.front().key.text(), one.replication.title()));
      draft.label("no base64").about(one.member.cluster, secret, faulty.front().value);
      for (std::size_t i = 1; i < faulty.size(); ++i) draft.related(faulty[i].key.span(), "neither is this");
      const bool all = faulty.size() == secret["data"].size() && !secret["stringData"];
      draft.related(one.use.name.where(), "reads it")
          .fix(all ? "rename data to stringData" : "encode the text as base64", Safety::safe, secret,
               repair(secret, faulty));
    }
  });
}

}  // namespace

VLINT_RULE(volsync_secret_not_base64) = checked({
    .summary = "a backup's Secret has plain text under data, which has to be base64",
    .explanation = R"md(
## What it finds
A Secret that a ReplicationSource or ReplicationDestination reads, with a value under `data` that is no base64.
Encrypted values, `${VARIABLES}` and placeholders are left alone.

## Why it matters
The API server refuses the Secret: "illegal base64 data". There is no backup.

## How to fix it
Plain text belongs under `stringData`. `vlint --fix` renames the map if all of it is plain text, else encodes the text.

## When to ignore it
Never. That the Secret stands in the repository readable at all is `volsync/plaintext-secret`.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::safe,
    .since = "0.1.0",
    .sources = "kubernetes staging/src/k8s.io/api/core/v1/types.go Secret",
    .check = check,
});

}  // namespace vlint::rules
