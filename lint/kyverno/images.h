// The variable `images`: the images of a workload's containers, taken apart.
// Source: kyverno v1.19 pkg/utils/api/image.go (ExtractImagesFromResource), pkg/engine/context (AddImageInfos).
#pragma once

#include "lint/jmespath/function.h"
#include "lint/jmespath/json.h"

namespace vlint::kyverno {

// {containers: {name: {registry, path, name, tag, digest, reference, referenceWithTag, jsonPointer}}, initContainers:
// …} of a Pod or a workload of Kubernetes; null for other kinds and for workloads without an image: then there is no
// such variable. A failure where an image's name can't be read.
jmespath::Outcome images_of(const jmespath::Json& object);

}  // namespace vlint::kyverno
