import { CloudflareClientsError, SessionCacheClient } from '@codex/cloudflare-clients';
import { Webhook } from 'standardwebhooks';
import { parseEvent, type UserEvent } from './event';

interface Env {
  AUTH_SESSION_KV: KVNamespace;
  WEBHOOK_SECRET?: string;
}

/** Far beyond any event of a user. */
const MAX_BYTES = 65_536;

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

/** Signs out whom the event is about. A 503 makes the sender try again. */
async function forget(event: UserEvent, env: Env): Promise<Response> {
  const sessions = new SessionCacheClient(env.AUTH_SESSION_KV, { hashTokens: true, timeoutMs: 5_000 });
  try {
    if (event.type === 'session.revoked') {
      await sessions.delete(event.token);
      return text(200, 'deleted');
    }
    return text(200, `deleted ${await sessions.deleteUserSessions(event.userId)}`);
  } catch (error) {
    if (!(error instanceof CloudflareClientsError)) throw error;
    // More sessions than one invocation can delete is `partial_failure`: the next try deletes the rest.
    return text(error.retryable ? 503 : 422, error.code);
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
