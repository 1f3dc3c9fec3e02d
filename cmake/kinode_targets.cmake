# What tests find in their environment: where the sources and the built guests are.
set(KINODE_TEST_ENV
  "KINODE_SOURCE_DIR=${CMAKE_SOURCE_DIR}"
  "KINODE_GUESTS_DIR=${CMAKE_BINARY_DIR}/guests")

# kinode_layer(<name> [DEPS <our folders>...] [LIBS <third-party targets>...]
#              [TEST_LIBS <targets>...])
#
# Makes everything of one source folder: x.cpp -> library kinode_<name>, x_test.cpp -> program
# kinode_<name>_test, x_bench.cpp -> kinode_<name>_bench, x_fuzz.cpp -> kinode_<name>_x_fuzz.
# DEPS are our own folders by name; the layer test checks that they match the includes.
function(kinode_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPS;LIBS;TEST_LIBS")
  file(GLOB all CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${all})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  set(benches ${all})
  list(FILTER benches INCLUDE REGEX "_bench\\.cpp$")
  set(fuzzers ${all})
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  set(sources ${all})
  list(FILTER sources EXCLUDE REGEX "(_test|_bench|_fuzz|/main)\\.cpp$")

  list(TRANSFORM arg_DEPS PREPEND kinode_ OUTPUT_VARIABLE deps)
  if(sources)
    add_library(kinode_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(kinode_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(kinode_${name} ${scope}
    kinode_options ${deps} ${arg_LIBS} fmt::fmt Threads::Threads)

  if(tests)
    add_executable(kinode_${name}_test ${tests})
    target_link_libraries(kinode_${name}_test
      PRIVATE kinode_${name} ${arg_TEST_LIBS} GTest::gmock_main)
    add_test(NAME ${name} COMMAND kinode_${name}_test)
    set_tests_properties(${name} PROPERTIES TIMEOUT 300 ENVIRONMENT "${KINODE_TEST_ENV}")
  endif()
  if(benches)
    add_executable(kinode_${name}_bench ${benches})
    target_link_libraries(kinode_${name}_bench
      PRIVATE kinode_${name} ${arg_TEST_LIBS} benchmark::benchmark_main)
    add_test(NAME ${name}_bench_smoke COMMAND kinode_${name}_bench --benchmark_min_time=0.001)
    set_tests_properties(${name}_bench_smoke PROPERTIES LABELS bench TIMEOUT 300)
  endif()
  foreach(fuzzer ${fuzzers})
    kinode_fuzzer(${name} ${fuzzer})
  endforeach()
endfunction()

# One fuzz target: libFuzzer in the fuzz preset, else a driver that replays the corpus and mutates
# it for about a second, so that it also runs in every suite.
function(kinode_fuzzer layer source)
  get_filename_component(stem ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" subject ${stem})
  set(target kinode_${layer}_${stem})
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE kinode_${layer})
  if(KINODE_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/support/fuzz_driver.cpp)
    add_test(NAME ${layer}_${stem} COMMAND ${target} ${CMAKE_SOURCE_DIR}/tests/corpus/${subject})
    set_tests_properties(${layer}_${stem} PROPERTIES LABELS fuzz TIMEOUT 120)
  endif()
endfunction()
