// What a rule calls to report. It fills in the rule, its severity and the fingerprint; a rule says only what is wrong.
//
//   report.at(volume.span(), "Schedule {} copies ...", ...)
//       .label("this emptyDir").about(cluster, resource, volume)
//       .related(flag, "turns file system backup on")
//       .help("name the volume in ...")
//       .fix("exclude it", Safety::safe, resource, edits);
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "lint/base/result.h"
#include "lint/base/source_file.h"
#include "lint/engine/finding.h"
#include "lint/engine/rule.h"
#include "lint/gitops/units.h"
#include "lint/kube/resource.h"
#include "lint/model/cluster.h"

namespace vlint {

class Draft {
 public:
  Draft(Finding& finding, const gitops::Units* units) : finding_(finding), units_(units) {}

  // Another severity than the rule's, for what is worse or milder than its usual case.
  Draft& severity(Severity severity);
  // A few words on what stands at the place of the finding.
  Draft& label(std::string text);
  // The object the finding is about, and its field. Where patches and transformers made the field what it is, the chain
  // says so.
  Draft& about(const model::Cluster& cluster, const kube::Resource& resource, yaml::Value field = {});
  // The unit the finding is about, as one object: what comes out of it may change with a fix.
  Draft& about(const gitops::Unit& unit);
  Draft& related(Span where, std::string text);  // nothing is added for an invalid place
  Draft& chain(Span where, std::string text);
  Draft& help(std::string text);
  // Offers a fix of the resource's own text. Where a tool wrote that text, or no clean edit is possible, the help says
  // so instead.
  Draft& fix(std::string title, Safety safety, const kube::Resource& resource, Result<std::vector<TextEdit>> edits);
  // The same in a file of one overlay, for where the text of the object is shared with builds that are right as they
  // are.
  Draft& fix_in_overlay(std::string title, Safety safety, const kube::Resource& resource,
                        Result<std::vector<TextEdit>> edits);
  // A fix by other objects than the finding is about: it changes these, and adds those.
  Draft& fix_elsewhere(std::string title, Safety safety, const std::vector<const kube::Resource*>& changed,
                       std::vector<Subject> added, Result<std::vector<TextEdit>> edits);
  // A fix that touches no resource: a comment, a file that is no manifest.
  Draft& fix(std::string title, Safety safety, std::vector<TextEdit> edits);

 private:
  Finding& finding_;
  const gitops::Units* units_;
};

class Report {
 public:
  // `units` may be null where no resources are reported about.
  explicit Report(const RuleEntry& rule, const gitops::Units* units = nullptr) : rule_(rule), units_(units) {}

  Draft at(Span where, std::string message);

  std::vector<Finding> take() &&;

 private:
  const RuleEntry& rule_;
  const gitops::Units* units_;
  std::deque<Finding> findings_;  // drafts refer into it
};

// What a finding is about, without its place: rule, object and, with `with_field`, the field or message.
std::string identity(const FileSet& files, const Finding& finding, bool with_field);

// Gives every finding its fingerprint, from its identity and (for those that share it) an ordinal. `findings` are
// sorted. Never made of lines, so it survives edits elsewhere in the file.
void fingerprint(const FileSet& files, std::vector<Finding>& findings);

}  // namespace vlint
