#include "ask.h"

#include "kinode/json.h"

namespace kinode::detail {

Answer::Answer(Message message) : message_(std::move(message)) {
  const auto json = json_value(message_.body());
  if (!json) return;
  JsonReader reader(*json);
  const bool has_data = reader.take('{');
  name_ = reader.string().value_or("");
  if (!has_data || !reader.take(':')) return;
  const auto data = reader.value();
  // An object of several members is no variant.
  if (data && reader.take('}')) {
    data_ = *data;
  } else {
    name_.clear();
  }
}

std::unexpected<Error> Answer::not_understood() const {
  constexpr size_t kShown = 200;
  return fail(ErrorKind::kBadAnswer,
              joined(message_.source().text(), " gave an answer that is not understood: ",
                     lossy_utf8(message_.body().substr(0, kShown))));
}

namespace {

Error no_answer(const Question& question, const SendError& error) {
  if (error.is_offline()) {
    return {ErrorKind::kOffline, joined(question.module.text(), " is offline")};
  }
  auto sentence = joined(question.module.text(), " did not answer within ", question.seconds, " s");
  if (!can_message(AddressView(our()->node, question.module))) {
    sentence +=
        ": the right to send it messages is missing, name it in the manifest's "
        "request_capabilities";
  } else {
    sentence +=
        ": it is busy, or it may not answer us, then name it in the manifest's "
        "grant_capabilities";
  }
  return {ErrorKind::kTimeout, std::move(sentence)};
}

}  // namespace

Result<Answer> ask(Question question) {
  auto request = Request::to(AddressView("our", question.module)).body(question.body);
  if (question.blob) request.blob(*std::move(question.blob));
  auto response = request.send_and_await(question.seconds);
  if (!response) return std::unexpected(no_answer(question, response.error()));
  Answer answer(*std::move(response));
  if (!answer.is("Err")) return answer;
  const auto cause = get_blob();
  return std::unexpected(read_error(answer.data(),
                                    cause.transform([](const Blob& blob) { return blob.bytes(); }),
                                    question.addition));
}

Status done(const Result<Answer>& answer) {
  if (!answer) return std::unexpected(answer.error());
  if (!answer->is("Ok")) return answer->not_understood();
  return {};
}

Result<Blob> content(const Result<Answer>& answer, std::string_view name) {
  if (!answer) return std::unexpected(answer.error());
  if (!answer->is(name)) return answer->not_understood();
  return get_blob().value_or(Blob());
}

std::string quoted(std::string_view text) {
  std::string out;
  write_json_string(out, text);
  return out;
}

std::string numbers(std::string_view bytes) {
  std::string out;
  out.reserve(2 + bytes.size() * 4);
  out += '[';
  for (const char c : bytes) {
    if (out.size() > 1) out += ',';
    append(out, static_cast<unsigned>(static_cast<uint8_t>(c)));
  }
  out += ']';
  return out;
}

std::string numbers_or_null(std::optional<std::string_view> bytes) {
  return bytes ? numbers(*bytes) : "null";
}

Status check_text(std::string_view what, std::string_view text) {
  if (is_utf8(text)) return {};
  return fail(ErrorKind::kInvalid, joined(what, " is not UTF-8 text: ", lossy_utf8(text)));
}

}  // namespace kinode::detail
