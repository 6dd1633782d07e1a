#include "lint/volsync/schedule.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace vlint::volsync {
namespace {

constexpr std::array<std::string_view, 6> kDescriptors = {"@annually", "@yearly", "@monthly",
                                                          "@weekly",   "@daily",  "@hourly"};
constexpr unsigned kFields = 5;

// Where in a field the search may be. A field is a list of numbers, two numbers with `/` or `-`, `*`, or `*/` and a
// number.
enum State : unsigned {
  kBegin,        // nothing of it yet
  kFirstNumber,  // digits without a comma in front
  kAfterComma,
  kListNumber,
  kAfterSlash,  // or after a hyphen
  kSecondNumber,
  kStar,
  kStarSlash,
  kStarNumber,
  kStates,
};

using States = std::uint64_t;  // a bit a field and state

constexpr States bit(unsigned field, State state) { return States{1} << (field * kStates + state); }

constexpr bool ends_field(State state) {
  return state == kFirstNumber || state == kListNumber || state == kSecondNumber || state == kStar ||
         state == kStarNumber;
}

// The state after one more byte, or kStates when the field cannot go on with it.
State after(State state, char byte) {
  if (byte >= '0' && byte <= '9') {
    switch (state) {
      case kBegin:
      case kFirstNumber:
        return kFirstNumber;
      case kAfterComma:
      case kListNumber:
        return kListNumber;
      case kAfterSlash:
      case kSecondNumber:
        return kSecondNumber;
      case kStarSlash:
      case kStarNumber:
        return kStarNumber;
      default:
        return kStates;
    }
  }
  if (byte == ',' && (state == kFirstNumber || state == kListNumber)) return kAfterComma;
  if ((byte == '/' || byte == '-') && state == kFirstNumber) return kAfterSlash;
  if (byte == '*' && state == kBegin) return kStar;
  if (byte == '/' && state == kStar) return kStarSlash;
  return kStates;
}

// Where a field can end the next one can begin.
States with_next_fields(States states) {
  for (unsigned field = 0; field + 1 < kFields; ++field) {
    for (unsigned i = 0; i < kStates; ++i) {
      const auto state = static_cast<State>(i);
      if (ends_field(state) && (states & bit(field, state)) != 0) states |= bit(field + 1, kBegin);
    }
  }
  return states;
}

bool is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\f' || byte == '\r'; }

bool ends_in_five_fields(std::string_view text) {
  States states = 0;
  bool is_done = false;  // all fields were read up to here, with the last one's blank
  for (const char byte : text) {
    states = with_next_fields(states | bit(0, kBegin));
    States next = 0;
    is_done = false;
    for (unsigned field = 0; field < kFields; ++field) {
      for (unsigned i = 0; i < kStates; ++i) {
        const auto state = static_cast<State>(i);
        if ((states & bit(field, state)) == 0) continue;
        if (const State follows = after(state, byte); follows != kStates) next |= bit(field, follows);
        if (!is_blank(byte) || !ends_field(state)) continue;
        if (field + 1 < kFields) next |= bit(field + 1, kBegin);
        if (field + 1 == kFields) is_done = true;
      }
    }
    states = next;
  }
  for (unsigned i = 0; i < kStates; ++i) {
    const auto state = static_cast<State>(i);
    if (ends_field(state) && (states & bit(kFields - 1, state)) != 0) is_done = true;
  }
  return is_done;
}

}  // namespace

bool crd_accepts_schedule(std::string_view text) {
  for (const std::string_view descriptor : kDescriptors) {
    if (text.starts_with(descriptor)) return true;
  }
  return ends_in_five_fields(text);
}

}  // namespace vlint::volsync
