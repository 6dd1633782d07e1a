#include "rules/common/volume_annotations.h"

#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/velero/pods.h"
#include "lint/yaml/edit.h"

namespace vlint::rules {
namespace {

using yaml::NewValue;
using yaml::Value;

bool mentions(Value command, std::string_view path) {
  if (command.is_scalar()) return command.text().find(path) != std::string_view::npos;
  const std::vector<Value> words = command.items();
  return std::any_of(words.begin(), words.end(), [&](Value word) { return mentions(word, path); });
}

std::vector<Value> hook_commands(const velero::Workload& workload, const std::vector<velero::Schedule>& schedules) {
  std::vector<Value> commands;
  const Value annotations = workload.pod.metadata["annotations"];
  for (const std::string_view key : {"pre.hook.backup.velero.io/command", "hook.backup.velero.io/command"}) {
    if (annotations[key]) commands.push_back(annotations[key]);
  }
  for (const velero::Schedule& schedule : schedules) {
    for (const Value hook : schedule.backup.hooks["resources"].items()) {
      for (const Value step : hook["pre"].items()) commands.push_back(step["exec"]["command"]);
    }
  }
  return commands;
}

std::vector<std::string_view> mount_paths(const velero::Workload& workload, std::string_view volume) {
  std::vector<std::string_view> paths;
  for (const Value container : workload.pod.spec["containers"].items()) {
    for (const Value mount : container["volumeMounts"].items()) {
      if (mount["name"].text() == volume && mount["mountPath"].text().size() > 1)
        paths.push_back(mount["mountPath"].text());
    }
  }
  return paths;
}

// Whether only blanks stand before `at` on its line.
bool begins_line(std::string_view text, std::size_t at) {
  while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) --at;
  return at == 0 || text[at - 1] == '\n';
}

}  // namespace

std::vector<ListedName> listed_names(Value annotation) {
  std::vector<ListedName> names;
  const std::string_view text = annotation.text();
  for (const std::string_view part : split(text, ',')) {
    names.push_back({part, static_cast<std::size_t>(part.data() - text.data())});
  }
  return names;
}

Span place_of(Value annotation, const ListedName& name) {
  const Span whole = annotation.span();
  if (annotation.is_alias() || annotation.tree()->is_built()) return whole;
  // A plain text, or one in quotes without escapes.
  const std::string_view written = annotation.tree()->slice(whole.begin, whole.end);
  const std::string_view text = annotation.text();
  const bool is_quoted = written.size() == text.size() + 2;
  if (written.substr(is_quoted ? 1 : 0, text.size()) != text) return whole;
  const auto begin = whole.begin + static_cast<std::uint32_t>(name.offset + (is_quoted ? 1 : 0));
  return {whole.file, begin, begin + static_cast<std::uint32_t>(name.text.size())};
}

std::string list_with(const kube::PodTemplate& pod, std::string_view annotation,
                      std::span<const std::string_view> names) {
  std::vector<std::string_view> list;
  for (const ListedName& listed : listed_names(pod.metadata["annotations"][annotation])) {
    if (!trim(listed.text).empty()) list.push_back(trim(listed.text));
  }
  for (const std::string_view name : names) {
    if (std::find(list.begin(), list.end(), name) == list.end()) list.push_back(name);
  }
  return join(list, ",");
}

Result<std::vector<TextEdit>> add_to_list(const kube::PodTemplate& pod, std::string_view annotation,
                                          std::span<const std::string_view> names) {
  const Value present = pod.metadata["annotations"][annotation];
  const std::string text = list_with(pod, annotation, names);
  if (present) return yaml::set_scalar(present, text, yaml::WriteAs::string);
  const NewValue value = NewValue::string(text);
  if (!pod.metadata) {
    const NewValue annotations = NewValue::mapping({{std::string(annotation), value}});
    return yaml::add_entry(pod.owner, "metadata", NewValue::mapping({{"annotations", annotations}}),
                           yaml::Where::sorted());  // before `spec`, where people look for it
  }
  constexpr std::string_view kPath[] = {"annotations"};
  return yaml::ensure_path(pod.metadata, kPath, annotation, value);
}

Result<std::vector<TextEdit>> add_to_list_beside(const velero::Workload& workload, Value present,
                                                 std::string_view annotation, std::span<const std::string_view> names) {
  const Value owner = workload.pod.owner.source();
  const bool is_same_text = !present.tree()->is_built() && owner.tree() == present.tree();
  if (is_same_text || present.tree()->is_built() || workload.pod.metadata["annotations"][annotation]) {
    return add_to_list(workload.pod, annotation, names);
  }
  const Value document(*present.tree(), present.tree()->root_of(present.place()));
  return add_to_list_in(document, *workload.resource, annotation, names);
}

Result<std::vector<TextEdit>> add_to_list_in(Value document, const kube::Resource& workload,
                                             std::string_view annotation, std::span<const std::string_view> names) {
  const std::optional<kube::PodTemplate> pod = kube::pod_template(workload);
  std::vector<std::string_view> path;
  if (!workload.info->pod_template.empty()) path = split(workload.info->pod_template, '.');
  path.insert(path.end(), {"metadata", "annotations"});
  return yaml::ensure_path(document, path, annotation, NewValue::string(list_with(*pod, annotation, names)));
}

void offer_list(const Model& model, const kube::Resource& workload, std::string_view annotation,
                std::span<const std::string_view> names, const std::string& title, Draft& draft, Safety safety) {
  const std::optional<kube::PodTemplate> pod = kube::pod_template(workload);
  draft.fix(title, safety, workload, add_to_list(*pod, annotation, names));
  const std::vector<Value> patches = gitops::patches_of(model.units, workload);
  const auto own = std::find_if(patches.rbegin(), patches.rend(), [&](Value patch) {
    return patch["kind"].text() == workload.kind &&
           patch["metadata"]["name"].text() == workload.root.source()["metadata"]["name"].text();
  });
  if (own == patches.rend()) return;
  draft.fix_in_overlay(title + ", in the patch of the overlay", safety, workload,
                       add_to_list_in(*own, workload, annotation, names));
}

Result<RemovedAnnotation> remove_annotation(Value metadata, std::string_view annotation, std::string_view map) {
  const Value key = metadata[map].find(annotation).key;
  Result<yaml::Removal> removal = yaml::remove_entry(key, yaml::OnlyChild::remove_parent);
  if (!removal.ok()) return Error{removal.error()};
  const yaml::Tree& tree = *key.tree();
  RemovedAnnotation removed{removal->edits, {}, {}};
  for (const TextEdit& edit : removed.edits) {
    auto comment = std::lower_bound(tree.comments.begin(), tree.comments.end(), edit.where.begin,
                                    [](const yaml::Comment& c, std::uint32_t at) { return c.begin < at; });
    for (; comment != tree.comments.end() && comment->end <= edit.where.end; ++comment) {
      const std::string_view text = trim(tree.slice(comment->begin, comment->end));
      if (begins_line(tree.text, comment->begin)) {
        removed.comments_above.push_back(text);
      } else {
        removed.comment_behind = text;
      }
    }
  }
  return removed;
}

bool carry_comments(const RemovedAnnotation& removed, std::string_view annotation, std::vector<TextEdit>& added) {
  for (TextEdit& edit : added) {
    const std::size_t key = edit.text.find(std::string(annotation) + ": ");
    if (key == std::string::npos) continue;
    const std::size_t line = edit.text.rfind('\n', key) + 1;
    const std::string indent = edit.text.substr(line, key - line);
    if (line == 0 || !trim(indent).empty()) return false;  // in a flow mapping, or at the end of a line that is there
    const std::string line_end = line > 1 && edit.text[line - 2] == '\r' ? "\r\n" : "\n";
    const std::size_t end = std::min(edit.text.find_first_of("\r\n", key), edit.text.size());
    if (!removed.comment_behind.empty()) edit.text.insert(end, fmt::format(" {}", removed.comment_behind));
    std::string above;
    for (const std::string_view comment : removed.comments_above)
      above += fmt::format("{}{}{}", indent, comment, line_end);
    edit.text.insert(line, above);
    return true;
  }
  return false;
}

std::span<const velero::VolumeUse> volumes_of(const velero::Plan& plan, std::size_t workload) {
  struct ByWorkload {
    bool operator()(const velero::VolumeUse& use, std::size_t wanted) const { return use.workload < wanted; }
    bool operator()(std::size_t wanted, const velero::VolumeUse& use) const { return wanted < use.workload; }
  };
  const auto [begin, end] = std::equal_range(plan.volumes.begin(), plan.volumes.end(), workload, ByWorkload{});
  return {begin, end};
}

std::vector<const velero::Schedule*> agreeing_schedules(const velero::Plan& plan, std::size_t workload,
                                                        Known fs_backup_is_default) {
  std::vector<const velero::Schedule*> selecting;
  const auto volumes = volumes_of(plan, workload);
  if (volumes.empty()) return selecting;
  // Velero selects pods, not volumes: every volume of a pod has the same answer.
  for (const velero::Verdict& verdict : volumes.front().verdicts) {
    const velero::Schedule& schedule = plan.schedules[verdict.schedule];
    if (verdict.selected == Known::no) continue;
    if (verdict.selected == Known::unknown || schedule.default_volumes_to_fs_backup.value != fs_backup_is_default)
      return {};
    selecting.push_back(&schedule);
  }
  return selecting;
}

bool is_sound_list(const velero::Plan& plan, std::size_t workload, std::string_view annotation,
                   std::span<const std::string_view> names) {
  const bool opts_in = annotation == kOptIn;
  const auto volumes = volumes_of(plan, workload);
  const bool names_data = std::all_of(names.begin(), names.end(), [&](std::string_view name) {
    return std::any_of(volumes.begin(), volumes.end(), [&](const velero::VolumeUse& use) {
      const bool is_data = !velero::is_never_copied(use.source) && use.source != "emptyDir";
      return use.name == name && (is_data || !opts_in);
    });
  });
  return !names.empty() && names_data && agreeing_schedules(plan, workload, known(opts_in)).empty();
}

Value name_of(const velero::VolumeUse& use) {
  const Value name = use.volume["name"];
  return name ? name : use.volume["metadata"]["name"];
}

bool is_filled_by_hook(const velero::Workload& workload, std::string_view volume,
                       const std::vector<velero::Schedule>& schedules) {
  const std::vector<Value> commands = hook_commands(workload, schedules);
  if (commands.empty()) return false;
  const std::vector<std::string_view> paths = mount_paths(workload, volume);
  return std::any_of(paths.begin(), paths.end(), [&](std::string_view path) {
    return std::any_of(commands.begin(), commands.end(), [&](Value command) { return mentions(command, path); });
  });
}

std::string enumerate(std::span<const std::string> names, std::size_t shown) {
  if (names.size() > shown) {
    return fmt::format("{} and {} more", join(names.first(shown), ", "), names.size() - shown);
  }
  if (names.size() < 2) return names.empty() ? std::string{} : names.front();
  return fmt::format("{} and {}", join(names.first(names.size() - 1), ", "), names.back());
}

std::string enumerate(std::span<const velero::Schedule* const> schedules) {
  const auto is_same_kind = [&](const velero::Schedule* s) { return s->one_off == schedules.front()->one_off; };
  const bool is_uniform = std::all_of(schedules.begin(), schedules.end(), is_same_kind);
  std::vector<std::string> names;
  for (const velero::Schedule* schedule : schedules) {
    names.push_back(is_uniform ? schedule->name : fmt::format("{} {}", schedule->resource->kind, schedule->name));
  }
  if (!is_uniform) return enumerate(names);
  return fmt::format("{}{} {}", schedules.front()->resource->kind, names.size() == 1 ? "" : "s", enumerate(names));
}

}  // namespace vlint::rules
