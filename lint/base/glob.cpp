#include "lint/base/glob.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "lint/base/text.h"

namespace vlint {
namespace {

constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool matches_star_glob(std::string_view pattern, std::string_view text) {
  const std::size_t first_star = pattern.find('*');
  if (first_star == std::string_view::npos) return pattern == text;
  const std::size_t last_star = pattern.rfind('*');
  const std::string_view head = pattern.substr(0, first_star);
  const std::string_view tail = pattern.substr(last_star + 1);
  const bool only_ends = pattern.find_first_not_of('*', first_star) >= last_star;  // gobwas/glob match/prefix_suffix.go
  if (only_ends) return text.starts_with(head) && text.ends_with(tail);
  if (text.size() < head.size() + tail.size() || !text.starts_with(head) || !text.ends_with(tail)) return false;
  text = text.substr(head.size(), text.size() - head.size() - tail.size());
  // Between the stars each literal part is taken at its first place: a later place never leaves more room.
  for (const std::string_view part : split(pattern.substr(first_star, last_star - first_star), '*')) {
    const std::size_t at = text.find(part);
    if (at == std::string_view::npos) return false;
    text.remove_prefix(at + part.size());
  }
  return true;
}

// Reads a pattern from left to right as gobwas/glob's lexer does, and writes the steps of an automaton.
class GlobCompiler {
 public:
  explicit GlobCompiler(std::string_view pattern) : pattern_(pattern) {}

  Result<Glob> run() {
    while (!at_end()) {
      if (Status status = compile_one(); !status.ok()) return Error{status.error()};
    }
    while (!groups_.empty()) close_group();
    if (only_ends_ && starred_) glob_.ends_ = std::move(ends_);
    return std::move(glob_);
  }

 private:
  using Kind = Glob::Kind;
  using Step = Glob::Step;

  // An open `{`: the fork that begins its last alternative, and the ends of the earlier ones.
  struct Group {
    std::uint32_t fork;
    std::vector<std::uint32_t> ends;
  };

  bool at_end() const { return offset_ == pattern_.size(); }
  bool next_is(char byte) const { return !at_end() && pattern_[offset_] == byte; }
  std::uint32_t here() const { return static_cast<std::uint32_t>(glob_.steps_.size()); }

  char32_t take() {
    const CodePoint point = code_point_at(pattern_, offset_);
    offset_ += point.size;
    return point.value;
  }

  void emit(Step step) {
    step.next = here() + 1;
    glob_.steps_.push_back(std::move(step));
  }
  void emit_character() {
    const std::size_t begin = offset_;
    emit({.kind = Kind::character, .low = take()});
    (starred_ ? ends_.tail : ends_.head) += pattern_.substr(begin, offset_ - begin);
  }

  void emit_star() {
    emit({.kind = Kind::any_text});
    if (!ends_.tail.empty()) only_ends_ = false;
    starred_ = true;
  }

  Status compile_one() {
    const bool grouped = !groups_.empty();
    const char byte = pattern_[offset_];
    const bool special = byte == '?' || byte == '[' || byte == '{' || (grouped && (byte == ',' || byte == '}'));
    if (!special && byte != '*') {
      if (byte == '\\') ++offset_;
      if (!at_end()) emit_character();
      return Done{};
    }
    ++offset_;
    if (special) only_ends_ = false;
    if (byte == '*') emit_star();
    if (byte == '?') emit({.kind = Kind::any_character});
    if (byte == '{') open_group();
    if (byte == ',') begin_alternative();
    if (byte == '}') close_group();
    if (byte == '[') return compile_brackets();
    return Done{};
  }

  void open_group() {
    groups_.push_back({here(), {}});
    emit({.kind = Kind::fork, .other = kNowhere});
  }

  void begin_alternative() {
    Group& group = groups_.back();
    group.ends.push_back(here());
    emit({.kind = Kind::jump});
    glob_.steps_[group.fork].other = here();
    group.fork = here();
    emit({.kind = Kind::fork, .other = kNowhere});
  }

  void close_group() {
    for (const std::uint32_t end : groups_.back().ends) glob_.steps_[end].next = here();
    groups_.pop_back();
  }

  // After `[`. The library decides by the character after the first one whether this is a range or a list.
  Status compile_brackets() {
    const std::size_t begin = offset_ - 1;
    Step step;
    step.negated = next_is('!');
    if (step.negated) ++offset_;
    if (at_end()) return unclosed(begin);
    const std::size_t first_offset = offset_;
    step.low = take();
    if (next_is('-')) {
      ++offset_;
      if (at_end()) return unclosed(begin);
      step.kind = Kind::range;
      step.high = take();
    } else {
      offset_ = first_offset;
      step.kind = Kind::list;
      step.characters = take_list();
    }
    if (at_end()) return unclosed(begin);
    if (take() != ']') {
      return Error{"the range in " + quoted(pattern_.substr(begin)) +
                   " must end right after its second character: one pair of brackets holds one range or one list"};
    }
    const std::string brackets = quoted(pattern_.substr(begin, offset_ - begin));
    if (step.kind == Kind::list && step.characters.empty()) return Error{"the list " + brackets + " is empty"};
    if (step.kind == Kind::range && step.high < step.low) return Error{"the range " + brackets + " runs backwards"};
    emit(std::move(step));
    return Done{};
  }

  std::u32string take_list() {
    std::u32string characters;
    while (!at_end() && !next_is(']')) {
      if (next_is('\\')) ++offset_;
      if (!at_end()) characters += take();
    }
    std::sort(characters.begin(), characters.end());
    return characters;
  }

  Error unclosed(std::size_t begin) const {
    return Error{"the bracket in " + quoted(pattern_.substr(begin)) + " is not closed"};
  }

  std::string_view pattern_;
  std::size_t offset_ = 0;
  std::vector<Group> groups_;
  bool starred_ = false;
  bool only_ends_ = true;  // so far the pattern is text, stars, text
  Glob::Ends ends_;
  Glob glob_;
};

// The states that the automaton is in at once, each at most once: that is what keeps matching linear.
class Glob::States {
 public:
  explicit States(const std::vector<Step>& steps) : steps_(&steps), present_(steps.size() + 1, false) {}

  bool empty() const { return list_.empty(); }
  const std::vector<std::uint32_t>& list() const { return list_; }
  bool accepting() const { return present_[steps_->size()]; }

  void clear() {
    for (const std::uint32_t state : list_) present_[state] = false;
    list_.clear();
  }

  // Adds the state and all that are reached from it without reading a character.
  void add(std::uint32_t state) {
    pending_.push_back(state);
    while (!pending_.empty()) {
      state = pending_.back();
      pending_.pop_back();
      if (state == kNowhere || present_[state]) continue;
      present_[state] = true;
      list_.push_back(state);
      if (state == steps_->size()) continue;
      const Step& step = (*steps_)[state];
      if (step.kind == Kind::fork) pending_.push_back(step.other);
      if (step.kind == Kind::fork || step.kind == Kind::jump || step.kind == Kind::any_text) {
        pending_.push_back(step.next);
      }
    }
  }

 private:
  const std::vector<Step>* steps_;
  std::vector<bool> present_;
  std::vector<std::uint32_t> list_;
  std::vector<std::uint32_t> pending_;
};

Result<Glob> Glob::compile(std::string_view pattern) { return GlobCompiler(pattern).run(); }

bool Glob::accepts(const Step& step, char32_t character) {
  switch (step.kind) {
    case Kind::character:
      return step.low == character;
    case Kind::any_character:
    case Kind::any_text:
      return true;
    case Kind::list:
      return std::binary_search(step.characters.begin(), step.characters.end(), character) != step.negated;
    case Kind::range:
      return (step.low <= character && character <= step.high) != step.negated;
    case Kind::fork:
    case Kind::jump:
      return false;
  }
  return false;
}

bool Glob::matches(std::string_view text) const {
  if (ends_) return text.starts_with(ends_->head) && text.ends_with(ends_->tail);
  States now(steps_);
  States next(steps_);
  now.add(0);
  for (std::size_t offset = 0; offset < text.size() && !now.empty();) {
    const CodePoint point = code_point_at(text, offset);
    offset += point.size;
    for (const std::uint32_t state : now.list()) {
      if (state == steps_.size() || !accepts(steps_[state], point.value)) continue;
      next.add(steps_[state].kind == Kind::any_text ? state : steps_[state].next);
    }
    std::swap(now, next);
    next.clear();
  }
  return now.accepting();
}

bool matches_glob(std::string_view pattern, std::string_view text) {
  const Result<Glob> glob = Glob::compile(pattern);
  return glob.ok() && glob->matches(text);
}

}  // namespace vlint
