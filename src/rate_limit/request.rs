//! A limit as JavaScript has it, from a client's caller or by RPC: it may be anything, and is a limit or an error.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::kv::key;
use crate::rate_limit::limit::{Algorithm, Limit, LimitError, MAX_LIMITS};

#[wasm_bindgen]
extern "C" {
    // `limit`, `window`, `keyPrefix` and `algorithm` of a `RateLimitConfig`; undefined for what is no object, or throws
    // when it is read, as a stub of RPC may.
    #[wasm_bindgen(js_namespace = host, js_name = limitFields)]
    fn limit_fields(config: &JsValue) -> Option<Vec<JsValue>>;
}

// Longer than the name of any algorithm, in UTF-16 units.
const MAX_NAME: u32 = 32;

/// A limit, and under which prefix it counts.
#[derive(Clone, Debug)]
pub struct Request {
    /// `keyPrefix`.
    pub prefix: JsString,
    /// The limit.
    pub limit: Limit,
}

/// The limits of one call.
pub fn requests(configs: &JsValue, cost: &JsValue) -> Result<Vec<Request>, Error> {
    if !Array::is_array(configs) {
        return Err(LimitError::Shape.into());
    }
    let configs: &Array = configs.unchecked_ref();
    if !(1..=MAX_LIMITS as u32).contains(&configs.length()) {
        return Err(LimitError::Count.into());
    }
    let mut requests: Vec<Request> = Vec::new();
    for config in configs.iter() {
        let request = request(&config, cost)?;
        if requests.iter().any(|known| known.prefix == request.prefix) {
            return Err(LimitError::Duplicate.into());
        }
        requests.push(request);
    }
    Ok(requests)
}

/// One limit.
pub fn request(config: &JsValue, cost: &JsValue) -> Result<Request, Error> {
    let fields = limit_fields(config).ok_or(LimitError::Shape)?;
    let [limit, window, key_prefix, algorithm] =
        <[JsValue; 4]>::try_from(fields).map_err(|_| LimitError::Shape)?;
    let number = |value: &JsValue| value.as_f64().unwrap_or(f64::NAN);
    let algorithm = algorithm_of(&algorithm).ok_or(Error::Unsupported(
        "algorithm must be 'fixed-window', 'sliding-window' or 'token-bucket'",
    ))?;
    let limit = Limit::new(number(&limit), number(&window), number(cost))?;
    Ok(Request {
        prefix: prefix(key_prefix)?,
        limit: limit.by(algorithm),
    })
}

fn algorithm_of(name: &JsValue) -> Option<Algorithm> {
    if name.is_undefined() {
        return Some(Algorithm::FixedWindow);
    }
    // Its length first: what is copied into our memory makes that larger for good.
    name.dyn_ref::<JsString>()
        .filter(|name| name.length() <= MAX_NAME)
        .and_then(|name| Algorithm::named(&String::from(name)))
}

/// A `keyPrefix`.
pub fn prefix(value: JsValue) -> Result<JsString, Error> {
    let prefix: JsString = value.dyn_into().map_err(|_| LimitError::Shape)?;
    // Empty is a prefix as well; a lone surrogate would be stored as another character.
    if prefix.length() > 2 {
        key::check(&prefix, "keyPrefix")?;
    }
    if prefix.is_valid_utf16() {
        Ok(prefix)
    } else {
        Err(LimitError::Shape.into())
    }
}

/// The id of a call: a whole number.
pub fn call_id(value: &JsValue) -> Result<f64, Error> {
    let id = value.as_f64().unwrap_or(f64::NAN);
    let whole = (0.0..=crate::rate_limit::limit::MAX_LIMIT).contains(&id) && id.fract() == 0.0;
    if whole {
        Ok(id)
    } else {
        Err(LimitError::Shape.into())
    }
}
