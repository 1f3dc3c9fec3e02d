// A disk under RocksDB that can break at each of its steps: it ends, fills up or takes nothing any
// more, and what was not synced before a power cut is gone afterwards.
#pragma once

#include <../tests/support/breaking_disk.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <string>
#include <utility>
#include <vector>

namespace kinode::support {

/// Counts what changes the disk, and knows what of it was synced. Thread: any.
class DiskSteps : public BreakingDisk {
 public:
  /// Before each change; an error instead of the change.
  rocksdb::IOStatus try_step(Needs needs = Needs::kRoom) {
    const auto fault = step(needs);
    if (!fault) return rocksdb::IOStatus::OK();
    switch (*fault) {
      case DiskFault::kFull:
        return rocksdb::IOStatus::NoSpace("simulated", "No space left on device");
      case DiskFault::kReadOnly:
        return rocksdb::IOStatus::IOError("simulated", "Read-only file system");
      case DiskFault::kEnd:
        break;
    }
    return rocksdb::IOStatus::IOError("simulated", "the machine is off");
  }

  /// `path` is new; its name is not safe until its directory is synced.
  void created(const std::string& path) {
    const std::lock_guard lock(mutex_);
    synced_[path] = 0;
    undo_.push_back({parent(path), [path] { std::filesystem::remove(path); }});
  }
  void synced(const std::string& path, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    synced_[path] = size;
  }
  void truncated(const std::string& path, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    if (const auto it = synced_.find(path); it != synced_.end()) {
      it->second = std::min(it->second, size);
    }
  }
  void directory_synced(const std::string& directory) {
    const std::lock_guard lock(mutex_);
    std::erase_if(undo_, [&](const Undo& u) { return u.directory == normal(directory); });
  }
  /// Before it is renamed.
  void renaming(const std::string& from, const std::string& to) {
    const std::lock_guard lock(mutex_);
    std::optional<std::string> old;
    if (std::filesystem::exists(to)) old = content(to);
    undo_.push_back({parent(to), [from, to, old] {
                       std::filesystem::rename(to, from);
                       if (old) std::ofstream(to, std::ios::binary) << *old;
                     }});
    if (const auto it = synced_.find(from); it != synced_.end()) {
      synced_[to] = it->second;
      synced_.erase(it);
    }
  }
  void removed(const std::string& path) {
    const std::lock_guard lock(mutex_);
    synced_.erase(path);
  }

  /// After everybody has let go of the disk: takes away what was not synced. Of the bytes written
  /// since a file's last sync `kept` per hundred stay.
  void power_cut(unsigned kept = 0) {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, size] : synced_) {
      std::error_code gone;
      const std::uint64_t there = std::filesystem::file_size(path, gone);
      if (!gone && there > size) {
        std::filesystem::resize_file(path, size + (there - size) * kept / 100);
      }
    }
    for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) {
      try {
        it->back();
      } catch (const std::filesystem::filesystem_error&) {
        continue;  // it was removed since
      }
    }
    undo_.clear();
    synced_.clear();
  }

 private:
  struct Undo {
    std::string directory;
    std::function<void()> back;
  };

  static std::string normal(const std::string& directory) {
    std::string out = std::filesystem::path(directory).lexically_normal().string();
    while (out.size() > 1 && out.back() == '/') out.pop_back();
    return out;
  }
  static std::string parent(const std::string& path) {
    return normal(std::filesystem::path(path).parent_path().string());
  }
  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t>
      synced_;              // bytes that are safe, of files since they were made
  std::vector<Undo> undo_;  // of names, oldest first
};

class ForgetfulFs final : public rocksdb::FileSystemWrapper {
 public:
  using IOOptions = rocksdb::IOOptions;
  using Context = rocksdb::IODebugContext;
  using IOStatus = rocksdb::IOStatus;
  using Slice = rocksdb::Slice;

  explicit ForgetfulFs(DiskSteps& steps)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), steps_(steps) {}
  const char* Name() const override { return "ForgetfulFs"; }

  IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* out,
                           Context* context) override {
    if (auto s = steps_.try_step(); !s.ok()) return s;
    auto s = target()->NewWritableFile(name, options, out, context);
    if (!s.ok()) return s;
    steps_.created(name);
    *out = std::make_unique<File>(std::move(*out), name, steps_);
    return s;
  }
  IOStatus ReopenWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* out,
                              Context* context) override {
    if (auto s = steps_.try_step(); !s.ok()) return s;
    auto s = target()->ReopenWritableFile(name, options, out, context);
    if (s.ok()) *out = std::make_unique<File>(std::move(*out), name, steps_);
    return s;
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions& options,
                        std::unique_ptr<rocksdb::FSDirectory>* out, Context* context) override {
    auto s = target()->NewDirectory(name, options, out, context);
    if (s.ok()) *out = std::make_unique<Directory>(std::move(*out), name, steps_);
    return s;
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions& options,
                      Context* context) override {
    if (auto s = steps_.try_step(DiskSteps::Needs::kNoRoom); !s.ok()) return s;
    auto s = target()->DeleteFile(name, options, context);
    if (s.ok()) steps_.removed(name);
    return s;
  }
  IOStatus Truncate(const std::string& name, std::size_t size, const IOOptions& options,
                    Context* context) override {
    if (auto s = steps_.try_step(DiskSteps::Needs::kNoRoom); !s.ok()) return s;
    steps_.truncated(name, size);
    return target()->Truncate(name, size, options, context);
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      Context* context) override {
    if (auto s = steps_.try_step(); !s.ok()) return s;
    steps_.renaming(from, to);
    return target()->RenameFile(from, to, options, context);
  }

 private:
  class File final : public rocksdb::FSWritableFileWrapper {
   public:
    File(std::unique_ptr<rocksdb::FSWritableFile> file, std::string name, DiskSteps& steps)
        : FSWritableFileWrapper(file.get()),
          file_(std::move(file)),
          name_(std::move(name)),
          steps_(steps) {}

    IOStatus Append(const Slice& data, const IOOptions& options, Context* context) override {
      if (auto s = steps_.try_step(); !s.ok()) return s;
      return file_->Append(data, options, context);
    }
    IOStatus Append(const Slice& data, const IOOptions& options,
                    const rocksdb::DataVerificationInfo& info, Context* context) override {
      if (auto s = steps_.try_step(); !s.ok()) return s;
      return file_->Append(data, options, info, context);
    }
    IOStatus Truncate(std::uint64_t size, const IOOptions& options, Context* context) override {
      if (auto s = steps_.try_step(DiskSteps::Needs::kNoRoom); !s.ok()) return s;
      steps_.truncated(name_, size);
      return file_->Truncate(size, options, context);
    }
    IOStatus Sync(const IOOptions& options, Context* context) override {
      if (auto s = steps_.try_step(DiskSteps::Needs::kNoRoom); !s.ok()) return s;
      return note(options, context);
    }
    IOStatus Fsync(const IOOptions& options, Context* context) override {
      if (auto s = steps_.try_step(DiskSteps::Needs::kNoRoom); !s.ok()) return s;
      return note(options, context);
    }

   private:
    // The real disk need not work for it.
    IOStatus note(const IOOptions& options, Context* context) {
      steps_.synced(name_, file_->GetFileSize(options, context));
      return IOStatus::OK();
    }

    const std::unique_ptr<rocksdb::FSWritableFile> file_;
    const std::string name_;
    DiskSteps& steps_;
  };

  class Directory final : public rocksdb::FSDirectoryWrapper {
   public:
    Directory(std::unique_ptr<rocksdb::FSDirectory> directory, std::string name, DiskSteps& steps)
        : FSDirectoryWrapper(std::move(directory)), name_(std::move(name)), steps_(steps) {}

    IOStatus Fsync(const IOOptions&, Context*) override { return note(); }
    IOStatus FsyncWithDirOptions(const IOOptions&, Context*,
                                 const rocksdb::DirFsyncOptions&) override {
      return note();
    }

   private:
    IOStatus note() {
      if (auto s = steps_.try_step(DiskSteps::Needs::kNoRoom); !s.ok()) return s;
      steps_.directory_synced(name_);
      return IOStatus::OK();
    }

    const std::string name_;
    DiskSteps& steps_;
  };

  DiskSteps& steps_;
};

}  // namespace kinode::support
