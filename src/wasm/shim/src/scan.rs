//! What a file is, from its first bytes and its outermost sections, without compiling it.

use wasmparser::{Encoding, Parser, Payload};

use crate::abi;

/// `ShimScan` of `wasm/shim_abi.h`.
#[repr(C)]
pub struct Scan {
    /// Called for each import and export of the component, in order.
    pub found: extern "C" fn(*mut std::ffi::c_void, is_import: bool, name: abi::Bytes),
    pub context: *mut std::ffi::c_void,
}

pub const COMPONENT: i32 = 0;
pub const MODULE: i32 = 1;
pub const DAMAGED: i32 = 2;
pub const TRUNCATED: i32 = 3;

/// One of the constants above; the reason of damage goes to `error`.
pub fn scan(bytes: &[u8], visitor: &Scan, error: &abi::Sink) -> i32 {
    let found = |is_import, name: &str| {
        (visitor.found)(visitor.context, is_import, abi::Bytes::of(name.as_bytes()))
    };
    match walk(bytes, found) {
        Ok(true) => COMPONENT,
        Ok(false) => MODULE,
        Err(damage) => {
            error.put(damage.to_string().as_bytes());
            match damage.message().contains("unexpected end") {
                true => TRUNCATED,
                false => DAMAGED,
            }
        }
    }
}

/// False for a core module.
fn walk(bytes: &[u8], found: impl Fn(bool, &str)) -> wasmparser::Result<bool> {
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::Version { encoding, .. } if depth == 0 && encoding == Encoding::Module => {
                return Ok(false);
            }
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) if depth > 0 => depth -= 1,
            Payload::ComponentImportSection(imports) if depth == 0 => {
                for import in imports {
                    found(true, import?.name.name);
                }
            }
            Payload::ComponentExportSection(exports) if depth == 0 => {
                for export in exports {
                    found(false, export?.name.name);
                }
            }
            _ => {}
        }
    }
    Ok(true)
}
