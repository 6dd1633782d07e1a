// Which lists merge by key: the built-in schema (Kubernetes 1.21), one given by `openapi: {path}`, or a JSON comment.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lint/yaml/value.h"

namespace vlint::kustomize {

class OpenApi;

// The schema of one field; default-made: none is known.
class MergeSchema {
 public:
  MergeSchema() = default;

  bool known() const { return builtin_ >= 0 || static_cast<bool>(definition_); }
  MergeSchema field(std::string_view name) const;
  MergeSchema elements() const;
  // Whether a list is merged; with no keys it is a set of scalars.
  bool merges() const;
  std::vector<std::string> keys() const;

 private:
  friend class OpenApi;

  int builtin_ = -1;
  std::string path_;        // of the field in a built-in kind
  yaml::Value definition_;  // in a given schema
  const OpenApi* root_ = nullptr;
};

// All kinds of a build. Built-in unless a schema was given, which then replaces the built-in one as a whole.
class OpenApi {
 public:
  OpenApi() = default;
  // A swagger document. It must outlive this. `with_builtin` keeps the built-in kinds and definitions beside it, as
  // Kustomize does when it has looked at them before it comes to the document.
  OpenApi(yaml::Value swagger, bool with_builtin);

  // Whether the built-in tables know the kind.
  static bool is_builtin_kind(std::string_view api_version, std::string_view kind);
  MergeSchema kind(std::string_view api_version, std::string_view kind) const;
  // A comment that is a JSON object is taken for the schema of the field it stands at.
  static MergeSchema of_comment(yaml::Value object);

 private:
  friend class MergeSchema;

  MergeSchema resolved(yaml::Value definition) const;
  static MergeSchema builtin(std::string_view api_version, std::string_view kind, std::string_view path);

  yaml::Value swagger_;
  bool with_builtin_ = true;
  std::map<std::string, yaml::Value> kinds_;  // by "apiVersion kind"
};

}  // namespace vlint::kustomize
