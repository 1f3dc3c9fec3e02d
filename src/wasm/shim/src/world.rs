//! The interface that a component was built for: `wasm::World`. It decides which import table the
//! component gets; `linker.rs` says in what the tables differ.

use wasmtime::{Error, Result};

/// In the order of `wasm/world.h`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum World {
    Kinode07,
    Kinode08,
    Kinode10,
    Hyperware10,
}

impl World {
    pub const ALL: [World; 4] =
        [World::Kinode07, World::Kinode08, World::Kinode10, World::Hyperware10];

    pub fn from_number(number: u32) -> Result<World> {
        match Self::ALL.get(number as usize) {
            Some(world) => Ok(*world),
            None => Err(Error::msg(format!("there is no world of number {number}"))),
        }
    }

    /// What its components import.
    pub fn standard(self) -> &'static str {
        match self {
            World::Kinode07 => "kinode:process/standard@0.7.0",
            World::Kinode08 => "kinode:process/standard@0.8.0",
            World::Kinode10 => "kinode:process/standard@1.0.0",
            World::Hyperware10 => "hyperware:process/standard@1.0.0",
        }
    }

    /// 0.7.0 and 0.8.0: no `our`, `has-blob` and `last-blob`, and grants are for messaging only.
    pub fn is_old(self) -> bool {
        matches!(self, World::Kinode07 | World::Kinode08)
    }
}
