//! What an object does with limits: checks them, takes, gives back, looks.

use wasm_bindgen::prelude::*;

use super::state::Limits;
use crate::error::Error;
use crate::object::body::Body;
use crate::object::call::{Answer, Key};
use crate::protocol::call_time::{CHECK_LATE_MS, MEMORY_MS, remembered_until};
use crate::rate_limit::algorithm::state::{AlgorithmState, Verdict};
use crate::rate_limit::limit::{Limit, LimitError};
use crate::rate_limit::reply::Reply;
use crate::rate_limit::request::Request;

// How long a check is remembered, in ms: as long as a copy of it can be accepted, and as long again.
const CHECK_MS: f64 = 2.0 * CHECK_LATE_MS;

/// The strictest of the limits that were looked at: what decides a call.
pub(super) struct Strictest {
    verdict: Verdict,
    /// Which of them it is.
    index: usize,
}

/// One limit at a moment.
struct Record {
    prefix: String,
    limit: Limit,
    state: AlgorithmState,
    /// Another clock or configuration left it: it is stored although nothing was taken.
    needs_rebase: bool,
    /// A window is under way, whatever is left of what was used in it.
    begun: bool,
}

impl Record {
    fn load(limits: &Limits, request: &Request, now: f64) -> Self {
        let prefix = String::from(&request.prefix);
        let stored = limits.of(&prefix).cloned();
        let begun = stored.as_ref().is_some_and(|state| state.ends_at() > now);
        let state = stored.unwrap_or_else(|| AlgorithmState::new(&request.limit, now));
        Self {
            prefix,
            limit: request.limit,
            needs_rebase: state.needs_rebase(&request.limit, now),
            begun,
            state: state.at(&request.limit, now),
        }
    }

    fn look(&self, now: f64) -> Strictest {
        let one = Limit {
            cost: 1.0,
            ..self.limit
        };
        Strictest {
            verdict: self.state.evaluate(&one, now),
            index: 0,
        }
    }
}

/// Checks all limits and counts the call under all of them, or under none. A call whose id is known is
/// not counted again.
pub(super) fn check(
    body: &mut Body<Limits>,
    requests: &[Request],
    id: f64,
    sent: Option<f64>,
) -> Result<Strictest, Error> {
    let (key, now) = (Key::check(id as u64), body.now);
    let loaded = |request| Record::load(&body.state, request, now);
    let mut records: Vec<Record> = requests.iter().map(loaded).collect();
    if body.calls.find(&key, now)?.is_some() {
        return strictest(&records, |record| record.state.taken(&record.limit, now));
    }
    let refused = strictest(&records, |record| record.state.evaluate(&record.limit, now))?;
    if !refused.verdict.decision.allowed {
        for record in records.into_iter().filter(|record| record.needs_rebase) {
            body.state.set(&record.prefix, record.state)?;
        }
        return Ok(refused);
    }
    for record in &mut records {
        record.state.take(&record.limit, now);
        body.state.set(&record.prefix, record.state.clone())?;
    }
    let until = sent.unwrap_or(now) + CHECK_MS;
    body.remember(key, until, 0, Answer::Nothing);
    strictest(&records, |record| record.state.taken(&record.limit, now))
}

/// A call that changes what was used, whatever the limit says.
pub(super) struct Change {
    pub(super) id: f64,
    /// When it was made, as its caller knows the object's clock; older clients do not say.
    pub(super) sent: Option<f64>,
    pub(super) apply: fn(&mut AlgorithmState, &Limit, f64),
}

/// Gives back, takes whether admitted or not, or forgets; once for each id. Returns what a look would.
pub(super) fn adjust(
    body: &mut Body<Limits>,
    request: &Request,
    change: &Change,
) -> Result<Strictest, Error> {
    let (key, now) = (Key::own(change.id as u64), body.now);
    let mut record = Record::load(&body.state, request, now);
    if body.calls.find(&key, now)?.is_some() {
        return Ok(record.look(now));
    }
    let before = record.state.clone();
    (change.apply)(&mut record.state, &record.limit, now);
    // Remembered also where there was nothing to give back: a copy may come when there is. Calls of older clients
    // leave nothing then.
    if record.state == before && change.sent.is_none() {
        return Ok(record.look(now));
    }
    body.remember(
        key,
        remembered_until(now, change.sent, MEMORY_MS),
        0,
        Answer::Nothing,
    );
    // What has used nothing begins no window: the next check does.
    if record.begun || record.state != AlgorithmState::new(&record.limit, now) {
        body.state.set(&record.prefix, record.state.clone())?;
    }
    record.state = record.state.at(&record.limit, now);
    Ok(record.look(now))
}

pub(super) fn peek(body: &Body<Limits>, request: &Request) -> Strictest {
    Record::load(&body.state, request, body.now).look(body.now)
}

// The refusal that lasts longest; where there is none, the limit that has least left.
fn strictest(records: &[Record], verdict: impl Fn(&Record) -> Verdict) -> Result<Strictest, Error> {
    let mut strictest: Option<Strictest> = None;
    for (index, record) in records.iter().enumerate() {
        let verdict = verdict(record);
        let other = Strictest { verdict, index };
        if strictest
            .as_ref()
            .is_none_or(|known| other.is_stricter_than(known))
        {
            strictest = Some(other);
        }
    }
    strictest.ok_or_else(|| LimitError::Count.into())
}

impl Strictest {
    fn is_stricter_than(&self, other: &Self) -> bool {
        let (a, b) = (&self.verdict, &other.verdict);
        match (a.decision.allowed, b.decision.allowed) {
            (false, false) => a.retry_at > b.retry_at,
            (true, true) => a.decision.remaining < b.decision.remaining,
            (allowed, _) => !allowed,
        }
    }

    pub(super) fn into_js(self, now: f64) -> JsValue {
        let decision = &self.verdict.decision;
        Reply {
            allowed: decision.allowed,
            remaining: decision.remaining,
            reset_at: decision.reset_at,
            retry_in_ms: (self.verdict.retry_at - now).max(0.0),
            index: self.index,
        }
        .to_js()
    }
}
