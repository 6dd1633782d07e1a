#include "rules/common/hook_annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "lint/base/text.h"

namespace vlint::rules {
namespace {

AnnotatedHook read_hook(yaml::Value annotations, std::string_view prefix) {
  const auto find = [&](std::string_view name) { return annotations.find(fmt::format("{}{}", prefix, name)); };
  return {prefix, find("command"), find("container"), find("on-error"), find("timeout")};
}

bool has_command(const AnnotatedHook& hook) { return hook.command && hook.command.value.is_set(); }

// A string at `at`, which it moves behind the closing quote.
std::optional<std::string> parse_json_string(std::string_view text, std::size_t& at) {
  std::string word;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (static_cast<unsigned char>(text[at]) < ' ') return std::nullopt;
    if (text[at] != '\\') {
      word += text[at];
      continue;
    }
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (++at == text.size()) return std::nullopt;
    if (text[at] == 'u') {
      constexpr std::size_t kDigits = 4;
      const std::string_view digits = text.substr(at + 1, kDigits);
      if (digits.size() < kDigits || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) {
        return std::nullopt;
      }
      word += fmt::format("\\u{}", digits);  // which character it is does not matter here
      at += kDigits;
      continue;
    }
    const std::size_t escape = kEscapes.find(text[at]);
    if (escape == std::string_view::npos) return std::nullopt;
    word += kMeanings[escape];
  }
  if (at == text.size()) return std::nullopt;
  ++at;
  return word;
}

void skip_blanks(std::string_view text, std::size_t& at) {
  while (at < text.size() && std::string_view(" \t\r\n").find(text[at]) != std::string_view::npos) ++at;
}

}  // namespace

bool is_hook_key(std::string_view annotation) {
  const auto begins = [&](std::string_view prefix) { return annotation.substr(0, prefix.size()) == prefix; };
  return std::any_of(std::begin(kBackupHookPrefixes), std::end(kBackupHookPrefixes), begins) ||
         std::any_of(std::begin(kRestoreHookPrefixes), std::end(kRestoreHookPrefixes), begins);
}

std::vector<AnnotatedHook> backup_hooks_of(yaml::Value annotations) {
  std::vector<AnnotatedHook> hooks;
  AnnotatedHook pre = read_hook(annotations, kBackupHookPrefixes[0]);
  if (!has_command(pre)) pre = read_hook(annotations, kBackupHookPrefixes[2]);
  if (has_command(pre)) hooks.push_back(pre);
  const AnnotatedHook post = read_hook(annotations, kBackupHookPrefixes[1]);
  if (has_command(post)) hooks.push_back(post);
  return hooks;
}

void for_each_backup_hook(const Model& model, const HookVisitor& visit) {
  for (const ClusterModel& cluster : model.clusters) {
    for (const velero::Workload& workload : cluster.plan.workloads) {
      const yaml::Value annotations = workload.pod.metadata["annotations"];
      if (workload.resource->encrypted || workload.pod.spec["containers"].size() == 0 || !annotations) continue;
      for (const AnnotatedHook& hook : backup_hooks_of(annotations)) visit(cluster, workload, hook);
    }
  }
}

Draft report_hook_value(const ClusterModel& model, const velero::Workload& workload, const AnnotatedHook& hook,
                        std::string_view name, yaml::Value value, std::string_view why, std::string label,
                        Report& report) {
  const kube::Resource& resource = *workload.resource;
  Draft draft = report.at(value.span(), fmt::format("{} of {} is {}, which {}", hook.key(name), resource.title(),
                                                    quoted(value.text()), why));
  draft.label(std::move(label)).about(model.cluster, resource, value);
  return draft;
}

std::optional<std::vector<std::string_view>> hook_containers(const velero::Workload& workload) {
  std::vector<std::string_view> names;
  const yaml::Value containers = workload.pod.spec["containers"];
  if (!containers.is_sequence() || containers.size() == 0) return std::nullopt;
  for (const yaml::Value container : containers.items()) {
    const yaml::Value name = container["name"];
    if (!name.is_scalar() || name.is_templated()) return std::nullopt;
    names.push_back(name.text());
  }
  return names;
}

std::optional<std::vector<std::string>> parse_json_words(std::string_view text) {
  std::vector<std::string> words;
  std::size_t at = 0;
  skip_blanks(text, at);
  if (at == text.size() || text[at] != '[') return std::nullopt;
  ++at;
  skip_blanks(text, at);
  bool is_open = true;
  if (at < text.size() && text[at] == ']') is_open = false;
  while (is_open) {
    if (at >= text.size() || text[at] != '"') return std::nullopt;
    std::optional<std::string> word = parse_json_string(text, at);
    if (!word) return std::nullopt;
    words.push_back(*std::move(word));
    skip_blanks(text, at);
    if (at == text.size()) return std::nullopt;
    if (text[at] == ']') break;
    if (text[at] != ',') return std::nullopt;
    ++at;
    skip_blanks(text, at);
  }
  ++at;  // the bracket
  skip_blanks(text, at);
  return at == text.size() ? std::optional(std::move(words)) : std::nullopt;
}

std::string to_json_words(std::span<const std::string> words) {
  std::string json = "[";
  for (const std::string& word : words) {
    if (json.size() > 1) json += ", ";
    json += '"';
    for (const char c : word) {
      if (c == '"' || c == '\\') json += '\\';
      if (c == '\n') {
        json += "\\n";
      } else if (c == '\t') {
        json += "\\t";
      } else {
        json += c;
      }
    }
    json += '"';
  }
  return json + "]";
}

bool is_shell(std::string_view program) {
  constexpr std::string_view kShells[] = {"ash", "bash",       "busybox",        "cmd",  "cmd.exe", "dash",
                                          "ksh", "powershell", "powershell.exe", "pwsh", "sh",      "zsh"};
  const std::size_t slash = program.find_last_of("/\\");
  const std::string_view name = slash == std::string_view::npos ? program : program.substr(slash + 1);
  return std::find(std::begin(kShells), std::end(kShells), name) != std::end(kShells);
}

}  // namespace vlint::rules
