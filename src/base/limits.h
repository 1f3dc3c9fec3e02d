// Every maximum of the node, with its reason. Nothing grows without a line here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace kinode::limits {

using namespace std::chrono_literals;

// --- messages ----------------------------------------------------------------------------------

/// A body larger than this belongs in a blob. Blob and body together stay under the 10,485,800
/// bytes that the original's network accepts for remote messages; local blobs may be larger
/// (files).
inline constexpr std::size_t kBodyBytesMax = 32u << 20;
inline constexpr std::size_t kBlobBytesMax = 512u << 20;
inline constexpr std::size_t kContextBytesMax = 8u << 20;
inline constexpr std::size_t kMetadataBytesMax = 1u << 20;
inline constexpr std::size_t kAddressTextBytesMax = 1024;

/// Capabilities on one message, and the params text of one. Generous against what packages use
/// (tens).
inline constexpr std::size_t kCapsPerMessageMax = 1024;
inline constexpr std::size_t kCapParamsBytesMax = 64u << 10;

/// Routers, addresses and ports of one node, so that one entry of the directory cannot be a burden.
inline constexpr std::size_t kIdentityListMax = 1000;

/// Nesting of JSON and MessagePack values from outside; deeper input is refused before recursion
/// hurts.
inline constexpr std::size_t kNestingMax = 64;

/// Values in one JSON text, numbers in byte lists not counted: bounds what a tree of tiny values
/// costs to about 160 MB, far above the largest real message (a process map with thousands of
/// rows).
inline constexpr std::size_t kJsonValuesMax = 4'000'000;

// --- mailboxes ---------------------------------------------------------------------------------

/// The original held 100; 1,000 absorbs bursts, and bytes bound the memory.
inline constexpr std::size_t kMailboxCountMax = 1000;
inline constexpr std::size_t kMailboxBytesMax = 64u << 20;

/// What a message costs beside its bytes, when mailboxes are accounted.
inline constexpr std::size_t kEnvelopeOverheadBytes = 256;
inline constexpr std::size_t kCapOverheadBytes = 64;

/// How long a guest that sends to a full mailbox is parked before the message fails.
inline constexpr auto kParkTimeMax = 1s;

/// Messages a guest can have handed over while being parked, before it is actually stopped.
inline constexpr std::size_t kParkedMessagesMax = 64;
inline constexpr std::size_t kParkedBytesMax = 64u << 20;  // beside the first

/// Messages set aside before a process runs (fault 25: there a hundred meant deadlock).
inline constexpr std::size_t kPreStartCountMax = kMailboxCountMax;

/// Module mailboxes: the modules are ours and quick, so this is only a safety net.
inline constexpr std::size_t kModuleMailboxCountMax = 10'000;
inline constexpr std::size_t kModuleMailboxBytesMax = 256u << 20;

// --- processes ---------------------------------------------------------------------------------

/// Requests that one process may have outstanding, and what the node keeps of them in all: the
/// context, and body and blob, which are given back when a request fails. One alone may be larger.
inline constexpr std::size_t kOutstandingRequestsMax = 100'000;
inline constexpr std::size_t kOutstandingBytesMax = 256u << 20;

/// Capabilities one process can hold, and remember as received but not saved.
inline constexpr std::size_t kCapsPerProcessMax = 10'000;
inline constexpr std::size_t kReceivedCapsMax = 1'000;

/// Address space caps a node at about 12,000 processes (vm.max_map_count); stay clear of it, with
/// room for ten thousand programs and what comes with the node.
inline constexpr std::size_t kProcessesMax = 11'000;

/// Processes that one process has spawned and that are alive: half the node, so that a storm of
/// children leaves room for others.
inline constexpr std::size_t kChildrenPerProcessMax = 5'000;

/// States up to this size are written on the worker (about 0.1 ms); larger ones off it.
inline constexpr std::size_t kStateInlineBytesMax = 128u << 10;

/// The share of the processor that a runtime module has beside a busy guest's 100: modules work for
/// everybody, and whoever floods one pays for the sending.
inline constexpr std::uint32_t kModuleCpuWeight = 1'000;

/// Saved state of one process: it is written whole with each set-state.
inline constexpr std::size_t kStateBytesMax = 64u << 20;

/// Stored on-exit requests of one process.
inline constexpr std::size_t kOnExitRequestsMax = 100;

/// Default linear memory of a guest: half of what wasm32 can address is more than any package uses.
inline constexpr std::size_t kGuestMemoryBytesMax = 1u << 30;
inline constexpr std::size_t kGuestTableElementsMax = 100'000;
inline constexpr std::size_t kGuestStackBytes = 512u << 10;

/// A guest that does not wait is interrupted after about this long, so that others run and a kill
/// works.
inline constexpr auto kGuestSlice = 1ms;

/// What is kept of a guest's stderr: the newest bytes (fault 26: there 5,000 bytes were the end).
inline constexpr std::size_t kStderrRingBytes = 8'000;

/// Components larger than this are refused before compiling.
inline constexpr std::size_t kComponentBytesMax = 128u << 20;

/// Compiled programs on disk: about thirty of the largest (JavaScript, 33 MB), hundreds of others.
inline constexpr std::uint64_t kImageCacheBytesMax = 1u << 30;

/// Programs kept although no process runs them: short-lived children start again without compiling.
inline constexpr std::size_t kProgramsKept = 8;

/// Restart back-off (kernel.md 3.8, healthy-duration algorithm).
inline constexpr auto kRestartBackoffBase = 1s;
inline constexpr auto kRestartBackoffMax = 600s;
inline constexpr auto kRestartHealthyMax = 3000s;

// --- packages ----------------------------------------------------------------------------------

/// Archives from outside: entries, one entry, and everything unpacked (bombs end here).
inline constexpr std::size_t kZipEntriesMax = 20'000;
inline constexpr std::size_t kZipEntryBytesMax = 512u << 20;
inline constexpr std::size_t kZipTotalBytesMax = 2ull << 30;
inline constexpr std::size_t kManifestBytesMax = 4u << 20;
inline constexpr std::size_t kManifestProcessesMax = 256;

// --- files -------------------------------------------------------------------------------------

/// A path that programs name: the system takes no longer one.
inline constexpr std::size_t kVfsPathBytesMax = 4096;

/// Requests of one process that wait for the disk: what the original's channel held, and a largest
/// blob beside others. All processes together may not fill the memory with what they would write.
inline constexpr std::size_t kVfsWaitingPerProcessMax = 1000;
inline constexpr std::size_t kVfsWaitingBytesPerProcessMax = 128u << 20;
inline constexpr std::size_t kVfsWaitingBytesMax = std::size_t{1} << 30;

/// Of one process at the disk at once: others, and the kernel, find a thread of the pool, too.
inline constexpr std::size_t kVfsRunningPerProcessMax = 2;

/// Files of one process with a cursor. A cursor is small; only some have a descriptor.
inline constexpr std::size_t kVfsOpenPerProcessMax = 10'000;

/// Descriptors until the descriptor manager has said how many (io.md 8.5).
inline constexpr std::size_t kVfsFirstFdsMax = 10;

/// Long work (hashing, copying, deleting) makes room for others after so many bytes or files:
/// some tens of milliseconds.
inline constexpr std::size_t kVfsStepBytes = 32u << 20;
inline constexpr std::size_t kVfsStepFiles = 1'000;

/// A listing, as JSON: the largest body. More is read in pages of at most so many entries.
inline constexpr std::size_t kVfsListingBytesMax = kBodyBytesMax;
inline constexpr std::size_t kVfsPageEntriesMax = 10'000;

/// Paths that one process watches for changes, and events for it that wait for room in its mailbox
/// before they become one "look again".
inline constexpr std::size_t kVfsWatchesPerProcessMax = 100;
inline constexpr std::size_t kVfsWatchesMax = 10'000;

// --- timers ------------------------------------------------------------------------------------

/// Timers of one process (fault 28), and the furthest one: about 136 years, so that sums cannot
/// overflow.
inline constexpr std::size_t kTimersPerProcessMax = 10'000;
inline constexpr std::uint64_t kTimerMsMax = std::uint64_t{1} << 42;

// --- databases (kv and sqlite) -------------------------------------------------------------------

/// A database's name is one part of a path (io.md 14.1, S6).
inline constexpr std::size_t kDatabaseNameBytesMax = 64;

/// What may wait for one database, and for all of a module: then who asks is refused.
inline constexpr std::size_t kDatabaseQueueCountMax = 10'000;
inline constexpr std::size_t kDatabaseQueueBytesMax = 64u << 20;
inline constexpr std::size_t kDatabasesQueuedBytesMax = 256u << 20;

/// What is taken from a queue at once, so that neighbours share the threads; writes among it become
/// one batch and one sync.
inline constexpr std::size_t kDatabaseGroupCountMax = 256;
inline constexpr std::size_t kDatabaseGroupBytesMax = 4u << 20;

/// Unused databases are closed, unused transactions end; both are looked for this often.
inline constexpr auto kDatabaseIdleTimeMax = 300s;
inline constexpr auto kTransactionIdleTimeMax = 300s;
inline constexpr auto kDatabaseSweepTime = 30s;

/// Open at once, whatever the descriptors allow: each costs memory and background work.
inline constexpr std::size_t kDatabasesOpenMax = 64;

/// Descriptors that the original starts with before the manager has spoken (io.md 9.4).
inline constexpr std::size_t kDatabaseDescriptorsAtStart = 10;

/// Open transactions of one process on one database, and what one may hold in memory.
inline constexpr std::size_t kTransactionsPerProcessMax = 64;
inline constexpr std::size_t kTransactionBytesMax = 64u << 20;

/// RocksDB's own advice for keys; a value passes through memory three times.
inline constexpr std::size_t kKvKeyBytesMax = 8u << 20;
inline constexpr std::size_t kKvValueBytesMax = 128u << 20;

/// One answer of a scan or of a batch get.
inline constexpr std::size_t kKvPageCountMax = 10'000;
inline constexpr std::size_t kKvPageBytesMax = 4u << 20;

/// Shared by all databases of the kv module: memtables, blocks; and the least memtable of one.
inline constexpr std::size_t kKvMemtablesBytesMax = 64u << 20;
inline constexpr std::size_t kKvBlockCacheBytes = 32u << 20;
inline constexpr std::size_t kKvMemtableBytes = 4u << 20;

/// What one RocksDB keeps open at most: ten tables, log, manifest, lock, directory, one being
/// written by a flush and one by a compaction.
inline constexpr std::size_t kKvDescriptorsPerDatabase = 16;

/// One writer and some readers; each has the file, its log and (once per database) the index.
inline constexpr std::size_t kSqliteReaders = 3;
inline constexpr std::size_t kSqliteDescriptorsPerDatabase = 2 * (1 + kSqliteReaders) + 2;

/// Threads of the sqlite module: long statements are only in each other's way.
inline constexpr std::size_t kSqliteThreadsMax = 4;

/// One statement's text, one value, one answer, and what a statement may take; the caller's own
/// patience ends it sooner.
inline constexpr std::size_t kSqliteStatementBytesMax = 1u << 20;
inline constexpr std::size_t kSqliteValueBytesMax = 128u << 20;
inline constexpr std::size_t kSqliteResultBytesMax = 64u << 20;
inline constexpr auto kSqliteStatementTimeMax = 60s;

/// SQLite's own limit of parameters; deeper or wider statements than these are made by machines.
inline constexpr std::size_t kSqliteParametersMax = 32'766;
inline constexpr int kSqliteExpressionDepthMax = 500;
inline constexpr int kSqliteCompoundSelectMax = 200;
inline constexpr int kSqliteProgramOpsMax = 1'000'000;

/// Memory of all statements together (SQLite's soft and hard heap limits).
inline constexpr std::size_t kSqliteHeapBytesMax = 512u << 20;

/// Page cache of one connection, and prepared statements that it keeps.
inline constexpr std::size_t kSqliteCacheBytes = 2u << 20;
inline constexpr std::size_t kSqliteStatementsKept = 64;

/// How often a running statement looks at its clock: steps of SQLite's machine, about 0.1 ms.
inline constexpr int kSqliteProgressSteps = 10'000;

// --- logs --------------------------------------------------------------------------------------

/// One line of a log, what may wait for a slow disk or terminal, and what is kept on disk (64 MB).
inline constexpr std::size_t kLogLineBytesMax = 8u << 10;
inline constexpr std::size_t kLogQueueLinesMax = 4'096;
inline constexpr std::size_t kLogFileBytesMax = 16u << 20;
inline constexpr std::size_t kLogFilesMax = 4;

// --- terminal ----------------------------------------------------------------------------------

/// Printouts that wait for a slow terminal or disk: minutes of a busy node, and what that may cost.
inline constexpr std::size_t kPrintQueueCountMax = 10'000;
inline constexpr std::size_t kPrintQueueBytesMax = 16u << 20;

/// One printout. Nobody reads more on a screen, and a flood of the longest still leaves a trace.
inline constexpr std::size_t kPrintoutBytesMax = 64u << 10;

/// What an event printout shows of one body or context.
inline constexpr std::size_t kEventBodyBytesMax = 16u << 10;

/// The input line, also when pasted: longer commands are files.
inline constexpr std::size_t kTerminalLineBytesMax = 64u << 10;

/// Commands in memory as in the original, and what is read of a history file that others wrote.
inline constexpr std::size_t kTerminalHistoryLinesMax = 1'000;
inline constexpr std::size_t kTerminalHistoryBytesMax = 4u << 20;

/// Printouts kept while the process-verbosity screen is open, as in the original.
inline constexpr std::size_t kTerminalHeldPrintsMax = 256;

/// Processes with a verbosity of their own: a person sets a handful.
inline constexpr std::size_t kProcessVerbositiesMax = 1'000;

/// What a terminal that takes nothing may hold up the end of the node.
inline constexpr auto kTerminalStopTimeMax = 1s;

/// Messages held back by step mode; then senders wait as at a full mailbox.
inline constexpr std::size_t kSteppedCountMax = kMailboxCountMax;
inline constexpr std::size_t kSteppedBytesMax = kMailboxBytesMax;

// --- backups -------------------------------------------------------------------------------------

/// Cut points of a large file: an average piece of 1 MB keeps what a change costs small and the
/// list of pieces short (32 bytes for each).
inline constexpr std::size_t kBackupChunkBytesMin = 256u << 10;
inline constexpr std::size_t kBackupChunkBytesAverage = 1u << 20;
inline constexpr std::size_t kBackupChunkBytesMax = 4u << 20;

/// Chunks travel in packs of about 16 MB: a store across a network has few objects, and one of them
/// still fits the memory of each worker. Small files fill a pack by count.
inline constexpr std::size_t kBackupPackBytes = 16u << 20;
inline constexpr std::size_t kBackupPackChunksMax = 65'536;

/// Any object of a repository as a reader accepts it: a full pack, its last chunk and its footer.
inline constexpr std::size_t kBackupObjectBytesMax = 32u << 20;

/// Chunks in one index object (41 bytes each), and of a whole repository in memory (about 1 GB).
inline constexpr std::size_t kBackupIndexChunksMax = 200'000;
inline constexpr std::size_t kBackupChunksMax = 10'000'000;

/// Objects of one kind that are listed: 160 TB in packs.
inline constexpr std::size_t kBackupObjectsMax = 10'000'000;

/// Entries of one snapshot; about so many share a piece of the manifest, so that a change of one
/// file costs one piece; pieces of one manifest.
inline constexpr std::size_t kBackupEntriesMax = 20'000'000;
inline constexpr std::size_t kBackupSegmentEntries = 512;
inline constexpr std::size_t kBackupSegmentsMax = 500'000;
inline constexpr std::size_t kBackupSegmentBytes = 1u << 20;

/// Chunks named by one entry; longer files have more entries.
inline constexpr std::size_t kBackupEntryChunksMax = 4'096;

/// Texts in a manifest: what the system takes as a path; ours are some tens of bytes.
inline constexpr std::size_t kBackupPathBytesMax = 4'096;
inline constexpr std::size_t kBackupVersionBytesMax = 256;

/// Read but not yet stored, so that a slow target does not fill the memory.
inline constexpr std::size_t kBackupQueueBytesMax = 16u << 20;

/// Keys of one repository, and what deriving one may cost whoever opens a foreign repository.
inline constexpr std::size_t kBackupKeySlotsMax = 16;
inline constexpr std::uint32_t kBackupArgonMemoryKibMax = 1u << 20;
inline constexpr std::uint32_t kBackupArgonPassesMax = 16;
inline constexpr std::uint32_t kBackupArgonLanesMax = 16;
inline constexpr std::size_t kBackupPassphraseBytesMax = 4'096;

/// A writer that is not heard of for so long has died; it says so this often that it lives.
inline constexpr auto kBackupLockTime = 900s;
inline constexpr auto kBackupLockRenewTime = 120s;

/// Faults that one verification lists; more of them say the same.
inline constexpr std::size_t kBackupFindingsMax = 1'000;

/// How long a backup waits for writers under way while new ones wait; then it tries again so often.
inline constexpr auto kBackupGateTimeMax = 20ms;
inline constexpr std::size_t kBackupGateTriesMax = 8;
inline constexpr auto kBackupGatePause = 50ms;  // before the second try; then twice as long
/// Files beside the stores (key, settings, logs) are kept in memory at the instant.
inline constexpr std::size_t kBackupHomeFilesMax = 1'000;
inline constexpr std::size_t kBackupHomeBytesMax = 128u << 20;
/// What a backup keeps of files that change: content on disk, names in memory, descriptors.
inline constexpr std::size_t kVfsSavedBlockBytes = 64u << 10;
inline constexpr std::uint64_t kVfsSavedBytesMax = std::uint64_t{2} << 30;
inline constexpr std::size_t kVfsSavedEntriesMax = 1'000'000;
inline constexpr std::size_t kVfsMovedDirectoriesMax = 256;
/// An instant may lie between two pieces of a write; one is with the system in about 1 ms.
inline constexpr std::size_t kVfsWriteBytesPerPass = 4u << 20;

// --- stopping ----------------------------------------------------------------------------------

/// What an ordered shutdown may take before the rest is cut off.
inline constexpr auto kShutdownTimeMax = 10s;

static_assert(kMailboxBytesMax >= kBodyBytesMax, "one largest body fits an empty mailbox");
static_assert(kBackupPackBytes + kBackupChunkBytesMax + 45 * kBackupPackChunksMax <=
              kBackupObjectBytesMax);
static_assert(kProcessesMax <= 12'000, "address space: 4.3 GB and a few mappings per process");

}  // namespace kinode::limits
