// Cloudflare's list prices of 2026-11, beyond what the paid plan includes: dollars a million.

export const KV = { read: 0.5, write: 5 };

/** What an object's call costs beside the time for which the object is awake. An alarm set is a row written. */
export const OBJECTS = { rowWritten: 1, rowRead: 0.001, request: 0.15 };
