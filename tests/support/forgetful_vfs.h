// A disk under SQLite that can break at each of its steps, and where what was not synced before a
// power cut is gone afterwards. Include this in one file of a test program only: it stands under
// all databases of the program, and does nothing while no disk is put in.
#pragma once

#include <../tests/support/breaking_disk.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <sqlite3.h>
#include <string>
#include <vector>

namespace kinode::support {

/// Counts what changes the files, and knows what of them was synced. Thread: any.
class SqliteDisk : public BreakingDisk {
 public:
  int try_step(Needs needs, int error) {
    const auto fault = step(needs);
    if (!fault) return SQLITE_OK;
    return *fault == DiskFault::kFull ? SQLITE_FULL : error;
  }

  /// Before it is opened: what is there is on the disk.
  void seen(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (!files_.contains(path)) files_[path] = {content(path), {}};
  }
  void written(const std::string& path, const void* data, int size, sqlite3_int64 at) {
    const std::lock_guard lock(mutex_);
    files_[path].since.push_back({static_cast<std::size_t>(at),
                                  {static_cast<const char*>(data), static_cast<std::size_t>(size)},
                                  false});
  }
  void truncated(const std::string& path, sqlite3_int64 size) {
    const std::lock_guard lock(mutex_);
    files_[path].since.push_back({static_cast<std::size_t>(size), {}, true});
  }
  /// SQLite syncs a new file's directory with it.
  void synced(const std::string& path) {
    const std::lock_guard lock(mutex_);
    files_[path] = {content(path), {}};
  }
  void removed(const std::string& path) {
    const std::lock_guard lock(mutex_);
    files_[path] = {};
  }

  /// After everybody has let go of the files: they are as they were synced, and of what was written
  /// since `kept` per hundred, the last of it in half.
  void power_cut(unsigned kept) {
    const std::lock_guard lock(mutex_);
    for (auto& [path, file] : files_) {
      const std::size_t stay = file.since.size() * kept / 100;
      for (std::size_t i = 0; i < stay; ++i) redo(file, file.since[i], i + 1 == stay);
      if (file.safe) {
        std::ofstream(path, std::ios::binary) << *file.safe;
      } else {
        std::filesystem::remove(path);
      }
      std::filesystem::remove(path + "-shm");
    }
    files_.clear();
  }

 private:
  struct Change {
    std::size_t at;
    std::string bytes;
    bool truncates;
  };
  struct File {
    std::optional<std::string> safe;  // none: there is no such file
    std::vector<Change> since;
  };

  static void redo(File& file, const Change& change, bool torn) {
    std::string& bytes = file.safe ? *file.safe : file.safe.emplace();
    if (change.truncates) return bytes.resize(std::min(bytes.size(), change.at));
    const std::size_t size = torn ? change.bytes.size() / 2 : change.bytes.size();
    bytes.resize(std::max(bytes.size(), change.at + size));
    std::ranges::copy(change.bytes.substr(0, size),
                      bytes.begin() + static_cast<std::ptrdiff_t>(change.at));
  }
  static std::optional<std::string> content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
  }

  std::mutex mutex_;
  std::map<std::string, File> files_;
};

/// SQLite's default from the start of the program on.
class ForgetfulVfs {
 public:
  static ForgetfulVfs& the() {
    static ForgetfulVfs it;
    return it;
  }
  /// None: files are the system's. Only while no database is open.
  void put_in(SqliteDisk* disk) { disk_ = disk; }

 private:
  using Needs = BreakingDisk::Needs;

  struct File {
    sqlite3_file base;
    SqliteDisk* disk;
    const char* path;
    // behind it: the system's file
  };

  ForgetfulVfs() : system_(sqlite3_vfs_find(nullptr)), ours_(*system_), methods_{} {
    ours_.zName = "forgetful";
    ours_.pNext = nullptr;
    ours_.szOsFile = static_cast<int>(sizeof(File)) + system_->szOsFile;
    ours_.xOpen = open;
    ours_.xDelete = remove;
    ours_.xGetLastError = last_error;
    methods_ = {
        .iVersion = 2,
        .xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); },
        .xRead = [](sqlite3_file* f, void* to, int size,
                    sqlite3_int64 at) { return real(f)->pMethods->xRead(real(f), to, size, at); },
        .xWrite = write,
        .xTruncate = truncate,
        .xSync = sync,
        .xFileSize =
            [](sqlite3_file* f, sqlite3_int64* size) {
              return real(f)->pMethods->xFileSize(real(f), size);
            },
        .xLock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xLock(real(f), l); },
        .xUnlock = [](sqlite3_file* f, int l) { return real(f)->pMethods->xUnlock(real(f), l); },
        .xCheckReservedLock =
            [](sqlite3_file* f, int* out) {
              return real(f)->pMethods->xCheckReservedLock(real(f), out);
            },
        .xFileControl = [](sqlite3_file* f, int op,
                           void* arg) { return real(f)->pMethods->xFileControl(real(f), op, arg); },
        .xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); },
        // It promises nothing of what survives.
        .xDeviceCharacteristics = [](sqlite3_file*) { return 0; },
        .xShmMap =
            [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
              return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
            },
        .xShmLock = [](sqlite3_file* f, int at, int n,
                       int flags) { return real(f)->pMethods->xShmLock(real(f), at, n, flags); },
        .xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); },
        .xShmUnmap = [](sqlite3_file* f,
                        int remove) { return real(f)->pMethods->xShmUnmap(real(f), remove); },
        .xFetch = nullptr,
        .xUnfetch = nullptr};
    sqlite3_vfs_register(&ours_, 1);
  }

  static File& ours(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
  }

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
    ForgetfulVfs& vfs = the();
    File& f = ours(file);
    f = {{nullptr}, name != nullptr ? vfs.disk_ : nullptr, name};
    if (f.disk != nullptr) {
      std::error_code ignored;
      const bool makes =
          (flags & SQLITE_OPEN_CREATE) != 0 && !std::filesystem::exists(name, ignored);
      if (makes) {
        if (f.disk->try_step(Needs::kRoom, SQLITE_CANTOPEN) != SQLITE_OK) return SQLITE_CANTOPEN;
      }
      f.disk->seen(name);
    }
    const int code = vfs.system_->xOpen(vfs.system_, name, real(file), flags, out);
    if (real(file)->pMethods != nullptr) f.base.pMethods = &vfs.methods_;
    return code;
  }
  static int remove(sqlite3_vfs*, const char* name, int sync_directory) {
    ForgetfulVfs& vfs = the();
    if (vfs.disk_ != nullptr) {
      const int code = vfs.disk_->try_step(Needs::kNoRoom, SQLITE_IOERR_DELETE);
      if (code != SQLITE_OK) return code;
      vfs.disk_->removed(name);
    }
    return vfs.system_->xDelete(vfs.system_, name, sync_directory);
  }
  static int last_error(sqlite3_vfs*, int, char*) {
    return the().disk_ != nullptr && the().disk_->broke() ? EROFS : 0;
  }
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    const File& f = ours(file);
    if (f.disk != nullptr) {
      const int code = f.disk->try_step(Needs::kRoom, SQLITE_IOERR_WRITE);
      if (code != SQLITE_OK) return code;
      f.disk->written(f.path, data, size, at);
    }
    return real(file)->pMethods->xWrite(real(file), data, size, at);
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    const File& f = ours(file);
    if (f.disk != nullptr) {
      const int code = f.disk->try_step(Needs::kNoRoom, SQLITE_IOERR_TRUNCATE);
      if (code != SQLITE_OK) return code;
      f.disk->truncated(f.path, size);
    }
    return real(file)->pMethods->xTruncate(real(file), size);
  }
  static int sync(sqlite3_file* file, int flags) {
    const File& f = ours(file);
    if (f.disk == nullptr) return real(file)->pMethods->xSync(real(file), flags);
    const int code = f.disk->try_step(Needs::kNoRoom, SQLITE_IOERR_FSYNC);
    if (code != SQLITE_OK) return code;
    f.disk->synced(f.path);
    return SQLITE_OK;  // the real disk need not work for it
  }

  sqlite3_vfs* const system_;
  sqlite3_vfs ours_;
  sqlite3_io_methods methods_;
  SqliteDisk* disk_ = nullptr;
};

inline const ForgetfulVfs& kForgetfulVfs = ForgetfulVfs::the();

}  // namespace kinode::support
