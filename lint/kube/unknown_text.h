// The text that stands in an object that a policy generates where Git doesn't tell the value. It looks like a template,
// so that whoever reads manifests takes it for unknown; where two such values are provably the same, their texts are.
//
// No manifest is read for such texts: a person's `${VAR}` says nothing of its value.
#pragma once

#include <string>
#include <string_view>

namespace vlint::kube {

// `identity`: the same for values that are the same; empty where that is not known. It can't be read from the text.
std::string unknown_text(std::string_view identity);

// What of the text tells its value apart from others; empty for texts that don't.
std::string_view identity_in(std::string_view unknown_text);

}  // namespace vlint::kube
