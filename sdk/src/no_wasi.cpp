// What libc would import from WASI, so that a guest imports kinode:process/standard alone.
//
// All of these functions have to stand here: they are one object in libc, and it defines a symbol
// twice if only some are found before it. Files, sockets, clocks and random numbers do not exist;
// what is written to stdout and stderr is printed at verbosity 0, one line a call.
#include <cstring>
#include <wasi/api.h>

#include "process_v1.h"

namespace {

constexpr size_t kLineMax = 1024;
char line[kLineMax];
size_t line_size = 0;

void print_line() {
  process_v1_string_t text = {reinterpret_cast<uint8_t*>(line), line_size};
  kinode_process_standard_print_to_terminal(0, &text);
  line_size = 0;
}

}  // namespace

#define KINODE_REFUSED(name, ...) \
  __wasi_errno_t __wasi_##name(__VA_ARGS__) { return __WASI_ERRNO_BADF; }

extern "C" {

__wasi_errno_t __wasi_fd_write(__wasi_fd_t fd, const __wasi_ciovec_t* parts, size_t count,
                               __wasi_size_t* written) {
  if (fd != 1 && fd != 2) return __WASI_ERRNO_BADF;
  size_t total = 0;
  for (size_t i = 0; i < count; ++i) {
    for (size_t k = 0; k < parts[i].buf_len; ++k) {
      const char c = static_cast<char>(parts[i].buf[k]);
      if (c != '\n') line[line_size++] = c;
      if (c == '\n' || line_size == kLineMax) print_line();
    }
    total += parts[i].buf_len;
  }
  *written = total;
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_read(__wasi_fd_t fd, const __wasi_iovec_t*, size_t, __wasi_size_t* got) {
  *got = 0;  // stdin is at its end
  return fd == 0 ? __WASI_ERRNO_SUCCESS : __WASI_ERRNO_BADF;
}

__wasi_errno_t __wasi_fd_fdstat_get(__wasi_fd_t fd, __wasi_fdstat_t* stat) {
  if (fd > 2) return __WASI_ERRNO_BADF;
  std::memset(stat, 0, sizeof *stat);
  stat->fs_filetype = __WASI_FILETYPE_CHARACTER_DEVICE;
  stat->fs_rights_base = __WASI_RIGHTS_FD_READ | __WASI_RIGHTS_FD_WRITE;
  return __WASI_ERRNO_SUCCESS;
}

__wasi_errno_t __wasi_fd_close(__wasi_fd_t) { return __WASI_ERRNO_SUCCESS; }

__wasi_errno_t __wasi_fd_seek(__wasi_fd_t, __wasi_filedelta_t, __wasi_whence_t,
                              __wasi_filesize_t*) {
  return __WASI_ERRNO_SPIPE;
}

__wasi_errno_t __wasi_args_sizes_get(__wasi_size_t* count, __wasi_size_t* bytes) {
  *count = *bytes = 0;
  return __WASI_ERRNO_SUCCESS;
}
__wasi_errno_t __wasi_args_get(uint8_t**, uint8_t*) { return __WASI_ERRNO_SUCCESS; }

__wasi_errno_t __wasi_environ_sizes_get(__wasi_size_t* count, __wasi_size_t* bytes) {
  *count = *bytes = 0;
  return __WASI_ERRNO_SUCCESS;
}
__wasi_errno_t __wasi_environ_get(uint8_t**, uint8_t*) { return __WASI_ERRNO_SUCCESS; }

__wasi_errno_t __wasi_sched_yield() { return __WASI_ERRNO_SUCCESS; }

// Libc looks for open folders at start and ends at the first descriptor that is not one.
__wasi_errno_t __wasi_fd_prestat_get(__wasi_fd_t, __wasi_prestat_t*) { return __WASI_ERRNO_BADF; }

void __wasi_proc_exit(__wasi_exitcode_t) { __builtin_trap(); }

KINODE_REFUSED(clock_res_get, __wasi_clockid_t, __wasi_timestamp_t*)
KINODE_REFUSED(clock_time_get, __wasi_clockid_t, __wasi_timestamp_t, __wasi_timestamp_t*)
KINODE_REFUSED(fd_advise, __wasi_fd_t, __wasi_filesize_t, __wasi_filesize_t, __wasi_advice_t)
KINODE_REFUSED(fd_allocate, __wasi_fd_t, __wasi_filesize_t, __wasi_filesize_t)
KINODE_REFUSED(fd_datasync, __wasi_fd_t)
KINODE_REFUSED(fd_fdstat_set_flags, __wasi_fd_t, __wasi_fdflags_t)
KINODE_REFUSED(fd_fdstat_set_rights, __wasi_fd_t, __wasi_rights_t, __wasi_rights_t)
KINODE_REFUSED(fd_filestat_get, __wasi_fd_t, __wasi_filestat_t*)
KINODE_REFUSED(fd_filestat_set_size, __wasi_fd_t, __wasi_filesize_t)
KINODE_REFUSED(fd_filestat_set_times, __wasi_fd_t, __wasi_timestamp_t, __wasi_timestamp_t,
               __wasi_fstflags_t)
KINODE_REFUSED(fd_pread, __wasi_fd_t, const __wasi_iovec_t*, size_t, __wasi_filesize_t,
               __wasi_size_t*)
KINODE_REFUSED(fd_prestat_dir_name, __wasi_fd_t, uint8_t*, __wasi_size_t)
KINODE_REFUSED(fd_pwrite, __wasi_fd_t, const __wasi_ciovec_t*, size_t, __wasi_filesize_t,
               __wasi_size_t*)
KINODE_REFUSED(fd_readdir, __wasi_fd_t, uint8_t*, __wasi_size_t, __wasi_dircookie_t, __wasi_size_t*)
KINODE_REFUSED(fd_renumber, __wasi_fd_t, __wasi_fd_t)
KINODE_REFUSED(fd_sync, __wasi_fd_t)
KINODE_REFUSED(fd_tell, __wasi_fd_t, __wasi_filesize_t*)
KINODE_REFUSED(path_create_directory, __wasi_fd_t, const char*)
KINODE_REFUSED(path_filestat_get, __wasi_fd_t, __wasi_lookupflags_t, const char*,
               __wasi_filestat_t*)
KINODE_REFUSED(path_filestat_set_times, __wasi_fd_t, __wasi_lookupflags_t, const char*,
               __wasi_timestamp_t, __wasi_timestamp_t, __wasi_fstflags_t)
KINODE_REFUSED(path_link, __wasi_fd_t, __wasi_lookupflags_t, const char*, __wasi_fd_t, const char*)
KINODE_REFUSED(path_open, __wasi_fd_t, __wasi_lookupflags_t, const char*, __wasi_oflags_t,
               __wasi_rights_t, __wasi_rights_t, __wasi_fdflags_t, __wasi_fd_t*)
KINODE_REFUSED(path_readlink, __wasi_fd_t, const char*, uint8_t*, __wasi_size_t, __wasi_size_t*)
KINODE_REFUSED(path_remove_directory, __wasi_fd_t, const char*)
KINODE_REFUSED(path_rename, __wasi_fd_t, const char*, __wasi_fd_t, const char*)
KINODE_REFUSED(path_symlink, const char*, __wasi_fd_t, const char*)
KINODE_REFUSED(path_unlink_file, __wasi_fd_t, const char*)
KINODE_REFUSED(poll_oneoff, const __wasi_subscription_t*, __wasi_event_t*, __wasi_size_t,
               __wasi_size_t*)
KINODE_REFUSED(random_get, uint8_t*, __wasi_size_t)
KINODE_REFUSED(sock_accept, __wasi_fd_t, __wasi_fdflags_t, __wasi_fd_t*)
KINODE_REFUSED(sock_recv, __wasi_fd_t, const __wasi_iovec_t*, size_t, __wasi_riflags_t,
               __wasi_size_t*, __wasi_roflags_t*)
KINODE_REFUSED(sock_send, __wasi_fd_t, const __wasi_ciovec_t*, size_t, __wasi_siflags_t,
               __wasi_size_t*)
KINODE_REFUSED(sock_shutdown, __wasi_fd_t, __wasi_sdflags_t)

}  // extern "C"
