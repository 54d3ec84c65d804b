// Which namespace a handle is. What an isolate remembers (counts of limits, refusals, revocations, loads, carts) belongs
// to a namespace, and not to a client, which is made per request: to the binding's name where the client was told it,
// else to the handle object. In another jurisdiction the same namespace has other objects.

import { Breaker } from './breaker.js';

/** @internal A namespace, as this isolate knows it: an object of its own, and a number for the wasm. */
export interface Identity {
  readonly id: number;
  /** Of its objects, for calls that have a fallback. */
  readonly breaker: Breaker;
}

// By kind, jurisdiction and name; and by handle object and jurisdiction.
const ofNames = new Map<string, Identity>();
const ofHandles = new WeakMap<object, Map<string, Identity>>();
let last = 0;

// Names are those of bindings: there are few, unless somebody makes them up.
const MAX_NAMES = 1_000;

/** @internal The namespace behind the handle of a client; `kind` is what it is a namespace of, `option` what names it. */
export function identityOf(
  handle: object,
  kind: 'KV' | 'objects',
  client: string,
  name: string | undefined,
  jurisdiction = '',
  option = 'name',
): Identity {
  const known = ofHandles.get(handle);
  const ofHandle = known?.get(jurisdiction);
  if (name === undefined && ofHandle) return ofHandle;
  const key = `${kind} ${jurisdiction} ${name}`;
  const ofName = name === undefined ? undefined : ofNames.get(key);
  if (ofName && ofName === ofHandle) return ofName;
  // The same handle object under its name: what was remembered of it stays.
  const identity = ofName ?? ofHandle ?? { id: ++last, breaker: new Breaker() };
  ofHandles.set(handle, (known ?? new Map<string, Identity>()).set(jurisdiction, identity));
  if (name === undefined) noticeChange(client, option);
  else if (!ofName) {
    if (ofNames.size >= MAX_NAMES) ofNames.clear();
    ofNames.set(key, identity);
  }
  return identity;
}

// A binding has one handle object, but libraries and platform layers make another one at each `env.X`. A client that is
// made for so many within a minute is told of it, once in an isolate.
const MANY = 8;
const SOON_MS = 60_000;
const fresh = new Map<string, { since: number; count: number }>();
let warned = false;

function noticeChange(client: string, option: string): void {
  if (warned) return;
  const now = Date.now();
  const key = `${client} ${option}`;
  let seen = fresh.get(key);
  if (!seen || Math.abs(now - seen.since) > SOON_MS) fresh.set(key, (seen = { since: now, count: 0 }));
  seen.count += 1;
  if (seen.count < MANY) return;
  warned = true;
  fresh.clear();
  console.warn(
    `${client}: ${MANY} namespace objects within a minute. If they are one binding, wrapped anew at each env.X, this isolate forgets what it counts and remembers: pass the binding's name, ${client}(…, { ${option}: 'MY_BINDING' })`,
  );
}
