// Versions of Velero. What Velero does differs between them, so every statement is made for one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vlint::velero {

struct Version {
  int major = 1;
  int minor = 0;
  std::optional<int> patch;  // absent in "1.18": then the newest patch of that line is meant

  bool operator==(const Version&) const = default;
};

// The newest release whose behaviour is built in.
inline constexpr Version kNewestVersion{1, 18, 1};

// A version without a patch number counts as the newest patch of its line.
constexpr bool at_least(const Version& version, int major, int minor, int patch = 0) {
  if (version.major != major) return version.major > major;
  if (version.minor != minor) return version.minor > minor;
  return !version.patch.has_value() || *version.patch >= patch;
}

// "1.18", "v1.18.1", and image tags such as "1.16.2-debian-12-r0" or "v1.17.0-rc.1". Nothing for other texts ("main",
// "latest", "1", a digest): then the version is not known.
std::optional<Version> parse_version(std::string_view text);

// "1.18" or "1.18.1".
std::string to_string(const Version& version);

}  // namespace vlint::velero
