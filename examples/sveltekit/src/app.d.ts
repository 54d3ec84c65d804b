import type {
  D1Database,
  DurableObjectNamespace,
  ExecutionContext,
  KVNamespace,
} from '@cloudflare/workers-types';
import type { CartReading } from '$lib/server/carts';
import type { SessionSource, SessionUser } from '$lib/types';

declare global {
  namespace App {
    /** What the page behind an error shows besides its status. */
    interface Error {
      message: string;
    }

    interface Locals {
      user: SessionUser | null;
      /** Expiry of the session, ms since the epoch; null when signed out. */
      sessionExpiresAt: number | null;
      /** The session's id, which names it on the account page. It opens nothing. */
      sessionId: string | null;
      /** The session's token. It stays on the server: no load function returns it. */
      sessionToken: string | null;
      /** Where the session of this request was found. */
      sessionSource: SessionSource | null;
      /** How long finding it took, and how long its home took the last time it was asked. */
      sessionMs: number;
      sessionHomeMs: number | null;
      /** The visitor's cart, read at most once for a request. */
      cart: Promise<CartReading> | null;
      /** Whether this request has made the visitor's cart. */
      cartIsNew: boolean;
      /** Entries of the Server-Timing header, filled while the request runs. */
      timings: string[];
    }

    interface Platform {
      /**
       * Every binding may be absent: the app then does without the cache, or closes what needs it and logs what is
       * missing. DB, AUTH_SECRET and one of the RATE_LIMIT bindings are what signing in needs.
       */
      env: {
        AUTH_SESSION_KV?: KVNamespace;
        RATE_LIMIT_KV?: KVNamespace;
        CACHE_KV?: KVNamespace;
        CART_DO?: DurableObjectNamespace;
        SESSION_DO?: DurableObjectNamespace;
        RATE_LIMIT_DO?: DurableObjectNamespace;
        AUTH_DO?: DurableObjectNamespace;
        DB?: D1Database;
        AUTH_SECRET?: string;
      };
      ctx: ExecutionContext;
    }
  }
}
