//! The result of `receive` and `send-and-await-response`, lowered in one go: room is reserved for
//! each string and list (one `realloc` each, as the canonical ABI demands, and none for an empty
//! one), then all is copied, and the record written at known offsets. See `fast_lift.rs` for the
//! rest.

use wasmtime::component::__internal::wasmtime_environ::component::StringEncoding;
use wasmtime::component::__internal::{
    CanonicalAbiInfo, InstanceType, InterfaceType, LowerContext,
};
use wasmtime::component::{ComponentType, Lower};
use wasmtime::{Error, Result};

use crate::abi;
use crate::lower::{self, Delivered, FromMessage, MessageOut, SendErrorOut};

const RESULT_PAYLOAD: usize = 8;
const MESSAGE: usize = 32; // in the tuple of address and message
const MESSAGE_PAYLOAD: usize = 8;
const RECEIVED_SIZE: usize = 152;
const AWAITED_SIZE: usize = 136;
const _: () = assert!(<Delivered as ComponentType>::SIZE32 == 96);
const _: () = assert!(<MessageOut as ComponentType>::SIZE32 == 64);
const _: () = assert!(<SendErrorOut as ComponentType>::SIZE32 == 128);
const _: () = assert!(<lower::Received as ComponentType>::SIZE32 == RECEIVED_SIZE);
const _: () = assert!(<lower::Awaited as ComponentType>::SIZE32 == AWAITED_SIZE);

// The records of 0.7.0 end earlier, and send errors, which differ, are left to the derived types.
const RECEIVED_07_SIZE: usize = 120;
const AWAITED_07_SIZE: usize = 104;
const _: () = assert!(<lower::Received07 as ComponentType>::SIZE32 == RECEIVED_07_SIZE);
const _: () = assert!(<lower::Awaited07 as ComponentType>::SIZE32 == AWAITED_07_SIZE);

macro_rules! fast {
    ($name:ident, $typed:ty, $size:expr, has_context: $has_context:expr, errors: $errors:expr) => {
        /// A message in the host's memory, which lives there until the guest goes on.
        #[derive(Clone, Copy)]
        pub struct $name(*const abi::Message);

        unsafe impl Send for $name {}
        unsafe impl Sync for $name {}

        impl FromMessage for $name {
            fn of(message: &abi::Message) -> Self {
                Self(message)
            }
        }

        // Safety: layout and type check are those of the derived type.
        unsafe impl ComponentType for $name {
            type Lower = <$typed as ComponentType>::Lower;
            const ABI: CanonicalAbiInfo = <$typed as ComponentType>::ABI;

            fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
                <$typed as ComponentType>::typecheck(ty, types)
            }
        }

        unsafe impl Lower for $name {
            fn linear_lower_to_flat<T>(
                &self,
                cx: &mut LowerContext<'_, T>,
                ty: InterfaceType,
                dst: &mut std::mem::MaybeUninit<Self::Lower>,
            ) -> Result<()> {
                <$typed>::of(unsafe { &*self.0 }).linear_lower_to_flat(cx, ty, dst)
            }

            #[inline]
            fn linear_lower_to_memory<T>(
                &self,
                cx: &mut LowerContext<'_, T>,
                ty: InterfaceType,
                offset: usize,
            ) -> Result<()> {
                let message = unsafe { &*self.0 };
                match cx.options().string_encoding {
                    StringEncoding::Utf8 if $errors || message.kind != abi::MESSAGE_SEND_ERROR => {
                        let placed = place(cx, message, $has_context)?;
                        let memory = cx.as_slice_mut();
                        placed.copy(memory);
                        let record = &mut memory[offset..][..$size];
                        placed.write::<$size>(record.try_into().unwrap(), $has_context);
                        Ok(())
                    }
                    _ => <$typed>::of(message).linear_lower_to_memory(cx, ty, offset),
                }
            }
        }
    };
}

fast!(FastReceived, lower::Received, RECEIVED_SIZE, has_context: true, errors: true);
fast!(FastAwaited, lower::Awaited, AWAITED_SIZE, has_context: false, errors: true);
fast!(FastReceived07, lower::Received07, RECEIVED_07_SIZE, has_context: true, errors: false);
fast!(FastAwaited07, lower::Awaited07, AWAITED_07_SIZE, has_context: false, errors: false);

/// Where a string or list goes in the guest's memory.
#[derive(Clone, Copy, Default)]
struct Span {
    at: u32,
    count: u32,
}

struct PlacedAddress([Span; 4]);

struct Placed<'a> {
    message: &'a abi::Message,
    address: PlacedAddress,
    body: Span,
    metadata: Option<Span>,
    capabilities: Span,
    context: Option<Span>,
    blob: Option<(Option<Span>, Span)>,
}

/// Reserves all room first: the guest's memory can move while it allocates, so nothing is copied
/// before, and then all at once.
fn place<'a, T>(
    cx: &mut LowerContext<'_, T>,
    message: &'a abi::Message,
    has_context: bool,
) -> Result<Placed<'a>> {
    let failed = message.kind == abi::MESSAGE_SEND_ERROR;
    let wants_context = message.kind == abi::MESSAGE_RESPONSE || (failed && has_context);
    let request = &message.request;
    Ok(Placed {
        message,
        capabilities: place_capabilities(cx, request)?,
        address: reserve_address(cx, &message.source)?,
        body: reserve(cx, request.body)?,
        metadata: reserve_optional(cx, request.metadata)?,
        context: match wants_context {
            true => reserve_optional(cx, message.context)?,
            false => None,
        },
        blob: match failed && message.blob.present {
            true => {
                Some((reserve_optional(cx, message.blob.mime)?, reserve(cx, message.blob.bytes)?))
            }
            false => None,
        },
    })
}

#[inline]
fn reserve<T>(cx: &mut LowerContext<'_, T>, bytes: abi::Bytes) -> Result<Span> {
    if bytes.size == 0 {
        return Ok(Span { at: 1, count: 0 });
    }
    let count = u32::try_from(bytes.size).map_err(|_| too_large())?;
    let at = cx.realloc(0, 0, 1, bytes.size)?; // checked to be inside of the memory
    Ok(Span { at: at as u32, count })
}

#[inline]
fn reserve_optional<T>(cx: &mut LowerContext<'_, T>, bytes: abi::Bytes) -> Result<Option<Span>> {
    match bytes.data.is_null() {
        true => Ok(None),
        false => reserve(cx, bytes).map(Some),
    }
}

#[inline]
fn reserve_address<T>(
    cx: &mut LowerContext<'_, T>,
    address: &abi::Address,
) -> Result<PlacedAddress> {
    Ok(PlacedAddress([
        reserve(cx, address.node)?,
        reserve(cx, address.process.process)?,
        reserve(cx, address.process.package)?,
        reserve(cx, address.process.publisher)?,
    ]))
}

const CAPABILITY_SIZE: usize = 40;

fn place_capabilities<T>(cx: &mut LowerContext<'_, T>, request: &abi::Request) -> Result<Span> {
    let capabilities = unsafe { abi::array(request.capabilities, request.capability_count) };
    if capabilities.is_empty() {
        return Ok(Span { at: 4, count: 0 });
    }
    let list = cx.realloc(0, 0, 4, capabilities.len() * CAPABILITY_SIZE)?;
    for (index, capability) in capabilities.iter().enumerate() {
        let issuer = reserve_address(cx, &capability.issuer)?;
        let params = reserve(cx, capability.params)?;
        let memory = cx.as_slice_mut();
        issuer.copy(memory, &capability.issuer);
        params.copy(memory, capability.params);
        let record = &mut memory[list + index * CAPABILITY_SIZE..][..CAPABILITY_SIZE];
        issuer.write(record, 0);
        params.write(record, 32);
    }
    Ok(Span { at: list as u32, count: capabilities.len() as u32 })
}

impl Span {
    #[inline]
    fn copy(self, memory: &mut [u8], bytes: abi::Bytes) {
        let bytes = unsafe { bytes.slice() };
        memory[self.at as usize..][..bytes.len()].copy_from_slice(bytes);
    }

    #[inline]
    fn write(self, record: &mut [u8], at: usize) {
        record[at..at + 4].copy_from_slice(&self.at.to_le_bytes());
        record[at + 4..at + 8].copy_from_slice(&self.count.to_le_bytes());
    }

    /// An option: its tag at `at`, the span four bytes further.
    #[inline]
    fn write_optional(span: Option<Span>, record: &mut [u8], at: usize) {
        record[at] = u8::from(span.is_some());
        if let Some(span) = span {
            span.write(record, at + 4);
        }
    }
}

impl PlacedAddress {
    #[inline]
    fn copy(&self, memory: &mut [u8], address: &abi::Address) {
        let process = &address.process;
        let parts = [address.node, process.process, process.package, process.publisher];
        for (span, part) in self.0.iter().zip(parts) {
            span.copy(memory, part);
        }
    }

    #[inline]
    fn write(&self, record: &mut [u8], at: usize) {
        for (index, span) in self.0.iter().enumerate() {
            span.write(record, at + 8 * index);
        }
    }
}

impl Placed<'_> {
    /// Everything but the capabilities, which are there already.
    #[inline]
    fn copy(&self, memory: &mut [u8]) {
        let request = &self.message.request;
        self.address.copy(memory, &self.message.source);
        self.body.copy(memory, request.body);
        let copy_optional = |memory: &mut [u8], span: Option<Span>, bytes| {
            if let Some(span) = span {
                span.copy(memory, bytes);
            }
        };
        copy_optional(memory, self.metadata, request.metadata);
        copy_optional(memory, self.context, self.message.context);
        if let Some((mime, bytes)) = self.blob {
            copy_optional(memory, mime, self.message.blob.mime);
            bytes.copy(memory, self.message.blob.bytes);
        }
    }

    #[inline]
    fn write<const N: usize>(&self, record: &mut [u8; N], has_context: bool) {
        if self.message.kind != abi::MESSAGE_SEND_ERROR {
            record[0] = 0;
            self.address.write(record, RESULT_PAYLOAD);
            self.write_message(record, RESULT_PAYLOAD + MESSAGE);
            return;
        }
        record[0] = 1;
        record[RESULT_PAYLOAD] = u8::from(self.message.error_kind != 0);
        self.address.write(record, RESULT_PAYLOAD + 4);
        self.write_message(record, RESULT_PAYLOAD + 40);
        let blob = RESULT_PAYLOAD + 104;
        record[blob] = u8::from(self.blob.is_some());
        if let Some((mime, bytes)) = self.blob {
            Span::write_optional(mime, record, blob + 4);
            bytes.write(record, blob + 16);
        }
        if has_context {
            Span::write_optional(self.context, record, RESULT_PAYLOAD + 128);
        }
    }

    #[inline]
    fn write_message(&self, record: &mut [u8], at: usize) {
        let request = &self.message.request;
        let payload = at + MESSAGE_PAYLOAD;
        let is_response = self.message.kind == abi::MESSAGE_RESPONSE;
        record[at] = u8::from(is_response);
        record[payload] = u8::from(request.inherit);
        if is_response {
            self.body.write(record, payload + 4);
            Span::write_optional(self.metadata, record, payload + 12);
            self.capabilities.write(record, payload + 24);
            Span::write_optional(self.context, record, payload + 32);
        } else {
            record[payload + 8] = u8::from(request.has_expects);
            record[payload + 16..payload + 24].copy_from_slice(&request.expects.to_le_bytes());
            self.body.write(record, payload + 24);
            Span::write_optional(self.metadata, record, payload + 32);
            self.capabilities.write(record, payload + 44);
        }
    }
}

fn too_large() -> Error {
    Error::msg("a value of 4 GiB or more does not fit into a guest")
}
