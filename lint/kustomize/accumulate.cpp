// The entries of a kustomization: files and folders, whose objects are appended.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "lint/base/text.h"
#include "lint/kustomize/engine.h"

namespace vlint::kustomize {
namespace {

// How many times `max_objects` the objects of all folders of a build may be.
constexpr std::size_t kMostSteps = 10;

}  // namespace

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
  // Inner builds count too: a chain of overlays over many objects must not take for ever.
  shared_.appended += resources.size();
  if (shared_.appended > kMostSteps * shared_.options.max_objects) {
    fail(where, fmt::format("the folders of this build have more than {} objects together, which is the limit",
                            kMostSteps * shared_.options.max_objects));
  }
  entered_.push_back({into.resources.size(), where});
  std::unordered_map<std::string, std::size_t> ids;  // looked up only
  for (std::size_t i = 0; i < into.resources.size(); ++i) ids.emplace(into.resources[i].id().key(), i);
  std::vector<Fault> twice;  // objects that two entries bring from one place
  for (const Resource& resource : resources) {
    if (!OpenApi::is_builtin_kind(resource.api_version(), resource.kind()) && !is_cluster_scoped(resource.gvk())) {
      shared_.schema.builtin_seen = true;
    }
    const auto [known, is_new] = ids.emplace(resource.id().key(), into.resources.size());
    if (is_new) {
      into.resources.push_back(resource);
      continue;
    }
    Fault fault = duplicate(into.resources[known->second], known->second, resource, where);
    if (shared_.options.mode == Mode::strict) throw Failure{std::move(fault)};
    if (fault.where == where) {
      twice.push_back(std::move(fault));
    } else {
      record(fault);
    }
  }
  if (twice.empty()) return;
  if (twice.size() > 1)
    twice[0].message += twice.size() == 2 ? std::string(", and 1 more object is there twice")
                                          : fmt::format(", and {} more objects are there twice", twice.size() - 1);
  record(twice[0]);
}

// Two objects of one identity. Where both come from the same place in a file, the entries that brought them are at
// fault, else the objects.
Fault Target::duplicate(const Resource& first, std::size_t index, const Resource& second, Span where) const {
  Fault fault;
  fault.kind = FaultKind::duplicate_id;
  fault.message = fmt::format("there are two objects {}", second.id().title());
  fault.where = second.place();
  fault.related = first.place();
  fault.related_message = "the other one";
  if (fault.where != fault.related || !where.valid()) return fault;
  Span entry;
  for (const Entered& row : entered_) {
    if (row.first <= index) entry = row.entry;
  }
  if (!entry.valid() || entry == where) return fault;
  fault.message += ": this entry brings it a second time";
  fault.where = where;
  fault.related = entry;
  fault.related_message = "it comes from here already";
  return fault;
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
    Target target(shared_, loader_.inside(folder, where), editor_, findings_, origin);
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
  Shared shared{shared_.sources, shared_.cache,    shared_.options, shared_.schema,
                inner->kept,     shared_.appended, shared_.caching};
  Target target(shared, loader_.inside(folder, where).with_files(inner->findings.files), editor, inner->findings,
                origin);
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

}  // namespace vlint::kustomize
