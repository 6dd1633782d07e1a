// One entry of `context`, worked out. For context.cpp only.
// Source: kyverno v1.19 pkg/engine/context/loaders/{variable,configmap,apicall,globalcontext,imagedata}.go,
// pkg/engine/apicall/apiCall.go.
#pragma once

#include <string>
#include <string_view>

#include "lint/kyverno/context.h"

namespace vlint::kyverno {

class EntryLoader {
 public:
  EntryLoader(Context& context, const std::string& name, const jmespath::Json& spec);

  // Puts the value into the context; with a failure nothing is put there.
  LoadedEntry load();

 private:
  void load_variable(const jmespath::Json& variable);
  void load_config_map(const jmespath::Json& config_map);
  void load_api_call(const jmespath::Json& call);
  void load_elsewhere(const jmespath::Json& spec);
  void store_api_answer(const jmespath::Json& call, const jmespath::Json& answer);

  // Null after a failure, which is noted with `what` before it.
  std::optional<jmespath::Json> substituted(const jmespath::Json& part, std::string_view what);
  void fail(jmespath::FailureKind kind, std::string message);
  // Of a jmesPath.
  void fail_path(const jmespath::Json& path, const jmespath::Failure& failure, std::string message);
  void store(const jmespath::Json& value, bool replaces);
  std::optional<std::string> namespace_fault(std::string_view url_path) const;

  Context& context_;
  const jmespath::Json& spec_;
  LoadedEntry loaded_;
};

}  // namespace vlint::kyverno
