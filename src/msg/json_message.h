// Ids, capabilities and messages as JSON (kernel.md 1.2 to 1.6).
//
// read_json takes every form the original takes; write_json appends exactly what it emits.
#pragma once

#include <string>

#include "msg/json_reader.h"
#include "msg/kernel_types.h"

namespace kinode::msg {

Status read_json(const Json& value, ProcessId& out);   // "p:k:pub"
Status read_json(const Json& value, Address& out);     // "node@p:k:pub"
Status read_json(const Json& value, PackageId& out);   // {"package_name":..,"publisher_node":..}
Status read_json(const Json& value, Capability& out);  // {"issuer":..,"params":..}
Status read_json(const Json& value, Blob& out);        // {"mime":..,"bytes":[..]}

/// `[capability, signature]`, as the kernel writes it, or the bare capability that the userspace
/// library writes (kernel.md 1.4, type mismatch), which is then unsigned.
Status read_json(const Json& value, SignedCapability& out);

Status read_json(const Json& value, Request& out);
/// Without context: that travels beside the response, see Envelope.
Status read_json(const Json& value, Response& out);

/// Fills id, source, target, rsvp, message and blob. Never yields a SendError.
Status read_json(const Json& value, Envelope& out);

/// `original` becomes a message that has only target, content and blob.
Status read_json(const Json& value, SendError& out);

Status read_json(const Json& value, OnExitRequest& out);  // [target, request, blob]
Status read_json(const Json& value, OnExit& out);

void write_json(std::string& out, const ProcessId& value);
void write_json(std::string& out, const Address& value);
void write_json(std::string& out, const PackageId& value);
void write_json(std::string& out, const Capability& value);
void write_json(std::string& out, const SignedCapability& value);
void write_json(std::string& out, const Blob& value);
void write_json(std::string& out, const Request& value);
void write_json(std::string& out, const Response& value);
void write_json(std::string& out, const Envelope& value);
void write_json(std::string& out, const SendError& value);
void write_json(std::string& out, const OnExitRequest& value);
void write_json(std::string& out, const OnExit& value);

/// An OnExit, as kept or sent on its own.
Result<OnExit> decode_on_exit(ByteView text);
std::string encode_on_exit(const OnExit& value);

}  // namespace kinode::msg
