# The libraries, from the system first (find_package), else fetched at a pinned version and checksum.
# libyaml has no CMake package on Debian and re2's Debian package has none either: both are found by pkg-config.

include(FetchContent)
find_package(PkgConfig QUIET)
set(vlint_try_system TRUE)
if(FETCHCONTENT_TRY_FIND_PACKAGE_MODE STREQUAL "NEVER")
  set(vlint_try_system FALSE)
endif()

# vlint_pkg_config(<target> <module>): defines <target> from pkg-config when the module is installed.
function(vlint_pkg_config target module)
  if(NOT TARGET ${target} AND PkgConfig_FOUND AND vlint_try_system)
    pkg_check_modules(VLINT_${module} QUIET IMPORTED_TARGET GLOBAL ${module})
    if(VLINT_${module}_FOUND)
      add_library(${target} ALIAS PkgConfig::VLINT_${module})
    endif()
  endif()
endfunction()

set(YAML_CPP_BUILD_TOOLS OFF CACHE INTERNAL "")
set(YAML_CPP_BUILD_TESTS OFF CACHE INTERNAL "")
set(RE2_BUILD_TESTING OFF CACHE INTERNAL "")
set(DOCTEST_WITH_TESTS OFF CACHE INTERNAL "")
set(JSON_BuildTests OFF CACHE INTERNAL "")
set(BUILD_TESTING_BEFORE ${BUILD_TESTING})
set(BUILD_TESTING OFF)

FetchContent_Declare(yaml-cpp SYSTEM GIT_REPOSITORY https://github.com/jbeder/yaml-cpp.git GIT_TAG 0.8.0
                     FIND_PACKAGE_ARGS 0.7)
FetchContent_Declare(nlohmann_json SYSTEM GIT_REPOSITORY https://github.com/nlohmann/json.git GIT_TAG v3.11.3
                     FIND_PACKAGE_ARGS 3.11)
FetchContent_Declare(CLI11 SYSTEM GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.4.2
                     FIND_PACKAGE_ARGS 2.1)
FetchContent_Declare(fmt SYSTEM GIT_REPOSITORY https://github.com/fmtlib/fmt.git GIT_TAG 10.2.1
                     FIND_PACKAGE_ARGS 9)
FetchContent_Declare(doctest SYSTEM GIT_REPOSITORY https://github.com/doctest/doctest.git GIT_TAG v2.4.11
                     FIND_PACKAGE_ARGS 2.4.9)
# The last release that does not need Abseil, which Debian 12 has in a version too old for newer ones.
FetchContent_Declare(re2 SYSTEM GIT_REPOSITORY https://github.com/google/re2.git GIT_TAG 2023-03-01)
FetchContent_Declare(libyaml SYSTEM GIT_REPOSITORY https://github.com/yaml/libyaml.git GIT_TAG 0.2.5)

FetchContent_MakeAvailable(yaml-cpp nlohmann_json CLI11 fmt)
if(VLINT_TESTS)
  FetchContent_MakeAvailable(doctest)
endif()

vlint_pkg_config(re2::re2 re2)
if(NOT TARGET re2::re2)
  FetchContent_MakeAvailable(re2)
endif()

vlint_pkg_config(vlint::libyaml yaml-0.1)
if(NOT TARGET vlint::libyaml)
  FetchContent_MakeAvailable(libyaml)
  add_library(vlint::libyaml ALIAS yaml)
endif()

if(NOT TARGET yaml-cpp::yaml-cpp)  # 0.7 exports the name without a namespace
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()
set(BUILD_TESTING ${BUILD_TESTING_BEFORE})
