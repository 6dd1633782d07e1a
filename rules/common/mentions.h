// Whether a text stands anywhere in the files of a repository: what nobody mentions nobody manages from there.
#pragma once

#include <string_view>

#include "lint/engine/model.h"

namespace vlint::rules {

// Also in comments, in text that a template engine reads, and in files that are no manifests. Time: all bytes once.
bool is_mentioned(const Model& model, std::string_view text);

}  // namespace vlint::rules
