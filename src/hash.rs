//! FNV-1a: it tells apart what nobody has chosen to be alike. Pure.

/// The hash of bytes.
pub fn fnv_1a(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The hash of what is done to what.
pub fn of_call(operation: &str, payload: &str) -> u64 {
    fnv_1a(operation.bytes().chain([0]).chain(payload.bytes()))
}
