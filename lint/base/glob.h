// Globs over whole names, as Velero's filters read them. Not paths: `/` and `.` are letters like any other.
//
// matches_star_glob is for lists in which only `*` passes Velero's validation (namespaces up to velero 1.17);
// Glob is the whole syntax of the library behind the filters (github.com/gobwas/glob v0.2.3 without separators).
// Regular expressions are in pattern.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lint/base/result.h"

namespace vlint {

// `*` stands for any text, the empty one too; every other byte for itself. One exception, which is the library's: a
// pattern of two texts with stars between also matches where they overlap ("a*a" matches "a").
bool matches_star_glob(std::string_view pattern, std::string_view text);

// A compiled pattern. Matching takes time O(pattern × text) whatever the pattern says, and no recursion.
//
//   *  **          any text, the empty one too
//   ?              any one character (UTF-8)
//   [abc] [!abc]   one character of the list, or none of it
//   [a-z] [!a-z]   one character of the range. Exactly one range: [a-z0-9] does not compile
//   {a,b*}         one of the alternatives; they may be nested; a missing } at the end is allowed
//   \x             the character x
//
// Two texts with stars between may overlap, as in matches_star_glob. Otherwise the syntax means what it says; the
// library has more oddities (a run of equal negated lists, alternatives next to stars, characters outside ASCII, the
// empty text) that no name in Kubernetes meets and that are not imitated.
class Glob {
 public:
  // Error: the pattern does not compile (a list that is empty, open or more than a list; a range that runs backwards).
  // velero 1.18: as a namespace, such a pattern can pass validation and then fails the backup as it starts
  // (pkg/backup/backup.go); in other filters the sorted list is tried up to that pattern and no further
  // (pkg/util/collections/includes_excludes.go: globStringSet).
  static Result<Glob> compile(std::string_view pattern);

  bool matches(std::string_view text) const;

 private:
  enum class Kind : std::uint8_t { character, any_character, any_text, list, range, fork, jump };
  // One step of the automaton. `next` is followed by every kind; `other` by a fork only.
  struct Step {
    Kind kind = Kind::character;
    bool negated = false;
    char32_t low = 0;   // the character, or the first of a range
    char32_t high = 0;  // the last of a range
    std::uint32_t next = 0;
    std::uint32_t other = 0;
    std::u32string characters = {};  // of a list
  };
  friend class GlobCompiler;

  // The pattern is text, one star or more, text: all there is to look at.
  struct Ends {
    std::string head;
    std::string tail;
  };

  static bool accepts(const Step& step, char32_t character);
  class States;

  std::optional<Ends> ends_;
  std::vector<Step> steps_;  // the state after the last step accepts
};

// True if the pattern compiles and matches the whole text. For many texts compile once.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace vlint
