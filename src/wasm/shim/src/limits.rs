//! What one instance may take of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use wasmtime::ResourceLimiter;

use crate::host::HostTrap;

/// Capabilities in all lists of one call, and messages in one `send-requests`. A list is copied to
/// the host as an array of views, which is larger than the list in the guest; this bounds the
/// factor.
pub const CAPABILITIES_PER_CALL_MAX: usize = 16_384;
pub const SENDS_PER_CALL_MAX: usize = 16_384;

/// Bytes that one call may carry: the largest blob and body together. They are not copied by the
/// shim, but wasmtime counts them.
pub const BYTES_PER_CALL_MAX: usize = 1 << 30;

/// Ends the guest whose list is too long.
pub fn bounded(what: &str, count: usize, max: usize) -> wasmtime::Result<()> {
    if count <= max {
        return Ok(());
    }
    Err(wasmtime::Error::new(HostTrap(format!(
        "one call carried {count} {what}; at most {max} are accepted: split it"
    ))))
}

/// Files, streams and timers of WASI that one guest has open at a time. Files are descriptors of
/// the node, which needs its own for sockets and the store.
pub const WASI_HANDLES_MAX: usize = 256;

/// Core instances, tables and memories of one component; interpreters use about ten.
const INSTANCES_MAX: usize = 100;

/// Counts linear memory over all memories of an instance and refuses more than the maximum, so that
/// `memory.grow` answers -1. Tables likewise.
pub struct Meter {
    memory_bytes: Arc<AtomicUsize>,
    memory_bytes_max: usize,
    table_elements: usize,
    table_elements_max: usize,
    granted: usize,
}

impl Meter {
    pub fn new(
        memory_bytes: Arc<AtomicUsize>,
        memory_bytes_max: usize,
        table_elements_max: usize,
    ) -> Self {
        Self { memory_bytes, memory_bytes_max, table_elements: 0, table_elements_max, granted: 0 }
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        self.granted = 0;
        let grown = desired.saturating_sub(current);
        let used = self.memory_bytes.load(Ordering::Relaxed);
        if maximum.is_some_and(|max| desired > max) || used + grown > self.memory_bytes_max {
            return Ok(false);
        }
        self.granted = grown;
        self.memory_bytes.store(used + grown, Ordering::Relaxed);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        let used = self.memory_bytes.load(Ordering::Relaxed);
        self.memory_bytes.store(used.saturating_sub(self.granted), Ordering::Relaxed);
        self.granted = 0;
        Ok(())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let grown = desired.saturating_sub(current);
        if maximum.is_some_and(|max| desired > max)
            || self.table_elements + grown > self.table_elements_max
        {
            return Ok(false);
        }
        self.table_elements += grown;
        Ok(true)
    }

    fn instances(&self) -> usize {
        INSTANCES_MAX
    }

    fn tables(&self) -> usize {
        INSTANCES_MAX
    }

    fn memories(&self) -> usize {
        INSTANCES_MAX
    }
}
