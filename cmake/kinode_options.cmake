# Compiler flags and the sanitizer switch, shared by every target.
set(KINODE_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread; empty for none")
option(KINODE_FUZZ "Link fuzz targets with libFuzzer instead of the one-second driver" OFF)

add_library(kinode_options INTERFACE)
target_compile_options(kinode_options INTERFACE
  -Wall -Wextra -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wimplicit-fallthrough
  -Wthread-safety -fno-omit-frame-pointer)
target_include_directories(kinode_options INTERFACE ${CMAKE_SOURCE_DIR}/src)

if(KINODE_SANITIZE)
  target_compile_options(kinode_options INTERFACE
    -fsanitize=${KINODE_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(kinode_options INTERFACE -fsanitize=${KINODE_SANITIZE})
endif()
if(KINODE_FUZZ)
  target_compile_options(kinode_options INTERFACE -fsanitize=fuzzer-no-link)
endif()

find_program(KINODE_MOLD mold)
if(KINODE_MOLD)
  target_link_options(kinode_options INTERFACE -fuse-ld=mold)
else()
  target_link_options(kinode_options INTERFACE -fuse-ld=lld)
endif()

# The cache stands outside the checkout and keys on content only, so a fresh clone compiles from it.
if(DEFINED ENV{KINODE_CACHE})
  set(KINODE_CACHE $ENV{KINODE_CACHE})
else()
  set(KINODE_CACHE $ENV{HOME}/.cache/kinode)
endif()
find_program(KINODE_CCACHE ccache)
if(KINODE_CCACHE)
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_DIR=${KINODE_CACHE}/ccache CCACHE_NOHASHDIR=1
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_MAXSIZE=8G ${KINODE_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()
