// What the tables of messages share: each method, with bad arguments and how the message of each begins.

export type Case = [go: () => unknown, says: string];
export type Method = [name: string, ...cases: Case[]];

/** What no message may hold. */
export const SECRET = 'secret-token';

/** Too long for every name, key and id. */
export const LONG = SECRET.repeat(6_000);

/** What a caller in JavaScript passes who passes nothing. */
export const NOTHING = undefined as never;
