//! The index of a user's cached sessions: an empty entry in KV for each, whose metadata names the session's key.

use js_sys::JsString;

use super::entry;
use super::key::{HASHED_SUFFIX, SESSION_PREFIX, user_prefix};
use crate::error::Error;
use crate::kv::handle::Kv;
use crate::kv::key::{KeyError, check_text};
use crate::kv::listing::Listed;
use crate::kv::{CONCURRENCY, MAX_BULK_KEYS, MAX_OPERATIONS};
use crate::session::token::Token;

// What `deleteUserSessions` is given.
pub(super) const USER: &str = "userId";
pub(super) const USER_KEY: &str = "userId, in the keys of its entries,";

/// The key of the entry of a session under its user.
///
/// # Errors
/// An id too long for a key.
pub(super) fn entry_key(
    user_id: &str,
    token: &Token,
    hash_tokens: bool,
) -> Result<JsString, KeyError> {
    let suffix = if hash_tokens { HASHED_SUFFIX } else { "" };
    let entry = [&user_prefix(user_id), token.hash(), suffix].concat();
    check_text(
        &entry,
        "session.userId or user.id, in the key of its entry,",
    )?;
    Ok(entry.into())
}

/// Deletes every session of a user that KV lists; returns how many.
///
/// # Errors
/// An id too long for a key, KV failed, or more sessions than one invocation can delete.
pub(super) async fn delete_sessions(kv: &Kv, user_id: &str) -> Result<usize, Error> {
    let prefix = user_prefix(user_id);
    check_text(&prefix, USER_KEY)?;
    let listed = JsString::from(prefix.as_str());
    let (mut cursor, mut used, mut deleted) = (None, 0, 0);
    loop {
        let page = kv.list(&listed, 1_000.0, cursor.as_ref()).await?;
        used += 1;
        for entries in page.keys.chunks(MAX_BULK_KEYS) {
            let hidden = hidden_sessions(entries, &prefix);
            let hidden = if hidden.is_empty() {
                hidden
            } else {
                used += 1;
                there(kv, hidden).await?
            };
            // The sessions before their entries, so that what failed is found again by the next call.
            for batch in hidden.chunks(CONCURRENCY) {
                used += batch.len();
                delete_batch(kv, batch, used, deleted).await?;
            }
            for batch in entries.chunks(CONCURRENCY) {
                let sessions: Vec<_> = batch.iter().filter_map(entry::session_key).collect();
                let names: Vec<_> = batch.iter().map(|entry| entry.name.clone()).collect();
                used += sessions.len() + names.len();
                for keys in [sessions, names] {
                    delete_batch(kv, &keys, used, deleted).await?;
                }
                deleted += batch.len();
            }
        }
        cursor = page.cursor;
        if cursor.is_none() {
            return Ok(deleted);
        }
        if used + 1 > MAX_OPERATIONS {
            return Err(Error::out_of_operations(deleted, None));
        }
    }
}

// `used`: how many operations were made when this is done.
async fn delete_batch(
    kv: &Kv,
    keys: &[JsString],
    used: usize,
    deleted: usize,
) -> Result<(), Error> {
    if used > MAX_OPERATIONS {
        return Err(Error::out_of_operations(deleted, None));
    }
    match kv.delete_batch(keys).await?.into_iter().flatten().next() {
        Some(error) => Err(error.after(deleted, None)),
        None => Ok(()),
    }
}

// Version 0.1 enters a session under its hash by the name that one under its plain token has: the entry that was written
// last hides the other session.
fn hidden_sessions(entries: &[Listed], prefix: &str) -> Vec<JsString> {
    let hidden = entries.iter().filter_map(|listed| {
        let name = String::from(&listed.name);
        let hash = name.strip_prefix(prefix).filter(|hash| hash.len() == 64)?;
        let key = JsString::from([SESSION_PREFIX, hash].concat());
        entry::session_key(listed)
            .is_none_or(|named| named != key)
            .then_some(key)
    });
    hidden.collect()
}

// Those of at most a hundred keys that have a value, in one operation; all, where the handle has no bulk reads.
async fn there(kv: &Kv, mut keys: Vec<JsString>) -> Result<Vec<JsString>, Error> {
    if let Some(found) = kv.get_bulk(&keys.iter().collect()).await? {
        keys.retain(|key| found.get(key).is_truthy());
    }
    Ok(keys)
}
