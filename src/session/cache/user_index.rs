//! The index of a user's cached sessions: an empty entry in KV for each, whose metadata names the session's key.

use js_sys::{Array, JsString};

use super::entry::{self, Checked};
use super::key::user_prefix;
use crate::error::Error;
use crate::host::kv::PutOptions;
use crate::host::report::{Note, Report};
use crate::kv::handle::Kv;
use crate::kv::listing::Listed;
use crate::kv::{CONCURRENCY, MAX_OPERATIONS, key};
use crate::session::token::Token;

/// Enters a session under its user, for `seconds`.
///
/// # Errors
/// An id too long for a key, or KV failed.
pub(super) async fn add(
    kv: &Kv,
    report: &Report,
    token: &Token,
    session_key: &JsString,
    session: &Checked,
    seconds: f64,
) -> Result<(), Error> {
    let Some(user_id) = &session.user_id else {
        report.note(Note::NotTracked);
        return Ok(());
    };
    let entry = user_prefix(user_id) + token.hash();
    key::check_text(&entry)?;
    let metadata = entry::index_metadata(session_key);
    let options = PutOptions::expiring(seconds).with_metadata(metadata);
    kv.put(&entry.into(), &"".into(), &options).await
}

/// Deletes every session of a user that KV lists; returns how many.
///
/// # Errors
/// An id too long for a key, KV failed, or more sessions than one invocation can delete.
pub(super) async fn delete_sessions(kv: &Kv, user_id: &str) -> Result<usize, Error> {
    let prefix = user_prefix(user_id);
    key::check_text(&prefix)?;
    let prefix = JsString::from(prefix);
    let (mut cursor, mut used, mut deleted) = (None, 0, 0);
    loop {
        let page = kv.list(&prefix, 1_000.0, cursor.as_ref()).await?;
        used += 1;
        for batch in page.keys.chunks(CONCURRENCY) {
            if used + 2 * batch.len() > MAX_OPERATIONS {
                return Err(Error::out_of_operations(deleted, Array::new()));
            }
            delete_batch(kv, batch, deleted).await?;
            used += 2 * batch.len();
            deleted += batch.len();
        }
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(deleted);
        }
        if used + 1 > MAX_OPERATIONS {
            return Err(Error::out_of_operations(deleted, Array::new()));
        }
    }
}

// The sessions before their entries, so that what failed is found again by the next call.
async fn delete_batch(kv: &Kv, entries: &[Listed], deleted: usize) -> Result<(), Error> {
    let sessions: Vec<JsString> = entries.iter().filter_map(entry::session_key).collect();
    let names: Vec<JsString> = entries.iter().map(|entry| entry.name.clone()).collect();
    for keys in [sessions, names] {
        let failures = kv.delete_batch(&keys).await?;
        if let Some(error) = failures.into_iter().flatten().next() {
            return Err(error.after(deleted, Array::new()));
        }
    }
    Ok(())
}
