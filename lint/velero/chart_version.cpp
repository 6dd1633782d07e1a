#include "lint/velero/chart_version.h"

#include <array>
#include <string>
#include <tuple>

namespace vlint::velero {
namespace {

// The first chart of each appVersion; helm-charts charts/velero/Chart.yaml.
struct Row {
  int major;
  int minor;
  int patch;
  int app_minor;
  int app_patch;
};
constexpr auto kCharts = std::to_array<Row>({
    {2, 30, 0, 9, 0},  {3, 0, 0, 10, 0},   {3, 1, 4, 10, 2},  {3, 2, 0, 11, 0},  {4, 1, 4, 11, 1},  {5, 1, 0, 12, 0},
    {5, 1, 1, 12, 1},  {5, 1, 5, 12, 2},   {5, 2, 1, 12, 3},  {5, 3, 0, 13, 0},  {6, 1, 0, 13, 1},  {6, 3, 0, 13, 2},
    {7, 0, 0, 14, 0},  {7, 2, 0, 14, 1},   {8, 0, 0, 15, 0},  {8, 2, 0, 15, 1},  {8, 3, 0, 15, 2},  {9, 0, 0, 16, 0},
    {10, 0, 5, 16, 1}, {10, 0, 13, 16, 2}, {11, 0, 0, 17, 0}, {11, 2, 0, 17, 1}, {12, 0, 0, 18, 0}, {12, 0, 2, 18, 1},
});

// Of the 1.9 line the charts do not tell the patch apart here.
constexpr int kFirstExactMinor = 10;

}  // namespace

std::optional<Version> app_version_of_chart(std::string_view chart_version) {
  // The chart's majors go beyond those that Velero itself has.
  const std::size_t dot = chart_version.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > 2) return std::nullopt;
  int major = 0;
  for (const char c : chart_version.substr(0, dot)) {
    if (c < '0' || c > '9') return std::nullopt;
    major = major * 10 + (c - '0');
  }
  const std::optional<Version> rest = parse_version(std::string("1") + std::string(chart_version.substr(dot)));
  if (!rest) return std::nullopt;
  const std::tuple<int, int, int> wanted(major, rest->minor, rest->patch.value_or(0));
  std::optional<Version> found;
  for (const Row& row : kCharts) {
    if (std::tuple<int, int, int>(row.major, row.minor, row.patch) > wanted) break;
    found = Version{1, row.app_minor, std::nullopt};
    if (row.app_minor >= kFirstExactMinor) found->patch = row.app_patch;
  }
  return found;
}

}  // namespace vlint::velero
