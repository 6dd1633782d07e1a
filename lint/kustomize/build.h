// `kustomize build`, natively, with the origin of every field.
//
// One engine, two modes. Strict: the first error ends the build, as it ends Kustomize. Tolerant: what cannot be seen or
// does not work is recorded with its place and left out, the build is marked partial, and the rest is built.
//
// A Builder keeps what it built of inner folders, so a base that several overlays use is built once. Builds of
// different roots may run on several threads at the same time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/incomplete.h"
#include "lint/kustomize/fault.h"
#include "lint/kustomize/sources.h"
#include "lint/yaml/value.h"

namespace vlint::kustomize {

enum class Mode : std::uint8_t { strict, tolerant };
// --reorder. Unspecified is legacy, unless the kustomization has sortOptions, which always win.
enum class Reorder : std::uint8_t { unspecified, none, legacy };

struct Options {
  Mode mode = Mode::strict;
  Reorder reorder = Reorder::unspecified;
  bool load_restrictions = true;      // --load-restrictor: false is LoadRestrictionsNone
  bool managed_by_label = false;      // --enable-managedby-label
  std::size_t max_objects = 100'000;  // of one build; more is an error: overlays can double them without end
};

// What put a value in its place, oldest first: the manifest, the patches and transformers that came over it.
struct ChainStep {
  std::string_view what;  // "source", "patch", "namePrefix", ...
  Span where;             // may be invalid: made by no field in particular
};

// A field that a patch or a transformer took away.
struct RemovedField {
  std::string_view key;  // or the index of an item
  std::string_view what;
  Span by;   // may be invalid
  Span old;  // where the value stood
};

struct BuiltResource {
  // The object. Values that stand in a file are those of that file's tree: place, span and edits land there. What was
  // changed or made is in Build::tree.
  yaml::Value root;
  bool generated = false;

  // Views into the object: they live as long as the Build and the sources.
  std::string_view api_version() const { return root["apiVersion"].text(); }
  std::string_view kind() const { return root["kind"].text(); }
  std::string_view name() const { return root["metadata"]["name"].text(); }
  std::string_view name_space() const { return root["metadata"]["namespace"].text(); }
};

struct BuildData;

struct Build {
  std::string folder;         // the root, relative to the repository
  std::string kustomization;  // the path of its file; empty when there is none
  bool partial = false;       // something is missing: what is not there is unknown
  std::vector<Fault> faults;  // what would end Kustomize; at most one when strict
  std::vector<Fault> notes;   // what Kustomize says nothing about
  std::vector<Incomplete> incomplete;
  std::vector<std::string> files;    // all files that were read, sorted
  std::vector<std::string> folders;  // the folders of inner kustomizations and components, sorted
  std::vector<BuiltResource> resources;
  std::shared_ptr<const yaml::Tree> tree;  // what was made by the build; `resources` refer to it
  std::shared_ptr<const BuildData> data;

  bool ok() const { return faults.empty(); }
};

// The steps that led to a value that was reached from a built resource's root. A value that nothing changed has one
// step.
std::vector<ChainStep> chain_of(const Build& build, const yaml::Value& value);
// The bytes of memory that a build holds beside its sources: the tree, the tables of chains and the resources.
std::size_t memory_of(const Build& build);
// Where the strategic merge patches stand that changed an object, given by its root: a place in each, sorted.
std::vector<Span> patch_places(const Build& build, const yaml::Value& root);
// What was taken out of a mapping or list, newest first.
std::vector<RemovedField> removed_from(const Build& build, const yaml::Value& collection);

// What `kustomize build` prints; with `origins` each value has a trailing comment that names its file and line.
struct Rendered {
  std::string text;
  std::vector<Fault> faults;
  std::vector<Fault> notes;
};

class Builder {
 public:
  // `sources` must outlive this and everything it builds.
  Builder(Sources& sources, Options options);
  ~Builder();

  // `folder` is relative to the root of the file access.
  Build build(std::string_view folder) const;
  Rendered render(std::string_view folder, bool origins = false) const;

 private:
  std::unique_ptr<class BuildCache> cache_;
  Sources& sources_;
  Options options_;
};

// The name of the kustomization file of a folder, of the three that there can be; empty when there is none.
std::string kustomization_file(const FileAccess& access, std::string_view folder);

}  // namespace vlint::kustomize
