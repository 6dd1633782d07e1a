// Hooks: commands that Velero runs in containers before and after it backs a pod up. Reads them from a pod's
// annotations and from a Backup, and tells to which pods those of a Backup apply.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/kube/go_duration.h"
#include "lint/kube/selector_value.h"
#include "lint/velero/include_exclude.h"
#include "lint/yaml/value.h"

namespace vlint::velero {

enum class OnError : std::uint8_t { unset, keep_going, fail };

struct ExecHook {
  std::string_view container;  // empty: the first container of the pod
  std::vector<std::string> command;
  OnError on_error = OnError::unset;             // unset behaves as keep_going
  std::optional<kube::GoDuration> timeout = {};  // nothing: the default of 30 seconds
  yaml::Value where;                             // the command
  bool known = true;                             // none of it is templated
};

// velero internal/hook/item_hook_handler.go: getPodExecHookFromAnnotations. `phase` is "pre", "post" or empty for the
// keys without a phase. Nothing without a command.
std::optional<ExecHook> hook_of_annotations(yaml::Value annotations, std::string_view phase);

// ... GetHookFromAnnotations of a phase: keys without a phase count as those of "pre" where there are none of "pre".
std::optional<ExecHook> pod_hook(yaml::Value annotations, std::string_view phase);

// ... parseStringToCommand: a JSON list of strings, or else one word; there is no shell.
std::vector<std::string> parse_hook_command(std::string_view text);

// ... ResourceHookSelector.applicableTo.
struct HookSelector {
  NameSet included_namespaces;
  NameSet excluded_namespaces;
  NameSet included_resources;
  NameSet excluded_resources;
  std::optional<kube::SelectorValue> labels;

  Known applies(std::string_view name_space, std::string_view resource, const kube::KnownLabels& of) const;
};

// hooks.resources[] of a Backup.
struct BackupHook {
  HookSelector selector;
  std::vector<ExecHook> pre;
  std::vector<ExecHook> post;
};
std::vector<BackupHook> read_backup_hooks(yaml::Value hooks);

}  // namespace vlint::velero
