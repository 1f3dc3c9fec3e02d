// How this process keeps memory that it has given back.
#pragma once

namespace kinode::node {

/// Blobs and pieces of backups come and go by the megabyte; giving each back to the system costs
/// more than copying it. Once per process, before other threads exist.
void tune_allocator();

}  // namespace kinode::node
