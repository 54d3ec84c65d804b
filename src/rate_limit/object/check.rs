//! What an object does with limits: checks them, takes, gives back, looks.

use wasm_bindgen::prelude::*;

use super::sqlite::{Record, Store};
use crate::error::Error;
use crate::rate_limit::algorithm::state::{AlgorithmState, Verdict};
use crate::rate_limit::limit::{Limit, LimitError};
use crate::rate_limit::reply::Reply;
use crate::rate_limit::request::Request;

/// The strictest of the limits that were looked at: what decides a call.
pub(super) struct Strictest {
    verdict: Verdict,
    /// Which of them it is.
    index: usize,
}

/// Checks all limits and counts the call under all of them, or under none. A call whose id is known is
/// not counted again.
pub(super) fn check(
    store: &Store,
    requests: &[Request],
    id: f64,
    now: f64,
) -> Result<Strictest, Error> {
    let mut records = Vec::with_capacity(requests.len());
    for request in requests {
        records.push(store.load(request, now)?);
    }
    let pairs = || requests.iter().zip(&records);
    if records.iter().any(|record| record.calls.has(id)) {
        let verdicts = pairs().map(|(request, record)| record.state.taken(&request.limit, now));
        return strictest(verdicts);
    }
    let refused =
        strictest(pairs().map(|(request, record)| record.state.evaluate(&request.limit, now)))?;
    if !refused.verdict.decision.allowed {
        let needs_rebase = pairs().filter(|(_, record)| record.needs_rebase);
        store.save(needs_rebase)?;
        return Ok(refused);
    }
    for (request, record) in requests.iter().zip(&mut records) {
        record.state.take(&request.limit, now);
        record.calls.add_check(id, now);
    }
    store.save(requests.iter().zip(&records))?;
    let verdicts = requests
        .iter()
        .zip(&records)
        .map(|(request, record)| record.state.taken(&request.limit, now));
    strictest(verdicts)
}

/// A call that changes what was used, whatever the limit says.
pub(super) struct Change {
    pub(super) id: f64,
    /// When it was made, as its caller knows the object's clock; older clients do not say.
    pub(super) sent: Option<f64>,
    pub(super) apply: fn(&mut Record, &Limit, f64),
}

/// Gives back, takes whether admitted or not, or forgets; once for each id. Returns what a look would.
pub(super) fn adjust(
    store: &Store,
    request: &Request,
    change: &Change,
    now: f64,
) -> Result<Strictest, Error> {
    let mut record = store.load(request, now)?;
    if record.calls.has(change.id) {
        return Ok(look(request, &record, now));
    }
    let before = record.state.clone();
    (change.apply)(&mut record, &request.limit, now);
    // Remembered also where there was nothing to give back: a copy may come when there is. Calls of older clients
    // make no row come to be then.
    if record.state == before && change.sent.is_none() {
        return Ok(look(request, &record, now));
    }
    if !record.calls.add_change(change.id, now, change.sent) {
        return Err(Error::LimitExceeded(
            "a limit takes at most 256 refunds, penalties and resets of one identifier in ten minutes",
        ));
    }
    // What has used nothing begins no window: the next check does.
    if !record.begun && record.state == AlgorithmState::new(&request.limit, now) {
        record.state = AlgorithmState::ended();
    }
    store.save([(request, &record)].into_iter())?;
    record.state = record.state.at(&request.limit, now);
    Ok(look(request, &record, now))
}

pub(super) fn look(request: &Request, record: &Record, now: f64) -> Strictest {
    let one = Limit {
        cost: 1.0,
        ..request.limit
    };
    Strictest {
        verdict: record.state.evaluate(&one, now),
        index: 0,
    }
}

// The refusal that lasts longest; where there is none, the limit that has least left.
fn strictest(verdicts: impl Iterator<Item = Verdict>) -> Result<Strictest, Error> {
    verdicts
        .enumerate()
        .map(|(index, verdict)| Strictest { verdict, index })
        .reduce(|a, b| if b.is_stricter_than(&a) { b } else { a })
        .ok_or_else(|| LimitError::Count.into())
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
