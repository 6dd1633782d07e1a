#include "lint/volsync/repository.h"

#include <array>

#include "lint/base/text.h"

namespace vlint::volsync {
namespace {

struct Scheme {
  std::string_view name;
  Backend backend;
};
constexpr auto kSchemes = std::to_array<Scheme>({{"s3", Backend::s3},
                                                 {"b2", Backend::b2},
                                                 {"azure", Backend::azure},
                                                 {"gs", Backend::gs},
                                                 {"rest", Backend::rest},
                                                 {"sftp", Backend::sftp},
                                                 {"swift", Backend::swift},
                                                 {"rclone", Backend::rclone},
                                                 {"local", Backend::local}});

Backend backend_named(std::string_view scheme) {
  for (const Scheme& one : kSchemes) {
    if (one.name == scheme) return one.backend;
  }
  return Backend::unknown;
}

bool is_path(std::string_view text) {
  return text.starts_with('/') || text.starts_with("./") || text.starts_with("../") || text == "." || text == "..";
}

// internal/backend/s3/config.go: ParseConfig. `text` is whole.
LocationFault fault_of_s3(std::string_view text) {
  std::string_view rest = text.substr(3);
  const bool is_url = rest.starts_with("http");
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    if (rest.starts_with("http:") || rest.starts_with("https:")) return LocationFault::double_scheme;
  } else if (is_url) {
    const std::size_t slashes = rest.find("://");
    if (slashes == std::string_view::npos) return LocationFault::no_bucket;
    rest.remove_prefix(slashes + 3);
  }
  const std::size_t slash = rest.find('/');
  const bool has_bucket = slash != std::string_view::npos && slash + 1 < rest.size() && rest[slash + 1] != '/';
  return has_bucket ? LocationFault::none : LocationFault::no_bucket;
}

void read_whole(std::string_view text, Repository& out) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos) out.backend = backend_named(text.substr(0, colon));
  if (out.backend == Backend::s3) out.fault = fault_of_s3(text);
  if (out.backend != Backend::unknown || text.empty()) return;
  if (is_path(text)) {
    out.backend = Backend::local;
  } else {
    out.fault = colon == std::string_view::npos ? LocationFault::relative_path : LocationFault::no_scheme;
  }
}

// Without slashes at the end; the text is known up to there.
model::PartialText without_last_slashes(const model::PartialText& location) {
  const std::optional<std::string_view> text = location.text();
  if (!text) return location;
  const std::size_t last = text->find_last_not_of('/');
  return model::PartialText::known(text->substr(0, last == std::string_view::npos ? 0 : last + 1));
}

}  // namespace

std::string_view to_string(Backend backend) {
  for (const Scheme& one : kSchemes) {
    if (one.backend == backend) return one.name;
  }
  return "unknown";
}

Repository read_repository(model::PartialText location, Span where) {
  Repository read;
  read.location = std::move(location);
  read.where = where;
  const std::string_view head = read.location.head();
  const std::string_view tail = read.location.tail();
  const bool begins_blank = !head.empty() && trim(head.substr(0, 1)).empty();
  const bool ends_blank = !tail.empty() && trim(tail.substr(tail.size() - 1)).empty();
  if (begins_blank || ends_blank) {
    read.has_blanks = Known::yes;
  } else if (read.location.is_known() || (!head.empty() && !tail.empty())) {
    read.has_blanks = Known::no;
  }
  if (const std::optional<std::string_view> text = read.location.text()) {
    read_whole(*text, read);
  } else if (const std::size_t colon = head.find(':'); colon != std::string_view::npos) {
    read.backend = backend_named(head.substr(0, colon));
    if (read.backend == Backend::unknown && !is_path(head)) read.fault = LocationFault::no_scheme;
  }
  return read;
}

std::optional<std::string> identity_of(const Repository& repository) {
  return without_last_slashes(repository.location).identity();
}

Known is_same(const Repository& a, const Repository& b) {
  const Known same = equal(without_last_slashes(a.location), without_last_slashes(b.location));
  // A slash at the end of a text that is known in part only.
  const bool ends_differ = a.location.tail().ends_with('/') != b.location.tail().ends_with('/');
  const bool are_known = a.location.is_known() && b.location.is_known();
  return same == Known::no && ends_differ && !are_known ? Known::unknown : same;
}

}  // namespace vlint::volsync
