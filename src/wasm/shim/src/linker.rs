//! The import tables `kinode:process/standard` of each world: lift the arguments, call the host,
//! lower the answer. No behaviour of the system is here. The tables differ in three ways:
//!
//! * 0.7.0 and 0.8.0 have no `our`, `has-blob` and `last-blob`;
//! * their `spawn` grants messaging only, so the host gets that as the parameters of each grant;
//! * a send error of 0.7.0 does not name its target.

use wasmtime::Result;
use wasmtime::component::{Lift, Linker, LinkerInstance, WasmList};

use crate::abi;
use crate::fast_lift::Args;
use crate::fast_lower::{FastAwaited, FastAwaited07, FastReceived, FastReceived07};
use crate::host::HostState;
use crate::lift::{
    AwaitIn, CapabilityIn, Cx, GrantIn, OnExitIn, ProcessIdIn, RespondIn, SendIn, Views,
};
use crate::lower::{self as out, FromMessage};
use crate::text::Text;
use crate::waiting::{Answer, finish, waiting};
use crate::world::World;

/// How the calls that every message makes cross the border. The others are always typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Records at known offsets (`fast_lift`, `fast_lower`): what the node runs.
    Direct,
    /// wasmtime's derived types: the yardstick of the benchmarks.
    Typed,
}

pub fn add_standard(linker: &mut Linker<HostState>, world: World, border: Border) -> Result<()> {
    let mut standard = linker.instance(world.standard())?;
    add_own(&mut standard)?;
    add_state(&mut standard)?;
    add_capabilities(&mut standard)?;
    add_blob(&mut standard)?;
    add_lists(&mut standard)?;
    if world.is_old() {
        add_spawn::<ProcessIdIn>(&mut standard, |views, list| views.messaging_grants(list))?;
    } else {
        add_spawn::<GrantIn>(&mut standard, |views, list| views.grants(list))?;
        add_since_1_0(&mut standard)?;
    }
    match (border, world) {
        (Border::Direct, World::Kinode07) => {
            add_messages::<FastReceived07, FastAwaited07>(&mut standard)
        }
        (Border::Direct, _) => add_messages::<FastReceived, FastAwaited>(&mut standard),
        (Border::Typed, World::Kinode07) => {
            add_typed_messages::<out::Received07, out::Awaited07>(&mut standard)
        }
        (Border::Typed, _) => add_typed_messages::<out::Received, out::Awaited>(&mut standard),
    }
}

type Instance<'a> = LinkerInstance<'a, HostState>;

fn add_own(standard: &mut Instance<'_>) -> Result<()> {
    standard.func_wrap(
        "print-to-terminal",
        |store: Cx<'_>, (verbosity, message): (u8, Text)| {
            let mut views = Views::new(store);
            let message = views.text(&message)?;
            views.store.data().print_to_terminal(verbosity, message);
            Ok(())
        },
    )?;
    standard.func_wrap_async("set-on-exit", |store: Cx<'_>, (on_exit,): (OnExitIn,)| {
        let mut views = Views::new(store);
        let outcome =
            views.on_exit(&on_exit).map(|on_exit| views.store.data().set_on_exit(&on_exit));
        finish(views.store, outcome)
    })?;
    standard.func_wrap("get-on-exit", |store: Cx<'_>, (): ()| {
        Ok((out::on_exit(&store.data().get_on_exit()),))
    })
}

/// What worlds since 1.0.0 have and older ones do not.
fn add_since_1_0(standard: &mut Instance<'_>) -> Result<()> {
    standard.func_wrap("our", |store: Cx<'_>, (): ()| Ok((out::address(&store.data().our()),)))?;
    standard.func_wrap("has-blob", |store: Cx<'_>, (): ()| Ok((store.data().has_blob(),)))?;
    standard
        .func_wrap("last-blob", |store: Cx<'_>, (): ()| Ok((out::blob(&store.data().last_blob()),)))
}

type SpawnIn<Grant> = (Option<Text>, Text, OnExitIn, WasmList<CapabilityIn>, WasmList<Grant>, bool);

/// How a list of grants becomes views.
type Grants<Grant> = fn(&mut Views<'_>, &WasmList<Grant>) -> Result<Vec<abi::Grant>>;

fn add_spawn<Grant: Lift + 'static>(
    standard: &mut Instance<'_>,
    grants: Grants<Grant>,
) -> Result<()> {
    standard.func_wrap_async("spawn", move |store: Cx<'_>, arguments: SpawnIn<Grant>| {
        let mut views = Views::new(store);
        let first = spawn(&mut views, &arguments, grants);
        waiting(views.store, first, |host| host.spawn(None), |host| (out::spawned(&host.spawned),))
    })
}

fn spawn<Grant: Lift>(
    views: &mut Views<'_>,
    (name, wasm_path, on_exit, capabilities, grants, public): &SpawnIn<Grant>,
    to_views: Grants<Grant>,
) -> Result<i32> {
    let request_capabilities = views.capabilities(capabilities)?;
    let grants = to_views(views, grants)?;
    let spawn = abi::Spawn {
        name: views.optional_text(name)?,
        wasm_path: views.text(wasm_path)?,
        on_exit: views.on_exit(on_exit)?,
        request_capabilities: request_capabilities.as_ptr(),
        request_capability_count: request_capabilities.len(),
        grant_capabilities: grants.as_ptr(),
        grant_capability_count: grants.len(),
        is_public: *public,
    };
    Ok(views.store.data_mut().spawn(Some(&spawn)))
}

fn add_state(standard: &mut Instance<'_>) -> Result<()> {
    standard.func_wrap_async("get-state", |mut store: Cx<'_>, (): ()| {
        let first = store.data_mut().get_state();
        waiting(store, Ok(first), HostState::get_state, |host| {
            (unsafe { host.bytes.optional_slice() },)
        })
    })?;
    standard.func_wrap_async("set-state", |store: Cx<'_>, (bytes,): (WasmList<u8>,)| {
        let mut views = Views::new(store);
        let first = views.bytes(&bytes).map(|bytes| views.store.data().set_state(Some(&bytes)));
        waiting(views.store, first, |host| host.set_state(None), |_| ())
    })?;
    standard.func_wrap_async("clear-state", |mut store: Cx<'_>, (): ()| {
        let first = store.data_mut().clear_state();
        waiting(store, Ok(first), HostState::clear_state, |_| ())
    })
}

fn add_capabilities(standard: &mut Instance<'_>) -> Result<()> {
    type Caps = (WasmList<CapabilityIn>,);
    standard.func_wrap_async("save-capabilities", |store: Cx<'_>, (caps,): Caps| {
        let mut views = Views::new(store);
        let outcome =
            views.capabilities(&caps).map(|caps| views.store.data().save_capabilities(caps));
        finish(views.store, outcome)
    })?;
    standard.func_wrap_async("drop-capabilities", |store: Cx<'_>, (caps,): Caps| {
        let mut views = Views::new(store);
        let outcome =
            views.capabilities(&caps).map(|caps| views.store.data().drop_capabilities(caps));
        finish(views.store, outcome)
    })?;
    standard.func_wrap("our-capabilities", |store: Cx<'_>, (): ()| {
        Ok((out::capabilities(store.data().our_capabilities()),))
    })
}

fn add_blob(standard: &mut Instance<'_>) -> Result<()> {
    standard
        .func_wrap("get-blob", |store: Cx<'_>, (): ()| Ok((out::blob(&store.data().get_blob()),)))
}

fn add_lists(standard: &mut Instance<'_>) -> Result<()> {
    standard.func_wrap_async("send-requests", |store: Cx<'_>, (list,): (WasmList<SendIn>,)| {
        let mut views = Views::new(store);
        let outcome = views.sends(&list).map(|sends| views.store.data().send_requests(&sends));
        finish(views.store, outcome)
    })
}

fn add_receive<Received: FromMessage>(standard: &mut Instance<'_>) -> Result<()> {
    standard.func_wrap_async("receive", |mut store: Cx<'_>, (): ()| {
        let first = store.data_mut().receive();
        waiting(store, Ok(first), HostState::receive, |host| (Received::of(&host.message),))
    })
}

fn add_messages<Received: FromMessage, Awaited: FromMessage>(
    standard: &mut Instance<'_>,
) -> Result<()> {
    add_receive::<Received>(standard)?;
    standard.func_wrap_async("send-request", |store: Cx<'_>, args: Args<SendIn>| match args {
        Args::Views(views) => {
            let outcome = store.data().send_request(&views.send);
            finish(store, Ok(outcome))
        }
        Args::Typed(args) => send_typed(store, args),
    })?;
    standard.func_wrap_async(
        "send-response",
        |store: Cx<'_>, args: Args<RespondIn>| match args {
            Args::Views(views) => {
                let outcome = store.data().send_response(&views.response, &views.blob);
                finish(store, Ok(outcome))
            }
            Args::Typed(args) => respond_typed(store, args),
        },
    )?;
    standard.func_wrap_async("send-and-await-response", |mut store: Cx<'_>, args: Args<AwaitIn>| {
        let again = |host: &mut HostState| host.send_and_await_response(None);
        let result = |host: &HostState| (Awaited::of(&host.message),);
        match args {
            Args::Views(views) => {
                let first = store.data_mut().send_and_await_response(Some(&views.send));
                waiting(store, Ok(first), again, result)
            }
            Args::Typed(args) => await_typed(store, args, result),
        }
    })
}

fn add_typed_messages<Received: FromMessage, Awaited: FromMessage>(
    standard: &mut Instance<'_>,
) -> Result<()> {
    add_receive::<Received>(standard)?;
    standard
        .func_wrap_async("send-request", |store: Cx<'_>, args: SendIn| send_typed(store, args))?;
    standard.func_wrap_async("send-response", |store: Cx<'_>, args: RespondIn| {
        respond_typed(store, args)
    })?;
    standard.func_wrap_async("send-and-await-response", |store: Cx<'_>, args: AwaitIn| {
        await_typed(store, args, |host| (Awaited::of(&host.message),))
    })
}

fn send_typed(store: Cx<'_>, args: SendIn) -> Answer<'_, ()> {
    let mut views = Views::new(store);
    let outcome = views.send(&args).map(|send| views.store.data().send_request(&send));
    finish(views.store, outcome)
}

fn respond_typed(store: Cx<'_>, (response, blob): RespondIn) -> Answer<'_, ()> {
    let mut views = Views::new(store);
    let outcome = views.response(&response).and_then(|response| {
        let blob = views.blob(&blob)?;
        Ok(views.store.data().send_response(&response, &blob))
    });
    finish(views.store, outcome)
}

fn await_typed<'a, R: Send + 'a>(
    store: Cx<'a>,
    (target, request, blob): AwaitIn,
    result: fn(&HostState) -> R,
) -> Answer<'a, R> {
    let mut views = Views::new(store);
    let first = views
        .send(&(target, request, None, blob))
        .map(|send| views.store.data_mut().send_and_await_response(Some(&send)));
    waiting(views.store, first, |host| host.send_and_await_response(None), result)
}
