// The coroutine type of guests that are written in C++ and run in the same process.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace kinode::wasm {

namespace native {

struct PromiseBase {
  std::coroutine_handle<> parent = std::noop_coroutine();
  std::exception_ptr thrown;

  struct ToParent {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> ended) noexcept {
      return ended.promise().parent;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  ToParent final_suspend() noexcept { return {}; }
  void unhandled_exception() noexcept { thrown = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  void return_value(T v) { value.emplace(std::move(v)); }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  void return_void() noexcept {}
  void take() noexcept {}
};

}  // namespace native

/// A guest's `init`, or a part of it that other parts await: `co_await part(guest)`. Starts when it
/// is awaited. Owns its frame: destroying a suspended task destroys what it waits in as well.
/// Arguments of a task are values or owners, because they must live as long as the frame.
template <class T = void>
class [[nodiscard]] NativeTask {
 public:
  struct promise_type : native::Promise<T> {
    NativeTask get_return_object() {
      return NativeTask(std::coroutine_handle<promise_type>::from_promise(*this));
    }
  };

  NativeTask() = default;
  NativeTask(NativeTask&& other) noexcept : frame_(std::exchange(other.frame_, {})) {}
  NativeTask& operator=(NativeTask&& other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  ~NativeTask() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) noexcept {
    frame_.promise().parent = parent;
    return frame_;
  }
  T await_resume() { return result(); }

  explicit operator bool() const { return static_cast<bool>(frame_); }
  std::coroutine_handle<> frame() const { return frame_; }
  bool done() const { return frame_.done(); }

  /// After the end; throws what the task has thrown.
  T result() {
    auto& promise = frame_.promise();
    if (promise.thrown) std::rethrow_exception(std::exchange(promise.thrown, nullptr));
    return promise.take();
  }

 private:
  explicit NativeTask(std::coroutine_handle<promise_type> frame) : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

}  // namespace kinode::wasm
