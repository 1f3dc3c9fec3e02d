#include "ask_vfs.h"
#include "kinode/json.h"
#include "kinode/vfs.h"

namespace kinode::vfs {

using kinode::detail::content;
using kinode::detail::joined;

namespace {

struct Offset {
  uint64_t new_offset = 0;
};
KINODE_JSON(Offset, new_offset)

}  // namespace

Result<Blob> read(std::string_view path, uint64_t seconds) {
  return content(ask(path, "\"Read\"", seconds), "Read");
}

Status write(std::string_view path, BytesArg bytes, uint64_t seconds) {
  return act(path, "\"Write\"", seconds, std::move(bytes));
}

Status append(std::string_view path, BytesArg bytes, uint64_t seconds) {
  return act(path, "\"Append\"", seconds, std::move(bytes));
}

Status set_size(std::string_view path, uint64_t size, uint64_t seconds) {
  return act(path, joined(R"({"SetLen":)", size, "}"), seconds);
}

Status sync(std::string_view path, uint64_t seconds) { return act(path, "\"SyncAll\"", seconds); }

Status add_zip(std::string_view path, BytesArg zip, uint64_t seconds) {
  return act(path, "\"AddZip\"", seconds, std::move(zip));
}

Result<Blob> read_at(std::string_view path, uint64_t offset, uint64_t length, uint64_t seconds) {
  const auto action = joined(R"({"ReadAt":{"offset":)", offset, R"(,"length":)", length, "}}");
  return content(ask(path, action, seconds, {}, "ReadAt"), "Read");
}

Status write_at(std::string_view path, uint64_t offset, BytesArg bytes, uint64_t seconds) {
  return act(path, joined(R"({"WriteAt":{"offset":)", offset, "}}"), seconds, std::move(bytes),
             "WriteAt");
}

Result<File> File::made(std::string path, std::string_view action, uint64_t seconds) {
  if (auto ok = act(path, action, seconds); !ok) return std::unexpected(std::move(ok.error()));
  return File(std::move(path), seconds);
}

Result<File> File::open(std::string path, uint64_t seconds) {
  return made(std::move(path), R"({"OpenFile":{"create":false}})", seconds);
}

Result<File> File::open_or_create(std::string path, uint64_t seconds) {
  return made(std::move(path), R"({"OpenFile":{"create":true}})", seconds);
}

Result<File> File::create(std::string path, uint64_t seconds) {
  return made(std::move(path), "\"CreateFile\"", seconds);
}

Result<Blob> File::read_exact(uint64_t length) const {
  return content(ask(path_, joined(R"({"ReadExact":{"length":)", length, "}}"), seconds_), "Read");
}

Result<Blob> File::read_to_end() const {
  return content(ask(path_, "\"ReadToEnd\"", seconds_), "Read");
}

Result<std::string> File::read_to_string() const {
  const auto answer = ask(path_, "\"ReadToString\"", seconds_);
  if (!answer) return std::unexpected(answer.error());
  auto text = from_json<std::string>(answer->data());
  if (!answer->is("ReadToString") || !text) return answer->not_understood();
  return *std::move(text);
}

Status File::write(BytesArg bytes) const {
  return act(path_, "\"WriteAll\"", seconds_, std::move(bytes));
}

Status File::append(BytesArg bytes) const { return vfs::append(path_, std::move(bytes), seconds_); }

Result<uint64_t> File::seek(From from, int64_t offset) const {
  if (from == From::kStart && offset < 0) {
    return kinode::detail::fail(ErrorKind::kInvalid, "there is nothing before the start of a file");
  }
  constexpr std::string_view kNames[] = {"Start", "End", "Current"};
  const auto answer =
      ask(path_, joined(R"({"Seek":{")", kNames[static_cast<size_t>(from)], "\":", offset, "}}"),
          seconds_);
  if (!answer) return std::unexpected(answer.error());
  const auto to = from_json<Offset>(answer->data());
  if (!answer->is("SeekFrom") || !to) return answer->not_understood();
  return to->new_offset;
}

Status File::close() const { return act(path_, "\"CloseFile\"", seconds_); }

}  // namespace kinode::vfs
