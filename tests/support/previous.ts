// The previous version of the package, as it was packed: tests/previous/README.md. Its types are this one's: what it
// has not had yet is not called.

import type * as clients from '@codex/cloudflare-clients';
import type * as betterAuth from '@codex/cloudflare-clients/better-auth';
// @ts-expect-error It has no typings there.
import * as auth from '../../target/previous/node_modules/@codex/cloudflare-clients/entries/better_auth_workerd.js';
// @ts-expect-error It has no typings there.
import * as objects from '../../target/previous/node_modules/@codex/cloudflare-clients/entries/durable_objects.js';
// @ts-expect-error It has no typings there.
import * as all from '../../target/previous/node_modules/@codex/cloudflare-clients/entries/workerd.js';

export const previous: typeof clients & typeof betterAuth = { ...all, ...auth };

/** The class of an object: by its context it works on any storage. */
export type ObjectClass = new (context: object, env: object) => object;

export const previousClasses: Record<string, ObjectClass> = objects;
