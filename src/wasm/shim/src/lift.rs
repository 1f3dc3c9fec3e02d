//! What a guest passes, as typed records (field order and names are those of the WIT), and their
//! conversion to views into the guest's memory.

use std::borrow::Cow;

use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, WasmList};

use crate::abi;
use crate::host::HostState;
use crate::limits::{Budget, CAPABILITIES_PER_CALL_MAX, SENDS_PER_CALL_MAX, bounded};
use crate::text::Text;

pub type Cx<'a> = StoreContextMut<'a, HostState>;

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct ProcessIdIn {
    #[component(name = "process-name")]
    process: Text,
    #[component(name = "package-name")]
    package: Text,
    #[component(name = "publisher-node")]
    publisher: Text,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct AddressIn {
    node: Text,
    process: ProcessIdIn,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct CapabilityIn {
    issuer: AddressIn,
    params: Text,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct RequestIn {
    inherit: bool,
    #[component(name = "expects-response")]
    expects: Option<u64>,
    body: WasmList<u8>,
    metadata: Option<Text>,
    capabilities: WasmList<CapabilityIn>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct ResponseIn {
    inherit: bool,
    body: WasmList<u8>,
    metadata: Option<Text>,
    capabilities: WasmList<CapabilityIn>,
}

#[derive(ComponentType, Lift)]
#[component(record)]
pub struct BlobIn {
    mime: Option<Text>,
    bytes: WasmList<u8>,
}

#[derive(ComponentType, Lift)]
#[component(variant)]
pub enum OnExitIn {
    #[component(name = "none")]
    None,
    #[component(name = "restart")]
    Restart,
    #[component(name = "requests")]
    Requests(WasmList<(AddressIn, RequestIn, Option<BlobIn>)>),
}

pub type SendIn = (AddressIn, RequestIn, Option<WasmList<u8>>, Option<BlobIn>);
pub type AwaitIn = (AddressIn, RequestIn, Option<BlobIn>);
pub type RespondIn = (ResponseIn, Option<BlobIn>);
pub type GrantIn = (ProcessIdIn, Text);

/// Turns lifted values into views. Owns what had to be copied (text that is not UTF-8, arrays of
/// views), so it must live until the host call is over. Nothing may run in the guest meanwhile.
pub struct Views<'a> {
    pub store: Cx<'a>,
    budget: Budget,
    texts: Vec<String>,
    capabilities: Vec<Vec<abi::Capability>>,
    on_exit: Vec<abi::OnExitRequest>,
}

impl<'a> Views<'a> {
    pub fn new(store: Cx<'a>) -> Self {
        Self {
            store,
            budget: Budget::default(),
            texts: Vec::new(),
            capabilities: Vec::new(),
            on_exit: Vec::new(),
        }
    }

    pub fn bytes(&mut self, list: &WasmList<u8>) -> wasmtime::Result<abi::Bytes> {
        self.budget.take_bytes(list.len())?;
        Ok(abi::Bytes::of(list.as_le_slice(&self.store)))
    }

    pub fn optional_bytes(&mut self, list: &Option<WasmList<u8>>) -> wasmtime::Result<abi::Bytes> {
        match list {
            None => Ok(abi::Bytes::NONE),
            Some(list) => self.bytes(list),
        }
    }

    /// Guests may keep text as UTF-8, UTF-16 or Latin-1; the host sees UTF-8.
    pub fn text(&mut self, text: &Text) -> wasmtime::Result<abi::Bytes> {
        self.budget.take_text(text.size)?;
        match text.string.to_str(&self.store)? {
            Cow::Borrowed(text) => Ok(abi::Bytes::of(text.as_bytes())),
            Cow::Owned(text) => {
                let view = abi::Bytes::of(text.as_bytes());
                self.texts.push(text); // moves the String, not its bytes
                Ok(view)
            }
        }
    }

    pub fn optional_text(&mut self, text: &Option<Text>) -> wasmtime::Result<abi::Bytes> {
        match text {
            None => Ok(abi::Bytes::NONE),
            Some(text) => self.text(text),
        }
    }

    fn process_id(&mut self, id: &ProcessIdIn) -> wasmtime::Result<abi::ProcessId> {
        Ok(abi::ProcessId {
            process: self.text(&id.process)?,
            package: self.text(&id.package)?,
            publisher: self.text(&id.publisher)?,
        })
    }

    fn address(&mut self, address: &AddressIn) -> wasmtime::Result<abi::Address> {
        Ok(abi::Address {
            node: self.text(&address.node)?,
            process: self.process_id(&address.process)?,
        })
    }

    /// The array stays in `self`.
    pub fn capabilities(
        &mut self,
        list: &WasmList<CapabilityIn>,
    ) -> wasmtime::Result<&'static [abi::Capability]> {
        let count = list.len();
        if count == 0 {
            return Ok(&[]);
        }
        self.budget.take_capabilities(count)?;
        let mut out = Vec::with_capacity(count);
        for index in 0..count {
            let cap = element(list, &mut self.store, index)?;
            out.push(abi::Capability {
                issuer: self.address(&cap.issuer)?,
                params: self.text(&cap.params)?,
            });
        }
        let view = unsafe { abi::array(out.as_ptr(), count) };
        self.capabilities.push(out);
        Ok(view)
    }

    pub fn request(&mut self, request: &RequestIn) -> wasmtime::Result<abi::Request> {
        let capabilities = self.capabilities(&request.capabilities)?;
        Ok(abi::Request {
            inherit: request.inherit,
            has_expects: request.expects.is_some(),
            expects: request.expects.unwrap_or(0),
            body: self.bytes(&request.body)?,
            metadata: self.optional_text(&request.metadata)?,
            capabilities: capabilities.as_ptr(),
            capability_count: capabilities.len(),
        })
    }

    pub fn response(&mut self, response: &ResponseIn) -> wasmtime::Result<abi::Request> {
        let capabilities = self.capabilities(&response.capabilities)?;
        Ok(abi::Request {
            inherit: response.inherit,
            has_expects: false,
            expects: 0,
            body: self.bytes(&response.body)?,
            metadata: self.optional_text(&response.metadata)?,
            capabilities: capabilities.as_ptr(),
            capability_count: capabilities.len(),
        })
    }

    pub fn blob(&mut self, blob: &Option<BlobIn>) -> wasmtime::Result<abi::Blob> {
        match blob {
            None => Ok(abi::Blob::default()),
            Some(blob) => Ok(abi::Blob {
                present: true,
                mime: self.optional_text(&blob.mime)?,
                bytes: self.bytes(&blob.bytes)?,
            }),
        }
    }

    pub fn send(
        &mut self,
        (target, request, context, blob): &SendIn,
    ) -> wasmtime::Result<abi::Send> {
        Ok(abi::Send {
            target: self.address(target)?,
            request: self.request(request)?,
            context: self.optional_bytes(context)?,
            blob: self.blob(blob)?,
        })
    }

    pub fn sends(&mut self, list: &WasmList<SendIn>) -> wasmtime::Result<Vec<abi::Send>> {
        bounded("messages", list.len(), SENDS_PER_CALL_MAX)?;
        let mut out = Vec::with_capacity(list.len());
        for index in 0..list.len() {
            let send = element(list, &mut self.store, index)?;
            out.push(self.send(&send)?);
        }
        Ok(out)
    }

    /// The array stays in `self`; once per call.
    pub fn on_exit(&mut self, on_exit: &OnExitIn) -> wasmtime::Result<abi::OnExit> {
        let kind = match on_exit {
            OnExitIn::None => abi::ON_EXIT_NONE,
            OnExitIn::Restart => abi::ON_EXIT_RESTART,
            OnExitIn::Requests(list) => {
                bounded("on-exit requests", list.len(), SENDS_PER_CALL_MAX)?;
                for index in 0..list.len() {
                    let (target, request, blob) = element(list, &mut self.store, index)?;
                    let request = abi::OnExitRequest {
                        target: self.address(&target)?,
                        request: self.request(&request)?,
                        blob: self.blob(&blob)?,
                    };
                    self.on_exit.push(request);
                }
                abi::ON_EXIT_REQUESTS
            }
        };
        Ok(abi::OnExit { kind, requests: self.on_exit.as_ptr(), request_count: self.on_exit.len() })
    }

    pub fn grants(&mut self, list: &WasmList<GrantIn>) -> wasmtime::Result<Vec<abi::Grant>> {
        bounded("grants", list.len(), CAPABILITIES_PER_CALL_MAX)?;
        let mut out = Vec::with_capacity(list.len());
        for index in 0..list.len() {
            let (process, params) = element(list, &mut self.store, index)?;
            out.push(abi::Grant {
                process: self.process_id(&process)?,
                params: self.text(&params)?,
            });
        }
        Ok(out)
    }

    /// Grants of the worlds before 1.0.0, which are all for messaging.
    pub fn messaging_grants(
        &mut self,
        list: &WasmList<ProcessIdIn>,
    ) -> wasmtime::Result<Vec<abi::Grant>> {
        bounded("grants", list.len(), CAPABILITIES_PER_CALL_MAX)?;
        let mut out = Vec::with_capacity(list.len());
        for index in 0..list.len() {
            let process = element(list, &mut self.store, index)?;
            out.push(abi::Grant {
                process: self.process_id(&process)?,
                params: abi::Bytes::of(MESSAGING),
            });
        }
        Ok(out)
    }
}

/// What a grant of the worlds before 1.0.0 stands for.
const MESSAGING: &[u8] = b"\"messaging\"";

fn element<T: Lift>(list: &WasmList<T>, store: &mut Cx<'_>, index: usize) -> wasmtime::Result<T> {
    list.get(store, index).expect("the index is below the length")
}
