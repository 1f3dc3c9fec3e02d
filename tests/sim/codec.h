// What simulated messages carry: their own number, with a check, so that a receiver can ask the
// model what it should have got.
#pragma once

#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "model.h"

namespace kinode::sim {

/// Eight bytes: the number, and its mirror image.
using Coded = std::array<std::uint8_t, 8>;

inline Coded coded(Token token) {
  const Token check = ~token * 2654435761u;
  Coded out;
  std::memcpy(out.data(), &token, sizeof token);
  std::memcpy(out.data() + sizeof token, &check, sizeof check);
  return out;
}

inline Bytes body_of(Token token) { return Bytes::copy(ByteView(coded(token))); }

/// The number in a body or a context; nothing when the bytes are no such thing.
inline std::optional<Token> token_in(ByteView bytes) {
  if (bytes.size() != sizeof(Coded)) return std::nullopt;
  Token token = 0;
  std::memcpy(&token, bytes.data(), sizeof token);
  const Coded whole = coded(token);
  if (std::memcmp(whole.data(), bytes.data(), whole.size()) != 0) return std::nullopt;
  return token;
}

/// A blob or a state: the number, and as many bytes more as the number says.
inline Bytes blob_of(Token token) {
  ByteVector bytes(sizeof(Coded) + token % 53, static_cast<std::uint8_t>(token));
  const Coded head = coded(token);
  std::memcpy(bytes.data(), head.data(), head.size());
  return Bytes::adopt(std::move(bytes));
}

/// kForeignBlob when it is not what blob_of makes.
inline Token blob_token(ByteView bytes) {
  if (bytes.size() < sizeof(Coded)) return kForeignBlob;
  const auto token = token_in(bytes.first(sizeof(Coded)));
  if (!token || bytes.size() != sizeof(Coded) + *token % 53) return kForeignBlob;
  for (const std::uint8_t byte : bytes.subspan(sizeof(Coded))) {
    if (byte != static_cast<std::uint8_t>(*token)) return kForeignBlob;
  }
  return *token;
}

}  // namespace kinode::sim
