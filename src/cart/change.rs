//! One change of a line. Pure, but for the comparison of two JSON texts.

use wasm_bindgen::prelude::*;

use super::error::CartError;
use super::header::Header;
use super::line::{Line, MAX_QUANTITY};
use super::storage::{CartStorage, StoredLine};
use crate::error::Error;

#[wasm_bindgen]
extern "C" {
    // Whether two lines of one key, by their tails, are of one size and, if `rented`, of one rental.
    #[wasm_bindgen(js_namespace = host, js_name = cartLinesMatch)]
    fn lines_match(one: &str, other: &str, rented: bool) -> bool;
}

/// One change of a line.
#[derive(Clone, Debug)]
pub enum Change {
    /// Adds to a quantity; `keeps_tail` when the call names no rental.
    Increment {
        /// The line's key.
        key: String,
        /// The line as it is when it is new; its quantity is the step.
        line: Line,
        /// Whether a line that is there keeps its own size and rental.
        keeps_tail: bool,
    },
    /// Sets a quantity.
    SetQty(String, i32),
    /// Deletes a line.
    Remove(String),
}

impl Change {
    /// The key of the line it changes.
    pub fn key(&self) -> &str {
        match self {
            Self::Increment { key, .. } | Self::SetQty(key, _) | Self::Remove(key) => key,
        }
    }
}

/// Applies a change to the line that is there, if one is. Returns whether one was, or is now.
///
/// # Errors
/// [`CartError`] when the line is another's, or the cart or the quantity would be too large; nothing was written then.
/// Or the storage failed.
pub(super) fn apply(
    storage: &mut dyn CartStorage,
    header: &mut Header,
    change: &Change,
    old: Option<StoredLine>,
) -> Result<bool, Error> {
    let (key, qty) = match change {
        Change::Increment {
            key,
            line,
            keeps_tail,
        } => {
            if let Some(old) = &old {
                check_line(old, line, !keeps_tail)?;
            }
            let qty = old.as_ref().map_or(0, |old| old.qty) + line.qty;
            if qty > 0 {
                let tail = match &old {
                    Some(old) if *keeps_tail => old.tail.clone(),
                    _ => line.tail.clone(),
                };
                let head = line.head.clone();
                let line = Line { head, qty, tail };
                put_line(storage, header, key, old.map(|old| old.bytes), &line)?;
                return Ok(true);
            }
            // Also when there is none: the call has had its effect.
            if old.is_none() {
                return Ok(true);
            }
            (key, 0)
        }
        Change::SetQty(key, qty) => (key, *qty),
        Change::Remove(key) => (key, 0),
    };
    let Some(old) = old else {
        return Ok(false);
    };
    if qty > 0 {
        storage.set_qty(key, qty)?;
    } else {
        header.subtract_line(old.bytes);
        storage.delete_line(key)?;
    }
    Ok(true)
}

/// Two lines under one key are one line: of one SKU, size and rental. Of one size they are of one SKU, since the key is
/// made of both.
///
/// # Errors
/// [`CartError::OtherLine`].
pub(super) fn check_line(old: &StoredLine, line: &Line, rented: bool) -> Result<(), CartError> {
    // Mostly the same text, which is not taken apart.
    if old.tail == line.tail || lines_match(&old.tail, &line.tail, rented) {
        Ok(())
    } else {
        Err(CartError::OtherLine)
    }
}

/// Writes a line in place of one of `old` bytes, or of none.
///
/// # Errors
/// As [`apply`].
pub(super) fn put_line(
    storage: &mut dyn CartStorage,
    header: &mut Header,
    key: &str,
    old: Option<u32>,
    line: &Line,
) -> Result<(), Error> {
    if line.qty > MAX_QUANTITY {
        return Err(CartError::TooMany.into());
    }
    header.add_line(old, line.bytes())?;
    storage.put_line(key, line)
}
