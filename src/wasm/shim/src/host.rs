//! The host of one instance: a table of C functions, and the data that a store carries.

use std::ffi::c_void;

use wasmtime::component::ResourceTable;
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};

use crate::abi;
use crate::limits::Meter;

/// One function per import of `kinode:process/standard`; `wasm/shim_abi.h` declares the same table.
/// Functions marked "waits" answer an outcome and are repeated with a null argument while it is
/// `PENDING`. None of them unwinds.
#[repr(C)]
pub struct HostTable {
    pub print_to_terminal: extern "C" fn(*mut c_void, u8, abi::Bytes),
    pub our: extern "C" fn(*mut c_void, *mut abi::Address),
    pub set_on_exit: extern "C" fn(*mut c_void, *const abi::OnExit) -> i32,
    pub get_on_exit: extern "C" fn(*mut c_void, *mut abi::OnExit),
    pub get_state: extern "C" fn(*mut c_void, *mut abi::Bytes) -> i32, // waits
    pub set_state: extern "C" fn(*mut c_void, *const abi::Bytes) -> i32, // waits
    pub clear_state: extern "C" fn(*mut c_void) -> i32,                // waits
    pub spawn: extern "C" fn(*mut c_void, *const abi::Spawn, *mut abi::Spawned) -> i32, // waits
    pub save_capabilities: extern "C" fn(*mut c_void, *const abi::Capability, usize) -> i32,
    pub drop_capabilities: extern "C" fn(*mut c_void, *const abi::Capability, usize) -> i32,
    pub our_capabilities: extern "C" fn(*mut c_void, *mut *const abi::Capability, *mut usize),
    pub receive: extern "C" fn(*mut c_void, *mut abi::Message) -> i32, // waits
    pub has_blob: extern "C" fn(*mut c_void) -> bool,
    pub get_blob: extern "C" fn(*mut c_void, *mut abi::Blob),
    pub last_blob: extern "C" fn(*mut c_void, *mut abi::Blob),
    pub send_request: extern "C" fn(*mut c_void, *const abi::Send) -> i32,
    pub send_requests: extern "C" fn(*mut c_void, *const abi::Send, usize) -> i32,
    pub send_response: extern "C" fn(*mut c_void, *const abi::Request, *const abi::Blob) -> i32,
    pub send_and_await_response:
        extern "C" fn(*mut c_void, *const abi::Send, *mut abi::Message) -> i32, // waits
    pub trap_message: extern "C" fn(*mut c_void, *mut abi::Bytes),
}

/// What the store of an instance owns.
pub struct HostState {
    table: &'static HostTable,
    context: *mut c_void,
    /// Results of calls that wait; they live here because a suspended call has no frame of ours.
    pub message: abi::Message,
    pub spawned: abi::Spawned,
    pub bytes: abi::Bytes,
    pub meter: Meter,
    pub wasi: Option<Box<Wasi>>,
}

pub struct Wasi {
    pub context: WasiCtx,
    pub resources: ResourceTable,
}

// One thread polls an instance at a time, and the C side outlives it.
unsafe impl Send for HostState {}
unsafe impl Sync for HostState {}

impl HostState {
    pub fn new(
        table: &'static HostTable,
        context: *mut c_void,
        meter: Meter,
        wasi: Option<Box<Wasi>>,
    ) -> Self {
        Self {
            table,
            context,
            message: abi::Message::default(),
            spawned: abi::Spawned::default(),
            bytes: abi::Bytes::NONE,
            meter,
            wasi,
        }
    }

    pub fn print_to_terminal(&self, verbosity: u8, message: abi::Bytes) {
        (self.table.print_to_terminal)(self.context, verbosity, message);
    }

    pub fn our(&self) -> abi::Address {
        let mut out = abi::Address::default();
        (self.table.our)(self.context, &mut out);
        out
    }

    pub fn set_on_exit(&self, on_exit: &abi::OnExit) -> i32 {
        (self.table.set_on_exit)(self.context, on_exit)
    }

    pub fn get_on_exit(&self) -> abi::OnExit {
        let mut out = abi::OnExit::default();
        (self.table.get_on_exit)(self.context, &mut out);
        out
    }

    pub fn get_state(&mut self) -> i32 {
        (self.table.get_state)(self.context, &mut self.bytes)
    }

    pub fn set_state(&self, bytes: Option<&abi::Bytes>) -> i32 {
        (self.table.set_state)(self.context, optional(bytes))
    }

    pub fn clear_state(&mut self) -> i32 {
        (self.table.clear_state)(self.context)
    }

    pub fn spawn(&mut self, spawn: Option<&abi::Spawn>) -> i32 {
        (self.table.spawn)(self.context, optional(spawn), &mut self.spawned)
    }

    pub fn save_capabilities(&self, caps: &[abi::Capability]) -> i32 {
        (self.table.save_capabilities)(self.context, caps.as_ptr(), caps.len())
    }

    pub fn drop_capabilities(&self, caps: &[abi::Capability]) -> i32 {
        (self.table.drop_capabilities)(self.context, caps.as_ptr(), caps.len())
    }

    pub fn our_capabilities(&self) -> &'static [abi::Capability] {
        let (mut data, mut count) = (std::ptr::null(), 0);
        (self.table.our_capabilities)(self.context, &mut data, &mut count);
        unsafe { abi::array(data, count) }
    }

    pub fn receive(&mut self) -> i32 {
        (self.table.receive)(self.context, &mut self.message)
    }

    pub fn has_blob(&self) -> bool {
        (self.table.has_blob)(self.context)
    }

    pub fn get_blob(&self) -> abi::Blob {
        let mut out = abi::Blob::default();
        (self.table.get_blob)(self.context, &mut out);
        out
    }

    pub fn last_blob(&self) -> abi::Blob {
        let mut out = abi::Blob::default();
        (self.table.last_blob)(self.context, &mut out);
        out
    }

    pub fn send_request(&self, send: &abi::Send) -> i32 {
        (self.table.send_request)(self.context, send)
    }

    pub fn send_requests(&self, sends: &[abi::Send]) -> i32 {
        (self.table.send_requests)(self.context, sends.as_ptr(), sends.len())
    }

    pub fn send_response(&self, response: &abi::Request, blob: &abi::Blob) -> i32 {
        (self.table.send_response)(self.context, response, blob)
    }

    pub fn send_and_await_response(&mut self, send: Option<&abi::Send>) -> i32 {
        (self.table.send_and_await_response)(self.context, optional(send), &mut self.message)
    }

    /// The reason of the last `TRAP`.
    pub fn trap(&self) -> wasmtime::Error {
        let mut out = abi::Bytes::NONE;
        (self.table.trap_message)(self.context, &mut out);
        let text = String::from_utf8_lossy(unsafe { out.slice() }).into_owned();
        wasmtime::Error::new(HostTrap(text))
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let wasi = self.wasi.as_mut().expect("only components that import wasi call it");
        WasiCtxView { ctx: &mut wasi.context, table: &mut wasi.resources }
    }
}

/// The host ended the guest, and why.
#[derive(Debug)]
pub struct HostTrap(pub String);

impl std::fmt::Display for HostTrap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HostTrap {}

fn optional<T>(value: Option<&T>) -> *const T {
    value.map_or(std::ptr::null(), |v| v)
}
