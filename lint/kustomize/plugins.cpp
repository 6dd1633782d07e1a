// `generators`, `transformers` and `validators`: the plugins that are built in run, all others are never run.
#include <fmt/format.h>

#include <algorithm>

#include "lint/base/text.h"
#include "lint/kustomize/engine.h"
#include "lint/kustomize/replacement.h"
#include "lint/kustomize/selector.h"
#include "lint/kustomize/shape.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {
namespace {

constexpr std::string_view kGenerators[] = {"ConfigMapGenerator", "SecretGenerator", "IAMPolicyGenerator",
                                            "HelmChartInflationGenerator"};

bool is_builtin(const Resource& plugin) { return plugin.api_version() == "builtin" || plugin.gvk().group == "builtin"; }

}  // namespace

Resources Target::read_plugins(const std::vector<yaml::Value>& plugin_entries) {
  Accumulated plugins;
  std::vector<yaml::Value> paths;
  for (const yaml::Value& entry : plugin_entries) {
    try {
      const std::vector<Node*> objects =
          read_objects(editor_.arena(), shared_.sources.parsed_inside(*entry.tree(), entry.node_id()));
      Resources resources(objects.size());
      for (std::size_t i = 0; i < objects.size(); ++i) resources[i].root = objects[i];
      if (origin_.enabled) {
        set_origin(resources, 0, join_path(origin_.path, file_path_.substr(file_path_.rfind('/') + 1)));
      }
      append(plugins, resources, entry.span());
    } catch (const Failure&) {
      if (entry.text().find('\n') != std::string_view::npos) throw;
      paths.push_back(entry);
    }
  }
  add_resources(plugins, paths);
  return std::move(plugins.resources);
}

void Target::run_plugin_generators(Accumulated& into) {
  const std::vector<yaml::Value> generators = entries("generators");
  if (generators.empty()) return;
  Resources plugins;
  attempt(field(root_, "generators").span(), [&] { plugins = read_plugins(generators); });
  for (const Resource& plugin : plugins) {
    attempt(plugin.place(), [&] { generate_plugin(into, plugin); });
  }
}

void Target::run_plugin_transformers(Accumulated& into, const std::vector<yaml::Value>& transformers) {
  if (transformers.empty()) return;
  Resources plugins;
  attempt(field(root_, "transformers").span(), [&] { plugins = read_plugins(transformers); });
  for (const Resource& plugin : plugins) {
    attempt(plugin.place(), [&] { run_plugin(into, plugin); });
    if (origin_.enabled) add_transformer_origin(into.resources, {}, &plugin);
    drop_deleted(into.resources);
  }
}

void Target::refuse_plugin(const Resource& plugin) {
  fail(FaultKind::remote, plugin.place(),
       fmt::format("{} ({}) is a plugin, and plugins are not run", plugin.id().title(), plugin.api_version()));
}

// The plugin's configuration as a value: the file itself, or what was made of it.
yaml::Value Target::config_of(const Resource& plugin) {
  if (plugin.root->owner == 0 && plugin.root->tree != nullptr)
    return yaml::Value(*plugin.root->tree, plugin.root->place);
  const ParsedText& parsed = shared_.sources.parsed_made(write_yaml(plugin.root), plugin.place());
  return yaml::Value(*parsed.tree, parsed.tree->documents.front().root);
}

FieldSpecs Target::specs_of(yaml::Value config) { return read_field_specs(field(config, "fieldSpecs")); }

void Target::generate_plugin(Accumulated& into, const Resource& plugin) {
  if (!is_builtin(plugin)) refuse_plugin(plugin);
  const std::string_view kind = plugin.kind();
  const yaml::Value config = config_of(plugin);
  const std::size_t before = into.resources.size();
  if (kind == "ConfigMapGenerator" || kind == "SecretGenerator") {
    const yaml::Value metadata = field(config, "metadata");
    Resource resource = generate(editor_, config, kind == "SecretGenerator", {}, load_file(),
                                 text_field(metadata, "name"), text_field(metadata, "namespace"));
    if (origin_.enabled) set_generator_origin(resource, &plugin);
    absorb(editor_, into.resources, std::move(resource), plugin.place());
    return;
  }
  if (kind == "IAMPolicyGenerator") {
    generate_service_account(into, config);
    if (origin_.enabled && into.resources.size() > before) set_generator_origin(into.resources.back(), &plugin);
    return;
  }
  if (kind == "HelmChartInflationGenerator") {
    fail(FaultKind::remote, plugin.place(),
         fmt::format("the Helm chart {} is not rendered", quoted(text_field(config, "name"))));
  }
  fail(plugin.place(), fmt::format("{} is no generator that Kustomize has", kind));
}

// The ServiceAccount of Google's workload identity.
void Target::generate_service_account(Accumulated& into, yaml::Value config) {
  if (text_field(config, "cloud") != "gke") fail(config.span(), "IAMPolicyGenerator knows only the cloud `gke`");
  const yaml::Value service = field(config, "kubernetesService");
  Provenance provenance;
  provenance.step = StepKind::plugin;
  provenance.cause = config.span();
  const auto text = [&](std::string_view value) { return editor_.scalar(value, Tag::string, provenance); };
  Resource account;
  account.root = editor_.mapping(provenance);
  editor_.set(account.root, "apiVersion", text("v1"));
  editor_.set(account.root, "kind", text("ServiceAccount"));
  Node* metadata = editor_.mapping(provenance);
  editor_.set(account.root, "metadata", metadata);
  Node* annotations = editor_.mapping(provenance);
  editor_.set(metadata, "annotations", annotations);
  editor_.set(annotations, "iam.gke.io/gcp-service-account",
              text(fmt::format("{}@{}.iam.gserviceaccount.com", text_field(field(config, "serviceAccount"), "name"),
                               text_field(field(config, "serviceAccount"), "projectId"))));
  editor_.set(metadata, "name", text(text_field(service, "name")));
  const std::string_view name_space =
      text_field(service, "namespace").empty() ? text_field(config, "namespace") : text_field(service, "namespace");
  if (!name_space.empty()) editor_.set(metadata, "namespace", text(name_space));
  absorb(editor_, into.resources, std::move(account), config.span());
}

void Target::run_plugin(Accumulated& into, const Resource& plugin) {
  if (!is_builtin(plugin)) refuse_plugin(plugin);
  Resources& resources = into.resources;
  const std::string_view kind = plugin.kind();
  const yaml::Value config = config_of(plugin);
  Arena& arena = editor_.arena();
  if (kind == "AnnotationsTransformer" || kind == "LabelTransformer") {
    const bool labels = kind == "LabelTransformer";
    return transform_map(editor_, resources, text_map(arena, field(config, labels ? "labels" : "annotations")),
                         specs_of(config), labels ? StepKind::label : StepKind::annotation);
  }
  if (kind == "HashTransformer") return transform_hash(editor_, resources);
  if (kind == "ImageTagTransformer") {
    return transform_image(editor_, resources, field(config, "imageTag"), specs_of(config));
  }
  if (kind == "NamespaceTransformer") {
    const std::string_view mode = text_field(config, "setRoleBindingSubjects");
    if (!mode.empty() && mode != "defaultOnly" && mode != "allServiceAccounts" && mode != "none") {
      fail(
          field(config, "setRoleBindingSubjects").span(),
          fmt::format("setRoleBindingSubjects is `defaultOnly`, `allServiceAccounts` or `none`, not {}", quoted(mode)));
    }
    const PlacedText name_space = placed_text(arena, field(field(config, "metadata"), "namespace"));
    return transform_namespace(editor_, resources, {name_space, bool_field(config, "unsetOnly"), mode},
                               specs_of(config));
  }
  if (kind == "PatchTransformer") return apply_patch(resources, config);
  if (kind == "PatchJson6902Transformer") return apply_json6902(resources, config, "jsonOp");
  if (kind == "PatchStrategicMergeTransformer") return run_merge_plugin(resources, config);
  if (kind == "PrefixTransformer" || kind == "SuffixTransformer" || kind == "PrefixSuffixTransformer") {
    if (!field(config, "fieldSpecs")) fail(plugin.place(), fmt::format("a {} needs `fieldSpecs`", kind));
    const yaml::Value prefix = field(config, "prefix");
    const yaml::Value suffix = field(config, "suffix");
    if (kind != "SuffixTransformer") {
      transform_name(editor_, resources, Affix::prefix, placed_text(arena, prefix), specs_of(config));
    }
    if (kind != "PrefixTransformer") {
      transform_name(editor_, resources, Affix::suffix, placed_text(arena, suffix), specs_of(config));
    }
    return;
  }
  if (kind == "ReplacementTransformer") {
    for (const yaml::Value& entry : field(config, "replacements").items()) run_replacement(resources, entry);
    return;
  }
  if (kind == "ReplicaCountTransformer") {
    return transform_replicas(editor_, resources, field(config, "replica"), specs_of(config));
  }
  if (kind == "ValueAddTransformer") return add_values(resources, config);
  if (std::find(std::begin(kGenerators), std::end(kGenerators), kind) != std::end(kGenerators)) {
    fail(plugin.place(), fmt::format("{} is a generator, and this is a list of transformers", kind));
  }
  fail(plugin.place(), fmt::format("{} is no transformer that Kustomize has", kind));
}

void Target::run_merge_plugin(Resources& resources, yaml::Value config) {
  const yaml::Value paths = field(config, "paths");
  const yaml::Value text = field(config, "patches");
  std::vector<Resource> patches;
  for (const yaml::Value& path : paths.items()) {
    for (Resource& patch : read_merge_patches(path)) patches.push_back(std::move(patch));
  }
  if (!text.text().empty()) {
    for (Resource& patch : patches_of(shared_.sources.parsed_inside(*text.tree(), text.node_id()))) {
      patches.push_back(std::move(patch));
    }
  }
  if (patches.empty()) fail(config.span(), "these patches are empty");
  // This transformer drops what a patch deletes before it looks at the next one.
  for (const Resource& patch : patches) {
    apply_merge_patches(resources, {patch}, StepKind::patch);
    drop_deleted(resources);
  }
}

// ValueAddTransformer: a value put into a field, or into a part of a path that stands in a field.
void Target::add_values(Resources& resources, yaml::Value config) {
  std::string value(trim(text_field(config, "value")));
  const Span where = config.span();
  if (value.empty()) value = loader_.folder().substr(loader_.folder().rfind('/') + 1);
  std::vector<yaml::Value> targets = field(config, "targets").items();
  if (const yaml::Value path = field(config, "targetFilePath"); !path.text().empty()) {
    const ParsedText& parsed = shared_.sources.parsed(loader_.file(path.text(), path.span()));
    if (parsed.fault) throw Failure{*parsed.fault};
    if (!parsed.documents.empty()) {
      const yaml::Value root(*parsed.tree, parsed.tree->documents.front().root);
      for (const yaml::Value& target : field(root, "targets").items()) targets.push_back(target);
    }
  }
  if (targets.empty()) fail(where, "a ValueAddTransformer needs a target");
  for (const yaml::Value& target : targets) {
    const std::string path(text_field(target, "fieldPath"));
    if (path.empty()) fail(target.span(), "a target needs a `fieldPath`");
    const std::int64_t position = int_field(target, "filePathPosition");
    if (position < 0) fail(target.span(), "`filePathPosition` cannot be negative");
    const yaml::Value selector_value = field(target, "selector");
    for (Resource& resource : resources) {
      if (selector_value && !Selector(selector_value).selects(resource)) continue;
      if (path == "metadata/namespace") {
        NamespaceOptions options;
        options.name_space = {editor_.arena().text(value), where, nullptr};
        resource.root = set_namespace(editor_, resource.root, options, {});
        continue;
      }
      FieldSpec spec;
      spec.path = path;
      spec.create = true;
      const SetField set = [&](Node* node) {
        if (!node->is_scalar()) fail(node->span(), "this is no single value, so no value can be put here");
        std::string text = value;
        if (position > 0) {
          std::vector<std::string> parts;
          for (const std::string_view part : split(node->text(), '/')) parts.emplace_back(part);
          const bool absolute = !parts.empty() && parts.front().empty() && parts.size() > 1;
          if (absolute) parts.erase(parts.begin());
          const auto at = std::min<std::size_t>(static_cast<std::size_t>(position - 1), parts.size());
          parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(at), value);
          text = (absolute ? "/" : "") + join(parts, "/");
        }
        Provenance provenance;
        provenance.step = StepKind::plugin;
        provenance.cause = where;
        provenance.from = node;
        return editor_.replace_scalar(node, text, Tag::none, provenance);
      };
      resource.root = apply_spec(editor_, resource.root, spec, {true, yaml::Kind::scalar, Tag::none}, StepKind::plugin,
                                 where, set, false);
    }
  }
}

}  // namespace vlint::kustomize
