#include <array>

#include "base/limits.h"
#include "msg/msgpack.h"

namespace kinode::msg {

namespace {

template <std::size_t N>
using Names = std::array<std::string_view, N>;

template <class T>
T read_id(MsgpackReader& in, std::string_view what) {
  const std::string_view text = in.text(what, limits::kAddressTextBytesMax);
  if (!in.ok()) return {};
  auto id = T::parse(text);
  if (id) return std::move(*id);
  in.refuse(what, "a name: " + id.error().detail);
  return {};
}

std::string read_text(MsgpackReader& in, std::string_view what) {
  return std::string(in.text(what, limits::kAddressTextBytesMax));
}

std::optional<std::string> read_optional_text(MsgpackReader& in, std::string_view what) {
  if (in.nil()) return std::nullopt;
  return std::string(in.text(what, limits::kMetadataBytesMax));
}

std::vector<std::string> read_texts(MsgpackReader& in, std::string_view what) {
  const std::size_t count = in.array(what, limits::kIdentityListMax);
  std::vector<std::string> out;
  out.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) out.push_back(read_text(in, what));
  return out;
}

Ports read_ports(MsgpackReader& in) {
  const std::size_t count = in.map("ports", limits::kIdentityListMax);
  Ports out;
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    std::string name = read_text(in, "protocol name");
    out[std::move(name)] = static_cast<std::uint16_t>(in.integer("port", 0xffff));
  }
  return out;
}

SignedCaps read_caps(MsgpackReader& in) {
  const std::size_t count = in.array("capabilities", limits::kCapsPerMessageMax);
  SignedCaps out;
  out.reserve(count);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    in.tuple("capability with signature", 2);
    Capability cap = read_msgpack_capability(in);
    out.push_back({std::move(cap), in.bytes("signature", limits::kCapParamsBytesMax)});
  }
  return out;
}

Blob read_blob(MsgpackReader& in) {
  static constexpr Names<2> kNames = {"mime", "bytes"};
  Blob out;
  in.structure("lazy_load_blob", kNames, 0b01, [&](std::size_t field) {
    if (field == 0) {
      out.mime = read_optional_text(in, "mime");
    } else {
      out.bytes = in.bytes("blob bytes", limits::kBlobBytesMax);
    }
  });
  return out;
}

Request read_request(MsgpackReader& in) {
  static constexpr Names<5> kNames = {"inherit", "expects_response", "body", "metadata",
                                      "capabilities"};
  Request out;
  in.structure("Request", kNames, 0b01010, [&](std::size_t field) {
    switch (field) {
      case 0:
        out.inherit = in.boolean("inherit");
        break;
      case 1:
        if (!in.nil()) out.expects_response = in.integer("expects_response");
        break;
      case 2:
        out.body = in.bytes("body", limits::kBodyBytesMax);
        break;
      case 3:
        out.metadata = read_optional_text(in, "metadata");
        break;
      default:
        out.capabilities = read_caps(in);
        break;
    }
  });
  return out;
}

Response read_response(MsgpackReader& in) {
  static constexpr Names<4> kNames = {"inherit", "body", "metadata", "capabilities"};
  Response out;
  in.tuple("Response with context", 2);
  in.structure("Response", kNames, 0b0100, [&](std::size_t field) {
    switch (field) {
      case 0:
        out.inherit = in.boolean("inherit");
        break;
      case 1:
        out.body = in.bytes("body", limits::kBodyBytesMax);
        break;
      case 2:
        out.metadata = read_optional_text(in, "metadata");
        break;
      default:
        out.capabilities = read_caps(in);
        break;
    }
  });
  if (!in.nil()) out.context = in.bytes("context", limits::kContextBytesMax);
  return out;
}

void read_message(MsgpackReader& in, Envelope& out) {
  static constexpr Names<2> kNames = {"Request", "Response"};
  const auto variant = in.variant("message", kNames);
  in.need_value("message", variant);
  if (!in.ok()) return;
  if (variant.index == 0) {
    out.message = read_request(in);
  } else {
    out.message = read_response(in);
  }
}

Envelope read_envelope(MsgpackReader& in) {
  static constexpr Names<6> kNames = {"id",   "source",  "target",
                                      "rsvp", "message", "lazy_load_blob"};
  Envelope out;
  in.structure("KernelMessage", kNames, 0b101000, [&](std::size_t field) {
    switch (field) {
      case 0:
        out.id = in.integer("id");
        break;
      case 1:
        out.source = share(read_msgpack_address(in, "source"));
        break;
      case 2:
        out.target = share(read_msgpack_address(in, "target"));
        break;
      case 3:
        if (!in.nil()) out.rsvp = share(read_msgpack_address(in, "rsvp"));
        break;
      case 4:
        read_message(in, out);
        break;
      default:
        if (!in.nil()) out.blob = std::make_shared<const Blob>(read_blob(in));
        break;
    }
  });
  return out;
}

NodeRouting read_direct(MsgpackReader& in) {
  static constexpr Names<2> kNames = {"ip", "ports"};
  routing::Direct out;
  in.structure("Direct", kNames, 0, [&](std::size_t field) {
    if (field == 0) {
      out.ip = read_text(in, "ip");
    } else {
      out.ports = read_ports(in);
    }
  });
  return out;
}

NodeRouting read_both(MsgpackReader& in) {
  static constexpr Names<3> kNames = {"ip", "ports", "routers"};
  routing::Both out;
  in.structure("Both", kNames, 0, [&](std::size_t field) {
    switch (field) {
      case 0:
        out.ip = read_text(in, "ip");
        break;
      case 1:
        out.ports = read_ports(in);
        break;
      default:
        out.routers = read_texts(in, "routers");
        break;
    }
  });
  return out;
}

NodeRouting read_routing(MsgpackReader& in) {
  static constexpr Names<3> kNames = {"Routers", "Direct", "Both"};
  const auto variant = in.variant("routing", kNames);
  in.need_value("routing", variant);
  switch (variant.index) {
    case 0:
      return routing::Routers{read_texts(in, "routers")};
    case 1:
      return read_direct(in);
    default:
      return read_both(in);
  }
}

OnExitRequest read_on_exit_request(MsgpackReader& in) {
  OnExitRequest out;
  in.tuple("on_exit request", 3);
  out.target = read_msgpack_address(in, "on_exit target");
  out.request = read_request(in);
  if (!in.nil()) out.blob = read_blob(in);
  return out;
}

template <class T>
Result<T> finish(const MsgpackReader& in, std::string_view what, T value) {
  if (auto ok = in.status(); !ok) return fail_in(what, std::move(ok.error()));
  return value;
}

}  // namespace

Address read_msgpack_address(MsgpackReader& in, std::string_view what) {
  return read_id<Address>(in, what);
}

ProcessId read_msgpack_process_id(MsgpackReader& in, std::string_view what) {
  return read_id<ProcessId>(in, what);
}

Capability read_msgpack_capability(MsgpackReader& in) {
  static constexpr Names<2> kNames = {"issuer", "params"};
  Address issuer;
  std::string params;
  in.structure("Capability", kNames, 0, [&](std::size_t field) {
    if (field == 0) {
      issuer = read_msgpack_address(in, "issuer");
    } else {
      params = in.text("params", limits::kCapParamsBytesMax);
    }
  });
  if (!in.ok()) return {};
  return Capability(std::move(issuer), std::move(params));
}

Identity read_msgpack_identity(MsgpackReader& in) {
  static constexpr Names<3> kNames = {"name", "networking_key", "routing"};
  Identity out;
  in.structure("Identity", kNames, 0, [&](std::size_t field) {
    switch (field) {
      case 0:
        out.name = read_text(in, "name");
        break;
      case 1:
        out.networking_key = read_text(in, "networking_key");
        break;
      default:
        out.routing = read_routing(in);
        break;
    }
  });
  return out;
}

KnsUpdate read_msgpack_kns_update(MsgpackReader& in) {
  static constexpr Names<5> kNames = {"name", "public_key", "ips", "ports", "routers"};
  KnsUpdate out;
  in.structure("KnsUpdate", kNames, 0, [&](std::size_t field) {
    switch (field) {
      case 0:
        out.name = read_text(in, "name");
        break;
      case 1:
        out.public_key = read_text(in, "public_key");
        break;
      case 2:
        out.ips = read_texts(in, "ips");
        break;
      case 3:
        out.ports = read_ports(in);
        break;
      default:
        out.routers = read_texts(in, "routers");
        break;
    }
  });
  return out;
}

OnExit read_msgpack_on_exit(MsgpackReader& in) {
  static constexpr Names<3> kNames = {"None", "Restart", "Requests"};
  OnExit out;
  const auto variant = in.variant("on_exit", kNames);
  out.kind = static_cast<OnExit::Kind>(variant.index);
  if (out.kind != OnExit::Kind::kRequests) {
    in.unit("on_exit", variant);
    return out;
  }
  in.need_value("on_exit", variant);
  const std::size_t count = in.array("on_exit requests", limits::kOnExitRequestsMax);
  for (std::size_t i = 0; i < count && in.ok(); ++i)
    out.requests.push_back(read_on_exit_request(in));
  return out;
}

Result<Envelope> decode_msgpack_envelope(ByteView bytes) {
  MsgpackReader in(bytes);
  Envelope out = read_envelope(in);
  return finish(in, "message", std::move(out));
}

Result<Capability> decode_msgpack_capability(ByteView bytes) {
  MsgpackReader in(bytes);
  Capability out = read_msgpack_capability(in);
  return finish(in, "capability", std::move(out));
}

Result<OnExit> decode_msgpack_on_exit(ByteView bytes) {
  MsgpackReader in(bytes);
  OnExit out = read_msgpack_on_exit(in);
  return finish(in, "on_exit", std::move(out));
}

Result<Identity> decode_msgpack_identity(ByteView bytes) {
  MsgpackReader in(bytes);
  Identity out = read_msgpack_identity(in);
  return finish(in, "identity", std::move(out));
}

}  // namespace kinode::msg
