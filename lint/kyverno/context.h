// What expressions of a rule can name when it runs for one trigger: request, element, target, images, and the entries
// of `context`, which are worked out when a query first mentions them.
//
// Everything that is read from the cluster is looked up in the repository (cluster_lookup.h); what Git doesn't tell is
// unknown, never an error. Source: kyverno v1.19 pkg/engine/context/{context,deferred,evaluate}.go and loaders/*.go.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/jmespath/ast.h"
#include "lint/jmespath/function.h"
#include "lint/jmespath/json.h"
#include "lint/jmespath/parser.h"
#include "lint/kyverno/cluster_lookup.h"
#include "lint/kyverno/substitution.h"

namespace vlint::kyverno {

// Texts and what they parse to, so that ten thousand triggers don't parse one rule's expressions again. For one thread.
class ExpressionCache {
 public:
  std::shared_ptr<const jmespath::ParseResult> parse(std::string_view text);

 private:
  std::map<std::string, std::shared_ptr<const jmespath::ParseResult>, std::less<>> parsed_;
};

// The admission request of a trigger. Who asks is never known unless the caller says so.
struct Request {
  jmespath::Json object;      // as the API server hands it on (live_object); null on DELETE
  jmespath::Json old_object;  // null when there is none
  std::string operation = "CREATE";
  std::string group;  // "" for core
  std::string version;
  std::string kind;
  std::string name;  // empty: not known
  // Nothing: the request has none, as those for cluster-scoped objects other than Namespaces. Empty: not known.
  std::optional<std::string> name_space;
  jmespath::Json user_info = jmespath::Json::unknown();
  jmespath::Json roles = jmespath::Json::unknown();
  jmespath::Json cluster_roles = jmespath::Json::unknown();
  jmespath::Json service_account_name = jmespath::Json::unknown();
  jmespath::Json service_account_namespace = jmespath::Json::unknown();
};

// What became of an entry of `context` that a query mentioned.
struct LoadedEntry {
  std::string name;
  yaml::Value where;  // the entry
  std::optional<jmespath::Failure> failure;
  // Where it failed: of a variable in the entry, or of its jmesPath.
  std::optional<SubstitutionFailure> substitution;
  // The object that a configMap or an apiCall to a single object reads; empty for everything else.
  std::string kind;
  std::string name_space;
  std::string object_name;
  Known exists = Known::unknown;
  const kube::Resource* resource = nullptr;  // of the repository
};

class Context {
 public:
  // Without a cluster in `source` nothing that is read from it is known. A namespaced policy reads its own namespace
  // only; `policy_namespace` is empty for a ClusterPolicy. Cache and source must outlive the context.
  Context(ExpressionCache& cache, const Source& source, const Request& request, std::string policy_namespace = {});

  // The `context` of a rule or of an entry of foreach, as jmespath::from_yaml reads it.
  void add_entries(const jmespath::Json& entries);
  // foreach: `element`, `elementIndex` and, from 0, `element<nesting>`, `elementIndex<nesting>`.
  void set_element(const jmespath::Json& element, std::size_t index, std::size_t nesting);
  void set_target(const jmespath::Json& target);
  // Any other root.
  void set(std::string_view name, const jmespath::Json& value);

  // ctx.Query: a bare expression, without `{{ }}`. Messages are upstream's.
  jmespath::Outcome query(std::string_view expression);
  // Variables of a part of the policy; DELETE is minded.
  Substituted substitute(const jmespath::Json& document);

  // Entries and elements that are added after `save` go with `restore`: one turn of a foreach.
  struct Saved;
  std::shared_ptr<const Saved> save() const;
  void restore(const Saved& saved);

  // In the order in which they were worked out, those of turns that are over included. The last one has the failure
  // when a query failed because of it.
  const std::vector<LoadedEntry>& loaded() const { return loaded_; }

 private:
  struct Entry {
    std::string name;
    jmespath::Json spec;
    bool is_images = false;
    bool is_mentioned = false;
  };
  friend class EntryLoader;

  const jmespath::Json& root();
  jmespath::Outcome evaluate(std::string_view expression, const jmespath::Json& data);
  std::optional<jmespath::Failure> load_mentioned(std::string_view query);
  std::optional<jmespath::Failure> load(std::size_t index);

  ExpressionCache* cache_;
  Source source_;
  std::string policy_namespace_;
  bool is_delete_ = false;
  jmespath::Json::Object roots_;        // sorted by name
  std::optional<jmespath::Json> root_;  // of roots_, until one changes
  std::vector<Entry> entries_;
  std::size_t limit_;  // entries from here on are not looked at: those before the one that is being worked out are
  std::vector<LoadedEntry> loaded_;
};

struct Context::Saved {
  jmespath::Json::Object roots;
  std::vector<Entry> entries;
};

// Whether a query mentions an entry so that it is worked out: the name between word boundaries, and not after a dot.
bool mentions(std::string_view query, std::string_view name);

}  // namespace vlint::kyverno
