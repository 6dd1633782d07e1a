#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

// The list that single quotes, or a comma too many at its end, keep from being JSON.
std::optional<std::vector<std::string>> mended(std::string_view text) {
  std::string json(trim(text));
  if (json.find('"') == std::string::npos) std::replace(json.begin(), json.end(), '\'', '"');
  if (json.size() > 2 && json.back() == ']') {
    const std::size_t last = json.find_last_not_of(" \t\r\n", json.size() - 2);
    if (last != std::string::npos && json[last] == ',') json.erase(last, 1);
  }
  auto words = parse_json_words(json);
  return words && !words->empty() ? words : std::nullopt;
}

void check_hook(const ClusterModel& model, const Workload& workload, const AnnotatedHook& hook, Report& report) {
  const yaml::Value command = hook.command.value;
  const kube::Resource& resource = *workload.resource;
  if (command.is_sequence()) {
    report
        .at(command.span(),
            fmt::format("{} of {} is a YAML list, but annotations are strings, so the API server refuses "
                        "the object",
                        hook.key("command"), resource.title()))
        .label("must be a string")
        .about(model.cluster, resource, command)
        .help("put the list in single quotes: '[\"/bin/sh\", \"-c\", \"...\"]'");
    return;
  }
  if (!command.is_scalar() || command.is_templated()) return;
  const std::string_view text = command.text();
  if (text.empty() || text.front() != '[' || parse_json_words(text)) return;
  Draft draft = report.at(command.span(),
                          fmt::format("{} of {} begins like a list and is no JSON list of strings, so Velero runs the "
                                      "whole text as the name of one program, and the hook always fails",
                                      hook.key("command"), resource.title()));
  draft.label("no JSON").about(model.cluster, resource, command);
  if (const auto words = mended(text)) {
    draft.fix("write it in the syntax of JSON", Safety::unsafe, resource,
              yaml::set_scalar(command, to_json_words(*words), yaml::WriteAs::string));
    return;
  }
  draft.help(
      "JSON wants each word in double quotes, commas between them and none at the end, and \\\" for a double "
      "quote inside of a word");
}

void check(const Model& model, Report& report) {
  for_each_backup_hook(model, [&](const ClusterModel& cluster, const Workload& workload, const AnnotatedHook& hook) {
    check_hook(cluster, workload, hook, report);
  });
}

}  // namespace

VLINT_RULE(velero_hook_command_bad_json) = checked({
    .summary = "the command of a backup hook is no valid JSON list",
    .explanation = R"md(
## What it finds
Hook commands in the annotations of pods that begin with `[` and are not a list of strings in the syntax of JSON: single
quotes, words without quotes, a comma at the end. Also a command that is a list of YAML instead of a string.

## Why it matters
What Velero can't read as JSON it takes for the name of one program, brackets and all, and says nothing. The container
answers "executable file not found", the command never runs, and every backup ends PartiallyFailed. A list of YAML is
refused by the API server, with the whole object.

## How to fix it
Put words in double quotes and the whole in single quotes, so that YAML leaves it alone:

```yaml
pre.hook.backup.velero.io/command: '["/sbin/fsfreeze", "--freeze", "/data"]'
```

`vlint --fix --unsafe-fixes` replaces single quotes and takes away a comma at the end (unsafe, since nobody saw the
command run).

## When to ignore it
Never.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero internal/hook/item_hook_handler.go (parseStringToCommand)",
    .check = check,
});

}  // namespace vlint::rules
