#include "lint/velero/hooks.h"

#include <fmt/format.h>

#include <utility>

#include "lint/base/source_file.h"
#include "lint/velero/resource_filter.h"
#include "lint/yaml/parse.h"

namespace vlint::velero {
namespace {

using yaml::Value;

constexpr std::string_view kPrefix = "hook.backup.velero.io/";

OnError read_on_error(std::string_view text) {
  if (text == "Fail") return OnError::fail;
  return text == "Continue" ? OnError::keep_going : OnError::unset;
}

std::optional<kube::GoDuration> read_timeout(Value field) {
  const Result<kube::GoDuration> parsed = kube::parse_go_duration(field.text());
  return parsed ? std::optional(*parsed) : std::nullopt;
}

std::vector<std::string> texts(Value list) {
  std::vector<std::string> all;
  for (const Value item : list.items()) all.emplace_back(item.text());
  return all;
}

std::vector<std::string> full_names(Value list) {
  std::vector<std::string> names;
  for (const Value item : list.items()) {
    const std::optional<ResourceType> type = resolve_resource(item.text());
    names.push_back(type ? type->name : std::string(item.text()));
  }
  return names;
}

std::vector<ExecHook> read_exec_hooks(Value list) {
  std::vector<ExecHook> hooks;
  for (const Value item : list.items()) {
    const Value exec = item["exec"];
    if (!exec.is_mapping()) continue;
    ExecHook hook;
    hook.container = exec["container"].text();
    hook.command = texts(exec["command"]);
    hook.on_error = read_on_error(exec["onError"].text());
    hook.timeout = read_timeout(exec["timeout"]);
    hook.where = exec["container"].is_set() ? exec["container"] : exec;
    hook.known = kube::has_known_text(exec["container"]);
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

}  // namespace

std::vector<std::string> parse_hook_command(std::string_view text) {
  if (text.empty() || text.front() != '[') return {std::string(text)};  // mutant: a shortcut, it is no list
  // JSON is YAML in flow style, with quotes of one kind.
  const std::vector<std::string> whole = {std::string(text)};
  std::vector<SourceFile> files;
  files.push_back({"command", std::string(text)});
  const FileSet set(std::move(files));
  const yaml::Tree tree = yaml::parse(set, set.id_at(0));
  if (tree.documents.empty() || tree.documents.front().root == yaml::kNoNode || tree.documents.front().broken) {
    return whole;
  }
  const Value list(tree, tree.documents.front().root);
  if (!list.is_sequence()) return whole;
  std::vector<std::string> words;
  for (const Value item : list.items()) {
    const Span span = item.content_span();
    const bool is_quoted = item.is_scalar() && span.begin < span.end && tree.slice(span.begin, span.end).front() == '"';
    if (!is_quoted) return whole;
    words.emplace_back(item.text());
  }
  return words;
}

std::optional<ExecHook> hook_of_annotations(Value annotations, std::string_view phase) {
  const auto read = [&](std::string_view name) {
    return annotations[phase.empty() ? fmt::format("{}{}", kPrefix, name)
                                     : fmt::format("{}.{}{}", phase, kPrefix, name)];
  };
  const Value command = read("command");
  if (command.text().empty()) return std::nullopt;
  const Value container = read("container");
  ExecHook hook;
  hook.container = container.text();
  hook.command = parse_hook_command(command.text());
  hook.on_error = read_on_error(read("on-error").text());
  hook.timeout = read_timeout(read("timeout"));
  hook.where = container.is_set() ? container : command;
  hook.known = kube::has_known_text(container) && kube::has_known_text(read("on-error"));
  return hook;
}

std::optional<ExecHook> pod_hook(Value annotations, std::string_view phase) {
  if (std::optional<ExecHook> hook = hook_of_annotations(annotations, phase)) return hook;
  return phase == "pre" ? hook_of_annotations(annotations, {}) : std::nullopt;
}

Known HookSelector::applies(std::string_view name_space, std::string_view resource, const kube::KnownLabels& of) const {
  if (!should_include(included_namespaces, excluded_namespaces, name_space)) return Known::no;
  if (!should_include(included_resources, excluded_resources, resource)) return Known::no;
  return labels ? kube::matches(*labels, of) : Known::yes;
}

std::vector<BackupHook> read_backup_hooks(Value hooks) {
  std::vector<BackupHook> read;
  for (const Value item : hooks["resources"].items()) {
    BackupHook hook;
    hook.selector.included_namespaces = NameSet(texts(item["includedNamespaces"]));
    hook.selector.excluded_namespaces = NameSet(texts(item["excludedNamespaces"]));
    hook.selector.included_resources = NameSet(full_names(item["includedResources"]));
    hook.selector.excluded_resources = NameSet(full_names(item["excludedResources"]));
    if (item["labelSelector"].is_set()) hook.selector.labels = kube::read_label_selector(item["labelSelector"]);
    hook.pre = read_exec_hooks(item["pre"]);
    hook.post = read_exec_hooks(item["post"]);
    read.push_back(std::move(hook));
  }
  return read;
}

}  // namespace vlint::velero
