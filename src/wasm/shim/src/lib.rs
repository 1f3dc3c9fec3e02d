//! A thin typed C ABI over wasmtime for components of the world `kinode:process`. No behaviour of
//! the system is here: the C++ side (`wasm/wasmtime_engine.cpp`) decides, this crate converts.
//!
//! Every entry catches panics. Pointers given out are owned by the caller until the matching
//! `delete`.

mod abi;
mod backtrace;
mod engine;
mod fast_lift;
mod fast_lower;
mod host;
mod instance;
mod lift;
mod limits;
mod linker;
mod lower;
mod scan;
mod stacks;
mod text;
mod waiting;
mod wasi;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use engine::{EngineConfig, ShimEngine, ShimProgram};
use instance::{Setup, ShimInstance};
use world::World;

/// Runs an entry; a panic becomes an error like any other.
fn guarded<T>(error: &abi::Sink, entry: impl FnOnce() -> wasmtime::Result<T>) -> Option<T> {
    match catch_unwind(AssertUnwindSafe(entry)) {
        Ok(Ok(value)) => Some(value),
        Ok(Err(problem)) => {
            error.put(format!("{problem:#}").as_bytes());
            None
        }
        Err(panic) => {
            error.put(panic_text(&*panic).as_bytes());
            None
        }
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = (panic.downcast_ref::<String>().map(String::as_str))
        .or(panic.downcast_ref::<&str>().copied())
        .unwrap_or("no text");
    format!("the engine broke down ({text}); please report this")
}

fn boxed<T>(value: Option<T>) -> *mut T {
    value.map_or(std::ptr::null_mut(), |v| Box::into_raw(Box::new(v)))
}

fn delete<T>(pointer: *mut T) {
    if !pointer.is_null() {
        let owned = unsafe { Box::from_raw(pointer) };
        let _ = catch_unwind(AssertUnwindSafe(|| drop(owned)));
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_engine_new(
    config: &EngineConfig,
    error: &abi::Sink,
) -> *mut ShimEngine {
    boxed(guarded(error, || ShimEngine::new(*config)))
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_engine_delete(engine: *mut ShimEngine) {
    delete(engine);
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_engine_tick(engine: &ShimEngine) {
    engine.engine.increment_epoch();
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_engine_fingerprint(engine: &ShimEngine, out: &abi::Sink) {
    let _ = catch_unwind(AssertUnwindSafe(|| engine::fingerprint(&engine.engine, out)));
}

/// Null on failure.
#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_compile(
    engine: &ShimEngine,
    component: abi::Bytes,
    world: u32,
    error: &abi::Sink,
) -> *mut ShimProgram {
    let compile = || engine.compile(unsafe { component.slice() }, World::from_number(world)?);
    boxed(guarded(error, compile))
}

/// Null on failure. The file was written from `kinode_shim_serialize` by an engine with the same
/// fingerprint, and is not changed while the program lives.
#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_load(
    engine: &ShimEngine,
    path: abi::Bytes,
    world: u32,
    error: &abi::Sink,
) -> *mut ShimProgram {
    let load = || unsafe { engine.load(path.text(), World::from_number(world)?) };
    boxed(guarded(error, load))
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_serialize(
    program: &ShimProgram,
    image: &abi::Sink,
    error: &abi::Sink,
) -> bool {
    guarded(error, || Ok(image.put(&program.component.serialize()?))).is_some()
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_program_delete(program: *mut ShimProgram) {
    delete(program);
}

/// Null on failure. Takes over the waker in any case.
#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_instance_new(
    program: &ShimProgram,
    setup: &Setup,
    error: &abi::Sink,
) -> *mut ShimInstance {
    boxed(guarded(error, || unsafe { ShimInstance::new(program, setup) }))
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_instance_poll(instance: &mut ShimInstance) -> i32 {
    match catch_unwind(AssertUnwindSafe(|| instance.poll())) {
        Ok(polled) => polled,
        Err(panic) => instance.end(Some(panic_text(&*panic))),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_instance_failure(instance: &ShimInstance, out: &abi::Sink) {
    out.put(instance.failure().as_bytes());
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_instance_stderr(instance: &ShimInstance, out: &abi::Sink) {
    out.put(&instance.stderr());
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_instance_memory_bytes(instance: &ShimInstance) -> usize {
    instance.memory_bytes()
}

#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_instance_delete(instance: *mut ShimInstance) {
    delete(instance);
}

/// See `scan::scan`.
#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_scan(
    bytes: abi::Bytes,
    visitor: &scan::Scan,
    error: &abi::Sink,
) -> i32 {
    let scanned = guarded(error, || Ok(scan::scan(unsafe { bytes.slice() }, visitor, error)));
    scanned.unwrap_or(scan::DAMAGED)
}

/// Component text to bytes, for tests.
#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_wat(text: abi::Bytes, out: &abi::Sink, error: &abi::Sink) -> bool {
    let parsed = guarded(error, || {
        let text = std::str::from_utf8(unsafe { text.slice() })?;
        wat::parse_str(text).map_err(wasmtime::Error::new)
    });
    parsed.map(|bytes| out.put(&bytes)).is_some()
}
