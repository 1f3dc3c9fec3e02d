// Starting other processes of the same package.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "kinode/capability.h"
#include "kinode/on_exit.h"

namespace kinode {

enum class SpawnError : uint8_t { kNameTaken, kNoFileAtPath };

/// "name-taken" or "no-file-at-path".
std::string_view describe(SpawnError error);

/// Spawn("my-package:me.os/pkg/worker.wasm").name("worker").on_exit(OnExit::restart()).start()
///
/// Parent and child may send each other messages.
class Spawn {
 public:
  /// The component's path in the VFS, which we must be allowed to read.
  explicit Spawn(BytesArg wasm_path) : path_(std::move(wasm_path)) {}

  /// A random number if not set. Letters a-z, digits and '-': another name ends this process.
  template <class Self>
  Self&& name(this Self&& self, BytesArg name) {
    self.name_ = std::move(name);
    return std::forward<Self>(self);
  }
  template <class Self>
  Self&& on_exit(this Self&& self, OnExit on_exit) {
    self.on_exit_ = std::move(on_exit);
    return std::forward<Self>(self);
  }
  /// Gives the child a capability that we hold or issue.
  template <class Self>
  Self&& request_capability(this Self&& self, Capability capability) {
    self.requests_.push_back(std::move(capability));
    return std::forward<Self>(self);
  }
  /// Gives `to` a capability that the child issues; by default the right to message the child.
  template <class Self>
  Self&& grant_capability(this Self&& self, ProcessId to, std::string params = "\"messaging\"") {
    self.grants_.emplace_back(std::move(to), std::move(params));
    return std::forward<Self>(self);
  }
  /// Lets every process of this node send messages to the child.
  template <class Self>
  Self&& make_public(this Self&& self, bool is_public = true) {
    self.public_ = is_public;
    return std::forward<Self>(self);
  }

  [[nodiscard]] std::expected<ProcessId, SpawnError> start() const;

 private:
  BytesArg path_;
  std::optional<BytesArg> name_;
  OnExit on_exit_ = OnExit::none();
  std::vector<Capability> requests_;
  std::vector<std::pair<ProcessId, std::string>> grants_;
  bool public_ = false;
};

}  // namespace kinode
