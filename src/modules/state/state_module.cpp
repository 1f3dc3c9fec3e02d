#include "modules/state/state_module.h"

#include <filesystem>
#include <fmt/format.h>

#include "port/answer.h"

namespace kinode::state {

using msg::StateAction;
using msg::StateError;

port::ModuleInfo StateModule::info() const { return {msg::system_process("state"), false}; }

Status StateModule::start(port::Port& port) {
  port_ = &port;
  self_ = msg::share({port.our_node(), msg::system_process("state")});
  return {};
}

void StateModule::handle(msg::EnvelopeRef envelope) noexcept {
  if (envelope->source->node != port_->our_node()) {
    port_->print(
        1, self_->process,
        fmt::format("state: ignored a message from {}", printable(envelope->source->node)));
    return;
  }
  const msg::Request* request = envelope->request();
  if (request == nullptr) {
    if (envelope->response() != nullptr)
      refuse(*envelope, StateError::bad_request("not a request"));
    return;
  }
  const auto action = msg::decode_state_action(request->body.view());
  if (!action) return refuse(*envelope, StateError::bad_json(action.error().detail));
  act(*envelope, *action);
}

void StateModule::act(const msg::Envelope& request, const StateAction& action) {
  const msg::ProcessId& asker = request.source->process;
  const bool is_kernel = msg::is_system_process(asker, "kernel");
  const bool about_one = action.kind != StateAction::Kind::kBackup;
  if (!is_kernel && about_one && asker != action.process) {
    return refuse(request,
                  StateError::bad_request(fmt::format(
                      "{} may not touch the state of {}: a process reads and writes its own only",
                      asker.text(), action.process.text())));
  }
  switch (action.kind) {
    case StateAction::Kind::kGetState:
      return read(request, action.process);
    case StateAction::Kind::kSetState:
      return write(request, action.process);
    case StateAction::Kind::kDeleteState:
      return clear(request, action.process);
    case StateAction::Kind::kBackup:
      return backup(request);
  }
}

void StateModule::read(const msg::Envelope& request, const msg::ProcessId& of) {
  auto value = store_.get(of);
  if (!value) return refuse(request, StateError::rocks_db("GetState", value.error().detail));
  if (!*value) return refuse(request, StateError::not_found(of));
  auto blob = std::make_shared<msg::Blob>();
  blob->mime = "application/octet-stream";
  blob->bytes = std::move(**value);
  done(request, StateAction::Kind::kGetState, std::move(blob));
}

void StateModule::write(const msg::Envelope& request, const msg::ProcessId& of) {
  if (!request.blob) return refuse(request, StateError::bad_bytes("SetState"));
  if (auto ok = store_.set(of, request.blob->bytes.view()); !ok) {
    return refuse(request, StateError::rocks_db("SetState", ok.error().detail));
  }
  done(request, StateAction::Kind::kSetState, nullptr);
}

void StateModule::clear(const msg::Envelope& request, const msg::ProcessId& of) {
  if (auto ok = store_.clear(of); !ok) {
    return refuse(request, StateError::rocks_db("DeleteState", ok.error().detail));
  }
  done(request, StateAction::Kind::kDeleteState, nullptr);
}

void StateModule::backup(const msg::Envelope& request) {
  std::error_code error;
  std::filesystem::remove_all(backup_directory_, error);
  if (auto ok = store_.kv().checkpoint(backup_directory_); !ok) {
    return refuse(request, StateError::rocks_db("Backup", ok.error().detail));
  }
  done(request, StateAction::Kind::kBackup, nullptr);
}

void StateModule::done(const msg::Envelope& request, StateAction::Kind what, msg::BlobRef blob) {
  port::send_done(*port_, request, self_, msg::encode_state_response(what), std::move(blob));
}

void StateModule::refuse(const msg::Envelope& request, const StateError& error) {
  port::send_refusal(*port_, request, self_, msg::encode_state_response(error));
}

}  // namespace kinode::state
