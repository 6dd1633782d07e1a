// The inside of a build: kustomizations accumulated into lists of objects, depth first, in Kustomize's order of steps.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lint/kustomize/build.h"
#include "lint/kustomize/field_config.h"
#include "lint/kustomize/generator.h"
#include "lint/kustomize/json_patch.h"
#include "lint/kustomize/loader.h"
#include "lint/kustomize/merge_schema.h"
#include "lint/kustomize/references.h"
#include "lint/kustomize/strategic_merge.h"
#include "lint/kustomize/transformers.h"

namespace vlint::kustomize {

// What was found on the way; carried up from inner builds.
struct Findings {
  std::vector<Fault> faults;
  std::vector<Fault> notes;
  std::vector<Incomplete> incomplete;
  std::set<std::string> files;
  std::set<std::string> folders;
  std::set<std::pair<const yaml::Tree*, yaml::NodeId>> directives;  // the keys of directives in merge patches
  bool partial = false;
  bool objects_unknown = false;  // a fault may have kept objects away, or names and namespaces from them

  void add(const Findings& other);
};

// The objects that were collected, with what goes up with them.
struct Accumulated {
  Resources resources;
  std::shared_ptr<const FieldConfig> config;  // null: nothing yet
  std::vector<Variable> variables;
};

// The schema of a build: that of the outermost kustomization that sets one, for good.
struct SchemaState {
  bool is_set = false;
  bool builtin_seen = false;  // Kustomize has loaded its own schema, because a kind was not in its small table
  std::shared_ptr<const OpenApi> schemas = std::make_shared<OpenApi>();
};

// `buildMetadata` of the outermost kustomization, and where the current one is seen from it.
struct OriginState {
  bool enabled = false;
  std::string path;  // relative to the built folder
};

// A finished inner build.
struct InnerBuild {
  Arena arena;
  Accumulated result;
  Findings findings;
  std::vector<std::shared_ptr<const InnerBuild>> kept;  // whose nodes it uses
};

class BuildCache {
 public:
  std::shared_ptr<const InnerBuild> find(const std::string& folder) const;
  void keep(const std::string& folder, std::shared_ptr<const InnerBuild> build);
  std::uint32_t next_owner() { return ++owners_; }
  std::shared_ptr<const FieldConfig> default_config();

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const InnerBuild>> builds_;
  std::shared_ptr<const FieldConfig> default_config_;
  std::atomic<std::uint32_t> owners_{0};
};

// A strategic merge or JSON patch, read.
struct ReadPatch {
  std::vector<Resource> merge;
  std::vector<JsonOperation> json;
  bool is_json = false;
  Span where;
};

// One kustomization, being applied to a list of objects.
class Target {
 public:
  struct Shared {
    Sources& sources;
    BuildCache& cache;
    const Options& options;
    SchemaState& schema;
    std::vector<std::shared_ptr<const InnerBuild>>& kept;
    std::size_t& appended;  // objects that entries of all folders brought so far
    bool caching = true;
  };

  Target(Shared& shared, Loader loader, Editor& editor, Findings& findings, OriginState origin);

  // Reads the kustomization file. Throws Failure.
  void load();
  bool is_component() const;
  yaml::Value root() const { return root_; }
  const std::string& file_path() const { return file_path_; }
  // `openapi` of this kustomization, unless an outer one set it.
  void set_schema(bool outermost);

  // Turns on origin and transformer annotations when `buildMetadata` is set.
  void enable_origin();

  void accumulate(Accumulated& into);

  // The last steps, for the outermost kustomization only.
  void finish(Accumulated& all);

 private:
  // Runs a step; when tolerant, a failure is recorded and the step left out.
  template <typename Fn>
  void attempt(Span where, Fn&& step);
  void record(const Fault& fault);
  void note(Fault fault);
  std::function<void(Fault)> note_sink() {
    return [this](Fault fault) { note(std::move(fault)); };
  }

  void add_resources(Accumulated& into, const std::vector<yaml::Value>& entries);
  void add_entry(Accumulated& into, std::string_view path, Span where);
  void add_file(Accumulated& into, const FileText& file, std::string_view path, Span where);
  void add_folder(Accumulated& into, std::string_view path, Span where, bool component);
  void append(Accumulated& into, const std::vector<Resource>& resources, Span where);
  Fault duplicate(const Resource& first, std::size_t index, const Resource& second, Span where) const;
  void merge_into(Accumulated& into, const Accumulated& inner, Span where);
  void add_config(Accumulated& into);
  void run_generators(Accumulated& into);
  void run_transformers(Accumulated& into);
  void run_validators(Accumulated& into);
  void add_variables(Accumulated& into);
  void run_replacement(Resources& resources, yaml::Value entry);
  void warn_deprecated();

  // patches.cpp
  ReadPatch read_patch(yaml::Value entry);
  std::vector<Resource> read_merge_patches(yaml::Value entry);
  std::vector<Resource> patches_of(const ParsedText& text);
  void apply_patch(Resources& resources, yaml::Value entry);
  void apply_merge_patches(Resources& resources, const std::vector<Resource>& patches, StepKind step);
  void apply_to_selected(Resources& resources, yaml::Value target, const Resource& patch);
  void apply_json6902(Resources& resources, yaml::Value entry, std::string_view text_field_name);
  void patch_object(Resource& object, Resource patch);
  void patch_json(Resource& object, const std::vector<JsonOperation>& operations, bool remember);
  void drop_deleted(Resources& resources);
  void note_no_target(const Resources& resources, yaml::Value target);
  void find_directives(const Node* patch);
  void note_dead_directives(const Resources& resources);
  [[noreturn]] void no_match(const Resources& resources, const Resource& patch);
  MergeContext merge_context();

  // plugins.cpp
  Resources read_plugins(const std::vector<yaml::Value>& entries);
  void run_plugin_generators(Accumulated& into);
  void run_plugin_transformers(Accumulated& into, const std::vector<yaml::Value>& entries);
  void run_plugin(Accumulated& into, const Resource& plugin);
  void generate_plugin(Accumulated& into, const Resource& plugin);
  void generate_service_account(Accumulated& into, yaml::Value config);
  void run_merge_plugin(Resources& resources, yaml::Value config);
  void add_values(Resources& resources, yaml::Value config);
  yaml::Value config_of(const Resource& plugin);
  FieldSpecs specs_of(yaml::Value config);
  [[noreturn]] void refuse_plugin(const Resource& plugin);

  // metadata.cpp
  void set_origin(Resources& resources, std::size_t from, std::string_view path);
  void set_generator_origin(Resource& resource, const Resource* plugin);
  void add_transformer_origin(Resources& resources, std::string_view kind, const Resource* plugin);
  void sort(Resources& resources);
  void tidy(Resources& resources);

  std::vector<yaml::Value> entries(std::string_view field_name) const;
  LoadFile load_file();

  Shared& shared_;
  Loader loader_;
  Editor& editor_;
  Findings& findings_;
  OriginState origin_;
  yaml::Value root_;
  std::string file_path_;
  // Which entry brought the objects from an index on, as long as entries are read.
  struct Entered {
    std::size_t first;
    Span entry;
  };
  std::vector<Entered> entered_;
};

// Runs a whole build. Throws Failure in strict mode. Returns the objects in the order of the output.
struct FinishedBuild {
  std::shared_ptr<InnerBuild> build;
  std::string kustomization;
};
FinishedBuild run_build(Sources& sources, BuildCache& cache, const Options& options, std::string_view folder);

template <typename Fn>
void Target::attempt(Span where, Fn&& step) {
  if (shared_.options.mode == Mode::strict) return step();
  try {
    step();
  } catch (Failure& failure) {
    if (!failure.fault.where.valid()) failure.fault.where = where;
    record(failure.fault);
  }
}

}  // namespace vlint::kustomize
