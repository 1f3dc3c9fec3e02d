//! The test guest in Rust, on the published kinode_process_lib. It answers the requests described
//! at the top of ../../python_echo/app.py, byte for byte like the guests of other languages.

mod operation;
mod storage;

use kinode_process_lib::{await_message, call_init, get_blob, Address, Message, Response};
use kinode_process_lib::{LazyLoadBlob, SendError, SendErrorKind};
use operation::Operation;
use serde_json::{json, Value};

wit_bindgen::generate!({
    path: "../../../wit/kinode-process-1.0.0",
    world: "process-v1",
});

call_init!(init);

pub const LANG: &str = "rust";

fn init(_our: Address) {
    let mut log = Vec::new();
    loop {
        match await_message() {
            Ok(Message::Request { body, .. }) => {
                if answer(&body, &mut log) == Next::Leave {
                    return;
                }
            }
            Ok(Message::Response { body, context, .. }) => log.push(json!({
                "kind": "response",
                "body": lossy(&body),
                "context": context.as_deref().map(lossy),
            })),
            Err(error) => log.push(json!({
                "kind": "error",
                "error": kind_text(&error),
                "target": error.target().to_string(),
                "context": error.context().map(lossy),
            })),
        }
    }
}

#[derive(PartialEq)]
pub enum Next {
    Receive,
    Leave,
}

/// Answers one request. `log` holds what came back since the last `{"op":"log"}`.
fn answer(body: &[u8], log: &mut Vec<Value>) -> Next {
    let Ok(request @ Value::Object(_)) = serde_json::from_slice(body) else {
        respond([LANG.as_bytes(), b":", body].concat(), get_blob());
        return Next::Receive;
    };
    let mut next = Next::Receive;
    let mut blob = None;
    let reply = match serde_json::from_value(request) {
        Ok(Operation::Exit) => {
            next = Next::Leave;
            json!({"ok": null})
        }
        Ok(Operation::Log) => json!({"ok": std::mem::take(log)}),
        Ok(Operation::Echo { text }) => {
            blob = get_blob();
            json!({"ok": text, "lang": LANG})
        }
        Ok(operation) => operation.run(),
        Err(error) => json!({"err": "bad request", "detail": error.to_string()}),
    };
    respond(reply.to_string().into_bytes(), blob);
    next
}

fn respond(body: Vec<u8>, blob: Option<LazyLoadBlob>) {
    let mut response = Response::new().body(body);
    if let Some(blob) = blob {
        response = response.blob(blob);
    }
    response.send().expect("the response has a body");
}

pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn kind_text(error: &SendError) -> &'static str {
    match error.kind() {
        SendErrorKind::Offline => "offline",
        SendErrorKind::Timeout => "timeout",
    }
}
