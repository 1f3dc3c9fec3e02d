#include "msg/bincode.h"

#include <algorithm>
#include <vector>

#include "msg/bincode_reader.h"

namespace kinode::msg {

namespace {

/// Appends bincode's basic types and ours.
class Writer {
 public:
  void boolean(bool value) { out_.push_back(value ? 1 : 0); }
  void u32(std::uint32_t value) { little_endian(value, 4); }
  void u64(std::uint64_t value) { little_endian(value, 8); }
  void bytes(ByteView bytes) {
    u64(bytes.size());
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  void text(std::string_view text) { bytes(as_bytes(text)); }
  void optional_text(const std::optional<std::string>& value) {
    boolean(value.has_value());
    if (value) text(*value);
  }

  void cap(const Capability& cap) {
    text(cap.issuer().text());
    text(cap.params());
  }

  void request(const Request& r) {
    boolean(r.inherit);
    boolean(r.expects_response.has_value());
    if (r.expects_response) u64(*r.expects_response);
    bytes(r.body.view());
    optional_text(r.metadata);
    u64(r.capabilities.size());
    for (const SignedCapability& c : r.capabilities) {
      cap(c.cap);
      bytes(c.signature.view());
    }
  }

  void on_exit(const OnExit& on_exit) {
    u32(static_cast<std::uint32_t>(on_exit.kind));
    if (on_exit.kind != OnExit::Kind::kRequests) return;
    u64(on_exit.requests.size());
    for (const OnExitRequest& r : on_exit.requests) {
      text(r.target.text());
      request(r.request);
      boolean(r.blob.has_value());
      if (!r.blob) continue;
      optional_text(r.blob->mime);
      bytes(r.blob->bytes.view());
    }
  }

  void process(const PersistedProcess& p) {
    text(p.wasm_bytes_handle);
    boolean(p.wit_version.has_value());
    if (p.wit_version) u32(*p.wit_version);
    on_exit(p.on_exit);
    std::vector<const std::pair<const Capability, Bytes>*> caps;
    caps.reserve(p.capabilities.size());
    for (const auto& entry : p.capabilities) caps.push_back(&entry);
    std::ranges::sort(caps, {},
                      [](const auto* entry) -> const Capability& { return entry->first; });
    u64(caps.size());
    for (const auto* entry : caps) {
      cap(entry->first);
      bytes(entry->second.view());
    }
    boolean(p.is_public);
  }

  ByteVector take() { return std::move(out_); }

 private:
  void little_endian(std::uint64_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
      out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  }

  ByteVector out_;
};

// The least that one element takes: its lengths, tags and flags with nothing in them.
constexpr std::size_t kCapBytesMin = 8 + 8 + 8;
constexpr std::size_t kOnExitRequestBytesMin = 8 + (1 + 1 + 8 + 1 + 8) + 1;
constexpr std::size_t kRowBytesMin = 8 + (8 + 1 + 4 + 8 + 1);

template <class T>
T read_id(BincodeReader& in, std::string_view what) {
  const std::string_view text = in.text(what);
  if (!in.ok()) return {};
  auto id = T::parse(text);
  if (id) return std::move(*id);
  in.refuse(what, "a name: " + id.error().detail);
  return {};
}

std::optional<std::string> read_optional_text(BincodeReader& in, std::string_view what) {
  if (!in.some(what)) return std::nullopt;
  return std::string(in.text(what));
}

Capability read_cap(BincodeReader& in) {
  Address issuer = read_id<Address>(in, "capability issuer");
  const std::string_view params = in.text("capability params");
  if (!in.ok()) return {};
  return Capability(std::move(issuer), std::string(params));
}

Request read_request(BincodeReader& in) {
  Request out;
  out.inherit = in.boolean("request inherit");
  if (in.some("request expects_response")) {
    out.expects_response = in.u64("request expects_response");
  }
  out.body = Bytes::copy(in.bytes("request body"));
  out.metadata = read_optional_text(in, "request metadata");
  const std::size_t caps = in.count("request capabilities", kCapBytesMin);
  for (std::size_t i = 0; i < caps && in.ok(); ++i) {
    Capability cap = read_cap(in);
    out.capabilities.push_back({std::move(cap), Bytes::copy(in.bytes("capability signature"))});
  }
  return out;
}

OnExit read_on_exit(BincodeReader& in) {
  OnExit out;
  out.kind = static_cast<OnExit::Kind>(in.variant("on_exit", 3));
  if (out.kind != OnExit::Kind::kRequests) return out;
  const std::size_t requests = in.count("on_exit requests", kOnExitRequestBytesMin);
  for (std::size_t i = 0; i < requests && in.ok(); ++i) {
    OnExitRequest r;
    r.target = read_id<Address>(in, "on_exit target");
    r.request = read_request(in);
    if (in.some("on_exit blob")) {
      Blob blob;
      blob.mime = read_optional_text(in, "blob mime");
      blob.bytes = Bytes::copy(in.bytes("blob bytes"));
      r.blob = std::move(blob);
    }
    out.requests.push_back(std::move(r));
  }
  return out;
}

PersistedProcess read_process(BincodeReader& in) {
  PersistedProcess out;
  out.wasm_bytes_handle = in.text("wasm_bytes_handle");
  if (in.some("wit_version")) out.wit_version = in.u32("wit_version");
  out.on_exit = read_on_exit(in);
  const std::size_t caps = in.count("capabilities", kCapBytesMin);
  for (std::size_t i = 0; i < caps && in.ok(); ++i) {
    Capability cap = read_cap(in);
    // Not insert_or_assign: that would put the signature of one text beside an equal other text.
    out.capabilities.erase(cap);
    out.capabilities.emplace(std::move(cap), Bytes::copy(in.bytes("capability signature")));
  }
  out.is_public = in.boolean("public");
  return out;
}

template <class T>
Result<T> finish(BincodeReader& in, std::string_view what, T value) {
  if (auto ok = in.finish(); !ok) return fail_in(what, std::move(ok.error()));
  return value;
}

}  // namespace

ByteVector encode_process_map(const ProcessMap& map) {
  std::vector<const ProcessMap::value_type*> rows;
  rows.reserve(map.size());
  for (const auto& row : map) rows.push_back(&row);
  std::ranges::sort(rows, {}, [](const auto* row) -> const ProcessId& { return row->first; });
  Writer out;
  out.u64(rows.size());
  for (const auto* row : rows) {
    out.text(row->first.text());
    out.process(row->second);
  }
  return out.take();
}

Result<ProcessMap> decode_process_map(ByteView bytes) {
  BincodeReader in(bytes);
  ProcessMap out;
  const std::size_t rows = in.count("process map", kRowBytesMin);
  for (std::size_t i = 0; i < rows && in.ok(); ++i) {
    ProcessId id = read_id<ProcessId>(in, "process id");
    out.insert_or_assign(std::move(id), read_process(in));
  }
  return finish(in, "process map", std::move(out));
}

ByteVector encode_persisted_process(const PersistedProcess& process) {
  Writer out;
  out.process(process);
  return out.take();
}

Result<PersistedProcess> decode_persisted_process(ByteView bytes) {
  BincodeReader in(bytes);
  PersistedProcess out = read_process(in);
  return finish(in, "process record", std::move(out));
}

ByteVector encode_on_exit_bincode(const OnExit& on_exit) {
  Writer out;
  out.on_exit(on_exit);
  return out.take();
}

Result<OnExit> decode_on_exit_bincode(ByteView bytes) {
  BincodeReader in(bytes);
  OnExit out = read_on_exit(in);
  return finish(in, "on_exit", std::move(out));
}

}  // namespace kinode::msg
