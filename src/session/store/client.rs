//! `SessionStoreClient`: the steps of a call, in an order that leaves at worst an index entry without a
//! session when the process dies between any two (docs/architecture.md).

use js_sys::{Array, JsString};
use wasm_bindgen::prelude::*;

use crate::host::clock::now;
use crate::host::report::Note;
use crate::host::task::CallResult;
use crate::session::id::check_id;
use crate::session::object_name;
use crate::session::policy::is_settled;
use crate::session::revocation::isolate::learn_revoked;
use crate::stub::call::{CONCURRENCY, Objects};
use crate::stub::retry::Stamp;

#[wasm_bindgen]
extern "C" {
    /// `{ at, tick, ids, ticks }`; replies of our own class are plain objects.
    type Index;
    #[wasm_bindgen(method, getter, structural)]
    fn at(this: &Index) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn ids(this: &Index) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn ticks(this: &Index) -> JsValue;

    /// A record, or where one was: `{ customerId, tick }`.
    type Placed;
    #[wasm_bindgen(method, getter, structural, js_name = customerId)]
    fn customer_id(this: &Placed) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn tick(this: &Placed) -> JsValue;
    #[wasm_bindgen(method, getter, structural)]
    fn kept(this: &Placed) -> JsValue;
}

/// Sessions behind one namespace, for the length of a call.
pub struct SessionStoreClient {
    /// The namespace.
    pub objects: Objects,
}

#[derive(Clone)]
struct Entry {
    id: JsString,
    tick: JsValue,
}

fn was_kept(place: &JsValue) -> bool {
    place.is_object() && place.unchecked_ref::<Placed>().kept().is_truthy()
}

fn session_name(id: &str) -> JsString {
    JsString::from(object_name::of_session(id))
}

fn entries(index: &JsValue) -> (f64, Vec<Entry>) {
    if !index.is_object() {
        return (0.0, Vec::new());
    }
    let index = index.unchecked_ref::<Index>();
    let (ids, ticks) = (index.ids(), index.ticks());
    let entries = match (ids.dyn_ref::<Array>(), ticks.dyn_ref::<Array>()) {
        (Some(ids), Some(ticks)) => ids
            .iter()
            .zip(ticks.iter())
            .filter_map(|(id, tick)| {
                Some(Entry {
                    id: id.dyn_into().ok()?,
                    tick,
                })
            })
            .collect(),
        _ => Vec::new(),
    };
    (index.at().as_f64().unwrap_or(0.0), entries)
}

fn calls(entries: &[Entry], args: &[JsValue]) -> Vec<(JsString, Vec<JsValue>)> {
    let name = |entry: &Entry| session_name(&String::from(&entry.id));
    entries
        .iter()
        .map(|entry| (name(entry), args.to_vec()))
        .collect()
}

impl SessionStoreClient {
    /// The record of a session, or null.
    ///
    /// # Errors
    /// An invalid id, or the object failed.
    pub async fn get(&self, id: &str) -> CallResult {
        check_id(id)?;
        let found = self
            .objects
            .call(&session_name(id), "readSession", &[], Stamp::Without)
            .await?;
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
        let name = JsString::from(object_name::of_customer(customer));
        let tick = self
            .objects
            .call(&name, "addEntry", &args, Stamp::Without)
            .await?;
        let args = [record.clone(), tick, ttl_ms.into()];
        let objects = self.objects.rest_of(started);
        let moved = objects
            .call(&session_name(id), "putSession", &args, Stamp::Without)
            .await?;
        self.forget_place(id, &moved, started).await;
        Ok(JsValue::UNDEFINED)
    }

    /// Deletes a session.
    ///
    /// # Errors
    /// An invalid id, or the object failed.
    pub async fn delete(&self, id: &str) -> CallResult {
        check_id(id)?;
        let started = now();
        let name = session_name(id);
        // Which session it is, first: no tick is 0, so nothing is deleted yet. What comes late then finds that
        // one or none. An object of the version before deletes it at once.
        let mut place = self.remove(&name, JsValue::from(0), started).await?;
        if was_kept(&place) {
            let tick = place.unchecked_ref::<Placed>().tick();
            place = self.remove(&name, tick, started).await?;
        }
        // Kept still: it was set anew meanwhile, which counts as after this.
        if !was_kept(&place) {
            self.forget_place(id, &place, started).await;
        }
        Ok(JsValue::UNDEFINED)
    }

    async fn remove(&self, name: &JsString, tick: JsValue, started: f64) -> CallResult {
        self.objects
            .rest_of(started)
            .call(name, "removeSession", &[tick], Stamp::Without)
            .await
    }

    // Best effort: an entry without a session harms nobody, and goes by itself.
    async fn forget_place(&self, id: &str, place: &JsValue, started: f64) {
        if !place.is_object() {
            return;
        }
        let place = place.unchecked_ref::<Placed>();
        let Some(customer) = place.customer_id().as_string() else {
            return;
        };
        let entry = Entry {
            id: JsString::from(id),
            tick: place.tick(),
        };
        let objects = self.objects.rest_of(started);
        self.forget(&objects, &customer, &[entry], false).await;
    }

    async fn forget(
        &self,
        objects: &Objects,
        customer: &str,
        entries: &[Entry],
        settled_only: bool,
    ) {
        let ids: Array = entries.iter().map(|entry| &entry.id).collect();
        let ticks: Array = entries.iter().map(|entry| &entry.tick).collect();
        let args = [ids.into(), ticks.into(), settled_only.into()];
        let name = JsString::from(object_name::of_customer(customer));
        if let Err(error) = objects
            .call(&name, "forgetEntries", &args, Stamp::Without)
            .await
        {
            self.objects
                .report
                .note_code(Note::ObjectFailed, error.code());
        }
    }

    /// The live sessions of a customer, oldest first: what each session's own object says.
    ///
    /// # Errors
    /// An invalid id, or an object failed.
    pub async fn list(&self, customer: &str) -> CallResult {
        check_id(customer)?;
        let started = now();
        let name = JsString::from(object_name::of_customer(customer));
        let index = self
            .objects
            .call(&name, "readIndex", &[], Stamp::Without)
            .await?;
        let (at, entries) = entries(&index);
        let (found, mut stale) = (Array::new(), Vec::new());
        for batch in entries.chunks(CONCURRENCY) {
            let objects = self.objects.rest_of(started);
            let answers = objects.call_batch(&calls(batch, &[]), "readSession").await;
            for (answer, entry) in answers.into_iter().zip(batch) {
                let record = answer?;
                let owner = record
                    .is_object()
                    .then(|| record.unchecked_ref::<Placed>().customer_id());
                if owner.is_some_and(|owner| owner == customer) {
                    found.push(&record);
                } else if entry.tick.as_f64().is_some_and(|tick| is_settled(at, tick)) {
                    stale.push(entry.clone());
                }
            }
        }
        if !stale.is_empty() {
            let objects = self.objects.rest_of(started);
            self.forget(&objects, customer, &stale, true).await;
        }
        Ok(found.into())
    }

    /// Revokes all sessions of a customer, and what is cached of them; answers how many there were.
    ///
    /// `namespace_id` is that of the handle: this isolate knows at once what was revoked.
    ///
    /// # Errors
    /// An invalid id, or the customer's object failed; [`crate::error::Error::Partial`] when some sessions' objects did.
    pub async fn revoke_all(&self, customer: &str, namespace_id: u32) -> CallResult {
        check_id(customer)?;
        let name = object_name::of_customer(customer);
        let args = [JsValue::TRUE];
        let index = self
            .objects
            .call(
                &JsString::from(name.as_str()),
                "revokeUser",
                &args,
                Stamp::Without,
            )
            .await?;
        let tick = index.unchecked_ref::<Placed>().tick();
        learn_revoked(namespace_id, &name, tick.as_f64().unwrap_or(0.0));
        let args = [JsValue::from(customer), tick];
        let (mut revoked, mut failure) = (0_usize, None);
        // A batch has the whole time limit, and the index is told of it: neither a session that hangs nor the end
        // of the invocation's calls takes away the progress that the next call builds on.
        for batch in entries(&index).1.chunks(CONCURRENCY) {
            let answers = self
                .objects
                .call_batch(&calls(batch, &args), "revokeSession")
                .await;
            let mut done = Vec::with_capacity(batch.len());
            for (answer, entry) in answers.into_iter().zip(batch) {
                match answer {
                    Ok(there) => {
                        revoked += usize::from(there.is_truthy());
                        done.push(entry.clone());
                    }
                    Err(error) => failure = Some(error),
                }
            }
            if !done.is_empty() {
                self.forget(&self.objects, customer, &done, false).await;
            }
        }
        match failure {
            Some(error) => Err(error.after(revoked, Array::new())),
            None => Ok(JsValue::from(revoked as f64)),
        }
    }
}
