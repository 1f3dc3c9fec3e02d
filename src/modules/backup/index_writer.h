// Writes what packs there are.
#pragma once

#include "modules/backup/repository.h"

namespace kinode::backup {

/// As many index objects as these packs need, each read back and compared.
Status write_indexes(Repository& repository, Random& random, std::vector<PackContents> packs);

}  // namespace kinode::backup
