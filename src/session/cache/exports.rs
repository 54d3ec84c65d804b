//! The JavaScript face of `SessionCacheClient`: one function for each public call.

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

use super::client::SessionCacheClient;
use crate::host::kv::KvHandle;
use crate::host::namespace::ClientNamespace;
use crate::host::report::{JsReport, Report};
use crate::host::task::run;
use crate::kv::flight::Member;
use crate::kv::handle::Kv;
use crate::session::revocation::client::RevocationClient;
use crate::session::token::Token;
use crate::stub::call::Namespace;

#[wasm_bindgen]
extern "C" {
    /// What `js/session/cache_client.ts` hands over when `revocations` is set.
    pub type RevocationOptions;
    #[wasm_bindgen(method, getter, structural)]
    fn namespace(this: &RevocationOptions) -> ClientNamespace;
    #[wasm_bindgen(method, getter, structural, js_name = namespaceId)]
    fn namespace_id(this: &RevocationOptions) -> u32;
    #[wasm_bindgen(method, getter, structural, js_name = stalenessMs)]
    fn staleness_ms(this: &RevocationOptions) -> f64;
    // There is one without a listener as well: it takes the time that the call waits for objects.
    #[wasm_bindgen(method, getter, structural)]
    fn report(this: &RevocationOptions) -> Option<JsReport>;
}

fn client(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    track_users: bool,
    max_age_ms: f64,
    revocations: Option<RevocationOptions>,
    report: Option<JsReport>,
) -> SessionCacheClient {
    let report = Report(report);
    let revocations = revocations.map(|options| revocations_of(&options));
    SessionCacheClient {
        // Revocations need the metadata; a plain read does without.
        kv: Kv::new(kv, revocations.is_some(), limit_ms),
        hash_tokens,
        track_users,
        max_age_ms,
        revocations,
        report,
    }
}

fn revocations_of(options: &RevocationOptions) -> Box<RevocationClient> {
    Box::new(RevocationClient {
        objects: Namespace::new(&options.namespace(), options.report()),
        namespace_id: options.namespace_id(),
        staleness_ms: options.staleness_ms(),
    })
}

/// `SessionCacheClient.get`.
#[wasm_bindgen(js_name = sessionGet)]
pub fn session_get(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    revocations: Option<RevocationOptions>,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, 0.0, revocations, report).reading();
    run(async move { client.get(&Token::new(token)).await })
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
    max_age_ms: f64,
    revocations: Option<RevocationOptions>,
    token: JsString,
    loader: Function,
    member: Member,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(
        kv,
        limit_ms,
        hash_tokens,
        track_users,
        max_age_ms,
        revocations,
        report,
    )
    .reading();
    run(async move {
        client
            .get_or_load(&Token::new(token), &loader, &member)
            .await
    })
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
    max_age_ms: f64,
    revocations: Option<RevocationOptions>,
    token: JsString,
    data: JsValue,
    as_of: Option<f64>,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(
        kv,
        limit_ms,
        hash_tokens,
        track_users,
        max_age_ms,
        revocations,
        report,
    );
    run(async move { client.set(&Token::new(token), &data, as_of).await })
}

/// `SessionCacheClient.delete`.
#[wasm_bindgen(js_name = sessionDelete)]
pub fn session_delete(
    kv: KvHandle,
    limit_ms: f64,
    hash_tokens: bool,
    revocations: Option<RevocationOptions>,
    token: JsString,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, hash_tokens, false, 0.0, revocations, report);
    run(async move { client.delete(&Token::new(token)).await })
}

/// `SessionCacheClient.deleteUserSessions`.
#[wasm_bindgen(js_name = sessionDeleteUser)]
pub fn session_delete_user(
    kv: KvHandle,
    limit_ms: f64,
    track_users: bool,
    revocations: Option<RevocationOptions>,
    user_id: String,
    report: Option<JsReport>,
) -> JsValue {
    let client = client(kv, limit_ms, false, track_users, 0.0, revocations, report);
    run(async move { client.delete_user_sessions(&user_id).await })
}
