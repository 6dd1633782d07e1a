#include "lint/kustomize/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

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

void Findings::add(const Findings& other) {
  faults.insert(faults.end(), other.faults.begin(), other.faults.end());
  notes.insert(notes.end(), other.notes.begin(), other.notes.end());
  incomplete.insert(incomplete.end(), other.incomplete.begin(), other.incomplete.end());
  files.insert(other.files.begin(), other.files.end());
  folders.insert(other.folders.begin(), other.folders.end());
  partial = partial || other.partial;
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
  if (fault.kind == FaultKind::remote || fault.kind == FaultKind::missing_file) {
    findings_.incomplete.push_back({loader_.folder(), fault.message, fault.where});
  }
  findings_.faults.push_back(fault);
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
    Fault note;
    note.kind = FaultKind::deprecated_field;
    note.message = fmt::format("`{}` is deprecated; `{}` takes its place", row.field, row.instead);
    note.where = entry.key.span();
    note.suggestion = row.instead;
    findings_.notes.push_back(std::move(note));
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

void Target::add_resources(Accumulated& into, const std::vector<yaml::Value>& resources) {
  for (const yaml::Value& entry : resources) {
    attempt(entry.span(), [&] { add_entry(into, entry.text(), entry.span()); });
  }
}

void Target::add_entry(Accumulated& into, std::string_view path, Span where) {
  if (path.empty()) fail(where, "an entry is empty");
  const ResolvedPath resolved = loader_.resolve(path);
  const bool on_server = path.substr(0, 8) == "https://" || path.substr(0, 7) == "http://";
  if (resolved.kind == EntryKind::file && !on_server) return add_file(into, loader_.file(path, where), path, where);
  add_folder(into, path, where, false);
}

void Target::add_file(Accumulated& into, const FileText& file, std::string_view path, Span where) {
  const std::vector<Node*> objects = read_objects(editor_.arena(), shared_.sources.parsed(file));
  Resources resources(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) resources[i].root = objects[i];
  if (origin_.enabled) set_origin(resources, 0, join_path(origin_.path, path));
  append(into, resources, where);
}

void Target::append(Accumulated& into, const std::vector<Resource>& resources, Span where) {
  if (into.resources.size() + resources.size() > shared_.options.max_objects) {
    fail(where, fmt::format("this build has more than {} objects, which is the limit", shared_.options.max_objects));
  }
  std::unordered_set<std::string> ids;  // looked up only
  for (const Resource& resource : into.resources) ids.insert(resource.id().key());
  for (const Resource& resource : resources) {
    if (!OpenApi::is_builtin_kind(resource.api_version(), resource.kind()) && !is_cluster_scoped(resource.gvk())) {
      shared_.schema.builtin_seen = true;
    }
    if (ids.insert(resource.id().key()).second) {
      into.resources.push_back(resource);
      continue;
    }
    Fault fault;
    fault.kind = FaultKind::duplicate_id;
    fault.message = fmt::format("there are two objects {}", resource.id().title());
    fault.where = resource.place();
    const auto first = std::find_if(into.resources.begin(), into.resources.end(),
                                    [&](const Resource& other) { return other.id().same(resource.id()); });
    fault.related = first->place();
    fault.related_message = "the other one";
    if (shared_.options.mode == Mode::strict) throw Failure{std::move(fault)};
    record(fault);
  }
}

void Target::merge_into(Accumulated& into, const Accumulated& inner, Span where) {
  append(into, inner.resources, where);
  if (into.config == nullptr) {
    into.config = inner.config;
  } else if (inner.config != nullptr && inner.config != into.config) {
    auto config = std::make_shared<FieldConfig>(*into.config);
    merge_config(*config, *inner.config);
    into.config = std::move(config);
  }
  for (const Variable& variable : inner.variables) {
    const bool known = std::any_of(into.variables.begin(), into.variables.end(),
                                   [&](const Variable& other) { return other.name == variable.name; });
    if (known) fail(variable.where, fmt::format("there are two vars named {}", quoted(variable.name)));
    into.variables.push_back(variable);
  }
}

void Target::add_folder(Accumulated& into, std::string_view path, Span where, bool component) {
  std::string folder = loader_.inner_folder(path, where);
  findings_.folders.insert(folder);
  OriginState origin = origin_;
  if (origin.enabled) origin.path = join_path(origin.path, path);
  // A component works on what there is; any other folder starts anew, and is built once for everybody.
  const bool cached = !component && shared_.caching && !origin.enabled && !shared_.schema.is_set;
  if (cached) {
    if (const auto known = shared_.cache.find(folder)) {
      findings_.add(known->findings);
      shared_.kept.push_back(known);
      return merge_into(into, known->result, where);
    }
  }
  if (component) {
    Target target(shared_, loader_.inside(folder), editor_, findings_, origin);
    try {
      target.load();
    } catch (Failure& failure) {
      if (!failure.fault.where.valid()) failure.fault.where = where;
      throw;
    }
    target.set_schema(false);
    if (!target.is_component()) {
      fail(where, fmt::format("{} is a Kustomization; `components` takes Components, `resources` the others", path));
    }
    target.accumulate(into);
    return;
  }
  auto inner = std::make_shared<InnerBuild>();
  Editor editor(inner->arena, shared_.cache.next_owner());
  Shared shared{shared_.sources, shared_.cache, shared_.options, shared_.schema, inner->kept, shared_.caching};
  Target target(shared, loader_.inside(folder).with_files(inner->findings.files), editor, inner->findings, origin);
  const auto keep_findings = [&] {
    if (shared_.options.mode == Mode::tolerant) findings_.add(inner->findings);
  };
  try {
    target.load();
    target.set_schema(false);
    if (target.is_component()) {
      fail(where, fmt::format("{} is a Component; it belongs to `components`, not to `resources`", path));
    }
    target.accumulate(inner->result);
  } catch (Failure& failure) {
    keep_findings();
    if (!failure.fault.where.valid()) failure.fault.where = where;
    throw;
  }
  const bool has_cycle = std::any_of(inner->findings.faults.begin(), inner->findings.faults.end(),
                                     [](const Fault& fault) { return fault.kind == FaultKind::cycle; });
  shared_.caching = shared_.caching && shared.caching;
  if (cached && shared.caching && !has_cycle) shared_.cache.keep(folder, inner);
  findings_.add(inner->findings);
  shared_.kept.push_back(inner);
  merge_into(into, inner->result, where);
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
    for (const yaml::Value& entry : list.items()) {
      attempt(entry.span(), [&] {
        for (Resource& patch : read_merge_patches(entry)) patches.push_back(std::move(patch));
      });
    }
    if (patches.empty() && shared_.options.mode == Mode::strict) fail(list.span(), "these patches are empty");
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
    return transform_replacement(editor_, shared_.sources, resources, entry, findings_.notes);
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
    transform_replacement(editor_, shared_.sources, resources, item, findings_.notes);
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
  note_references_left_behind(resources, findings_.notes);
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
  Editor editor(build.arena, cache.next_owner());
  SchemaState schema;
  Target::Shared shared{sources, cache, options, schema, build.kept, true};
  Loader loader(sources, options.load_restrictions, {root.path}, build.findings.files);
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
