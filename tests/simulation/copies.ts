import type { StrictKv } from '@codex/cloudflare-clients/testing';
import type { Loader, Scope } from './load.js';
import type { Clock } from './time.js';

/** How many isolates there are, and how many machines. */
export const PLACES = 3;

/** What is deployed at once: the classes to all machines, or the clients to an isolate. */
export type Place = 'machines' | number;

/** A version of the package: as isolates load it, and as machines do. */
export interface Version {
  isolate: Loader;
  machine: Loader;
}

/** This version, and the one before. */
export interface Versions {
  current: Version;
  previous: Version;
}

/** What a copy is at first, and what it is after a deployment. */
export type Loaders = [first: Loader, next?: Loader];

export function loadersOf(
  { current, previous }: Versions,
  kind: keyof Version,
  isUpgraded: boolean,
): Loaders {
  return isUpgraded ? [previous[kind], current[kind]] : [current[kind]];
}

/** A copy of the package, which is loaded when it is needed, and anew after a deployment. */
export class Copy {
  readonly #scope: Scope;
  readonly #next: Loader | undefined;
  #load: Loader;
  #exports: Record<string, unknown> | undefined;

  constructor(scope: Scope, [first, next]: Loaders) {
    this.#scope = scope;
    this.#load = first;
    this.#next = next;
  }

  /** The exports of the version that is there now. */
  get exports(): Record<string, unknown> {
    return (this.#exports ??= this.#load(this.#scope));
  }

  upgrade(): void {
    this.#load = this.#next ?? this.#load;
    this.#exports = undefined;
  }
}

/** A copy of the package in a Worker somewhere, with its own clock. */
export class Isolate {
  readonly #handles = new Map<string, object>();
  readonly #namespace: (className: string) => object;

  constructor(
    readonly name: string,
    readonly clock: Clock,
    readonly copy: Copy,
    readonly kv: StrictKv,
    namespace: (className: string) => object,
  ) {
    this.#namespace = namespace;
  }

  /** The exports of the package. A deployment replaces them, so each step makes its clients of what it finds. */
  get package(): Record<string, unknown> {
    return this.copy.exports;
  }

  /** The handle of a class's objects. */
  objects(className: string): object {
    const handle = this.#handles.get(className) ?? this.#namespace(className);
    this.#handles.set(className, handle);
    return handle;
  }
}
