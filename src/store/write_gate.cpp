#include "store/write_gate.h"

namespace kinode::store {

WriteGate::Pass WriteGate::enter() {
  rt::Lock lock(mutex_);
  while (closed_) changed_.wait(mutex_);
  ++within_;
  return Pass(this);
}

void WriteGate::leave() {
  rt::Lock lock(mutex_);
  if (--within_ == 0 && closed_) changed_.notify_all();
}

bool WriteGate::close(Nanos patience) {
  rt::Lock lock(mutex_);
  closed_ = true;
  while (within_ != 0) {
    if (changed_.wait_for(mutex_, patience) == std::cv_status::timeout && within_ != 0) {
      closed_ = false;
      changed_.notify_all();
      return false;
    }
  }
  return true;
}

void WriteGate::open() {
  rt::Lock lock(mutex_);
  closed_ = false;
  changed_.notify_all();
}

}  // namespace kinode::store
