//! `SessionStoreClient`: the steps of a call, in an order that leaves at worst an index entry without a
//! session when the process dies between any two (docs/architecture.md).

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use super::reply::{Entry, Index, owner, timestamp, was_kept};
use crate::error::Error;
use crate::host::clock::now;
use crate::host::report::Note;
use crate::host::task::CallResult;
use crate::protocol::call_time::CallTime;
use crate::protocol::name::check_name;
use crate::session::object_name;
use crate::session::policy::is_settled;
use crate::session::revocation::isolate::learn_revoked;
use crate::stub::call::{CONCURRENCY, Namespace};

/// Sessions behind one namespace, for the length of a call.
pub struct SessionStoreClient {
    /// The namespace.
    pub objects: Namespace,
}

fn session_name(id: &str) -> JsString {
    object_name::of_session(id).into()
}

fn customer_name(id: &str) -> JsString {
    object_name::of_customer(id).into()
}

fn calls(entries: &[Entry], args: &[JsValue]) -> Vec<(JsString, Vec<JsValue>)> {
    let name = |entry: &Entry| session_name(&String::from(&entry.id));
    entries
        .iter()
        .map(|entry| (name(entry), args.to_vec()))
        .collect()
}

// No call carries when it was made: what it changes is named by a logical timestamp.
fn ask<'a>(
    objects: &'a Namespace,
    name: &'a JsString,
    method: &'static str,
    args: &'a [JsValue],
) -> impl Future<Output = Result<JsValue, Error>> + 'a {
    objects.call(name, method, args, CallTime::Omitted)
}

impl SessionStoreClient {
    /// The record of a session, or null.
    ///
    /// # Errors
    /// An invalid id, or the object failed.
    pub async fn get(&self, id: &str) -> CallResult {
        check_name(id, "sessionId")?;
        let found = ask(&self.objects, &session_name(id), "readSession", &[]).await?;
        self.objects.report.hit(!found.is_null());
        Ok(found)
    }

    /// Stores a record for `ttl_ms`. The index first: a process that ends between the two leaves an entry
    /// without a session, and never a session that its customer's index does not know.
    ///
    /// # Errors
    /// An invalid record, `conflict`, `limit_exceeded`, or an object failed.
    pub async fn set(&self, id: &str, customer: &str, record: &JsValue, ttl_ms: f64) -> CallResult {
        let started = now();
        let args = [JsValue::from(id), ttl_ms.into()];
        let timestamp = ask(&self.objects, &customer_name(customer), "addEntry", &args).await?;
        let args = [record.clone(), timestamp, ttl_ms.into()];
        let objects = self.objects.rest_of(started);
        let moved = ask(&objects, &session_name(id), "putSession", &args).await?;
        self.forget_place(id, &moved, started).await;
        Ok(JsValue::UNDEFINED)
    }

    /// Deletes a session.
    ///
    /// # Errors
    /// An invalid id, or the object failed.
    pub async fn delete(&self, id: &str) -> CallResult {
        check_name(id, "sessionId")?;
        let started = now();
        // Which session it is, first: no timestamp is 0, so nothing is deleted yet. What comes late then finds that
        // one or none. An object of the version before deletes it at once.
        let mut place = self.remove(id, JsValue::from(0), started).await?;
        if was_kept(&place) {
            place = self.remove(id, timestamp(&place), started).await?;
        }
        // Kept still: it was set anew meanwhile, which counts as after this.
        if !was_kept(&place) {
            self.forget_place(id, &place, started).await;
        }
        Ok(JsValue::UNDEFINED)
    }

    async fn remove(&self, id: &str, timestamp: JsValue, started: f64) -> CallResult {
        let objects = self.objects.rest_of(started);
        ask(&objects, &session_name(id), "removeSession", &[timestamp]).await
    }

    // Best effort: an entry without a session harms nobody, and goes by itself.
    async fn forget_place(&self, id: &str, place: &JsValue, started: f64) {
        let Some(customer) = owner(place) else {
            return;
        };
        let entry = Entry {
            id: JsString::from(id),
            timestamp: timestamp(place),
        };
        let objects = self.objects.rest_of(started);
        forget(&objects, &customer, &[entry], false).await;
    }

    /// The live sessions of a customer, oldest first: what each session's own object says.
    ///
    /// # Errors
    /// An invalid id, or an object failed.
    pub async fn list(&self, customer: &str) -> CallResult {
        check_name(customer, "customerId")?;
        let started = now();
        let index = ask(&self.objects, &customer_name(customer), "readIndex", &[]).await?;
        let index = Index::of(&index);
        let (found, mut stale) = (Array::new(), Vec::new());
        for batch in index.entries.chunks(CONCURRENCY) {
            let objects = self.objects.rest_of(started);
            let records = objects.call_batch(&calls(batch, &[]), "readSession").await;
            for (record, entry) in records.into_iter().zip(batch) {
                let record = record?;
                let set_at = || entry.timestamp.as_f64();
                if owner(&record).is_some_and(|owner| owner == customer) {
                    found.push(&record);
                } else if set_at().is_some_and(|set_at| is_settled(index.at, set_at)) {
                    stale.push(entry.clone());
                }
            }
        }
        if !stale.is_empty() {
            let objects = self.objects.rest_of(started);
            forget(&objects, customer, &stale, true).await;
        }
        Ok(found.into())
    }

    /// Revokes all sessions of a customer, and what is cached of them; returns how many there were.
    /// `namespace_id` is that of the handle: this isolate knows at once what was revoked.
    ///
    /// # Errors
    /// An invalid id, or the customer's object failed; [`Error::Partial`] when some sessions' objects did.
    pub async fn revoke_all(&self, customer: &str, namespace_id: u32) -> CallResult {
        check_name(customer, "customerId")?;
        let name = object_name::of_customer(customer);
        let args = [JsValue::TRUE];
        let reply = ask(&self.objects, &name.as_str().into(), "revokeUser", &args).await?;
        let revoked_at = timestamp(&reply);
        learn_revoked(namespace_id, &name, revoked_at.as_f64().unwrap_or(0.0));
        let args = [JsValue::from(customer), revoked_at];
        let (mut revoked, mut failure) = (0_usize, None);
        // A batch has the whole time limit, and the index is told of it: neither a session that hangs nor the end
        // of the invocation's calls takes away the progress that the next call builds on.
        for batch in Index::of(&reply).entries.chunks(CONCURRENCY) {
            let calls = calls(batch, &args);
            let replies = self.objects.call_batch(&calls, "revokeSession").await;
            let mut done = Vec::with_capacity(batch.len());
            for (reply, entry) in replies.into_iter().zip(batch) {
                match reply {
                    Ok(there) => {
                        revoked += usize::from(there.is_truthy());
                        done.push(entry.clone());
                    }
                    Err(error) => failure = Some(error),
                }
            }
            if !done.is_empty() {
                forget(&self.objects, customer, &done, false).await;
            }
        }
        match failure {
            Some(error) => Err(error.after(revoked, None)),
            None => Ok(JsValue::from(revoked as f64)),
        }
    }
}

// Has the index forget entries. Its failure is a note.
async fn forget(objects: &Namespace, customer: &str, entries: &[Entry], settled_only: bool) {
    let ids: Array = entries.iter().map(|entry| &entry.id).collect();
    let timestamps: Array = entries.iter().map(|entry| &entry.timestamp).collect();
    let args = [ids.into(), timestamps.into(), settled_only.into()];
    if let Err(error) = ask(objects, &customer_name(customer), "forgetEntries", &args).await {
        objects.report.note_code(Note::ObjectFailed, error.code());
    }
}
