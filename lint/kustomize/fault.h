// What is wrong with a build, and what was noticed beside.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lint/base/span.h"

namespace vlint::kustomize {

enum class FaultKind : std::uint8_t {
  broken_build,  // any other error
  missing_file,
  unknown_field,
  wrong_type,   // a YAML 1.1 boolean or number where a text is wanted, or any other type that is not wanted
  leaves_root,  // load restriction
  cycle,
  duplicate_id,
  no_patch_target,  // a patch that must match an object matches none or several
  remote,           // a remote resource, Helm chart or plugin: not seen, never fetched or run
  // Notes: kustomize builds without a word.
  patch_matches_nothing,  // a target that selects nothing
  deprecated_field,
  drops_list_items,       // a merge patch replaces a list of a kind without merge keys
  reference_left_behind,  // a custom resource still names an object by its former name
  dead_directive,         // `$setElementOrder` and the like stay in the output as fields
};

struct Fault {
  FaultKind kind = FaultKind::broken_build;
  std::string message;  // one sentence, lower case, no full stop
  Span where;           // may be invalid when there is no file to point at
  Span related;         // invalid, or where the other of two stands
  std::string related_message;
  std::string suggestion;  // what was meant instead, or empty
};

// Thrown inside this folder only; build() catches it.
struct Failure {
  Fault fault;
};

[[noreturn]] inline void fail(FaultKind kind, Span where, std::string message) {
  throw Failure{{kind, std::move(message), where, {}, {}, {}}};
}
[[noreturn]] inline void fail(Span where, std::string message) {
  fail(FaultKind::broken_build, where, std::move(message));
}

}  // namespace vlint::kustomize
