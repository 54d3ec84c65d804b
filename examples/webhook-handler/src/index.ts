import { CloudflareClientsError, SessionCacheClient, SessionStoreClient } from '@codex/cloudflare-clients';
import { SESSION_CACHE, SESSION_SECONDS } from 'example-shared/sessions';
import { Webhook } from 'standardwebhooks';
import { parseEvent, type UserEvent } from './event';

interface Env {
  AUTH_SESSION_KV: KVNamespace;
  /** The objects that remember what was revoked, and keep the app's lists of devices. */
  SESSION_DO: DurableObjectNamespace;
  WEBHOOK_SECRET?: string;
}

/** Far beyond any event of a user. */
const MAX_BYTES = 65_536;
const TIMEOUT_MS = 5_000;

export default {
  async fetch(request, env): Promise<Response> {
    if (request.method !== 'POST') return text(405, 'POST a webhook');
    if (!env.WEBHOOK_SECRET) return text(503, 'WEBHOOK_SECRET is not set');
    const body = await read(request);
    if (body === null) return text(413, `at most ${MAX_BYTES} bytes`);
    const payload = verified(body, request.headers, env.WEBHOOK_SECRET);
    if (payload === undefined) return text(401, 'the signature does not fit');
    const event = parseEvent(payload);
    // An event of another kind is none of our business, and no reason to send it again.
    if (!event) return text(202, 'ignored');
    return forget(event, env);
  },
} satisfies ExportedHandler<Env>;

/**
 * Signs out whom the event is about. KV shows a deletion late, so it is noted in an object, too, which the app asks.
 * A 503 makes the sender try again.
 */
async function forget(event: UserEvent, env: Env): Promise<Response> {
  try {
    const options = { ...SESSION_CACHE, revocations: env.SESSION_DO, timeoutMs: TIMEOUT_MS };
    const sessions = new SessionCacheClient(env.AUTH_SESSION_KV, options);
    if (event.type === 'session.revoked') {
      await sessions.delete(event.data.token);
      return text(200, 'deleted');
    }
    const { userId } = event.data;
    const deleted = await sessions.deleteUserSessions(userId);
    // What the account page lists as the user's devices.
    const devices = { ttlSeconds: SESSION_SECONDS, timeoutMs: TIMEOUT_MS };
    await new SessionStoreClient(env.SESSION_DO, devices).revokeAll(userId);
    return text(200, `deleted ${deleted}`);
  } catch (cause) {
    if (!(cause instanceof CloudflareClientsError)) throw cause;
    console.error(JSON.stringify({ message: cause.message, code: cause.code }));
    // An id that can never be a session's is not sent again. All else is, what is bound wrongly too: the event must not
    // get lost before somebody has read the line above.
    const neverFits = cause.code === 'invalid_key' || cause.code === 'invalid_session';
    return text(neverFits ? 422 : 503, cause.code);
  }
}

/** The body as text, if it is not too long: it is read to its limit, whatever the header says. */
async function read(request: Request): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) return null;
    chunks.push(chunk);
  }
  return new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}

/** The payload, if the sender has signed it within the last minutes. */
function verified(body: string, headers: Headers, secret: string): unknown {
  try {
    return new Webhook(secret).verify(body, Object.fromEntries(headers));
  } catch {
    return undefined;
  }
}

function text(status: number, message: string): Response {
  return new Response(`${message}\n`, { status });
}
