#include "msg/json_message.h"
#include "msg/json_writer.h"

namespace kinode::msg {

namespace {

template <class T>
void write_shared(std::string& out, const std::shared_ptr<const T>& value) {
  if (value) {
    write_json(out, *value);
  } else {
    out += "null";
  }
}

/// The original's `Message`. A send error is none: it is written by its own overload, never in
/// here.
void write_message(std::string& out, const Envelope& envelope) {
  if (const Request* request = envelope.request()) {
    write_json_variant(out, "Request", *request);
  } else if (const Response* response = envelope.response()) {
    out += "{\"Response\":[";
    write_json(out, *response);
    out.push_back(',');
    write_json(out, response->context);
    out += "]}";
  } else {
    out += "null";
  }
}

}  // namespace

void write_json(std::string& out, const ProcessId& value) { append_json_string(out, value.text()); }

void write_json(std::string& out, const Address& value) { append_json_string(out, value.text()); }

void write_json(std::string& out, const PackageId& value) {
  JsonObject(out)
      .field("package_name", value.package)
      .field("publisher_node", value.publisher)
      .close();
}

void write_json(std::string& out, const Capability& value) {
  JsonObject(out).field("issuer", value.issuer()).field("params", value.params()).close();
}

void write_json(std::string& out, const SignedCapability& value) {
  out.push_back('[');
  write_json(out, value.cap);
  out.push_back(',');
  write_json(out, value.signature);
  out.push_back(']');
}

void write_json(std::string& out, const Blob& value) {
  JsonObject(out).field("mime", value.mime).field("bytes", value.bytes).close();
}

void write_json(std::string& out, const Request& value) {
  JsonObject(out)
      .field("inherit", value.inherit)
      .field("expects_response", value.expects_response)
      .field("body", value.body)
      .field("metadata", value.metadata)
      .field("capabilities", value.capabilities)
      .close();
}

void write_json(std::string& out, const Response& value) {
  JsonObject(out)
      .field("inherit", value.inherit)
      .field("body", value.body)
      .field("metadata", value.metadata)
      .field("capabilities", value.capabilities)
      .close();
}

void write_json(std::string& out, const Envelope& value) {
  JsonObject object(out);
  object.field("id", value.id);
  write_shared(object.key("source"), value.source);
  write_shared(object.key("target"), value.target);
  write_shared(object.key("rsvp"), value.rsvp);
  write_message(object.key("message"), value);
  write_shared(object.key("lazy_load_blob"), value.blob);
  object.close();
}

void write_json(std::string& out, const SendError& value) {
  static const Envelope kUnknown;
  const Envelope& original = value.original ? *value.original : kUnknown;
  const std::string_view kind = value.kind == SendErrorKind::kOffline ? "Offline" : "Timeout";
  JsonObject object(out);
  object.field("kind", kind);
  write_shared(object.key("target"), original.target);
  write_message(object.key("message"), original);
  write_shared(object.key("lazy_load_blob"), original.blob);
  object.close();
}

void write_json(std::string& out, const OnExitRequest& value) {
  out.push_back('[');
  write_json(out, value.target);
  out.push_back(',');
  write_json(out, value.request);
  out.push_back(',');
  write_json(out, value.blob);
  out.push_back(']');
}

void write_json(std::string& out, const OnExit& value) {
  if (value.kind == OnExit::Kind::kRequests) {
    write_json_variant(out, value.name(), value.requests);
  } else {
    append_json_string(out, value.name());
  }
}

std::string encode_on_exit(const OnExit& value) {
  std::string out;
  write_json(out, value);
  return out;
}

}  // namespace kinode::msg
