//! A guest's backtrace as text. The guest picks the names in it, so size and effort are bounded:
//! a mangled C++ name of 200 bytes can stand for gigabytes when it is spelled out.

use std::fmt::{Result, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use wasmtime::{FrameInfo, WasmBacktrace};

use crate::limits::Bounded;

/// What is shown of one name.
const NAME_BYTES_MAX: usize = 512;

/// References to earlier parts in a C++ name. Each may stand for all that was before it, so the
/// length written out is bounded by 3^(n/3) times the name's.
const REFERENCES_MAX: usize = 24;

pub fn write(out: &mut Bounded, backtrace: &WasmBacktrace) -> Result {
    write!(out, "\nwasm backtrace:")?;
    for (index, frame) in backtrace.frames().iter().enumerate() {
        write!(out, "\n  {index:>3}: ")?;
        if let Some(offset) = frame.module_offset() {
            write!(out, "{offset:#8x} - ")?;
        }
        write_frame(out, frame)?;
    }
    Ok(())
}

fn write_frame(out: &mut Bounded, frame: &FrameInfo) -> Result {
    if frame.symbols().is_empty() {
        write_shortened(out, frame.module().name().unwrap_or("<unknown>"))?;
        out.write_char('!')?;
        return match frame.func_name() {
            Some(name) => write_name(out, name),
            None => write!(out, "<wasm function {}>", frame.func_index()),
        };
    }
    for (index, symbol) in frame.symbols().iter().enumerate() {
        if index > 0 {
            write!(out, "\n                - ")?;
        }
        write_name(out, symbol.name().or(frame.func_name()).unwrap_or("<unknown>"))?;
        if let Some(file) = symbol.file() {
            write!(out, "\n                    at ")?;
            write_shortened(out, file)?;
            write!(out, ":{}:{}", symbol.line().unwrap_or(0), symbol.column().unwrap_or(0))?;
        }
    }
    Ok(())
}

fn write_name(out: &mut Bounded, name: &str) -> Result {
    if name.len() > NAME_BYTES_MAX {
        return write_shortened(out, name);
    }
    let mut readable = Bounded::new(NAME_BYTES_MAX);
    if let Ok(demangled) = rustc_demangle::try_demangle(name) {
        let _ = write!(readable, "{demangled:#}"); // stops where it does not fit
    } else if name.starts_with("_Z") && references(name) <= REFERENCES_MAX {
        if let Ok(symbol) = cpp_demangle::Symbol::new(name) {
            // Hostile names have made demanglers panic before.
            let _ = catch_unwind(AssertUnwindSafe(|| {
                symbol.structured_demangle(&mut readable, &Default::default())
            }));
        }
    }
    match readable.text() {
        "" => out.write_str(name),
        readable => out.write_str(readable),
    }
}

fn references(mangled: &str) -> usize {
    mangled.bytes().filter(|byte| matches!(byte, b'S' | b'T')).count()
}

fn write_shortened(out: &mut Bounded, text: &str) -> Result {
    let mut shortened = Bounded::new(NAME_BYTES_MAX);
    let cut = shortened.write_str(text).is_err();
    out.write_str(shortened.text())?;
    match cut {
        true => out.write_str("..."),
        false => Ok(()),
    }
}
