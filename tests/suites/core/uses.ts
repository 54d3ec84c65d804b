// What users do with the clients of objects, and what they get: whatever versions the clients and the objects are of.
import type * as clients from '@codex/cloudflare-clients';
import type * as betterAuth from '@codex/cloudflare-clients/better-auth';

/** The clients of a version, and the objects of one, by their bindings. */
export interface Setting {
  clients: typeof clients & typeof betterAuth;
  objects: (binding: string) => clients.ObjectHandle;
}

/** A use of one method. */
export interface Use {
  /** The client and its method. */
  method: string;
  go(setting: Setting): Promise<unknown>;
  gets: unknown;
}

/** A use by two callers of the same objects, the second of which goes on with what the first has done. */
export interface SharedUse {
  what: string;
  go(first: Setting, second: Setting): Promise<unknown>;
  gets: unknown;
}
