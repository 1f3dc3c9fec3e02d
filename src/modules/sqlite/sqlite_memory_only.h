// Lets a thread that must not wait read a database as far as SQLite has it in memory.
#pragma once

namespace kinode::sqlite {

/// The name of the system's file layer with a door in it, to open databases with; null if there is
/// none, or the default is another layer: then the default is to be used, and what was opened with
/// it is never read by MemoryOnly. Thread: any.
const char* file_layer();

/// While one exists, this thread's reads of files that were opened through file_layer() fail at
/// once (SQLITE_IOERR), and it does not sleep. What SQLite has in its own cache needs no reads.
class MemoryOnly {
 public:
  MemoryOnly();
  ~MemoryOnly();
  MemoryOnly(const MemoryOnly&) = delete;
  MemoryOnly& operator=(const MemoryOnly&) = delete;

  /// Whether every file so far that was opened through file_layer() has the door.
  static bool works();
};

}  // namespace kinode::sqlite
