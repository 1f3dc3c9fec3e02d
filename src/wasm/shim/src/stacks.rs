//! Stacks of guests: many in one mapping, and used again.
//!
//! A stack and its guard page cost two of the 65,530 mappings that the system allows a process.
//! Standing alone between two linear memories it would cost a third, because it keeps the memories'
//! guards apart; and each start and end of a guest would map and unmap.

use std::io;
use std::ops::Range;
use std::ptr;
use std::sync::{Arc, Mutex, PoisonError};

use wasmtime::{Error, Result, StackCreator, StackMemory};

const STACKS_PER_SLAB: usize = 64;

/// All stacks have one size.
pub struct Stacks {
    shared: Arc<Shared>,
}

struct Shared {
    page: usize,
    /// Without the guard page.
    size: usize,
    free: Mutex<Free>,
}

/// Addresses are of guard pages, the lowest of each stack.
#[derive(Default)]
struct Free {
    slabs: Vec<usize>,
    /// Stacks of the newest slab that nobody has used yet: they cannot be accessed.
    fresh: Vec<usize>,
    /// Stacks that have been used and are empty again.
    used: Vec<usize>,
}

struct Stack {
    guard: usize,
    shared: Arc<Shared>,
}

impl Stacks {
    pub fn new(size: usize) -> Self {
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let size = size.next_multiple_of(page);
        Self { shared: Arc::new(Shared { page, size, free: Mutex::default() }) }
    }
}

impl Shared {
    fn stride(&self) -> usize {
        self.page + self.size
    }

    fn take(&self) -> io::Result<usize> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(guard) = free.used.pop() {
            return Ok(guard);
        }
        if free.fresh.is_empty() {
            let slab = self.map_slab()?;
            free.slabs.push(slab);
            free.fresh.extend((0..STACKS_PER_SLAB).rev().map(|i| slab + i * self.stride()));
        }
        let guard = free.fresh.pop().unwrap_or_default();
        if let Err(error) = self.open(guard) {
            free.fresh.push(guard);
            return Err(error);
        }
        Ok(guard)
    }

    fn map_slab(&self) -> io::Result<usize> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        let bytes = STACKS_PER_SLAB * self.stride();
        let slab = unsafe { libc::mmap(ptr::null_mut(), bytes, libc::PROT_NONE, flags, -1, 0) };
        if slab == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(slab as usize) }
    }

    /// Makes a fresh stack accessible, but for its guard page.
    fn open(&self, guard: usize) -> io::Result<()> {
        let access = libc::PROT_READ | libc::PROT_WRITE;
        let bottom = (guard + self.page) as *mut libc::c_void;
        match unsafe { libc::mprotect(bottom, self.size, access) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    fn give_back(&self, guard: usize) {
        // The pages go, and with them what the guest has left there: whoever is next finds zeros.
        let bottom = (guard + self.page) as *mut libc::c_void;
        let emptied = unsafe { libc::madvise(bottom, self.size, libc::MADV_DONTNEED) } == 0;
        if emptied {
            let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
            free.used.push(guard);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let bytes = STACKS_PER_SLAB * self.stride();
        let free = self.free.get_mut().unwrap_or_else(PoisonError::into_inner);
        for slab in free.slabs.drain(..) {
            unsafe { libc::munmap(slab as *mut libc::c_void, bytes) };
        }
    }
}

unsafe impl StackCreator for Stacks {
    fn new_stack(&self, size: usize, _zeroed: bool) -> Result<Box<dyn StackMemory>, Error> {
        if size > self.shared.size {
            return Err(Error::msg(format!("no stack has {size} bytes")));
        }
        let guard = (self.shared.take())
            .map_err(|error| Error::msg(format!("no room for another stack: {error}")))?;
        Ok(Box::new(Stack { guard, shared: self.shared.clone() }))
    }
}

unsafe impl StackMemory for Stack {
    fn top(&self) -> *mut u8 {
        (self.guard + self.shared.stride()) as *mut u8
    }

    fn range(&self) -> Range<usize> {
        self.guard + self.shared.page..self.guard + self.shared.stride()
    }

    fn guard_range(&self) -> Range<*mut u8> {
        self.guard as *mut u8..(self.guard + self.shared.page) as *mut u8
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.shared.give_back(self.guard);
    }
}
