//! The values of the C border: the same layouts as `wasm/guest_views.h` and `wasm/shim_abi.h`.
//! A C++ test compares the table of `kinode_shim_layout` with its own sizes and offsets.

use std::ffi::{c_char, c_void};

/// Text or bytes of the other side; null means "none" where a value is optional.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Bytes {
    pub data: *const u8,
    pub size: usize,
}

// The views are only followed during a call, on the thread that polls.
unsafe impl std::marker::Send for Bytes {}
unsafe impl std::marker::Sync for Bytes {}

impl Default for Bytes {
    fn default() -> Self {
        Self::NONE
    }
}

impl Bytes {
    pub const NONE: Bytes = Bytes { data: std::ptr::null(), size: 0 };

    pub fn of(bytes: &[u8]) -> Bytes {
        Bytes { data: bytes.as_ptr(), size: bytes.len() }
    }

    /// # Safety
    /// The view must be alive for as long as the result is used.
    pub unsafe fn slice(self) -> &'static [u8] {
        if self.size == 0 {
            &[]
        } else {
            unsafe { std::slice::from_raw_parts(self.data, self.size) }
        }
    }

    /// # Safety
    /// As `slice`, and the bytes are UTF-8 by the contract of the C++ side.
    pub unsafe fn text(self) -> &'static str {
        unsafe { std::str::from_utf8_unchecked(self.slice()) }
    }

    pub unsafe fn optional_slice(self) -> Option<&'static [u8]> {
        (!self.data.is_null()).then(|| unsafe { self.slice() })
    }

    pub unsafe fn optional_text(self) -> Option<&'static str> {
        (!self.data.is_null()).then(|| unsafe { self.text() })
    }
}

/// A C array of the other side.
///
/// # Safety
/// `data` points to `count` values that outlive the use of the result.
pub unsafe fn array<T>(data: *const T, count: usize) -> &'static [T] {
    if count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(data, count) } }
}

macro_rules! c_structs {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty = $default:expr),* $(,)? })*) => {
        $(
            $(#[$meta])*
            #[repr(C)]
            #[derive(Clone, Copy)]
            pub struct $name { $(pub $field: $type),* }
            unsafe impl std::marker::Send for $name {}
            unsafe impl std::marker::Sync for $name {}
            impl Default for $name {
                fn default() -> Self { Self { $($field: $default),* } }
            }
        )*

        /// Sizes and offsets, as `Struct` and `Struct.field`.
        static LAYOUT: &[LayoutEntry] = &[
            layout_entry(c"GuestBytes", size_of::<Bytes>()),
            layout_entry(c"GuestBytes.data", std::mem::offset_of!(Bytes, data)),
            layout_entry(c"GuestBytes.size", std::mem::offset_of!(Bytes, size)),
            $(
                layout_entry(c_name(concat!("Guest", stringify!($name), "\0")), size_of::<$name>()),
                $(layout_entry(
                    c_name(concat!("Guest", stringify!($name), ".", stringify!($field), "\0")),
                    std::mem::offset_of!($name, $field),
                ),)*
            )*
        ];
    };
}

#[repr(C)]
pub struct LayoutEntry {
    name: *const c_char,
    value: usize,
}
unsafe impl std::marker::Sync for LayoutEntry {}

const fn layout_entry(name: &'static std::ffi::CStr, value: usize) -> LayoutEntry {
    LayoutEntry { name: name.as_ptr(), value }
}

const fn c_name(name: &'static str) -> &'static std::ffi::CStr {
    match std::ffi::CStr::from_bytes_with_nul(name.as_bytes()) {
        Ok(name) => name,
        Err(_) => panic!("a name without its end"),
    }
}

c_structs! {
    ProcessId {
        process: Bytes = Bytes::NONE,
        package: Bytes = Bytes::NONE,
        publisher: Bytes = Bytes::NONE,
    }
    Address {
        node: Bytes = Bytes::NONE,
        process: ProcessId = ProcessId::default(),
    }
    Capability {
        issuer: Address = Address::default(),
        params: Bytes = Bytes::NONE,
    }
    Blob {
        present: bool = false,
        mime: Bytes = Bytes::NONE,
        bytes: Bytes = Bytes::NONE,
    }
    Request {
        inherit: bool = false,
        has_expects: bool = false,
        expects: u64 = 0,
        body: Bytes = Bytes::NONE,
        metadata: Bytes = Bytes::NONE,
        capabilities: *const Capability = std::ptr::null(),
        capability_count: usize = 0,
    }
    Send {
        target: Address = Address::default(),
        request: Request = Request::default(),
        context: Bytes = Bytes::NONE,
        blob: Blob = Blob::default(),
    }
    Message {
        kind: u32 = MESSAGE_REQUEST,
        source: Address = Address::default(),
        request: Request = Request::default(),
        context: Bytes = Bytes::NONE,
        error_kind: u32 = 0,
        blob: Blob = Blob::default(),
    }
    OnExitRequest {
        target: Address = Address::default(),
        request: Request = Request::default(),
        blob: Blob = Blob::default(),
    }
    OnExit {
        kind: u32 = ON_EXIT_NONE,
        requests: *const OnExitRequest = std::ptr::null(),
        request_count: usize = 0,
    }
    Grant {
        process: ProcessId = ProcessId::default(),
        params: Bytes = Bytes::NONE,
    }
    Spawn {
        name: Bytes = Bytes::NONE,
        wasm_path: Bytes = Bytes::NONE,
        on_exit: OnExit = OnExit::default(),
        request_capabilities: *const Capability = std::ptr::null(),
        request_capability_count: usize = 0,
        grant_capabilities: *const Grant = std::ptr::null(),
        grant_capability_count: usize = 0,
        is_public: bool = false,
    }
    Spawned {
        ok: bool = false,
        error: u32 = 0,
        id: ProcessId = ProcessId::default(),
    }
}

pub const MESSAGE_REQUEST: u32 = 0;
pub const MESSAGE_RESPONSE: u32 = 1;
pub const MESSAGE_SEND_ERROR: u32 = 2;

pub const ON_EXIT_NONE: u32 = 0;
pub const ON_EXIT_RESTART: u32 = 1;
pub const ON_EXIT_REQUESTS: u32 = 2;

/// `wasm::Outcome`.
pub const PENDING: i32 = 0;
pub const READY: i32 = 1;
pub const YIELD: i32 = 3;

/// `wasm::Polled`.
pub const POLL_PENDING: i32 = 0;
pub const POLL_DONE: i32 = 1;
pub const POLL_TRAPPED: i32 = 2;

/// Receives text or bytes that live only during the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Sink {
    pub put: extern "C" fn(*mut c_void, *const u8, usize),
    pub context: *mut c_void,
}

impl Sink {
    pub fn put(&self, bytes: &[u8]) {
        (self.put)(self.context, bytes.as_ptr(), bytes.len());
    }
}

/// `count` entries in static memory.
#[unsafe(no_mangle)]
pub extern "C" fn kinode_shim_layout(count: *mut usize) -> *const LayoutEntry {
    unsafe { *count = LAYOUT.len() };
    LAYOUT.as_ptr()
}
