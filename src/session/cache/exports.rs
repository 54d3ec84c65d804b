//! The JavaScript face of `SessionCacheClient`: one function for each public call.

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::client::SessionCacheClient;
use crate::host::kv::KvHandle;
use crate::host::namespace::NamespaceHandle;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::kv::handle::Kv;
use crate::session::revocation::client::Gate;
use crate::stub::call::Objects;

#[wasm_bindgen]
extern "C" {
    /// What `js/session.ts` hands over when `revocations` is set: one argument instead of four.
    pub type GateOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn objects(this: &GateOptions) -> NamespaceHandle;
    #[wasm_bindgen(method, getter, structural)]
    fn number(this: &GateOptions) -> u32;
    #[wasm_bindgen(method, getter, structural, js_name = limitMs)]
    fn limit_ms(this: &GateOptions) -> f64;
    #[wasm_bindgen(method, getter, structural, js_name = stalenessMs)]
    fn staleness_ms(this: &GateOptions) -> f64;
}

fn client(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    gate: Option<GateOptions>,
    report: Option<JsReport>,
) -> SessionCacheClient {
    let report = Report(report);
    let gate = gate.map(|gate| gate_of(&gate, report.clone()));
    SessionCacheClient {
        // Revocations need the metadata; a plain read does without.
        kv: Kv::new(kv, gate.is_some(), limit_ms),
        hash_tokens,
        track_users,
        gate,
        report,
    }
}

fn gate_of(gate: &GateOptions, report: Report) -> Box<Gate> {
    Box::new(Gate {
        objects: Objects {
            handle: gate.objects(),
            placement: JsValue::UNDEFINED,
            limit_ms: gate.limit_ms(),
            report,
        },
        handle: gate.number(),
        staleness_ms: gate.staleness_ms(),
    })
}

/// `SessionCacheClient.get`.
#[wasm_bindgen(js_name = sessionGet)]
pub fn session_get(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    gate: Option<GateOptions>,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, gate, report);
    run(async move { client.get(&token).await })
}

/// `SessionCacheClient.getOrLoad`.
#[wasm_bindgen(js_name = sessionGetOrLoad)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn session_get_or_load(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    gate: Option<GateOptions>,
    token: JsString,
    loader: Function,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, track_users, gate, report);
    run(async move { client.get_or_load(&token, &loader).await })
}

/// `SessionCacheClient.set`.
#[wasm_bindgen(js_name = sessionSet)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn session_set(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    gate: Option<GateOptions>,
    token: JsString,
    data: JsValue,
    as_of: Option<f64>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, track_users, gate, report);
    run(async move { client.set(&token, &data, as_of).await })
}

/// `SessionCacheClient.delete`.
#[wasm_bindgen(js_name = sessionDelete)]
pub fn session_delete(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    gate: Option<GateOptions>,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, gate, report);
    run(async move { client.delete(&token).await })
}

/// `SessionCacheClient.deleteUserSessions`.
#[wasm_bindgen(js_name = sessionDeleteUser)]
pub fn session_delete_user(
    kv: KvHandle,
    limit_ms: f64,
    track_users: bool,
    gate: Option<GateOptions>,
    user_id: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, false, track_users, gate, report);
    run(async move { client.delete_user_sessions(&user_id).await })
}
