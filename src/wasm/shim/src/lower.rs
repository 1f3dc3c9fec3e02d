//! What a guest gets, as typed records (field order and names are those of the WIT), made from
//! views of host memory. Lifetimes are 'static because wasmtime wants it; the host keeps the views
//! until its next call.

use wasmtime::component::{ComponentType, Lower};

use crate::abi;

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct ProcessIdOut {
    #[component(name = "process-name")]
    process: &'static str,
    #[component(name = "package-name")]
    package: &'static str,
    #[component(name = "publisher-node")]
    publisher: &'static str,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct AddressOut {
    node: &'static str,
    process: ProcessIdOut,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct CapabilityOut {
    issuer: AddressOut,
    params: &'static str,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct RequestOut {
    inherit: bool,
    #[component(name = "expects-response")]
    expects: Option<u64>,
    body: &'static [u8],
    metadata: Option<&'static str>,
    capabilities: Vec<CapabilityOut>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct ResponseOut {
    inherit: bool,
    body: &'static [u8],
    metadata: Option<&'static str>,
    capabilities: Vec<CapabilityOut>,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct BlobOut {
    mime: Option<&'static str>,
    bytes: &'static [u8],
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum MessageOut {
    #[component(name = "request")]
    Request(RequestOut),
    #[component(name = "response")]
    Response((ResponseOut, Option<&'static [u8]>)),
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub enum SendErrorKindOut {
    #[component(name = "offline")]
    Offline,
    #[component(name = "timeout")]
    Timeout,
}

#[derive(ComponentType, Lower)]
#[component(record)]
pub struct SendErrorOut {
    kind: SendErrorKindOut,
    target: AddressOut,
    message: MessageOut,
    #[component(name = "lazy-load-blob")]
    blob: Option<BlobOut>,
}

/// As 0.7.0 has it.
#[derive(ComponentType, Lower)]
#[component(record)]
pub struct SendErrorOut07 {
    kind: SendErrorKindOut,
    message: MessageOut,
    #[component(name = "lazy-load-blob")]
    blob: Option<BlobOut>,
}

#[derive(ComponentType, Lower)]
#[component(variant)]
pub enum OnExitOut {
    #[component(name = "none")]
    None,
    #[component(name = "restart")]
    Restart,
    #[component(name = "requests")]
    Requests(Vec<(AddressOut, RequestOut, Option<BlobOut>)>),
}

#[derive(ComponentType, Lower, Clone, Copy)]
#[component(enum)]
#[repr(u8)]
pub enum SpawnErrorOut {
    #[component(name = "name-taken")]
    NameTaken,
    #[component(name = "no-file-at-path")]
    NoFileAtPath,
}

pub type Delivered = (AddressOut, MessageOut);
pub type Received = Result<Delivered, (SendErrorOut, Option<&'static [u8]>)>;
pub type Awaited = Result<Delivered, SendErrorOut>;
pub type Received07 = Result<Delivered, (SendErrorOut07, Option<&'static [u8]>)>;
pub type Awaited07 = Result<Delivered, SendErrorOut07>;

/// A result that is made of what the host left in its state.
pub trait FromMessage: ComponentType + Lower + Send + Sync + 'static {
    fn of(message: &abi::Message) -> Self;
}

macro_rules! from_message {
    ($($result:ty = $convert:path),* $(,)?) => {
        $(impl FromMessage for $result {
            fn of(message: &abi::Message) -> Self {
                $convert(message)
            }
        })*
    };
}

from_message! {
    Received = received,
    Awaited = awaited,
    Received07 = received_07,
    Awaited07 = awaited_07,
}

// Safety of the functions below: the host keeps every view alive until its next call
// (guest_views.h), and wasmtime lowers the value before the guest runs on.

pub fn process_id(id: &abi::ProcessId) -> ProcessIdOut {
    unsafe {
        ProcessIdOut {
            process: id.process.text(),
            package: id.package.text(),
            publisher: id.publisher.text(),
        }
    }
}

pub fn address(address: &abi::Address) -> AddressOut {
    AddressOut { node: unsafe { address.node.text() }, process: process_id(&address.process) }
}

pub fn capabilities(caps: &[abi::Capability]) -> Vec<CapabilityOut> {
    let out = |cap: &abi::Capability| CapabilityOut {
        issuer: address(&cap.issuer),
        params: unsafe { cap.params.text() },
    };
    caps.iter().map(out).collect()
}

fn request(request: &abi::Request) -> RequestOut {
    unsafe {
        RequestOut {
            inherit: request.inherit,
            expects: request.has_expects.then_some(request.expects),
            body: request.body.slice(),
            metadata: request.metadata.optional_text(),
            capabilities: capabilities(abi::array(request.capabilities, request.capability_count)),
        }
    }
}

pub fn blob(blob: &abi::Blob) -> Option<BlobOut> {
    blob.present
        .then(|| unsafe { BlobOut { mime: blob.mime.optional_text(), bytes: blob.bytes.slice() } })
}

pub fn on_exit(on_exit: &abi::OnExit) -> OnExitOut {
    match on_exit.kind {
        abi::ON_EXIT_RESTART => OnExitOut::Restart,
        abi::ON_EXIT_REQUESTS => {
            let requests = unsafe { abi::array(on_exit.requests, on_exit.request_count) };
            let out =
                |r: &abi::OnExitRequest| (address(&r.target), request(&r.request), blob(&r.blob));
            OnExitOut::Requests(requests.iter().map(out).collect())
        }
        _ => OnExitOut::None,
    }
}

/// A send error carries back the request that failed.
fn message(message: &abi::Message) -> MessageOut {
    if message.kind != abi::MESSAGE_RESPONSE {
        return MessageOut::Request(request(&message.request));
    }
    let RequestOut { inherit, body, metadata, capabilities, .. } = request(&message.request);
    let response = ResponseOut { inherit, body, metadata, capabilities };
    MessageOut::Response((response, unsafe { message.context.optional_slice() }))
}

fn send_error(failed: &abi::Message) -> SendErrorOut {
    SendErrorOut {
        kind: match failed.error_kind {
            0 => SendErrorKindOut::Offline,
            _ => SendErrorKindOut::Timeout,
        },
        target: address(&failed.source),
        message: MessageOut::Request(request(&failed.request)),
        blob: blob(&failed.blob),
    }
}

fn send_error_07(failed: &abi::Message) -> SendErrorOut07 {
    let SendErrorOut { kind, message, blob, .. } = send_error(failed);
    SendErrorOut07 { kind, message, blob }
}

fn delivered<E>(
    got: &abi::Message,
    error: impl FnOnce(&abi::Message) -> E,
) -> Result<Delivered, E> {
    match got.kind {
        abi::MESSAGE_SEND_ERROR => Err(error(got)),
        _ => Ok((address(&got.source), message(got))),
    }
}

fn context(got: &abi::Message) -> Option<&'static [u8]> {
    unsafe { got.context.optional_slice() }
}

pub fn received(got: &abi::Message) -> Received {
    delivered(got, |failed| (send_error(failed), context(failed)))
}

pub fn awaited(got: &abi::Message) -> Awaited {
    delivered(got, send_error)
}

pub fn received_07(got: &abi::Message) -> Received07 {
    delivered(got, |failed| (send_error_07(failed), context(failed)))
}

pub fn awaited_07(got: &abi::Message) -> Awaited07 {
    delivered(got, send_error_07)
}

pub fn spawned(spawned: &abi::Spawned) -> Result<ProcessIdOut, SpawnErrorOut> {
    match (spawned.ok, spawned.error) {
        (true, _) => Ok(process_id(&spawned.id)),
        (false, 0) => Err(SpawnErrorOut::NameTaken),
        (false, _) => Err(SpawnErrorOut::NoFileAtPath),
    }
}
