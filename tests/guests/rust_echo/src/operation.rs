//! The operations that only call the kernel; lib.rs has those that touch the guest's own loop.

use crate::{kind_text, lossy, LANG};
use kinode_process_lib as kinode;
use kinode_process_lib::vfs::{self, SeekFrom, VfsError};
use kinode_process_lib::{Address, Capability, OnExit, ProcessId, Request, SpawnError};
use serde::de::{Deserializer, Error};
use serde::Deserialize;
use serde_json::{json, Value};
use std::str::FromStr;

/// A request, as the table in ../../python_echo/app.py has it.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Operation {
    Echo { text: String },
    Our,
    Print { text: String },
    SetState { text: String },
    GetState,
    ClearState,
    OnExitGet,
    OnExitSet(OnExitSet),
    Caps,
    SaveCaps { caps: Vec<Cap> },
    DropCaps { caps: Vec<Cap> },
    Send(Send),
    SendMany(SendMany),
    Log,
    Await(Await),
    Spawn(Spawn),
    Blob,
    Vfs { drive: String },
    Storage,
    Trap,
    Exit,
}

#[derive(Deserialize)]
#[serde(tag = "to")]
pub enum OnExitSet {
    None,
    Restart,
    Requests {
        #[serde(deserialize_with = "parsed")]
        target: Address,
        body: String,
    },
}

#[derive(Deserialize)]
pub struct Send {
    #[serde(deserialize_with = "parsed")]
    to: Address,
    body: String,
    expects: Option<u64>,
    context: Option<String>,
}

#[derive(Deserialize)]
pub struct SendMany {
    #[serde(deserialize_with = "parsed")]
    to: Address,
    bodies: Vec<String>,
    expects: Option<u64>,
}

#[derive(Deserialize)]
pub struct Await {
    #[serde(deserialize_with = "parsed")]
    to: Address,
    body: String,
    expects: u64,
}

#[derive(Deserialize)]
pub struct Spawn {
    name: Option<String>,
    path: String,
    caps: Option<Vec<Cap>>,
    grants: Option<Vec<Grant>>,
    public: Option<bool>,
}

#[derive(Deserialize)]
pub struct Cap {
    #[serde(deserialize_with = "parsed")]
    issuer: Address,
    params: String,
}

#[derive(Deserialize)]
struct Grant {
    #[serde(deserialize_with = "parsed")]
    to: ProcessId,
    params: String,
}

/// Reads an address or a process id from text. The library's own Deserialize would also do, but it
/// formats the parse error, and in 1.0.1 that recurses until the stack is gone.
fn parsed<'de, D: Deserializer<'de>, T: FromStr>(from: D) -> Result<T, D::Error> {
    let text = String::deserialize(from)?;
    text.parse()
        .map_err(|_| D::Error::custom(format!("not an address or process id: {text}")))
}

fn capabilities(caps: Vec<Cap>) -> Vec<Capability> {
    caps.into_iter()
        .map(|cap| Capability::new(cap.issuer, cap.params))
        .collect()
}

impl Operation {
    /// Does what is asked and gives the answer's body.
    pub fn run(self) -> Value {
        match self {
            Operation::Our => return json!({"ok": kinode::our().to_string()}),
            Operation::GetState => {
                return json!({"ok": kinode::get_state().as_deref().map(lossy)});
            }
            Operation::OnExitGet => return json!({"ok": on_exit_name()}),
            Operation::Caps => return json!({"ok": kinode::our_capabilities()}),
            Operation::Await(request) => return request.run(),
            Operation::Spawn(request) => return request.run(),
            Operation::Blob => return blobs(),
            Operation::Vfs { drive } => return files(&drive).expect("the vfs does what is asked"),
            Operation::Storage => return json!({"ok": crate::storage::run()}),

            Operation::Print { text } => kinode::println!("{text}"),
            Operation::SetState { text } => kinode::set_state(text.as_bytes()),
            Operation::ClearState => kinode::clear_state(),
            Operation::OnExitSet(to) => to.run(),
            Operation::SaveCaps { caps } => kinode::save_capabilities(&capabilities(caps)),
            Operation::DropCaps { caps } => kinode::drop_capabilities(&capabilities(caps)),
            Operation::Send(request) => request.run(),
            Operation::SendMany(request) => request.run(),
            Operation::Trap => panic!("trap requested"),
            Operation::Echo { .. } | Operation::Log | Operation::Exit => {
                unreachable!("the {LANG} guest's loop answers these itself")
            }
        }
        json!({"ok": null})
    }
}

impl OnExitSet {
    fn run(self) {
        let on_exit = match self {
            OnExitSet::None => OnExit::None,
            OnExitSet::Restart => OnExit::Restart,
            OnExitSet::Requests { target, body } => {
                OnExit::Requests(vec![Request::to(target).body(body)])
            }
        };
        on_exit
            .set()
            .expect("every request has a target and a body");
    }
}

impl Send {
    fn run(self) {
        let mut request = Request::to(self.to).body(self.body);
        if let Some(seconds) = self.expects {
            request = request.expects_response(seconds);
        }
        if let Some(context) = self.context {
            request = request.context(context);
        }
        request.send().expect("the request has a target and a body");
    }
}

impl SendMany {
    /// The library wraps only single requests; this is the function of the world itself.
    fn run(self) {
        let requests: Vec<_> = self
            .bodies
            .into_iter()
            .map(|body| {
                let request = kinode::kinode::process::standard::Request {
                    inherit: false,
                    expects_response: self.expects,
                    body: body.into_bytes(),
                    metadata: None,
                    capabilities: vec![],
                };
                (self.to.clone(), request, None, None)
            })
            .collect();
        kinode::send_requests(&requests);
    }
}

impl Await {
    fn run(self) -> Value {
        let sent = Request::to(self.to).body(self.body);
        match sent.send_and_await_response(self.expects) {
            Ok(Ok(response)) => json!({"ok": lossy(response.body())}),
            Ok(Err(error)) => json!({"err": kind_text(&error)}),
            Err(error) => panic!("the request has a target and a body: {error}"),
        }
    }
}

impl Spawn {
    fn run(self) -> Value {
        let grants = self.grants.unwrap_or_default();
        let spawned = kinode::spawn(
            self.name.as_deref(),
            &self.path,
            OnExit::None,
            capabilities(self.caps.unwrap_or_default()),
            grants
                .into_iter()
                .map(|grant| (grant.to, grant.params))
                .collect(),
            self.public.unwrap_or(false),
        );
        match spawned {
            Ok(child) => json!({"ok": child.to_string()}),
            Err(SpawnError::NameTaken) => json!({"err": "name-taken"}),
            Err(SpawnError::NoFileAtPath) => json!({"err": "no-file-at-path"}),
        }
    }
}

fn on_exit_name() -> &'static str {
    match OnExit::get() {
        OnExit::None => "None",
        OnExit::Restart => "Restart",
        OnExit::Requests(_) => "Requests",
    }
}

fn blobs() -> Value {
    let size = |blob: kinode::LazyLoadBlob| blob.bytes().len();
    json!({
        "has": kinode::has_blob(),
        "get": kinode::get_blob().map(size),
        "last": kinode::last_blob().map(size),
    })
}

/// The library's own files.
fn files(drive: &str) -> Result<Value, VfsError> {
    let drive = vfs::create_drive(kinode::our().package_id(), drive, None)?;
    let path = format!("{drive}/a.txt");
    let mut file = vfs::create_file(&path, None)?;
    file.write_all(b"hello ")?;
    file.write_all(b"world")?;
    file.append(b"!")?;
    let whole = lossy(&file.read()?);
    file.seek(SeekFrom::Start(6))?;
    let rest = file.read_to_string()?;
    let len = file.metadata()?.len;
    file.set_len(5)?;
    let short = lossy(&file.read()?);
    let entries = vfs::open_dir(&drive, false, None)?.read()?;
    vfs::remove_file(&path, None)?;
    let gone = match vfs::open_file(&path, false, None) {
        Err(VfsError::IOError(text)) => text,
        Err(error) => format!("{error:?}"),
        Ok(_) => "still there".to_string(),
    };
    let mut seen = vec![json!(whole), json!(rest), json!(len), json!(short)];
    seen.extend(entries.iter().map(|entry| json!(entry.path)));
    seen.push(json!(gone));
    Ok(json!({"ok": seen}))
}
