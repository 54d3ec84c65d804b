//! `CartStoreClient`: the way to a cart's object.

use std::cell::RefCell;
use std::num::NonZeroUsize;

use js_sys::{Array, JsString, Object, Reflect};
use lru::LruCache;
use wasm_bindgen::prelude::*;

use super::keeper::{Outcome, Terms};
use super::memory::MemoryCart;
use super::model::{self, CartError};
use super::operations;
use super::parse;
use crate::error::Error;
use crate::host::report::Note;
use crate::host::task::Answer;
use crate::host::{json, now};
use crate::object::call::Objects;
use crate::object::model::Retry;

/// Carts behind one namespace, for the length of a call.
pub struct CartStoreClient {
    /// The namespace.
    pub objects: Objects,
    /// The TTL in seconds.
    pub ttl_seconds: f64,
    /// Whether this isolate's memory answers when the object cannot.
    pub memory: bool,
}

/// What a mutation carries beside what it changes.
pub struct Options {
    /// The idempotency key.
    pub key: Option<String>,
    /// The version the caller has read.
    pub if_version: Option<f64>,
    /// Whom the caller acts for.
    pub owner: Option<String>,
}

/// A mutation of one cart, with its JSON.
pub enum Mutation {
    /// Replaces all lines.
    Set(JsString),
    /// Changes one line.
    Change(JsString),
    /// Changes lines, all or none.
    Mutate(JsString),
    /// Deletes the cart.
    Delete,
}

/// What a call answers with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// The cart.
    Cart,
    /// The cart, or null when the only change was of a line that is not there.
    CartOrNull,
    /// The cart and its version.
    Versioned,
    /// Nothing.
    Nothing,
}

const MAX_MEMORY_CARTS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(999);

thread_local! {
    static MEMORY: RefCell<LruCache<String, MemoryCart>> = RefCell::new(LruCache::new(MAX_MEMORY_CARTS));
}

impl CartStoreClient {
    /// The cart of an id: empty when it is unknown or has expired, and nothing is written then.
    ///
    /// # Errors
    /// A bad id, a foreign owner, or the object failed.
    pub async fn get(&self, id: &str, owner: Option<String>, wanted: Wanted) -> Answer {
        model::check_key(id, CartError::BadId)?;
        let args = [self.ttl_seconds.into(), owner.clone().into()];
        let read = match self
            .objects
            .call(&id.into(), "get", &args, Retry::Idempotent)
            .await
        {
            Err(error) if self.falls_back(&error) => self.memory_read(id, owner)?,
            answer => answer?,
        };
        if read.is_null() {
            return Ok(answer(wanted, 0.0, Object::new().into()));
        }
        let read = Array::from(&read);
        let version = read.get(0).as_f64().unwrap_or_default();
        Ok(answer(wanted, version, parsed(read.get(1))?))
    }

    /// Changes a cart.
    ///
    /// # Errors
    /// What the cart refuses, or the object failed.
    pub async fn mutate(
        &self,
        id: &str,
        mutation: Mutation,
        options: Options,
        wanted: Wanted,
    ) -> Answer {
        model::check_key(id, CartError::BadId)?;
        let Options {
            key,
            if_version,
            owner,
        } = &options;
        let common = [
            key.clone().into(),
            if_version.map_or(JsValue::UNDEFINED, JsValue::from),
            owner.clone().into(),
        ];
        let (method, mut args) = match &mutation {
            Mutation::Set(json) => ("set", vec![json.into(), self.ttl_seconds.into()]),
            Mutation::Change(json) => ("change", vec![json.into(), self.ttl_seconds.into()]),
            Mutation::Mutate(json) => ("mutate", vec![json.into(), self.ttl_seconds.into()]),
            Mutation::Delete => ("delete", Vec::new()),
        };
        args.extend(common);
        let told = match self
            .objects
            .call(&id.into(), method, &args, self.retry(key.as_ref()))
            .await
        {
            Err(error) if self.falls_back(&error) => self.memory_mutate(id, &mutation, options)?,
            answer => answer?,
        };
        if wanted == Wanted::Nothing {
            return Ok(JsValue::UNDEFINED);
        }
        let told = Array::from(&told);
        if wanted == Wanted::CartOrNull && told.get(1).is_falsy() {
            return Ok(JsValue::NULL);
        }
        Ok(answer(
            wanted,
            told.get(0).as_f64().unwrap_or_default(),
            parsed(told.get(2))?,
        ))
    }

    fn retry(&self, key: Option<&String>) -> Retry {
        if key.is_some() {
            Retry::Idempotent
        } else {
            Retry::Never
        }
    }

    /// Merges one cart into another, and deletes it. The source remembers what was begun, so that the
    /// call can be repeated after a crash at any step: it goes on with the merge that is under way.
    ///
    /// # Errors
    /// What one of the carts refuses (nothing has changed then), or an object failed.
    pub async fn merge(&self, from: &str, into: &str, policy: String, options: Options) -> Answer {
        model::check_key(from, CartError::BadId)?;
        model::check_key(into, CartError::BadId)?;
        if from == into {
            return Err(CartError::SameCart.into());
        }
        let Options {
            key,
            if_version,
            owner,
        } = options;
        let (source, target) = (JsString::from(from), JsString::from(into));
        let begin = [into.into(), key.into(), owner.clone().into()];
        let begun = self
            .objects
            .call(&source, "beginMerge", &begin, Retry::Idempotent)
            .await?;
        if begun.is_null() {
            return self.get(into, owner, Wanted::Cart).await;
        }
        let begun = Array::from(&begun);
        let id = begun.get(0);
        let merge = [
            id.clone(),
            begun.get(1),
            policy.into(),
            self.ttl_seconds.into(),
            if_version.map_or(JsValue::UNDEFINED, JsValue::from),
            owner.into(),
        ];
        let merged = self
            .objects
            .call(&target, "merge", &merge, Retry::Idempotent)
            .await;
        // Only a refusal says that nothing was merged: then the source is free again.
        let refused = matches!(merged, Err(Error::Refused(_)));
        if refused || merged.is_ok() {
            let end = [id, JsValue::from(!refused)];
            let ended = self
                .objects
                .call(&source, "endMerge", &end, Retry::Idempotent)
                .await;
            if !refused {
                ended?;
            }
        }
        parsed(Array::from(&merged?).get(2))
    }

    fn falls_back(&self, error: &Error) -> bool {
        let falls = self.memory && matches!(error, Error::Object { .. });
        if falls {
            self.objects.report.note_code(Note::FellBack, error.code());
        }
        falls
    }

    fn terms(&self, options: Options) -> Result<Terms, CartError> {
        let Options {
            key,
            if_version,
            owner,
        } = options;
        Terms::new(now(), self.ttl_seconds, key, if_version, owner)
    }

    fn memory_read(&self, id: &str, owner: Option<String>) -> Answer {
        let terms = self.terms(Options {
            key: None,
            if_version: None,
            owner,
        })?;
        MEMORY.with_borrow_mut(|carts| {
            let Some(cart) = carts.get_mut(id) else {
                return Ok(JsValue::NULL);
            };
            let version = operations::read(cart, &terms)?;
            Ok(version.map_or(JsValue::NULL, |version| {
                Array::of2(&version.into(), &cart.json().into()).into()
            }))
        })
    }

    fn memory_mutate(&self, id: &str, mutation: &Mutation, options: Options) -> Answer {
        let terms = self.terms(options)?;
        MEMORY.with_borrow_mut(|carts| {
            let cart = carts.get_or_insert_mut(id.to_owned(), MemoryCart::default);
            let before = cart.clone();
            let outcome = match mutation {
                Mutation::Set(json) => operations::set_lines(cart, &parse::lines(json)?, &terms),
                Mutation::Change(json) | Mutation::Mutate(json) => {
                    operations::change(cart, &parse::changes(json)?, &terms)
                }
                Mutation::Delete => operations::delete(cart, &terms),
            };
            let outcome = outcome.inspect_err(|_| *cart = before)?;
            let Outcome { version, found } = outcome;
            Ok(Array::of3(&version.into(), &found.into(), &cart.json().into()).into())
        })
    }
}

fn parsed(text: JsValue) -> Answer {
    let text = text.dyn_into().map_err(|_| Error::NotJson)?;
    json::parse(&text).ok_or(Error::NotJson)
}

fn answer(wanted: Wanted, version: f64, cart: JsValue) -> JsValue {
    if wanted != Wanted::Versioned {
        return cart;
    }
    let answer = Object::new();
    // Setting a property of a plain object that was made above does not fail.
    let _ = Reflect::set(&answer, &"cart".into(), &cart);
    let _ = Reflect::set(&answer, &"version".into(), &version.into());
    answer.into()
}
