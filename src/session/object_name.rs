//! How the objects of sessions are named. Names differ by their prefix, so no id reaches into another's. Pure.

/// The object of a session's record.
pub fn of_session(id: &str) -> String {
    ["session:", id].concat()
}

/// The object of a customer's index, and of a user's revocations.
pub fn of_customer(id: &str) -> String {
    ["customer:", id].concat()
}

/// The object of a token's revocation, by the token's hash.
pub fn of_token(hash: &str) -> String {
    ["token:", hash].concat()
}
