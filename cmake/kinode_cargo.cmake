# A Rust crate as a library of ours:
#
#   kinode_cargo_library(<target> <folder of the crate>)
#
# The compiled library is kept in ${KINODE_CACHE}/rust/<key>, where the key is a hash of the crate's
# files, the lock file, the compiler and the kind of library. So every checkout and preset with the
# same sources shares one build, and a fresh clone needs none; cargo's own target folder is shared
# too, for the dependencies. Under the thread sanitizer the library is a shared one, because the
# sanitizer can then be told to leave it alone (TSAN_OPTIONS=ignore_noninstrumented_modules=1).
#
# This file is also the script that the build runs (cmake -P), to hold a lock while cargo works: two
# checkouts that build at once would otherwise take each other's output.

if(CMAKE_SCRIPT_MODE_FILE)
  file(MAKE_DIRECTORY ${cache}/rust ${cache}/cargo)

  function(hash_sources out)
    set(hashes "${compiler};${kind}")
    foreach(file ${files})
      file(SHA256 ${crate}/${file} hash)
      list(APPEND hashes ${file} ${hash})
    endforeach()
    string(SHA256 key "${hashes}")
    string(SUBSTRING ${key} 0 24 key)
    set(${out} ${key} PARENT_SCOPE)
  endfunction()
  hash_sources(key)
  set(kept ${cache}/rust/${key}/${library})

  if(NOT EXISTS ${kept})
    file(LOCK ${cache}/rust/.lock GUARD PROCESS TIMEOUT 3600)
  endif()
  if(NOT EXISTS ${kept}) # another one may have built it meanwhile
    message(STATUS "cargo: building ${library} (the first time takes minutes)")
    set(command cargo build)
    set(crate_type)
    if(NOT kind STREQUAL staticlib) # which the manifest says
      set(command cargo rustc)
      set(crate_type --crate-type ${kind})
    endif()
    execute_process(
      COMMAND ${CMAKE_COMMAND} -E env CARGO_TARGET_DIR=${cache}/cargo
              ${command} --release --locked --manifest-path ${crate}/Cargo.toml ${crate_type}
      RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "cargo could not build ${crate}: see its output above")
    endif()
    hash_sources(key_now)
    if(NOT key_now STREQUAL key)
      message(FATAL_ERROR "${crate} changed while cargo read it: build again")
    endif()
    file(MAKE_DIRECTORY ${cache}/rust/${key})
    file(COPY_FILE ${cache}/cargo/release/${library} ${kept}.new)
    file(RENAME ${kept}.new ${kept})
  endif()

  # The newest eight builds stay.
  file(TOUCH ${cache}/rust/${key})
  file(COPY_FILE ${kept} ${output} ONLY_IF_DIFFERENT)
  execute_process(COMMAND sh -c "ls -1dt ${cache}/rust/*/ | tail -n +9 | xargs -r rm -rf --")
  return()
endif()

set(KINODE_CARGO_SCRIPT ${CMAKE_CURRENT_LIST_FILE})

function(kinode_cargo_library target crate)
  find_program(KINODE_CARGO cargo REQUIRED)
  execute_process(COMMAND rustc -Vv OUTPUT_VARIABLE compiler OUTPUT_STRIP_TRAILING_WHITESPACE
                  COMMAND_ERROR_IS_FATAL ANY)
  string(SHA256 compiler "${compiler}")
  if(KINODE_SANITIZE MATCHES thread)
    set(kind cdylib)
    set(library lib${target}.so)
    set(type SHARED)
  else()
    set(kind staticlib)
    set(library lib${target}.a)
    set(type STATIC)
  endif()

  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${crate} ${crate}/src/*.rs)
  list(APPEND files Cargo.toml Cargo.lock)
  list(TRANSFORM files PREPEND ${crate}/ OUTPUT_VARIABLE depends)
  set(output ${CMAKE_BINARY_DIR}/${library})
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -Dcache=${KINODE_CACHE} -Dcrate=${crate} "-Dfiles=${files}"
            -Dcompiler=${compiler} -Dkind=${kind} -Dlibrary=${library} -Doutput=${output}
            -P ${KINODE_CARGO_SCRIPT}
    DEPENDS ${depends} ${KINODE_CARGO_SCRIPT}
    COMMENT "Rust crate ${target}"
    USES_TERMINAL VERBATIM)
  add_custom_target(${target}_build DEPENDS ${output})

  add_library(${target} ${type} IMPORTED GLOBAL)
  add_dependencies(${target} ${target}_build)
  set_target_properties(${target} PROPERTIES IMPORTED_LOCATION ${output} IMPORTED_NO_SONAME TRUE
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m;rt;util;gcc_s")
endfunction()
