// What is wrong with a build, and what was noticed beside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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
  drops_list_items,       // a merge patch replaces a list of a custom resource and drops items by that
  reference_left_behind,  // a custom resource still names an object by its former name
  dead_directive,         // `$setElementOrder` and the like stay in the output as fields
};

// What mends a fault, where there is one right way that needs no thought.
enum class Repair : std::uint8_t {
  none,
  // The bytes at `where` are a plain scalar that YAML 1.1 takes for something else than text: `suggestion`, the same
  // text in single quotes, takes their place.
  quote,
  // `suggestion` takes the place of the text at `where`: a key, or a scalar, which keeps its quotes. It is a guess at
  // what was meant, the nearest of what there is.
  replace,
};

struct Fault {
  FaultKind kind = FaultKind::broken_build;
  std::string message;  // one sentence, lower case, no full stop
  Span where;           // may be invalid when there is no file to point at
  Span related;         // invalid, or where the other of two stands
  std::string related_message;
  std::string suggestion = {};  // what was meant instead, or empty
  Repair repair = Repair::none;
  // What it is about, by kind: the field that is deprecated, unknown or of a wrong type; the path of a missing file;
  // the directive that is dead; the former name that a reference still has.
  std::string subject = {};
  // drops_list_items: the names of the items that are dropped, in the order of the base's list.
  std::vector<std::string> items = {};
  // It is a fault because an object is not there. In a tolerant build of which something is missing nobody can tell, so
  // such faults and notes are left out then.
  bool by_absence = false;
};

// Thrown inside this folder only; build() catches it.
struct Failure {
  Fault fault;
};

[[noreturn]] inline void fail(FaultKind kind, Span where, std::string message) {
  Fault fault;
  fault.kind = kind;
  fault.message = std::move(message);
  fault.where = where;
  throw Failure{std::move(fault)};
}
[[noreturn]] inline void fail(Span where, std::string message) {
  fail(FaultKind::broken_build, where, std::move(message));
}
// Whether a text can be a slip of the pen for another one: few edits for their length, and not only in a number
// (`pvc-1` is not meant by `pvc-2`).
bool can_be_slip(std::string_view word, std::string_view meant);
// The one candidate that a text can be a slip for, if there is one.
std::optional<std::string_view> nearest(std::string_view word, const std::vector<std::string_view>& candidates);
// Whether bytes of a file are a scalar with this text, plain or in quotes without escapes.
bool is_text_of(std::string_view bytes, std::string_view text);
// Adds "did you mean". `is_exact`: the bytes at `where` are the text that the suggestion can replace.
void suggest(Fault& fault, std::string_view suggestion, bool is_exact);

// Because an object is not there.
[[noreturn]] inline void fail_absent(FaultKind kind, Span where, std::string message) {
  Fault fault;
  fault.kind = kind;
  fault.message = std::move(message);
  fault.where = where;
  fault.by_absence = true;
  throw Failure{std::move(fault)};
}

}  // namespace vlint::kustomize
