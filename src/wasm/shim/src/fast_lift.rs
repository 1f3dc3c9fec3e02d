//! The arguments of the calls that every message makes, lifted in one go: a record is read at known
//! offsets straight into views. The derived types (`lift.rs`) do the type check, give size and
//! alignment, and take over for guests that do not keep text as UTF-8.
//!
//! This leans on parts of wasmtime that are hidden from its documentation, which is why its version
//! is exact. Measured against the derived types: README.md.

use std::cell::Cell;

use wasmtime::component::__internal::wasmtime_environ::component::StringEncoding;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{ComponentNamedList, ComponentType, Lift};
use wasmtime::{Error, Result, ValRaw};

use crate::abi;
use crate::lift::{AddressIn, AwaitIn, BlobIn, CapabilityIn, RequestIn, RespondIn, SendIn};
use crate::limits::{CAPABILITIES_PER_CALL_MAX, TEXT_BYTES_PER_CALL_MAX, bounded, take};

/// Arguments as views, or typed when the guest's text needs transcoding.
pub enum Args<T: FastLift> {
    Views(T::Views),
    Typed(T),
}

/// A parameter list that can be lifted to views directly.
///
/// # Safety
/// The implementation reads the canonical layout of `Self` and nothing else.
pub unsafe trait FastLift: ComponentNamedList + Lift {
    type Views: Send + Sync;

    fn from_flat(memory: Memory<'_>, flat: &[ValRaw]) -> Result<Self::Views>;
    fn from_memory(memory: Memory<'_>, record: &[u8]) -> Result<Self::Views>;
}

// Safety: layout and type check are those of T.
unsafe impl<T: FastLift> ComponentType for Args<T> {
    type Lower = T::Lower;
    const ABI: CanonicalAbiInfo = T::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        T::typecheck(ty, types)
    }
}

unsafe impl<T: FastLift> ComponentNamedList for Args<T> {}

unsafe impl<T: FastLift> Lift for Args<T> {
    #[inline]
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        if !is_utf8(cx) {
            return T::linear_lift_from_flat(cx, ty, src).map(Args::Typed);
        }
        // Safety: `Lower` is a sequence of ValRaw by its contract, all of them initialised here.
        let flat = unsafe {
            std::slice::from_raw_parts(std::ptr::from_ref(src).cast(), T::flatten_count())
        };
        let text_left = Cell::new(TEXT_BYTES_PER_CALL_MAX);
        T::from_flat(Memory { all: cx.memory(), text_left: &text_left }, flat).map(Args::Views)
    }

    #[inline]
    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        if !is_utf8(cx) {
            return T::linear_lift_from_memory(cx, ty, bytes).map(Args::Typed);
        }
        let text_left = Cell::new(TEXT_BYTES_PER_CALL_MAX);
        T::from_memory(Memory { all: cx.memory(), text_left: &text_left }, bytes).map(Args::Views)
    }
}

fn is_utf8(cx: &LiftContext<'_>) -> bool {
    matches!(cx.options().string_encoding, StringEncoding::Utf8)
}

/// A message to send, with the array that it points to.
pub struct Sending {
    pub send: abi::Send,
    _capabilities: Vec<abi::Capability>,
}

pub struct Responding {
    pub response: abi::Request,
    pub blob: abi::Blob,
    _capabilities: Vec<abi::Capability>,
}

/// The guest's linear memory while nothing runs in it.
#[derive(Clone, Copy)]
pub struct Memory<'a> {
    all: &'a [u8],
    text_left: &'a Cell<usize>,
}

impl Memory<'_> {
    #[inline]
    fn bytes(self, at: u32, size: u32) -> Result<abi::Bytes> {
        match self.all.get(at as usize..at as usize + size as usize) {
            Some(bytes) => Ok(abi::Bytes::of(bytes)),
            None => Err(Error::msg("string or list outside of the guest's memory")),
        }
    }

    #[inline]
    fn text(self, at: u32, size: u32) -> Result<abi::Bytes> {
        let bytes = self.bytes(at, size)?;
        let mut left = self.text_left.get();
        take("bytes of text", &mut left, bytes.size, TEXT_BYTES_PER_CALL_MAX)?;
        self.text_left.set(left);
        std::str::from_utf8(unsafe { bytes.slice() })?;
        Ok(bytes)
    }

    #[inline]
    fn optional_text(self, tag: u8, at: u32, size: u32) -> Result<abi::Bytes> {
        match some(tag)? {
            false => Ok(abi::Bytes::NONE),
            true => self.text(at, size),
        }
    }

    #[inline]
    fn address(self, r: &[u8; 32]) -> Result<abi::Address> {
        Ok(abi::Address {
            node: self.text(word(r, 0), word(r, 4))?,
            process: abi::ProcessId {
                process: self.text(word(r, 8), word(r, 12))?,
                package: self.text(word(r, 16), word(r, 20))?,
                publisher: self.text(word(r, 24), word(r, 28))?,
            },
        })
    }

    #[inline]
    fn capabilities(self, at: u32, count: u32) -> Result<Vec<abi::Capability>> {
        bounded("capabilities", count as usize, CAPABILITIES_PER_CALL_MAX)?;
        if at % 4 != 0 {
            return Err(Error::msg("list pointer is not aligned"));
        }
        let list = self.bytes(at, count * CAPABILITY_SIZE as u32)?;
        let records = unsafe { list.slice() }.as_chunks::<CAPABILITY_SIZE>().0;
        let capability = |r: &[u8; CAPABILITY_SIZE]| {
            Ok(abi::Capability {
                issuer: self.address(part(r, 0))?,
                params: self.text(word(r, 32), word(r, 36))?,
            })
        };
        records.iter().map(capability).collect()
    }

    #[inline]
    fn request(self, r: &[u8; 56]) -> Result<(abi::Request, Vec<abi::Capability>)> {
        let capabilities = self.capabilities(word(r, 44), word(r, 48))?;
        let has_expects = some(r[8])?;
        let request = abi::Request {
            inherit: r[0] != 0,
            has_expects,
            expects: u64::from_le_bytes(*part(r, 16)),
            body: self.bytes(word(r, 24), word(r, 28))?,
            metadata: self.optional_text(r[32], word(r, 36), word(r, 40))?,
            capabilities: capabilities.as_ptr(),
            capability_count: capabilities.len(),
        };
        Ok((request, capabilities))
    }

    #[inline]
    fn optional_bytes(self, r: &[u8; 12]) -> Result<abi::Bytes> {
        match some(r[0])? {
            false => Ok(abi::Bytes::NONE),
            true => self.bytes(word(r, 4), word(r, 8)),
        }
    }

    #[inline]
    fn blob(self, r: &[u8; 24]) -> Result<abi::Blob> {
        if !some(r[0])? {
            return Ok(abi::Blob::default());
        }
        Ok(abi::Blob {
            present: true,
            mime: self.optional_text(r[4], word(r, 8), word(r, 12))?,
            bytes: self.bytes(word(r, 16), word(r, 20))?,
        })
    }
}

// Canonical layouts; the derived types prove them at compile time.
const CAPABILITY_SIZE: usize = 40;
const SEND_SIZE: usize = 128;
const AWAIT_SIZE: usize = 112;
const _: () = assert!(<AddressIn as ComponentType>::SIZE32 == 32);
const _: () = assert!(<CapabilityIn as ComponentType>::SIZE32 == CAPABILITY_SIZE);
const _: () = assert!(<RequestIn as ComponentType>::SIZE32 == 56);
const _: () = assert!(<Option<BlobIn> as ComponentType>::SIZE32 == 24);
const _: () = assert!(<SendIn as ComponentType>::SIZE32 == SEND_SIZE);
const _: () = assert!(<AwaitIn as ComponentType>::SIZE32 == AWAIT_SIZE);

unsafe impl FastLift for SendIn {
    type Views = Sending;

    fn from_flat(_: Memory<'_>, _: &[ValRaw]) -> Result<Sending> {
        Err(too_long())
    }

    #[inline]
    fn from_memory(memory: Memory<'_>, record: &[u8]) -> Result<Sending> {
        let r: &[u8; SEND_SIZE] = part(record, 0);
        let (request, capabilities) = memory.request(part(r, 32))?;
        let send = abi::Send {
            target: memory.address(part(r, 0))?,
            request,
            context: memory.optional_bytes(part(r, 88))?,
            blob: memory.blob(part(r, 100))?,
        };
        Ok(Sending { send, _capabilities: capabilities })
    }
}

unsafe impl FastLift for AwaitIn {
    type Views = Sending;

    fn from_flat(_: Memory<'_>, _: &[ValRaw]) -> Result<Sending> {
        Err(too_long())
    }

    #[inline]
    fn from_memory(memory: Memory<'_>, record: &[u8]) -> Result<Sending> {
        let r: &[u8; AWAIT_SIZE] = part(record, 0);
        let (request, capabilities) = memory.request(part(r, 32))?;
        let send = abi::Send {
            target: memory.address(part(r, 0))?,
            request,
            context: abi::Bytes::NONE,
            blob: memory.blob(part(r, 88))?,
        };
        Ok(Sending { send, _capabilities: capabilities })
    }
}

unsafe impl FastLift for RespondIn {
    type Views = Responding;

    #[inline]
    fn from_flat(memory: Memory<'_>, flat: &[ValRaw]) -> Result<Responding> {
        let f: &[ValRaw; 14] = flat.try_into().map_err(|_| too_long())?;
        let capabilities = memory.capabilities(f[6].get_u32(), f[7].get_u32())?;
        let response = abi::Request {
            inherit: f[0].get_u32() != 0,
            body: memory.bytes(f[1].get_u32(), f[2].get_u32())?,
            metadata: memory.optional_text(tag(&f[3])?, f[4].get_u32(), f[5].get_u32())?,
            capabilities: capabilities.as_ptr(),
            capability_count: capabilities.len(),
            ..Default::default()
        };
        let mut blob = abi::Blob::default();
        if some(tag(&f[8])?)? {
            blob = abi::Blob {
                present: true,
                mime: memory.optional_text(tag(&f[9])?, f[10].get_u32(), f[11].get_u32())?,
                bytes: memory.bytes(f[12].get_u32(), f[13].get_u32())?,
            };
        }
        Ok(Responding { response, blob, _capabilities: capabilities })
    }

    fn from_memory(_: Memory<'_>, _: &[u8]) -> Result<Responding> {
        Err(too_long())
    }
}

#[inline]
fn part<const N: usize>(record: &[u8], at: usize) -> &[u8; N] {
    record[at..].first_chunk().expect("the record has its canonical size")
}

#[inline]
fn word(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(*part(record, at))
}

#[inline]
fn some(tag: u8) -> Result<bool> {
    match tag {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Error::msg("invalid option discriminant")),
    }
}

#[inline]
fn tag(flat: &ValRaw) -> Result<u8> {
    u8::try_from(flat.get_u32()).map_err(|_| Error::msg("invalid option discriminant"))
}

fn too_long() -> Error {
    Error::msg("the canonical ABI passes these arguments in another way")
}
