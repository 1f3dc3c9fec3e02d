# Programs that run on the node: WebAssembly components of world kinode:process/process-v1.
#
#   kinode_guest(<name> SOURCES <file>... [OPTIONS <compiler option>...] [WASI] [WORLD <folder>])
#       compiles with clang for wasm32 against sdk/ -> ${CMAKE_BINARY_DIR}/guests/<name>.wasm.
#       It imports kinode:process/standard alone; with WASI it also has stdio, clocks and random.
#       WORLD: for another interface, the bare bindings of sdk/generated/<folder>.
#   kinode_script_guest(<name> SCRIPT <script> DEPENDS <file>...)
#       the same for a guest that a script builds, which is called with the output's path.
#   kinode_guest_test(<name> SOURCES <file>...)
#       the sources of a guest and its tests, compiled natively, as one gtest program.
#   kinode_package(<name> MANIFEST <manifest.json> METADATA <metadata.json> GUESTS <guest>...)
#       -> ${CMAKE_BINARY_DIR}/packages/<name>/ (metadata.json, pkg/), and beside it <name>.zip (the
#       content of pkg/) with <name>.metadata.json.
#
# Target `guests` builds all of them, and is part of `all`.

set(KINODE_SDK_DIR ${CMAKE_CURRENT_LIST_DIR}/../sdk)
cmake_path(NORMAL_PATH KINODE_SDK_DIR)
set(KINODE_GUESTS_DIR ${CMAKE_BINARY_DIR}/guests)
set(KINODE_PACKAGES_DIR ${CMAKE_BINARY_DIR}/packages)
set(KINODE_SDK_WASM_LIBRARY ${KINODE_GUESTS_DIR}/sdk/libkinode.a)
file(GLOB KINODE_SDK_COMPONENT_TYPE ${KINODE_SDK_DIR}/generated/*_component_type.o)

find_program(KINODE_GUEST_CXX NAMES clang++-19 REQUIRED)
find_program(KINODE_GUEST_AR NAMES llvm-ar-19 llvm-ar REQUIRED)
find_program(KINODE_ZIP zip REQUIRED)
execute_process(COMMAND ${CMAKE_CURRENT_LIST_DIR}/../tools/ensure_wasm_tools.sh
  OUTPUT_VARIABLE KINODE_WASM_TOOLS OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)

# -Os: a guest is loaded more often than it is busy. Bulk memory makes memcpy one instruction.
set(KINODE_GUEST_FLAGS
  --target=wasm32-wasi -Os -g0 -mbulk-memory -msign-ext -mnontrapping-fptoint
  -ffunction-sections -fdata-sections -fvisibility=hidden
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -Wall -Wextra -Werror
  -I${KINODE_SDK_DIR}/include -I${KINODE_SDK_DIR}/generated)
set(KINODE_GUEST_CXX_FLAGS
  -std=c++23 -fno-exceptions -fno-rtti -fno-threadsafe-statics)
# Stands in front of libc's own object, which would import WASI.
set(KINODE_SDK_NO_WASI ${KINODE_GUESTS_DIR}/sdk/no_wasi.cpp.o)
# The stack comes first, so that overflowing it traps instead of overwriting data.
set(KINODE_GUEST_LINK_FLAGS
  --target=wasm32-wasi -mexec-model=reactor -Wl,--gc-sections -Wl,--strip-all -Wl,--stack-first
  -Wl,-z,stack-size=131072)
# Pulls in the bindings, which export init, even if the guest calls nothing.
string(CONCAT KINODE_GUEST_LINK_BINDINGS -Wl,--undefined=
  __component_type_object_force_link_process_v1_public_use_in_this_compilation_unit)

add_custom_target(guests ALL)

# Adds the rule that compiles one source; its object's path goes to the variable `out`.
function(kinode_guest_object out source folder)
  cmake_path(ABSOLUTE_PATH source NORMALIZE)
  cmake_path(GET source FILENAME file)
  set(object ${folder}/${file}.o)
  set(language -x c)
  if(source MATCHES "\\.cpp$")
    set(language -x c++ ${KINODE_GUEST_CXX_FLAGS})
  endif()
  file(MAKE_DIRECTORY ${folder})
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${KINODE_GUEST_CXX} ${KINODE_GUEST_FLAGS} ${language}
            ${ARGN} -MD -MF ${object}.d -c ${source} -o ${object}
    DEPENDS ${source}
    DEPFILE ${object}.d
    COMMENT "Guest object ${folder}/${file}"
    COMMAND_EXPAND_LISTS VERBATIM)
  set(${out} ${object} PARENT_SCOPE)
endfunction()

# The SDK for guests, compiled once: kinode_guest_sdk(<source>...).
function(kinode_guest_sdk)
  kinode_guest_object(no_wasi ${KINODE_SDK_DIR}/src/no_wasi.cpp ${KINODE_GUESTS_DIR}/sdk)
  foreach(source ${ARGN})
    kinode_guest_object(object ${source} ${KINODE_GUESTS_DIR}/sdk)
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(
    OUTPUT ${KINODE_SDK_WASM_LIBRARY}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${KINODE_SDK_WASM_LIBRARY}
    COMMAND ${KINODE_GUEST_AR} rcsD ${KINODE_SDK_WASM_LIBRARY} ${objects}
    DEPENDS ${objects}
    COMMENT "Guest library libkinode.a" VERBATIM)
  add_custom_target(kinode_sdk_wasm DEPENDS ${KINODE_SDK_WASM_LIBRARY} ${no_wasi})
endfunction()

# The adapter that gives a guest WASI: it is a file in the sources of a crate.
function(kinode_wasi_adapter out)
  set(crate wasi-preview1-component-adapter-provider-48.0.8)
  set(cargo_home $ENV{HOME}/.cargo)
  if(DEFINED ENV{CARGO_HOME})
    set(cargo_home $ENV{CARGO_HOME})
  endif()
  set(pattern ${cargo_home}/registry/src/*/${crate}/artefacts/wasi_snapshot_preview1.reactor.wasm)
  file(GLOB adapter ${pattern})
  if(NOT adapter)
    execute_process(
      COMMAND cargo fetch --quiet --locked
              --manifest-path ${CMAKE_SOURCE_DIR}/tests/guests/rust_echo/Cargo.toml)
    file(GLOB adapter ${pattern})
  endif()
  if(NOT adapter)
    message(FATAL_ERROR "no crate ${crate} in ${cargo_home}: cargo fetch in tests/guests/rust_echo")
  endif()
  list(GET adapter 0 adapter)
  set(${out} ${adapter} PARENT_SCOPE)
endfunction()

function(kinode_guest name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "WASI" "WORLD" "SOURCES;OPTIONS")
  set(bindings ${KINODE_GUEST_LINK_BINDINGS} ${KINODE_SDK_COMPONENT_TYPE})
  if(arg_WORLD)
    set(world ${KINODE_SDK_DIR}/generated/${arg_WORLD})
    file(GLOB bindings ${world}/*_component_type.o)
    file(GLOB sources ${world}/*.c)
    list(APPEND arg_SOURCES ${sources})
  endif()
  set(work ${KINODE_GUESTS_DIR}/objects/${name})
  set(output ${KINODE_GUESTS_DIR}/${name}.wasm)
  foreach(source ${arg_SOURCES})
    kinode_guest_object(object ${source} ${work} ${arg_OPTIONS})
    list(APPEND objects ${object})
  endforeach()
  set(adapter)
  set(adapt)
  set(no_wasi ${KINODE_SDK_NO_WASI})
  if(arg_WASI)
    kinode_wasi_adapter(adapter)
    set(adapt --adapt wasi_snapshot_preview1=${adapter})
    set(no_wasi)
  endif()
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${KINODE_GUEST_CXX} ${KINODE_GUEST_LINK_FLAGS} ${no_wasi} ${objects}
            ${bindings} ${KINODE_SDK_WASM_LIBRARY} -o ${work}/core.wasm
    COMMAND ${KINODE_WASM_TOOLS} component new ${work}/core.wasm ${adapt} -o ${output}.new
    COMMAND ${CMAKE_COMMAND} -E rename ${output}.new ${output}
    DEPENDS ${objects} ${no_wasi} ${KINODE_SDK_WASM_LIBRARY} ${KINODE_SDK_COMPONENT_TYPE}
            ${adapter} ${KINODE_WASM_TOOLS}
    COMMENT "Guest ${name}.wasm" VERBATIM)
  add_custom_target(guest_${name} DEPENDS ${output})
  add_dependencies(guest_${name} kinode_sdk_wasm)
  add_dependencies(guests guest_${name})
endfunction()

function(kinode_script_guest name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SCRIPT" "DEPENDS")
  set(output ${KINODE_GUESTS_DIR}/${name}.wasm)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${arg_SCRIPT} ${output}
    DEPENDS ${arg_SCRIPT} ${arg_DEPENDS}
    COMMENT "Guest ${name}.wasm (minutes the first time)" VERBATIM)
  add_custom_target(${name} DEPENDS ${output})
  add_dependencies(guests ${name})
endfunction()

function(kinode_guest_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES")
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE kinode_sdk_native GTest::gmock_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 60)
endfunction()

function(kinode_package name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MANIFEST;METADATA" "GUESTS")
  foreach(path MANIFEST METADATA)
    cmake_path(ABSOLUTE_PATH arg_${path} NORMALIZE)
  endforeach()
  set(folder ${KINODE_PACKAGES_DIR}/${name})
  set(zip ${KINODE_PACKAGES_DIR}/${name}.zip)
  set(metadata ${KINODE_PACKAGES_DIR}/${name}.metadata.json)
  set(files)
  foreach(guest ${arg_GUESTS})
    list(APPEND wasm ${KINODE_GUESTS_DIR}/${guest}.wasm)
    list(APPEND files ${guest}.wasm)
  endforeach()
  add_custom_command(
    OUTPUT ${zip} ${metadata} ${folder}/metadata.json
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${folder} ${zip}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}/pkg
    COMMAND ${CMAKE_COMMAND} -E copy ${arg_METADATA} ${folder}/metadata.json
    COMMAND ${CMAKE_COMMAND} -E copy ${arg_METADATA} ${metadata}
    COMMAND ${CMAKE_COMMAND} -E copy ${arg_MANIFEST} ${folder}/pkg/manifest.json
    COMMAND ${CMAKE_COMMAND} -E copy ${wasm} ${folder}/pkg/
    # A fixed time and no extra fields, so that the same content gives the same zip.
    COMMAND ${CMAKE_COMMAND} -E chdir ${folder}/pkg
            touch -d 2023-06-19T00:00:00Z manifest.json ${files}
    COMMAND ${CMAKE_COMMAND} -E chdir ${folder}/pkg ${CMAKE_COMMAND} -E env TZ=UTC
            ${KINODE_ZIP} -q -X ${zip} manifest.json ${files}
    DEPENDS ${wasm} ${arg_MANIFEST} ${arg_METADATA}
    COMMENT "Package ${name}.zip" VERBATIM)
  add_custom_target(package_${name} DEPENDS ${zip})
  add_dependencies(guests package_${name})
endfunction()
