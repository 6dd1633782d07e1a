// What a read from the API server gives, as far as the repository tells: objects and lists for Kyverno's context.
//
// Nothing is guessed: an object that is not in the repository is absent only where everything was seen and nothing but
// Git makes such objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lint/base/known.h"
#include "lint/jmespath/json.h"
#include "lint/kube/resource.h"
#include "lint/model/cluster.h"
#include "lint/model/secrets.h"

namespace vlint::kyverno {

struct Fetched {
  Known exists = Known::unknown;  // no: the API server answers "not found"
  jmespath::Json value;           // what it answers; unknown where Git doesn't tell, null when the object doesn't exist
  const kube::Resource* resource = nullptr;  // of a single object that is in the repository
  std::string_view kind;                     // of a single object, where it is known
};

// A path of the API: /api/v1/namespaces/apps/secrets/base, /apis/apps/v1/deployments.
struct ApiPath {
  std::string group;  // "" for core
  std::string version;
  std::string plural;
  std::string name_space;  // empty: cluster-scoped, or a list of all namespaces
  std::string name;        // empty: a list
  bool has_rest = false;   // a subresource or a query follows, which is not looked at
};
// Nothing when it is no path of a resource (/healthz, /apis/apps/v1).
std::optional<ApiPath> parse_api_path(std::string_view url_path);

// The object as the API server hands it on: server-side fields are there and unknown, a Secret's stringData is in its
// data, encrypted values are unknown.
jmespath::Json live_object(const kube::Resource& resource);

// Where objects are looked for. Without a cluster everything is unknown; `secrets` tells of those that stand in no
// manifest and are made by others (External Secrets), and may be missing too.
struct Source {
  const model::Cluster* cluster = nullptr;
  const model::Secrets* secrets = nullptr;
};

Fetched fetch_object(const Source& source, std::string_view group, std::string_view kind, std::string_view name_space,
                     std::string_view name);
// GET of a path. A list is the repository's, where that is all there is.
Fetched fetch_path(const Source& source, std::string_view url_path);

}  // namespace vlint::kyverno
