// A value or the sentence that says why there is none.
//
// Functions that can fail because of the environment (an unreadable folder, a bad option) or that refuse
// (an edit with no clean answer) return a Result. Faults in the user's files are not errors: they are problems
// with a place, and the run goes on. Nothing in vlint throws across a folder.
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace vlint {

// One sentence for a person, lower case, no full stop: "no such file: apps/x.yaml".
struct Error {
  std::string message;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor): `return value;` is the point
  Result(Error error)
      : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor): `return Error{...};` likewise

  bool ok() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    assert(ok() && "the error must be looked at before the value");
    return *std::get_if<T>(&state_);
  }
  T&& value() && {
    assert(ok() && "the error must be looked at before the value");
    return std::move(*std::get_if<T>(&state_));
  }
  const T& operator*() const& { return value(); }
  const T* operator->() const { return &value(); }

  const std::string& error() const {
    assert(!ok() && "there is no error");
    return std::get_if<Error>(&state_)->message;
  }

 private:
  std::variant<T, Error> state_;
};

// For functions that either succeed or say why not.
struct Done {};
using Status = Result<Done>;

}  // namespace vlint
