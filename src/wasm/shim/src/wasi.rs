//! WASI 0.2 for guests that import it: real clocks and randomness, one directory, stdin closed,
//! stdout dropped, stderr in a ring, sockets that reach nothing (kernel.md 3.9).

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;
use tokio::runtime::{Builder, Handle, Runtime};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::pipe::{ClosedInputStream, SinkOutputStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{FsPerms, ResourceTable, WasiCtxBuilder, async_trait};

use crate::host::Wasi;
use crate::limits::WASI_HANDLES_MAX;

/// How much one write to stderr may carry; guests loop over larger ones.
const WRITE_BYTES_MAX: usize = 64 << 10;

/// File operations of guests that run at the same time; each takes a thread for its duration.
const BLOCKING_THREADS_MAX: usize = 4;

/// The timers and file operations of WASI need tokio. One thread, started when the first component
/// that imports WASI runs.
#[derive(Default)]
pub struct Reactor {
    runtime: OnceLock<Option<Runtime>>,
}

impl Reactor {
    pub fn handle(&self) -> Option<Handle> {
        let start = || {
            Builder::new_multi_thread()
                .worker_threads(1)
                .max_blocking_threads(BLOCKING_THREADS_MAX)
                .thread_name("kinode-wasi")
                .enable_all()
                .build()
                .ok()
        };
        let runtime = self.runtime.get_or_init(start);
        runtime.as_ref().map(|r| r.handle().clone())
    }
}

impl Drop for Reactor {
    fn drop(&mut self) {
        // Waiting for a guest's file operation would hold up the node's shutdown.
        if let Some(Some(runtime)) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The context of one instance. `temp_dir` is an existing directory.
pub fn context(temp_dir: Option<&str>, stderr: &Arc<Ring>) -> wasmtime::Result<Box<Wasi>> {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdin(ClosedInputStream)
        .stdout(SinkOutputStream)
        .stderr(RingStream(stderr.clone()))
        // A socket can be made, as guests' libraries do when they start; every address is refused,
        // which is the default.
        .allow_tcp(true)
        .allow_udp(true)
        .allow_ip_name_lookup(false);
    if let Some(dir) = temp_dir {
        builder.env("TEMP_DIR", dir);
        builder.preopened_dir(dir, dir, FsPerms::ReadWrite)?;
    }
    let mut resources = ResourceTable::new();
    resources.set_max_capacity(WASI_HANDLES_MAX);
    Ok(Box::new(Wasi { context: builder.build(), resources }))
}

/// The newest bytes written; older ones fall out. Writing never fails.
pub struct Ring {
    bytes: Mutex<VecDeque<u8>>,
    max: usize,
}

impl Ring {
    pub fn new(max: usize) -> Self {
        Self { bytes: Mutex::default(), max }
    }

    fn write(&self, data: &[u8]) {
        let kept = &data[data.len().saturating_sub(self.max)..];
        let mut bytes = self.bytes.lock().unwrap_or_else(|e| e.into_inner());
        let excess = (bytes.len() + kept.len()).saturating_sub(self.max);
        bytes.drain(..excess);
        bytes.extend(kept);
    }

    pub fn copy(&self) -> Vec<u8> {
        let bytes = self.bytes.lock().unwrap_or_else(|e| e.into_inner());
        bytes.iter().copied().collect()
    }
}

#[derive(Clone)]
struct RingStream(Arc<Ring>);

impl IsTerminal for RingStream {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for RingStream {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for RingStream {
    async fn ready(&mut self) {}
}

#[async_trait]
impl OutputStream for RingStream {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        self.0.write(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES_MAX)
    }
}

impl AsyncWrite for RingStream {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        self.0.write(data);
        Poll::Ready(Ok(data.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
