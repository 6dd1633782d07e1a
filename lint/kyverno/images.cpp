#include "lint/kyverno/images.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lint/base/text.h"
#include "lint/jmespath/image_reference.h"

namespace vlint::kyverno {
namespace {

using jmespath::Failure;
using jmespath::FailureKind;
using jmespath::Json;
using jmespath::Outcome;

// Dotted path to the pod's spec; nothing for kinds without one. The group is not looked at.
std::optional<std::string_view> pod_spec_of(std::string_view kind) {
  if (kind == "Pod") return "spec";
  if (kind == "CronJob") return "spec.jobTemplate.spec.template.spec";
  for (const std::string_view known :
       {"DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"}) {
    if (kind == known) return "spec.template.spec";
  }
  return std::nullopt;
}

Json info_of(const jmespath::ImageReference& image, const std::string& pointer, yaml::Value origin) {
  const auto text = [&](const std::string& value) { return Json::string(value).with_origin(origin); };
  Json::Object info = {{"name", text(image.name)},
                       {"path", text(image.path)},
                       {"reference", text(image.to_string())},
                       {"referenceWithTag", text(image.with_tag())},
                       {"jsonPointer", Json::string(pointer)}};
  if (!image.registry.empty()) info.emplace_back("registry", text(image.registry));
  if (!image.tag.empty()) info.emplace_back("tag", text(image.tag));
  if (!image.digest.empty()) info.emplace_back("digest", text(image.digest));
  return Json::object(std::move(info));
}

Outcome images_in(const Json& containers, const std::string& pointer) {
  if (containers.is_null()) return Json();
  if (!containers.is_array()) return Failure{FailureKind::type, "invalid type"};
  Json::Object images;
  for (std::size_t i = 0; i < containers.items().size(); ++i) {
    const Json& container = containers.items()[i];
    const Json* name = container.find("name");
    const Json* image = container.find("image");
    if (container.is_unknown() || (name != nullptr && name->is_unknown())) return Json::unknown();
    if (!container.is_object()) return Failure{FailureKind::type, "invalid image config"};
    if (name == nullptr || !name->is_string()) return Failure{FailureKind::type, "invalid key"};
    if (image != nullptr && image->is_unknown()) {
      images.emplace_back(name->as_string(), Json::unknown().with_origin(image->origin()));
      continue;
    }
    if (image == nullptr || !image->is_string() || trim(image->as_string()).empty()) continue;
    const Result<jmespath::ImageReference> read = jmespath::parse_image(image->as_string());
    if (!read.ok()) {
      return Failure{FailureKind::value, fmt::format("invalid image '{}' ({})", image->as_string(), read.error())};
    }
    images.emplace_back(name->as_string(), info_of(*read, fmt::format("{}/{}/image", pointer, i), image->origin()));
  }
  return images.empty() ? Json() : Json::object(std::move(images));
}

}  // namespace

Outcome images_of(const Json& object) {
  const Json* kind = object.find("kind");
  if (object.is_unknown() || (kind != nullptr && kind->is_unknown())) return Json::unknown();
  const std::optional<std::string_view> path = pod_spec_of(kind != nullptr ? kind->as_string() : std::string_view{});
  if (!path) return Json();
  const Json* spec = &object;
  std::string pointer;
  for (const std::string_view step : split(*path, '.')) {
    spec = spec->find(step);
    if (spec == nullptr || spec->is_null()) return Json();
    if (spec->is_unknown()) return Json::unknown();
    if (!spec->is_object()) return Failure{FailureKind::type, "invalid image config"};
    pointer += "/" + std::string(step);
  }
  Json::Object images;
  for (const std::string_view list : {"initContainers", "containers", "ephemeralContainers"}) {
    const Json* containers = spec->find(list);
    if (containers == nullptr) continue;
    if (containers->is_unknown()) {
      images.emplace_back(std::string(list), Json::unknown());
      continue;
    }
    const Outcome found = images_in(*containers, pointer + "/" + std::string(list));
    if (!found.ok()) return found.failure();
    if (!found.value().is_null()) images.emplace_back(std::string(list), found.value());
  }
  return images.empty() ? Json() : Json::object(std::move(images));
}

}  // namespace vlint::kyverno
