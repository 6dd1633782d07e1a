// Hooks in the annotations of pods: which keys there are, which of them Velero reads, and the syntax of commands.
//
// What a hook does to a backup is decided in lint/velero/pod_hooks.h.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/engine/model.h"
#include "lint/engine/report.h"

namespace vlint::rules {

inline constexpr std::string_view kBackupHookPrefixes[] = {
    "pre.hook.backup.velero.io/", "post.hook.backup.velero.io/",
    "hook.backup.velero.io/",  // read as "pre." where there is no such command
};
inline constexpr std::string_view kRestoreHookPrefixes[] = {
    "init.hook.restore.velero.io/",
    "post.hook.restore.velero.io/",
};
// Of backups or restores.
bool is_hook_key(std::string_view annotation);

// A hook that Velero runs when it backs the pod up. Entries that are not written are missing.
struct AnnotatedHook {
  std::string_view prefix;
  yaml::Entry command;
  yaml::Entry container;
  yaml::Entry on_error;
  yaml::Entry timeout;

  bool is_post() const { return prefix == kBackupHookPrefixes[1]; }
  std::string key(std::string_view name) const { return std::string(prefix) + std::string(name); }
};
// velero internal/hook/item_hook_handler.go: GetHookFromAnnotations. The one before the backup, then the one after it.
std::vector<AnnotatedHook> backup_hooks_of(yaml::Value annotations);

// All workloads with such hooks; patches, which have no containers of their own, are left out.
using HookVisitor = std::function<void(const ClusterModel&, const velero::Workload&, const AnnotatedHook&)>;
void for_each_backup_hook(const Model& model, const HookVisitor& visit);

// Begins a finding at the value of one of the hook's annotations, which `why` continues: "{key} of {workload} is
// {value}, which ...".
Draft report_hook_value(const ClusterModel& model, const velero::Workload& workload, const AnnotatedHook& hook,
                        std::string_view name, yaml::Value value, std::string_view why, std::string label,
                        Report& report);

// Names of the containers in which hooks can run: not init containers, native sidecars included. Nothing when some are
// not known.
std::optional<std::vector<std::string_view>> hook_containers(const velero::Workload& workload);

// The strings of a list in the syntax of JSON; nothing when the text is anything else.
std::optional<std::vector<std::string>> parse_json_words(std::string_view text);
std::string to_json_words(std::span<const std::string> words);

// "sh", "/bin/bash", ...: a program that reads a command line from its arguments.
bool is_shell(std::string_view program);

}  // namespace vlint::rules
