//! Under which keys of the storage an object keeps what is not in its state: pages of calls, and long texts.

use crate::error::Error;
use crate::object::calls::Pages;
use crate::object::codec::Unreadable;
use crate::object::storage::Storage;

/// Under which key of the storage a text of its own is.
pub fn text_key(text: u32) -> String {
    ["text:", &text.to_string()].concat()
}

fn page_key(page: u32) -> String {
    ["calls:", &page.to_string()].concat()
}

impl Pages for Storage {
    fn read(&self, page: u32) -> Result<Vec<u8>, Error> {
        self.get(&page_key(page).into())?
            .ok_or_else(|| Unreadable.into())
    }

    fn write(&self, page: u32, bytes: &[u8]) -> Result<(), Error> {
        self.put(&page_key(page).into(), bytes)
    }

    fn delete(&self, page: u32) -> Result<(), Error> {
        Self::delete(self, &page_key(page))
    }
}
