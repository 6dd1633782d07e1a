#include "lint/engine/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <span>

#include "lint/base/line_table.h"
#include "lint/base/text.h"
#include "lint/kustomize/file_access.h"
#include "lint/yaml/value.h"

namespace vlint {
namespace {

using yaml::Value;

// Reads one file; the first fault is kept.
class Reader {
 public:
  explicit Reader(const yaml::Tree& tree) : tree_(tree) {}

  Result<Configuration> read() {
    const auto broken = std::find_if(tree_.problems.begin(), tree_.problems.end(), [](const yaml::Problem& problem) {
      return problem.kind != yaml::ProblemKind::unread;
    });
    if (broken != tree_.problems.end()) {
      fail(broken->where, broken->message);
      return Error{*fault_};
    }
    for (const yaml::Document& document : tree_.documents) {
      if (document.root != yaml::kNoNode) read_root(Value(tree_, document.root));
    }
    if (fault_) return Error{*fault_};
    return configuration_;
  }

 private:
  using Handler = std::function<void(Value)>;
  struct Setting {
    std::string_view name;
    Handler read;
  };

  void read_root(Value root) {
    if (root.is_null()) return;
    mapping(root, "settings",
            std::array{Setting{"velero", [this](Value value) { read_velero(value); }},
                       Setting{"kyverno", [this](Value value) { read_kyverno(value); }},
                       Setting{"facts", [this](Value value) { configuration_.facts = paths(value, "facts"); }},
                       Setting{"clusters", [this](Value value) { read_clusters(value); }},
                       Setting{"intent", [this](Value value) { read_intent(value); }}});
  }

  void read_velero(Value value) {
    mapping(value, "velero",
            std::array{
                Setting{"version",
                        [this](Value version) {
                          configuration_.velero_version = velero::parse_version(version.text());
                          if (!configuration_.velero_version) {
                            fail(version.span(), "`version` wants a version such as 1.18 or 1.17.2, in quotes");
                          }
                        }},
                Setting{"namespace", [this](Value name) { configuration_.velero_namespace = text(name, "namespace"); }},
                Setting{"node-agent", [this](Value flag) {
                          configuration_.node_agent = flag.as_bool();
                          if (!configuration_.node_agent) fail(flag.span(), "`node-agent` wants true or false");
                        }}});
  }

  void read_kyverno(Value value) {
    mapping(value, "kyverno",
            std::array{Setting{"version", [this](Value version) {
                                 configuration_.kyverno_version = kyverno::parse_release(version.text());
                                 if (!configuration_.kyverno_version) {
                                   fail(version.span(), "`version` wants a version such as 1.13 or 1.13.4, in quotes");
                                 }
                               }}});
  }

  void read_clusters(Value value) {
    if (!value.is_sequence()) return fail(value.span(), "`clusters` wants a list of mappings with `name` and `paths`");
    for (const Value item : value.items()) {
      gitops::NamedCluster cluster;
      mapping(item, "clusters",
              std::array{Setting{"name", [&](Value name) { cluster.name = text(name, "name"); }},
                         Setting{"paths", [&](Value list) { cluster.paths = paths(list, "paths"); }}});
      if (cluster.name.empty()) fail(item.span(), "a cluster needs a `name`");
      if (cluster.paths.empty()) fail(item.span(), "a cluster needs `paths`, the folders that it runs");
      const auto has_name = [&](const gitops::NamedCluster& other) { return other.name == cluster.name; };
      if (std::any_of(configuration_.clusters.begin(), configuration_.clusters.end(), has_name)) {
        fail(item.span(), fmt::format("there are two clusters named {}", quoted(cluster.name)));
      }
      configuration_.clusters.push_back(std::move(cluster));
    }
  }

  void read_intent(Value value) {
    Intent intent;
    const auto set = [&](Value key, bool is_label) {
      if (!intent.key.empty()) fail(key.span(), "`intent` wants a `label` or an `annotation`, not both");
      intent = {is_label, text(key, is_label ? "label" : "annotation")};
    };
    mapping(value, "intent",
            std::array{Setting{"label", [&](Value key) { set(key, true); }},
                       Setting{"annotation", [&](Value key) { set(key, false); }}});
    if (intent.key.empty()) return fail(value.span(), "`intent` wants a `label` or an `annotation`");
    configuration_.intent = std::move(intent);
  }

  void mapping(Value value, std::string_view what, std::span<const Setting> settings) {
    if (!value.is_mapping()) return fail(value.span(), fmt::format("`{}` wants a mapping", what));
    for (const yaml::Entry& entry : value.entries()) {
      const auto setting = std::find_if(settings.begin(), settings.end(),
                                        [&](const Setting& known) { return known.name == entry.key.text(); });
      if (setting != settings.end()) {
        setting->read(entry.value);
        continue;
      }
      std::vector<std::string_view> names;
      for (const Setting& known : settings) names.push_back(known.name);
      const auto near = closest(entry.key.text(), names, 3);
      fail(entry.key.span(), fmt::format("no setting is named {}{}", quoted(entry.key.text()),
                                         near ? fmt::format("; did you mean {}?", *near)
                                              : fmt::format("; there are {}", join(names, ", "))));
    }
  }

  std::string text(Value value, std::string_view what) {
    const auto string = value.as_string();
    if (!string || string->empty()) fail(value.span(), fmt::format("`{}` wants a text", what));
    return std::string(string.value_or(""));
  }

  // Files or folders of the repository.
  std::vector<std::string> paths(Value value, std::string_view what) {
    std::vector<std::string> result;
    if (!value.is_sequence()) {
      fail(value.span(), fmt::format("`{}` wants a list of paths", what));
      return result;
    }
    for (const Value item : value.items()) {
      const std::string path = kustomize::clean_path(text(item, what));
      if (!kustomize::is_inside(path, "")) {
        fail(item.span(), fmt::format("{} lies outside of the repository", quoted(item.text())));
      }
      result.push_back(path);
    }
    return result;
  }

  void fail(Span where, std::string_view message) {
    if (fault_) return;
    const Position at = LineTable(tree_.text).at(where.valid() ? where.begin : 0);
    fault_ = fmt::format(".vlint.yaml:{}:{}: {}", at.line, at.column, message);
  }

  const yaml::Tree& tree_;
  Configuration configuration_;
  std::optional<std::string> fault_;
};

}  // namespace

Declared declared_intent(const Configuration& configuration, const kube::Resource& resource) {
  if (!configuration.intent) return Declared::nothing;
  const Value all = resource.metadata[configuration.intent->is_label ? "labels" : "annotations"];
  const std::string_view declared = all[configuration.intent->key].text();
  return declared == "optional" ? Declared::optional : declared == "required" ? Declared::required : Declared::nothing;
}

Result<Configuration> read_configuration(const yaml::Tree& tree) { return Reader(tree).read(); }

}  // namespace vlint
