# One static library a folder of lint/. A folder sees its own headers and those of the libraries it links, and no
# others: each library's include directory holds a single link `lint/<folder>`, so a wrong include does not compile.

# Flags for vlint's own code only.
add_library(vlint_flags INTERFACE)
target_compile_options(vlint_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
                       $<$<BOOL:${VLINT_WERROR}>:-Werror>)
# g++ 12 warns of overlapping copies inside std::string where there are none (GCC bug 105651, mended in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(vlint_flags INTERFACE -Wno-restrict)
endif()
target_compile_definitions(vlint_flags INTERFACE VLINT_VERSION="${PROJECT_VERSION}")

# vlint_layer(<folder> [SEES <folder>...] [PRIVATE <library>...])
#   SEES     folders whose headers this one may include (and, through them, theirs)
#   PRIVATE  third-party libraries used in this folder's .cpp files only
function(vlint_layer folder)
  cmake_parse_arguments(arg "" "" "SEES;PRIVATE" ${ARGN})
  set(gate ${PROJECT_BINARY_DIR}/include/${folder})
  file(MAKE_DIRECTORY ${gate}/lint)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/lint/${folder} ${gate}/lint/${folder} SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/lint/${folder}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  add_library(vlint_${folder} STATIC ${sources})
  target_include_directories(vlint_${folder} PUBLIC ${gate})
  list(TRANSFORM arg_SEES PREPEND vlint_)
  target_link_libraries(vlint_${folder} PUBLIC ${arg_SEES} fmt::fmt PRIVATE vlint_flags ${arg_PRIVATE})

  if(VLINT_TESTS AND tests)
    add_executable(vlint_${folder}_test ${tests} ${PROJECT_SOURCE_DIR}/lint/base/test_main.cpp)
    target_link_libraries(vlint_${folder}_test PRIVATE vlint_${folder} vlint_flags doctest::doctest ${arg_PRIVATE})
    target_compile_definitions(vlint_${folder}_test PRIVATE
                               VLINT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" VLINT_BINARY_DIR="${PROJECT_BINARY_DIR}")
    add_test(NAME unit.${folder} COMMAND vlint_${folder}_test)
  endif()
endfunction()
