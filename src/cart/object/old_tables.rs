//! The tables of version 0.1: a row for the header, one for each line, one for each key that it remembered. The lines
//! stay as they are.

use super::lines::key_of;
use super::state::{Kept, Merged};
use crate::cart::header::Header;
use crate::cart::remembered::{FINGERPRINT, is_merge};
use crate::error::Error;
use crate::object::call::{Answer, id_of};
use crate::object::state::{Before, OldTables};
use crate::object::storage::Storage;

// What was remembered as long as the cart had moments that begin here.
const WITH_CART_FROM: f64 = 4e15;

const HEADER: &str = "SELECT version, ttl_seconds, expires_at, renewed_at, owner, lines, bytes,
    merge_id, merge_into FROM cart";

const APPLIED: &str =
    "SELECT key, until, coalesce(note, '') FROM applied WHERE until > ? ORDER BY until";

impl OldTables for Kept {
    fn read_tables(&mut self, before: Before) -> Result<(), Error> {
        let Before { storage, now, .. } = before;
        if before.version < 2 {
            storage.run("ALTER TABLE applied ADD COLUMN note TEXT", &[])?;
        }
        (self.header, self.has_table) = (header(storage)?, true);
        for row in storage.rows(APPLIED, &[now.into()])? {
            let (key, until) = (row.string(0), row.number(1));
            let note = note(row.string(2));
            if is_merge(&key) {
                let (id, since) = (id_of(&key), until - WITH_CART_FROM);
                self.merges.push(Merged { id, since, note });
            } else {
                let answer = Answer::Text(note);
                before.calls.adopt(key_of(&key), until, 0, answer);
            }
        }
        storage.run("DROP TABLE cart; DROP TABLE applied", &[])
    }
}

fn header(storage: &Storage) -> Result<Option<Header>, Error> {
    let row = storage.row(HEADER, &[])?;
    Ok(row.map(|row| Header {
        version: row.number(0),
        ttl_seconds: row.number(1),
        expires_at: row.number(2),
        renewed_at: row.number(3),
        owner: row.text(4).map(String::from),
        lines: row.number(5) as u32,
        bytes: row.number(6) as u32,
        merge: row
            .text(7)
            .zip(row.text(8))
            .map(|(id, into)| (id.into(), into.into())),
    }))
}

// Fingerprints had twice as many digits.
fn note(note: String) -> String {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit();
    match note.split_at_checked(2 * FINGERPRINT) {
        Some((digits, found)) if digits.bytes().all(is_digit) => {
            [digits.get(..FINGERPRINT).unwrap_or_default(), found].concat()
        }
        _ => note,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_shortened_and_codes_are_not() {
        let short = |text: &str| note(text.to_owned());
        assert_eq!(short("0123456789abcdef"), "01234567");
        assert_eq!(short("0123456789abcdef-"), "01234567-");
        assert_eq!(short("limit_exceeded"), "limit_exceeded");
        assert_eq!(short("conflict"), "conflict");
        assert_eq!(short(""), "");
    }
}
