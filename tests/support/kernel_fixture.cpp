#include <../tests/support/kernel_fixture.h>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fmt/format.h>

#include "msg/json_kernel.h"
#include "msg/json_message.h"

namespace kinode::support {

namespace {

/// A test's own mistake ends the program with a sentence.
template <class T>
T need(Result<T> result, std::string_view what) {
  if (result) return std::move(*result);
  std::fputs(fmt::format("{}: {}\n", what, result.error().detail).c_str(), stderr);
  std::abort();
}

void need(const Status& status, std::string_view what) {
  if (status) return;
  std::fputs(fmt::format("{}: {}\n", what, status.error().detail).c_str(), stderr);
  std::abort();
}

std::string caps_json(const std::vector<msg::Capability>& caps) {
  std::string out = "[";
  for (const auto& cap : caps) {
    if (out.size() > 1) out += ',';
    msg::write_json(out, cap);
  }
  return out + "]";
}

}  // namespace

msg::ProcessId id_of(std::string_view text) { return need(msg::ProcessId::parse(text), text); }

msg::Address at(std::string_view text) {
  if (text.contains('@')) return need(msg::Address::parse(text), text);
  return {std::string(kNode), id_of(text)};
}

msg::Capability cap(std::string_view issuer, std::string_view params) {
  return {at(issuer), std::string(params)};
}

msg::Capability messaging(std::string_view issuer) { return msg::messaging_cap(at(issuer)); }

msg::OnExit says_on_exit(std::string_view target, std::string_view body) {
  return {msg::OnExit::Kind::kRequests, {{at(target), wasm::native_request(body), {}}}};
}

Result<Bytes> MemFiles::read(std::string_view path) {
  ++reads;
  const auto it = files.find(path);
  if (it == files.end()) return fail(Code::kNotFound, fmt::format("no file {}", path));
  return it->second;
}

bool Printouts::has(std::uint8_t verbosity, std::string_view part) const {
  return std::ranges::any_of(lines, [&](const msg::Printout& line) {
    return line.verbosity == verbosity && line.content.contains(part);
  });
}

std::size_t Printouts::count(std::string_view part) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines, [&](const msg::Printout& line) { return line.content.contains(part); }));
}

std::vector<std::string> Printouts::of(std::string_view process) const {
  const msg::ProcessId id = id_of(process);
  const std::string prefix = fmt::format("{}:{}: ", id.package, id.publisher);
  std::vector<std::string> out;
  for (const auto& line : lines) {
    if (line.source == id && line.verbosity == 0 && line.content.starts_with(prefix)) {
      out.push_back(line.content.substr(prefix.size()));
    }
  }
  return out;
}

port::Routed Outsider::send(const msg::Address& target, msg::Request request, msg::BlobRef blob,
                            msg::AddressRef rsvp) {
  auto e = std::make_shared<msg::Envelope>();
  e->id = next_id_++;
  e->source = address_;
  e->target = msg::share(target);
  e->rsvp = std::move(rsvp);
  e->message = std::move(request);
  e->blob = std::move(blob);
  return port_->send(std::move(e));
}

port::Routed Outsider::respond(const msg::Envelope& request, std::string_view body) {
  auto e = std::make_shared<msg::Envelope>();
  e->id = request.id;
  e->source = address_;
  e->target = request.rsvp ? request.rsvp : request.source;
  e->message = wasm::native_response(body);
  return port_->send(std::move(e));
}

msg::EnvelopeRef Outsider::answer(std::uint64_t id) const {
  const auto it = std::ranges::find_if(
      got, [&](const auto& e) { return e->id == id && e->response() != nullptr; });
  return it == got.end() ? nullptr : *it;
}

KernelFixture::KernelFixture(std::optional<std::uint64_t> seed) : seed_(seed) {
  owner_ = &module("owner:distro:sys");
}

KernelFixture::~KernelFixture() {
  if (running_) stop();
}

std::string KernelFixture::path_of(std::string_view program) {
  return fmt::format("/{0}:test.os/pkg/{0}.wasm", program);
}

void KernelFixture::program(std::string name, wasm::NativeMain main, wasm::World world) {
  files.files[path_of(name)] = Bytes::copy(wasm::NativeEngine::component(name));
  engine_.add(std::move(name), std::move(main), world);
}

Outsider& KernelFixture::module(std::string_view id, bool is_public) {
  modules_.push_back(std::make_unique<Outsider>(id, is_public));
  return *modules_.back();
}

void KernelFixture::package(kernel::Package package, std::string drives) {
  packages_.push_back(std::move(package));
  drives_ = std::move(drives);
}

void KernelFixture::boot() {
  running_ = std::make_unique<Running>(seed_);
  kernel::KernelParts parts;
  parts.our_node = std::string(kNode);
  parts.executor = &running_->executor;
  parts.kv = kv_used_;
  parts.files = &files;
  parts.print = &printouts;
  parts.random = &random_;
  parts.log = &log_;
  parts.compile = compile_ ? compile_ : [this](ByteView wasm) { return engine_.compile(wasm); };
  parts.on_shutdown = [this] { ++shutdowns; };
  parts.budgets = budgets;
  running_->kernel = std::make_unique<kernel::Kernel>(std::move(parts));
  need(kernel().load(), "load");
  for (const auto& module : modules_) need(kernel().add_module(*module), "add_module");
  kernel::Bootstrap bootstrap(kernel(), *kv_used_, printouts, drives_);
  install_results.clear();
  for (const auto& package : packages_) install_results.push_back(bootstrap.install(package));
  bootstrap.grant();
  kernel().boot();
  settle();
}

void KernelFixture::stop() {
  kernel().stop_processes();
  settle();
  running_.reset();
}

void KernelFixture::settle() { running_->executor.run_until_idle(); }

void KernelFixture::advance(Nanos by) {
  running_->executor.advance(by);
  settle();
}

std::optional<std::string> KernelFixture::command(std::string_view json,
                                                  std::optional<std::string> blob) {
  msg::BlobRef bytes;
  if (blob) bytes = std::make_shared<msg::Blob>(msg::Blob{{}, Bytes::copy(*blob)});
  owner_->send(at("kernel:distro:sys"), wasm::native_request(json, 5), std::move(bytes));
  const std::uint64_t id = owner_->last_id();
  settle();
  const auto answer = owner_->answer(id);
  if (!answer) return std::nullopt;
  return std::string(answer->response()->body.text());
}

bool KernelFixture::initialize(std::string_view id, std::string_view program,
                               const StartOptions& options) {
  const auto answer = command(
      fmt::format(R"({{"InitializeProcess":{{"id":"{}","wasm_bytes_handle":"{}","wit_version":1,)"
                  R"("on_exit":{},"initial_capabilities":[],"public":{}}}}})",
                  id, path_of(program), msg::encode_on_exit(options.on_exit), options.is_public),
      wasm::NativeEngine::component(program));
  if (answer != "\"InitializedProcess\"") return false;
  for (const auto& what : options.caps) grant(id, what);
  return true;
}

bool KernelFixture::run(std::string_view id) {
  return command(fmt::format(R"({{"RunProcess":"{}"}})", id)) == "\"StartedProcess\"";
}

bool KernelFixture::start(std::string_view id, std::string_view program,
                          const StartOptions& options) {
  return initialize(id, program, options) && run(id);
}

void KernelFixture::grant(std::string_view id, const msg::Capability& what) {
  command(fmt::format(R"({{"GrantCapabilities":{{"target":"{}","capabilities":{}}}}})", id,
                      caps_json({what})));
}

void KernelFixture::kill(std::string_view id) {
  command(fmt::format(R"({{"KillProcess":"{}"}})", id));
}

void KernelFixture::tell(std::string_view target, std::string_view body) {
  owner_->send(at(target), wasm::native_request(body));
  settle();
}

std::optional<std::string> KernelFixture::ask(std::string_view target, std::string_view body) {
  owner_->send(at(target), wasm::native_request(body, 5));
  const std::uint64_t id = owner_->last_id();
  settle();
  const auto answer = owner_->answer(id);
  if (!answer) return std::nullopt;
  return std::string(answer->response()->body.text());
}

bool KernelFixture::holds(std::string_view id, const msg::Capability& what) {
  std::string json;
  msg::write_json(json, what);
  return command(fmt::format(R"({{"Debug":{{"HasCap":{{"on":"{}","cap":{}}}}}}})", id, json)) ==
         R"({"Debug":{"HasCap":true}})";
}

bool KernelFixture::exists(std::string_view id) {
  const auto answer = command(fmt::format(R"({{"Debug":{{"Process":"{}"}}}})", id));
  return answer && *answer != R"({"Debug":{"Process":null}})";
}

std::vector<std::string> KernelFixture::said(std::string_view id) {
  auto all = printouts.of(id);
  std::size_t& from = read_until_[std::string(id)];
  std::vector<std::string> out(all.begin() + static_cast<std::ptrdiff_t>(from), all.end());
  from = all.size();
  return out;
}

}  // namespace kinode::support
