// An ordered store whose writes pass the home's gate.
#pragma once

#include "store/ordered_kv.h"
#include "store/write_gate.h"

namespace kinode::store {

/// Each write of `kv` holds one pass of `gate`. Both outlive it. Thread: any.
class GatedKv final : public OrderedKv {
 public:
  GatedKv(OrderedKv& kv, WriteGate& gate) : kv_(kv), gate_(gate) {}

  Result<std::optional<Bytes>> get(std::string_view key) const override { return kv_.get(key); }
  Status put(std::string_view key, ByteView value, Durability durability) override {
    const auto pass = gate_.enter();
    return kv_.put(key, value, durability);
  }
  Status try_put(std::string_view key, ByteView value) override {
    const auto pass = gate_.enter();
    return kv_.try_put(key, value);
  }
  Status erase(std::string_view key, Durability durability) override {
    const auto pass = gate_.enter();
    return kv_.erase(key, durability);
  }
  Status write(const WriteBatch& batch, Durability durability) override {
    const auto pass = gate_.enter();
    return kv_.write(batch, durability);
  }
  Status scan(std::string_view prefix, const Visit& visit) const override {
    return kv_.scan(prefix, visit);
  }
  Status sync() override { return kv_.sync(); }
  Status checkpoint(const std::string& directory) override { return kv_.checkpoint(directory); }

 private:
  OrderedKv& kv_;
  WriteGate& gate_;
};

}  // namespace kinode::store
