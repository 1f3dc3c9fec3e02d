// The bindings of the world that this is compiled for, under names that are the same for all.
#pragma once

#if defined(WORLD_0_7)
#include "kinode-process-0.7.0/process.h"
#define STANDARD(name) kinode_process_standard_##name
#define WORLD(name) process_##name
#define EXPORT(name) exports_process_##name
#define WORLD_IS_OLD
#elif defined(WORLD_0_8)
#include "kinode-process-0.8.0/process_v0.h"
#define STANDARD(name) kinode_process_standard_##name
#define WORLD(name) process_v0_##name
#define EXPORT(name) exports_process_v0_##name
#define WORLD_IS_OLD
#elif defined(WORLD_HYPERWARE)
#include "hyperware-process-1.0.0/process_v1.h"
#define STANDARD(name) hyperware_process_standard_##name
#define WORLD(name) process_v1_##name
#define EXPORT(name) exports_process_v1_##name
#else
#include "process_v1.h"
#define STANDARD(name) kinode_process_standard_##name
#define WORLD(name) process_v1_##name
#define EXPORT(name) exports_process_v1_##name
#endif

using String = WORLD(string_t);
using Address = STANDARD(address_t);
using ProcessId = STANDARD(process_id_t);
using Blob = STANDARD(lazy_load_blob_t);
using Message = STANDARD(message_t);
using Received = STANDARD(tuple2_address_message_t);
using SendError = STANDARD(send_error_t);
using ReceivedError = STANDARD(tuple2_send_error_option_context_t);
