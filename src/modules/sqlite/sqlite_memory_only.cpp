#include "modules/sqlite/sqlite_memory_only.h"

#include <array>
#include <atomic>
#include <sqlite3.h>

#include "rt/mutex.h"

namespace kinode::sqlite {

namespace {

thread_local bool only_memory = false;

/// A table of the system's functions for files with one of them exchanged; everything else works on
/// the same file as before.
struct Table {
  sqlite3_io_methods ours{};  // first: a file's table leads here
  const sqlite3_io_methods* original = nullptr;
};

int read(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  if (only_memory) return SQLITE_IOERR_READ;
  return reinterpret_cast<const Table*>(file->pMethods)->original->xRead(file, to, size, offset);
}

struct Layer {
  sqlite3_vfs ours{};
  sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
  bool registered = false;

  rt::Mutex mutex;
  // The system has two: for databases, and for files that need no locks.
  std::array<Table, 4> tables __attribute__((guarded_by(mutex)));
  std::atomic<bool> complete{true};

  Layer();
  const sqlite3_io_methods* exchanged(const sqlite3_io_methods* original);
};

Layer& layer() {
  static Layer the;
  return the;
}

const sqlite3_io_methods* Layer::exchanged(const sqlite3_io_methods* original) {
  rt::Lock lock(mutex);
  for (Table& table : tables) {
    if (table.original == original) return &table.ours;
    if (table.original != nullptr) continue;
    table.original = original;
    table.ours = *original;
    table.ours.xRead = read;
    return &table.ours;
  }
  complete.store(false);
  return original;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  Layer& l = layer();
  const int code = l.system->xOpen(l.system, name, file, flags, out_flags);
  if (code == SQLITE_OK && file->pMethods != nullptr) file->pMethods = l.exchanged(file->pMethods);
  return code;
}

int sleep(sqlite3_vfs*, int microseconds) {
  return only_memory ? 0 : layer().system->xSleep(layer().system, microseconds);
}

Layer::Layer() {
  if (system == nullptr) return;
  ours = *system;
  ours.zName = "kinode";
  ours.pNext = nullptr;
  ours.xOpen = open;
  ours.xSleep = sleep;
  registered = sqlite3_vfs_register(&ours, 0) == SQLITE_OK;
}

}  // namespace

const char* file_layer() {
  const sqlite3_vfs* now = sqlite3_vfs_find(nullptr);
  // When the default goes, SQLite takes the one behind it, which may be ours.
  const bool is_default = now == layer().system || now == &layer().ours;
  return is_default && layer().registered ? layer().ours.zName : nullptr;
}

MemoryOnly::MemoryOnly() { only_memory = true; }
MemoryOnly::~MemoryOnly() { only_memory = false; }

bool MemoryOnly::works() { return layer().complete.load(); }

}  // namespace kinode::sqlite
