//! The JavaScript face of `SessionCacheClient`: one function for each public call.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::client::SessionCacheClient;
use crate::host::kv::{Kv, KvHandle};
use crate::host::report::{JsReport, Report};
use crate::host::task::run;

fn client(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    report: Option<JsReport>,
) -> SessionCacheClient {
    let kv = Kv::new(kv, false, limit_ms);
    SessionCacheClient {
        kv,
        hash_tokens,
        track_users,
        report: Report(report),
    }
}

/// `SessionCacheClient.get`.
#[wasm_bindgen(js_name = sessionGet)]
pub fn session_get(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, report);
    run(async move { client.get(&token).await })
}

/// `SessionCacheClient.set`.
#[wasm_bindgen(js_name = sessionSet)]
pub fn session_set(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    token: JsString,
    data: JsValue,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, track_users, report);
    run(async move { client.set(&token, &data).await })
}

/// `SessionCacheClient.delete`.
#[wasm_bindgen(js_name = sessionDelete)]
pub fn session_delete(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, report);
    run(async move { client.delete(&token).await })
}

/// `SessionCacheClient.deleteUserSessions`.
#[wasm_bindgen(js_name = sessionDeleteUser)]
pub fn session_delete_user(
    kv: KvHandle,
    limit_ms: f64,
    user_id: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, false, true, report);
    run(async move { client.delete_user_sessions(&user_id).await })
}
