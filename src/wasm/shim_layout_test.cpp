// The structs of the C border are the same on both sides.
#include <gtest/gtest.h>
#include <map>
#include <string>

#include "wasm/shim_abi.h"

namespace kinode::wasm {
namespace {

std::map<std::string, std::size_t> message_layout() {
  return {
      {"GuestBytes", sizeof(GuestBytes)},
      {"GuestBytes.data", offsetof(GuestBytes, data)},
      {"GuestBytes.size", offsetof(GuestBytes, size)},
      {"GuestProcessId", sizeof(GuestProcessId)},
      {"GuestProcessId.process", offsetof(GuestProcessId, process)},
      {"GuestProcessId.package", offsetof(GuestProcessId, package)},
      {"GuestProcessId.publisher", offsetof(GuestProcessId, publisher)},
      {"GuestAddress", sizeof(GuestAddress)},
      {"GuestAddress.node", offsetof(GuestAddress, node)},
      {"GuestAddress.process", offsetof(GuestAddress, process)},
      {"GuestCapability", sizeof(GuestCapability)},
      {"GuestCapability.issuer", offsetof(GuestCapability, issuer)},
      {"GuestCapability.params", offsetof(GuestCapability, params)},
      {"GuestBlob", sizeof(GuestBlob)},
      {"GuestBlob.present", offsetof(GuestBlob, present)},
      {"GuestBlob.mime", offsetof(GuestBlob, mime)},
      {"GuestBlob.bytes", offsetof(GuestBlob, bytes)},
      {"GuestRequest", sizeof(GuestRequest)},
      {"GuestRequest.inherit", offsetof(GuestRequest, inherit)},
      {"GuestRequest.has_expects", offsetof(GuestRequest, has_expects)},
      {"GuestRequest.expects", offsetof(GuestRequest, expects)},
      {"GuestRequest.body", offsetof(GuestRequest, body)},
      {"GuestRequest.metadata", offsetof(GuestRequest, metadata)},
      {"GuestRequest.capabilities", offsetof(GuestRequest, capabilities)},
      {"GuestRequest.capability_count", offsetof(GuestRequest, capability_count)},
      {"GuestSend", sizeof(GuestSend)},
      {"GuestSend.target", offsetof(GuestSend, target)},
      {"GuestSend.request", offsetof(GuestSend, request)},
      {"GuestSend.context", offsetof(GuestSend, context)},
      {"GuestSend.blob", offsetof(GuestSend, blob)},
      {"GuestMessage", sizeof(GuestMessage)},
      {"GuestMessage.kind", offsetof(GuestMessage, kind)},
      {"GuestMessage.source", offsetof(GuestMessage, source)},
      {"GuestMessage.request", offsetof(GuestMessage, request)},
      {"GuestMessage.context", offsetof(GuestMessage, context)},
      {"GuestMessage.error_kind", offsetof(GuestMessage, error_kind)},
      {"GuestMessage.blob", offsetof(GuestMessage, blob)},
  };
}

std::map<std::string, std::size_t> process_layout() {
  return {
      {"GuestOnExitRequest", sizeof(GuestOnExitRequest)},
      {"GuestOnExitRequest.target", offsetof(GuestOnExitRequest, target)},
      {"GuestOnExitRequest.request", offsetof(GuestOnExitRequest, request)},
      {"GuestOnExitRequest.blob", offsetof(GuestOnExitRequest, blob)},
      {"GuestOnExit", sizeof(GuestOnExit)},
      {"GuestOnExit.kind", offsetof(GuestOnExit, kind)},
      {"GuestOnExit.requests", offsetof(GuestOnExit, requests)},
      {"GuestOnExit.request_count", offsetof(GuestOnExit, request_count)},
      {"GuestGrant", sizeof(GuestGrant)},
      {"GuestGrant.process", offsetof(GuestGrant, process)},
      {"GuestGrant.params", offsetof(GuestGrant, params)},
      {"GuestSpawn", sizeof(GuestSpawn)},
      {"GuestSpawn.name", offsetof(GuestSpawn, name)},
      {"GuestSpawn.wasm_path", offsetof(GuestSpawn, wasm_path)},
      {"GuestSpawn.on_exit", offsetof(GuestSpawn, on_exit)},
      {"GuestSpawn.request_capabilities", offsetof(GuestSpawn, request_capabilities)},
      {"GuestSpawn.request_capability_count", offsetof(GuestSpawn, request_capability_count)},
      {"GuestSpawn.grant_capabilities", offsetof(GuestSpawn, grant_capabilities)},
      {"GuestSpawn.grant_capability_count", offsetof(GuestSpawn, grant_capability_count)},
      {"GuestSpawn.is_public", offsetof(GuestSpawn, is_public)},
      {"GuestSpawned", sizeof(GuestSpawned)},
      {"GuestSpawned.ok", offsetof(GuestSpawned, ok)},
      {"GuestSpawned.error", offsetof(GuestSpawned, error)},
      {"GuestSpawned.id", offsetof(GuestSpawned, id)},
  };
}

TEST(ShimLayout, EverySizeAndOffsetIsTheSameInRustAndCpp) {
  std::size_t count = 0;
  const auto* entries = kinode_shim_layout(&count);
  std::map<std::string, std::size_t> rust;
  for (std::size_t i = 0; i < count; ++i) rust[entries[i].name] = entries[i].value;
  auto cpp = message_layout();
  cpp.merge(process_layout());
  EXPECT_EQ(rust, cpp);
}

}  // namespace
}  // namespace kinode::wasm
