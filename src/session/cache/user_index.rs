//! The index of a user's cached sessions: an empty entry in KV for each, whose metadata names the session's key.

use js_sys::{Array, JsString};

use super::entry;
use super::key::{HASHED_PREFIX, HASHED_SUFFIX, SESSION_PREFIX, hash_of, user_prefix};
use crate::error::Error;
use crate::kv::handle::Kv;
use crate::kv::key::{KeyError, check_text};
use crate::kv::listing::Listed;
use crate::kv::{CONCURRENCY, MAX_OPERATIONS};
use crate::session::token::Token;

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
    check_text(&entry)?;
    Ok(entry.into())
}

/// Deletes every session of a user that KV lists, under all keys that it may have; returns how many.
///
/// # Errors
/// An id too long for a key, KV failed, or more sessions than one invocation can delete.
pub(super) async fn delete_sessions(kv: &Kv, user_id: &str) -> Result<usize, Error> {
    let prefix = user_prefix(user_id);
    check_text(&prefix)?;
    let listed = JsString::from(prefix.as_str());
    let (mut cursor, mut used, mut deleted) = (None, 0, 0);
    // The entries of one token follow each other.
    let mut last = String::new();
    loop {
        let page = kv.list(&listed, 1_000.0, cursor.as_ref()).await?;
        used += 1;
        for batch in page.keys.chunks(CONCURRENCY) {
            let (sessions, ended) = sessions_of(batch, &prefix, &mut last);
            let entries: Vec<JsString> = batch.iter().map(|entry| entry.name.clone()).collect();
            used += sessions.len() + entries.len();
            if used > MAX_OPERATIONS {
                return Err(Error::out_of_operations(deleted, Array::new()));
            }
            // The sessions before their entries, so that what failed is found again by the next call.
            for keys in sessions
                .chunks(CONCURRENCY)
                .chain(entries.chunks(CONCURRENCY))
            {
                if let Some(error) = kv.delete_batch(keys).await?.into_iter().flatten().next() {
                    return Err(error.after(deleted, Array::new()));
                }
            }
            deleted += ended;
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

// The keys under which the sessions of entries may stand, each once, and how many sessions these are. An entry names
// one; the same session may stand under its hash as well, now or by version 0.1.
fn sessions_of(entries: &[Listed], prefix: &str, last: &mut String) -> (Vec<JsString>, usize) {
    let mut keys = Vec::new();
    let mut sessions = 0;
    for listed in entries {
        let name = String::from(&listed.name);
        let hash = hash_of(&name, prefix).unwrap_or_default();
        let hashed =
            [SESSION_PREFIX, HASHED_PREFIX].map(|prefix| JsString::from([prefix, hash].concat()));
        if let Some(key) = entry::session_key(listed).filter(|key| !hashed.contains(key)) {
            keys.push(key);
        }
        if hash.is_empty() || hash != last {
            sessions += 1;
            if !hash.is_empty() {
                keys.extend(hashed);
            }
        }
        hash.clone_into(last);
    }
    (keys, sessions)
}
