//! The JavaScript face of `CartStoreClient` where a method is more than one call on one object.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use js_sys::{Array, JsString};
use lru::LruCache;
use wasm_bindgen::prelude::*;

use super::call::{Call, Outcome};
use super::client::{CartStoreClient, Merge};
use super::memory::MemoryCart;
use super::{operations, parse};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::namespace::ClientNamespace;
use crate::host::report::JsReport;
use crate::host::task::{CallResult, finish, run};
use crate::protocol::name::{CART, check_name};
use crate::stub::call::Namespace;

/// `CartStoreClient.mergeCart`. `args`: policy, TTL, version, owner.
#[wasm_bindgen(js_name = cartsMerge)]
pub fn carts_merge(
    namespace: &ClientNamespace,
    from: String,
    into: String,
    key: String,
    args: Vec<JsValue>,
    report: Option<JsReport>,
) -> JsValue {
    let objects = Namespace::new(namespace, report);
    let merge = Merge {
        from,
        into,
        key,
        ttl_seconds: args.get(1).cloned().unwrap_or_default(),
        owner: args.get(3).cloned().unwrap_or_default(),
        args,
    };
    run(async move { CartStoreClient { objects }.merge(merge).await })
}

// Together, and of as many carts at most.
const MAX_BYTES: usize = 8 << 20;
const MAX_CARTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);

thread_local! {
    static CARTS: RefCell<LruCache<(u32, String), MemoryCart>> =
        RefCell::new(LruCache::new(MAX_CARTS));
}

/// The cart of this isolate's memory, as its object would reply: `method` with its arguments. `namespace_id` is
/// the number of the namespace's handle.
#[wasm_bindgen(js_name = cartInMemory)]
#[allow(
    clippy::too_many_arguments,
    reason = "flat arguments cross without an object to read"
)]
pub fn cart_in_memory(
    namespace_id: u32,
    id: String,
    method: &str,
    json: JsString,
    ttl_seconds: f64,
    key: Option<String>,
    if_version: Option<f64>,
    owner: Option<String>,
) -> JsValue {
    let operation = if method == "mutate" { "change" } else { method };
    let call = Call::new(now(), ttl_seconds, key, if_version, owner)
        .map(|call| call.doing(operation, || String::from(&json)));
    finish(call.map_err(Into::into).and_then(|call| {
        check_name(&id, CART)?;
        CARTS.with_borrow_mut(|carts| {
            let place = (namespace_id, id);
            // What is refused, or only read, makes no cart.
            let mut cart = carts.get(&place).cloned().unwrap_or_default();
            let reply = in_memory(&mut cart, method, &json, &call)?;
            if method != "get" || carts.contains(&place) {
                carts.put(place, cart);
                evict(carts);
            }
            Ok(reply)
        })
    }))
}

// The cart that was changed last stays, however large.
fn evict(carts: &mut LruCache<(u32, String), MemoryCart>) {
    let mut bytes: usize = carts.iter().map(|(_, cart)| cart.bytes()).sum();
    while bytes > MAX_BYTES && carts.len() > 1 {
        bytes -= carts.pop_lru().map_or(bytes, |(_, cart)| cart.bytes());
    }
}

fn in_memory(cart: &mut MemoryCart, method: &str, json: &JsString, call: &Call) -> CallResult {
    if method == "get" {
        let version = operations::read(cart, call)?;
        return Ok(version.map_or(JsValue::NULL, |version| {
            Array::of2(&version.into(), &cart.json().into()).into()
        }));
    }
    let outcome = match method {
        "set" => operations::set_lines(cart, &parse::lines(json)?, call),
        "change" | "mutate" => operations::change(cart, &parse::changes(json)?, call),
        "delete" => operations::delete(cart, call),
        _ => Err(Error::UnknownOperation),
    };
    let Outcome { version, found } = outcome?;
    cart.forget(call.now);
    Ok(Array::of3(&version.into(), &found.into(), &cart.json().into()).into())
}
