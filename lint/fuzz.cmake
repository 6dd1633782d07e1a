# libFuzzer programs (clang only): every lint/<folder>/<thing>_fuzz.cpp becomes fuzz_<thing>.
#
#   cmake --preset fuzz && cmake --build --preset fuzz
#   build/fuzz/bin/fuzz_parse -max_total_time=60 testdata/yaml

function(vlint_fuzz source)
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "^(.*)_fuzz$" "fuzz_\\1" program ${name})
  add_executable(${program} ${source})
  target_link_libraries(${program} PRIVATE ${ARGN} vlint_flags)
  target_link_options(${program} PRIVATE -fsanitize=fuzzer)
endfunction()

if(VLINT_FUZZ)
  vlint_fuzz(yaml/parse_fuzz.cpp vlint_yaml)
  vlint_fuzz(yaml/edit_fuzz.cpp vlint_yaml)
  vlint_fuzz(jmespath/expression_fuzz.cpp vlint_jmespath)
  vlint_fuzz(kustomize/build_fuzz.cpp vlint_kustomize)
  vlint_fuzz(kyverno/variables_fuzz.cpp vlint_kyverno)
  vlint_fuzz(engine/run_fuzz.cpp vlint_rules vlint_output)
endif()
