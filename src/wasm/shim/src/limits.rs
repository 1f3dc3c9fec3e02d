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

/// Text that one call may carry. All of it is checked to be UTF-8, in one go, and many elements of
/// a list may point to the same text: this is a few milliseconds of a worker.
pub const TEXT_BYTES_PER_CALL_MAX: usize = 64 << 20;

/// What is left of the bounds on one call.
pub struct Budget {
    text: usize,
    bytes: usize,
    capabilities: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            text: TEXT_BYTES_PER_CALL_MAX,
            bytes: BYTES_PER_CALL_MAX,
            capabilities: CAPABILITIES_PER_CALL_MAX,
        }
    }
}

impl Budget {
    pub fn take_text(&mut self, size: usize) -> wasmtime::Result<()> {
        take("bytes of text", &mut self.text, size, TEXT_BYTES_PER_CALL_MAX)
    }

    pub fn take_bytes(&mut self, size: usize) -> wasmtime::Result<()> {
        take("bytes", &mut self.bytes, size, BYTES_PER_CALL_MAX)
    }

    pub fn take_capabilities(&mut self, count: usize) -> wasmtime::Result<()> {
        take("capabilities", &mut self.capabilities, count, CAPABILITIES_PER_CALL_MAX)
    }
}

#[inline]
pub fn take(what: &str, left: &mut usize, count: usize, max: usize) -> wasmtime::Result<()> {
    match left.checked_sub(count) {
        Some(rest) => {
            *left = rest;
            Ok(())
        }
        None => bounded(what, max - *left + count, max),
    }
}

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

/// Text of a failure, with the backtrace.
pub const FAILURE_BYTES_MAX: usize = 16 << 10;

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

/// Text that takes what fits, then refuses, which stops whoever writes.
pub struct Bounded {
    text: String,
    max: usize,
}

impl Bounded {
    pub fn new(max: usize) -> Self {
        Self { text: String::new(), max }
    }

    pub fn text(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Write for Bounded {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let room = self.max - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let fits = (0..=room).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        self.text.push_str(&text[..fits]);
        Err(std::fmt::Error)
    }
}
