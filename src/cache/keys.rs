//! `CacheClient` over many keys: bulk reads, deletions, a purge by prefix.

use js_sys::{Array, Function, JsString, Map};
use wasm_bindgen::prelude::*;

use super::client::CacheClient;
use crate::error::Error;
use crate::host::task::CallResult;
use crate::kv::{CONCURRENCY, MAX_BULK_KEYS, MAX_OPERATIONS, key};

impl CacheClient {
    /// The values under different keys, as a `Map` without those that are missing.
    ///
    /// # Errors
    /// An invalid key, more keys than one invocation can read, or KV failed.
    pub async fn get_many(&self, keys: &[JsString]) -> CallResult {
        check_all(keys)?;
        let found = Map::new();
        let mut used = 0;
        let mut bulk = true;
        for batch in keys.chunks(MAX_BULK_KEYS) {
            let asked: Array = batch.iter().collect();
            // A handle without bulk reads says so by its first reply, which is no `Map`.
            let reply = if bulk {
                self.kv.get_bulk(&asked).await?
            } else {
                None
            };
            used += usize::from(bulk);
            bulk = reply.is_some();
            for key in batch {
                let reply = reply.as_ref().filter(|reply| reply.has(key));
                let stored = if let Some(reply) = reply {
                    self.kv.stored(&reply.get(key))
                } else {
                    // Also in workerd, whose `Map` leaves out keys that look like array indices.
                    if used == MAX_OPERATIONS {
                        return Err(Error::TooManyKeys);
                    }
                    used += 1;
                    self.kv.get_stored(key).await?
                };
                if let Some(value) = stored.and_then(|stored| self.live(stored)) {
                    found.set(key, &value);
                }
            }
        }
        self.report.hit(found.size() as usize == keys.len());
        Ok(found.into())
    }

    /// Deletes different keys: tries all, then reports.
    ///
    /// # Errors
    /// An invalid key (nothing is deleted then), or [`Error::Partial`] with the keys that are left.
    pub async fn delete_many(&self, keys: &[JsString]) -> CallResult {
        check_all(keys)?;
        let (now, later) = keys.split_at_checked(MAX_OPERATIONS).unwrap_or((keys, &[]));
        let mut failed = None;
        let left = Array::new();
        for batch in now.chunks(CONCURRENCY) {
            match self.kv.delete_batch(batch).await {
                Ok(outcomes) => {
                    for (key, error) in batch.iter().zip(outcomes) {
                        if let Some(error) = error {
                            left.push(key);
                            failed.get_or_insert(error);
                        }
                    }
                }
                Err(error) => {
                    batch.iter().for_each(|key| {
                        left.push(key);
                    });
                    failed.get_or_insert(error);
                }
            }
        }
        let done = now.len() - left.length() as usize;
        later.iter().for_each(|key| {
            left.push(key);
        });
        match failed {
            Some(error) => Err(error.after(done, Some(left))),
            None if later.is_empty() => Ok(JsValue::UNDEFINED),
            None => Err(Error::out_of_operations(done, Some(left))),
        }
    }

    /// Deletes what stands under a prefix, as much as one invocation can.
    ///
    /// # Errors
    /// KV failed; what was deleted before stands.
    pub async fn clear(
        &self,
        prefix: &JsString,
        cursor: Option<JsString>,
        on_progress: Option<Function>,
    ) -> CallResult {
        let (mut cursor, mut used, mut deleted) = (cursor, 0, 0);
        loop {
            // A page is deleted whole, so that the cursor behind it stands for the rest.
            let limit = MAX_OPERATIONS.saturating_sub(used + 1).min(1_000);
            if limit == 0 {
                break;
            }
            let page = self.kv.list(prefix, limit as f64, cursor.as_ref()).await?;
            used += 1 + page.keys.len();
            for batch in page.keys.chunks(CONCURRENCY) {
                let names: Vec<JsString> = batch.iter().map(|key| key.name.clone()).collect();
                let mut failed = None;
                for error in self.kv.delete_batch(&names).await?.into_iter() {
                    match error {
                        None => deleted += 1,
                        Some(error) => failed = failed.or(Some(error)),
                    }
                }
                if let Some(error) = failed {
                    return Err(error.after(deleted, None));
                }
                if let Some(on_progress) = &on_progress {
                    // What a listener throws is its own affair.
                    let _ = on_progress.call1(&JsValue::UNDEFINED, &(deleted as f64).into());
                }
            }
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        Ok(clear_result(deleted as f64, cursor.as_ref()))
    }
}

#[wasm_bindgen]
extern "C" {
    // What `clear` returns.
    #[wasm_bindgen(js_namespace = host, js_name = clearResult)]
    fn clear_result(deleted: f64, cursor: Option<&JsString>) -> JsValue;
}

fn check_all(keys: &[JsString]) -> Result<(), Error> {
    keys.iter()
        .try_for_each(|key| key::check_known(key, "A key"))
        .map_err(Error::from)
}
