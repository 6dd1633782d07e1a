// Paths into a policy's JSON as Kyverno writes them: "/spec/containers/0/image", `/` in a key as `\/`.
// Source: kyverno v1.19 pkg/engine/jsonutils/traverse.go, pkg/utils/jsonpointer, pkg/engine/anchor,
// pkg/engine/operator.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace vlint::kyverno {

// Empty parts are steps that add nothing.
std::string pointer(std::span<const std::string> path);

// The JMESPath for `{{ @ }}` at a path of the policy: the part of it behind "foreach", without its first two steps,
// below `root` ("request.object").
std::string path_in_trigger(std::span<const std::string> path, std::string_view root);

// The path without the anchors around its keys: `(name)`, `+(name)`, `=(name)`, `X(name)`, `^(name)`, `<(name)`.
std::string without_anchors(std::span<const std::string> path);

// Go's path.Clean of a rooted path: no `.`, no `..`, no double or final slashes.
std::string clean_path(std::string_view path);

// The operator that a pattern begins with: ">=", "<=", ">", "<", "!", or of a range in the middle "-", "!-"; else
// empty.
std::string_view pattern_operator(std::string_view pattern);

}  // namespace vlint::kyverno
