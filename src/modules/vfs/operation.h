// One thing to do at the disk for one request.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "modules/vfs/disk.h"
#include "modules/vfs/keeper.h"
#include "modules/vfs/open_files.h"
#include "modules/vfs/staging.h"
#include "modules/vfs/vfs_messages.h"
#include "msg/envelope.h"
#include "rt/mutex.h"
#include "store/ordered_kv.h"
#include "store/write_gate.h"

namespace kinode::vfs {

/// What is asked, checked as far as that goes without the disk.
struct Order {
  msg::ProcessId process;
  VfsAction action;
  VfsPath path;
  std::optional<VfsPath> other;  // the new path of Rename and CopyFile
  msg::BlobRef blob;             // null: none
  RunRef run;                    // of the process
};

/// An answer's body and blob.
struct Reply {
  std::string body;
  msg::BlobRef blob;
};
using Outcome = Io<Reply>;

/// Takes back what a failed write has made a file longer, while nobody else writes into any.
class GrowthGuard {
 public:
  /// Around each system call that may make a file longer.
  store::WriteGate::Pass enter() { return writers_.enter(); }

  /// Makes the file `before` bytes long again if it has `now` bytes: if it has not, somebody else
  /// has written at its end. Also if that cannot be said without waiting for long, it stays as it
  /// is. Not within a pass.
  void give_back(int fd, std::uint64_t before, std::uint64_t now);

 private:
  store::WriteGate writers_;
  rt::Mutex one_;  // the gate is closed by one at a time
};

/// What operations work with; outlives them.
struct Tools {
  Disk& disk;
  Staging& staging;
  Keeper& keeper;
  OpenFiles& open;
  /// Somebody lost a descriptor because there are too few. Thread: any.
  std::function<void()> on_limit;
  /// What an operation has done survives when it says that it is done.
  store::Durability durability = store::Durability::kProcess;
  GrowthGuard& growth;
};

/// Thread: one at a time, of the blocking pool.
class Operation {
 public:
  virtual ~Operation() = default;

  /// Nothing: there is more to do, after others had a turn.
  virtual std::optional<Outcome> step() = 0;

  /// What the next step does in its drive is to be seen by nobody before it is done.
  virtual bool is_next_step_alone() const { return false; }
};

/// Does it in one go; for what is quick.
Outcome operate_on_file(const Tools& tools, const Order& order);
Outcome operate_on_tree(const Tools& tools, const Order& order);

/// Does what can be done from what the system has in memory, without waiting for the disk; nothing
/// if that is not enough, or the order changes a file. Thread: any; never blocks on the disk.
std::optional<Outcome> operate_now(const Tools& tools, const Order& order);

/// Unpacks the order's blob into its directory. `tools` and `order` outlive it.
std::unique_ptr<Operation> make_add_zip(const Tools& tools, const Order& order);

/// What the order asks for, in as many steps as it takes. `tools` and `order` outlive it.
std::unique_ptr<Operation> make_operation(const Tools& tools, const Order& order);

/// The answer to ReadDir of `/`.
Outcome list_packages(const Tools& tools);

/// Whether it changes more than the content of one file, or looks at more: a process's requests
/// before it are done first, and those after it later (R1).
bool is_about_a_tree(Kind kind);

}  // namespace kinode::vfs
