//! The JavaScript face of `RateLimiterClient` on Durable Objects.

use wasm_bindgen::prelude::*;

use super::client::{ExactLimiterClient, Keyed, Operation};
use crate::error::Error;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::run;
use crate::rate_limit::limit::OnUnavailable;
use crate::rate_limit::request::requests;
use crate::stub::call::Namespace;

#[wasm_bindgen]
extern "C" {
    /// What a client knows of its limiter: `ExactLimiter` of `js/wasm/clients.d.ts`.
    pub type ExactLimiter;
    #[wasm_bindgen(method, getter, structural)]
    fn namespace(this: &ExactLimiter) -> ClientNamespace;
    #[wasm_bindgen(method, getter, structural, js_name = namespaceId)]
    fn namespace_id(this: &ExactLimiter) -> u32;
    #[wasm_bindgen(method, getter, structural, js_name = onUnavailable)]
    fn on_unavailable(this: &ExactLimiter) -> String;
    #[wasm_bindgen(method, getter, structural, js_name = localBlock)]
    fn local_block(this: &ExactLimiter) -> bool;
}

fn client(limiter: &ExactLimiter, report: Option<JsReport>) -> Result<ExactLimiterClient, Error> {
    let on_unavailable = OnUnavailable::named(&limiter.on_unavailable());
    Ok(ExactLimiterClient {
        objects: Namespace::new(&limiter.namespace(), report),
        namespace_id: limiter.namespace_id(),
        on_unavailable: on_unavailable.ok_or(Error::UnknownOperation)?,
        local_block: limiter.local_block(),
    })
}

/// A call by the name of the object's method. `limits` is an array of `RateLimitConfig`, of which the object gets a
/// copy of what it needs.
#[wasm_bindgen(js_name = exactLimit)]
pub fn exact_limit(
    limiter: ExactLimiter,
    operation: String,
    identifier: String,
    limits: JsValue,
    cost: f64,
    report: Option<JsReport>,
) -> JsValue {
    run(async move {
        let client = client(&limiter, report)?;
        let operation = Operation::named(&operation).ok_or(Error::UnknownOperation)?;
        let read = requests(&limits, &cost.into())?;
        let keyed: Vec<Keyed> = read.iter().map(Keyed::of).collect();
        client
            .call(operation, &identifier, &keyed, limits.unchecked_ref())
            .await
    })
}
