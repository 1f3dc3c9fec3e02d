// AddZip: the archive of the blob goes into a directory, all of it or nothing (io.md 8.6, S7).
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>

#include "base/limits.h"
#include "modules/vfs/file_io.h"
#include "modules/vfs/zip_merge.h"
#include "store/zip_archive.h"

namespace kinode::vfs {

namespace {

/// Writes entries below one directory, which is empty at first and nobody else's.
class DirectorySink final : public store::ZipSink {
 public:
  explicit DirectorySink(Fd directory) : directory_(std::move(directory)) {}

  Status directory(const store::SafePath& path) override { return note(make(path.text())); }

  Status begin_file(const store::SafePath& path) override {
    const std::string& text = path.text();
    const std::size_t slash = text.rfind('/');
    if (slash != std::string::npos) {
      if (auto ok = make(text.substr(0, slash)); !ok) return note(std::move(ok));
    }
    file_ = Fd(open_beneath(directory_.get(), text, O_WRONLY | O_CREAT | O_EXCL, 0644,
                            RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
    offset_ = 0;
    if (!file_.ok()) return note(io_error(-file_.get()));
    return {};
  }

  Status data(ByteView part) override {
    auto ok = write_all(file_.get(), part, offset_);
    offset_ += part.size();
    return note(std::move(ok));
  }

  Status end_file() override {
    file_ = Fd();
    return {};
  }

  /// Why the disk did not take it, if that was it.
  const std::optional<VfsError>& failure() const { return failure_; }

 private:
  /// mkdir -p.
  Io<void> make(const std::string& path) {
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
      const std::string upto = path.substr(0, end);
      if (::mkdirat(directory_.get(), upto.c_str(), 0755) != 0 && errno != EEXIST) {
        return io_error(errno);
      }
      if (end == std::string::npos) return {};
    }
  }

  Status note(Io<void> outcome) {
    if (outcome) return {};
    failure_ = std::move(outcome.error());
    return fail(Code::kIo, failure_->text);
  }

  const Fd directory_;
  Fd file_;
  std::uint64_t offset_ = 0;
  std::optional<VfsError> failure_;
};

class AddZip final : public Operation {
 public:
  AddZip(const Tools& tools, const Order& order) : tools_(tools), order_(order) {}

  std::optional<Outcome> step() override {
    if (is_unpacked_) {
      is_unpacked_ = false;
      end_with(put_in());
    } else if (!removal_) {
      if (!sink_) {
        auto begun = begin();
        if (!begun) return pass_on(begun);
      }
      auto more = unpack_some();
      if (!more) {
        end_with(pass_on(more));
      } else {
        is_unpacked_ = !*more;
        return std::nullopt;
      }
    }
    // Whatever became of it: what is left of it goes.
    if (auto more = removal_->step(); more && *more) return std::nullopt;
    return std::move(outcome_);
  }

  /// The archive's files take their places one by one.
  bool is_next_step_alone() const override { return is_unpacked_; }

 private:
  void end_with(Outcome outcome) {
    outcome_ = std::move(outcome);
    removal_.emplace(tools_.staging, name_);
  }

  Io<void> begin() {
    auto reader = store::ZipReader::open(order_.blob->bytes.view());
    if (!reader) return refuse(reader.error());
    name_ = tools_.staging.fresh_name();
    if (::mkdirat(tools_.staging.directory(), name_.c_str(), 0700) != 0) return io_error(errno);
    Fd directory(open_beneath(tools_.staging.directory(), name_, O_PATH | O_DIRECTORY, 0,
                              RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS));
    if (!directory.ok()) return io_error(-directory.get());
    sink_.emplace(std::move(directory));
    reader_.emplace(std::move(*reader));
    return {};
  }

  Io<bool> unpack_some() {
    for (std::size_t n = 0; n < kEntriesPerStep; ++n) {
      auto more = reader_->next(*sink_);
      if (!more) {
        if (sink_->failure()) return std::unexpected(*sink_->failure());
        return refuse(more.error());
      }
      if (!*more) return false;
    }
    return true;
  }

  Outcome put_in() {
    const Merge merge(tools_.disk, tools_.staging, name_);
    auto ok = merge.check(order_.path);
    // What was unpacked, before a commit can say that it is there.
    if (ok) ok = settle_all(tools_, tools_.staging.directory());
    if (ok) ok = merge.commit(order_.path);
    if (ok) ok = settle_all(tools_, tools_.staging.directory());
    // As one change, so that a backup has all of it or nothing.
    if (ok) ok = merge.finish(order_.path, tools_.keeper.begin());
    tools_.open.reopen_below(order_.path);
    if (ok) ok = settle_all(tools_, tools_.staging.directory());
    if (!ok) return pass_on(ok);
    return ok_reply();
  }

  /// The path is the program's, not the host's (S19).
  std::unexpected<VfsError> refuse(const Error& error) const {
    if (error.code == Code::kCorrupt || error.code == Code::kUnsupported) {
      return refused(VfsError::Kind::kUnzipError);
    }
    return std::unexpected(VfsError{
        .kind = VfsError::Kind::kParseError, .text = error.detail, .path = order_.path.text()});
  }

  static constexpr std::size_t kEntriesPerStep = 100;

  const Tools& tools_;
  const Order& order_;
  std::string name_;
  std::optional<store::ZipReader> reader_;
  std::optional<DirectorySink> sink_;
  std::optional<Removal> removal_;
  std::optional<Outcome> outcome_;
  bool is_unpacked_ = false;
};

}  // namespace

std::unique_ptr<Operation> make_add_zip(const Tools& tools, const Order& order) {
  return std::make_unique<AddZip>(tools, order);
}

}  // namespace kinode::vfs
