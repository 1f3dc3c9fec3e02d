#include "modules/fd_manager/fd_messages.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "msg/json_message.h"
#include "msg/json_reader.h"
#include "msg/json_writer.h"

namespace kinode::fd_manager {

namespace {

using Kind = FdAction::Kind;

struct Name {
  std::string_view text;
  Kind kind;
};

constexpr std::array kNames{
    Name{"RequestFdsLimit", Kind::kRequestFdsLimit},
    Name{"FdsLimitHit", Kind::kFdsLimitHit},
    Name{"FdsLimit", Kind::kFdsLimit},
    Name{"UpdateMaxFdsAsFractionOfUlimitPercentage", Kind::kUpdateMaxFdsFraction},
    Name{"UpdateUpdateUlimitSecs", Kind::kUpdateUlimitSecs},
    Name{"UpdateCullFractionDenominator", Kind::kUpdateCullFraction},
    Name{"GetState", Kind::kGetState},
    Name{"GetProcessFdLimit", Kind::kGetProcessFdLimit},
};

bool is_bare(Kind kind) {
  return kind == Kind::kRequestFdsLimit || kind == Kind::kFdsLimitHit || kind == Kind::kGetState;
}

Result<FdAction> read_action(const msg::Json& value) {
  const auto variant = msg::read_json_variant(value, "a request");
  if (!variant) return std::unexpected(variant.error());
  const auto* name = std::ranges::find(kNames, variant->name, &Name::text);
  if (name == kNames.end()) {
    return msg::unknown_variant(*variant,
                                "one of `RequestFdsLimit`, `FdsLimitHit`, `FdsLimit`, "
                                "`UpdateMaxFdsAsFractionOfUlimitPercentage`, "
                                "`UpdateUpdateUlimitSecs`, "
                                "`UpdateCullFractionDenominator`, `GetState`, "
                                "`GetProcessFdLimit`");
  }
  FdAction out;
  out.kind = name->kind;
  if (is_bare(out.kind)) {
    if (auto ok = variant->unit(); !ok) return std::unexpected(std::move(ok.error()));
    return out;
  }
  const auto data = variant->data();
  if (!data) return std::unexpected(data.error());
  auto read = out.kind == Kind::kGetProcessFdLimit ? msg::read_json(**data, out.process)
                                                   : msg::read_json(**data, out.number);
  if (!read) return fail_in(name->text, std::move(read.error()));
  return out;
}

}  // namespace

Result<FdAction> decode_fd_action(ByteView body) {
  return msg::decode_json(body, "fd-manager request", read_action);
}

std::string encode_fd_action(const FdAction& action) {
  const auto* name = std::ranges::find(kNames, action.kind, &Name::kind);
  std::string out;
  if (is_bare(action.kind)) {
    msg::append_json_string(out, name->text);
  } else if (action.kind == Kind::kGetProcessFdLimit) {
    msg::write_json_variant(out, name->text, action.process);
  } else {
    msg::write_json_variant(out, name->text, action.number);
  }
  return out;
}

std::string encode_fd_state(const FdShares& shares) {
  std::string out;
  msg::JsonObject wrapper(out);
  msg::JsonObject map(wrapper.key("GetState"));
  for (const auto& [id, share] : shares) {
    msg::JsonObject(map.key(id.text()))
        .field("limit", share.limit)
        .field("hit_count", share.hit_count)
        .close();
  }
  map.close();
  wrapper.close();
  return out;
}

std::string encode_fd_limit(std::uint64_t limit) {
  std::string out;
  msg::write_json_variant(out, "GetProcessFdLimit", limit);
  return out;
}

}  // namespace kinode::fd_manager
