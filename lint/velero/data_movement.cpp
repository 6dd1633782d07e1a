#include "lint/velero/data_movement.h"

#include <fmt/format.h>

#include <utility>

#include "lint/base/text.h"

namespace vlint::velero {
namespace {

constexpr std::string_view kBuiltIn = "velero";

EvidenceList setting_evidence(const Setting& setting) {
  return {{setting.from == SettingFrom::server ? "the server runs with --default-snapshot-move-data"
                                               : "snapshotMoveData is true",
           setting.where}};
}

// Nobody takes the DataUpload, and it is cancelled after the timeout of asynchronous operations.
DataMovement without_node_agent(EvidenceList evidence, const Install& install) {
  return {Method::csi_data_movement, Outcome::fails, Reason::no_node_agent,
          concat(evidence, EvidenceList(install.node_agent_evidence)), false};
}

}  // namespace

DataMovement decide_data_movement(const Schedule& schedule, const Install& install) {
  const Setting& setting = schedule.snapshot_move_data;
  if (setting.value == Known::no) return {};
  if (setting.value == Known::unknown) {
    return {
        Method::csi_snapshot,
        Outcome::is_protected,
        Reason::csi_snapshot,
        {{"whether snapshotMoveData is on is not known: the snapshot is taken for staying where it is", setting.where}},
        true};
  }
  EvidenceList evidence = setting_evidence(setting);
  const yaml::Value mover = schedule.backup.datamover;
  if (mover.is_set() && !mover.text().empty() && mover.text() != kBuiltIn) {
    const EvidenceList other = {
        {fmt::format("the data mover is {}, not Velero's", quoted(mover.text())), mover.span()}};
    return {Method::csi_data_movement, Outcome::unknown, Reason::data_mover_unknown, concat(evidence, other), false};
  }
  const bool no_agent = install.node_agent == Known::no || (install.agent_nodes && install.agent_nodes->empty());
  if (no_agent) return without_node_agent(std::move(evidence), install);
  if (schedule.can_open_repository == Known::no) {
    return {Method::csi_data_movement, Outcome::fails, Reason::no_repository,
            concat(evidence, schedule.repository_evidence), false};
  }
  return {Method::csi_data_movement, Outcome::is_protected, Reason::csi_data_movement, std::move(evidence), false};
}

}  // namespace vlint::velero
