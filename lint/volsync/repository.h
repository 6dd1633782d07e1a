// Where a restic source or destination keeps its backups: the value of RESTIC_REPOSITORY as far as Git tells it.
//
// A location can hold credentials: nothing of it may be printed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lint/base/known.h"
#include "lint/base/span.h"
#include "lint/model/partial_text.h"

namespace vlint::volsync {

enum class Backend : std::uint8_t { s3, b2, azure, gs, rest, sftp, swift, rclone, local, unknown };
std::string_view to_string(Backend backend);  // "s3", ..., "unknown"

enum class LocationFault : std::uint8_t {
  none,
  no_scheme,      // something with a colon that names no backend, as in https://host/bucket: restic refuses it
  relative_path,  // no scheme at all: restic takes it for a folder of the mover's read-only file system
  no_bucket,      // s3: without a bucket behind the host
  double_scheme,  // s3://https://host/bucket: the host is then `https:`
};

struct Repository {
  model::PartialText location;
  Span where;  // where Git says it
  Backend backend = Backend::unknown;
  LocationFault fault = LocationFault::none;
  // A blank or a line end at either end of the text, which then belongs to the path.
  Known has_blanks = Known::unknown;
};

// restic internal/backend/location/location.go: Parse, and the ParseConfig of the backends.
Repository read_repository(model::PartialText location, Span where);

// The same for two locations exactly where they lead to the same place: a slash at the end doesn't count. Nothing where
// it is not known. Not to be printed.
std::optional<std::string> identity_of(const Repository& repository);
Known is_same(const Repository& a, const Repository& b);

}  // namespace vlint::volsync
