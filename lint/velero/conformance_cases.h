// What the suites of the conformance run share: how a case is judged, and small worlds made of a case's objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/model/cluster.h"
#include "lint/velero/facts.h"
#include "lint/velero/plan.h"
#include "lint/velero/resource_filter.h"
#include "lint/velero/world.h"
#include "lint/yaml/value.h"

namespace vlint::velero {

struct CaseResult {
  bool skipped = false;
  std::string failure;  // empty: passed
};
inline CaseResult passed() { return {}; }
inline CaseResult skip() { return {true, {}}; }
CaseResult expect(bool found, bool expected, std::string_view what);
CaseResult expect(std::string_view found, std::string_view expected, std::string_view what);
// Without regard to order.
CaseResult expect_names(std::vector<std::string> found, std::vector<std::string> expected, std::string_view what);

std::vector<std::string> strings(yaml::Value list);
bool is_true(yaml::Value value);
// The text of a value as it stands in the data file; "null" for a missing one.
std::string written(yaml::Value value);

// One document: the value's own text behind a `---` line.
std::string document(yaml::Value object);
// All items of all lists of `cluster` ([{resource, items}]), or of a plain list of objects.
std::string documents(yaml::Value cluster);
// A Backup with the volume policy `policy` (may be missing), and its ConfigMap.
std::string backup_with_policy(yaml::Value backup, yaml::Value policy);

struct Suite {
  std::string_view name;
  CaseResult (*run)(yaml::Value input, yaml::Value expected);
};
std::vector<Suite> filter_suites();
std::vector<Suite> policy_suites();
std::vector<Suite> backup_suites();
std::vector<Suite> snapshot_suites();
std::vector<Suite> schedule_suites();
std::vector<Suite> engine_suites();

// Plans a cluster that does not tell the version of its server, and again under each of the releases that it is
// compared with. What is wrong with the releases at which its verdicts are said to differ; empty when nothing is.
std::string check_comparison(const model::Cluster& cluster, const PlanOptions& options);

// A plan without verdicts, and the facts behind it.
struct Prepared {
  explicit Prepared(const std::string& manifests, const PlanOptions& options = {});
  World world;
  Plan plan;
  Facts facts;
  std::vector<LabelledNamespace> labelled;
};

}  // namespace vlint::velero
