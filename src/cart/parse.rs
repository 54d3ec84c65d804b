//! Lines and changes as JavaScript sends them: JSON texts, taken apart by `js/wasm/imports/cart.ts`, checked here.

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::call::check_key;
use super::change::Change;
use super::error::CartError;
use super::header::MAX_LINES;
use super::line::{self, Line, check_quantity};

#[wasm_bindgen]
extern "C" {
    // For each line: key, id of the SKU, the SKU as JSON, quantity, size, the other fields as JSON. What
    // is not as it should be is undefined.
    #[wasm_bindgen(js_namespace = host, js_name = cartLines)]
    fn cart_lines(json: &JsString) -> Option<Array>;

    // For each change: op, skuId, id of the SKU, the SKU as JSON, quantity, size, size and rental as JSON,
    // whether there is a rental.
    #[wasm_bindgen(js_namespace = host, js_name = cartChanges)]
    fn cart_changes(json: &JsString) -> Option<Array>;
}

const LINE_FIELDS: usize = 6;
const CHANGE_FIELDS: usize = 8;

/// The lines of a cart, with their keys.
pub(super) fn lines(json: &JsString) -> Result<Vec<(String, Line)>, CartError> {
    let fields = cart_lines(json).ok_or(CartError::BadLine)?.to_vec();
    if fields.len() > MAX_LINES as usize * LINE_FIELDS {
        return Err(CartError::TooManyLines);
    }
    fields.chunks_exact(LINE_FIELDS).map(line).collect()
}

fn line(fields: &[JsValue]) -> Result<(String, Line), CartError> {
    let [key, id, sku, qty, size, rest] = fields else {
        return Err(CartError::BadLine);
    };
    let key = key.as_string().ok_or(CartError::BadLine)?;
    check_key(&key, CartError::BadLineKey)?;
    let (id, sku) = id
        .as_string()
        .zip(sku.as_string())
        .ok_or(CartError::BadSku)?;
    let rest = rest.as_string().ok_or(CartError::BadLine)?;
    if line::line_key(&id, optional_text(size)?.as_deref()) != key {
        return Err(CartError::BadLine);
    }
    let line = Line::new(&key, &sku, quantity(qty)?, &rest);
    Ok((key, line))
}

/// The changes of one call, at least one.
pub(super) fn changes(json: &JsString) -> Result<Vec<Change>, CartError> {
    let fields = cart_changes(json).ok_or(CartError::BadChange)?.to_vec();
    if fields.is_empty() || fields.len() > MAX_LINES as usize * CHANGE_FIELDS {
        return Err(CartError::BadChange);
    }
    fields.chunks_exact(CHANGE_FIELDS).map(change).collect()
}

fn change(fields: &[JsValue]) -> Result<Change, CartError> {
    let [op, key, id, sku, qty, size, rest, rented] = fields else {
        return Err(CartError::BadChange);
    };
    match op.as_string().as_deref() {
        Some("increment") => {
            let (id, sku) = id
                .as_string()
                .zip(sku.as_string())
                .ok_or(CartError::BadSku)?;
            let rest = rest.as_string().ok_or(CartError::BadLine)?;
            let key = line::line_key(&id, optional_text(size)?.as_deref());
            check_key(&key, CartError::BadLineKey)?;
            let line = Line::new(&key, &sku, quantity(qty)?, &rest);
            let keeps_tail = !rented.is_truthy();
            Ok(Change::Increment {
                key,
                line,
                keeps_tail,
            })
        }
        Some("setQty") => Ok(Change::SetQty(line_key(key)?, quantity(qty)?)),
        Some("remove") => Ok(Change::Remove(line_key(key)?)),
        _ => Err(CartError::BadChange),
    }
}

fn line_key(key: &JsValue) -> Result<String, CartError> {
    let key = key.as_string().ok_or(CartError::BadLineKey)?;
    check_key(&key, CartError::BadLineKey)?;
    Ok(key)
}

fn quantity(qty: &JsValue) -> Result<i32, CartError> {
    check_quantity(qty.as_f64().unwrap_or(f64::NAN))
}

fn optional_text(text: &JsValue) -> Result<Option<String>, CartError> {
    if text.is_undefined() {
        return Ok(None);
    }
    text.as_string().map(Some).ok_or(CartError::BadLine)
}
