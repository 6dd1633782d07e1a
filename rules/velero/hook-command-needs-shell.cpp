#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"
#include "lint/engine/model.h"
#include "lint/engine/report.h"
#include "lint/yaml/edit.h"
#include "rules/common/hook_annotations.h"

namespace vlint::rules {
namespace {

using velero::Workload;

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kShellSigns = "|&;<>$`*?(){}\\\"'~#\n";

bool has_any(std::string_view text, std::string_view signs) {
  return text.find_first_of(signs) != std::string_view::npos;
}

// One word is the path of a program.
bool is_command_line(std::string_view text) { return has_any(trim(text), kBlanks) || has_any(text, "|&;<>$`"); }

// What Velero runs when the text is split at its blanks, or handed to a shell where one is needed.
std::vector<std::string> as_words(std::string_view line) {
  if (has_any(line, kShellSigns)) return {"/bin/sh", "-c", std::string(line)};
  std::vector<std::string> words;
  for (const std::string_view word : split(line, ' ')) {
    if (!trim(word).empty()) words.emplace_back(trim(word));
  }
  return words;
}

// What only a shell understands, in a list of words without a shell; empty when there is nothing.
std::string_view shell_sign_in(const std::vector<std::string>& words) {
  constexpr std::string_view kOperators[] = {"&&", "||", "|", ";", ">", ">>", "<", "2>&1", "&"};
  for (const std::string& word : words) {
    if (is_shell(word)) return {};
  }
  for (const std::string& word : words) {
    const auto* found = std::find(std::begin(kOperators), std::end(kOperators), word);
    if (found != std::end(kOperators)) return *found;
  }
  return {};
}

void report_line(const ClusterModel& model, const Workload& workload, const AnnotatedHook& hook, Report& report) {
  const yaml::Value command = hook.command.value;
  const std::vector<std::string> words = as_words(trim(command.text()));
  const kube::Resource& resource = *workload.resource;
  const bool by_shell = words.size() == 3 && words[1] == "-c";
  report
      .at(command.span(),
          fmt::format("{} of {} is a command line, but Velero starts no shell and runs the whole text as "
                      "the name of one program, which does not exist, so the hook always fails",
                      hook.key("command"), resource.title()))
      .label("taken for one program name")
      .about(model.cluster, resource, command)
      .help("write a list of words in the syntax of JSON, in single quotes")
      .fix(by_shell ? "run it by /bin/sh -c" : "write it as a list of words", Safety::unsafe, resource,
           yaml::set_scalar(command, to_json_words(words), yaml::WriteAs::string));
}

void check_hook(const ClusterModel& model, const Workload& workload, const AnnotatedHook& hook, Report& report) {
  const yaml::Value command = hook.command.value;
  if (!command.is_scalar() || command.is_templated()) return;
  const std::string_view text = command.text();
  if (!text.empty() && text.front() != '[') {
    if (is_command_line(text)) report_line(model, workload, hook, report);
    return;
  }
  const std::optional<std::vector<std::string>> words = parse_json_words(text);
  if (!words || words->empty()) return;
  const kube::Resource& resource = *workload.resource;
  const bool is_one_line = words->size() == 1 && has_any(trim(words->front()), kBlanks);
  const std::string_view sign = is_one_line ? std::string_view{} : shell_sign_in(*words);
  if (!is_one_line && sign.empty()) return;
  Draft draft = report.at(
      command.span(),
      is_one_line
          ? fmt::format(
                "{} of {} is a list of one word with blanks, which Velero runs as the name of one program, so the "
                "hook always fails",
                hook.key("command"), resource.title())
          : fmt::format(
                "{} of {} has {} as a word of its own, but Velero starts no shell and hands it to the program as "
                "an argument",
                hook.key("command"), resource.title(), quoted(sign)));
  draft.label(is_one_line ? "one word" : "no shell reads this").about(model.cluster, resource, command);
  if (!is_one_line) {
    draft.help("let a shell run it: '[\"/bin/sh\", \"-c\", \"...\"]'");
    return;
  }
  draft.help("write each word as an item of its own")
      .fix("write it as a list of words", Safety::unsafe, resource,
           yaml::set_scalar(command, to_json_words(as_words(trim(words->front()))), yaml::WriteAs::string));
}

void check(const Model& model, Report& report) {
  for_each_backup_hook(model, [&](const ClusterModel& cluster, const Workload& workload, const AnnotatedHook& hook) {
    check_hook(cluster, workload, hook, report);
  });
}

}  // namespace

VLINT_RULE(velero_hook_command_needs_shell) = checked({
    .summary = "the command of a backup hook needs a shell, and Velero starts none",
    .explanation = R"md(
## What it finds
Hook commands in the annotations of pods that are written as a command line: text with blanks, pipes, `&&`, redirections
or variables that is no list, a list of one word with blanks, or a list without a shell in which `|`, `>` or `&&` is a
word of its own.

## Why it matters
Velero splits nothing and starts no shell. A text that is no JSON list is the name of one program, blanks and all. The
container answers "executable file not found", the dump is not written, and every backup ends PartiallyFailed. In a list,
a `>` is handed to the program like any other argument.

## How to fix it
Write a list of words in the syntax of JSON, and let a shell read what needs one:

```yaml
pre.hook.backup.velero.io/command: '["/bin/sh", "-c", "pg_dump -U app app > /backup/app.sql"]'
```

`vlint --fix --unsafe-fixes` writes it (unsafe, since the image may lack `/bin/sh`).

## When to ignore it
When a program really has such a name.
)md",
    .severity = Severity::error,
    .precision = Precision::very_high,
    .best_fix = BestFix::unsafe,
    .since = "0.1.0",
    .sources = "velero internal/hook/item_hook_handler.go (parseStringToCommand)",
    .check = check,
});

}  // namespace vlint::rules
