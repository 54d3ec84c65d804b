//! How a state is written in the storage of an object.

use super::fixed_window::FixedWindow;
use super::sliding_window::SlidingWindow;
use super::state::AlgorithmState;
use super::token_bucket::TokenBucket;
use crate::object::codec::{Reader, Writer};
use crate::rate_limit::limit::Algorithm;

// A bucket's number since it is kept in tokens.
const BUCKET: u8 = 3;

impl AlgorithmState {
    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::FixedWindow(_) => Algorithm::FixedWindow,
            Self::SlidingWindow(_) => Algorithm::SlidingWindow,
            Self::TokenBucket(_) => Algorithm::TokenBucket,
        }
    }

    /// Writes it.
    pub fn write(&self, writer: &mut Writer) {
        writer.byte(match self {
            Self::TokenBucket(_) => BUCKET,
            _ => self.algorithm().number(),
        });
        match self {
            Self::FixedWindow(state) => {
                writer.number(state.used());
                writer.number(state.reset_at());
            }
            Self::SlidingWindow(state) => {
                let (hits, window_ms) = state.parts();
                writer.number(window_ms);
                writer.whole(hits.len() as u64);
                let mut last = 0;
                for (at, cost) in hits {
                    let at = at as i64;
                    writer.signed(at - last);
                    last = at;
                    writer.whole(cost as u64);
                }
            }
            Self::TokenBucket(state) => {
                let (tokens, units, at, limit, window_ms) = state.parts();
                writer.number(at);
                for part in [tokens, units, limit, window_ms] {
                    writer.whole(part);
                }
            }
        }
    }

    /// Reads it.
    pub fn read(reader: &mut Reader) -> Self {
        let number = reader.byte();
        match Algorithm::numbered(number) {
            Algorithm::FixedWindow => {
                Self::FixedWindow(FixedWindow::from_parts(reader.number(), reader.number()))
            }
            Algorithm::SlidingWindow => {
                let window_ms = reader.number();
                let mut last = 0_i64;
                let hits = reader.list(|reader| {
                    last = reader.signed().wrapping_add(last);
                    (last as f64, reader.whole() as f64)
                });
                Self::SlidingWindow(SlidingWindow::from_parts(hits, window_ms))
            }
            Algorithm::TokenBucket if number == BUCKET => {
                let at = reader.number();
                let mut part = || reader.whole();
                let bucket = TokenBucket::from_parts(part(), part(), at, part(), part());
                Self::TokenBucket(bucket)
            }
            Algorithm::TokenBucket => {
                let mut part = || reader.number();
                Self::TokenBucket(TokenBucket::from_units(part(), part(), part(), part()))
            }
        }
    }
}
