#include "modules/backup/index_writer.h"

#include "base/limits.h"

namespace kinode::backup {

namespace {

Status write_index(Repository& repository, Random& random, const std::vector<PackContents>& packs) {
  const ObjectId id = ObjectId::random(random);
  auto sealed = seal_object(repository.keys(), ObjectKind::kIndex, id, encode_index(packs));
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  auto ok = repository.target().put(name_of(ObjectKind::kIndex, id), *sealed);
  if (!ok) return ok;
  auto back = repository.read_index(id);
  if (!back) return std::unexpected(std::move(back.error()));
  if (*back != packs) {
    return fail(Code::kCorrupt, "the index could not be read back as it was written");
  }
  return {};
}

}  // namespace

Status write_indexes(Repository& repository, Random& random, std::vector<PackContents> packs) {
  std::vector<PackContents> some;
  std::size_t chunks = 0;
  for (PackContents& pack : packs) {
    if (chunks + pack.chunks.size() > limits::kBackupIndexChunksMax) {
      if (auto ok = write_index(repository, random, some); !ok) return ok;
      some.clear();
      chunks = 0;
    }
    chunks += pack.chunks.size();
    some.push_back(std::move(pack));
  }
  return some.empty() ? Status{} : write_index(repository, random, some);
}

}  // namespace kinode::backup
