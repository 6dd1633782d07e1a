// Which namespaces a Backup takes: its lists, their globs by the version of Velero, and the label that excludes a
// namespace as a whole.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/known.h"
#include "lint/velero/evidence.h"
#include "lint/velero/include_exclude.h"
#include "lint/velero/schedule.h"
#include "lint/velero/version.h"

namespace vlint::velero {

// A namespace that carries velero.io/exclude-from-backup.
struct LabelledNamespace {
  std::string_view name;
  Known excluded = Known::yes;  // unknown: the label's value is not known
  Span where;                   // of the label
};
// Of the Namespace objects of a cluster, sorted by name. Velero 1.10 and later looks at them.
std::vector<LabelledNamespace> labelled_namespaces(const model::Cluster& cluster);

// includedNamespaces as it is when the Backup runs: from 1.18.1 an empty list is "*".
std::vector<std::string> namespaces_in_force(const BackupSpec& spec, const Version& version);

class NamespaceFilter {
 public:
  // Lists that are fully known, without labelled namespaces; to be used where there is no Schedule.
  NamespaceFilter(const std::vector<std::string>& included, const std::vector<std::string>& excluded,
                  const Version& version);
  // `labelled` must outlive the filter; so must the Schedule's tree.
  NamespaceFilter(const BackupSpec& spec, std::span<const LabelledNamespace> labelled, const Version& version);

  // Why the Backup fails on patterns that pass its validation but do not compile; empty otherwise.
  const std::string& error() const { return error_; }

  struct Answer {
    Known included = Known::unknown;
    bool by_label = false;  // excluded by the label of the Namespace
    std::vector<Evidence> evidence;
  };
  // For a namespace that exists.
  Answer ask(std::string_view name_space) const;
  Known includes(std::string_view name_space) const { return ask(name_space).included; }
  // For an object whose namespace is not known: yes or no only if it is the answer for every namespace.
  Known includes_every_namespace() const;

  // Whether the Backup counts as one of the whole cluster, given the names of all namespaces, sorted
  // (NamespaceIncludesExcludes.IncludeEverything).
  bool is_everything(std::span<const std::string> existing) const;
  // Whether the Namespace object of that name passes. Up to 1.17 a pattern takes namespaces, though it lists none.
  bool admits(std::string_view name_space) const;
  // Whether a namespace is included by its name that is not among the existing ones (from 1.14.1 that is an error of
  // the backup).
  bool has_missing(std::span<const std::string> existing) const;
  // Whether an entry other than `*` is a pattern.
  bool has_patterns() const;
  // Whether the objects of all namespaces are listed at once, those of excluded ones too.
  bool lists_all() const { return includes_all_ && !expanded_; }

 private:
  struct Entry {
    std::string text;
    Span where;
  };
  struct List {
    std::vector<Entry> entries;  // with known text
    NameSet names;
    std::vector<Glob> globs;  // of the entries that are patterns, where they count
    std::vector<Entry> glob_entries;
    bool has_unknown = false;
    Span where;

    bool empty() const { return entries.empty() && !has_unknown; }
    const Entry* find(std::string_view name_space) const;
  };

  static List make_list(const NameList& list);
  void compile(List& list, bool globs_count);
  void prepare(const Version& version);
  bool excludes_nothing(std::span<const std::string> existing) const;

  List included_;
  List excluded_;
  std::span<const LabelledNamespace> labelled_;
  bool includes_all_ = false;      // nothing is listed, or "*"
  bool includes_nothing_ = false;  // Velero 1.18.0 with an empty list and a pattern among the excluded
  bool expanded_ = false;
  bool compares_with_existing_ = false;
  std::string error_;
};

}  // namespace vlint::velero
