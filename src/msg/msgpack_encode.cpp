#include "msg/msgpack.h"

namespace kinode::msg {

namespace {

void write_text(MsgpackWriter& out, const std::optional<std::string>& text) {
  if (text) {
    out.string(*text);
  } else {
    out.nil();
  }
}

void write_texts(MsgpackWriter& out, const std::vector<std::string>& texts) {
  out.array(texts.size());
  for (const std::string& text : texts) out.string(text);
}

void write_caps(MsgpackWriter& out, const SignedCaps& caps) {
  out.array(caps.size());
  for (const SignedCapability& c : caps) {
    out.array(2);
    write_msgpack(out, c.cap);
    out.bytes(c.signature.view());
  }
}

void write_blob(MsgpackWriter& out, const Blob* blob) {
  if (blob == nullptr) return out.nil();
  out.array(2);
  write_text(out, blob->mime);
  out.bytes(blob->bytes.view());
}

void write_request(MsgpackWriter& out, const Request& r) {
  out.array(5);
  out.boolean(r.inherit);
  if (r.expects_response) {
    out.integer(*r.expects_response);
  } else {
    out.nil();
  }
  out.bytes(r.body.view());
  write_text(out, r.metadata);
  write_caps(out, r.capabilities);
}

void write_response(MsgpackWriter& out, const Response& r) {
  out.array(2);
  out.array(4);
  out.boolean(r.inherit);
  out.bytes(r.body.view());
  write_text(out, r.metadata);
  write_caps(out, r.capabilities);
  if (r.context) {
    out.bytes(r.context->view());
  } else {
    out.nil();
  }
}

void write_ports(MsgpackWriter& out, const Ports& ports) {
  out.map(ports.size());
  for (const auto& [name, port] : ports) {
    out.string(name);
    out.integer(port);
  }
}

void write_routing(MsgpackWriter& out, const NodeRouting& routing) {
  out.map(1);
  if (const auto* routers = std::get_if<routing::Routers>(&routing)) {
    out.string("Routers");
    write_texts(out, routers->routers);
  } else if (const auto* direct = std::get_if<routing::Direct>(&routing)) {
    out.string("Direct");
    out.array(2);
    out.string(direct->ip);
    write_ports(out, direct->ports);
  } else {
    const auto& both = std::get<routing::Both>(routing);
    out.string("Both");
    out.array(3);
    out.string(both.ip);
    write_ports(out, both.ports);
    write_texts(out, both.routers);
  }
}

}  // namespace

void write_msgpack(MsgpackWriter& out, const Address& value) { out.string(value.text()); }

void write_msgpack(MsgpackWriter& out, const Capability& value) {
  out.array(2);
  write_msgpack(out, value.issuer());
  out.string(value.params());
}

void write_msgpack(MsgpackWriter& out, const Identity& value) {
  out.array(3);
  out.string(value.name);
  out.string(value.networking_key);
  write_routing(out, value.routing);
}

void write_msgpack(MsgpackWriter& out, const KnsUpdate& value) {
  out.array(5);
  out.string(value.name);
  out.string(value.public_key);
  write_texts(out, value.ips);
  write_ports(out, value.ports);
  write_texts(out, value.routers);
}

void write_msgpack(MsgpackWriter& out, const OnExit& value) {
  if (value.kind != OnExit::Kind::kRequests) return out.string(value.name());
  out.map(1);
  out.string(value.name());
  out.array(value.requests.size());
  for (const OnExitRequest& r : value.requests) {
    out.array(3);
    write_msgpack(out, r.target);
    write_request(out, r.request);
    write_blob(out, r.blob ? &*r.blob : nullptr);
  }
}

Result<ByteVector> encode_msgpack(const Envelope& envelope, BytesForm form) {
  if (envelope.send_error() != nullptr) {
    return fail(Code::kInternal, "a send error was to be encoded for another node");
  }
  MsgpackWriter out(form);
  out.reserve(envelope.accounted_bytes());
  out.array(6);
  out.integer(envelope.id);
  for (const AddressRef& address : {envelope.source, envelope.target, envelope.rsvp}) {
    if (address) {
      write_msgpack(out, *address);
    } else {
      out.nil();
    }
  }
  out.map(1);
  if (const Request* request = envelope.request()) {
    out.string("Request");
    write_request(out, *request);
  } else {
    out.string("Response");
    write_response(out, *envelope.response());
  }
  write_blob(out, envelope.blob.get());
  return out.take();
}

ByteVector encode_msgpack(const Capability& cap) { return capability_signing_bytes(cap); }

ByteVector encode_msgpack(const OnExit& on_exit, BytesForm form) {
  MsgpackWriter out(form);
  write_msgpack(out, on_exit);
  return out.take();
}

ByteVector encode_msgpack(const Identity& identity) {
  MsgpackWriter out;
  write_msgpack(out, identity);
  return out.take();
}

}  // namespace kinode::msg
