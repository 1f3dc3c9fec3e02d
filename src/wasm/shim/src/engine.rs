//! The engine and compiled programs.

use std::sync::{Arc, OnceLock};

use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};
use wasmtime::{
    Config, Engine, Error, InstanceAllocationStrategy, PoolingAllocationConfig, Result,
    WasmBacktraceDetails,
};

use crate::abi;
use crate::host::HostState;
use crate::linker::{Border, add_standard};
use crate::stacks::Stacks;
use crate::wasi::Reactor;
use crate::world::World;

/// A guest runs on for between one and two ticks.
pub const SLICE_TICKS: u64 = 2;

/// Room on a guest's stack for the host calls, beside what the guest may use.
const HOST_STACK_BYTES: usize = 1 << 20;

/// `ShimConfig` of `wasm/shim_abi.h`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct EngineConfig {
    /// Instances that the pool has room for; 0 allocates each on demand.
    pub pool_size: u32,
    /// Threads of one compilation.
    pub compile_threads: u32,
    /// What a guest may use of its stack.
    pub stack_bytes: usize,
    /// What is kept of an instance's stderr.
    pub stderr_bytes: usize,
    /// Cross the border by wasmtime's derived types; for benchmarks.
    pub typed_border: bool,
    /// Traps name files and lines, for guests with debug information.
    pub backtrace_lines: bool,
}

pub struct ShimEngine {
    pub engine: Engine,
    config: EngineConfig,
    /// In the order of `World::ALL`.
    imports: Vec<Imports>,
    reactor: Arc<Reactor>,
}

/// What components of one world can import.
struct Imports {
    bare: Linker<HostState>,
    wasi: OnceLock<Linker<HostState>>,
}

pub struct ShimProgram {
    pub pre: InstancePre<HostState>,
    pub init: ComponentExportIndex,
    pub component: Component,
    /// Present when the component imports WASI.
    pub reactor: Option<Arc<Reactor>>,
    pub config: EngineConfig,
}

impl ShimEngine {
    pub fn new(config: EngineConfig) -> Result<Self> {
        let mut settings = settings(&config);
        if config.pool_size > 0 {
            settings.allocation_strategy(pool(config.pool_size));
        } else {
            settings.with_host_stack(Arc::new(Stacks::new(stack_bytes(&config))));
        }
        let engine = Engine::new(&settings)?;
        let border = match config.typed_border {
            true => Border::Typed,
            false => Border::Direct,
        };
        let imports = World::ALL.map(|world| Imports::new(&engine, world, border));
        let imports = imports.into_iter().collect::<Result<_>>()?;
        Ok(Self { engine, config, imports, reactor: Arc::default() })
    }

    pub fn compile(&self, bytes: &[u8], world: World) -> Result<ShimProgram> {
        // A pool per compilation: no thread stays behind, and the nice value keeps guests
        // responsive. An engine per compilation: its compiler keeps buffers as large as the largest
        // function for the next time, tens of megabytes for an interpreter. It has no room for
        // instances, on which the code does not depend.
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.config.compile_threads as usize)
            .thread_name(|_| "kinode-compile".into())
            .start_handler(|_| unsafe {
                libc::setpriority(libc::PRIO_PROCESS, 0, 10);
            })
            .build()?;
        let compiler = Engine::new(&settings(&self.config))?;
        let image = pool.install(|| compiler.precompile_component(bytes))?;
        let component = unsafe { Component::deserialize(&self.engine, &image)? };
        self.program(component, world)
    }

    /// # Safety
    /// The file was written by `serialize` of an engine with the same fingerprint.
    pub unsafe fn load(&self, path: &str, world: World) -> Result<ShimProgram> {
        let component = unsafe { Component::deserialize_file(&self.engine, path)? };
        self.program(component, world)
    }

    fn program(&self, component: Component, world: World) -> Result<ShimProgram> {
        let ty = component.component_type();
        let uses_wasi = ty.imports(&self.engine).any(|(name, _)| name.starts_with("wasi:"));
        let imports = &self.imports[world as usize];
        let linker = if uses_wasi { imports.wasi()? } else { &imports.bare };
        Ok(ShimProgram {
            pre: linker.instantiate_pre(&component)?,
            init: init_export(&component)?,
            component,
            reactor: uses_wasi.then(|| self.reactor.clone()),
            config: self.config,
        })
    }
}

impl Imports {
    fn new(engine: &Engine, world: World, border: Border) -> Result<Self> {
        let mut bare = Linker::new(engine);
        add_standard(&mut bare, world, border)?;
        Ok(Self { bare, wasi: OnceLock::new() })
    }

    fn wasi(&self) -> Result<&Linker<HostState>> {
        if let Some(linker) = self.wasi.get() {
            return Ok(linker);
        }
        let mut linker = self.bare.clone();
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
        Ok(self.wasi.get_or_init(|| linker))
    }
}

fn stack_bytes(config: &EngineConfig) -> usize {
    config.stack_bytes + HOST_STACK_BYTES
}

fn settings(config: &EngineConfig) -> Config {
    let mut settings = Config::new();
    settings
        .epoch_interruption(true)
        .max_wasm_stack(config.stack_bytes)
        .async_stack_size(stack_bytes(config))
        .wasm_backtrace_details(match config.backtrace_lines {
            true => WasmBacktraceDetails::Enable,
            false => WasmBacktraceDetails::Disable,
        });
    settings
}

fn pool(size: u32) -> InstanceAllocationStrategy {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(size)
        .total_core_instances(size.saturating_mul(4))
        .total_memories(size)
        .total_tables(size.saturating_mul(2))
        .total_stacks(size);
    InstanceAllocationStrategy::Pooling(pool)
}

fn init_export(component: &Component) -> Result<ComponentExportIndex> {
    let what = match component.get_export(None, "init") {
        Some((ComponentItem::ComponentFunc(function), index)) => {
            let types: Vec<Type> = function.params().map(|(_, ty)| ty).collect();
            if types == [Type::String] && function.results().len() == 0 {
                return Ok(index);
            }
            "its export 'init' has another signature"
        }
        Some(_) => "its export 'init' is no function",
        None => "it has no export 'init'",
    };
    Err(Error::msg(format!("{what}; a process exports `init: func(our: string)`")))
}

/// All bytes that wasmtime hashes to tell whether an image fits this engine: version, flags, CPU.
pub fn fingerprint(engine: &Engine, out: &abi::Sink) {
    struct Collect(Vec<u8>);
    impl std::hash::Hasher for Collect {
        fn write(&mut self, bytes: &[u8]) {
            self.0.extend_from_slice(bytes);
        }
        fn finish(&self) -> u64 {
            0
        }
    }
    let mut all = Collect(Vec::new());
    std::hash::Hash::hash(&engine.precompile_compatibility_hash(), &mut all);
    out.put(&all.0);
}
