// Messages and identities as MessagePack, the form in which nodes talk (kernel.md 1.1, net-eth.md
// 2).
//
// Encoders write structs as arrays. Decoders take everything that the original takes, ignore bytes
// after the value, and check every length against limits.h before they allocate. Errors say offset
// and field.
#pragma once

#include "base/bytes.h"
#include "msg/identity.h"
#include "msg/kernel_types.h"
#include "msg/msgpack_reader.h"
#include "msg/msgpack_writer.h"

namespace kinode::msg {

/// The whole message. Encoding a message that is a SendError is an error: they stay on their node.
Result<ByteVector> encode_msgpack(const Envelope& envelope, BytesForm form = BytesForm::kIntegers);
Result<Envelope> decode_msgpack_envelope(ByteView bytes);

ByteVector encode_msgpack(const Capability& cap);
Result<Capability> decode_msgpack_capability(ByteView bytes);

ByteVector encode_msgpack(const OnExit& on_exit, BytesForm form = BytesForm::kIntegers);
Result<OnExit> decode_msgpack_on_exit(ByteView bytes);

ByteVector encode_msgpack(const Identity& identity);
Result<Identity> decode_msgpack_identity(ByteView bytes);

// The parts, for messages that contain them (NetAction and so on). Readers note errors in the
// reader.
void write_msgpack(MsgpackWriter& out, const Address& value);
void write_msgpack(MsgpackWriter& out, const Capability& value);
void write_msgpack(MsgpackWriter& out, const Identity& value);
void write_msgpack(MsgpackWriter& out, const KnsUpdate& value);
void write_msgpack(MsgpackWriter& out, const OnExit& value);

Address read_msgpack_address(MsgpackReader& in, std::string_view what);
ProcessId read_msgpack_process_id(MsgpackReader& in, std::string_view what);
Capability read_msgpack_capability(MsgpackReader& in);
Identity read_msgpack_identity(MsgpackReader& in);
KnsUpdate read_msgpack_kns_update(MsgpackReader& in);
OnExit read_msgpack_on_exit(MsgpackReader& in);

}  // namespace kinode::msg
