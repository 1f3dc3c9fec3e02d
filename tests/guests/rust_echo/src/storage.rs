//! Databases by the published library: what each step gave, as one JSON object.

use kinode_process_lib as kinode;
use kinode_process_lib::{kv, sqlite};
use serde_json::{json, Value};

/// `{"op":"storage"}`: uses a kv and an SQL database of its own package from opening to removing.
pub fn run() -> Value {
    json!({ "kv": pairs(), "sqlite": rows() })
}

fn text<T: serde::Serialize, E: std::fmt::Display>(result: Result<T, E>) -> Value {
    match result {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({ "err": error.to_string() }),
    }
}

fn pairs() -> Value {
    let package = kinode::our().package_id();
    let db = match kv::open::<String, u64>(package.clone(), "numbers", None) {
        Ok(db) => db,
        Err(error) => return json!({ "err": error.to_string() }),
    };
    let (one, two) = ("one".to_string(), "two".to_string());
    let set = text(db.set(&one, &1, None));
    let get = text(db.get(&one));
    let tx = db.begin_tx().unwrap_or(0);
    let queued = text(db.set(&two, &2, Some(tx)));
    let unseen = db.get(&two).is_err();
    let committed = text(db.commit_tx(tx));
    let seen = text(db.get(&two));
    let deleted = text(db.delete(&one, None));
    let gone = db.get(&one).is_err();
    let removed = text(kv::remove_db(package, "numbers", None));
    json!([set, get, queued, unseen, committed, seen, deleted, gone, removed])
}

fn rows() -> Value {
    let package = kinode::our().package_id();
    let db = match sqlite::open(package.clone(), "people", None) {
        Ok(db) => db,
        Err(error) => return json!({ "err": error.to_string() }),
    };
    let made = text(db.write(
        "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT)".to_string(),
        vec![],
        None,
    ));
    let insert = "INSERT INTO people (name) VALUES (?)".to_string();
    let first = text(db.write(insert.clone(), vec![json!("Bob")], None));
    let tx = db.begin_tx().unwrap_or(0);
    let queued = text(db.write(insert, vec![json!("Ann")], Some(tx)));
    let committed = text(db.commit_tx(tx));
    let read = text(db.read(
        "SELECT name FROM people WHERE id < ? ORDER BY id".to_string(),
        vec![json!(3)],
    ));
    let refused = db.read("DELETE FROM people".to_string(), vec![]).is_err();
    let removed = text(sqlite::remove_db(package, "people", None));
    json!([made, first, queued, committed, read, refused, removed])
}
