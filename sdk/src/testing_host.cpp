#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "host_calls.h"
#include "kinode/testing.h"

namespace kinode::test {
namespace {

Host* current = nullptr;

[[noreturn]] void misuse(const char* what) {
  std::fprintf(stderr, "kinode/testing.h: %s\n", what);
  std::abort();
}

Address address(std::string_view text) {
  auto parsed = Address::parse(text);
  if (!parsed) misuse("a test gave an address that is none");
  return *std::move(parsed);
}

bool holds(const std::vector<Capability>& all, const Capability& one) {
  return std::ranges::find(all, one) != all.end();
}

}  // namespace

Host::Host(std::string_view address_text) : our(address(address_text)) {
  if (current != nullptr) misuse("there is another Host already");
  current = this;
}

Host::~Host() { current = nullptr; }

void Host::answer(std::string_view process_id, std::function<Answer(const SentRequest&)> how) {
  answers_.insert_or_assign(std::string(process_id), std::move(how));
}

void Host::answer_sent(size_t index, Answer answer) {
  if (index >= pending_.size()) misuse("answer_sent: the process has not sent so many requests");
  if (!pending_[index].open) misuse("answer_sent: that request expects no answer, or had one");
  pending_[index].open = false;
  inbox_.push_back(Reply{index, std::move(answer)});
}

End Host::run(const std::function<void(const Address&)>& init) {
  trap_reason_.clear();
  try {
    init(our);
    return End::kReturned;
  } catch (const EndOfRun& end) {
    return end.end;
  }
}

Host::Item Host::next() {
  if (inbox_.empty() && idle_) idle_();
  if (inbox_.empty()) throw EndOfRun{End::kWaiting};
  Item item = std::move(inbox_.front());
  inbox_.pop_front();
  return item;
}

void Host::see_blob(const std::optional<BlobValue>& blob) {
  has_blob_ = blob.has_value();
  if (blob) last_blob_ = blob;
}

std::optional<Answer> Host::answer_to(const SentRequest& request) const {
  const auto how = answers_.find(request.target->process_id().text());
  if (how == answers_.end()) return std::nullopt;
  return how->second(request);
}

Host& HostCalls::host() {
  if (current == nullptr) misuse("make a Host before calling the library");
  return *current;
}

void HostCalls::trap(std::string reason) {
  host().trap_reason_ = std::move(reason);
  throw EndOfRun{End::kTrapped};
}

HostCalls::Received HostCalls::receive() {
  return std::visit([](auto item) { return delivered(std::move(item)); }, host().next());
}

HostCalls::Received HostCalls::delivered(IncomingRequest request) {
  Address source = address(request.source);
  // A request that wants no answer leaves the one being answered in force.
  if (request.expects) host().prompt_ = source;
  host().see_blob(request.blob);
  return {std::move(request), std::move(source), std::nullopt};
}

HostCalls::Received HostCalls::delivered(Host::Reply reply) {
  auto& sent = host().requests[reply.request];
  host().prompt_ = host().pending_[reply.request].prompt;
  if (auto* response = std::get_if<IncomingResponse>(&reply.answer)) {
    host().see_blob(response->blob);
    return {std::move(*response), sent.target, sent};
  }
  host().has_blob_ = false;
  return {std::get<SendErrorKind>(reply.answer), sent.target, sent};
}

void HostCalls::keep_held(std::vector<Capability>& capabilities) {
  std::erase_if(capabilities, [](const Capability& capability) {
    return capability.issuer != host().our && !holds(host().capabilities, capability);
  });
}

/// Fills in what the node adds to a request.
void HostCalls::complete(SentRequest& request) {
  keep_held(request.capabilities);
  if (!request.blob && request.inherit) request.blob = host().last_blob_;
}

void HostCalls::send(SentRequest request) {
  complete(request);
  auto& to = host();
  to.requests.push_back(request);
  to.pending_.push_back({to.prompt_, request.expects.has_value()});
  if (!request.expects) return;
  if (auto answer = to.answer_to(request)) {
    to.answer_sent(to.requests.size() - 1, *std::move(answer));
  }
}

Answer HostCalls::await(SentRequest request) {
  if (!request.expects) trap("awaited a request that expects no response");
  if (request.target == host().our) trap("awaited a request to this process itself");
  request.awaited = true;
  complete(request);
  host().requests.push_back(request);
  host().pending_.push_back({host().prompt_, false});
  Answer answer = host().answer_to(request).value_or(SendErrorKind::kTimeout);
  const auto* response = std::get_if<IncomingResponse>(&answer);
  host().see_blob(response != nullptr ? response->blob : std::nullopt);
  return answer;
}

void HostCalls::respond(SentResponse response) {
  if (!host().prompt_) {
    host().prints.push_back({0, "nobody waits for this response"});
    return;
  }
  response.target = *host().prompt_;
  if (response.inherit) response.blob = host().last_blob_;
  keep_held(response.capabilities);
  host().responses.push_back(std::move(response));
}

std::optional<BlobValue> HostCalls::blob() {
  return host().has_blob_ ? host().last_blob_ : std::nullopt;
}

std::optional<BlobValue> HostCalls::last_blob() { return host().last_blob_; }

void HostCalls::save(const std::vector<Capability>& capabilities) {
  for (const auto& capability : capabilities) {
    if (!holds(host().capabilities, capability)) host().capabilities.push_back(capability);
  }
}

void HostCalls::drop(const std::vector<Capability>& capabilities) {
  std::erase_if(host().capabilities,
                [&](const Capability& held) { return holds(capabilities, held); });
}

}  // namespace kinode::test
