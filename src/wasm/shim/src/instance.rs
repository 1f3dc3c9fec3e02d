//! One running guest: a store, and the call of `init` as a future that C++ polls.

use std::ffi::c_void;
use std::fmt::Write;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use tokio::runtime::Handle;
use wasmtime::{Error, Result, Store, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::abi;
use crate::backtrace;
use crate::engine::{SLICE_TICKS, ShimProgram};
use crate::host::{HostState, HostTable};
use crate::limits::{BYTES_PER_CALL_MAX, Bounded, FAILURE_BYTES_MAX, Meter};
use crate::wasi::{self, Ring};

/// `ShimSetup` of `wasm/shim_abi.h`.
#[repr(C)]
pub struct Setup {
    pub our: abi::Bytes,
    pub memory_bytes_max: usize,
    pub table_elements_max: usize,
    pub temp_dir: abi::Bytes, // optional
    pub host: &'static HostTable,
    pub host_context: *mut c_void,
    pub waker: CWaker,
}

/// A waker of the C++ side; `wake` from any thread, `drop` once.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CWaker {
    pub context: *mut c_void,
    pub wake: extern "C" fn(*mut c_void),
    pub drop: extern "C" fn(*mut c_void),
}

struct OwnedWaker(CWaker);

unsafe impl Send for OwnedWaker {}
unsafe impl Sync for OwnedWaker {}

impl Wake for OwnedWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        (self.0.wake)(self.0.context);
    }
}

impl Drop for OwnedWaker {
    fn drop(&mut self) {
        (self.0.drop)(self.0.context);
    }
}

type Run = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

pub struct ShimInstance {
    run: Option<Run>, // none after the end
    waker: Waker,
    failure: String,
    memory_bytes: Arc<AtomicUsize>,
    stack_bytes: usize,
    stderr: Option<Arc<Ring>>,
    reactor: Option<Handle>,
}

impl ShimInstance {
    /// Takes over the waker of `setup`, also when it fails.
    ///
    /// # Safety
    /// The views of `setup` live during the call; its host outlives the instance.
    pub unsafe fn new(program: &ShimProgram, setup: &Setup) -> Result<Self> {
        let waker = Waker::from(Arc::new(OwnedWaker(setup.waker)));
        let memory_bytes = Arc::new(AtomicUsize::new(0));
        let (mut stderr, mut context, mut reactor) = (None, None, None);
        if let Some(shared) = &program.reactor {
            reactor = shared.handle();
            if reactor.is_none() {
                return Err(Error::msg("no thread for the timers of WASI could be started"));
            }
            let ring = Arc::new(Ring::new(program.config.stderr_bytes));
            context = Some(wasi::context(unsafe { setup.temp_dir.optional_text() }, &ring)?);
            stderr = Some(ring);
        }
        let meter =
            Meter::new(memory_bytes.clone(), setup.memory_bytes_max, setup.table_elements_max);
        let state = HostState::new(setup.host, setup.host_context, meter, context);
        let our = unsafe { setup.our.text() }.to_owned();
        Ok(Self {
            run: Some(run(program, state, our)),
            waker,
            failure: String::new(),
            memory_bytes,
            stack_bytes: program.config.stack_bytes,
            stderr,
            reactor,
        })
    }

    pub fn poll(&mut self) -> i32 {
        let Some(run) = self.run.as_mut() else {
            return match self.failure.is_empty() {
                true => abi::POLL_DONE,
                false => abi::POLL_TRAPPED,
            };
        };
        let _entered = self.reactor.as_ref().map(Handle::enter);
        let ended = match run.as_mut().poll(&mut Context::from_waker(&self.waker)) {
            Poll::Pending => return abi::POLL_PENDING,
            Poll::Ready(ended) => ended,
        };
        self.end(ended.err().map(|error| describe(&error, self.stack_bytes)))
    }

    /// Frees what the guest used, and keeps why it ended.
    pub fn end(&mut self, failure: Option<String>) -> i32 {
        let run = self.run.take();
        // After a panic in it, dropping it may panic again.
        let _ = catch_unwind(AssertUnwindSafe(|| drop(run)));
        self.memory_bytes.store(0, Ordering::Relaxed);
        match failure {
            None => abi::POLL_DONE,
            Some(failure) => {
                self.failure = failure;
                abi::POLL_TRAPPED
            }
        }
    }

    pub fn failure(&self) -> &str {
        &self.failure
    }

    pub fn stderr(&self) -> Vec<u8> {
        self.stderr.as_ref().map_or_else(Vec::new, |ring| ring.copy())
    }

    pub fn memory_bytes(&self) -> usize {
        self.memory_bytes.load(Ordering::Relaxed)
    }
}

fn run(program: &ShimProgram, state: HostState, our: String) -> Run {
    let (pre, init) = (program.pre.clone(), program.init);
    let mut store = Store::new(pre.engine(), state);
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(BYTES_PER_CALL_MAX);
    store.set_epoch_deadline(SLICE_TICKS);
    store.epoch_deadline_async_yield_and_update(SLICE_TICKS);
    Box::pin(async move {
        let instance = pre.instantiate_async(&mut store).await?;
        let init = instance.get_typed_func::<(&str,), ()>(&mut store, init)?;
        init.call_async(&mut store, (our.as_str(),)).await
    })
}

/// A sentence about the cause, then the guest's backtrace when there is one.
fn describe(error: &Error, stack_bytes: usize) -> String {
    let mut text = Bounded::new(FAILURE_BYTES_MAX);
    // An error only says that the rest did not fit.
    let _ = write_failure(&mut text, error, stack_bytes);
    text.text().to_owned()
}

fn write_failure(text: &mut Bounded, error: &Error, stack_bytes: usize) -> std::fmt::Result {
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return write!(text, "the guest called exit with code {}", exit.0);
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => write!(
            text,
            "the guest's stack grew beyond {stack_bytes} bytes (endless recursion, or large local \
             variables)"
        )?,
        Some(Trap::UnreachableCodeReached) => {
            write!(text, "the guest gave up (abort, panic or a failed check: wasm `unreachable`)")?
        }
        Some(other) => write!(text, "the guest trapped: {other}")?,
        // The outermost text of wasmtime is the backtrace; the cause is at the other end.
        None => write!(text, "{}", error.root_cause())?,
    }
    match error.downcast_ref::<WasmBacktrace>() {
        Some(backtrace) if !backtrace.frames().is_empty() => backtrace::write(text, backtrace),
        _ => Ok(()),
    }
}
