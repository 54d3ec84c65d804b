// Single flight: of the calls that miss a key at the same time, one loads for all of its isolate.
import type { Identity } from '../core/identity.js';
import { keepAlive, type WaitUntil } from '../core/options.js';

/** The outcome of a group. With neither a text nor a failure the value could not be cached: each call loads its own. */
type Outcome = { text: string } | { failed: true; error: unknown } | { failed: false };

/** The calls that wait for one load of a key: the leader, whose request owns the promise, and its followers. */
class Group {
  outcome: Outcome | undefined;
  #resolve!: (outcome: Outcome) => void;
  // Never rejects, so that a rejection can only mean that the leader's request is gone.
  readonly promise = new Promise<Outcome>((resolve) => {
    this.#resolve = resolve;
  });

  end(outcome: Outcome): void {
    this.outcome ??= outcome;
    this.#resolve(outcome);
  }
}

/**
 * The groups that have ended, as a linked list that grows at its end. A call keeps the end of the list as it was at
 * its start, so it finds what was loaded while it was reading. Groups that no call can reach any more are collected.
 */
interface Ended {
  key?: string;
  group?: Group;
  next?: Ended;
}

interface Groups {
  readonly open: Map<string, Group>;
  last: Ended;
}

// Groups whose leader vanished stay until another call misses their key, or until there are too many.
const MAX_GROUPS = 1_000;
const groupsOfNamespaces = new WeakMap<Identity, Groups>();

function groupsOf(namespace: Identity): Groups {
  let groups = groupsOfNamespaces.get(namespace);
  if (!groups) {
    groups = { open: new Map(), last: {} };
    groupsOfNamespaces.set(namespace, groups);
  }
  return groups;
}

/** One call's part in a group; `src/cache/load.rs` calls it. */
export class Member {
  readonly #groups: Groups;
  readonly #start: Ended;
  readonly #key: string;
  readonly #waitUntil: WaitUntil | undefined;
  #group: Group | undefined;
  #leads = false;

  constructor(namespace: Identity, key: string, waitUntil: WaitUntil | undefined) {
    this.#groups = groupsOf(namespace);
    this.#start = this.#groups.last;
    this.#key = key;
    this.#waitUntil = waitUntil;
  }

  /** On a miss: joins a group that is loading, or has loaded since this call began; else leads one and returns true. */
  join(): boolean {
    this.#group = this.#groups.open.get(this.#key) ?? this.#ended();
    this.#leads = this.#group === undefined;
    if (this.#leads) this.#lead();
    return this.#leads;
  }

  // A slow read may miss a value that was loaded and stored in the meantime.
  #ended(): Group | undefined {
    for (let ended = this.#start; ended.next; ended = ended.next) {
      if (ended.key === this.#key) return ended.group;
    }
    return undefined;
  }

  #lead(): void {
    const { open } = this.#groups;
    if (open.size >= MAX_GROUPS) {
      const [oldest] = open.keys();
      if (oldest !== undefined) open.delete(oldest);
    }
    this.#group = new Group();
    open.set(this.#key, this.#group);
    // The followers depend on this request: it must not end before the group does.
    keepAlive(this.#waitUntil, this.#group.promise);
  }

  /** The outcome once there is one, else its promise: the promise of a request that has ended cannot be awaited. */
  outcome(): unknown {
    return this.#group?.outcome ?? this.#group?.promise;
  }

  /** Called when the leader is gone: leads a new group and returns true, or joins the group of a faster call. */
  takeOver(): boolean {
    const { open } = this.#groups;
    if (open.get(this.#key) === this.#group) open.delete(this.#key);
    return this.join();
  }

  /** Passes the leader's text to its followers. */
  share(text: string): void {
    if (this.#leads) this.#group?.end({ text });
  }

  /** Passes the error of the leader's loader to its followers. */
  fail(error: unknown): void {
    if (this.#leads) this.#group?.end({ failed: true, error });
  }

  /** Called when the call is over, however it ended. */
  leave(): void {
    const group = this.#group;
    if (!group || !this.#leads) return;
    this.#leads = false;
    group.end({ failed: false });
    const { open, last } = this.#groups;
    if (open.get(this.#key) === group) open.delete(this.#key);
    last.key = this.#key;
    last.group = group;
    last.next = this.#groups.last = {};
  }
}
