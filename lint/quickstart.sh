#!/bin/sh
# From a fresh Debian 12 (or another system with apt) to a report, in one command:
#
#   sh lint/quickstart.sh lint                 install what is missing, build vlint, lint an example cluster
#   sh lint/quickstart.sh test                 install what is missing, build everything, run all tests
#   sh lint/quickstart.sh build                install what is missing, build vlint
#   sh lint/quickstart.sh install PACKAGE...   install what is missing for all that, and these packages of Debian
#
# Everything is built in build/release. VLINT_CMAKE_OPTIONS holds further options for CMake, separated by blanks.
set -eu
cd "$(dirname "$0")/.."

say() { printf '\n== %s\n' "$*"; }

usage() {
  sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
  exit 2
}

is_installed() { dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null | grep -q '^install ok installed$'; }

# missing_packages PURPOSE [PACKAGE...]: those not there yet, one a line. A program counts wherever it comes from.
missing_packages() {
  purpose=$1
  shift
  command -v c++ >/dev/null || echo build-essential
  command -v cmake >/dev/null || echo cmake
  command -v ninja >/dev/null || echo ninja-build
  command -v pkg-config >/dev/null || echo pkg-config
  for package in libyaml-dev libyaml-cpp-dev nlohmann-json3-dev libcli11-dev libre2-dev libfmt-dev doctest-dev "$@"; do
    is_installed "$package" || echo "$package"
  done
  if [ "$purpose" != build ]; then
    for program in git python3 pre-commit; do
      command -v "$program" >/dev/null || echo "$program"
    done
  fi
}

# install_missing PURPOSE [PACKAGE...]
install_missing() {
  if ! command -v apt-get >/dev/null; then
    say "No apt-get here: going on with the compiler, CMake 3.25 and Ninja that are installed; CMake fetches libraries"
    return
  fi
  packages=$(missing_packages "$@")
  if [ -z "$packages" ]; then return; fi
  # shellcheck disable=SC2086  # a list of words
  set -- $packages
  say "Installing $*"
  if [ "$(id -u)" -eq 0 ]; then
    as_root=
  elif command -v sudo >/dev/null; then
    as_root=sudo
  else
    echo "This needs an administrator; please let one type: apt-get install --no-install-recommends $*" >&2
    exit 1
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

build() {
  say "Building in build/release"
  # shellcheck disable=SC2086  # options separated by blanks
  cmake --preset release ${VLINT_CMAKE_OPTIONS:-}
  cmake --build --preset release "$@"
}

demonstrate() {
  say "build/release/bin/vlint fixtures/clusters/homepage"
  status=0
  build/release/bin/vlint fixtures/clusters/homepage || status=$?
  case $status in
    1)
      say "vlint has found the fault of the example; exit code 1 means just that"
      echo "Mend it:                build/release/bin/vlint --fix fixtures/clusters/homepage"
      echo "Look at the mend first: build/release/bin/vlint --diff fixtures/clusters/homepage"
      ;;
    0)
      echo "vlint found nothing, but the example has a fault: has it been mended already?" >&2
      exit 1
      ;;
    *)
      echo "vlint could not do its work (exit code $status)" >&2
      exit "$status"
      ;;
  esac
}

[ $# -ge 1 ] || usage
action=$1
shift
case $action in
  lint)
    install_missing build
    build --target vlint
    demonstrate
    ;;
  test)
    install_missing test
    build
    say "Running all tests"
    ctest --preset release --output-on-failure
    ;;
  build)
    install_missing build
    build --target vlint
    ;;
  install) install_missing test "$@" ;;
  *) usage ;;
esac
