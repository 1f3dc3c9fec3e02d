//! A guest's string whose length is known before it is read, so that reading can be bounded.

use wasmtime::Result;
use wasmtime::component::__internal::wasmtime_environ::component::StringEncoding;
use wasmtime::component::__internal::{CanonicalAbiInfo, InstanceType, InterfaceType, LiftContext};
use wasmtime::component::{ComponentType, Lift, WasmStr};

pub struct Text {
    pub string: WasmStr,
    /// In the guest's memory.
    pub size: usize,
}

/// Marks UTF-16 in the length of a string that is otherwise Latin-1.
const UTF16_TAG: u32 = 1 << 31;

// Safety: a Text is a WasmStr, and the length in front of it.
unsafe impl ComponentType for Text {
    type Lower = <WasmStr as ComponentType>::Lower;
    const ABI: CanonicalAbiInfo = WasmStr::ABI;

    fn typecheck(ty: &InterfaceType, types: &InstanceType<'_>) -> Result<()> {
        WasmStr::typecheck(ty, types)
    }
}

unsafe impl Lift for Text {
    #[inline]
    fn linear_lift_from_flat(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        src: &Self::Lower,
    ) -> Result<Self> {
        let size = size(cx, src[1].get_u32());
        Ok(Text { string: WasmStr::linear_lift_from_flat(cx, ty, src)?, size })
    }

    #[inline]
    fn linear_lift_from_memory(
        cx: &mut LiftContext<'_>,
        ty: InterfaceType,
        bytes: &[u8],
    ) -> Result<Self> {
        let length = bytes[4..8].first_chunk().expect("a string is eight bytes");
        let size = size(cx, u32::from_le_bytes(*length));
        Ok(Text { string: WasmStr::linear_lift_from_memory(cx, ty, bytes)?, size })
    }
}

fn size(cx: &LiftContext<'_>, length: u32) -> usize {
    let units = (length & !UTF16_TAG) as usize;
    match cx.options().string_encoding {
        StringEncoding::Utf8 => length as usize,
        StringEncoding::CompactUtf16 if length & UTF16_TAG == 0 => units,
        _ => units * 2,
    }
}
