#include "lint/kustomize/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <tuple>

#include "lint/base/text.h"
#include "lint/kustomize/replacement.h"
#include "lint/kustomize/shape.h"
#include "lint/kustomize/writer.h"

namespace vlint::kustomize {
namespace {

constexpr std::array<std::string_view, 3> kFileNames = {"kustomization.yaml", "kustomization.yml", "Kustomization"};

struct Deprecated {
  std::string_view field;
  std::string_view instead;
};
constexpr Deprecated kDeprecated[] = {
    {"bases", "resources"},         {"commonLabels", "labels"},           {"imageTags", "images"},
    {"patchesJson6902", "patches"}, {"patchesStrategicMerge", "patches"}, {"vars", "replacements"}};

// Whether anything but the header is set, as types.Kustomization.CheckEmpty sees it.
bool says_something(yaml::Value root) {
  for (const yaml::Entry& entry : root.entries()) {
    const std::string name = to_lower_ascii(entry.key.text());
    if (name == "apiversion" || name == "kind" || entry.value.is_null()) continue;
    if (entry.value.is_scalar() && entry.value.text().empty()) continue;
    if ((name == "bases" || name == "imagetags" || name == "helmchartinflationgenerator") && entry.value.size() == 0)
      continue;
    return true;
  }
  return false;
}

}  // namespace

std::string kustomization_file(const FileAccess& access, std::string_view folder) {
  for (const std::string_view name : kFileNames) {
    std::string path = join_path(folder, name);
    if (access.resolve(path).kind == EntryKind::file) return path;
  }
  return {};
}

namespace {

// Adds what is not there yet: a base that is reached in two ways is built once, and its faults are told once.
void add_new(std::vector<Fault>& faults, const std::vector<Fault>& added) {
  if (added.empty()) return;
  std::set<std::tuple<FaultKind, Span, std::string_view>> known;
  const std::size_t before = faults.size();
  faults.reserve(before + added.size());  // so that the texts stay where they are
  for (const Fault& fault : faults) known.emplace(fault.kind, fault.where, fault.message);
  for (const Fault& fault : added) {
    if (known.emplace(fault.kind, fault.where, fault.message).second) faults.push_back(fault);
  }
}

}  // namespace

void Findings::add(const Findings& other) {
  add_new(faults, other.faults);
  add_new(notes, other.notes);
  const auto is_known = [&](const Incomplete& row) {
    return std::any_of(incomplete.begin(), incomplete.end(), [&](const Incomplete& known) {
      return known.where == row.where && known.reason == row.reason && known.unit == row.unit;
    });
  };
  std::copy_if(other.incomplete.begin(), other.incomplete.end(), std::back_inserter(incomplete), std::not_fn(is_known));
  files.insert(other.files.begin(), other.files.end());
  folders.insert(other.folders.begin(), other.folders.end());
  directives.insert(other.directives.begin(), other.directives.end());
  partial = partial || other.partial;
  objects_unknown = objects_unknown || other.objects_unknown;
}

std::shared_ptr<const InnerBuild> BuildCache::find(const std::string& folder) const {
  const std::lock_guard lock(mutex_);
  const auto at = builds_.find(folder);
  return at == builds_.end() ? nullptr : at->second;
}

void BuildCache::keep(const std::string& folder, std::shared_ptr<const InnerBuild> build) {
  const std::lock_guard lock(mutex_);
  builds_.emplace(folder, std::move(build));
}

std::shared_ptr<const FieldConfig> BuildCache::default_config() {
  const std::lock_guard lock(mutex_);
  if (default_config_ == nullptr) default_config_ = std::make_shared<const FieldConfig>(builtin_config());
  return default_config_;
}

Target::Target(Shared& shared, Loader loader, Editor& editor, Findings& findings, OriginState origin)
    : shared_(shared), loader_(std::move(loader)), editor_(editor), findings_(findings), origin_(std::move(origin)) {}

void Target::record(const Fault& fault) {
  findings_.partial = true;
  if (fault.by_absence && findings_.objects_unknown) return;
  findings_.objects_unknown = findings_.objects_unknown || !fault.by_absence;
  if (fault.kind == FaultKind::remote || fault.kind == FaultKind::missing_file) {
    findings_.incomplete.push_back({loader_.folder(), fault.message, fault.where});
  }
  findings_.faults.push_back(fault);
}

void Target::note(Fault fault) {
  if (fault.by_absence && findings_.objects_unknown) return;
  findings_.notes.push_back(std::move(fault));
}

std::vector<yaml::Value> Target::entries(std::string_view field_name) const { return field(root_, field_name).items(); }

LoadFile Target::load_file() {
  return [this](std::string_view path, Span where) -> const FileText& { return loader_.file(path, where); };
}

void Target::load() {
  std::vector<std::string_view> found;
  for (const std::string_view name : kFileNames) {
    if (loader_.resolve(name).kind == EntryKind::file) found.push_back(name);
  }
  const std::string folder = loader_.folder().empty() ? "." : loader_.folder();
  if (found.empty()) {
    fail(FaultKind::missing_file, {},
         fmt::format("there is no kustomization.yaml, kustomization.yml or Kustomization in {}", folder));
  }
  const FileText& file = loader_.file(found.front(), {});
  file_path_ = file.path;
  const Span top{file.id, 0, 0};
  if (found.size() > 1) {
    fail(top, fmt::format("there are {} and {} in {}, and there must be one", found[0], found[1], folder));
  }
  const ParsedText& parsed = shared_.sources.parsed(file);
  if (parsed.fault) throw Failure{*parsed.fault};
  const yaml::NodeId node = parsed.tree->documents.empty() ? yaml::kNoNode : parsed.tree->documents.front().root;
  if (node == yaml::kNoNode) fail(top, "this kustomization is empty");
  root_ = yaml::Value(*parsed.tree, node);
  loader_.set_kustomization(*parsed.tree);
  const std::string_view kind = field(root_, "kind").text();
  const std::string_view api_version = field(root_, "apiVersion").text();
  if (field(root_, "spec") && (kind == "Kustomization" || api_version.find("fluxcd.io") != std::string_view::npos)) {
    fail(field_entry(root_, "spec").key.span(),
         "this is a Flux Kustomization object, not a kustomization; Kustomize takes every file of this name for one of "
         "its own");
  }
  const std::vector<Fault> faults = shape_faults(root_, kustomization_shape());
  for (const Fault& fault : faults) {
    if (shared_.options.mode == Mode::strict) throw Failure{fault};
    record(fault);
  }
  if (!root_.is_mapping()) throw Failure{faults.front()};
  if (!says_something(root_)) fail(root_.span(), "this kustomization is empty");
  if (!kind.empty() && kind != "Kustomization" && kind != "Component") {
    fail(field(root_, "kind").span(), fmt::format("the kind must be Kustomization or Component, not {}", quoted(kind)));
  }
  const std::string_view wanted =
      kind == "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
  if (!api_version.empty() && api_version != wanted) {
    fail(field(root_, "apiVersion").span(), fmt::format("the apiVersion must be {}", wanted));
  }
  warn_deprecated();
}

void Target::warn_deprecated() {
  for (const Deprecated& row : kDeprecated) {
    const yaml::Entry entry = field_entry(root_, row.field);
    if (!entry || entry.value.is_null()) continue;
    Fault fault;
    fault.kind = FaultKind::deprecated_field;
    fault.message = fmt::format("`{}` is deprecated; `{}` takes its place", row.field, row.instead);
    fault.where = entry.key.span();
    fault.subject = row.field;
    fault.suggestion = row.instead;
    note(std::move(fault));
  }
}

bool Target::is_component() const { return field(root_, "kind").text() == "Component"; }

void Target::set_schema(bool outermost) {
  const yaml::Value openapi = field(root_, "openapi");
  if (!openapi) return;
  const yaml::Value path = openapi["path"];
  const yaml::Value version = openapi["version"];
  if (!path && !version) return;
  shared_.caching = false;
  const FileText* file = path ? &loader_.file(path.text(), path.span()) : nullptr;
  if (shared_.schema.is_set && !outermost) return;
  if (file != nullptr) {
    if (version) fail(version.span(), "openapi takes `version` or `path`, not both");
    const ParsedText& parsed = shared_.sources.parsed(*file);
    if (parsed.fault) throw Failure{*parsed.fault};
    if (parsed.documents.empty() || !parsed.documents.front()->is_mapping()) {
      fail(path.span(), fmt::format("{} is no OpenAPI document", path.text()));
    }
    shared_.schema.schemas = std::make_shared<OpenApi>(yaml::Value(*parsed.tree, parsed.tree->documents.front().root),
                                                       shared_.schema.builtin_seen && !outermost);
    shared_.schema.is_set = true;
    return;
  }
  if (version.text().empty()) return;
  if (version.text() != "v1.21.2") {
    fail(version.span(),
         fmt::format("{} is no OpenAPI version that Kustomize has; the only one is v1.21.2", quoted(version.text())));
  }
  shared_.schema.is_set = true;
}

void Target::accumulate(Accumulated& into) {
  std::vector<yaml::Value> resources = entries("resources");
  for (const yaml::Value& base : entries("bases")) resources.push_back(base);
  add_resources(into, resources);
  add_config(into);
  run_generators(into);
  for (const yaml::Value& component : entries("components")) {
    attempt(component.span(), [&] { add_folder(into, component.text(), component.span(), true); });
  }
  run_transformers(into);
  run_validators(into);
  add_variables(into);
}

void Target::add_config(Accumulated& into) {
  const std::vector<yaml::Value> configurations = entries("configurations");
  const std::vector<yaml::Value> crds = entries("crds");
  std::shared_ptr<const FieldConfig> own = shared_.cache.default_config();
  if (!configurations.empty() || !crds.empty()) {
    auto config = std::make_shared<FieldConfig>(*own);
    for (const yaml::Value& path : configurations) {
      attempt(path.span(), [&] {
        const ParsedText& parsed = shared_.sources.parsed(loader_.file(path.text(), path.span()));
        if (parsed.fault) throw Failure{*parsed.fault};
        if (parsed.tree->documents.empty() || parsed.tree->documents.front().root == yaml::kNoNode) return;
        merge_config(*config, read_configuration(yaml::Value(*parsed.tree, parsed.tree->documents.front().root)));
      });
    }
    for (const yaml::Value& path : crds) {
      attempt(path.span(), [&] {
        const ParsedText& parsed = shared_.sources.parsed(loader_.file(path.text(), path.span()));
        if (parsed.fault) throw Failure{*parsed.fault};
        if (parsed.documents.empty()) return;
        merge_config(*config, read_crds(yaml::Value(*parsed.tree, parsed.tree->documents.front().root)));
      });
    }
    // Kustomize merges the result into an empty configuration, where a wider spec that comes later is dropped.
    auto merged = std::make_shared<FieldConfig>();
    merge_config(*merged, *config);
    own = std::move(merged);
  }
  if (into.config == nullptr) {
    into.config = own;
  } else if (into.config != own) {
    auto config = std::make_shared<FieldConfig>(*into.config);
    merge_config(*config, *own);
    into.config = std::move(config);
  }
}

void Target::run_generators(Accumulated& into) {
  const yaml::Value options = field(root_, "generatorOptions");
  for (const bool secret : {false, true}) {
    for (const yaml::Value& entry : entries(secret ? "secretGenerator" : "configMapGenerator")) {
      attempt(entry.span(), [&] {
        Resource resource = generate(editor_, entry, secret, options, load_file());
        if (origin_.enabled) set_generator_origin(resource, nullptr);
        absorb(editor_, into.resources, std::move(resource), entry.span());
      });
    }
  }
  for (const std::string_view name : {"helmCharts", "helmChartInflationGenerator"}) {
    for (const yaml::Value& chart : entries(name)) {
      attempt(chart.span(), [&] {
        const std::string_view chart_name =
            text_field(chart, "name").empty() ? text_field(chart, "chartName") : text_field(chart, "name");
        fail(FaultKind::remote, chart.span(), fmt::format("the Helm chart {} is not rendered", quoted(chart_name)));
      });
    }
  }
  run_plugin_generators(into);
}

void Target::run_transformers(Accumulated& into) {
  Resources& resources = into.resources;
  const auto each = [&](std::string_view name, std::string_view plugin, auto&& step) {
    for (const yaml::Value& entry : entries(name)) {
      attempt(entry.span(), [&] { step(entry); });
      if (origin_.enabled) add_transformer_origin(resources, plugin, nullptr);
      drop_deleted(resources);
    }
  };
  const auto once = [&](std::string_view name, std::string_view plugin, auto&& step) {
    const yaml::Value value = field(root_, name);
    if (!value || (value.is_scalar() && value.text().empty()) || (!value.is_scalar() && value.size() == 0)) return;
    attempt(value.span(), [&] { step(value); });
    if (origin_.enabled) add_transformer_origin(resources, plugin, nullptr);
    drop_deleted(resources);
  };
  once("patchesStrategicMerge", "PatchStrategicMergeTransformer", [&](yaml::Value list) {
    std::vector<Resource> patches;
    const std::size_t faults = findings_.faults.size();
    for (const yaml::Value& entry : list.items()) {
      attempt(entry.span(), [&] {
        for (Resource& patch : read_merge_patches(entry)) patches.push_back(std::move(patch));
      });
    }
    if (patches.empty() && findings_.faults.size() == faults) fail(list.span(), "these patches are empty");
    apply_merge_patches(resources, patches, StepKind::patch);
  });
  each("patches", "PatchTransformer", [&](yaml::Value entry) { apply_patch(resources, entry); });
  once("namespace", "NamespaceTransformer", [&](yaml::Value value) {
    transform_namespace(editor_, resources, {placed_text(editor_.arena(), value), false, {}}, into.config->name_space);
  });
  once("namePrefix", "PrefixTransformer", [&](yaml::Value value) {
    transform_name(editor_, resources, Affix::prefix, placed_text(editor_.arena(), value), into.config->name_prefix);
  });
  once("nameSuffix", "SuffixTransformer", [&](yaml::Value value) {
    transform_name(editor_, resources, Affix::suffix, placed_text(editor_.arena(), value), into.config->name_suffix);
  });
  const bool has_labels = !entries("labels").empty();
  each("labels", "LabelTransformer", [&](yaml::Value entry) {
    FieldSpecs specs = read_field_specs(field(entry, "fields"));
    merge_specs(specs, into.config->labels);
    if (bool_field(entry, "includeSelectors")) {
      merge_specs(specs, into.config->common_labels);
    } else {
      if (bool_field(entry, "includeTemplates")) merge_specs(specs, into.config->template_labels);
      if (bool_field(entry, "includeVolumeClaimTemplates")) merge_specs(specs, into.config->claim_template_labels);
      merge_spec(specs, {"", "", "", "metadata/labels", true, entry.span()});
    }
    transform_map(editor_, resources, text_map(editor_.arena(), field(entry, "pairs")), specs, StepKind::label);
  });
  const std::size_t common_labels = field(root_, "commonLabels").size();
  once("commonLabels", "LabelTransformer", [&](yaml::Value map) {
    transform_map(editor_, resources, text_map(editor_.arena(), map), into.config->common_labels, StepKind::label);
  });
  // Kustomize runs commonLabels whenever there are labels, and its transformer annotations show it.
  if (origin_.enabled && has_labels && common_labels == 0)
    add_transformer_origin(resources, "LabelTransformer", nullptr);
  once("commonAnnotations", "AnnotationsTransformer", [&](yaml::Value map) {
    transform_map(editor_, resources, text_map(editor_.arena(), map), into.config->common_annotations,
                  StepKind::annotation);
  });
  each("patchesJson6902", "PatchJson6902Transformer",
       [&](yaml::Value entry) { apply_json6902(resources, entry, "patch"); });
  each("replicas", "ReplicaCountTransformer",
       [&](yaml::Value entry) { transform_replicas(editor_, resources, entry, into.config->replicas); });
  for (const std::string_view name : {"images", "imageTags"}) {
    each(name, "ImageTagTransformer",
         [&](yaml::Value entry) { transform_image(editor_, resources, entry, into.config->images); });
  }
  once("replacements", "ReplacementTransformer", [&](yaml::Value list) {
    for (const yaml::Value& entry : list.items()) {
      attempt(entry.span(), [&] { run_replacement(resources, entry); });
    }
  });
  run_plugin_transformers(into, entries("transformers"));
}

void Target::run_replacement(Resources& resources, yaml::Value entry) {
  const yaml::Value path = field(entry, "path");
  if (path.text().empty()) {
    transform_replacement(editor_, shared_.sources, resources, entry, note_sink());
    return;
  }
  if (field(entry, "source") || field(entry, "targets").size() != 0) {
    fail(path.span(), "a replacement stands in a file or here, not both");
  }
  const ParsedText& parsed = shared_.sources.parsed(loader_.file(path.text(), path.span()));
  if (parsed.fault) throw Failure{*parsed.fault};
  if (parsed.documents.empty()) fail(path.span(), fmt::format("{} holds no replacement", path.text()));
  const yaml::Value root(*parsed.tree, parsed.tree->documents.front().root);
  if (root.is_scalar()) fail(path.span(), fmt::format("{} holds no replacement", path.text()));
  for (const yaml::Value& item : root.is_sequence() ? root.items() : std::vector<yaml::Value>{root}) {
    transform_replacement(editor_, shared_.sources, resources, item, note_sink());
  }
}

void Target::run_validators(Accumulated& into) {
  const std::vector<yaml::Value> validators = entries("validators");
  if (validators.empty()) return;
  Accumulated copy = into;
  run_plugin_transformers(copy, validators);
  const auto same = [](const Resource& a, const Resource& b) { return write_json(a.root) == write_json(b.root); };
  if (copy.resources.size() == into.resources.size() &&
      std::equal(copy.resources.begin(), copy.resources.end(), into.resources.begin(), same)) {
    return;
  }
  attempt(field(root_, "validators").span(),
          [&] { fail(field(root_, "validators").span(), "a validator changes objects, which it must not"); });
}

void Target::add_variables(Accumulated& into) {
  for (const yaml::Value& entry : entries("vars")) {
    attempt(entry.span(), [&] {
      Variable variable;
      variable.name = text_field(entry, "name");
      variable.where = entry.span();
      const yaml::Value object = field(entry, "objref");
      variable.gvk = {text_field(object, "group"), text_field(object, "version"), text_field(object, "kind")};
      const std::string_view api_version = text_field(object, "apiVersion");
      if (!api_version.empty()) {
        const Gvk gvk = gvk_of(api_version, variable.gvk.kind);
        variable.gvk.version = gvk.version;
        if (!gvk.group.empty()) variable.gvk.group = gvk.group;
      }
      variable.object_name = text_field(object, "name");
      variable.object_namespace = text_field(object, "namespace");
      const std::string_view path = text_field(field(entry, "fieldref"), "fieldPath");
      variable.field_path = path.empty() ? std::string_view("metadata.name") : path;
      const bool known = std::any_of(into.variables.begin(), into.variables.end(),
                                     [&](const Variable& other) { return other.name == variable.name; });
      if (known) fail(entry.span(), fmt::format("there are two vars named {}", quoted(variable.name)));
      into.variables.push_back(variable);
      bind_variable(into.resources, variable, editor_.arena().text(variable.name));
    });
  }
}

void Target::finish(Accumulated& all) {
  attempt({}, [&] { transform_hash(editor_, all.resources); });
  if (all.config != nullptr) {
    attempt({}, [&] { update_name_references(editor_, all.resources, *all.config); });
    attempt({}, [&] { resolve_variables(editor_, all.resources, all.variables, all.config->var_reference); });
  }
  const auto is_local = [](const Resource& resource) {
    const Node* value =
        find(find_path(resource.root, {"metadata", "annotations"}), "config.kubernetes.io/local-config");
    return value != nullptr && value->text() != "false";
  };
  Resources& resources = all.resources;
  resources.erase(std::remove_if(resources.begin(), resources.end(), is_local), resources.end());
  attempt(field(root_, "sortOptions").span(), [&] { sort(resources); });
  if (!findings_.objects_unknown) note_references_left_behind(resources, findings_.notes);
  note_dead_directives(resources);
  tidy(resources);
}

FinishedBuild run_build(Sources& sources, BuildCache& cache, const Options& options, std::string_view folder) {
  FinishedBuild result;
  result.build = std::make_shared<InnerBuild>();
  InnerBuild& build = *result.build;
  const ResolvedPath root = sources.access().resolve(folder);
  if (root.kind != EntryKind::folder) {
    fail(FaultKind::missing_file, {}, fmt::format("there is no folder {}", folder.empty() ? "." : folder));
  }
  if (options.load_restrictions && !FileAccess::is_in_root(root.path)) {
    fail(FaultKind::leaves_root, {}, fmt::format("the folder {} leads out of the repository", folder));
  }
  Editor editor(build.arena, cache.next_owner());
  SchemaState schema;
  std::size_t appended = 0;
  Target::Shared shared{sources, cache, options, schema, build.kept, appended, true};
  Loader loader(sources, options.load_restrictions, {{root.path, {}}}, build.findings.files);
  Target target(shared, loader, editor, build.findings, {});
  try {
    target.load();
    result.kustomization = target.file_path();
    target.enable_origin();
    target.set_schema(true);
    target.accumulate(build.result);
    target.finish(build.result);
  } catch (Failure& failure) {
    if (options.mode == Mode::strict) throw;
    build.findings.partial = true;
    build.findings.faults.push_back(failure.fault);
    result.kustomization = target.file_path();
  }
  return result;
}

}  // namespace vlint::kustomize
