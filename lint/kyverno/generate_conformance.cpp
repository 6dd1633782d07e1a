#include "lint/kyverno/generate_conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "lint/jmespath/json.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/simulation.h"
#include "lint/yaml/parse.h"

namespace vlint::kyverno {
namespace {

namespace fs = std::filesystem;
using jmespath::Json;
using kube::Resource;
using yaml::Value;

std::optional<std::string> read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

// The files of one case, parsed.
class Case {
 public:
  explicit Case(const fs::path& folder) : name_(folder.filename().string()), files_(read(folder)) {
    for (std::size_t i = 0; i < files_.size(); ++i) {
      trees_.push_back(std::make_unique<yaml::Tree>(yaml::parse(files_, files_.id_at(i))));
    }
  }

  const std::string& name() const { return name_; }
  const yaml::Tree* tree(std::string_view file) const {
    const std::optional<FileId> id = files_.find(file);
    return id ? trees_[static_cast<std::size_t>(*id)].get() : nullptr;
  }
  std::vector<Resource> resources(std::string_view file) const {
    const yaml::Tree* found = tree(file);
    return found == nullptr ? std::vector<Resource>{} : kube::read_resources(*found);
  }
  Value description() const {
    const yaml::Tree* found = tree("case.yaml");
    if (found == nullptr || found->documents.empty() || found->documents.front().root == yaml::kNoNode) return {};
    return {*found, found->documents.front().root};
  }

 private:
  static FileSet read(const fs::path& folder) {
    std::vector<SourceFile> files;
    std::error_code error;
    for (fs::directory_iterator at(folder, error), end; at != end; at.increment(error)) {
      if (error) break;
      if (!at->is_regular_file()) continue;
      if (auto text = read_text(at->path())) files.push_back({at->path().filename().string(), *std::move(text)});
    }
    return FileSet(std::move(files));
  }

  std::string name_;
  FileSet files_;
  std::vector<std::unique_ptr<yaml::Tree>> trees_;
};

// Whether every field that is wanted and known is there with that value.
bool has_fields(const Json& object, const Json& wanted) {
  if (wanted.is_unknown()) return true;
  if (wanted.is_object()) {
    if (!object.is_object()) return false;
    return std::all_of(wanted.members().begin(), wanted.members().end(), [&](const Json::Member& member) {
      const Json* there = object.find(member.first);
      return (there != nullptr && has_fields(*there, member.second)) ||
             (there == nullptr && member.second.is_unknown());
    });
  }
  if (wanted.is_array()) {
    const Json::Array& items = object.items();
    return object.is_array() && items.size() == wanted.items().size() &&
           std::equal(items.begin(), items.end(), wanted.items().begin(), has_fields);
  }
  return object == wanted;
}

// What is in the cluster afterwards: objects that are older than the policies cause something only if rules say so.
std::set<std::uint32_t> present_objects(const SimulatedCluster& simulated, std::size_t first_new, std::size_t end_new) {
  std::set<std::uint32_t> present;
  const std::vector<Resource>& resources = simulated.cluster.resources();
  for (std::uint32_t i = 0; i < resources.size(); ++i) {
    if (resources[i].generation == kube::kNotGenerated) present.insert(i);
  }
  for (const Generation& generation : simulated.simulation.generations) {
    const std::uint32_t trigger = generation.cause.trigger;
    const bool is_generated = trigger >= end_new;
    const bool is_new = is_generated ? present.count(trigger) != 0 : trigger >= first_new;
    if (is_new || generation.generate_existing == Known::yes) present.insert(generation.resource);
  }
  return present;
}

std::string why_not(const SimulatedCluster& simulated) {
  std::string text;
  for (const Policy& policy : simulated.simulation.policies) {
    for (const Fault& fault : policy.faults) text += fmt::format("; {} refused: {}", policy.name, fault.message);
  }
  for (const Attempt& attempt : simulated.simulation.attempts) {
    if (!attempt.reason.empty()) text += fmt::format("; {}", attempt.reason);
  }
  return text.substr(0, 300);
}

void run_generation(const Case& test, GenerateReport& report) {
  std::vector<Resource> resources = test.resources("setup.yaml");
  const std::size_t first_policy = resources.size();
  for (const std::string_view file : {"policy.yaml", "trigger.yaml"}) {
    const std::vector<Resource> more = test.resources(file);
    resources.insert(resources.end(), more.begin(), more.end());
  }
  const std::size_t end = resources.size();
  // The flow of the command line.
  const SimulationOptions options{test.description()["flow"].text() != "trigger-after-policy"};
  const SimulatedCluster simulated = simulate(model::Cluster("case", std::move(resources), {}), options);
  const std::set<std::uint32_t> present = present_objects(simulated, first_policy, end);
  const auto is_there = [&](const Resource& wanted) {
    const Json fields = live_object(wanted);
    return std::any_of(present.begin(), present.end(), [&](std::uint32_t i) {
      const Resource& object = simulated.cluster.resources()[i];
      return object.is(wanted.group, wanted.kind) && object.name == wanted.name &&
             has_fields(live_object(object), fields);
    });
  };
  std::string faults;
  for (const Resource& wanted : test.resources("expected.yaml")) {
    if (!is_there(wanted)) faults += fmt::format("; no {}", wanted.title());
  }
  for (const Resource& unwanted : test.resources("absent.yaml")) {
    if (is_there(unwanted)) faults += fmt::format("; {} is there", unwanted.title());
  }
  if (faults.empty()) {
    ++report.passed;
  } else {
    report.failures.push_back(fmt::format("{}: {}{}", test.name(), faults.substr(2), why_not(simulated)));
  }
}

void run_validation(const Case& test, GenerateReport& report) {
  for (const Value step : test.description()["validation"].items()) {
    std::vector<Resource> resources = test.resources("setup.yaml");
    const std::vector<Resource> more = test.resources(step["file"].text());
    resources.insert(resources.end(), more.begin(), more.end());
    const std::vector<Policy> policies = read_policies(model::Cluster("case", resources, {}));
    const bool refused = std::any_of(policies.begin(), policies.end(),
                                     [](const Policy& policy) { return policy.refused == Known::yes; });
    const bool wanted = step["expect"].text() == "reject";
    if (refused == wanted) {
      ++report.passed;
      continue;
    }
    std::string line = fmt::format("{}/{}: {} instead of {}", test.name(), step["file"].text(),
                                   refused ? "reject" : "accept", step["expect"].text());
    for (const Policy& policy : policies) {
      for (const Fault& fault : policy.faults) line += "; " + fault.message;
    }
    report.failures.push_back(std::move(line));
  }
}

}  // namespace

Result<GenerateReport> run_generate_conformance(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> folders;
  for (fs::directory_iterator at(folder, error), end; at != end; at.increment(error)) {
    if (error) break;
    if (at->is_directory() && fs::exists(at->path() / "case.yaml")) folders.push_back(at->path());
  }
  if (error || folders.empty()) return Error{fmt::format("no cases can be read in {}", folder)};
  std::sort(folders.begin(), folders.end());
  GenerateReport report;
  for (const fs::path& path : folders) {
    const Case test(path);
    if (test.description()["flow"].text() == "policy-validation") {
      run_validation(test, report);
    } else {
      run_generation(test, report);
    }
  }
  return report;
}

std::string to_text(const GenerateReport& report) {
  std::string text;
  for (const std::string& failure : report.failures) text += failure + "\n";
  return text + fmt::format("{} passed, {} failed\n", report.passed, report.failures.size());
}

}  // namespace vlint::kyverno
